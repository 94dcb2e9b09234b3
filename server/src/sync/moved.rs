//! Late work for a document that was issued anew without what somebody had erased: it is taken into
//! the document that took its place, whoever brings it and however old the tablet's version.
//!
//! It must never keep what a late tablet still holds of what was erased: no log, no quarantine.

use super::admission::{Item, ItemOutcome, Setting, Submitted};
use super::receive::{EnvelopeOutcome, Taken};
use super::{Engine, EngineError};
use crate::store::{Batch, HashValue, StoreError};
use maraude_core::document::{ChangeHash, DocumentName, document_id};
use maraude_core::gate::{Former, GateLimits, Late, Successor, carry_over};
use maraude_core::model::{DocumentId, ObservationId, RoundKey};
use maraude_core::sync::Moved;
use std::sync::PoisonError;

/// Code of what a revoked tablet brings.
const REVOKED: &str = "device-revoked";

/// An envelope for a document that was issued anew.
pub(super) struct LateItem {
    /// As the envelope names it.
    pub(super) key: RoundKey,
    /// Its changes.
    pub(super) item: Item,
}

/// What an envelope means for the document that took the place of its own.
struct CarriedItem {
    successor: DocumentName,
    changes: Vec<Vec<u8>>,
    /// Each change as it came, and as what it was carried over.
    names: Vec<(HashValue, Option<ChangeHash>)>,
    /// Carried over before; they must be on disk.
    before: Vec<ChangeHash>,
    refused: bool,
}

/// Where the log keeps what is left of a document that was issued anew.
pub(super) fn former_name(document: DocumentId) -> String {
    format!("moved:{document}")
}

impl Engine {
    /// The names that are left of a document that was issued anew.
    pub(super) fn former(&self, document: DocumentId) -> Result<Option<Former>, StoreError> {
        let Some(bytes) = self.log().meta(&former_name(document))? else {
            return Ok(None);
        };
        let former = serde_json::from_slice(&bytes);
        former
            .map(Some)
            .map_err(|_| StoreError::Damaged { table: "meta" })
    }

    /// The issue of a round that stands: the first from this one on that was not erased.
    pub fn standing(&self, mut key: RoundKey) -> Result<RoundKey, StoreError> {
        while (self.log())
            .tombstone(document_id(&DocumentName::Round { key }))?
            .is_some()
        {
            key.reissue += 1;
        }
        Ok(key)
    }

    /// What takes the place of a document, where it was issued anew.
    pub(super) fn moved(&self, name: &DocumentName) -> Result<Option<Moved>, StoreError> {
        let DocumentName::Round { key } = name else {
            return Ok(None);
        };
        let former = document_id(name);
        if self.log().tombstone(former)?.is_none() || self.former(former)?.is_none() {
            return Ok(None);
        }
        let key = self.standing(*key)?;
        let name = DocumentName::Round { key };
        Ok(Some(Moved { former, name }))
    }

    /// Takes in what comes late for a document that was issued anew.
    pub(super) fn take_in_late(
        &self,
        late: &LateItem,
        setting: &mut Setting<'_>,
        taken: &mut Taken,
    ) -> Result<(), EngineError> {
        // What is carried over under the same name twice would contradict itself.
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let former = document_id(&DocumentName::Round { key: late.key });
        let envelope = late.item.envelope;
        let carried = self.carried(late)?;
        if carried.refused {
            // Not kept: it may hold what was erased. The tablet has it, and brings it again.
            let gone = EnvelopeOutcome::gone(Some(carried.successor));
            taken.outcomes.insert(envelope, gone);
            return Ok(());
        }
        let document = document_id(&carried.successor);
        let requires: Vec<_> = (carried.before.iter())
            .map(|hash| (document, hash.0))
            .collect();
        if !requires.is_empty() {
            let batch = Batch {
                requires,
                ..Batch::default()
            };
            taken.submitted.push(Submitted {
                document,
                envelopes: vec![envelope],
                pending: self.submit(batch)?,
                ahead: None,
            });
        }
        let mut outcome = ItemOutcome {
            envelope,
            ..ItemOutcome::default()
        };
        if !carried.changes.is_empty() {
            let item = Item {
                envelope,
                author: late.item.author.clone(),
                first: 0,
                changes: carried.changes.clone(),
            };
            let admitted = if item.author.is_revoked() {
                self.keep_aside(&carried.successor, &[item], REVOKED, setting)?
            } else {
                self.take_in(&carried.successor, &[item], setting)?
            };
            setting.contact = None;
            taken.submitted.extend(admitted.submitted);
            for part in admitted.outcomes {
                outcome.full |= part.full;
                outcome.quarantined.extend(part.quarantined);
            }
        }
        told_by_first_names(&mut outcome, &carried.names);
        taken.note_item(former, outcome);
        Ok(())
    }

