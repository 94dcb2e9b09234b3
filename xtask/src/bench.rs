//! Benchmarks beside peers, in the same run on the same machine.

use crate::run::{cargo, has, in_folder, output, root, run as run_to_end, say, target};
use crate::setup;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Which benchmark.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// Observations acknowledged per second, beside automerge-repo's server and samod's.
    Sync(SyncLoads),
    /// Typed places found over HTTP, beside addok (needs redis-server and real layers).
    Geo,
    /// Nights with known truth linked by Maraude and by Splink.
    Linkage(Linkage),
}

/// What is measured.
#[derive(Args)]
struct SyncLoads {
    /// Which parts: a own endpoint, b one generator for all, c the morning after, d dripping sockets,
    /// e bytes on the wire, f cost curve, g after a death.
    #[arg(long, default_value = "abcdefg")]
    parts: String,
    /// Tiny loads, to see that everything works: no figure of it means anything.
    #[arg(long)]
    quick: bool,
    /// Fresh servers that a median is taken of; 5 unless said otherwise.
    #[arg(long)]
    fresh: Option<u32>,
    /// Stored observations at which part f measures; up to a million unless said otherwise.
    #[arg(long)]
    curve: Option<String>,
    /// Leaves samod out, which takes minutes to build.
    #[arg(long)]
    without_samod: bool,
}

/// Nights to link.
#[derive(Args)]
struct Linkage {
    /// People of each night, by size.
    #[arg(long, default_value = "2000,20000")]
    people: String,
    /// Sizes of the cost curve.
    #[arg(long, default_value = "1000,10000,100000,1000000")]
    curve: String,
    /// Splink is stopped, and larger nights of the curve are not tried, after so many minutes.
    #[arg(long, default_value = "10")]
    minutes: String,
    /// People of the night in which observations arrive one by one.
    #[arg(long, default_value = "100000")]
    arrivals: String,
    /// Seed of the nights.
    #[arg(long, default_value = "1")]
    seed: String,
}

/// The peer, from the Python registry.
const SPLINK: &str = "splink==5.0.0";

/// The peer, from the Python registry, and what serves it.
const ADDOK: [&str; 4] = [
    "addok==1.3.2",
    "addok-fr==1.1.0",
    "addok-france==1.2.0",
    "gunicorn",
];

/// The peer, from the npm registry.
const PEER_PACKAGES: [&str; 4] = [
    "@automerge/automerge-repo@2.5.6",
    "@automerge/automerge-repo-network-websocket@2.5.6",
    "@automerge/automerge-repo-storage-nodefs@2.5.6",
    "ws@8",
];

impl Bench {
    /// Builds in release, runs, prints the table.
    pub fn run(self) -> Result<()> {
        match self.which {
            Which::Sync(loads) => sync(&loads),
            Which::Geo => geo(),
            Which::Linkage(nights) => linkage(&nights),
        }
    }
}

fn sync(loads: &SyncLoads) -> Result<()> {
    setup::npm_packages()?;
    let peer = target().join("bench/automerge-repo");
    if !peer.join("node_modules/@automerge/automerge-repo").is_dir() {
        say("Installing the peer (automerge-repo)...");
        std::fs::create_dir_all(&peer)?;
        std::fs::write(
            peer.join("package.json"),
            "{\"type\":\"module\",\"private\":true}\n",
        )?;
        let mut install = in_folder("npm", &peer);
        install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
        run_to_end(install.args(PEER_PACKAGES))?;
    }
    say("Building in release...");
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "maraude-server",
        "--bins",
    ]);
    run_to_end(&mut build)?;
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "maraude-tests",
        "--bin",
        "bench_sync",
    ]);
    run_to_end(&mut build)?;
    if let Ok(load) = output(std::process::Command::new("cat").arg("/proc/loadavg")) {
        say(format!("load average before: {}", load.trim()));
    }
    let mut bench = in_folder(target().join("release/bench_sync"), &root());
    bench
        .arg("--peer")
        .arg(&peer)
        .arg("--server")
        .arg(target().join("release/maraude"));
    if !loads.without_samod {
        bench.arg("--samod").arg(samod()?);
    }
    if loads.quick {
        bench.arg("--quick");
    }
    if let Some(fresh) = loads.fresh {
        bench.args(["--fresh", &fresh.to_string()]);
    }
    if let Some(curve) = &loads.curve {
        bench.args(["--curve", curve]);
    }
    bench.args(["--parts", &loads.parts]);
    run_to_end(bench.arg("--json").arg(target().join("bench/sync.json")))
}

/// The peer in Rust, a workspace of its own: no ordinary build compiles it.
fn samod() -> Result<PathBuf> {
    let folder = root().join("tests/peers/samod-server");
    let built = target().join("bench/samod");
    say("Building the peer (samod)...");
    let mut build = in_folder("cargo", &folder);
    build.args(["build", "--release", "--locked", "--target-dir"]);
    run_to_end(build.arg(&built))?;
    Ok(built.join("release/samod-server"))
}

/// A virtual environment with a peer's packages, made once.
fn environment(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = target().join("bench").join(name);
    if !folder.join("installed").is_file() {
        say(format!("Installing the peer ({name})..."));
        let mut make = in_folder("python3", &root());
        run_to_end(make.args(["-m", "venv"]).arg(&folder))?;
        let mut install = in_folder(folder.join("bin/python"), &root());
        run_to_end(
            install
                .args(["-m", "pip", "install", "--quiet"])
                .args(packages),
        )?;
        std::fs::write(folder.join("installed"), packages.join("\n"))?;
    }
    Ok(folder)
}

fn geo() -> Result<()> {
    let Some(layers) = crate::test::real_layers() else {
        bail!("real layers and addresses are needed: name their folder in MARAUDE_GEODATA");
    };
    if !has("redis-server") {
        bail!("redis-server is needed by the peer (Debian: apt-get install redis-server)");
    }
    let peer = environment("addok", &ADDOK)?;
    say("Building in release...");
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "maraude-server",
        "--bins",
    ]);
    run_to_end(&mut build)?;
    let mut build = cargo();
    build.args(["build", "--release", "--package", "maraude-tests"]);
    run_to_end(build.args(["--bin", "bench_geocode"]))?;
    if let Ok(load) = output(std::process::Command::new("cat").arg("/proc/loadavg")) {
        say(format!("load average before: {}", load.trim()));
    }
    let mut bench = in_folder(target().join("release/bench_geocode"), &root());
    bench.arg("--peer").arg(peer.join("bin"));
    bench.arg("--server").arg(target().join("release/maraude"));
    run_to_end(bench.arg("--layers").arg(layers))
}

fn linkage(nights: &Linkage) -> Result<()> {
    let python = environment("splink", &[SPLINK])?.join("bin/python");
    let program = crate::simulate::program("bench_linkage")?;
    if let Ok(load) = output(std::process::Command::new("cat").arg("/proc/loadavg")) {
        say(format!("load average before: {}", load.trim()));
    }
    let mut bench = in_folder(program, &root());
    bench.arg("--python").arg(&python);
    bench
        .arg("--script")
        .arg(root().join("tests/peers/splink_night.py"));
    bench.arg("--folder").arg(target().join("bench/linkage"));
    bench.args(["--people", &nights.people, "--curve", &nights.curve]);
    bench.args(["--minutes", &nights.minutes]);
    bench.args(["--arrivals", &nights.arrivals]);
    run_to_end(bench.args(["--seed", &nights.seed]))
}
