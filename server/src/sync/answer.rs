//! What a tablet is told: receipts, refusals, what its documents gained, what became of its rounds.

use super::plan::rights;
use super::receive::{EnvelopeOutcome, Taken};
use super::{Engine, EngineError, Exchange};
use crate::store::HashValue;
use ed25519_dalek::Signer;
use maraude_core::document::{ChangeHash, Document, Plan, RawChange, document_id};
use maraude_core::model::{DocumentId, TimestampMs};
use maraude_core::sync::envelope::envelope_hash;
use maraude_core::sync::{DocumentUpdate, Follow, PROTOCOL, Receipt, SyncAnswer};
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::HashSet;

/// Documents one request may follow; more are left out.
const FOLLOWED: usize = 64;

/// Bytes of changes in one answer: the rest comes with the next.
const CHANGES_CAP_BYTES: usize = 2 * 1024 * 1024;

impl Engine {
    /// Answers a request whose batches are on disk. Blocks: runs in the pool.
    pub(super) fn answer(
        &self,
        exchange: &Exchange,
        taken: &Taken,
    ) -> Result<SyncAnswer, EngineError> {
        let now = self.parts.clock.now();
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: ByteArray::new(self.log().epoch()),
            server_at: now,
            receipts: Vec::new(),
            refused: Vec::new(),
            documents: Vec::new(),
            rounds: Vec::new(),
        };
        let mut told = HashSet::new();
        for bytes in &exchange.request.envelopes {
            let envelope = envelope_hash(bytes);
            let Some(outcome) = taken.outcomes.get(&envelope) else {
                continue;
            };
            if told.insert(envelope) {
                answer.refused.extend(outcome.refused(envelope));
                answer.receipts.extend(self.receipt(envelope, outcome, now));
            }
        }
        if exchange.may_read {
            answer.documents = self.updates(exchange)?;
        }
        answer.rounds = self.custody_of(exchange.carrier.device.id)?;
        Ok(answer)
    }

    fn receipt(
        &self,
        envelope: HashValue,
        outcome: &EnvelopeOutcome,
        at: TimestampMs,
    ) -> Option<Receipt> {
        let EnvelopeOutcome::Kept {
            document,
            changes,
            quarantined,
        } = outcome
        else {
            return None;
        };
        let mut receipt = Receipt {
            envelope: ByteArray::new(envelope),
            document: *document,
            changes: changes.iter().copied().map(ByteArray::new).collect(),
            quarantined: quarantined.clone(),
            at,
            signature: ByteArray::new([0; 64]),
        };
        let signed = receipt.signed_bytes(self.campaign());
        receipt.signature = ByteArray::new(self.parts.signing.sign(&signed).to_bytes());
        Some(receipt)
    }

    fn updates(&self, exchange: &Exchange) -> Result<Vec<DocumentUpdate>, EngineError> {
        let plan = self.plan()?;
        let mut room = CHANGES_CAP_BYTES;
        let followed = exchange.request.follow.iter().take(FOLLOWED);
        followed
            .map(|follow| self.update(exchange, &plan, follow, &mut room))
            .collect()
    }

    /// A document the tablet may not read is answered like one that does not exist.
    fn update(
        &self,
        exchange: &Exchange,
        plan: &Plan,
        follow: &Follow,
        room: &mut usize,
    ) -> Result<DocumentUpdate, EngineError> {
        let document = document_id(&follow.name);
        let device = &exchange.carrier.device;
        let here = follow.name.campaign() == self.campaign();
        let rights = rights(plan, device.team, &follow.name, || {
            Ok(self.log().documents_of(device.id)?.contains(&document))
        })?;
        let mut update = DocumentUpdate {
            name: follow.name,
            heads: Vec::new(),
            changes: Vec::new(),
            writable: here && rights.write,
        };
        if here && rights.read && self.log().document(document)?.is_some() {
            self.fill(document, follow, &mut update, room)?;
        }
        Ok(update)
    }

    fn fill(
        &self,
        document: DocumentId,
        follow: &Follow,
        update: &mut DocumentUpdate,
        room: &mut usize,
    ) -> Result<(), EngineError> {
        let known: Vec<ChangeHash> = follow
            .heads
            .iter()
            .map(|head| ChangeHash(head.into_array()))
            .collect();
        let (heads, changes) = self.read(document, |document| lacked(document, &known))?;
        update.heads = heads.into_iter().map(|h| ByteArray::new(h.0)).collect();
        for change in changes {
            let Some(left) = room.checked_sub(change.bytes.len()) else {
                break;
            };
            *room = left;
            update.changes.push(ByteBuf::from(change.bytes));
        }
        Ok(())
    }
}

fn lacked(document: &Document, known: &[ChangeHash]) -> (Vec<ChangeHash>, Vec<RawChange>) {
    (document.heads(), document.changes_since(known))
}
