//! The files of a campaign's views: each rebuild is written under the next number, beside the one that
//! is read.

use std::path::{Path, PathBuf};

/// The files of a view: SQLite's own and its helpers.
pub(super) fn files_of(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let path = path.to_owned();
    ["", "-wal", "-shm"].into_iter().map(move |suffix| {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        PathBuf::from(file)
    })
}

/// The name of one, by its number.
pub(super) fn view_file(number: u32) -> String {
    format!("view-{number}.db")
}

fn views(folder: &Path) -> Result<Vec<(u32, PathBuf)>, std::io::Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_prefix("view-")?.strip_suffix(".db"))
            .and_then(|number| number.parse().ok());
        found.extend(number.map(|number| (number, path)));
    }
    found.sort();
    Ok(found)
}

/// The one with the highest number.
pub(super) fn newest_view(folder: &Path) -> Result<Option<(u32, PathBuf)>, std::io::Error> {
    Ok(views(folder)?.pop())
}

/// Removes every view but one. Readers may still have an older one open: what is left goes with the
/// next rebuild.
pub(super) fn remove_others(folder: &Path, kept: &Path) -> Result<(), std::io::Error> {
    for (_, path) in views(folder)? {
        if path != kept {
            for file in files_of(&path) {
                let _ = std::fs::remove_file(file);
            }
        }
    }
    Ok(())
}
