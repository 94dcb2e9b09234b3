//! `cargo xtask simulate`: how well linkage does on nights with known truth.

use crate::run::{cargo, in_folder, output, root, run as run_to_end, say, target};
use anyhow::Result;
use clap::Args;

/// Draws nights, links them, judges them, prints a table.
#[derive(Args)]
pub struct Simulate {
    /// People of each night, by size.
    #[arg(long, default_value = "500,2000,20000,100000")]
    people: String,
    /// Nights of each size.
    #[arg(long, default_value = "10")]
    nights: String,
    /// Nights in a row of the same people, linked together.
    #[arg(long, default_value = "1")]
    in_a_row: String,
    /// The first seed; without it, one that nobody chose.
    #[arg(long)]
    seed: Option<String>,
    /// Print one line per night.
    #[arg(long)]
    each: bool,
    /// Print probabilities against the truth, by kind of pair.
    #[arg(long)]
    calibration: bool,
    /// Print what no threshold and no numbering of people who look alike can pass.
    #[arg(long)]
    ceiling: bool,
    /// So many observations arrive one by one in the first night of each size: what that costs.
    #[arg(long)]
    arrivals: Option<String>,
    /// Print the figures again after a reviewer who knows decided so many pairs per 100 observations.
    #[arg(long)]
    reviewed: Option<String>,
    /// Write every night's figures as JSON into this file.
    #[arg(long)]
    json: Option<String>,
    /// Write each night, and its truth, as CSV into this folder.
    #[arg(long)]
    csv: Option<String>,
}

impl Simulate {
    /// Builds the nights alone, in release, and runs them.
    pub fn run(self) -> Result<()> {
        let program = program("simulate")?;
        if let Ok(load) = output(std::process::Command::new("cat").arg("/proc/loadavg")) {
            say(format!("load average before: {}", load.trim()));
        }
        let mut simulate = in_folder(program, &root());
        simulate.args(["--people", &self.people, "--nights", &self.nights]);
        simulate.args(["--in-a-row", &self.in_a_row]);
        if let Some(seed) = &self.seed {
            simulate.args(["--seed", seed]);
        }
        if let Some(number) = &self.arrivals {
            simulate.args(["--arrivals", number]);
        }
        for (given, flag) in [(&self.reviewed, "--reviewed"), (&self.json, "--json")] {
            if let Some(value) = given {
                simulate.args([flag, value]);
            }
        }
        if let Some(folder) = &self.csv {
            simulate.args(["--csv", folder]);
        }
        for (wanted, flag) in [
            (self.each, "--each"),
            (self.calibration, "--calibration"),
            (self.ceiling, "--ceiling"),
        ] {
            if wanted {
                simulate.arg(flag);
            }
        }
        run_to_end(&mut simulate)
    }
}

/// A program that draws and judges nights, built without server or documents.
pub fn program(name: &str) -> Result<std::path::PathBuf> {
    let mut build = cargo();
    build.args(["build", "--release", "--package", "maraude-tests"]);
    build.args(["--no-default-features", "--bin", name]);
    run_to_end(&mut build)?;
    Ok(target().join("release").join(name))
}
