//! What became of a tablet's rounds: how many observations are held, how many were read.

use super::{Engine, EngineError};
use crate::store::{StoreError, StoredDocument};
use maraude_core::document::{Document, DocumentName, document_id, read_review};
use maraude_core::model::{DeviceId, DocumentId, Night, ObservationId};
use maraude_core::sync::RoundCustody;
use std::collections::{BTreeSet, HashMap};
use std::sync::{MutexGuard, PoisonError};

/// First part of an observation's key in a round's document.
const OBSERVATION_KEY: &str = "observation:";

/// The log's own value: up to which position a second copy exists.
const COPIED: &str = "copied";

/// Tells what the coordination has read: the projection does, once it is there.
pub trait Custody: Send + Sync {
    /// Observations of a round that were read since their last change; none while it is not known.
    fn read_of(&self, round: DocumentId) -> Option<u32>;
}

/// What was counted of a round, and when: its last position, and the version of the reviews.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    at: (u64, u64),
    held: u32,
    read: u32,
}

impl Engine {
    /// What became of the rounds a tablet wrote in.
    pub(super) fn custody_of(&self, device: DeviceId) -> Result<Vec<RoundCustody>, EngineError> {
        let mut rounds = Vec::new();
        for document in self.log().documents_of(device)? {
            if let Some(stored) = self.log().document(document)?
                && let DocumentName::Round { key } = stored.name
            {
                match self.round_custody(&stored, key.night) {
                    Err(EngineError::Unloadable { .. }) => {}
                    told => rounds.push(told?),
                }
            }
        }
        Ok(rounds)
    }

    fn round_custody(
        &self,
        stored: &StoredDocument,
        night: Night,
    ) -> Result<RoundCustody, EngineError> {
        let counted = self.count(stored, night)?;
        let told = self.custody.get().and_then(|c| c.read_of(stored.document));
        Ok(RoundCustody {
            document: stored.document,
            held: counted.held,
            read: told.unwrap_or(counted.read).min(counted.held),
            safe: self.is_safe(stored.last_position)?,
        })
    }

    fn count(&self, stored: &StoredDocument, night: Night) -> Result<Counted, EngineError> {
        let at = (stored.last_position, self.review_version());
        let kept = self.lock_counted().get(&stored.document).copied();
        if let Some(counted) = kept
            && counted.at == at
        {
            return Ok(counted);
        }
        let held = self.read(stored.document, observations)?;
        let marks = self.read_marks(night)?;
        let counted = Counted {
            at,
            held: held.len() as u32,
            read: held.intersection(&marks).count() as u32,
        };
        self.lock_counted().insert(stored.document, counted);
        Ok(counted)
    }

    fn lock_counted(&self) -> MutexGuard<'_, HashMap<DocumentId, Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Observations of a night that the coordination has read.
    fn read_marks(&self, night: Night) -> Result<BTreeSet<ObservationId>, EngineError> {
        let mut marks = BTreeSet::new();
        for part in 0.. {
            let name = DocumentName::Review {
                campaign: self.campaign(),
                night,
                part,
            };
            let document = document_id(&name);
            if self.log().document(document)?.is_none() {
                break;
            }
            let review = self.read(document, |document| read_review(document).0)?;
            marks.extend(review.read.into_keys());
        }
        Ok(marks)
    }

    /// A second copy exists of everything up to a position.
    pub fn mark_copied(&self, position: u64) -> Result<(), StoreError> {
        self.log().set_meta(COPIED, &position.to_be_bytes())
    }

    /// A second copy of this position exists, or the operator accepts a single one.
    fn is_safe(&self, position: u64) -> Result<bool, EngineError> {
        if self.parts.single_copy_accepted {
            return Ok(true);
        }
        let copied = self.log().meta(COPIED)?;
        let copied = copied
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u64::from_be_bytes);
        Ok(copied >= position)
    }
}

fn observations(document: &Document) -> BTreeSet<ObservationId> {
    document
        .keys()
        .iter()
        .filter_map(|key| key.strip_prefix(OBSERVATION_KEY)?.parse().ok())
        .collect()
}
