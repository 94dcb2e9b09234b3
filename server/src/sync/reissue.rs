//! What was recorded of one person goes: the documents that hold it are issued anew without it, and
//! the former ones are erased with their whole history (design D2, D6).
//!
//! It must never lose what was acknowledged of anybody else: nothing enters the former documents
//! from the moment they are read to the moment they are gone, in one transaction.

use super::moved::former_name;
use super::retry::WHOLE;
use super::{Engine, EngineError};
use crate::store::{
    BatchRefusal, HashValue, LogPosition, NewChange, NewQuarantined, Reissue, StoreError,
    StoredChange, StoredDocument, Tombstone, random,
};
use maraude_core::document::{Actor, Document, DocumentKind, DocumentName, EntryCopy, document_id};
use maraude_core::gate::{Former, GateLimits, Late, Successor, carry_over};
use maraude_core::model::{DeviceId, DocumentId, ObservationId, RoundKey, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

/// Code of the tombstones of what a person had erased.
pub const PERSON: &str = "person";

/// Entries in one change of a review: the gate takes 2,000 operations.
const ENTRIES_PER_CHANGE: usize = 100;

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Erased {
    /// Documents that are gone, and what took the place of each, where something was left.
    pub documents: Vec<(DocumentId, Option<DocumentId>)>,
    /// Decisions, rulings, corrections and marks of the coordination about it that are gone.
    pub acts: u32,
    /// Refused changes of these documents that could not be carried over: they rested on nothing
    /// that is known; and envelopes of the round that no known tablet signed.
    pub aside_lost: u32,
    /// Where the log ends after it.
    pub position: LogPosition,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum ReissueError {
    /// No round holds it.
    #[error("no round holds this observation")]
    Unknown,
    /// What would take the former document's place does not pass the gate: a bug, or a document that
    /// was damaged.
    #[error("the document that would take its place does not pass the gate: {code}")]
    Refused {
        /// Code of the refusal.
        code: &'static str,
    },
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] BatchRefusal),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for ReissueError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// What takes the place of documents, before it is in the log.
struct Draft {
    reissue: Reissue,
    erased: Erased,
    at: TimestampMs,
}

impl Draft {
    fn gone(&mut self, document: DocumentId, successor: Option<DocumentName>) {
        self.reissue.gone.push(Tombstone {
            document,
            at: self.at,
            reason: PERSON.to_owned(),
            successor,
        });
    }
}

impl Engine {
    /// Erases an observation that a round holds. Blocks, for as long as it takes to write the round
    /// anew: call it from a thread of its own.
    ///
    /// # Errors
    /// [`ReissueError`]; nothing was erased.
    pub fn erase_observation(
        &self,
        round: DocumentId,
        observation: ObservationId,
    ) -> Result<Erased, ReissueError> {
        if let Some(stored) = self.log().document(round)?
            && let DocumentName::Round { key } = stored.name
        {
            self.open_whole(key)?;
        }
        let _authoring = (self.authoring.lock()).unwrap_or_else(PoisonError::into_inner);
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.documents.hold(round);
        let done = self.documents.work(&held, round, self.disk(), |_| {
            let done = self.erase_alone(round, observation);
            // Whoever waits for this document reads it from the log again.
            drop(held.set_out());
            done
        })??;
        for (former, _) in &done.documents {
            self.documents.forget(*former);
            self.known.forget(*former);
        }
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(done)
    }

    /// Nothing enters the round while this goes on.
    fn erase_alone(
        &self,
        round: DocumentId,
        observation: ObservationId,
    ) -> Result<Erased, ReissueError> {
        let writer = &self.parts.open.writer;
        let barrier = writer.barrier().map_err(EngineError::from)?;
        barrier.wait().map_err(EngineError::from)?;
        let stored = self.log().document(round)?.ok_or(ReissueError::Unknown)?;
        let DocumentName::Round { key } = stored.name else {
            return Err(ReissueError::Unknown);
        };
        let mut draft = Draft {
            reissue: Reissue::default(),
            erased: Erased::default(),
            at: self.parts.clock.now(),
        };
        self.issue_round(&mut draft, round, key, observation)?;
        for review in self.log().documents()? {
            self.issue_review(&mut draft, &review, observation)?;
        }
        // An observation's name among the tombstones: nothing that names it comes back.
        draft.gone(DocumentId::new(observation.uuid()), None);
        let appended = self.log().reissue(&draft.reissue)??;
        self.known.note(&draft.reissue.batch, &appended);
        draft.erased.position = appended.last;
        Ok(draft.erased)
    }

    fn issue_round(
        &self,
        draft: &mut Draft,
        round: DocumentId,
        key: RoundKey,
        observation: ObservationId,
    ) -> Result<(), ReissueError> {
        let changes = self.log().changes(round)?;
        let former = self.as_logged(round, &changes)?;
        let own = format!("observation:{observation}");
        let copies = former.entry_copies();
        if !copies.iter().any(|copy| copy.key == own) {
            return Err(ReissueError::Unknown);
        }
        let key = self.standing(RoundKey {
            reissue: key.reissue + 1,
            ..key
        })?;
        let name = DocumentName::Round { key };
        let document = document_id(&name);
        let kept = copies.into_iter().filter(|copy| copy.key != own);
        let kept = kept.map(|copy| copy.in_issue(key.reissue));
        let issued = self.issue(DocumentKind::Round, document, kept.collect(), &changes, 1)?;
        draft.reissue.batch.documents.push((document, name));
        draft.reissue.batch.changes.extend(issued.changes);
        let mut names = Former::of(&former);
        self.carry_aside(draft, round, &mut names, (key, &issued.document), &own)?;
        let names =
            serde_json::to_vec(&names).map_err(|_| StoreError::Damaged { table: "meta" })?;
        draft.reissue.meta.push((former_name(round), names));
        draft.gone(round, Some(name));
        draft.erased.documents.push((round, Some(document)));
        Ok(())
    }

    /// A review that says something about it, as a new part without that.
    fn issue_review(
        &self,
        draft: &mut Draft,
        review: &StoredDocument,
        observation: ObservationId,
    ) -> Result<(), ReissueError> {
        let DocumentName::Review {
            campaign, night, ..
        } = review.name
        else {
            return Ok(());
        };
        let changes = self.log().changes(review.document)?;
        let former = self.as_logged(review.document, &changes)?;
        let named = observation.to_string();
        let copies = former.entry_copies();
        let before = copies.len();
        let kept: Vec<EntryCopy> = (copies.into_iter())
            .filter(|copy| !copy.names(&named))
            .collect();
        if kept.len() == before {
            return Ok(());
        }
        draft.erased.acts += (before - kept.len()) as u32;
        if kept.is_empty() {
            draft.gone(review.document, None);
            draft.erased.documents.push((review.document, None));
            return Ok(());
        }
        let taken = |name: &DocumentName| {
            let here = draft.reissue.batch.documents.iter();
            here.clone().any(|(_, other)| other == name)
        };
        let mut part = 0;
        let name = loop {
            let name = DocumentName::Review {
                campaign,
                night,
                part,
            };
            let id = document_id(&name);
            let there = self.log().document(id)?.is_some() || self.log().tombstone(id)?.is_some();
            if !there && !taken(&name) {
                break name;
            }
            part += 1;
        };
        let document = document_id(&name);
        let per = ENTRIES_PER_CHANGE;
        let issued = self.issue(DocumentKind::Review, document, kept, &changes, per)?;
        draft.reissue.batch.documents.push((document, name));
        draft.reissue.batch.changes.extend(issued.changes);
        draft.gone(review.document, Some(name));
        draft
            .erased
            .documents
            .push((review.document, Some(document)));
        Ok(())
    }

    /// A document read from the log alone.
    fn as_logged(
        &self,
        document: DocumentId,
        changes: &[StoredChange],
    ) -> Result<Document, ReissueError> {
        let chunks: Vec<&[u8]> = (changes.iter())
            .map(|stored| stored.change.bytes.as_slice())
            .collect();
        let reader = Actor::new(self.parts.device, [0; 8]);
        let loaded = Document::load(reader, &chunks);
        loaded.map_err(|error| {
            let cause = error.to_string();
            EngineError::Unloadable { document, cause }.into()
        })
    }

    /// Entries as a new document, each written by who made it, with what the log knew of that.
    fn issue(
        &self,
        kind: DocumentKind,
        document: DocumentId,
        copies: Vec<EntryCopy>,
        logged: &[StoredChange],
        per_change: usize,
    ) -> Result<Issued, ReissueError> {
        let logged: HashMap<HashValue, &NewChange> = (logged.iter())
            .map(|stored| (stored.change.hash, &stored.change))
            .collect();
        let offsets = last_offsets(&logged);
        let mut by_author: BTreeMap<DeviceId, Vec<EntryCopy>> = BTreeMap::new();
        // One that was made and never written to holds nothing.
        for copy in copies.into_iter().filter(|copy| !copy.changes.is_empty()) {
            let made = copy.changes.first().and_then(|hash| logged.get(&hash.0));
            // Nothing of anybody else may be left out.
            let made = made.ok_or(ReissueError::Refused {
                code: "maker-unknown",
            })?;
            by_author.entry(made.device).or_default().push(copy);
        }
        let mut issued = Issued {
            document: Document::new(Actor::new(self.parts.device, random()?)),
            changes: Vec::new(),
        };
        for (author, copies) in by_author {
            // Each author's changes rest on one another alone: should tablets have to bring them
            // again one day, none waits for another's.
            let mut own = Document::new(Actor::new(author, random()?));
            let mut written = Vec::new();
            for piece in copies.chunks(per_change) {
                let at = piece.iter().map(|copy| copy.at).max().unwrap_or(0);
                let change = own.commit(at, |w| piece.iter().for_each(|copy| w.put_copy(copy)));
                let Some(change) = change else { continue };
                let arrivals = (piece.iter().flat_map(|copy| &copy.changes))
                    .filter_map(|hash| logged.get(&hash.0));
                let made = piece[0].changes.first();
                let Some(made) = made.and_then(|hash| logged.get(&hash.0)) else {
                    continue;
                };
                written.push(change.bytes.clone());
                issued.changes.push(NewChange {
                    document,
                    hash: change.hash.0,
                    // What was edited since it was read is still to be read again.
                    received_at: arrivals.map(|c| c.received_at).max().unwrap_or(self.now()),
                    clock_offset_ms: offsets.get(&author).copied(),
                    bytes: change.bytes,
                    ..(*made).clone()
                });
            }
            let limits = GateLimits::default();
            let current = &mut issued.document;
            let admission = (self.parts.gate)(current, kind, &written, author, &[], true, &limits);
            if let Some((_, refusal, _)) = admission.refused.first() {
                let code = refusal.code();
                return Err(ReissueError::Refused { code });
            }
        }
        Ok(issued)
    }

    fn now(&self) -> TimestampMs {
        self.parts.clock.now()
    }

    /// Refused bytes of the former document, as what they mean for the one that takes its place.
    fn carry_aside(
        &self,
        draft: &mut Draft,
        round: DocumentId,
        names: &mut Former,
        (key, issued): (RoundKey, &Document),
        erased: &str,
    ) -> Result<(), ReissueError> {
        let document = document_id(&DocumentName::Round { key });
        let gone = |key: &str| key == erased || self.is_erased_entry(key);
        for kept in self.quarantined(0) {
            let kept = kept?;
            let item = kept.item;
            if item.item == WHOLE && self.is_sealed_for(&item.bytes, key)? {
                // Nobody vouches for it, and somebody could still read it.
                draft.reissue.unkept.push(kept.number);
                draft.erased.aside_lost += u32::from(kept.settled_at.is_none());
                continue;
            }
            if item.document != Some(round) || kept.settled_at.is_some() {
                continue;
            }
            let Some(author) = item.device else {
                draft.erased.aside_lost += 1;
                continue;
            };
            let mut into = Successor {
                document: issued.clone(),
                reissue: key.reissue,
                between: &[],
                is_erased: &gone,
            };
            let bytes = [item.bytes.clone()];
            let limits = GateLimits::default();
            let late = carry_over(names, &mut into, author, &bytes, &limits);
            match late.into_iter().next() {
                Some((_, Late::Carried(change))) => {
                    draft.reissue.batch.quarantine.push(NewQuarantined {
                        document: Some(document),
                        change: Some(change.hash.0),
                        awaits: None,
                        bytes: change.bytes,
                        ..item
                    });
                }
                Some((_, Late::Refused(_))) | None => draft.erased.aside_lost += 1,
                Some((_, Late::Known | Late::Before(_) | Late::Nothing)) => {}
            }
        }
        Ok(())
    }
}

/// The last clock offset known of each tablet: its times are corrected by it.
fn last_offsets(logged: &HashMap<HashValue, &NewChange>) -> HashMap<DeviceId, i64> {
    let mut last: HashMap<DeviceId, (TimestampMs, i64)> = HashMap::new();
    for change in logged.values() {
        let Some(offset) = change.clock_offset_ms else {
            continue;
        };
        let known = last.entry(change.device).or_insert((TimestampMs::MIN, 0));
        if change.received_at >= known.0 {
            *known = (change.received_at, offset);
        }
    }
    let offsets = last.into_iter();
    offsets
        .map(|(device, (_, offset))| (device, offset))
        .collect()
}

/// A document that takes another's place.
struct Issued {
    document: Document,
    changes: Vec<NewChange>,
}
