//! The binary `maraude`: a thin shell over the library's commands.

use clap::Parser;
use maraude_server::command::{Cli, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(Cli::parse())
}
