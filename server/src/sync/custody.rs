//! What became of a tablet's rounds: how many observations are held, how many were read.
//!
//! A tablet that gives back what it heard last is told of what changed since, so that an exchange
//! costs the same however much is stored. It must never leave a change out: what the log, the view
//! and the second copy held when a tablet was told is noted *before* anything is counted.

use super::known::{Counted, Round};
use super::{Engine, EngineError};
use crate::store::{COPIED, LogPosition, StoreError, StoredDevice};
use maraude_core::document::{Document, DocumentName, document_id, read_review, read_round};
use maraude_core::model::{DeviceId, DocumentId, Night, ObservationId};
use maraude_core::sync::RoundCustody;
use std::collections::BTreeSet;

/// First part of an observation's key in a round's document.
const OBSERVATION_KEY: &str = "observation:";

/// Tells what the coordination has read: the projection does, once it is there.
pub trait Custody: Send + Sync {
    /// Observations of a round that were read since their last change; none while it is not known.
    fn read_of(&self, round: DocumentId) -> Option<u32>;
    /// Up to which position of the log it tells.
    fn position(&self) -> LogPosition;
}

/// What a tablet heard of its rounds: all that the log and the view held up to a position, and what
/// was safe then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// The run of the engine that told: another one tells everything once.
    pub(super) run: [u8; 4],
    pub(super) seen: LogPosition,
    pub(super) copied: LogPosition,
}

impl Heard {
    /// The round may stand otherwise than this tablet heard.
    fn is_outdated(&self, round: &Round, copied: LogPosition) -> bool {
        let became_safe = round.last > self.copied && round.last <= copied;
        round.last.max(round.reviewed) > self.seen || became_safe || copied < self.copied
    }
}

impl Engine {
    /// What became of the rounds a tablet wrote in, as far as it has not heard; and what it has
    /// heard then. Of another team's round only its own observations are counted.
    pub(super) fn custody_of(
        &self,
        carrier: &StoredDevice,
        heard: Option<Heard>,
    ) -> Result<(Vec<RoundCustody>, Heard), EngineError> {
        let device = carrier.device.id;
        self.know_rounds_of(device)?;
        let copied = self.copied()?;
        let mut hears = Heard {
            run: self.known.run(),
            seen: self.known.noted().min(self.view_position()),
            copied,
        };
        let heard = heard.filter(|heard| heard.run == hears.run);
        let outdated = |round: &Round| heard.is_none_or(|heard| heard.is_outdated(round, copied));
        let mut rounds = Vec::new();
        for (document, round) in self.known.rounds_of(device, outdated) {
            let counted = if self.is_for(carrier, document)? {
                self.count(document, &round)
            } else {
                self.count_own(document, &round, device)
            };
            match counted {
                Err(EngineError::Unloadable { .. }) => {
                    // Told once somebody has repaired it.
                    hears.seen = heard.map_or(0, |heard| heard.seen);
                }
                counted => {
                    let counted = counted?;
                    rounds.push(RoundCustody {
                        document,
                        held: counted.held,
                        read: counted.read.min(counted.held),
                        safe: round.last <= copied,
                    });
                }
            }
        }
        Ok((rounds, hears))
    }

    fn is_for(&self, carrier: &StoredDevice, round: DocumentId) -> Result<bool, EngineError> {
        let stored = self.log().document(round)?;
        Ok(stored.is_some_and(|stored| match stored.name {
            DocumentName::Round { key } => carrier.reads_for() == Some(key.team),
            _ => false,
        }))
    }

    fn count_own(
        &self,
        document: DocumentId,
        round: &Round,
        device: DeviceId,
    ) -> Result<Counted, EngineError> {
        let all = self.read(document, |current| read_round(current, document).0)?;
        let own = all.observations.iter();
        let own = own.filter(|observation| observation.created.device == device);
        let held: BTreeSet<ObservationId> = own.map(|observation| observation.id).collect();
        let read = held.intersection(&self.read_marks(round.night)?).count();
        Ok(Counted {
            at: (round.last, round.reviewed, 0),
            held: held.len() as u32,
            read: read as u32,
        })
    }

    /// Reads once per run which rounds a tablet wrote in; later ones are noted as they are committed.
    fn know_rounds_of(&self, device: DeviceId) -> Result<(), EngineError> {
        if !self.known.expects(device) {
            return Ok(());
        }
        for document in self.log().documents_of(device)? {
            if let Some(stored) = self.log().document(document)?
                && let DocumentName::Round { key } = stored.name
            {
                self.known
                    .found(device, document, key.night, stored.last_position);
            }
        }
        self.known.all_found(device);
        Ok(())
    }

    fn view_position(&self) -> LogPosition {
        let custody = self.custody.get();
        custody.map_or(LogPosition::MAX, |custody| custody.position())
    }

    fn count(&self, document: DocumentId, round: &Round) -> Result<Counted, EngineError> {
        // Asked before anything is counted: what comes in between is counted again.
        let seen = self.view_position().min(round.last.max(round.reviewed));
        let at = (round.last, round.reviewed, seen);
        if let Some(counted) = round.counted.filter(|counted| counted.at == at) {
            return Ok(counted);
        }
        let told = self.custody.get().and_then(|c| c.read_of(document));
        let (held, read) = if let Some(read) = told {
            (self.read(document, |d| held(d).count())? as u32, read)
        } else {
            let held: BTreeSet<ObservationId> = self.read(document, |d| held(d).collect())?;
            let marks = self.read_marks(round.night)?;
            (held.len() as u32, held.intersection(&marks).count() as u32)
        };
        let counted = Counted { at, held, read };
        self.known.counted(document, counted);
        Ok(counted)
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

    /// Up to which position a second copy exists; every one where the operator accepts a single one.
    fn copied(&self) -> Result<LogPosition, StoreError> {
        if self.parts.single_copy_accepted {
            return Ok(LogPosition::MAX);
        }
        let copied = self.log().meta(COPIED)?;
        let copied = copied.and_then(|bytes| bytes.try_into().ok());
        Ok(copied.map_or(0, u64::from_be_bytes))
    }
}

/// The observations a round's document holds.
fn held(document: &Document) -> impl Iterator<Item = ObservationId> {
    let keys = document.keys().into_iter();
    keys.filter_map(|key| key.strip_prefix(OBSERVATION_KEY)?.parse().ok())
}
