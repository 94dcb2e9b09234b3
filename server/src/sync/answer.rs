//! What a tablet is told: receipts, refusals, what its documents gained, what became of its rounds.

use super::plan::rights;
use super::receive::{EnvelopeOutcome, Taken};
use super::{Engine, EngineError, Exchange};
use crate::store::{HashValue, StoredDevice};
use ed25519_dalek::Signer;
use maraude_core::document::{ChangeHash, Document, Plan, RawChange, document_id};
use maraude_core::model::{DocumentId, TimestampMs};
use maraude_core::sync::envelope::envelope_hash;
use maraude_core::sync::{
    ANSWER_CHANGES_CAP_BYTES, DocumentUpdate, FOLLOW_CAP, Follow, Moved, PROTOCOL, Receipt,
    SyncAnswer, WipeOrder, WipeReason,
};
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::HashSet;

impl Engine {
    /// Answers a request whose batches are on disk. Blocks: runs in the pool.
    pub(super) fn answer(
        &self,
        exchange: &Exchange,
        taken: &Taken,
    ) -> Result<SyncAnswer, EngineError> {
        let now = self.parts.clock.now();
        // Looked at again: it may have been revoked while its batches went to the disk.
        let carrier = self.parts.server.device(exchange.carrier.device.id)?;
        let carrier = carrier.as_ref().unwrap_or(&exchange.carrier);
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: ByteArray::new(self.log().epoch()),
            server_at: now,
            receipts: Vec::new(),
            refused: Vec::new(),
            documents: Vec::new(),
            rounds: Vec::new(),
            log_end: None,
            reset_share_kept: Self::share_kept(exchange),
            reset_given: if carrier.is_revoked() {
                None
            } else {
                self.reset_given(exchange)?
            },
            wipe_order: self.wipe_order(carrier),
            moved: Vec::new(),
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
        if exchange.may_read && !carrier.is_revoked() {
            answer.documents = self.updates(carrier, &exchange.request.follow)?;
            answer.moved = self.moves(carrier, &exchange.request.follow)?;
        }
        let told = exchange.request.log_end.as_ref();
        let id = carrier.device.id;
        let heard = told.and_then(|told| Some(self.read_end(told, id)?.heard));
        let (rounds, hears) = self.custody_of(carrier, heard)?;
        answer.rounds = rounds;
        answer.log_end = self.told_end(id, hears)?;
        Ok(answer)
    }

    /// A revoked tablet is told, at each contact, to destroy what it holds.
    fn wipe_order(&self, carrier: &StoredDevice) -> Option<ByteBuf> {
        let at = carrier.device.revoked_at?;
        let (reason, id) = (WipeReason::Revoked, carrier.device.id);
        let order = WipeOrder::sign(reason, self.campaign(), id, at, &self.parts.signing);
        Some(ByteBuf::from(order.to_bytes()))
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

    fn updates(
        &self,
        carrier: &StoredDevice,
        followed: &[Follow],
    ) -> Result<Vec<DocumentUpdate>, EngineError> {
        let plan = self.plan_or_none()?;
        let mut room = Room::new();
        let followed = followed.iter().take(FOLLOW_CAP);
        followed
            .map(|follow| self.update(carrier, &plan, follow, &mut room))
            .collect()
    }

    /// Followed documents that were issued anew, and what takes their place.
    fn moves(
        &self,
        carrier: &StoredDevice,
        followed: &[Follow],
    ) -> Result<Vec<Moved>, EngineError> {
        let plan = self.plan_or_none()?;
        let mut moves = Vec::new();
        for follow in followed.iter().take(FOLLOW_CAP) {
            let here = follow.name.campaign() == self.campaign();
            if here && rights(&plan, carrier.reads_for(), &follow.name).read {
                moves.extend(self.moved(&follow.name)?);
            }
        }
        Ok(moves)
    }

    /// A document the tablet may not read is answered like one that does not exist.
    fn update(
        &self,
        carrier: &StoredDevice,
        plan: &Plan,
        follow: &Follow,
        room: &mut Room,
    ) -> Result<DocumentUpdate, EngineError> {
        let document = document_id(&follow.name);
        let here = follow.name.campaign() == self.campaign();
        let rights = rights(plan, carrier.reads_for(), &follow.name);
        let mut update = DocumentUpdate {
            name: follow.name,
            heads: Vec::new(),
            changes: Vec::new(),
            writable: here && rights.write,
        };
        if here && rights.read && self.log().document(document)?.is_some() {
            match self.fill(document, follow, &mut update, room) {
                // It was logged where it was first found; the other documents are told.
                Err(EngineError::Unloadable { .. }) => {}
                done => done?,
            }
        }
        Ok(update)
    }

    fn fill(
        &self,
        document: DocumentId,
        follow: &Follow,
        update: &mut DocumentUpdate,
        room: &mut Room,
    ) -> Result<(), EngineError> {
        let known: Vec<ChangeHash> = follow
            .heads
            .iter()
            .map(|head| ChangeHash(head.into_array()))
            .collect();
        let (heads, changes) = self.read(document, |document| lacked(document, &known))?;
        update.heads = heads.into_iter().map(|h| ByteArray::new(h.0)).collect();
        for change in changes {
            if !room.take(change.bytes.len()) {
                break;
            }
            update.changes.push(ByteBuf::from(change.bytes));
        }
        Ok(())
    }
}

/// Room for changes in one answer. The first change has room whatever its size.
struct Room {
    left: usize,
    taken: bool,
}

impl Room {
    fn new() -> Self {
        Self {
            left: ANSWER_CHANGES_CAP_BYTES,
            taken: false,
        }
    }

    fn take(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.left || !self.taken;
        self.left = if fits {
            self.left.saturating_sub(bytes)
        } else {
            0
        };
        self.taken = true;
        fits
    }
}

fn lacked(document: &Document, known: &[ChangeHash]) -> (Vec<ChangeHash>, Vec<RawChange>) {
    (document.heads(), document.changes_since(known))
}
