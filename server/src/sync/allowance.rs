//! What one tablet may fill quarantine with.
//!
//! Beyond it, what is refused is not kept: its envelope gets no receipt, so that the tablet keeps it
//! and comes back. What is accepted is never held up by it, and no tablet can use up another's.

use super::Engine;
use super::admission::{Item, ItemOutcome};
use crate::store::{Batch, QUARANTINE_ROW_BYTES as ROW_BYTES, StoreError, Written};
use maraude_core::model::{DeviceId, TimestampMs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// Bytes that one tablet may fill quarantine with: some 200 rounds.
pub(super) const QUARANTINE_CAP_BYTES: u64 = 16 * 1024 * 1024;

/// What keeping so many bytes costs: thousands of a single byte each fill a disk as well.
pub(super) fn kept_bytes(length: usize) -> u64 {
    length as u64 + ROW_BYTES
}

/// Code of what was refused and could not be kept.
pub(super) const QUARANTINE_FULL: &str = "quarantine-full";

/// What one tablet may write in one document: three hundred times a night's round. An enrolled
/// device could otherwise grow one document without end, and every read of it with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) changes: u64,
    pub(super) bytes: u64,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            changes: 10_000,
            bytes: 4 * 1024 * 1024,
        }
    }
}

impl Share {
    /// With so much more it is still within.
    pub(super) fn holds(&self, written: Written, more: Written) -> bool {
        written.changes + more.changes <= self.changes && written.bytes + more.bytes <= self.bytes
    }
}

/// What a tablet has used, and since when it has used all.
#[derive(Debug, Default)]
pub(super) struct Used {
    bytes: u64,
    full_since: Option<TimestampMs>,
}

impl Engine {
    /// What one tablet may write in one document.
    pub(super) fn share(&self) -> Share {
        *self.share.get_or_init(Share::default)
    }

    /// Tablets that filled their part of quarantine in this run, and since when.
    pub fn quarantines_full(&self) -> BTreeMap<DeviceId, TimestampMs> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let full = used.iter();
        full.filter_map(|(device, used)| Some((*device, used.full_since?)))
            .collect()
    }

    /// Whether so much more may be kept for a tablet; it is then counted as kept.
    pub(super) fn may_keep(&self, device: DeviceId, bytes: u64) -> Result<bool, StoreError> {
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |used: u64| used.saturating_add(bytes) <= QUARANTINE_CAP_BYTES;
        let known = all.get(&device);
        if known.is_some_and(|used| used.full_since.is_some() && !fits(used.bytes)) {
            return Ok(false);
        }
        let counted = known.map(|used| used.bytes).filter(|used| fits(*used));
        // What came twice is kept once: the log itself tells before anything is turned away.
        let used = match counted {
            Some(used) => used,
            None => self.log().quarantined_bytes(device)?,
        };
        let kept = fits(used);
        let full_since = (!kept).then(|| self.parts.clock.now());
        if full_since.is_some() {
            tracing::warn!(%device, used, "a tablet has filled its part of quarantine");
        }
        let bytes = if kept { used + bytes } else { used };
        all.insert(device, Used { bytes, full_since });
        Ok(kept)
    }

    /// Takes out of a batch what its tablets may not fill quarantine with, and says so of the items.
    pub(super) fn within_allowance(
        &self,
        batch: &mut Batch,
        items: &[Item],
        outcomes: &mut [ItemOutcome],
    ) {
        let authors: BTreeSet<DeviceId> =
            batch.quarantine.iter().filter_map(|q| q.device).collect();
        for author in authors {
            let own = batch.quarantine.iter().filter(|q| q.device == Some(author));
            let bytes = own.map(|q| kept_bytes(q.bytes.len())).sum();
            // A log that cannot be read will not take the batch either.
            if self.may_keep(author, bytes).unwrap_or(true) {
                continue;
            }
            batch.quarantine.retain(|q| q.device != Some(author));
            for (item, outcome) in items.iter().zip(&mut *outcomes) {
                outcome.full |= item.author.device.id == author && !outcome.quarantined.is_empty();
            }
        }
    }
}
