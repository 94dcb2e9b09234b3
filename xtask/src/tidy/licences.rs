//! Licences of what we depend on, and what the pure crates must do without.

use crate::run::{cargo, output};
use anyhow::{Result, bail};

/// Licences that may be shipped inside the binary.
const ALLOWED: [&str; 14] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "0BSD",
    "CC0-1.0",
    "BSL-1.0",
    "MPL-2.0",
    "Unlicense",
    "CDLA-Permissive-2.0",
    "MIT-0",
];

/// Every dependency offers a licence of the list.
pub fn licences() -> Result<()> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--quiet"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !acceptable(package["license"].as_str().unwrap_or_default()))
        .map(|package| format!("{} ({})", package["name"], package["license"]))
        .collect();
    if packages.is_empty() || !refused.is_empty() {
        bail!("licences to look at: {}", refused.join(", "));
    }
    Ok(())
}

/// An SPDX expression with at least one way through the list.
fn acceptable(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let expression = plain.replace("WITH LLVM-exception", "");
    expression.split(" AND ").all(|side| {
        side.split(" OR ")
            .any(|licence| ALLOWED.contains(&licence.trim()))
    })
}

/// `linkage` and `observatory` do without automerge (docs/STYLE.md section 2, floor 5).
pub fn without_automerge() -> Result<()> {
    for package in ["maraude-linkage", "maraude-observatory"] {
        let tree =
            output(cargo().args(["tree", "--quiet", "--package", package, "--edges", "normal"]))?;
        if tree.contains("automerge") {
            bail!("{package} depends on automerge; it must not");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::acceptable;

    #[test]
    fn a_licence_is_accepted_when_one_way_through_is() {
        assert!(acceptable("MIT OR Apache-2.0") && acceptable("MIT/Apache-2.0"));
        assert!(acceptable("(MIT OR GPL-3.0) AND Unicode-3.0"));
        assert!(!acceptable("GPL-3.0-only") && !acceptable("MIT AND GPL-3.0") && !acceptable(""));
    }
}
