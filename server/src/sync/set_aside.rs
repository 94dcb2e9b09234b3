//! Changes that a tablet keeps aside because its core died of them: the coordination is told, with
//! the bytes as the log holds them.
//!
//! It must never tell of a document that the tablet may not read, nor fill a disk: what it names
//! counts as its own part of quarantine.

use super::admission::{BY_ITSELF, Submitted};
use super::allowance::kept_bytes;
use super::plan::rights;
use super::{Engine, EngineError, Exchange};
use crate::store::{Batch, HashValue, NewQuarantined};
use maraude_core::document::{ChangeHash, Plan};
use maraude_core::model::{DocumentId, TimestampMs};
use maraude_core::sync::SetAside;
use std::sync::PoisonError;

/// Code of a change that a tablet's core died of.
const DIED_OF: &str = "change-panics-on-tablet";

/// Changes that one request may name.
const NAMED: usize = 16;

/// Changes remembered as told; a longer list is forgotten, and the log keeps each once all the same.
const TOLD_CAP: usize = 4_096;

impl Engine {
    /// Keeps what a request names for the coordination; nothing where it was told before.
    pub(super) fn note_set_aside(
        &self,
        exchange: &Exchange,
        plan: &Plan,
        now: TimestampMs,
    ) -> Result<Vec<Submitted>, EngineError> {
        let mut submitted = Vec::new();
        for named in exchange.request.set_aside.iter().take(NAMED) {
            let change = named.change.into_array();
            if self.was_told(named.document, change) {
                continue;
            }
            let Some(bytes) = self.named_bytes(exchange, plan, named)? else {
                continue;
            };
            let carrier = exchange.carrier.device.id;
            if !self.may_keep(carrier, kept_bytes(bytes.len()))? {
                continue;
            }
            tracing::error!(%carrier, document = %named.document, "a tablet died of a change");
            let batch = Batch {
                quarantine: vec![NewQuarantined {
                    envelope: change,
                    item: BY_ITSELF,
                    document: Some(named.document),
                    change: Some(change),
                    device: Some(carrier),
                    carrier,
                    code: DIED_OF.to_owned(),
                    awaits: None,
                    received_at: now,
                    bytes,
                }],
                ..Batch::default()
            };
            self.note_told(named.document, change);
            submitted.push(Submitted {
                document: named.document,
                envelopes: Vec::new(),
                pending: self.submit(batch)?,
                ahead: None,
            });
        }
        Ok(submitted)
    }

    fn was_told(&self, document: DocumentId, change: HashValue) -> bool {
        let told = self.died_of.lock().unwrap_or_else(PoisonError::into_inner);
        told.contains(&(document, change))
    }

    fn note_told(&self, document: DocumentId, change: HashValue) {
        let mut told = self.died_of.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_CAP {
            told.clear();
        }
        told.insert((document, change));
    }

    /// The change, where there is one and the tablet may read its document.
    fn named_bytes(
        &self,
        exchange: &Exchange,
        plan: &Plan,
        named: &SetAside,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let Some(stored) = self.log().document(named.document)? else {
            return Ok(None);
        };
        let rights = rights(plan, exchange.carrier.reads_for(), &stored.name);
        if !exchange.may_read || !rights.read {
            return Ok(None);
        }
        let hash = ChangeHash(named.change.into_array());
        match self.read(named.document, |document| document.change(&hash)) {
            Err(EngineError::Unloadable { .. }) => Ok(None),
            found => Ok(found?.map(|change| change.bytes)),
        }
    }
}
