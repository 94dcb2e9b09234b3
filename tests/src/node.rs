//! Programs in Node beside npm packages that `cargo xtask test` installed for them.
//!
//! It must never install anything itself: tests need no network.

use crate::generated::root;
use anyhow::{Result, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Names the folder that holds the packages.
const VARIABLE: &str = "MARAUDE_NODE_CLIENT";

/// How long a program may take, seconds.
const PATIENCE_S: &str = "60";

/// A folder with the packages of `docs/examples/node-client`.
pub struct Packages(PathBuf);

impl Packages {
    /// Where they were installed; none, and a word about it, in a run without them.
    pub fn at_hand() -> Result<Option<Self>> {
        let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
            #[expect(clippy::print_stderr, reason = "a test that cannot run says so")]
            {
                eprintln!("not run: {VARIABLE} names no folder; `cargo xtask test` installs one");
            }
            return Ok(None);
        };
        let installed = folder.join("node_modules/@automerge/automerge-repo");
        ensure!(installed.is_dir(), "{VARIABLE} holds no packages");
        Ok(Some(Self(folder)))
    }

    /// Runs a program of this repository beside the packages and the example; what it printed.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let folder = tempfile::tempdir_in(&self.0)?;
        for name in ["docs/examples/node-client/client.mjs", program] {
            let file = root().join(name);
            let copy = folder.path().join(file.file_name().unwrap_or_default());
            std::fs::copy(file, copy)?;
        }
        let file = root().join(program);
        let done = Command::new("timeout")
            .args([PATIENCE_S, "node"])
            .arg(folder.path().join(file.file_name().unwrap_or_default()))
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        let problem = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "{program}:\n{told}\n{problem}");
        Ok(told)
    }
}
