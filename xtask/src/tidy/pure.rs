//! Crates without I/O, clock or randomness: clippy refuses the calls by a file beside each of them,
//! and these files must agree with each other and with the root's.

use super::Finding;
use std::path::Path;

/// The crates of docs/STYLE.md, section 1, rule 3.
pub const PURE: [&str; 3] = ["client-core", "server/linkage", "server/observatory"];

/// Where what is refused begins, after the root's own settings.
const BANS: &str = "disallowed-methods";

/// Compares the files of a tree.
pub fn check(root: &Path) -> Vec<Finding> {
    compare(&|name| std::fs::read_to_string(root.join(name)).ok())
}

fn compare(text_of: &dyn Fn(&str) -> Option<String>) -> Vec<Finding> {
    let root = text_of("clippy.toml").unwrap_or_default();
    let first = text_of(&format!("{}/clippy.toml", PURE[0])).unwrap_or_default();
    let mut found = Vec::new();
    for folder in PURE {
        let name = format!("{folder}/clippy.toml");
        match text_of(&name) {
            None => found.push(format!("{name} is missing: it keeps clock and I/O out")),
            Some(text) if !text.starts_with(&root) => {
                found.push(format!(
                    "{name} does not begin with the settings of clippy.toml"
                ));
            }
            Some(text) if text != first || !text.contains(BANS) => {
                found.push(format!("{name} and {}/clippy.toml differ", PURE[0]));
            }
            Some(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{cargo, root};

    #[test]
    fn a_missing_or_different_file_is_found() {
        let found = |last: Option<&str>| {
            let last = last.map(str::to_owned);
            let same = "a = 1\ndisallowed-methods = []\n".to_owned();
            compare(&|name| match name {
                "clippy.toml" => Some("a = 1\n".to_owned()),
                "server/observatory/clippy.toml" => last.clone(),
                _ => Some(same.clone()),
            })
        };
        assert!(found(Some("a = 1\ndisallowed-methods = []\n")).is_empty());
        assert_eq!(found(Some("a = 2\n")).len(), 1);
        assert_eq!(found(Some("a = 1\n")).len(), 1);
        assert_eq!(found(None).len(), 1);
    }

    /// What clippy says of one line in a crate with the core's settings.
    fn said_of(line: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src");
        std::fs::create_dir(&source).unwrap();
        let settings = root().join(PURE[0]).join("clippy.toml");
        std::fs::copy(settings, folder.path().join("clippy.toml")).unwrap();
        let manifest = "[package]\nname = \"pure\"\nedition = \"2024\"\n[workspace]\n";
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let text = format!("pub fn tried() {{\n    {line}\n}}\n");
        std::fs::write(source.join("lib.rs"), text).unwrap();
        let mut clippy = cargo();
        clippy.args(["clippy", "--quiet", "--offline", "--", "-D", "warnings"]);
        clippy.env("CARGO_TARGET_DIR", folder.path().join("target"));
        let done = clippy.current_dir(folder.path()).output().unwrap();
        String::from_utf8_lossy(&done.stderr).into_owned()
    }

    #[test]
    fn clippy_refuses_clock_randomness_and_io_in_the_pure_crates() {
        for line in [
            "let _ = std::time::Instant::now();",
            "let _ = std::time::SystemTime::now();",
            "let _ = std::fs::read(\"a\");",
            "let _ = std::net::TcpStream::connect(\"a:1\");",
            "let _ = std::collections::hash_map::RandomState::new();",
        ] {
            let said = said_of(line);
            assert!(said.contains("disallowed method"), "{line}: {said}");
        }
        // Control: what is no I/O passes.
        assert_eq!(said_of("let _ = std::time::Duration::from_secs(1);"), "");
    }
}
