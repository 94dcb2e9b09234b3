//! Envelopes as they come: whose they are, whether they open, and to which document they go.

use super::admission::{Admitted, Item, ItemOutcome, Setting, Submitted};
use super::allowance::{QUARANTINE_FULL, kept_bytes};
use super::moved::LateItem;
use super::{Engine, EngineError, Exchange};
use crate::measures::measures;
use crate::store::{Batch, Contact, HashValue, LogPosition, NewQuarantined, StoredDevice};
use ed25519_dalek::VerifyingKey;
use maraude_core::document::{DocumentName, document_id};
use maraude_core::model::{DeviceId, DeviceReport, DocumentId, TimestampMs};
use maraude_core::sync::envelope::{
    EnvelopeError, PAYLOAD_CAP_BYTES, Payload, envelope_hash, open, peek, verify,
};
use maraude_core::sync::{RefusedChange, RefusedEnvelope};
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::{HashMap, HashSet};

/// Bytes that the envelopes of one request may open to before the rest is left for the next one:
/// a few kilobytes may open to 4 MiB each, and all are held until they are decided.
pub(super) const REQUEST_CAP_BYTES: usize = 16 * 1024 * 1024;

/// What a change costs beside its bytes: thousands of a single byte each are told one by one.
pub(super) const CHANGE_BYTES: usize = 1_024;

/// Code of an envelope for a document that was erased.
const GONE: &str = "document-gone";

/// How often a tablet's contact is written down when nothing else is.
const CONTACT_MS: i64 = 60_000;

/// What became of an envelope, once its batches are on disk.
pub(super) enum EnvelopeOutcome {
    /// It gets a receipt.
    Kept {
        document: DocumentId,
        changes: Vec<HashValue>,
        quarantined: Vec<RefusedChange>,
    },
    /// It gets none.
    Refused {
        code: &'static str,
        kept: bool,
        successor: Option<DocumentName>,
    },
}

/// A request taken in: told to the tablet once all batches are on disk.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) outcomes: HashMap<HashValue, EnvelopeOutcome>,
    pub(super) submitted: Vec<Submitted>,
}

