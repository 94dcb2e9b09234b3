//! `cargo xtask ci`: the gates of docs/STYLE.md section 7, then the tests.

use crate::run::{cargo, run as run_to_end, say};
use crate::test::{Tally, all, closing_line};
use crate::{budget, setup, tidy, web};
use anyhow::{Result, bail};

type Gate = (&'static str, fn() -> Result<()>);

/// Runs every gate, then every test; ends with the line that CI reads.
pub fn run_gates() -> Tally {
    let gates: [Gate; 6] = [
        ("fmt", || {
            run_to_end(cargo().args(["fmt", "--all", "--check"]))
        }),
        ("tidy", tidy::run),
        ("clippy", || {
            run_to_end(cargo().args([
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]))
        }),
        ("wasm check", wasm_check),
        ("doc", || {
            let mut doc = cargo();
            // Private items are documented too, so links to them are not dead.
            doc.env(
                "RUSTDOCFLAGS",
                "-D warnings -A rustdoc::private_intra_doc_links",
            );
            run_to_end(doc.args([
                "doc",
                "--quiet",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ]))
        }),
        ("licences", tidy::licences),
    ];
    let mut tally = Tally::default();
    for (name, gate) in gates {
        say(format!("\n=== {name}"));
        let result = gate();
        if let Err(problem) = &result {
            say(format!("{name}: {problem:#}"));
        }
        tally.add(Tally::of_check(result.is_ok()));
    }
    tally
}

/// `linkage` and `observatory` compile for the browser, without automerge. The core does too: the tests
/// begin by building it.
fn wasm_check() -> Result<()> {
    setup::wasm_target()?;
    let mut check = cargo();
    check.args(["check", "--quiet", "--target", setup::WASM_TARGET]);
    run_to_end(check.args(["-p", "maraude-linkage", "-p", "maraude-observatory"]))?;
    tidy::without_automerge()
}

/// Everything.
pub fn run() -> Result<()> {
    // Beside the gates: much of what builds the page keeps one processor busy alone. Whether it
    // failed is asked by the tests, which begin by building what is not built yet.
    let page = std::thread::spawn(web::build);
    let mut tally = run_gates();
    if page.join().is_err() {
        say("the page's build broke off; the tests try again");
    }
    tally.add(all(true));
    say("\n=== budgets");
    let budgets = budget::run();
    if let Err(problem) = &budgets {
        say(format!("budgets: {problem:#}"));
    }
    tally.add(Tally::of_check(budgets.is_ok()));
    say(closing_line(tally));
    if tally.failed > 0 {
        bail!("something failed: see above");
    }
    Ok(())
}
