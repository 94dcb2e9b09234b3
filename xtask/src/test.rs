//! `cargo xtask test`: everything that must pass, with minutes per group against a budget.

use crate::run::{cargo, in_web, root, run_and_read, say, target};
use crate::{setup, web};
use anyhow::{Result, bail};
use clap::Args;
use std::time::{Duration, Instant};

/// Everything that must pass.
#[derive(Args)]
pub struct Test {
    /// Leave the browser out (a machine without one).
    #[arg(long)]
    no_browser: bool,
}

/// What a group of tests came to.
#[derive(Default, Clone, Copy)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed.
    pub failed: u32,
    /// Tests that could not run here.
    pub skipped: u32,
}

impl Tally {
    /// One check that is either right or wrong.
    pub fn of_check(ok: bool) -> Self {
        if ok {
            Self {
                passed: 1,
                ..Self::default()
            }
        } else {
            Self {
                failed: 1,
                ..Self::default()
            }
        }
    }

    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// One group, its result and its time.
struct Group {
    name: &'static str,
    budget_minutes: u32,
    took: Duration,
    tally: Tally,
    /// What failing tests printed.
    failures: Vec<String>,
}

/// A runner's counts, and what its failing tests printed.
#[derive(Default)]
struct Outcome {
    tally: Tally,
    failures: Vec<String>,
}

impl From<Tally> for Outcome {
    fn from(tally: Tally) -> Self {
        Self {
            tally,
            failures: Vec::new(),
        }
    }
}

impl Test {
    /// Runs and prints.
    pub fn run(self) -> Result<()> {
        let tally = all(!self.no_browser);
        say(closing_line(tally));
        if tally.failed > 0 {
            bail!("some tests failed");
        }
        Ok(())
    }
}

/// The line that CI reads.
pub fn closing_line(tally: Tally) -> String {
    let mut line = format!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.skipped > 0 {
        line = format!("{line}, {} skipped", tally.skipped);
    }
    line
}

/// Runs every group; a failing group does not stop the others.
pub fn all(browser: bool) -> Tally {
    let mut groups = vec![
        timed("build", 15, build),
        timed("Rust", 6, rust),
        timed("faults", 6, faults),
        timed("outside", 2, outside),
        timed("web units", 2, web_units),
    ];
    if browser {
        groups.push(timed("browser", 8, in_browser));
    } else {
        groups.push(Group {
            name: "browser",
            budget_minutes: 8,
            took: Duration::ZERO,
            tally: Tally {
                skipped: 1,
                ..Tally::default()
            },
            failures: Vec::new(),
        });
    }
    let mut sum = Tally::default();
    say("\ngroup        minutes  budget  passed  failed  skipped");
    for group in &groups {
        let Tally {
            passed,
            failed,
            skipped,
        } = group.tally;
        let minutes = group.took.as_secs_f64() / 60.0;
        say(format!(
            "{:<12} {minutes:>7.1} {:>7} {passed:>7} {failed:>7} {skipped:>8}",
            group.name, group.budget_minutes
        ));
        sum.add(group.tally);
    }
    // Again, where somebody who looks at the end finds it.
    for failure in groups.iter().flat_map(|group| &group.failures) {
        say(format!("\n{failure}"));
    }
    sum
}

fn timed(name: &'static str, budget_minutes: u32, work: impl FnOnce() -> Result<Outcome>) -> Group {
    say(format!("\n=== {name}"));
    let start = Instant::now();
    let outcome = work().unwrap_or_else(|problem| Outcome {
        tally: Tally::of_check(false),
        failures: vec![format!("{name}: {problem:#}")],
    });
    outcome.failures.iter().for_each(say);
    Group {
        name,
        budget_minutes,
        took: start.elapsed(),
        tally: outcome.tally,
        failures: outcome.failures,
    }
}

fn build() -> Result<Outcome> {
    web::build()?;
    crate::run::run(cargo().args(["build", "--workspace", "--all-targets", "--quiet"]))?;
    Ok(Tally::of_check(true).into())
}

fn rust() -> Result<Outcome> {
    let mut tests = cargo();
    tests
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("MARAUDE_BIN", server_binary());
    if let Some(layers) = real_layers() {
        tests.env(GEODATA, layers);
    }
    tests.env(NODE_CLIENT, setup::node_client()?);
    // What a test measured is printed although it passed.
    tests.args(["--", "--show-output"]);
    for outside in OUTSIDE_TESTS {
        tests.args(["--skip", outside]);
    }
    for faults in FAULT_TESTS {
        tests.args(["--skip", faults]);
    }
    cargo_tests(&mut tests)
}

/// Names the folder of real layers and addresses.
const GEODATA: &str = "MARAUDE_GEODATA";

/// Names the folder of npm packages beside which clients of other makes run.
const NODE_CLIENT: &str = "MARAUDE_NODE_CLIENT";

/// Real layers and addresses, where they are at hand; without them invented shapes do.
pub fn real_layers() -> Option<std::path::PathBuf> {
    let named = std::env::var_os(GEODATA).map(std::path::PathBuf::from);
    let beside = || root().join("../shared/data");
    let folder = named.unwrap_or_else(beside);
    let found = folder.canonicalize().ok().filter(|folder| folder.is_dir());
    say(match &found {
        Some(_) => "real layers: at hand",
        None => "real layers: none (MARAUDE_GEODATA names no folder); invented shapes alone",
    });
    found
}

/// Tests under these module names kill, cut and corrupt; they run in a group of their own.
const FAULT_TESTS: [&str; 8] = [
    "acknowledged::",
    "cut_anywhere::",
    "fuzz::",
    "malformed::",
    "power_cuts::",
    "schedules::",
    "slow_network::",
    "storage_trouble::",
];

fn faults() -> Result<Outcome> {
    let mut tests = cargo();
    tests
        .args(["test", "--workspace", "--test", "integration"])
        .env("MARAUDE_BIN", server_binary());
    // Two at a time: those that do much run in two threads themselves.
    tests.args(["--", "--show-output", "--test-threads", "2"]);
    tests.args(FAULT_TESTS);
    cargo_tests(&mut tests)
}

/// Tests under these module names hand files to GDAL and frictionless, or ask Pebble for a certificate.
const OUTSIDE_TESTS: [&str; 2] = ["outside::", "authority::"];

/// What other programs take part in; one that is not installed counts as skipped, never as passed.
fn outside() -> Result<Outcome> {
    if let Err(problem) = setup::outside_programs() {
        // Nothing else needs them: what is missing is named below.
        say(format!("outside programs: {problem:#}"));
    }
    let mut tests = cargo();
    tests
        .args(["test", "--workspace", "--lib", "--test", "integration"])
        .env("MARAUDE_BIN", server_binary())
        .args(["--", "--show-output"])
        .args(OUTSIDE_TESTS);
    let mut skipped = 0;
    match setup::frictionless() {
        Ok(program) => {
            tests.env("MARAUDE_FRICTIONLESS", program);
        }
        Err(problem) => {
            say(format!("frictionless: skipped ({problem:#})"));
            tests.args(["--skip", "frictionless"]);
            skipped += 1;
        }
    }
    if !crate::run::has("ogrinfo") {
        say("GDAL: skipped (Debian: apt-get install gdal-bin python3-gdal)");
        tests.args(["--skip", "gdal", "--skip", "geopackages"]);
        skipped += 3;
    }
    if !crate::run::has("pebble") {
        say("Pebble: skipped (Debian: apt-get install pebble)");
        tests.args(["--skip", "authority"]);
        skipped += 3;
    }
    let mut outcome = cargo_tests(&mut tests)?;
    outcome.tally.skipped += skipped;
    Ok(outcome)
}

fn web_units() -> Result<Outcome> {
    let (checked, _) = run_and_read(in_web("npm").args(["run", "--silent", "check"]))?;
    let mut tally = Tally::of_check(checked);
    let (ok, text) = run_and_read(
        in_web("npx")
            .args(["--no-install", "vitest", "run"])
            .env("NO_COLOR", "1"),
    )?;
    tally.add(counted(ok, &text, "Tests "));
    Ok(tally.into())
}

fn in_browser() -> Result<Outcome> {
    let chromium = setup::chromium()?;
    let mut tests = in_web("npx");
    tests.args(["--no-install", "playwright", "test", "--reporter=list"]);
    tests
        .env("CHROMIUM", chromium)
        .env("MARAUDE_BIN", server_binary())
        .env("NO_COLOR", "1");
    tests.env("MARAUDE_NIGHT", target().join("debug/simulated_night"));
    let (ok, text) = run_and_read(&mut tests)?;
    Ok(counted(ok, &text, "").into())
}

/// The server that the tests start.
pub fn server_binary() -> std::path::PathBuf {
    target().join("debug/maraude")
}

fn cargo_tests(command: &mut std::process::Command) -> Result<Outcome> {
    let (ok, text) = run_and_read(command)?;
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| line.starts_with("test result:")) {
        tally.passed += number_before(line, " passed").unwrap_or(0);
        tally.failed += number_before(line, " failed").unwrap_or(0);
    }
    if !ok && tally.failed == 0 {
        tally.failed = 1;
    }
    let skipped = said_to_be_skipped(&text);
    tally.passed = tally.passed.saturating_sub(skipped);
    tally.skipped += skipped;
    Ok(Outcome {
        tally,
        failures: printed_by_failures(&text),
    })
}