/// Where an envelope goes.
pub(super) enum Sorted {
    Item(DocumentName, Item),
    /// Kept sealed, whole, with a receipt: honest work of a tablet that was revoked.
    Aside(DocumentName, Item, &'static str),
    Refused(Option<DeviceId>, &'static str),
    /// Its document was issued anew.
    Moved(LateItem),
    /// Its document was erased; what takes its place, where something does.
    Gone(DeviceId, Option<DocumentName>),
}

/// Envelopes that were refused whole, to be kept in one batch: hundreds of them take one place in
/// the queue.
#[derive(Default)]
struct RefusedWhole {
    batch: Batch,
    envelopes: Vec<HashValue>,
}

/// Items of one document, to be shown to the gate or, for a reason, kept aside.
#[derive(Default)]
struct Groups(Vec<(DocumentName, Option<&'static str>, Vec<Item>)>);

impl Groups {
    fn add(&mut self, name: DocumentName, aside: Option<&'static str>, item: Item) {
        let mut groups = self.0.iter_mut();
        match groups.find(|(of, why, _)| (*of, *why) == (name, aside)) {
            Some((_, _, items)) => items.push(item),
            None => self.0.push((name, aside, vec![item])),
        }
    }
}

impl Sorted {
    /// What it holds of the envelope once opened, bytes.
    fn opened_bytes(&self) -> usize {
        match self {
            Self::Item(_, item) | Self::Aside(_, item, _) => {
                let changes = item.changes.iter();
                changes.map(|change| change.len() + CHANGE_BYTES).sum()
            }
            Self::Moved(late) => {
                let changes = late.item.changes.iter();
                changes.map(|change| change.len() + CHANGE_BYTES).sum()
            }
            Self::Refused(..) | Self::Gone(..) => 0,
        }
    }
}

impl Engine {
    /// Takes the envelopes of a request in. Blocks: runs in the pool.
    pub(super) fn receive(&self, exchange: &Exchange) -> Result<Taken, EngineError> {
        let now = self.parts.clock.now();
        let offset_ms = exchange.request.sent_at.saturating_sub(now);
        let known_end = match &exchange.request.log_end {
            Some(told) => self.look_back(told, exchange.carrier.device.id)?,
            None => None,
        };
        let contact = Some(self.meet(exchange, now, offset_ms, known_end));
        self.note_reset(exchange)?;
        let plan = self.plan_or_none()?;
        let setting = Setting {
            plan: &plan,
            carrier: exchange.carrier.device.id,
            now,
            offset_ms: Some(offset_ms),
            contact,
        };
        let mut taken = Taken {
            submitted: self.note_set_aside(exchange, &plan, now)?,
            ..Taken::default()
        };
        let contact = self.take_envelopes(&exchange.request.envelopes, setting, &mut taken)?;
        if taken.submitted.is_empty() {
            self.write_contact(contact)?;
        }
        Ok(taken)
    }

    /// Takes envelopes in, whoever brings them; gives back the contact where no batch took it.
    pub(super) fn take_envelopes(
        &self,
        envelopes: &[ByteBuf],
        mut setting: Setting<'_>,
        taken: &mut Taken,
    ) -> Result<Option<Contact>, EngineError> {
        let mut groups = Groups::default();
        let mut refused = RefusedWhole::default();
        let mut late = Vec::new();
        let (mut seen, mut opened_bytes) = (HashSet::new(), 0);
        for bytes in envelopes {
            if opened_bytes > REQUEST_CAP_BYTES {
                // The rest has no outcome: the tablet brings it again.
                break;
            }
            if !seen.insert(envelope_hash(bytes)) {
                continue;
            }
            let sorted = self.sort(bytes)?;
            opened_bytes += sorted.opened_bytes();
            match sorted {
                Sorted::Item(name, item) => groups.add(name, None, item),
                Sorted::Aside(name, item, code) => groups.add(name, Some(code), item),
                Sorted::Refused(author, code) => {
                    let kept = self.refuse_envelope(bytes, author, code, &setting, &mut refused)?;
                    taken.refuse(envelope_hash(bytes), code, kept, None);
                }
                Sorted::Moved(item) => late.push(item),
                Sorted::Gone(author, successor) => {
                    let author = Some(author);
                    let kept = self.refuse_envelope(bytes, author, GONE, &setting, &mut refused)?;
                    taken.refuse(envelope_hash(bytes), GONE, kept, successor);
                }
            }
        }
        if !refused.batch.quarantine.is_empty() {
            taken.submitted.push(Submitted {
                document: DocumentId::from_bytes([0; 16]),
                envelopes: refused.envelopes,
                pending: self.submit(refused.batch)?,
                ahead: None,
            });
        }
        for (name, aside, items) in groups.0 {
            let admitted = match aside {
                Some(code) => self.keep_aside(&name, &items, code, &setting)?,
                None => self.take_in(&name, &items, &setting)?,
            };
            setting.contact = None;
            taken.note(&name, admitted);
        }
        for item in late {
            self.take_in_late(&item, &mut setting, taken)?;
        }
        Ok(setting.contact)
    }

    pub(super) fn sort(&self, bytes: &[u8]) -> Result<Sorted, EngineError> {
        let header = match peek(bytes) {
            Ok(header) => header,
            Err(error) => return Ok(Sorted::Refused(None, error.code())),
        };
        if header.campaign != self.campaign() {
            return Ok(Sorted::Refused(None, "other-campaign"));
        }
        let author = self.parts.server.device(header.device)?;
        let Some(author) = author.filter(|author| author.campaign == self.campaign()) else {
            return Ok(Sorted::Refused(None, "device-unknown"));
        };
        let id = author.device.id;
        match self.open(bytes, &author)? {
            Err(error) => Ok(Sorted::Refused(Some(id), error.code())),
            Ok(payload) if payload.name.campaign() != self.campaign() => {
                Ok(Sorted::Refused(Some(id), "other-campaign"))
            }
            Ok(payload) => {
                let tombstone = self.log().tombstone(document_id(&payload.name))?;
                let moved = match &tombstone {
                    Some(_) => self.moved(&payload.name)?,
                    None => None,
                };
                if let Some(tombstone) = tombstone.filter(|_| moved.is_none()) {
                    return Ok(Sorted::Gone(id, tombstone.successor));
                }
                let revoked = author.is_revoked();
                let item = Item {
                    envelope: envelope_hash(bytes),
                    author,
                    first: 0,
                    changes: payload.changes,
                };
                if let (Some(_), DocumentName::Round { key }) = (moved, payload.name) {
                    return Ok(Sorted::Moved(LateItem { key, item }));
                }
                Ok(if revoked {
                    Sorted::Aside(payload.name, item, "device-revoked")
                } else {
                    Sorted::Item(payload.name, item)
                })
            }
        }
    }

    fn open(
        &self,
        bytes: &[u8],
        author: &StoredDevice,
    ) -> Result<Result<Payload, EnvelopeError>, EngineError> {
        let Ok(key) = VerifyingKey::from_bytes(&author.device.verifying_key) else {
            return Ok(Err(EnvelopeError::Signature));
        };
        if let Err(error) = verify(bytes, &key) {
            return Ok(Err(error));
        }
        let secret = self.secret()?;
        Ok(open(bytes, &secret, PAYLOAD_CAP_BYTES))
    }

    /// Adds a refused envelope to those to be kept, where there is room; true when it is kept.
    fn refuse_envelope(
        &self,
        bytes: &[u8],
        author: Option<DeviceId>,
        code: &'static str,
        setting: &Setting<'_>,
        refused: &mut RefusedWhole,
    ) -> Result<bool, EngineError> {
        let envelope = envelope_hash(bytes);
        // Nobody vouches for who wrote it: whoever carries it answers for it.
        let kept = self.may_keep(setting.carrier, kept_bytes(bytes.len()))?;
        tracing::warn!(carrier = %setting.carrier, code, kept, "an envelope was refused");
        measures().refused(code);
        if kept {
            refused.envelopes.push(envelope);
            refused.batch.quarantine.push(NewQuarantined {
                envelope,
                item: u32::MAX,
                document: None,
                change: None,
                device: author,
                carrier: setting.carrier,
                code: code.to_owned(),
                awaits: None,
                received_at: setting.now,
                bytes: bytes.to_vec(),
            });
        }
        Ok(kept)
    }

    /// Notes the contact, to be written with the next batch.
    fn meet(
        &self,
        exchange: &Exchange,
        now: TimestampMs,
        clock_offset_ms: i64,
        known_end: Option<LogPosition>,
    ) -> Contact {
        let contact = Contact {
            device: exchange.carrier.device.id,
            at: now,
            clock_offset_ms,
            device_report: exchange.request.device_report.clone(),
            known_end,
        };
        self.note_contact(&contact);
        contact
    }

    /// A client of `/sync` tells neither its clock nor what it holds: what was known of it stays.
    pub(super) fn meet_client(&self, device: DeviceId) -> Contact {
        let before = self.contact(device);
        let contact = Contact {
            device,
            at: self.parts.clock.now(),
            clock_offset_ms: before.as_ref().map_or(0, |met| met.clock_offset_ms),
            device_report: before.map_or_else(DeviceReport::default, |met| met.device_report),
            known_end: None,
        };
        self.note_contact(&contact);
        contact
    }

    /// A contact alone is written once a minute, and nobody waits for it.
    pub(super) fn write_contact(&self, contact: Option<Contact>) -> Result<(), EngineError> {
        let Some(contact) = contact else {
            return Ok(());
        };
        if self.contact_is_due(contact.device, contact.at, CONTACT_MS) {
            let batch = Batch {
                contact: Some(contact),
                ..Batch::default()
            };
            // A full queue or disk leaves it out: it keeps nobody from reading.
            match self.submit(batch) {
                Err(EngineError::Commit(_)) => {}
                submitted => drop(submitted?),
            }
        }
        Ok(())
    }
}

impl Taken {
    pub(super) fn note(&mut self, name: &DocumentName, admitted: Admitted) {
        let document = document_id(name);
        self.submitted.extend(admitted.submitted);
        for outcome in admitted.outcomes {
            self.note_item(document, outcome);
        }
    }

    pub(super) fn note_item(&mut self, document: DocumentId, item: ItemOutcome) {
        if item.full {
            // Some of it may be in the log; brought again, that is known, and the rest kept or not.
            let full = EnvelopeOutcome::refusal(QUARANTINE_FULL, false);
            self.outcomes.insert(item.envelope, full);
            return;
        }
        let outcome = self
            .outcomes
            .entry(item.envelope)
            .or_insert(EnvelopeOutcome::Kept {
                document,
                changes: Vec::new(),
                quarantined: Vec::new(),
            });
        if let EnvelopeOutcome::Kept {
            changes,
            quarantined,
            ..
        } = outcome
        {
            changes.extend(item.changes);
            quarantined.extend(item.quarantined);
        }
    }

    /// The document of these envelopes was erased while they were on their way: nothing of them
    /// was kept, so the tablet brings them again and is told what takes its place.
    pub(super) fn erased(&mut self, envelopes: &[HashValue]) {
        for envelope in envelopes {
            let gone = EnvelopeOutcome::refusal(GONE, false);
            self.outcomes.insert(*envelope, gone);
        }
    }

    fn refuse(
        &mut self,
        envelope: HashValue,
        code: &'static str,
        kept: bool,
        successor: Option<DocumentName>,
    ) {
        let refused = EnvelopeOutcome::Refused {
            code,
            kept,
            successor,
        };
        self.outcomes.insert(envelope, refused);
    }
}

impl EnvelopeOutcome {
    /// Of a document that was issued anew: not kept, the tablet has it.
    pub(super) fn gone(successor: Option<DocumentName>) -> Self {
        Self::Refused {
            code: GONE,
            kept: false,
            successor,
        }
    }

    fn refusal(code: &'static str, kept: bool) -> Self {
        Self::Refused {
            code,
            kept,
            successor: None,
        }
    }

    pub(super) fn refused(&self, envelope: HashValue) -> Option<RefusedEnvelope> {
        match self {
            Self::Kept { .. } => None,
            Self::Refused {
                code,
                kept,
                successor,
            } => Some(RefusedEnvelope {
                envelope: ByteArray::new(envelope),
                code: (*code).to_owned(),
                quarantined: *kept,
                successor: *successor,
            }),
        }
    }
}
