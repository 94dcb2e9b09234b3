//! Through the gate, one document at a time: what enters, what is kept aside, and never a panic.

use super::documents::Ahead;
use super::engine::{EngineError, heads};
use super::plan::circumstance;
use super::{Engine, Gate};
use crate::store::{Batch, Contact, HashValue, NewChange, NewQuarantined, Pending, StoredDevice};
use maraude_core::document::{ChangeHash, Document, DocumentName, Plan, RawChange, document_id};
use maraude_core::gate::{Admission, GateLimits, Refusal, dependencies_of};
use maraude_core::model::{DeviceId, DocumentId, TimestampMs};
use maraude_core::sync::RefusedChange;
use serde_bytes::ByteArray;
use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

/// Code of changes that made the gate panic: each was tried alone before it is called so.
const PANICS: &str = "change-panics";

/// Code of changes that wait for another one.
pub(super) const WAITS: &str = "missing-dependencies";

/// Code of changes that rest on a refused one: they wait too, should it ever be let in.
const RESTS_ON_REFUSED: &str = "depends-on-refused";

/// Code of changes whose document does not load: kept until somebody has repaired it.
const DAMAGED: &str = "document-damaged";

/// Changes of one envelope, or some of them.
#[derive(Clone)]
pub(super) struct Item {
    /// The envelope.
    pub(super) envelope: HashValue,
    /// Who signed it.
    pub(super) author: StoredDevice,
    /// Place of the first change in the envelope.
    pub(super) first: u32,
    /// Raw change chunks.
    pub(super) changes: Vec<Vec<u8>>,
}

/// What became of an item.
#[derive(Debug, Clone, Default)]
pub(super) struct ItemOutcome {
    pub(super) envelope: HashValue,
    pub(super) changes: Vec<HashValue>,
    pub(super) quarantined: Vec<RefusedChange>,
}

/// What surrounds an admission.
pub(super) struct Setting<'a> {
    pub(super) plan: &'a Plan,
    pub(super) carrier: DeviceId,
    pub(super) now: TimestampMs,
    /// The carrier's clock minus the server's.
    pub(super) offset_ms: i64,
    pub(super) contact: Option<Contact>,
}

/// A batch on its way, and the document that is ahead of the log until it arrives.
pub(super) struct Submitted {
    pub(super) document: DocumentId,
    pub(super) envelopes: Vec<HashValue>,
    pub(super) pending: Pending,
    pub(super) ahead: Option<Ahead>,
}

/// What became of items, and the batches that must arrive before anybody is told.
#[derive(Default)]
pub(super) struct Admitted {
    pub(super) outcomes: Vec<ItemOutcome>,
    pub(super) submitted: Vec<Submitted>,
}

impl Engine {
    /// Lets the items of one document in; on a panic, each alone, then each of its changes alone.
    pub(super) fn take_in(
        &self,
        name: &DocumentName,
        items: &[Item],
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        match self.admit_items(name, items, setting) {
            Err(EngineError::Panicked { document }) => {
                tracing::error!(%document, items = items.len(), "the gate panicked");
                self.find_the_culprit(name, items, setting)
            }
            Err(EngineError::Unloadable { document, cause }) => {
                tracing::error!(%document, %cause, "a stored document does not load");
                self.keep_all_aside(name, items, setting)
            }
            done => done,
        }
    }

    fn find_the_culprit(
        &self,
        name: &DocumentName,
        items: &[Item],
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        let parts: Vec<Item> = match items {
            [one] if one.changes.len() <= 1 => {
                return self.keep_aside(name, one, PANICS, setting);
            }
            [one] => (one.first..)
                .zip(&one.changes)
                .map(|(first, change)| Item {
                    first,
                    changes: vec![change.clone()],
                    ..one.clone()
                })
                .collect(),
            many => many.to_vec(),
        };
        let mut admitted = Admitted::default();
        for part in parts {
            let done = self.take_in(name, &[part], setting)?;
            admitted.outcomes.extend(done.outcomes);
            admitted.submitted.extend(done.submitted);
        }
        Ok(admitted)
    }

    /// One document's damage keeps none of the tablet's others from arriving.
    fn keep_all_aside(
        &self,
        name: &DocumentName,
        items: &[Item],
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        let mut admitted = Admitted::default();
        for item in items {
            let done = self.keep_aside(name, item, DAMAGED, setting)?;
            admitted.outcomes.extend(done.outcomes);
            admitted.submitted.extend(done.submitted);
        }
        Ok(admitted)
    }