/// Tests that found that they cannot run here say so on a line that begins `skipped: `: the runner
/// counts them as passed, and we do not.
fn said_to_be_skipped(text: &str) -> u32 {
    let says_so = |line: &&str| line.starts_with("skipped: ");
    text.lines().filter(says_so).count() as u32
}

/// What cargo's runner prints of each failing test: the part that begins `---- NAME stdout ----`
/// under a line `failures:`, until the list of names.
fn printed_by_failures(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut among = false;
    for line in text.lines() {
        let begins = line.starts_with("---- ") && line.ends_with(" stdout ----");
        match line {
            "failures:" => among = !among,
            "successes:" => among = false,
            _ if line.starts_with("test result:") => among = false,
            _ if among && begins => found.push(line.to_owned()),
            _ if among && !line.trim().is_empty() => {
                if let Some(last) = found.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
            _ => {}
        }
    }
    found
}

/// Counts of a runner that prints `N passed`, `N failed`, `N skipped` on lines that begin so.
fn counted(ok: bool, text: &str, prefix: &str) -> Tally {
    let mut tally = Tally::default();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(prefix))
    {
        let alone = prefix.is_empty();
        let count = |word: &str| {
            let number = number_before(line, word)?;
            let short = line.split_whitespace().count() <= 3 || !alone;
            short.then_some(number)
        };
        tally.passed += count(" passed").unwrap_or(0);
        tally.failed += count(" failed").unwrap_or(0);
        tally.skipped += count(" skipped").unwrap_or(0);
    }
    if tally.passed + tally.failed == 0 || (!ok && tally.failed == 0) {
        tally.failed += 1;
    }
    tally
}

