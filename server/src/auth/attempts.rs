//! Slows down guessing: after a few failures under one name, each next try must wait longer.
//!
//! The name is what is slowed, never an address: a whole base of volunteers shares one.

use maraude_core::model::TimestampMs;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures that cost nothing.
const FREE: u32 = 5;

/// The first wait, doubled at each further failure.
const FIRST_WAIT_MS: i64 = 2_000;

/// The longest wait.
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1_000;

/// Names remembered at once; beyond, those that failed longest ago are forgotten.
const REMEMBERED: usize = 10_000;

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooMany {
    /// In so long.
    pub retry_after_ms: i64,
}

/// Failures by name.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<String, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_at: TimestampMs,
}

impl Attempts {
    /// A try under a name, now: refused while it must wait.
    pub fn may_try(&self, name: &str, now: TimestampMs) -> Result<(), TooMany> {
        let Some(failures) = self.lock().get(&key(name)).copied() else {
            return Ok(());
        };
        let wait_until = failures.last_at.saturating_add(wait_ms(failures.count));
        if now >= wait_until {
            return Ok(());
        }
        Err(TooMany {
            retry_after_ms: wait_until - now,
        })
    }

    /// The try failed.
    pub fn failed(&self, name: &str, now: TimestampMs) {
        let mut all = self.lock();
        if all.len() >= REMEMBERED
            && let Some(oldest) = all
                .iter()
                .min_by_key(|(_, failures)| failures.last_at)
                .map(|(name, _)| name.clone())
        {
            all.remove(&oldest);
        }
        let failures = all.entry(key(name)).or_insert(Failures {
            count: 0,
            last_at: now,
        });
        failures.count = failures.count.saturating_add(1);
        failures.last_at = now;
    }

    /// The try succeeded: its name starts afresh.
    pub fn succeeded(&self, name: &str) {
        self.lock().remove(&key(name));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn wait_ms(failures: u32) -> i64 {
    let Some(beyond) = failures.checked_sub(FREE) else {
        return 0;
    };
    (FIRST_WAIT_MS << beyond.min(20)).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_under_one_name_only() {
        let attempts = Attempts::default();
        for _ in 0..FREE {
            assert_eq!(attempts.may_try("Claire", 0), Ok(()));
            attempts.failed("claire ", 0);
        }
        let refused = attempts.may_try("CLAIRE", 500).unwrap_err();
        assert_eq!(refused.retry_after_ms, 1_500);
        assert_eq!(attempts.may_try("claire", 2_000), Ok(()));
        attempts.failed("claire", 2_000);
        assert!(attempts.may_try("claire", 4_000).is_err());
        assert_eq!(attempts.may_try("paul", 500), Ok(()));
        for _ in 0..60 {
            attempts.failed("claire", 0);
        }
        let refused = attempts.may_try("claire", 0).unwrap_err();
        assert_eq!(refused.retry_after_ms, LONGEST_WAIT_MS);
        attempts.succeeded("claire");
        assert_eq!(attempts.may_try("claire", 0), Ok(()));
    }
}