    /// Keeps an item's changes sealed, with a reason, without showing them to the gate.
    pub(super) fn keep_aside(
        &self,
        name: &DocumentName,
        item: &Item,
        code: &'static str,
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        let document = document_id(name);
        let mut batch = Batch {
            contact: setting.contact.clone(),
            ..Batch::default()
        };
        let mut outcome = ItemOutcome {
            envelope: item.envelope,
            ..ItemOutcome::default()
        };
        for (place, bytes) in (item.first..).zip(&item.changes) {
            batch.quarantine.push(NewQuarantined {
                envelope: item.envelope,
                item: place,
                document: Some(document),
                change: None,
                device: Some(item.author.device.id),
                carrier: setting.carrier,
                code: code.to_owned(),
                awaits: None,
                received_at: setting.now,
                bytes: bytes.clone(),
            });
            outcome.quarantined.push(RefusedChange {
                change: None,
                code: code.to_owned(),
                missing: Vec::new(),
            });
        }
        let submitted = Submitted {
            document,
            envelopes: vec![item.envelope],
            pending: self.submit(batch)?,
            ahead: None,
        };
        Ok(Admitted {
            outcomes: vec![outcome],
            submitted: vec![submitted],
        })
    }

    fn admit_items(
        &self,
        name: &DocumentName,
        items: &[Item],
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        let document = document_id(name);
        let held = self.documents.hold(document);
        // The place is taken before the document changes: a full queue leaves it as it was.
        let slot = self.parts.open.writer.reserve()?;
        let may_wait = self.something_waits_in(document)?;
        self.documents
            .work(&held, document, self.disk(), |current| {
                if may_wait {
                    // What waits is looked up in the log: all that was submitted must be there.
                    self.parts.open.writer.barrier()?.wait()?;
                }
                let mut work = Work {
                    gate: self.parts.gate,
                    name,
                    document,
                    setting,
                    engine: self,
                    batch: Batch {
                        contact: setting.contact.clone(),
                        ..Batch::default()
                    },
                    late: HashMap::new(),
                };
                let before = heads(current);
                let mut outcomes: Vec<ItemOutcome> =
                    items.iter().map(|item| work.admit(current, item)).collect();
                work.admit_late(current, may_wait, &mut outcomes);
                let mut batch = work.batch;
                if !batch.changes.is_empty() {
                    batch.documents.push((document, *name));
                    batch
                        .requires
                        .extend(before.iter().map(|hash| (document, *hash)));
                }
                let new: HashSet<HashValue> =
                    batch.changes.iter().map(|change| change.hash).collect();
                batch.requires.retain(|(_, hash)| !new.contains(hash));
                let rests = !batch.changes.is_empty() || !batch.requires.is_empty();
                let ahead = rests.then(|| held.set_out());
                if batch.quarantine.iter().any(|item| item.awaits.is_some()) {
                    self.note_waiting(document);
                }
                let submitted = Submitted {
                    document,
                    envelopes: items.iter().map(|item| item.envelope).collect(),
                    pending: slot.submit(batch),
                    ahead,
                };
                Ok(Admitted {
                    outcomes,
                    submitted: vec![submitted],
                })
            })?
    }

    /// Changes of this document may wait for others.
    fn something_waits_in(&self, document: DocumentId) -> Result<bool, EngineError> {
        let mut known = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let documents = match &mut *known {
            Some(documents) => documents,
            none => none.insert(self.log().documents_awaiting()?.into_iter().collect()),
        };
        Ok(documents.contains(&document))
    }

