//! `cargo xtask bench sync`: observations acknowledged per second, beside automerge-repo's server.

use anyhow::{Context, Result, ensure};
use maraude_core::model::{CampaignId, DeviceId, TeamId};
use maraude_tests::bench::rounds::{OBSERVATIONS, build};
use maraude_tests::bench::server::Process;
use maraude_tests::bench::{Measured, median, ours, p95_ms, peer};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::time::{Duration, Instant};

const CONNECTIONS: u32 = 20;
const ROUNDS: u32 = 10;
const FRESH_RUNS: u32 = 5;
const RUNS_ON_ONE: u32 = 3;
const OUR_PORT: u16 = 18_610;
const PEER_PORT: u16 = 18_611;

struct Arguments {
    peer: PathBuf,
    server: PathBuf,
    json: PathBuf,
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let mut table = Vec::new();
    let fresh = (0..FRESH_RUNS).map(|run| our_runs(&arguments.server, 1, run));
    let fresh: Vec<Measured> = fresh.collect::<Result<Vec<_>>>()?.concat();
    table.push(("Maraude, fresh, median of 5", median(&fresh)));
    for (index, run) in our_runs(&arguments.server, RUNS_ON_ONE, 100)?
        .into_iter()
        .enumerate()
    {
        table.push((
            ["Maraude, same server, run 1", "run 2", "run 3"][index],
            run,
        ));
    }
    let fresh = (0..FRESH_RUNS).map(|run| peer_runs(&arguments.peer, 1, run));
    let fresh: Vec<Measured> = fresh.collect::<Result<Vec<_>>>()?.concat();
    table.push(("automerge-repo, fresh, median of 5", median(&fresh)));
    for (index, run) in peer_runs(&arguments.peer, RUNS_ON_ONE, 100)?
        .into_iter()
        .enumerate()
    {
        table.push((
            ["automerge-repo, same server, run 1", "run 2", "run 3"][index],
            run,
        ));
    }
    print(&table);
    if let Some(folder) = arguments.json.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.json, serde_json::to_string_pretty(&table)?)?;
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let mut words = std::env::args().skip(1);
    let (mut peer, mut server, mut json) = (None, None, None);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        match name.as_str() {
            "--peer" => peer = Some(value.into()),
            "--server" => server = Some(value.into()),
            "--json" => json = Some(value.into()),
            other => anyhow::bail!("{other} is not an argument of this program"),
        }
    }
    let missing = "give --peer FOLDER, --server BINARY and --json FILE";
    Ok(Arguments {
        peer: peer.context(missing)?,
        server: server.context(missing)?,
        json: json.context(missing)?,
    })
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn print(table: &[(&str, Measured)]) {
    println!(
        "\n{CONNECTIONS} connections x {ROUNDS} rounds x {OBSERVATIONS} observations of 25 fields"
    );
    println!(
        "{:<36} {:>8} {:>8} {:>8} {:>9}",
        "", "obs/s", "CPU s", "peak MB", "p95 ms"
    );
    for (name, run) in table {
        println!(
            "{name:<36} {:>8.0} {:>8.2} {:>8.1} {:>9.0}",
            run.observations_per_s, run.server_cpu_s, run.peak_mb, run.p95_ms
        );
    }
    let (ours, peer) = (&table[0].1, &table[1 + RUNS_ON_ONE as usize].1);
    println!(
        "\nratio to automerge-repo: {:.1} x the observations/s, 1/{:.1} of the CPU seconds, \
         {:.2} x the memory",
        ours.observations_per_s / peer.observations_per_s,
        peer.server_cpu_s / ours.server_cpu_s,
        ours.peak_mb / peer.peak_mb
    );
    let third = |first: usize| {
        100.0 * table[first + 2].1.observations_per_s / table[first].1.observations_per_s
    };
    println!(
        "third run on one server, per cent of the first: {:.0} (Maraude), {:.0} (automerge-repo)",
        third(1),
        third(2 + RUNS_ON_ONE as usize)
    );
    println!("Maraude acknowledges after the commit to disk; automerge-repo before it.");
}

