//! The README's screenshots, taken by a browser from a running demo.

use crate::demo::{self, Demo};
use crate::run::{in_web, root, run as run_to_end, say};
use crate::setup;
use anyhow::Result;

/// A port beside the demo's.
const PORT: u16 = 8608;

/// Serves a demo of its own and photographs its screens into `docs/images`.
pub fn run() -> Result<()> {
    let chromium = setup::chromium()?;
    demo::build()?;
    let served = Demo::on_port(PORT).serve()?;
    let mut shots = in_web("npx");
    shots.args([
        "--no-install",
        "playwright",
        "test",
        "--config",
        "e2e/screenshots.config.ts",
    ]);
    shots
        .env("BASE_URL", &served.base)
        .env("CHROMIUM", chromium);
    shots
        .env("ACCOUNT", demo::COORDINATOR)
        .env("PASSWORD", demo::PASSWORD);
    shots.env("IMAGES", root().join("docs/images"));
    run_to_end(&mut shots)?;
    say("docs/images holds the new screenshots: look at them before committing");
    Ok(())
}
