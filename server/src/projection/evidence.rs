//! What geolocation needs of the observations of a round.

use super::lines::bodies;
use super::{View, ViewError};
use maraude_core::model::{
    Coordinates, Correction, CorrectionKind, DocumentId, Observation, ObservationId, SectorId,
    TimestampMs,
};
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;

/// What geolocation needs of one observation.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    /// Its document.
    pub document: DocumentId,
    /// The sector of its round.
    pub sector: Option<SectorId>,
    /// Itself.
    pub observation: Observation,
    /// A coordinator's standing correction of its place.
    pub correction: Option<Coordinates>,
    /// The fix before it of the same tablet in the same round (device clock).
    pub fix_before: Option<(Coordinates, TimestampMs)>,
}

impl View {
    /// What geolocation needs of the observations of one round.
    pub fn evidence(&self, document: DocumentId) -> Result<Vec<EvidenceRow>, ViewError> {
        self.read(|connection| {
            let sql = "SELECT body FROM observation WHERE document = ?";
            let observations: Vec<Observation> = bodies(connection, sql, document.as_bytes())?;
            let before = fixes_before(&observations);
            let sector: Option<Option<[u8; 16]>> = connection
                .query_row(
                    "SELECT sector FROM round WHERE document = ?",
                    [document.as_bytes()],
                    |row| row.get(0),
                )
                .optional()?;
            let sector = sector.flatten().map(SectorId::from_bytes);
            let mut rows = Vec::with_capacity(observations.len());
            for observation in observations {
                let sql = "SELECT body FROM correction WHERE observation = ?";
                let corrections: Vec<Correction> =
                    bodies(connection, sql, observation.id.as_bytes())?;
                rows.push(EvidenceRow {
                    document,
                    sector,
                    correction: corrected_place(&corrections),
                    fix_before: before.get(&observation.id).copied(),
                    observation,
                });
            }
            Ok(rows)
        })
    }
}

fn corrected_place(corrections: &[Correction]) -> Option<Coordinates> {
    corrections
        .iter()
        .filter(|correction| correction.undone_at.is_none())
        .filter_map(|correction| match correction.kind {
            CorrectionKind::Place(at) => Some((correction.decided_at, correction.id, at)),
            CorrectionKind::Sector(_) => None,
        })
        .max_by_key(|(at, id, _)| (*at, *id))
        .map(|(_, _, at)| at)
}

/// For each observation with a fix, the fix before it of the same tablet.
fn fixes_before(
    observations: &[Observation],
) -> BTreeMap<ObservationId, (Coordinates, TimestampMs)> {
    let mut fixes: Vec<_> = observations
        .iter()
        .filter_map(|observation| {
            let fix = observation.fix?;
            let at = fix.fixed_at.unwrap_or(observation.observed_at);
            Some((
                observation.created.device,
                at,
                observation.id,
                fix.coordinates,
            ))
        })
        .collect();
    fixes.sort_by_key(|(device, at, id, _)| (*device, *at, *id));
    fixes
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0)
        .map(|pair| (pair[1].2, (pair[0].3, pair[0].1)))
        .collect()
}