    /// Changes that wait for this one, oldest first; a revoked tablet's are left to a person.
    fn awaiting(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Vec<(u64, Item)>, EngineError> {
        let mut items = Vec::new();
        for kept in self.log().awaiting(document, change)? {
            let author = match kept.item.device {
                Some(device) => self.parts.server.device(device)?,
                None => None,
            };
            if let Some(author) = author.filter(|author| !author.is_revoked()) {
                let item = Item {
                    envelope: kept.item.envelope,
                    author,
                    first: kept.item.item,
                    changes: vec![kept.item.bytes],
                };
                items.push((kept.number, item));
            }
        }
        Ok(items)
    }

    fn note_waiting(&self, document: DocumentId) {
        let mut known = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(documents) = &mut *known {
            documents.insert(document);
        }
    }

    /// The author's clock minus the server's, as last known.
    fn offset_of(&self, author: DeviceId, setting: &Setting<'_>) -> Option<i64> {
        if author == setting.carrier {
            return Some(setting.offset_ms);
        }
        self.contact(author).map(|contact| contact.clock_offset_ms)
    }
}

/// What became of a change that had waited.
enum Late {
    /// Still, for this one.
    Waits(HashValue),
    Entered,
    Refused,
}

/// One change of an item, to be tried by itself.
fn alone(item: &Item, bytes: &[u8]) -> Item {
    let place = item.changes.iter().position(|change| change == bytes);
    Item {
        first: item.first + place.unwrap_or(0) as u32,
        changes: vec![bytes.to_vec()],
        ..item.clone()
    }
}

fn is_of(kept: &NewQuarantined, item: &Item) -> bool {
    kept.envelope == item.envelope && kept.item == item.first
}

fn waits(code: &str) -> bool {
    matches!(code, WAITS | RESTS_ON_REFUSED)
}

struct Work<'a> {
    gate: Gate,
    name: &'a DocumentName,
    document: DocumentId,
    setting: &'a Setting<'a>,
    engine: &'a Engine,
    batch: Batch,
    /// Changes of these items that wait for others, by what each waits for.
    late: HashMap<HashValue, Vec<Item>>,
}

