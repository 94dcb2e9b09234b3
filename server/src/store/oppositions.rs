//! Who asked not to be recorded: for each, what the campaign's key makes of two letters, two letters
//! and a year, and nothing else of them. It is kept with the log, and worth nothing without the key.
//!
//! It must never hold what somebody gave, nor tell whose an entry is.

use super::keys::PseudonymKey;
use super::{Log, StoreError};
use maraude_core::form::PseudonymFields;
use maraude_core::model::{AccountId, ObservationId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Under which the log keeps the list.
const LIST: &str = "oppositions";

/// How it was asked for; never by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OppositionReason {
    /// The person came or wrote.
    Person,
    /// Whoever stands for them did.
    Representative,
    /// They told a team outside.
    Team,
    /// Otherwise.
    Other,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opposition {
    /// Its number in the campaign.
    pub number: u32,
    /// Server clock.
    pub entered_at: TimestampMs,
    /// Who entered it; none from the command line.
    pub entered_by: Option<AccountId>,
    /// How it was asked for.
    pub reason: OppositionReason,
    /// It was taken back at this instant.
    pub withdrawn_at: Option<TimestampMs>,
}

/// An entry with what it is recognised by.
#[derive(Serialize, Deserialize)]
struct Listed {
    told: Opposition,
    /// What the key makes of what they gave; gone once it was withdrawn or the key destroyed.
    keyed: Option<[u8; 16]>,
}

/// What the log keeps.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    entries: Vec<Listed>,
    /// Held back when the key was destroyed: nothing tells any more whose they are.
    held_back: BTreeSet<ObservationId>,
}

/// Why an entry was not made.
#[derive(Debug, thiserror::Error)]
pub enum OpposingError {
    /// These facts stand in the list already.
    #[error("this stands in the list already, under number {number}")]
    Already {
        /// Under which number.
        number: u32,
    },
    /// No entry that stands has this number.
    #[error("no entry that stands has this number")]
    Unknown,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells whose answers are not kept.
#[derive(Debug, Clone, Default)]
pub struct Opposed {
    key: Option<PseudonymKey>,
    keyed: BTreeSet<[u8; 16]>,
    held_back: BTreeSet<ObservationId>,
}

impl Opposed {
    /// What a campaign's log says; nobody where its list is empty.
    ///
    /// # Errors
    /// When storage fails.
    pub fn of(log: &dyn Log) -> Result<Self, StoreError> {
        let kept = kept(log)?;
        let keyed: BTreeSet<[u8; 16]> = kept.entries.iter().filter_map(|e| e.keyed).collect();
        let key = if keyed.is_empty() {
            None
        } else {
            log.pseudonyms()?.key().cloned()
        };
        Ok(Self {
            key,
            keyed,
            held_back: kept.held_back,
        })
    }

    /// Whether whoever sealed this for an observation is in the list.
    pub fn holds(&self, observation: ObservationId, sealed: &str) -> bool {
        let opened = || self.key.as_ref()?.opposition_of(observation, sealed);
        self.held_back.contains(&observation)
            || (!self.keyed.is_empty() && opened().is_some_and(|keyed| self.keyed.contains(&keyed)))
    }
}

/// Every entry, withdrawn ones included, in the order of their numbers.
///
/// # Errors
/// When storage fails.
pub fn oppositions(log: &dyn Log) -> Result<Vec<Opposition>, StoreError> {
    let entries = kept(log)?.entries.into_iter();
    Ok(entries.map(|entry| entry.told).collect())
}

/// Enters somebody. One at a time: the caller sees to it.
///
/// # Errors
/// When they stand in the list already, or storage fails.
pub fn enter_opposition(
    log: &dyn Log,
    (key, fields): (&PseudonymKey, &PseudonymFields),
    (entered_by, entered_at): (Option<AccountId>, TimestampMs),
    reason: OppositionReason,
) -> Result<Opposition, OpposingError> {
    let mut kept = kept(log)?;
    let keyed = key.opposition(fields);
    if let Some(known) = kept.entries.iter().find(|e| e.keyed == Some(keyed)) {
        return Err(OpposingError::Already {
            number: known.told.number,
        });
    }
    let told = Opposition {
        number: kept.entries.last().map_or(1, |last| last.told.number + 1),
        entered_at,
        entered_by,
        reason,
        withdrawn_at: None,
    };
    kept.entries.push(Listed {
        told: told.clone(),
        keyed: Some(keyed),
    });
    keep(log, &kept)?;
    Ok(told)
}

/// Takes an entry back: its line stays, what it was made from does not.
///
/// # Errors
/// When no entry that stands has this number, or storage fails.
pub fn withdraw_opposition(
    log: &dyn Log,
    number: u32,
    now: TimestampMs,
) -> Result<(), OpposingError> {
    let mut kept = kept(log)?;
    let entries = kept.entries.iter_mut();
    let mut standing = entries.filter(|entry| entry.told.withdrawn_at.is_none());
    let entry = standing.find(|entry| entry.told.number == number);
    let entry = entry.ok_or(OpposingError::Unknown)?;
    entry.told.withdrawn_at = Some(now);
    entry.keyed = None;
    Ok(keep(log, &kept)?)
}

/// The campaign's key is about to be destroyed: what is held back stays so, by observation, and
/// the list is good for nothing new.
///
/// # Errors
/// When storage fails.
pub fn freeze_oppositions(
    log: &dyn Log,
    held_back: BTreeSet<ObservationId>,
) -> Result<(), StoreError> {
    let mut kept = kept(log)?;
    if kept.entries.is_empty() {
        return Ok(());
    }
    for entry in &mut kept.entries {
        entry.keyed = None;
    }
    kept.held_back.extend(held_back);
    keep(log, &kept)
}

/// An observation was erased: that it was held back is not kept either.
///
/// # Errors
/// When storage fails.
pub fn drop_held_back(log: &dyn Log, erased: ObservationId) -> Result<(), StoreError> {
    let mut kept = kept(log)?;
    if kept.held_back.remove(&erased) {
        keep(log, &kept)?;
    }
    Ok(())
}

fn keep(log: &dyn Log, kept: &Kept) -> Result<(), StoreError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(kept, &mut bytes).map_err(|_| DAMAGED)?;
    log.set_meta(LIST, &bytes)
}

fn kept(log: &dyn Log) -> Result<Kept, StoreError> {
    let Some(bytes) = log.meta(LIST)? else {
        return Ok(Kept::default());
    };
    ciborium::from_reader(bytes.as_slice()).map_err(|_| DAMAGED)
}

const DAMAGED: StoreError = StoreError::Damaged { table: "meta" };
