//! The order in which pairs are looked at, and where a reader is in it.
//!
//! A page is named by the pair the one before ended with, and not by a number of pairs: whoever
//! decides meanwhile shortens the queue, and nobody misses a pair for it. It must never decide what
//! is held by whom: `looking` does. The console's handlers call it.

use super::state::Reviewed;
use data_encoding::BASE64URL_NOPAD;
use maraude_core::model::{ObservationId, SlotRef};
use maraude_linkage::{PairVerdict, ScoredPair};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The place of a pair in the queue; it stands whether or not that pair still waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    effect: f64,
    one: SlotRef,
    other: SlotRef,
}

/// Bytes of a slot in a cursor: its observation, its number.
const SLOT_BYTES: usize = 18;

/// Bytes of a cursor: the effect, two slots.
const CURSOR_BYTES: usize = 8 + 2 * SLOT_BYTES;

/// What was given names no place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the queue of pairs")]
pub struct CursorUnreadable;

/// Some pairs of the queue.
#[derive(Debug)]
pub struct Page<'a> {
    /// In the order they are to be looked at.
    pub pairs: Vec<&'a ScoredPair>,
    /// Pairs that wait in all.
    pub waiting: usize,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

impl Reviewed {
    /// Pairs to look at, those that move the count most first. Two groups are one line, and a pair
    /// that somebody looked at, whatever the outcome, is not shown again.
    pub fn queue(&self) -> Vec<&ScoredPair> {
        let standing = self.decisions.iter().filter(|d| d.undone_at.is_none());
        let looked_at: BTreeSet<(ObservationId, ObservationId)> = standing
            .map(|decision| observations_of(decision.one, decision.other))
            .collect();
        let mut shown = BTreeSet::new();
        let mut queue: Vec<&ScoredPair> = self
            .linkage
            .pairs
            .iter()
            .filter(|pair| pair.verdict == PairVerdict::Review && pair.decided.is_none())
            .filter(|pair| {
                let between = observations_of(pair.one, pair.other);
                let grouped = pair.size > 1;
                !(grouped && (looked_at.contains(&between) || !shown.insert(between)))
            })
            .collect();
        queue.sort_by(|a, b| Cursor::of(a).order(&Cursor::of(b)));
        queue
    }

    /// At most so many pairs of the queue, from its beginning or after a place in it.
    pub fn page(&self, after: Option<Cursor>, most: usize) -> Page<'_> {
        let mut pairs = self.queue();
        let waiting = pairs.len();
        if let Some(after) = after {
            let passed = |pair: &&ScoredPair| Cursor::of(pair).order(&after) != Ordering::Greater;
            pairs.drain(..pairs.partition_point(passed));
        }
        let goes_on = pairs.len() > most;
        pairs.truncate(most);
        let last = pairs.last().filter(|_| goes_on);
        Page {
            next: last.map(|pair| Cursor::of(pair)),
            pairs,
            waiting,
        }
    }
}

impl Cursor {
    fn of(pair: &ScoredPair) -> Self {
        Self {
            effect: pair.effect(),
            one: pair.one,
            other: pair.other,
        }
    }

    /// The queue's order: most effect first, then by slots.
    fn order(&self, other: &Self) -> Ordering {
        let slots = |of: &Self| (of.one, of.other);
        let by_effect = other.effect.total_cmp(&self.effect);
        by_effect.then_with(|| slots(self).cmp(&slots(other)))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(CURSOR_BYTES);
        bytes.extend(self.effect.to_bits().to_be_bytes());
        for slot in [self.one, self.other] {
            bytes.extend(slot.observation.as_bytes());
            bytes.extend(slot.slot.to_be_bytes());
        }
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorUnreadable;

    fn from_str(text: &str) -> Result<Self, CursorUnreadable> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let bytes: [u8; CURSOR_BYTES] = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(CursorUnreadable)?;
        let (effect, slots) = bytes.split_first_chunk::<8>().ok_or(CursorUnreadable)?;
        let (one, other) = slots
            .split_first_chunk::<SLOT_BYTES>()
            .ok_or(CursorUnreadable)?;
        Ok(Self {
            effect: f64::from_bits(u64::from_be_bytes(*effect)),
            one: read_slot(one)?,
            other: read_slot(other)?,
        })
    }
}

fn read_slot(bytes: &[u8]) -> Result<SlotRef, CursorUnreadable> {
    let (id, number) = bytes.split_first_chunk::<16>().ok_or(CursorUnreadable)?;
    let number: [u8; 2] = number.try_into().map_err(|_| CursorUnreadable)?;
    Ok(SlotRef {
        observation: ObservationId::from_bytes(*id),
        slot: u16::from_be_bytes(number),
    })
}

fn observations_of(one: SlotRef, other: SlotRef) -> (ObservationId, ObservationId) {
    let (a, b) = (one.observation, other.observation);
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests;
