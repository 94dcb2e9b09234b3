//! Commands that make one CSV of another: the answer is whole or absent.

use super::control::Refusal;
use super::progress::Progress;
use super::{CommandError, say};
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

/// What a command reads and writes.
pub(super) struct Files<'f> {
    /// Code of a refusal.
    pub(super) code: &'static str,
    /// The CSV that is read.
    pub(super) from: &'f Path,
    /// The CSV that is written.
    pub(super) out: &'f Path,
    /// What is counted while it works.
    pub(super) what: &'static str,
}

impl Files<'_> {
    /// Works over the rows; `work` is given what to read, where to write, and whom to tell how
    /// many rows are done.
    pub(super) fn fill<T, E: std::fmt::Display>(
        &self,
        work: impl FnOnce(BufReader<File>, BufWriter<File>, &mut dyn FnMut(usize)) -> Result<T, E>,
    ) -> Result<T, CommandError> {
        let refused = |path: &Path, error: &dyn std::fmt::Display| {
            Refusal::new(self.code, format!("{}: {error}", path.display()))
        };
        let from = File::open(self.from).map_err(|error| refused(self.from, &error))?;
        // Written aside and moved, so that the answer is whole or absent.
        let aside = self.out.with_extension("part");
        let out = File::create(&aside).map_err(|error| refused(&aside, &error))?;
        let mut progress = Progress::new(self.what);
        let done = work(BufReader::new(from), BufWriter::new(out), &mut |n| {
            progress.at(n);
        });
        progress.end();
        match done {
            Ok(done) => {
                std::fs::rename(&aside, self.out)?;
                Ok(done)
            }
            Err(error) => {
                // The first failure is what matters.
                let _ = std::fs::remove_file(&aside);
                Err(refused(self.from, &error).into())
            }
        }
    }
}

/// Says what came of it: as JSON, or in a sentence.
pub(super) fn tell(json: bool, value: &serde_json::Value, sentence: &str) -> std::io::Result<()> {
    if json { say(value) } else { say(sentence) }
}
