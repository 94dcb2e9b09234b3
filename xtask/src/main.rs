//! The project's own commands. `cargo xtask help` lists them.
//!
//! Everything a person or CI runs beyond plain cargo lives here, never in a shell script.

mod api;
mod approve;
mod bench;
mod budget;
mod ci;
mod demo;
mod dist;
mod package;
mod proof;
mod run;
mod screenshots;
mod setup;
mod simulate;
mod test;
mod tidy;
mod web;

use clap::{Parser, Subcommand};

/// Maraude's own commands.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_version_flag = true
)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set everything up, build, and serve a demo campaign with a night already collected.
    Demo(demo::Demo),
    /// Everything that must pass, browser tests included.
    Test(test::Test),
    /// `test` plus the gates of docs/STYLE.md; ends with `N passed, N failed`.
    Ci,
    /// What is too long or heavy for every run; prints its result.
    Proof(proof::Proof),
    /// Benchmarks beside peers; prints a table and writes JSON under target/bench.
    Bench(bench::Bench),
    /// How well linkage does on nights with known truth; prints a table.
    Simulate(simulate::Simulate),
    /// Make the Debian package of the server, with its systemd unit.
    Dist(dist::Dist),
    /// Build the tablet's core and the web app.
    Web,
    /// Check floors, sizes, words, module headers and links.
    Tidy,
    /// Check the size and start-up budgets of the web app.
    Budget,
    /// Rewrite the approved files from the code.
    Approve,
    /// Make the README's screenshots from a running demo.
    Screenshots,
}

fn main() -> std::process::ExitCode {
    let done = match Cli::parse().command {
        Task::Demo(demo) => demo.run(),
        Task::Test(test) => test.run(),
        Task::Ci => ci::run(),
        Task::Proof(proof) => proof.run(),
        Task::Bench(bench) => bench.run(),
        Task::Simulate(simulate) => simulate.run(),
        Task::Dist(dist) => dist.run(),
        Task::Web => web::build(),
        Task::Tidy => tidy::run(),
        Task::Budget => budget::run(),
        Task::Approve => approve::run(),
        Task::Screenshots => screenshots::run(),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => {
            #[expect(clippy::print_stderr, reason = "a command says why it failed")]
            {
                eprintln!("xtask: {problem:#}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}
