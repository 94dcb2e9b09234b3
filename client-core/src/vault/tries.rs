//! Wrong PINs: growing delays, then destruction.

use crate::model::TimestampMs;
use serde::{Deserialize, Serialize};

/// Wrong PINs after which the vault key is destroyed.
pub const MAX_TRIES: u8 = 10;

/// Minutes to wait after the fifth wrong PIN and the following ones.
const DELAYS_MINUTES: [i64; 5] = [1, 5, 15, 60, 60];
const FREE_TRIES: u8 = 4;

/// Wrong PINs so far. It is on disk before a PIN is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tries {
    /// How many in a row.
    pub wrong: u8,
    /// When the last one was (device clock).
    pub last_at: TimestampMs,
}

impl Tries {
    /// One more, written before it is tried.
    #[must_use]
    pub fn with_one_more(self, now: TimestampMs) -> Self {
        Self {
            wrong: self.wrong.saturating_add(1),
            last_at: now,
        }
    }

    /// No more tries: the vault key is to be destroyed.
    pub fn exhausted(self) -> bool {
        self.wrong >= MAX_TRIES
    }

    /// Tries left.
    pub fn left(self) -> u8 {
        MAX_TRIES.saturating_sub(self.wrong)
    }

    /// No try before this instant; none when one may be made now. A clock set back does not make
    /// the wait longer than the delay itself.
    pub fn next_try_at(self, now: TimestampMs) -> Option<TimestampMs> {
        let over = self.wrong.checked_sub(FREE_TRIES + 1)?;
        let minutes = DELAYS_MINUTES[usize::from(over).min(DELAYS_MINUTES.len() - 1)];
        let delay_ms = minutes * 60_000;
        let at = self.last_at.min(now) + delay_ms;
        (at > now).then_some(at)
    }
}
