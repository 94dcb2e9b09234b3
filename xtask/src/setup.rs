//! What a fresh machine lacks: the wasm target, npm packages, a browser.

use crate::run::{has, in_folder, in_web, output, root, run, say, target};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The rustup target of the tablet's core.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The wasm target, fetched when it is missing.
pub fn wasm_target() -> Result<()> {
    let mut list = Command::new("rustup");
    list.current_dir(root())
        .args(["target", "list", "--installed"]);
    let installed = output(&mut list).context("rustup is needed: https://rustup.rs")?;
    if installed.lines().any(|line| line.trim() == WASM_TARGET) {
        return Ok(());
    }
    say(format!("Fetching the Rust target {WASM_TARGET}..."));
    run(Command::new("rustup")
        .current_dir(root())
        .args(["target", "add", WASM_TARGET]))
}

/// The npm packages, installed when the lock file changed since the last time.
pub fn npm_packages() -> Result<()> {
    if !has("node") || !has("npm") {
        bail!("Node 20 with npm is needed: install it (https://nodejs.org), then run this again");
    }
    let version = output(Command::new("node").arg("--version"))?;
    let major: u32 = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or("0")
        .parse()?;
    if major < 20 {
        bail!(
            "Node 20 or later is needed; this machine has {}",
            version.trim()
        );
    }
    let lock = std::fs::read(root().join("web-pwa/package-lock.json"))?;
    let stamp = target().join("xtask/npm.stamp");
    let installed = root().join("web-pwa/node_modules").is_dir();
    if installed && std::fs::read(&stamp).is_ok_and(|former| former == lock) {
        return Ok(());
    }
    say("Installing the npm packages of web-pwa...");
    run(in_web("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    std::fs::create_dir_all(target().join("xtask"))?;
    std::fs::write(stamp, lock)?;
    Ok(())
}

/// What holds published tables to their dictionary (PyPI), in a virtual environment of its own.
const FRICTIONLESS: &str = "frictionless==5.21.0";

/// The program `frictionless`, installed once.
pub fn frictionless() -> Result<PathBuf> {
    python_program("frictionless", "frictionless", FRICTIONLESS)
}

/// What asks an API everything its description allows, and more (PyPI).
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// The program of Schemathesis, installed once.
pub fn schemathesis() -> Result<PathBuf> {
    python_program("schemathesis", "st", SCHEMATHESIS)
}

/// A program of a package of PyPI, in a virtual environment of its own, installed once.
fn python_program(name: &str, program: &str, wanted: &str) -> Result<PathBuf> {
    let folder = target().join("xtask").join(name);
    let program = folder.join("bin").join(program);
    let stamp = folder.join("installed");
    if program.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(program);
    }
    say(format!("Installing {name}..."));
    run(in_folder("python3", &root())
        .args(["-m", "venv"])
        .arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", wanted];
    run(in_folder(folder.join("bin/python"), &root()).args(pip))?;
    std::fs::write(stamp, wanted)?;
    Ok(program)
}

/// The packages of the example client, for tests of clients that are not ours; where they are.
pub fn node_client() -> Result<PathBuf> {
    let folder = target().join("xtask/node-client");
    let wanted = std::fs::read(root().join("docs/examples/node-client/package.json"))?;
    let stamp = folder.join("package.json");
    let installed = folder.join("node_modules").is_dir();
    if installed && std::fs::read(&stamp).is_ok_and(|former| former == wanted) {
        return Ok(folder);
    }
    say("Installing the npm packages of docs/examples/node-client...");
    std::fs::create_dir_all(&folder)?;
    // Written last: an installation that was cut is done again.
    std::fs::write(&stamp, "{}")?;
    let words = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    let packages: serde_json::Value = serde_json::from_slice(&wanted)?;
    let packages = packages["dependencies"].as_object();
    let packages = packages.context("the example names no packages")?;
    let mut install = in_folder("npm", &folder);
    install.args(words);
    for (name, version) in packages {
        let version = version.as_str().context("a version is a text")?;
        install.arg(format!("{name}@{version}"));
    }
    run(&mut install)?;
    std::fs::write(&stamp, wanted)?;
    Ok(folder)
}

/// Debian's packages of programs that read our files or stand for an outside service in tests, and one
/// program of each.
const OUTSIDE: [(&str, &str); 2] = [("ogrinfo", "gdal-bin"), ("pebble", "pebble")];

/// Installs them on Debian when run as root; elsewhere tests without them are skipped.
pub fn outside_programs() -> Result<()> {
    let missing = OUTSIDE.iter().filter(|(program, _)| !has(program));
    let packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() || !can_install()? {
        return Ok(());
    }
    say(format!("Installing Debian's {}...", packages.join(", ")));
    install(&packages)
}

/// As root, where packages are Debian's.
fn can_install() -> Result<bool> {
    let id = output(Command::new("id").arg("-u"))?;
    Ok(has("apt-get") && id.trim() == "0")
}

fn install(packages: &[&str]) -> Result<()> {
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    run(install.args(["-qq", "-y", "install"]).args(packages))
}

/// Path of a Chromium; installed on Debian when run as root, otherwise asked for.
pub fn chromium() -> Result<String> {
    for name in ["chromium", "chromium-browser", "google-chrome"] {
        if has(name) {
            let path = output(Command::new("which").arg(name))?;
            return Ok(path.trim().to_owned());
        }
    }
    if !can_install()? {
        bail!(
            "Chromium is needed by the browser tests and was not found. Install it \
             (Debian: apt-get install chromium), then run this again"
        );
    }
    say("Installing Debian's chromium...");
    install(&["chromium", "fonts-dejavu-core"])?;
    Ok("/usr/bin/chromium".to_owned())
}