fn maraude(server: &Path, data: &Path, words: &[&str]) -> Result<String> {
    let done = Command::new(server)
        .args(words)
        .env("MARAUDE_DATA", data)
        .output()?;
    let problem = String::from_utf8_lossy(&done.stderr).into_owned();
    ensure!(
        done.status.success(),
        "maraude {}: {problem}",
        words.join(" ")
    );
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Several runs on one fresh server of ours.
fn our_runs(server: &Path, runs: u32, seed: u32) -> Result<Vec<Measured>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let key = folder.path().join("master.key");
    let key_text = key.to_string_lossy().into_owned();
    maraude(server, &data, &["init", "--master-key", &key_text])?;
    let listen = format!("127.0.0.1:{OUR_PORT}");
    let mut serve = Command::new(server);
    serve.args(["serve", "--listen", &listen, "--master-key", &key_text]);
    let process = Process::start(serve.env("MARAUDE_DATA", &data), &OUR_PORT.to_string())?;
    let base = format!("http://{listen}");
    let words = ["campaign", "create", "--name", "Mesure", "--json"];
    let made = ours::json_of(&maraude(server, &data, &words)?)?;
    let campaign = made["id"]
        .as_str()
        .context("no campaign was made")?
        .to_owned();
    (0..runs)
        .map(|run| our_run(server, &data, &process, &base, &campaign, seed + run))
        .collect()
}

fn our_run(
    server: &Path,
    data: &Path,
    process: &Process,
    base: &str,
    campaign: &str,
    seed: u32,
) -> Result<Measured> {
    let mut pushers = Vec::new();
    for number in 0..CONNECTIONS {
        let label = format!("mesure-{seed}-{number}");
        let words = [
            "device",
            "enrol",
            "--campaign",
            campaign,
            "--label",
            &label,
            "--json",
        ];
        let made = ours::json_of(&maraude(server, data, &words)?)?;
        let code = made["code"].as_str().context("no code was made")?;
        let seed = u64::from(seed) * 1_000 + u64::from(number);
        let mut pusher = ours::Pusher::enrol(base, code, seed)?;
        let (campaign, device) = (pusher.tablet().campaign, pusher.tablet().device);
        let team = TeamId::from_random([number as u8; 16]);
        pusher.seal(build(campaign, device, team, ROUNDS, seed), seed);
        pushers.push(pusher);
    }
    measure(process, pushers, ours::Pusher::push)
}

/// Several runs on one fresh peer.
fn peer_runs(packages: &Path, runs: u32, seed: u32) -> Result<Vec<Measured>> {
    let folder = tempfile::tempdir()?;
    let script = maraude_tests::generated::root().join("tests/peers/automerge-repo-server.mjs");
    let mut serve = Command::new("node");
    serve
        .arg(script)
        .arg(PEER_PORT.to_string())
        .arg(folder.path())
        .arg(packages);
    let process = Process::start(&mut serve, "ready")?;
    (0..runs)
        .map(|run| peer_run(&process, seed + run))
        .collect()
}

fn peer_run(process: &Process, seed: u32) -> Result<Measured> {
    let mut pushers = Vec::new();
    for number in 0..CONNECTIONS {
        let seed = u64::from(seed) * 1_000 + u64::from(number);
        let campaign = CampaignId::from_random([1; 16]);
        let device = DeviceId::from_random([number as u8; 16]);
        let team = TeamId::from_random([number as u8; 16]);
        let rounds = build(campaign, device, team, ROUNDS, seed);
        pushers.push(peer::Pusher::connect(
            &format!("ws://127.0.0.1:{PEER_PORT}/"),
            number,
            &rounds,
        )?);
    }
    measure(process, pushers, peer::Pusher::push)
}

/// All connections push at once.
fn measure<P: Send>(
    process: &Process,
    pushers: Vec<P>,
    push: fn(P) -> Result<Vec<Duration>>,
) -> Result<Measured> {
    let cpu_before = process.cpu_s()?;
    let start_line = Barrier::new(pushers.len() + 1);
    let (start, times) = std::thread::scope(|scope| {
        let waiting: Vec<_> = pushers
            .into_iter()
            .map(|pusher| {
                let start_line = &start_line;
                scope.spawn(move || {
                    start_line.wait();
                    push(pusher)
                })
            })
            .collect();
        start_line.wait();
        let start = Instant::now();
        let times: Result<Vec<Vec<Duration>>> = waiting
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a connection panicked"))?
            })
            .collect();
        (start.elapsed(), times)
    });
    let observations = f64::from(CONNECTIONS * ROUNDS * OBSERVATIONS);
    Ok(Measured {
        observations_per_s: observations / start.as_secs_f64(),
        server_cpu_s: process.cpu_s()? - cpu_before,
        peak_mb: process.peak_mb()?,
        p95_ms: p95_ms(times?.concat()),
    })
}
