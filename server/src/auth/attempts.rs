//! Slows down guessing: after a few failures from one place under one name, each next try must wait.
//!
//! A browser that logged in before is a place of its own: strangers' failures never slow it. Others
//! are told apart by their address, and all of them together are slowed a little under one name. A
//! try counts before its password is looked at: of many at once, few are looked at.

use maraude_core::model::TimestampMs;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures from one place that cost nothing, and the longest wait after more.
const OF_ONE: Slowness = Slowness {
    free: 5,
    longest_ms: 15 * 60 * 1_000,
};

/// The same for all strangers under one name: whoever has many addresses is held to some 1,500
/// guesses a day, and a stranger who knows the password waits a minute at most.
const OF_ALL: Slowness = Slowness {
    free: 60,
    longest_ms: 60 * 1_000,
};

/// The first wait, doubled at each further failure.
const FIRST_WAIT_MS: i64 = 2_000;

/// Places and names remembered at once; beyond, those that failed longest ago are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Slowness {
    free: u32,
    longest_ms: i64,
}

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooMany {
    /// In so long.
    pub retry_after_ms: i64,
}

/// Where a try comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A browser that this account logged in with before, by what its mark says.
    Known([u8; 16]),
    /// Somebody else, at an address where one is told.
    Stranger(Option<std::net::IpAddr>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    One(String, Origin),
    All(String),
}

/// Failures by name and place.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Key, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_at: TimestampMs,
}

/// A try that was counted.
#[derive(Debug)]
pub struct Try(Vec<Key>);

impl Attempts {
    /// Counts a try, as failed until it is said to be otherwise; refused while it must wait.
    pub fn begin(&self, name: &str, origin: &Origin, now: TimestampMs) -> Result<Try, TooMany> {
        let name = name.trim().to_lowercase();
        let mut wanted = vec![(Key::One(name.clone(), origin.clone()), OF_ONE)];
        if matches!(origin, Origin::Stranger(_)) {
            wanted.push((Key::All(name), OF_ALL));
        }
        let mut all = self.lock();
        for (key, slowness) in &wanted {
            let Some(failures) = all.get(key) else {
                continue;
            };
            let wait = slowness.wait_ms(failures.count);
            let until = failures.last_at.saturating_add(wait);
            if wait > 0 && now < until {
                return Err(TooMany {
                    retry_after_ms: until - now,
                });
            }
        }
        let keys: Vec<Key> = wanted.into_iter().map(|(key, _)| key).collect();
        for key in &keys {
            count(&mut all, key, now);
        }
        Ok(Try(keys))
    }

    /// The try succeeded: its place starts afresh, and all strangers where it was one.
    pub fn succeeded(&self, tried: Try) {
        let mut all = self.lock();
        for key in tried.0 {
            all.remove(&key);
        }
    }

    /// The try was none: it is not counted after all.
    pub fn undo(&self, tried: Try) {
        let mut all = self.lock();
        for key in tried.0 {
            if let Some(failures) = all.get_mut(&key) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(all: &mut HashMap<Key, Failures>, key: &Key, now: TimestampMs) {
    if all.len() >= REMEMBERED
        && !all.contains_key(key)
        && let Some(oldest) = all
            .iter()
            .min_by_key(|(_, failures)| failures.last_at)
            .map(|(key, _)| key.clone())
    {
        all.remove(&oldest);
    }
    let failures = all.entry(key.clone()).or_insert(Failures {
        count: 0,
        last_at: now,
    });
    failures.count = failures.count.saturating_add(1);
    failures.last_at = now;
}

impl Slowness {
    fn wait_ms(self, failures: u32) -> i64 {
        let Some(beyond) = failures.checked_sub(self.free) else {
            return 0;
        };
        (FIRST_WAIT_MS << beyond.min(20)).min(self.longest_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> Origin {
        Origin::Stranger(Some(std::net::IpAddr::from([10, 0, 0, last])))
    }

    #[test]
    fn guessing_is_slowed_from_one_place_under_one_name_only() {
        let attempts = Attempts::default();
        for _ in 0..OF_ONE.free {
            drop(attempts.begin("Claire ", &from(1), 0).unwrap());
        }
        let refused = attempts.begin("CLAIRE", &from(1), 500).unwrap_err();
        assert_eq!(refused.retry_after_ms, 1_500);
        assert!(attempts.begin("claire", &from(2), 500).is_ok());
        assert!(attempts.begin("paul", &from(1), 500).is_ok());
        let tried = attempts.begin("claire", &from(1), 2_000).unwrap();
        assert!(attempts.begin("claire", &from(1), 4_000).is_err());
        attempts.succeeded(tried);
        assert!(attempts.begin("claire", &from(1), 4_000).is_ok());
    }

    #[test]
    fn of_many_tries_at_once_few_are_looked_at() {
        let attempts = Attempts::default();
        let begun = (0..100).filter(|_| attempts.begin("claire", &from(1), 0).is_ok());
        assert_eq!(begun.count() as u32, OF_ONE.free);
    }

    #[test]
    fn strangers_are_slowed_together_and_never_a_browser_that_is_known() {
        let attempts = Attempts::default();
        let mut looked_at = 0;
        for last in 0..=255 {
            for _ in 0..4 {
                looked_at += u32::from(attempts.begin("claire", &from(last), 0).is_ok());
            }
        }
        assert_eq!(looked_at, OF_ALL.free, "control: strangers wait");
        let refused = attempts.begin("claire", &from(9), 0).unwrap_err();
        assert!(refused.retry_after_ms <= OF_ALL.longest_ms);
        let known = Origin::Known([7; 16]);
        assert!(attempts.begin("claire", &known, 0).is_ok());
        // But a known browser guesses no better than a stranger.
        let begun = (0..100).filter(|_| attempts.begin("claire", &known, 0).is_ok());
        assert_eq!(begun.count() as u32, OF_ONE.free - 1);
    }

    #[test]
    fn a_try_that_was_none_costs_nothing() {
        let attempts = Attempts::default();
        for _ in 0..100 {
            let tried = attempts.begin("claire", &from(1), 0).unwrap();
            attempts.undo(tried);
        }
    }
}
