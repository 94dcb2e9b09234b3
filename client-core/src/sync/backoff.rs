//! When to try again: twice as long after each failure, spread so that tablets do not come at once.

use crate::model::TimestampMs;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// Pause after the first failure, milliseconds.
const FIRST_PAUSE_MS: i64 = 2_000;

/// Longest pause of our own, milliseconds.
const LONGEST_PAUSE_MS: i64 = 5 * 60_000;

/// Longest pause a server may ask for, milliseconds.
const LONGEST_ASKED_MS: i64 = 60 * 60_000;

/// The pauses between tries.
#[cfg_attr(test, derive(Clone))]
pub(super) struct Backoff {
    random: ChaCha8Rng,
    failures: u32,
    next_try_at: TimestampMs,
}

impl Backoff {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self {
            random: ChaCha8Rng::from_seed(seed),
            failures: 0,
            next_try_at: TimestampMs::MIN,
        }
    }

    pub(super) fn next_try_at(&self) -> TimestampMs {
        self.next_try_at
    }

    /// Whether a try may go; a clock set back by more than any pause does not hold it up.
    pub(super) fn is_due(&self, now: TimestampMs) -> bool {
        let early_ms = self.next_try_at.saturating_sub(now);
        early_ms <= 0 || early_ms > LONGEST_PAUSE_MS + LONGEST_ASKED_MS
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.next_try_at = TimestampMs::MIN;
    }

    /// Waits between half and the whole of the pause; at least what the server asked for.
    pub(super) fn failed(&mut self, now: TimestampMs, asked_ms: Option<i64>) {
        let doubled = FIRST_PAUSE_MS.saturating_mul(1 << self.failures.min(16));
        let pause_ms = doubled.min(LONGEST_PAUSE_MS);
        self.failures += 1;
        let spread = i64::from(self.random.next_u32()) * (pause_ms / 2) / i64::from(u32::MAX);
        let asked_ms = asked_ms.unwrap_or(0).clamp(0, LONGEST_ASKED_MS);
        self.next_try_at = now + asked_ms + pause_ms / 2 + spread;
    }

    pub(super) fn hurry(&mut self) {
        self.next_try_at = TimestampMs::MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_five_minutes_and_never_fall_together() {
        let mut one = Backoff::new([1; 32]);
        let mut other = Backoff::new([2; 32]);
        let mut least = 1_000;
        for _ in 0..20 {
            one.failed(0, None);
            other.failed(0, None);
            let pause = one.next_try_at();
            assert!((least..=2 * least).contains(&pause), "{pause}");
            assert_ne!(pause, other.next_try_at());
            least = (least * 2).min(LONGEST_PAUSE_MS / 2);
        }
        one.failed(0, Some(60_000));
        assert!(one.next_try_at() >= 60_000);
        assert!(
            !one.is_due(0) && one.is_due(-10 * LONGEST_ASKED_MS),
            "a clock set back"
        );
        one.succeeded();
        assert!(one.is_due(0));
    }
}