fn number_before(line: &str, word: &str) -> Option<u32> {
    let before = line
        .split(word)
        .next()
        .filter(|before| before.len() < line.len())?;
    before.split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_closing_lines_are_read() {
        let check = |prefix: &str, text: &str, expected: (u32, u32, u32)| {
            let tally = counted(true, text, prefix);
            assert_eq!(
                (tally.passed, tally.failed, tally.skipped),
                expected,
                "{text}"
            );
        };
        check("Tests ", "   Tests  2 failed | 11 passed (13)", (11, 2, 0));
        check("", "  12 passed (34.2s)\n  1 skipped", (12, 0, 1));
        check("", "  3 failed\n  9 passed (1.2m)", (9, 3, 0));
        check("", "nothing ran", (0, 1, 0));
    }

    #[test]
    fn a_test_that_could_not_run_is_counted_as_skipped() {
        let text =
            "---- a stdout ----\nskipped: no small disk\n\n---- b stdout ----\nnot skipped\n";
        assert_eq!(said_to_be_skipped(text), 1);
        assert_eq!(said_to_be_skipped("test result: ok. 2 passed"), 0);
    }

    #[test]
    fn what_a_failing_test_printed_is_found_among_what_the_others_printed() {
        let text = "successes:\n\n---- a stdout ----\nfine\n\nsuccesses:\n    a\n\n\
            failures:\n\n---- b stdout ----\npanicked at b\nleft: 1\n\n\
            failures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed\n\
            failures:\n\n---- c stdout ----\nagain\n\nfailures:\n    c\n";
        let found = printed_by_failures(text);
        let expected = [
            "---- b stdout ----\npanicked at b\nleft: 1",
            "---- c stdout ----\nagain",
        ];
        assert_eq!(found, expected);
        assert!(printed_by_failures("successes:\n---- a stdout ----\nfine\n").is_empty());
    }
}
