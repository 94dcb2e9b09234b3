//! What became of rounds: counts that outlive the tablets' shredding.

use super::{View, ViewError};
use maraude_core::model::DocumentId;
use rusqlite::params;

impl View {
    /// Observations of a round that the server holds, and those the coordination has read since
    /// their last change; `None` when the view has no such round yet.
    pub fn round_counts(&self, document: DocumentId) -> Result<Option<(u32, u32)>, ViewError> {
        self.read(|connection| {
            let known: bool = connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM round WHERE document = ?)",
                [document.as_bytes()],
                |row| row.get(0),
            )?;
            if !known {
                return Ok(None);
            }
            let counts = connection.query_row(
                "SELECT count(*), count(*) FILTER (WHERE EXISTS (
                     SELECT 1 FROM read_mark
                     WHERE read_mark.observation = observation.id
                       AND read_mark.at >= observation.changed_at))
                 FROM observation WHERE document = ?",
                params![document.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            Ok(Some(counts))
        })
    }
}
