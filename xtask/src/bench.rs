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
    /// Places in areas beside geopandas, exports beside ogr2ogr and pyogrio, typed places over HTTP beside
    /// addok (needs real layers; the last part redis-server).
    Geo(GeoLoads),
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

/// What is measured of the ground.
#[derive(Args)]
struct GeoLoads {
    /// Which parts: z places in areas, e exports, p typed places, m messy queries.
    #[arg(long, default_value = "zepm")]
    parts: String,
    /// Points in areas, and features of an export.
    #[arg(long, default_value = "1000000")]
    count: String,
    /// Tiny loads of a debug build, to see that everything works: no figure of it means anything.
    #[arg(long)]
    quick: bool,
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

/// The peers of areas and exports, from the Python registry.
const GEOPANDAS: [&str; 3] = ["geopandas==1.2.0", "pyogrio==0.13.0", "pyarrow==26.0.1"];

/// Points and features where only the program is tried.
const QUICK: &str = "20000";

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
            Which::Geo(loads) => geo(&loads),
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

fn geo(loads: &GeoLoads) -> Result<()> {
    let Some(layers) = crate::test::real_layers() else {
        bail!("real layers and addresses are needed: name their folder in MARAUDE_GEODATA");
    };
    let built = programs(loads.quick)?;
    if let Ok(load) = output(std::process::Command::new("cat").arg("/proc/loadavg")) {
        say(format!("load average before: {}", load.trim()));
    }
    let of = |letter: char| loads.parts.contains(letter);
    if of('z') || of('e') {
        if of('e') && !has("ogr2ogr") {
            bail!("ogr2ogr is needed by the peer (Debian: apt-get install gdal-bin)");
        }
        let python = environment("geopandas", &GEOPANDAS)?.join("bin/python");
        let count = if loads.quick {
            QUICK
        } else {
            loads.count.as_str()
        };
        let mut bench = in_folder(built.join("bench_geo"), &root());
        bench.arg("--python").arg(python);
        bench
            .arg("--script")
            .arg(root().join("tests/peers/geo_peer.py"));
        bench.arg("--layers").arg(&layers);
        bench.arg("--folder").arg(target().join("bench/geo"));
        bench.args(["--points", count, "--features", count]);
        run_to_end(bench.args(["--parts", &loads.parts]))?;
    }
    if of('m') {
        let mut bench = in_folder(built.join("bench_geocode"), &root());
        run_to_end(bench.arg("--messy").arg(&layers))?;
    }
    if of('p') && loads.quick && !has("redis-server") {
        say("typed places beside addok: skipped, redis-server is not installed");
        return Ok(());
    }
    if of('p') {
        typed_places(&built, &layers)?;
    }
    Ok(())
}

/// Where the programs are: of release, or of debug where only they are tried.
fn programs(quick: bool) -> Result<PathBuf> {
    if quick {
        run_to_end(cargo().args(["build", "--workspace", "--bins"]))?;
        return Ok(target().join("debug"));
    }
    say("Building in release...");
    let of = |package, bins: &[&str]| {
        let mut build = cargo();
        build.args(["build", "--release", "--package", package]);
        run_to_end(build.args(bins))
    };
    of("maraude-server", &["--bins"])?;
    let bins = ["--bin", "bench_geo", "--bin", "bench_geocode"];
    of("maraude-tests", &bins)?;
    Ok(target().join("release"))
}

fn typed_places(built: &std::path::Path, layers: &std::path::Path) -> Result<()> {
    if !has("redis-server") {
        bail!("redis-server is needed by the peer (Debian: apt-get install redis-server)");
    }
    let peer = environment("addok", &ADDOK)?;
    let mut bench = in_folder(built.join("bench_geocode"), &root());
    bench.arg("--peer").arg(peer.join("bin"));
    bench.arg("--server").arg(built.join("maraude"));
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
