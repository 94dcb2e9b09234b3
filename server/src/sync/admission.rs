//! Through the gate, one document at a time: what enters, what is kept aside, and never a panic.

mod work;

use super::Engine;
use super::documents::Ahead;
use super::engine::{EngineError, heads};
use crate::measures::measures;
use crate::store::{Batch, Contact, HashValue, NewQuarantined, Pending, StoredDevice};
use maraude_core::document::{DocumentName, Plan, document_id};
use maraude_core::model::{DeviceId, DocumentId, TimestampMs};
use maraude_core::sync::RefusedChange;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use work::Work;

/// Code of changes that made the gate panic: each was tried alone before it is called so.
const PANICS: &str = "change-panics";

/// Code of changes that wait for another one.
pub(super) const WAITS: &str = "missing-dependencies";

/// Code of changes that rest on a refused one: they wait too, should it ever be let in.
const RESTS_ON_REFUSED: &str = "depends-on-refused";

/// Code of changes whose document does not load: kept until somebody has repaired it.
const DAMAGED: &str = "document-damaged";

/// Place of a change that came in no envelope, but through `/sync`.
pub(super) const BY_ITSELF: u32 = u32::MAX - 1;

/// Changes of one envelope, or some of them; or changes that came through `/sync`.
#[derive(Clone)]
pub(super) struct Item {
    /// The envelope, or a name for what came together.
    pub(super) envelope: HashValue,
    /// Who signed it.
    pub(super) author: StoredDevice,
    /// Place of the first change in the envelope; [`BY_ITSELF`] without one.
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
    /// What was refused of it could not be kept.
    pub(super) full: bool,
}

/// What surrounds an admission.
pub(super) struct Setting<'a> {
    pub(super) plan: &'a Plan,
    pub(super) carrier: DeviceId,
    pub(super) now: TimestampMs,
    /// The carrier's clock minus the server's, where it was told.
    pub(super) offset_ms: Option<i64>,
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

impl Item {
    /// Changes that a client brought together through `/sync`.
    pub(super) fn brought(author: StoredDevice, changes: Vec<Vec<u8>>) -> Self {
        Self {
            envelope: Sha256::digest(changes.concat()).into(),
            author,
            first: BY_ITSELF,
            changes,
        }
    }

    /// It came through `/sync`: an actor nobody has used yet is its author's.
    pub(super) fn is_brought(&self) -> bool {
        self.first == BY_ITSELF
    }

    /// One of its changes, to be tried by itself.
    pub(super) fn alone(&self, at: usize) -> Self {
        let first = if self.is_brought() {
            BY_ITSELF
        } else {
            self.first + at as u32
        };
        // Not a copy of all of it with one left: there may be thousands.
        Self {
            envelope: self.envelope,
            author: self.author.clone(),
            first,
            changes: vec![self.changes[at].clone()],
        }
    }

    /// Under which envelope and place one of its changes is kept, should it be refused. What came
    /// through `/sync` is its own envelope, so that the same change is kept once however it comes.
    pub(super) fn kept_as(&self, at: usize) -> (HashValue, u32) {
        if self.is_brought() {
            let bytes = self.changes.get(at).map_or(&[][..], Vec::as_slice);
            return (Sha256::digest(bytes).into(), BY_ITSELF);
        }
        (self.envelope, self.first + at as u32)
    }
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
                // One document's damage keeps none of the tablet's others from arriving.
                self.keep_aside(name, items, DAMAGED, setting)
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
                return self.keep_aside(name, items, PANICS, setting);
            }
            [one] => (0..one.changes.len()).map(|at| one.alone(at)).collect(),
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

    /// Keeps items' changes sealed, with a reason, without showing them to the gate: in one batch,
    /// however many they are, so that they take one place in the queue.
    pub(super) fn keep_aside(
        &self,
        name: &DocumentName,
        items: &[Item],
        code: &'static str,
        setting: &Setting<'_>,
    ) -> Result<Admitted, EngineError> {
        let document = document_id(name);
        let mut batch = Batch {
            contact: setting.contact.clone(),
            ..Batch::default()
        };
        let mut outcomes = Vec::new();
        for item in items {
            let changes = item.changes.iter().enumerate();
            let kept =
                changes.map(|(at, bytes)| kept_aside(item, at, bytes, document, code, setting));
            batch.quarantine.extend(kept);
            let told = RefusedChange {
                change: None,
                code: code.to_owned(),
                missing: Vec::new(),
            };
            outcomes.push(ItemOutcome {
                envelope: item.envelope,
                quarantined: vec![told; item.changes.len()],
                ..ItemOutcome::default()
            });
        }
        self.within_allowance(&mut batch, items, &mut outcomes);
        let submitted = Submitted {
            document,
            envelopes: items.iter().map(|item| item.envelope).collect(),
            pending: self.submit(batch)?,
            ahead: None,
        };
        Ok(Admitted {
            outcomes,
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
                if may_wait || (held.is_ahead() && items.iter().any(Item::is_brought)) {
                    // What waits, and whose an actor is, is looked up in the log: all that was
                    // submitted must be there.
                    self.parts.open.writer.barrier()?.wait()?;
                }
                let mut work = Work {
                    gate: self.parts.gate,
                    name,
                    document,
                    setting,
                    engine: self,
                    held_bytes: held.bytes(),
                    batch: Batch {
                        contact: setting.contact.clone(),
                        ..Batch::default()
                    },
                    late: HashMap::new(),
                    refused: HashMap::new(),
                };
                let before = heads(current);
                let mut outcomes: Vec<ItemOutcome> =
                    items.iter().map(|item| work.admit(current, item)).collect();
                work.admit_late(current, may_wait, &mut outcomes);
                let mut batch = work.batch;
                held.grow(batch.changes.iter().map(|change| change.bytes.len()).sum());
                self.within_allowance(&mut batch, items, &mut outcomes);
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
            return setting.offset_ms;
        }
        self.contact(author).map(|contact| contact.clock_offset_ms)
    }
}

/// One change of an item, as quarantine keeps it.
fn kept_aside(
    item: &Item,
    at: usize,
    bytes: &[u8],
    document: DocumentId,
    code: &str,
    setting: &Setting<'_>,
) -> NewQuarantined {
    let (envelope, place) = item.kept_as(at);
    measures().refused(code);
    NewQuarantined {
        envelope,
        item: place,
        document: Some(document),
        change: None,
        device: Some(item.author.device.id),
        carrier: setting.carrier,
        code: code.to_owned(),
        awaits: None,
        received_at: setting.now,
        bytes: bytes.to_vec(),
    }
}
