//! One document's changes before the gate, and those that had waited for them.
//!
//! It must never write to the log: it fills the batch that `admission` submits.

use super::{Item, ItemOutcome, PANICS, RESTS_ON_REFUSED, Setting, WAITS};
use crate::measures::measures;
use crate::store::{Batch, HashValue, NewChange, NewQuarantined, Written};
use crate::sync::plan::circumstance;
use crate::sync::{Engine, Gate};
use maraude_core::document::{Actor, ChangeHash, Document, DocumentName, GENESIS_HASH, RawChange};
use maraude_core::gate::{Admission, GateLimits, Refusal, actors_of_changes, dependencies_of};
use maraude_core::model::DocumentId;
use maraude_core::sync::RefusedChange;
use serde_bytes::ByteArray;
use std::collections::HashMap;

/// Longest actor of a client of another make; automerge draws 16 bytes.
const ACTOR_CAP_BYTES: usize = 32;

/// Changes that a refused one waits for and that are told; it names all of them itself.
const MISSING_TOLD: usize = 4;

/// Changes looked up in one batch as refused before; what is beyond is told as not there yet.
const LOOKED_UP: usize = 4_096;

/// What became of a change that had waited.
enum Late {
    /// Still, for this one.
    Waits(HashValue),
    Entered,
    Refused,
}

/// Where a change stands in its item.
fn place(item: &Item, bytes: &[u8]) -> usize {
    let place = item.changes.iter().position(|change| change == bytes);
    place.unwrap_or(0)
}

fn is_of(kept: &NewQuarantined, item: &Item) -> bool {
    (kept.envelope, kept.item) == item.kept_as(0)
}

/// A refusal that holds whoever brings the change.
fn is_of_the_change(code: &str) -> bool {
    code == PANICS || Refusal::of_code(code).is_some_and(Refusal::is_of_the_change)
}

fn waits(code: &str) -> bool {
    matches!(code, WAITS | RESTS_ON_REFUSED)
}

/// One document's batch under way.
pub(super) struct Work<'a> {
    pub(super) gate: Gate,
    pub(super) name: &'a DocumentName,
    pub(super) document: DocumentId,
    pub(super) setting: &'a Setting<'a>,
    pub(super) engine: &'a Engine,
    /// Bytes of the document's changes, those of this batch left out.
    pub(super) held_bytes: usize,
    pub(super) batch: Batch,
    /// Changes of these items that wait for others, by what each waits for.
    pub(super) late: HashMap<HashValue, Vec<Item>>,
    /// Which changes were refused before for what they are, as far as looked up.
    pub(super) refused: HashMap<HashValue, bool>,
}

