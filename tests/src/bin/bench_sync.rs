//! `cargo xtask bench sync`: what tablets send, acknowledged, beside automerge-repo and samod.

use anyhow::{Context, Result, bail};
use maraude_core::model::{CampaignId, DeviceId, TeamId};
use maraude_tests::bench::contender::{Contender, Running, Size};
use maraude_tests::bench::crowd::{Drip, Dripping, come_back, honest};
use maraude_tests::bench::ours::Pusher;
use maraude_tests::bench::report::{Report, load_average};
use maraude_tests::bench::rounds::{Author, Grain, OBSERVATIONS};
use maraude_tests::bench::{Measured, measure, median, p95_ms, peer, percentile_ms, wire};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const PORT: u16 = 18_610;

/// How much is measured.
struct Scale {
    size: Size,
    fresh: u32,
    tablets: u32,
    observations: u32,
    window: Duration,
    drips: usize,
    honest: u32,
    /// Stored observations at which the cost of more is measured.
    curve: Vec<u32>,
    deaths: u32,
}

/// The measure of the tables.
fn full() -> Scale {
    Scale {
        size: Size {
            tablets: 20,
            rounds: 10,
            runs: 3,
        },
        fresh: 5,
        tablets: 500,
        observations: 50,
        window: Duration::from_mins(1),
        drips: 500,
        honest: 200,
        curve: vec![1_000, 10_000, 100_000, 1_000_000],
        deaths: 5,
    }
}

/// Whether everything works: no figure of it means anything.
fn quick() -> Scale {
    Scale {
        size: Size {
            tablets: 2,
            rounds: 2,
            runs: 2,
        },
        fresh: 1,
        tablets: 6,
        observations: 5,
        window: Duration::from_secs(2),
        drips: 10,
        honest: 5,
        curve: vec![120, 240],
        deaths: 1,
    }
}

struct Arguments {
    contenders: Vec<Contender>,
    json: PathBuf,
    parts: String,
    scale: Scale,
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let mut report = Report::default();
    report.say(&format!("load average: {}", load_average()));
    let scale = &arguments.scale;
    for part in arguments.parts.chars() {
        match part {
            'a' => own_endpoint(&arguments, scale, &mut report)?,
            'b' => one_generator(&arguments, scale, &mut report)?,
            'c' => morning_after(&arguments, scale, &mut report)?,
            'd' => dripping(&arguments, scale, &mut report)?,
            'e' => on_the_wire(&arguments, &mut report)?,
            'f' => curve(&arguments, scale, &mut report)?,
            'g' => after_death(&arguments, scale, &mut report)?,
            other => bail!("there is no part {other}"),
        }
        // Kept after each part: the last ones take long.
        report.write(&arguments.json)?;
    }
    report.say(&format!("load average: {}", load_average()));
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let mut words = std::env::args().skip(1);
    let (mut contenders, mut json, mut parts) = (Vec::new(), None, "abcdefg".to_owned());
    let mut scale = full();
    while let Some(name) = words.next() {
        if name == "--quick" {
            scale = quick();
            continue;
        }
        let value = words
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--server" => contenders.insert(0, Contender::Maraude(value.into())),
            "--peer" => contenders.push(Contender::Repo(value.into())),
            "--samod" => contenders.push(Contender::Samod(value.into())),
            "--json" => json = Some(value.into()),
            "--parts" => parts = value,
            "--fresh" => scale.fresh = value.parse()?,
            "--curve" => {
                let stored = value.split(',').map(str::parse);
                scale.curve = stored.collect::<Result<_, _>>()?;
            }
            other => bail!("{other} is not an argument of this program"),
        }
    }
    Ok(Arguments {
        contenders,
        json: json.context("give --json FILE")?,
        parts,
        scale,
    })
}

impl Arguments {
    fn ours(&self) -> Result<&Contender> {
        self.contenders.first().context("give --server BINARY")
    }
}

