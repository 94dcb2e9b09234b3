//! Wrong PINs: growing delays, then destruction.

use crate::model::TimestampMs;
use serde::{Deserialize, Serialize};

/// Wrong PINs after which the vault key is destroyed.
pub const MAX_TRIES: u8 = 10;

/// Minutes to wait after the fifth wrong PIN and the following ones.
const DELAYS_MINUTES: [i64; 5] = [1, 5, 15, 60, 60];
const FREE_TRIES: u8 = 4;
/// Waited at least after a start while a delay stands, whatever the clock says, milliseconds.
const AFTER_START_MS: i64 = 60_000;

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

    /// How long nobody may try after the last wrong one, milliseconds.
    fn delay_ms(self) -> Option<i64> {
        let over = self.wrong.checked_sub(FREE_TRIES + 1)?;
        let minutes = DELAYS_MINUTES[usize::from(over).min(DELAYS_MINUTES.len() - 1)];
        Some(minutes * 60_000)
    }

    /// What is left of the wait by a clock that nobody can set, which began when the platform
    /// started; `tried_at_ms` is when the last wrong PIN came, where that was since. After a start
    /// it cannot tell how long the tablet lay still: then a short wait is asked all the same.
    pub fn left_awake_ms(self, awake_ms: u64, tried_at_ms: Option<u64>) -> Option<i64> {
        let delay_ms = self.delay_ms()?;
        let served_ms = awake_ms.saturating_sub(tried_at_ms.unwrap_or_default());
        let asked_ms = match tried_at_ms {
            Some(_) => delay_ms,
            None => delay_ms.min(AFTER_START_MS),
        };
        let left_ms = asked_ms.saturating_sub(i64::try_from(served_ms).unwrap_or(i64::MAX));
        (left_ms > 0).then_some(left_ms)
    }

    /// No try before this instant; none when one may be made now. A clock set back does not make
    /// the wait longer than the delay itself.
    pub fn next_try_at(self, now: TimestampMs) -> Option<TimestampMs> {
        let at = self.last_at.min(now) + self.delay_ms()?;
        (at > now).then_some(at)
    }
}
