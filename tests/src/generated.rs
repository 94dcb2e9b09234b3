//! Files generated from the code: what they must hold. `cargo xtask approve` writes them, a test
//! compares them with what is committed.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("the tests lie in the workspace")
        .to_path_buf()
}

/// Each generated file: its path from the root, and its content.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        (
            "web-pwa/src/core/generated/tablet.ts",
            maraude_core::tablet::typescript(),
        ),
        (
            "web-pwa/src/core/generated/console.ts",
            maraude_server::http::contract::typescript(),
        ),
    ]
}