impl Work<'_> {
    fn admit(&mut self, current: &mut Document, item: &Item) -> ItemOutcome {
        let admission = self.gate(current, item);
        let mut outcome = ItemOutcome {
            envelope: item.envelope,
            ..ItemOutcome::default()
        };
        for known in admission.known {
            if !current.has(&known) {
                continue; // It came twice, and was refused the first time.
            }
            // It may still be on its way: what is acknowledged must be in the log by then.
            self.batch.requires.push((self.document, known.0));
            outcome.changes.push(known.0);
        }
        for change in admission.accepted {
            outcome.changes.push(change.hash.0);
            self.accept(item, change);
        }
        for (hash, refusal, bytes) in admission.refused {
            let missing = if waits(refusal.code()) {
                missing(current, &bytes)
            } else {
                Vec::new()
            };
            let refusal = if missing.iter().any(|hash| self.was_refused(hash)) {
                Refusal::DependsOnRefused
            } else {
                refusal
            };
            let told = RefusedChange {
                change: hash.map(|hash| ByteArray::new(hash.0)),
                code: refusal.code().to_owned(),
                missing: missing.iter().map(|hash| ByteArray::new(hash.0)).collect(),
            };
            outcome.quarantined.push(told);
            let awaits = missing.first().map(|hash| hash.0);
            if let Some(other) = awaits {
                let item = alone(item, &bytes);
                self.late.entry(other).or_default().push(item);
            }
            self.refuse(item, hash, refusal, awaits, bytes);
        }
        outcome
    }

    /// Refused before, for what it is: who brought it does not matter, or a hostile tablet could
    /// have a colleague's change called refused by bringing it first.
    fn was_refused(&self, change: &ChangeHash) -> bool {
        let here = self.batch.quarantine.iter();
        let here = here
            .filter(|item| item.change == Some(change.0))
            .map(|item| item.code.clone());
        let before = match self.engine.log().refusals_of(self.document, &change.0) {
            Ok(codes) => codes,
            Err(error) => {
                tracing::warn!(%error, "earlier refusals could not be looked up");
                Vec::new()
            }
        };
        here.chain(before).any(|code| {
            code == PANICS || Refusal::of_code(&code).is_some_and(Refusal::is_of_the_change)
        })
    }

    /// What waits for a change is tried when that change comes, and only then: thousands of changes
    /// that wait for nothing cost an honest tablet nothing. What enters may be waited for in turn.
    fn admit_late(&mut self, current: &mut Document, may_wait: bool, outcomes: &mut [ItemOutcome]) {
        // The log learns only with this batch that a change waits for another one now.
        let mut moved: HashMap<HashValue, Vec<(u64, Item)>> = HashMap::new();
        let mut place = 0;
        while let Some(change) = self.batch.changes.get(place) {
            let hash = change.hash;
            place += 1;
            let kept = if may_wait {
                self.engine.awaiting(self.document, &hash)
            } else {
                Ok(Vec::new())
            };
            // A log that cannot be read here will not take the batch either; what waits is then
            // tried by `maraude quarantine retry`.
            let kept = kept.inspect_err(|error| tracing::error!(%error, "what waits was not read"));
            let here = moved.remove(&hash).unwrap_or_default();
            for (number, item) in kept.unwrap_or_default().into_iter().chain(here) {
                match self.admit_one(current, &item) {
                    Late::Waits(other) => {
                        self.batch.moved_on.push((number, other));
                        moved.entry(other).or_default().push((number, item));
                    }
                    Late::Entered => self.batch.settled.push((number, self.setting.now)),
                    Late::Refused => {}
                }
            }
            for item in self.late.remove(&hash).unwrap_or_default() {
                match self.admit_one(current, &item) {
                    Late::Waits(other) => {
                        let kept = self.batch.quarantine.iter_mut();
                        let mut own = kept.filter(|kept| is_of(kept, &item));
                        if let Some(kept) = own.next() {
                            kept.awaits = Some(other);
                        }
                        self.late.entry(other).or_default().push(item);
                    }
                    Late::Entered => self.entered(&item, outcomes),
                    Late::Refused => {}
                }
            }
        }
    }

    fn admit_one(&mut self, current: &mut Document, item: &Item) -> Late {
        let admission = self.gate(current, item);
        if let Some((_, refusal, bytes)) = admission.refused.first() {
            let other = missing(current, bytes).first().copied();
            return match other.filter(|_| waits(refusal.code())) {
                Some(other) => Late::Waits(other.0),
                None => Late::Refused,
            };
        }
        for change in admission.accepted {
            self.accept(item, change);
        }
        Late::Entered
    }

    /// A change of these items did not have to wait for long: it is told as let in.
    fn entered(&mut self, item: &Item, outcomes: &mut [ItemOutcome]) {
        let mut quarantine = self.batch.quarantine.iter();
        let Some(place) = quarantine.position(|kept| is_of(kept, item)) else {
            return;
        };
        let kept = self.batch.quarantine.remove(place);
        let mut outcomes = outcomes.iter_mut();
        let outcome = outcomes.find(|outcome| outcome.envelope == item.envelope);
        if let (Some(outcome), Some(hash)) = (outcome, kept.change) {
            let told = |refused: &RefusedChange| refused.change == Some(ByteArray::new(hash));
            outcome.quarantined.retain(|refused| !told(refused));
            outcome.changes.push(hash);
        }
    }

    fn gate(&self, current: &mut Document, item: &Item) -> Admission {
        (self.gate)(
            current,
            self.name.kind(),
            &item.changes,
            item.author.device.id,
            matches!(self.name, DocumentName::Round { .. }),
            &GateLimits::default(),
        )
    }

    fn accept(&mut self, item: &Item, change: RawChange) {
        let author = &item.author.device;
        self.batch.changes.push(NewChange {
            document: self.document,
            hash: change.hash.0,
            device: author.id,
            carrier: self.setting.carrier,
            organisation: author.organisation.clone(),
            received_at: self.setting.now,
            clock_offset_ms: self.engine.offset_of(author.id, self.setting),
            circumstance: circumstance(self.setting.plan, &item.author, self.name),
            bytes: change.bytes,
        });
    }

    fn refuse(
        &mut self,
        item: &Item,
        hash: Option<ChangeHash>,
        refusal: Refusal,
        awaits: Option<HashValue>,
        bytes: Vec<u8>,
    ) {
        let place = item.changes.iter().position(|change| *change == bytes);
        self.batch.quarantine.push(NewQuarantined {
            envelope: item.envelope,
            item: item.first + place.unwrap_or(0) as u32,
            document: Some(self.document),
            change: hash.map(|hash| hash.0),
            device: Some(item.author.device.id),
            carrier: self.setting.carrier,
            code: refusal.code().to_owned(),
            awaits,
            received_at: self.setting.now,
            bytes,
        });
    }
}

/// What a change depends on directly and the document does not hold.
fn missing(current: &Document, bytes: &[u8]) -> Vec<ChangeHash> {
    let mut dependencies = dependencies_of(bytes, &GateLimits::default()).unwrap_or_default();
    dependencies.retain(|hash| !current.has(hash));
    dependencies
}
