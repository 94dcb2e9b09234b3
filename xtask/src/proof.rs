//! What is too long for every run; each keeps its last printed result in docs/proofs.md.

use crate::api;
use crate::package;
use crate::run::{cargo, in_web, output, root, run as run_to_end, run_and_read, target};
use crate::setup;
use crate::test::server_binary;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use std::process::{Command, Stdio};

/// Which proof.
#[derive(Args)]
pub struct Proof {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// `kill -9` of the server during sync, 1,000 times.
    Kill {
        /// How many times.
        #[arg(long, default_value_t = 1000)]
        cycles: u32,
    },
    /// `kill -9` of the browser while the app saves, 1,000 times.
    BrowserKill {
        /// How many times.
        #[arg(long, default_value_t = 1000)]
        cycles: u32,
    },
    /// Whole nights of three tablets over the real server, in which everything goes wrong.
    Nights {
        /// How many seeds.
        #[arg(long, default_value_t = 1_000)]
        count: u64,
    },
    /// Damaged changes with repaired checksums before the gate alone.
    Mutants {
        /// How many.
        #[arg(long, default_value_t = 1_000_000)]
        count: u64,
    },
    /// Simulated schedules of several tablets and a server in which everything goes wrong.
    Schedules {
        /// How many seeds.
        #[arg(long, default_value_t = 100_000)]
        count: u64,
    },
    /// Power cuts at any write: what was not synced is dropped or torn.
    Powercut {
        /// How many.
        #[arg(long, default_value_t = 300)]
        count: u64,
    },
    /// Damaged inputs without end: gate, frames, batches, rows of the log.
    Fuzz {
        /// Seconds for each target.
        #[arg(long, default_value_t = 3_600)]
        seconds: u64,
    },
    /// Random cities: no group below a threshold can be computed, moves change no byte, an exporter
    /// with one rule taken out is caught.
    Disclosure {
        /// How many cities.
        #[arg(long, default_value_t = 10_000)]
        count: u64,
    },
    /// The API asked by Schemathesis whatever its description allows, and more, by every role: no
    /// failure of the server, no answer that is not described.
    Api {
        /// Examples for each route and role.
        #[arg(long, default_value_t = 50)]
        examples: u32,
    },
    /// The Debian package installed, upgraded and removed in a clean Debian root.
    Package,
    /// Malformed inputs with repaired checksums, seals and signatures from an enrolled tablet.
    Malformed {
        /// How many.
        #[arg(long, default_value_t = 1_000_000)]
        count: u64,
    },
}

impl Proof {
    /// Runs and prints.
    pub fn run(self) -> Result<()> {
        match self.which {
            Which::Kill { cycles } => {
                let words = format!("kill --cycles {cycles}");
                long(&words, "acknowledged::", "MARAUDE_KILLS", cycles.into())
            }
            Which::BrowserKill { cycles } => browser_kill(cycles),
            Which::Nights { count } => {
                let words = format!("nights --count {count}");
                long(&words, "rough_nights::", "MARAUDE_NIGHTS", count)
            }
            Which::Mutants { count } => mutants(count),
            Which::Schedules { count } => {
                let words = format!("schedules --count {count}");
                long(&words, "schedules::", "MARAUDE_SCHEDULES", count)
            }
            Which::Powercut { count } => {
                let words = format!("powercut --count {count}");
                long(&words, "power_cuts::", "MARAUDE_POWER_CUTS", count)
            }
            Which::Malformed { count } => {
                let words = format!("malformed --count {count}");
                long(&words, "malformed::", "MARAUDE_MALFORMED", count)
            }
            Which::Fuzz { seconds } => {
                let words = format!("fuzz --seconds {seconds}");
                long(&words, "fuzz::", "MARAUDE_FUZZ_SECONDS", seconds)
            }
            Which::Disclosure { count } => disclosure(count),
            Which::Api { examples } => {
                keep(&format!("api --examples {examples}"), &api::run(examples)?)
            }
            Which::Package => keep("package", &package::run()?),
        }
    }
}

/// A test that runs in every `cargo xtask test`, for longer. Everything is built as for that, so that
/// nothing is built twice.
fn long(words: &str, name: &str, variable: &str, count: u64) -> Result<()> {
    run_to_end(cargo().args(["build", "--workspace", "--all-targets"]))?;
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--test", "integration"]);
    tests
        .env("MARAUDE_BIN", server_binary())
        .env(variable, count.to_string());
    // One after the other: what they print is read line by line.
    tests.args(["--", name, "--nocapture", "--test-threads", "1"]);
    keep_result(words, &mut tests)
}

fn mutants(count: u64) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--lib"]);
    tests.env("MARAUDE_MUTANTS", count.to_string());
    tests.args(["--", "gate::tests::mutants::", "--nocapture"]);
    keep_result(&format!("mutants --count {count}"), &mut tests)
}