    fn carried(&self, late: &LateItem) -> Result<CarriedItem, EngineError> {
        let id = document_id(&DocumentName::Round { key: late.key });
        let standing = self.standing(late.key)?;
        let successor = DocumentName::Round { key: standing };
        let mut former = self.former(id)?.unwrap_or_default();
        let before = former.clone();
        let mut between = Vec::new();
        for reissue in late.key.reissue + 1..standing.reissue {
            let key = RoundKey {
                reissue,
                ..late.key
            };
            between.extend(self.former(document_id(&DocumentName::Round { key }))?);
        }
        let erased = |key: &str| self.is_erased_entry(key);
        let mut into = Successor {
            document: self.in_memory(document_id(&successor))?,
            reissue: standing.reissue,
            between: &between,
            is_erased: &erased,
        };
        let limits = GateLimits::default();
        let author = late.item.author.device.id;
        let changes = &late.item.changes;
        let outcomes = carry_over(&mut former, &mut into, author, changes, &limits);
        let mut carried = CarriedItem {
            successor,
            changes: Vec::new(),
            names: Vec::new(),
            before: Vec::new(),
            refused: false,
        };
        for (name, outcome) in outcomes {
            let mut became = None;
            match outcome {
                Late::Known | Late::Nothing => {}
                Late::Before(hash) => carried.before.push(hash),
                Late::Carried(change) => {
                    became = Some(change.hash);
                    carried.changes.push(change.bytes);
                }
                Late::Refused(refusal) => {
                    tracing::warn!(code = refusal.code(), document = %id, "late work does not read");
                    carried.refused = true;
                }
            }
            carried.names.extend(name.map(|name| (name.0, became)));
        }
        if former != before {
            // Before what is carried: should this be all that arrives, it comes again.
            let bytes =
                serde_json::to_vec(&former).map_err(|_| StoreError::Damaged { table: "meta" })?;
            self.log().set_meta(&former_name(id), &bytes)?;
        }
        Ok(carried)
    }

    /// A document as it is in memory, ahead of the log or not: what is written on it rests on it.
    fn in_memory(
        &self,
        document: DocumentId,
    ) -> Result<maraude_core::document::Document, EngineError> {
        let held = self.documents.hold(document);
        self.documents
            .work(&held, document, self.disk(), |current| current.clone())
    }

    /// An entry of an observation that somebody had erased.
    pub(super) fn is_erased_entry(&self, key: &str) -> bool {
        let id = key.strip_prefix("observation:");
        let Some(id) = id.and_then(|id| id.parse::<ObservationId>().ok()) else {
            return false;
        };
        match self.log().tombstone(DocumentId::new(id.uuid())) {
            Ok(found) => found.is_some(),
            Err(error) => {
                // Nothing of it may come back: a log that does not read takes nothing in either.
                tracing::error!(%error, "whether an observation was erased could not be looked up");
                true
            }
        }
    }
}

/// The tablet knows its changes by the names under which it sent them.
fn told_by_first_names(outcome: &mut ItemOutcome, names: &[(HashValue, Option<ChangeHash>)]) {
    for told in &mut outcome.quarantined {
        let carried = told.change.map(serde_bytes::ByteArray::into_array);
        let first = names
            .iter()
            .find(|(_, became)| became.map(|hash| hash.0) == carried && carried.is_some());
        told.change = first.map(|(first, _)| serde_bytes::ByteArray::new(*first));
        told.missing = Vec::new();
    }
    let aside: Vec<HashValue> = (outcome.quarantined.iter())
        .filter_map(|told| told.change.map(serde_bytes::ByteArray::into_array))
        .collect();
    // Of a revoked tablet all is set apart, under no name.
    let nameless = outcome.quarantined.iter().any(|told| told.change.is_none());
    let kept = names
        .iter()
        .filter(|(first, became)| !(aside.contains(first) || nameless && became.is_some()));
    outcome.changes = kept.map(|(first, _)| *first).collect();
}