const GRAINS: [(Grain, &str); 2] = [(Grain::Form, "form"), (Grain::Field, "field")];

fn observations(size: Size) -> u32 {
    size.tablets * size.rounds * OBSERVATIONS
}

/// (a) The tablets' own endpoint.
fn own_endpoint(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    let size = scale.size;
    report.head("(a) own endpoint, medians on fresh servers");
    for (grain, name) in GRAINS {
        let mut runs = Vec::new();
        for _ in 0..scale.fresh {
            let running = arguments.ours()?.start(PORT, size)?;
            runs.push(own_run(&running, size, 0, grain)?);
        }
        report.measured("a", "Maraude", name, &median(&runs));
    }
    Ok(())
}

fn own_run(running: &Running, size: Size, run: u32, grain: Grain) -> Result<Measured> {
    let tablets = running.tablets.iter().zip(0..size.tablets);
    let pushers = tablets.map(|(tablet, number)| {
        let mut pusher = Pusher::of(&running.base, Arc::clone(tablet));
        let rounds = running.rounds(size, number, run, grain);
        pusher.seal(&rounds, u64::from(run * 1_000 + number));
        pusher
    });
    let pushers = pushers.collect();
    measure(&running.process, observations(size), pushers, Pusher::push)
}

/// (b) One generator of automerge-repo's protocol for all; (f) three runs in a row on one server.
fn one_generator(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    let size = scale.size;
    report.head("(b) one load generator, medians on fresh servers; then runs on one server");
    for (grain, name) in GRAINS {
        for contender in &arguments.contenders {
            let mut runs = Vec::new();
            for _ in 0..scale.fresh {
                let running = contender.start(PORT, size)?;
                runs.push(repo_run(&running, size, 0, grain)?);
            }
            report.measured("b", contender.name(), name, &median(&runs));
            let running = contender.start(PORT, size)?;
            let mut first = None;
            for run in 0..size.runs {
                let measured = repo_run(&running, size, run, grain)?;
                let name = format!("{name}, run {} on one server", run + 1);
                report.measured("f", contender.name(), &name, &measured);
                let first = *first.get_or_insert(measured.observations_per_s);
                let percent = 100.0 * measured.observations_per_s / first;
                report.figures("f", contender.name(), &name, &[("% of run 1", percent)]);
            }
        }
    }
    Ok(())
}

fn repo_run(running: &Running, size: Size, run: u32, grain: Grain) -> Result<Measured> {
    let pushers = running.pushers(size, run, grain)?;
    measure(
        &running.process,
        observations(size),
        pushers,
        peer::Pusher::push,
    )
}

/// (c) All tablets come back within a minute.
fn morning_after(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    let size = Size {
        tablets: scale.tablets,
        rounds: 1,
        runs: 1,
    };
    let running = arguments.ours()?.start(PORT, size)?;
    report.head(&format!(
        "(c) {} tablets come back within {} s, {} unsent observations each, an envelope each",
        scale.tablets,
        scale.window.as_secs(),
        scale.observations
    ));
    let cpu_before = running.process.cpu_s()?;
    let met = come_back(&running, scale.observations, scale.window)?;
    let percentile = |percent| percentile_ms(met.times.clone(), percent);
    let figures = [
        ("p50 ms", percentile(50)),
        ("p95 ms", percentile(95)),
        ("p99 ms", percentile(99)),
        ("errors", met.errors as f64),
        ("told to come back", f64::from(met.returns)),
        ("CPU s", running.process.cpu_s()? - cpu_before),
        ("peak MB", running.process.peak_mb()?),
    ];
    report.figures("c", "Maraude", "acknowledged", &figures);
    Ok(())
}

