//! Which rounds stand where, in memory: noted as batches are committed, so that telling a tablet
//! what became of its rounds asks nothing of the disk.
//!
//! It must never be what an acknowledgement rests on: it only tells what may have changed.

use crate::store::{Appended, Batch, LogPosition};
use maraude_core::document::DocumentName;
use maraude_core::model::{DeviceId, DocumentId, Night};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the rounds of a campaign stand, as far as they were written or asked for in this run.
pub(super) struct Known {
    run: [u8; 4],
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    /// Every commit up to here was noted.
    noted: LogPosition,
    rounds: HashMap<DocumentId, Round>,
    /// Rounds of the tablets that asked in this run.
    written: HashMap<DeviceId, Written>,
    /// Last position of the reviews of a night that changed in this run.
    reviews: HashMap<Night, LogPosition>,
}

#[derive(Default)]
struct Written {
    /// What was there before this run was read from the log.
    complete: bool,
    rounds: BTreeSet<DocumentId>,
}

/// A round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) night: Night,
    /// Its last change.
    pub(super) last: LogPosition,
    /// The last change in this run of its night's reviews.
    pub(super) reviewed: LogPosition,
    pub(super) counted: Option<Counted>,
}

/// What was counted of a round, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// Its last change, its night's reviews', and up to where the view had come.
    pub(super) at: (LogPosition, LogPosition, LogPosition),
    pub(super) held: u32,
    pub(super) read: u32,
}

impl Known {
    /// Of a log that ends at a position; `run` is drawn.
    pub(super) fn new(run: [u8; 4], end: LogPosition) -> Self {
        let index = Index {
            noted: end,
            ..Index::default()
        };
        Self {
            run,
            index: Mutex::new(index),
        }
    }

    pub(super) fn run(&self) -> [u8; 4] {
        self.run
    }

    pub(super) fn noted(&self) -> LogPosition {
        self.lock().noted
    }

    /// Notes a batch that is on disk. The writer calls it, in the order of the log.
    pub(super) fn note(&self, batch: &Batch, appended: &Appended) {
        let mut index = self.lock();
        index.noted = index.noted.max(appended.last);
        for (document, name) in &batch.documents {
            let positions = batch.changes.iter().zip(&appended.positions);
            let own = positions.filter(|(change, _)| change.document == *document);
            let Some(last) = own.map(|(_, position)| *position).max() else {
                continue;
            };
            match name {
                DocumentName::Round { key } => index.stand(*document, key.night, last),
                DocumentName::Review { night, .. } => {
                    let reviewed = index.reviews.entry(*night).or_default();
                    *reviewed = last.max(*reviewed);
                }
                DocumentName::Plan { .. } | DocumentName::Brief { .. } => {}
            }
        }
        for change in &batch.changes {
            if index.rounds.contains_key(&change.document)
                && let Some(written) = index.written.get_mut(&change.device)
            {
                written.rounds.insert(change.document);
            }
        }
    }

    /// Whether the log must be asked which rounds a tablet wrote in. From now on they are noted.
    pub(super) fn expects(&self, device: DeviceId) -> bool {
        !self.lock().written.entry(device).or_default().complete
    }

    /// A round that a tablet wrote in, as the log tells it.
    pub(super) fn found(
        &self,
        device: DeviceId,
        document: DocumentId,
        night: Night,
        last: LogPosition,
    ) {
        let mut index = self.lock();
        index.stand(document, night, last);
        let written = index.written.entry(device).or_default();
        written.rounds.insert(document);
    }

    /// All of a tablet's rounds were found.
    pub(super) fn all_found(&self, device: DeviceId) {
        self.lock().written.entry(device).or_default().complete = true;
    }

    /// Those of a tablet's rounds that a question picks.
    pub(super) fn rounds_of(
        &self,
        device: DeviceId,
        pick: impl Fn(&Round) -> bool,
    ) -> Vec<(DocumentId, Round)> {
        let index = self.lock();
        let Some(written) = index.written.get(&device) else {
            return Vec::new();
        };
        let rounds = written.rounds.iter().filter_map(|document| {
            let mut round = *index.rounds.get(document)?;
            round.reviewed = index.reviews.get(&round.night).copied().unwrap_or(0);
            Some((*document, round))
        });
        rounds.filter(|(_, round)| pick(round)).collect()
    }

    /// Keeps what was counted.
    pub(super) fn counted(&self, document: DocumentId, counted: Counted) {
        if let Some(round) = self.lock().rounds.get_mut(&document) {
            round.counted = Some(counted);
        }
    }

    /// The document was erased.
    pub(super) fn forget(&self, document: DocumentId) {
        let mut index = self.lock();
        index.rounds.remove(&document);
        for written in index.written.values_mut() {
            written.rounds.remove(&document);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn stand(&mut self, document: DocumentId, night: Night, last: LogPosition) {
        let round = self.rounds.entry(document).or_insert(Round {
            night,
            last: 0,
            reviewed: 0,
            counted: None,
        });
        round.last = round.last.max(last);
    }
}
