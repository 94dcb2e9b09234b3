//! What is too long for every run; each keeps its last printed result in docs/proofs.md.

use crate::run::{cargo, run as run_to_end};
use crate::test::server_binary;
use anyhow::Result;
use clap::{Args, Subcommand};

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
    /// Simulated schedules of several tablets and a server in which everything goes wrong.
    Schedules {
        /// How many seeds.
        #[arg(long, default_value_t = 100_000)]
        count: u64,
    },
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
            Which::Kill { cycles } => kill(cycles),
            Which::Schedules { count } => long("schedules::", "MARAUDE_SCHEDULES", count),
            Which::Malformed { count } => long("malformed::", "MARAUDE_MALFORMED", count),
        }
    }
}

fn kill(cycles: u32) -> Result<()> {
    // Everything is built as `cargo xtask test` builds it, so that nothing is built twice.
    run_to_end(cargo().args(["build", "--workspace", "--all-targets"]))?;
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--test", "integration"]);
    tests
        .env("MARAUDE_BIN", server_binary())
        .env("MARAUDE_KILLS", cycles.to_string());
    run_to_end(tests.args(["--", "acknowledged::", "--nocapture", "--test-threads", "1"]))
}

/// A test that runs in every `cargo xtask test`, for longer and optimised.
fn long(name: &str, variable: &str, count: u64) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--release", "--package", "maraude-tests"]);
    tests.args(["--test", "integration"]);
    tests.env(variable, count.to_string());
    run_to_end(tests.args(["--", name, "--nocapture"]))
}