/// (d) Sockets that drip beside an honest tablet.
fn dripping(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    let size = Size {
        tablets: 2,
        rounds: 1,
        runs: 1,
    };
    let running = arguments.ours()?.start(PORT, size)?;
    report.head(&format!("(d) {} sockets that drip", scale.drips));
    let alone = p95_ms(honest(&running, 0, scale.honest)?);
    let kinds = [(Drip::Head, "heads"), (Drip::Body, "bodies")];
    for ((drip, name), run) in kinds.into_iter().zip(1..) {
        let drips = Dripping::on(&running, scale.drips, drip)?;
        let beside = p95_ms(honest(&running, run * scale.honest, scale.honest)?);
        drop(drips);
        let figures = [
            ("p95 alone ms", alone),
            ("p95 beside ms", beside),
            ("added ms", beside - alone),
            ("peak MB", running.process.peak_mb()?),
        ];
        let name = format!("honest tablet beside {name}");
        report.figures("d", "Maraude", &name, &figures);
    }
    Ok(())
}

/// (e) Bytes on the wire.
fn on_the_wire(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let size = Size {
        tablets: 1,
        rounds: 1,
        runs: 1,
    };
    let running = arguments.ours()?.start(PORT, size)?;
    report.head("(e) bytes of one request, HTTP/1.1 head included; the same as JSON, gzipped");
    let tablet = running.tablets.first().context("an enrolled tablet")?;
    let author = Author {
        campaign: CampaignId::from_random([1; 16]),
        device: DeviceId::from_random([2; 16]),
        team: TeamId::from_random([3; 16]),
    };
    let wire = wire::measure(tablet, author)?;
    let figures = [
        ("round of 30", wire.round as f64),
        ("JSON", wire.round_json as f64),
        ("one observation", wire.observation as f64),
        ("one field", wire.field as f64),
        ("its body", wire.field_body as f64),
        ("its envelope", wire.field_envelope as f64),
        ("field JSON", wire.field_json as f64),
    ];
    report.figures("e", "Maraude", "bytes", &figures);
    Ok(())
}

/// (f) What more costs when so much is stored.
fn curve(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    let size = scale.size;
    let running = arguments.ours()?.start(PORT, size)?;
    report.head("(f) the same again when so many observations are stored");
    let (mut stored, mut run) = (0, 0);
    for wanted in &scale.curve {
        while stored < *wanted {
            own_run(&running, size, run, Grain::Form)?;
            stored += observations(size);
            run += 1;
        }
        let measured = own_run(&running, size, run, Grain::Form)?;
        let name = format!("form, {stored} stored");
        report.measured("f", "Maraude", &name, &measured);
        stored += observations(size);
        run += 1;
    }
    Ok(())
}

/// A death so long after the last acknowledgement has found everything on any disk.
const REST: Duration = Duration::from_secs(3);

/// (g) What is there after a death within a millisecond of the last acknowledgement; and, so that a
/// server is not called forgetful for the way it is asked, after a rest.
fn after_death(arguments: &Arguments, scale: &Scale, report: &mut Report) -> Result<()> {
    report.head("(g) acknowledged documents that are there in full after kill -9");
    for contender in &arguments.contenders {
        for death in 1..=scale.deaths {
            let name = format!("death {death}");
            die(contender, scale.size, Duration::ZERO, &name, report)?;
        }
        die(contender, scale.size, REST, "control: 3 s later", report)?;
    }
    Ok(())
}

fn die(
    contender: &Contender,
    size: Size,
    after: Duration,
    name: &str,
    report: &mut Report,
) -> Result<()> {
    let running = contender.start(PORT, size)?;
    repo_run(&running, size, 0, Grain::Form)?;
    std::thread::sleep(after);
    let running = running.killed()?;
    let mut found = 0;
    for tablet in 0..size.tablets {
        let rounds = running.rounds(size, tablet, 0, Grain::Form);
        found += peer::present(&running.url(tablet)?, &rounds)?;
    }
    let all = f64::from(size.tablets * size.rounds);
    let figures = [("acknowledged", all), ("there", found as f64)];
    report.figures("g", contender.name(), name, &figures);
    Ok(())
}
