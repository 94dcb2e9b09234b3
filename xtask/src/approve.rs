//! Files generated from the code and reviewed as they change: TypeScript types, approved files.

use crate::run::{cargo, run as run_to_end};
use anyhow::Result;

/// Rewrites them all.
pub fn run() -> Result<()> {
    let mut types = cargo();
    types.args([
        "run",
        "--quiet",
        "--package",
        "maraude-tests",
        "--bin",
        "typescript",
        "--",
    ]);
    run_to_end(types.arg("--write"))?;
    for suite in [
        ["maraude-server", "--lib", "approved"],
        ["maraude-tests", "--test=integration", "approved"],
    ] {
        let mut tests = cargo();
        tests.args(["test", "--package"]).args(suite);
        run_to_end(tests.env("MARAUDE_APPROVE", "1"))?;
    }
    Ok(())
}
