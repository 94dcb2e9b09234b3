//! Budgets of the web app: what goes over the wire before anything can be done, and how soon it can.

use crate::run::{in_web, root, run as run_to_end, say};
use crate::setup;
use crate::test::server_binary;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// A budget: what, the KB of brotli aimed at, the KB it must never grow beyond, and which files.
struct Budget {
    name: &'static str,
    aim_kb: f64,
    ceiling_kb: f64,
    belongs: fn(&str) -> bool,
}

/// The core is above its aim (docs/decisions/0005-core-size.md): its ceiling only keeps it from
/// growing.
const BUDGETS: [Budget; 4] = [
    Budget {
        name: "shell",
        aim_kb: 60.0,
        ceiling_kb: 60.0,
        belongs: is_shell,
    },
    Budget {
        name: "core",
        aim_kb: 400.0,
        ceiling_kb: 600.0,
        belongs: is_core,
    },
    Budget {
        name: "map",
        aim_kb: 400.0,
        ceiling_kb: 400.0,
        belongs: is_map,
    },
    Budget {
        name: "places",
        aim_kb: 150.0,
        ceiling_kb: 170.0,
        belongs: is_places,
    },
];

fn is_core(name: &str) -> bool {
    name.contains("maraude_wasm")
}

/// MapLibre, its workers, its style sheet and the looks of the background, loaded with the first map.
fn is_map(name: &str) -> bool {
    let parts = ["maplibre", "field-map", "looks", "basemap", "tiles-worker"];
    parts.iter().any(|part| name.contains(part))
}

/// The search of places, loaded when one is typed.
fn is_places(name: &str) -> bool {
    let parts = ["maraude_gazetteer", "places-worker", "PlaceSuggestions"];
    parts.iter().any(|part| name.contains(part))
}

fn is_console(name: &str) -> bool {
    name.to_lowercase().contains("console") || name.starts_with("charts-")
}

/// Everything a volunteer's tablet loads to show its first screen in French, beside core and map.
fn is_shell(name: &str) -> bool {
    let code = [".js", ".mjs", ".css", ".html"];
    let later = ["jsQR", "qr-codes", "en-", "later-screens"];
    let on_demand = later.iter().any(|start| name.starts_with(start)) || name.contains(".en-");
    let lazy = is_core(name) || is_map(name) || is_places(name) || is_console(name) || on_demand;
    let worker = name == "sw.js" || name.starts_with("workbox");
    code.iter().any(|end| name.ends_with(end)) && !lazy && !worker
}

/// Prints each size beside its aim, and fails when one outgrows its ceiling.
pub fn run() -> Result<()> {
    let dist = root().join("web-pwa/dist");
    let mut sizes = Vec::new();
    collect(&dist, &mut sizes).context("the web app is not built: run `cargo xtask web`")?;
    let mut over = Vec::new();
    say("what     KB (brotli)     aim");
    for budget in BUDGETS {
        let bytes: u64 = sizes
            .iter()
            .filter(|(path, _)| (budget.belongs)(&name_of(path)))
            .map(|(_, bytes)| bytes)
            .sum();
        let kb = bytes as f64 / 1000.0;
        let note = if kb > budget.aim_kb {
            "  above its aim"
        } else {
            ""
        };
        say(format!(
            "{:<8} {kb:>11.1} {:>7.0}{note}",
            budget.name, budget.aim_kb
        ));
        if kb > budget.ceiling_kb || bytes == 0 {
            over.push(budget.name);
        }
    }
    if !over.is_empty() {
        bail!(
            "grown beyond the ceiling, or not found: {}",
            over.join(", ")
        );
    }
    start_up()
}

/// How soon the app can be used on a slow tablet, where there is a browser and a server to ask.
fn start_up() -> Result<()> {
    let server = server_binary();
    let chromium = match setup::chromium() {
        Ok(chromium) if server.is_file() => chromium,
        Ok(_) => {
            say("start-up: not measured, the server is not built");
            return Ok(());
        }
        Err(problem) => {
            say(format!("start-up: not measured, {problem:#}"));
            return Ok(());
        }
    };
    let mut measure = in_web("npx");
    measure.args(["--no-install", "playwright", "test", "--reporter=line"]);
    measure.args(["--config", "e2e/startup/startup.config.ts"]);
    measure
        .env("CHROMIUM", chromium)
        .env("MARAUDE_BIN", server)
        .env("NO_COLOR", "1");
    run_to_end(&mut measure)
}

fn name_of(twin: &Path) -> String {
    let name = twin.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(".br").to_owned()
}

fn collect(folder: &Path, sizes: &mut Vec<(PathBuf, u64)>) -> Result<()> {
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            collect(&path, sizes)?;
        } else if path.extension().is_some_and(|extension| extension == "br") {
            let bytes = std::fs::metadata(&path)?.len();
            sizes.push((path, bytes));
        }
    }
    Ok(())
}