impl Work<'_> {
    pub(super) fn admit(&mut self, current: &mut Document, item: &Item) -> ItemOutcome {
        let full = self.has_filled(current, item);
        let admission = self.gate(current, item, full);
        let mut outcome = ItemOutcome {
            envelope: item.envelope,
            ..ItemOutcome::default()
        };
        for known in admission.known {
            if known == GENESIS_HASH || !current.has(&known) {
                continue; // No log holds the first; another came twice, and was refused before.
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
            let refusal = match refusal {
                Refusal::ReadOnly if full => Refusal::DocumentFull,
                other => other,
            };
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
                missing: (missing.iter().take(MISSING_TOLD))
                    .map(|hash| ByteArray::new(hash.0))
                    .collect(),
            };
            outcome.quarantined.push(told);
            let awaits = missing.first().map(|hash| hash.0);
            if let Some(other) = awaits {
                let item = item.alone(place(item, &bytes));
                self.late.entry(other).or_default().push(item);
            }
            self.refuse(item, hash, refusal, awaits, bytes);
        }
        outcome
    }

    /// Refused before, for what it is: who brought it does not matter, or a hostile tablet could
    /// have a colleague's change called refused by bringing it first.
    fn was_refused(&mut self, change: &ChangeHash) -> bool {
        if let Some(known) = self.refused.get(&change.0) {
            return *known;
        }
        if self.refused.len() >= LOOKED_UP {
            return false;
        }
        let before = match self.engine.log().refusals_of(self.document, &change.0) {
            Ok(codes) => codes,
            Err(error) => {
                tracing::warn!(%error, "earlier refusals could not be looked up");
                Vec::new()
            }
        };
        let refused = before.iter().any(|code| is_of_the_change(code));
        self.refused.insert(change.0, refused);
        refused
    }

    /// What waits for a change is tried when that change comes, and only then: thousands of changes
    /// that wait for nothing cost an honest tablet nothing. What enters may be waited for in turn.
    pub(super) fn admit_late(
        &mut self,
        current: &mut Document,
        may_wait: bool,
        outcomes: &mut [ItemOutcome],
    ) {
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
        let full = self.has_filled(current, item);
        let admission = self.gate(current, item, full);
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
        if let Some(hash) = kept.change {
            self.refused.remove(&hash);
        }
        let mut outcomes = outcomes.iter_mut();
        let outcome = outcomes.find(|outcome| outcome.envelope == item.envelope);
        if let (Some(outcome), Some(hash)) = (outcome, kept.change) {
            let told = |refused: &RefusedChange| refused.change == Some(ByteArray::new(hash));
            outcome.quarantined.retain(|refused| !told(refused));
            outcome.changes.push(hash);
        }
    }

    /// The author has written its part of this document: what of the item is not known is refused.
    /// Others write on, whoever fills it. The log is asked only in a document that is large.
    fn has_filled(&self, current: &Document, item: &Item) -> bool {
        let share = self.engine.share();
        let is_round = matches!(self.name, DocumentName::Round { .. });
        let bytes = |changes: &[Vec<u8>]| changes.iter().map(Vec::len).sum::<usize>();
        let here: usize = self.batch.changes.iter().map(|c| c.bytes.len()).sum();
        let more = Written {
            changes: item.changes.len() as u64,
            bytes: bytes(&item.changes) as u64,
        };
        let whole = Written {
            changes: current.change_count() as u64,
            bytes: (self.held_bytes + here) as u64,
        };
        if !is_round || share.holds(whole, more) {
            return false;
        }
        let author = item.author.device.id;
        let own = self.batch.changes.iter().filter(|c| c.device == author);
        let in_log = self.engine.log().written_in(self.document, author);
        // A log that cannot be read will not take the batch either.
        let own = own.fold(in_log.unwrap_or_default(), |sum, change| Written {
            changes: sum.changes + 1,
            bytes: sum.bytes + change.bytes.len() as u64,
        });
        !share.holds(own, more)
    }

    fn gate(&self, current: &mut Document, item: &Item, full: bool) -> Admission {
        let actors = self.actors_of(current, item);
        (self.gate)(
            current,
            self.name.kind(),
            &item.changes,
            item.author.device.id,
            &actors,
            matches!(self.name, DocumentName::Round { .. }) && !full,
            &GateLimits::default(),
        )
    }

    /// Actors under which a client of `/sync` may write: those it has written under, and those that
    /// nobody has. The first change that enters under an actor binds it, in this document, to its
    /// author (design D5).
    fn actors_of(&self, current: &Document, item: &Item) -> Vec<Vec<u8>> {
        if !item.is_brought() {
            return Vec::new();
        }
        let mut actors = actors_of_changes(&item.changes, &GateLimits::default());
        // An actor that has the shape of a tablet's is that tablet's.
        actors.retain(|actor| {
            let open = Actor::from_slice(actor).is_none() && actor.len() <= ACTOR_CAP_BYTES;
            open && self.is_of_author(current, actor, item)
        });
        actors.into_iter().collect()
    }

    fn is_of_author(&self, current: &Document, actor: &[u8], item: &Item) -> bool {
        let Some((_, last)) = current.latest(actor) else {
            return true;
        };
        let mut here = self.batch.changes.iter();
        let owner = match here.find(|change| change.hash == last.0) {
            Some(change) => Some(change.device),
            // A log that cannot be read tells no owner: then the change is refused, and kept.
            None => self
                .engine
                .log()
                .author_of(self.document, &last.0)
                .ok()
                .flatten(),
        };
        owner == Some(item.author.device.id)
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
        measures().refused(refusal.code());
        let (envelope, place) = item.kept_as(place(item, &bytes));
        if let Some(hash) = hash.filter(|_| is_of_the_change(refusal.code())) {
            self.refused.insert(hash.0, true);
        }
        self.batch.quarantine.push(NewQuarantined {
            envelope,
            item: place,
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
