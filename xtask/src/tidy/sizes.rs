//! Sizes of files, and the header each module starts with.

use super::{Finding, Source};

/// Lines from which a file is an error.
const TOO_LONG_LINES: usize = 800;

/// Files that are too long; modules without a header.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let code = source.is("rs") || source.is("ts") || source.is("svelte");
    let lines = source.text.lines().count();
    if code && !source.is_test() && !source.is_generated() && lines > TOO_LONG_LINES {
        found.push(format!(
            "{}: {lines} lines; the design wants a split",
            source.name
        ));
    }
    if source.is("rs") && !source.is_test() && !source.text.starts_with("//!") {
        let what = "starts without `//!` (what for, what it must never do, who calls it)";
        found.push(format!("{}: {what}", source.name));
    }
    found
}
