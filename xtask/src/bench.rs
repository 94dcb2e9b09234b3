//! Benchmarks beside peers, in the same run on the same machine.

use crate::run::{cargo, in_folder, output, root, run as run_to_end, say, target};
use crate::setup;
use anyhow::Result;
use clap::{Args, Subcommand};

/// Which benchmark.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// Observations acknowledged per second, beside automerge-repo's server.
    Sync,
    /// Nights with known truth linked by Maraude and by Splink.
    Linkage(Linkage),
}

/// Nights to link.
#[derive(Args)]
struct Linkage {
    /// People of each night, by size.
    #[arg(long, default_value = "2000,20000")]
    people: String,
    /// Sizes at which Maraude alone is timed.
    #[arg(long, default_value = "1000,10000,100000,1000000")]
    curve: String,
    /// People of the night in which observations arrive one by one.
    #[arg(long, default_value = "100000")]
    arrivals: String,
    /// Seed of the nights.
    #[arg(long, default_value = "1")]
    seed: String,
}

/// The peer, from the Python registry.
const SPLINK: &str = "splink==5.0.0";

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
            Which::Sync => sync(),
            Which::Linkage(nights) => linkage(&nights),
        }
    }
}

fn sync() -> Result<()> {
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
    run_to_end(bench.arg("--json").arg(target().join("bench/sync.json")))
}

fn linkage(nights: &Linkage) -> Result<()> {
    let folder = target().join("bench/splink");
    let python = folder.join("bin/python");
    if !folder.join("installed").is_file() {
        say("Installing the peer (Splink with DuckDB)...");
        run_to_end(
            in_folder("python3", &root())
                .args(["-m", "venv"])
                .arg(&folder),
        )?;
        let mut install = in_folder(&python, &root());
        run_to_end(install.args(["-m", "pip", "install", "--quiet", SPLINK]))?;
        std::fs::write(folder.join("installed"), SPLINK)?;
    }
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
    bench.args(["--arrivals", &nights.arrivals]);
    run_to_end(bench.args(["--seed", &nights.seed]))
}