fn browser_kill(cycles: u32) -> Result<()> {
    run_to_end(cargo().args(["build", "--workspace", "--all-targets"]))?;
    let mut tests = in_web("npx");
    tests.args([
        "--no-install",
        "playwright",
        "test",
        "--reporter=list",
        "kill/kill",
    ]);
    tests
        .env("CHROMIUM", setup::chromium()?)
        .env("MARAUDE_BIN", server_binary())
        .env("MARAUDE_BROWSER_KILLS", cycles.to_string())
        .env("NO_COLOR", "1");
    keep_result(&format!("browser-kill --cycles {cycles}"), &mut tests)
}

fn disclosure(count: u64) -> Result<()> {
    let commit =
        output(crate::run::in_folder("git", &root()).args(["rev-parse", "--short", "HEAD"]))?;
    // A series that was stopped goes on, on the same commit.
    let done = target().join(format!("proof/disclosure-{}", commit.trim()));
    std::fs::create_dir_all(target().join("proof"))?;
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--lib"]);
    tests.env("MARAUDE_CITIES", count.to_string());
    tests.env("MARAUDE_CITIES_DONE", done);
    tests.args(["--", "disclosure::tests::cities::", "--nocapture"]);
    tests.args(["--test-threads", "2"]);
    keep_result(&format!("disclosure --count {count}"), &mut tests)
}

/// Runs a proof, and keeps what its tests printed when it succeeds.
fn keep_result(words: &str, tests: &mut Command) -> Result<()> {
    let (ok, text) = run_and_read(tests.stderr(Stdio::inherit()))?;
    if !ok {
        bail!("the proof failed: docs/proofs.md is left as it was");
    }
    let told: Vec<String> = text
        .lines()
        .filter_map(told_by_a_test)
        .map(str::to_owned)
        .collect();
    keep(words, &told)
}

/// Writes what a proof showed into docs/proofs.md.
fn keep(words: &str, told: &[String]) -> Result<()> {
    let path = root().join("docs/proofs.md");
    let former = std::fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
    let commit =
        output(crate::run::in_folder("git", &root()).args(["rev-parse", "--short", "HEAD"]))?;
    let section = format!("At {}:\n\n```\n{}\n```\n", commit.trim(), told.join("\n"));
    Ok(std::fs::write(
        &path,
        with_section(&former, words, &section),
    )?)
}

/// First lines of the file.
const HEAD: &str = "# Proofs\n\nWhat is too long for every run, and what it printed last. \
                    `cargo xtask proof` writes this file.\n";

/// What a test printed; the runner's own lines tell nothing more.
fn told_by_a_test(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = match line.strip_prefix("test ") {
        Some(named) => named.split_once(" ... ")?.1,
        None => line,
    };
    let own = [
        "running ",
        "Running ",
        "result: ",
        "ok",
        "test result",
        "successes",
        "✓",
    ];
    let of_playwright = line.ends_with(" passed") || line.contains(" passed (");
    let of_runner = line.is_empty() || of_playwright || own.iter().any(|own| line.starts_with(own));
    (!of_runner).then_some(line)
}

/// The file with the section of a proof replaced, or added at its end.
fn with_section(file: &str, words: &str, section: &str) -> String {
    let name = words.split(' ').next().unwrap_or_default();
    let mut parts: Vec<String> = file.split("\n## ").map(str::to_owned).collect();
    parts.retain(|part| !part.starts_with(&format!("`cargo xtask proof {name}")));
    let kept: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    format!(
        "{}\n\n## `cargo xtask proof {words}`\n\n{section}",
        kept.join("\n\n## ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_replaces_its_own_result_and_no_other() {
        let one = with_section(HEAD, "kill --cycles 5", "A\n");
        let two = with_section(&one, "schedules --count 7", "B\n");
        let again = with_section(&two, "kill --cycles 9", "C\n");
        assert!(again.starts_with("# Proofs\n"));
        assert!(again.contains("## `cargo xtask proof schedules --count 7`\n\nB\n"));
        assert!(again.ends_with("## `cargo xtask proof kill --cycles 9`\n\nC\n"));
        assert!(!again.contains("cycles 5"));
    }

    #[test]
    fn the_runners_own_lines_are_left_out() {
        let told = |line| told_by_a_test(line);
        assert_eq!(
            told("test a::b ... 5 kills, 0 lost"),
            Some("5 kills, 0 lost")
        );
        assert_eq!(told("test a::b ... ok"), None);
        assert_eq!(told("test result: ok. 2 passed"), None);
        assert_eq!(told("running 2 tests"), None);
        assert_eq!(told("2,000 schedules"), Some("2,000 schedules"));
        assert_eq!(told("Running 2 tests using 1 worker"), None);
        assert_eq!(told("  ✓  1 kill/kill.spec.ts:9:1 › it (2s)"), None);
        assert_eq!(told("  2 passed (4.1m)"), None);
    }
}
