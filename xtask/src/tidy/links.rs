//! Links of the documents that lead nowhere.

use super::{Finding, Source};
use std::path::Path;

/// Relative links of a Markdown file to files that do not exist.
pub fn check(root: &Path, source: &Source) -> Vec<Finding> {
    if !source.is("md") {
        return Vec::new();
    }
    let folder = root
        .join(&source.name)
        .parent()
        .unwrap_or(root)
        .to_path_buf();
    source
        .text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter_map(|link| link.split('#').next())
        .filter(|link| !link.is_empty() && !link.contains(':') && !link.contains('<'))
        .filter(|link| !folder.join(link).exists())
        .map(|link| format!("{}: the link to {link} leads nowhere", source.name))
        .collect()
}
