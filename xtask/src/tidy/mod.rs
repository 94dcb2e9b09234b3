//! What the compiler does not check of docs/STYLE.md: floors, sizes, words, headers, links.

mod floors;
mod glossary;
mod licences;
mod links;
mod logs;
mod pure;
mod sizes;
mod web_floors;

use crate::run::{files_under, root, say};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

pub use licences::{licences, without_automerge};

/// One thing out of order: where, and what to do.
pub type Finding = String;

/// Runs every check and prints what it found.
pub fn run() -> Result<()> {
    let findings = findings(&root())?;
    for finding in &findings {
        say(finding);
    }
    if !findings.is_empty() {
        bail!("{} things to put in order", findings.len());
    }
    say("tidy: nothing to put in order");
    Ok(())
}

/// Everything out of order in a tree.
pub fn findings(root: &Path) -> Result<Vec<Finding>> {
    let files = files_under(root)?;
    let sources: Vec<Source> = files
        .into_iter()
        .filter(|path| is_text(path))
        .map(|path| Source::read(root, &path))
        .collect::<Result<_>>()?;
    let mut found = Vec::new();
    found.extend(pure::check(root));
    for source in &sources {
        found.extend(sizes::check(source));
        found.extend(floors::check(source));
        found.extend(web_floors::check(source));
        found.extend(glossary::check(source));
        found.extend(links::check(root, source));
        found.extend(logs::check(source));
    }
    Ok(found)
}

/// A text file of the tree.
pub struct Source {
    /// Path from the root, with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    fn read(root: &Path, path: &PathBuf) -> Result<Self> {
        let name = path
            .strip_prefix(root)?
            .to_string_lossy()
            .replace('\\', "/");
        Ok(Self {
            name,
            text: std::fs::read_to_string(path)?,
        })
    }

    /// Whether it has this extension.
    pub fn is(&self, extension: &str) -> bool {
        Path::new(&self.name)
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// Test code: it may be long and name what it likes.
    pub fn is_test(&self) -> bool {
        self.name.starts_with("tests/")
            || self.name.contains("/e2e/")
            || self.name.ends_with("/tests.rs")
            || self.name.ends_with("/fixtures.rs")
            || self.name.contains("/tests/")
            || self.name.ends_with(".test.ts")
    }

    /// Generated from another file and compared with it by a test.
    pub fn is_generated(&self) -> bool {
        self.name.contains("/generated/")
    }
}

fn is_text(path: &Path) -> bool {
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    ["rs", "ts", "svelte", "md", "css"].contains(&extension.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let found = findings(&root()).unwrap();
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    #[test]
    fn each_check_finds_what_it_is_for() {
        let source = |name: &str, text: &str| Source {
            name: name.into(),
            text: text.into(),
        };
        let low = source(
            "client-core/src/model/x.rs",
            "//! X.\nuse crate::sync::Peer;\n",
        );
        assert_eq!(floors::check(&low).len(), 1);
        let sql = source(
            "server/src/http/x.rs",
            "//! X.\nuse rusqlite::Connection;\n",
        );
        assert_eq!(floors::check(&sql).len(), 1);
        let words = source(
            "server/src/x.rs",
            "//! X.\nstruct A { user: u8 }\nstruct Dump;\n",
        );
        assert_eq!(glossary::check(&words).len(), 2);
        assert_eq!(
            sizes::check(&source("server/src/y.rs", "fn a() {}\n")).len(),
            1
        );
        let long = format!("//! X.\n{}", "//\n".repeat(900));
        assert_eq!(sizes::check(&source("server/src/y.rs", &long)).len(), 1);
        let screen = "import { x } from '../../platform/storage';\n";
        let screen = source("web-pwa/src/field/home/home.ts", screen);
        assert_eq!(web_floors::check(&screen).len(), 1);
        let dead = source("docs/X.md", "see [this](./nowhere-at-all.md)\n");
        assert_eq!(links::check(&root(), &dead).len(), 1);
    }
}
