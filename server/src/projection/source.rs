//! A document as the log has it, with what the log knows of each change.

use super::ViewError;
use crate::store::{Circumstance, Log, LogPosition, Opposed, StoredChange};
use maraude_core::document::{Actor, Document, DocumentName};
use maraude_core::gate::{GateLimits, maps_written};
use maraude_core::model::{DeviceId, DocumentId, TimestampMs};
use std::collections::BTreeMap;

/// What the log knows of one change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) received_at: TimestampMs,
    pub(super) circumstance: Option<Circumstance>,
}

/// A document read from the log.
pub struct SourceDocument {
    /// Its identifier.
    pub id: DocumentId,
    /// What it derives from.
    pub name: DocumentName,
    /// Itself.
    pub document: Document,
    /// Its last change's place.
    pub last_position: LogPosition,
    /// Whose answers are not kept.
    pub(super) opposed: Opposed,
    changes: Vec<StoredChange>,
}

impl SourceDocument {
    /// Reads a document from the log; `None` when the log has no such document.
    pub fn load(log: &dyn Log, id: DocumentId) -> Result<Option<Self>, ViewError> {
        let Some(stored) = log.document(id)? else {
            return Ok(None);
        };
        let changes = log.changes(id)?;
        let chunks: Vec<&[u8]> = changes.iter().map(|c| c.change.bytes.as_slice()).collect();
        // The reader never writes: its actor appears in no change.
        let reader = Actor::new(DeviceId::from_bytes([0; 16]), [0; 8]);
        let document = Document::load(reader, &chunks)?;
        Ok(Some(Self {
            id,
            name: stored.name,
            document,
            opposed: Opposed::of(log)?,
            last_position: changes.last().map_or(0, |c| c.position),
            changes,
        }))
    }

    pub(super) fn change_count(&self) -> usize {
        self.changes.len()
    }

    pub(super) fn last_received_at(&self) -> TimestampMs {
        let times = self.changes.iter().map(|c| c.change.received_at);
        times.max().unwrap_or(0)
    }

    /// What the log knows of the changes of each entry, the one that made it first.
    pub(super) fn arrivals_by_entry(&self) -> BTreeMap<String, Vec<Arrival>> {
        let (keys, limits) = (self.document.keys_by_operation(), GateLimits::default());
        let mut by_entry: BTreeMap<String, Vec<Arrival>> = BTreeMap::new();
        for StoredChange { change, .. } in &self.changes {
            let arrival = Arrival {
                received_at: change.received_at,
                circumstance: change.circumstance,
            };
            // Every stored change was read by the gate.
            for map in maps_written(&change.bytes, &limits).unwrap_or_default() {
                if let Some(key) = keys.get(&map) {
                    by_entry.entry(key.clone()).or_default().push(arrival);
                }
            }
        }
        by_entry
    }

    /// The last known clock offset of each tablet that wrote here, milliseconds.
    pub(super) fn clock_offsets(&self) -> BTreeMap<DeviceId, i64> {
        self.changes
            .iter()
            .filter_map(|stored| Some((stored.change.device, stored.change.clock_offset_ms?)))
            .collect()
    }

    /// Some change of it was made in that circumstance.
    pub(super) fn has(&self, circumstance: Circumstance) -> bool {
        self.changes
            .iter()
            .any(|stored| stored.change.circumstance == Some(circumstance))
    }
}
