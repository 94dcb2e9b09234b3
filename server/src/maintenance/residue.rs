//! Pieces of files that are about to go, and the search for them afterwards.
//!
//! They are held in memory alone, never written or told: only how many were found is.

use super::backup::in_file;
use super::purge::files_under;
use super::{BackupError, DATA};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;

/// Length of a piece, bytes.
const PIECE: usize = 32;

/// Pieces taken of each file at most.
const OF_ONE_FILE: usize = 64;

/// A piece with fewer different bytes is text that any database holds, or nothing.
const LEAST_DIFFERENT: usize = 26;

/// Bytes read at a time.
const BLOCK: usize = 1024 * 1024;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scan {
    /// Pieces looked for.
    pub pieces: u64,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Pieces found.
    pub found: u64,
}

/// Pieces of files.
pub struct Residue {
    pieces: HashSet<[u8; PIECE]>,
    /// Whether a piece begins with these two bytes: most places are passed over by it.
    begins: Vec<bool>,
}

impl Residue {
    /// Takes pieces of all files of these folders, evenly.
    pub fn sample(folders: &[PathBuf]) -> Result<Self, BackupError> {
        let mut pieces = HashSet::new();
        for folder in folders {
            for path in files_under(folder)? {
                let bytes = in_file(&path, |path| std::fs::read(path))?;
                let telling: Vec<&[u8; PIECE]> = bytes
                    .as_chunks::<PIECE>()
                    .0
                    .iter()
                    .filter(|piece| different(piece.as_slice()) >= LEAST_DIFFERENT)
                    .collect();
                let step = telling.len().div_ceil(OF_ONE_FILE).max(1);
                pieces.extend(telling.into_iter().step_by(step).copied());
            }
        }
        let mut begins = vec![false; 1 << 16];
        for [first, second, ..] in &pieces {
            begins[usize::from(u16::from_be_bytes([*first, *second]))] = true;
        }
        Ok(Self { pieces, begins })
    }

    /// Looks for the pieces at every place of every file of these folders.
    pub fn scan(&self, folders: &[PathBuf]) -> Result<Scan, BackupError> {
        let mut scan = Scan {
            pieces: self.pieces.len() as u64,
            ..Scan::default()
        };
        let (mut found, mut seen) = (HashSet::new(), HashSet::new());
        for folder in folders {
            for path in files_under(folder)? {
                // The views' folder may lie in the data's; a copy is sealed, and was long before.
                let copy = path.extension().is_some_and(|end| *end == DATA.1[1..]);
                if copy || !seen.insert(path.clone()) {
                    continue;
                }
                scan.files += 1;
                scan.bytes += in_file(&path, |path| {
                    let mut file = std::fs::File::open(path)?;
                    self.look(&mut file, &mut found)
                })?;
            }
        }
        scan.found = found.len() as u64;
        Ok(scan)
    }

    fn look(&self, file: &mut impl Read, found: &mut HashSet<[u8; PIECE]>) -> std::io::Result<u64> {
        let (mut block, mut read) = (Vec::with_capacity(BLOCK + PIECE), 0);
        loop {
            let kept = block.len().min(PIECE - 1);
            block.drain(..block.len() - kept);
            let came = file.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
            if came == 0 {
                return Ok(read);
            }
            read += came as u64;
            for window in block.array_windows::<PIECE>() {
                let begin = usize::from(u16::from_be_bytes([window[0], window[1]]));
                if self.begins[begin] && self.pieces.contains(window) {
                    found.insert(*window);
                }
            }
        }
    }
}

fn different(piece: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in piece {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_found_wherever_it_lies_and_not_once_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (before, after) = (folder.path().join("before"), folder.path().join("after"));
        for path in [&before, &after] {
            std::fs::create_dir(path).unwrap();
        }
        let sealed: [u8; 4096] = crate::store::random().unwrap();
        std::fs::write(before.join("log"), sealed).unwrap();
        let residue = Residue::sample(&[before]).unwrap();
        let elsewhere = [&vec![7; BLOCK - 50][..], &sealed, &[7; 50]].concat();
        std::fs::write(after.join("leak"), elsewhere).unwrap();
        let found = residue.scan(std::slice::from_ref(&after)).unwrap();
        assert!(found.pieces > 0);
        assert_eq!(found.found, found.pieces, "control");
        std::fs::remove_file(after.join("leak")).unwrap();
        std::fs::write(after.join("log"), vec![7; BLOCK]).unwrap();
        assert_eq!(residue.scan(&[after]).unwrap().found, 0);
    }
}
