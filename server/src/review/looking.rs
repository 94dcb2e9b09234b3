//! Who looks at which pair, so that two coordinators at once never decide the same one.
//!
//! A browser that shows pairs holds them for a short while and says so again as long as it shows
//! them; one that goes silent loses them by itself. It must never outlive the process, and never
//! decides: a decision that came first still answers 409. The console's handlers call it.

use maraude_core::model::{AccountId, ObservationId, SlotRef, TimestampMs};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How long pairs are held without being asked for again, milliseconds.
pub const HELD_MS: i64 = 30_000;

/// A pair as it is held: its two observations, the smaller first. What is decided on one person of
/// two groups goes for all of them.
type Held = (ObservationId, ObservationId);

/// Two slots.
pub type Pair = (SlotRef, SlotRef);

/// A screen that shows pairs: an account, and what one of its browser windows calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Whose.
    pub account: AccountId,
    /// Drawn by the window.
    pub window: String,
}

/// What a screen may show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// Pairs it holds now, of those it asked for.
    pub granted: Vec<Pair>,
    /// Pairs that others hold, and who.
    pub others: Vec<(Pair, AccountId)>,
}

/// Who looks at what in one campaign.
#[derive(Default)]
pub struct Looking {
    held: Mutex<BTreeMap<Held, Holding>>,
}

struct Holding {
    screen: Screen,
    pair: Pair,
    until: TimestampMs,
}

impl Looking {
    /// A screen shows these pairs from now on and no others; it gets those that nobody else holds.
    pub fn look(&self, screen: &Screen, wanted: &[Pair], now: TimestampMs) -> Looked {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, holding| holding.until > now && holding.screen != *screen);
        let mut granted = Vec::new();
        for pair in wanted {
            let key = key_of(*pair);
            if held
                .get(&key)
                .is_none_or(|holding| holding.screen == *screen)
            {
                granted.push(*pair);
                let holding = Holding {
                    screen: screen.clone(),
                    pair: *pair,
                    until: now + HELD_MS,
                };
                held.insert(key, holding);
            }
        }
        let others = held.values().filter(|holding| holding.screen != *screen);
        Looked {
            granted,
            others: others
                .map(|holding| (holding.pair, holding.screen.account))
                .collect(),
        }
    }
}

fn key_of((one, other): Pair) -> Held {
    let (a, b) = (one.observation, other.observation);
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn screen(account: u8, window: &str) -> Screen {
        Screen {
            account: AccountId::from_random([account; 16]),
            window: window.to_owned(),
        }
    }

    fn slot(number: u8, slot: u16) -> SlotRef {
        SlotRef {
            observation: ObservationId::from_random([number; 16]),
            slot,
        }
    }

    #[test]
    fn a_pair_is_held_until_its_screen_leaves_it_or_goes_silent() {
        let looking = Looking::default();
        let (claire, paul) = (screen(1, "a"), screen(2, "a"));
        let pair = (slot(1, 0), slot(2, 0));
        assert_eq!(looking.look(&claire, &[pair], 0).granted, [pair]);
        // The same pair the other way round, and another person of the same two groups.
        for asked in [(pair.1, pair.0), (slot(1, 1), slot(2, 1))] {
            let looked = looking.look(&paul, &[asked], 1_000);
            assert!(looked.granted.is_empty());
            assert_eq!(looked.others, [(pair, claire.account)]);
        }
        // Another window of the same account is somebody else.
        let window = screen(1, "b");
        assert!(looking.look(&window, &[pair], 2_000).granted.is_empty());
        assert!(looking.look(&paul, &[pair], HELD_MS - 1).granted.is_empty());
        assert_eq!(looking.look(&paul, &[pair], HELD_MS).granted, [pair]);
        assert!(looking.look(&claire, &[pair], HELD_MS).granted.is_empty());
        looking.look(&paul, &[], HELD_MS + 1);
        assert_eq!(looking.look(&claire, &[pair], HELD_MS + 1).granted, [pair]);
    }

    proptest! {
        #[test]
        fn no_pair_is_ever_held_by_two_screens(
            asks in prop::collection::vec(
                (0_u8..4, prop::collection::vec((0_u8..5, 5_u8..9, 0_u16..2), 0..5), 0_i64..20_000),
                1..40,
            ),
        ) {
            let looking = Looking::default();
            let mut now = 0;
            let mut holds: BTreeMap<u8, (Vec<Held>, TimestampMs)> = BTreeMap::new();
            for (who, asked, later) in asks {
                now += later;
                let pairs: Vec<Pair> = asked
                    .iter()
                    .map(|&(one, other, of)| (slot(one, of), slot(other, of)))
                    .collect();
                let looked = looking.look(&screen(who, "a"), &pairs, now);
                let keys = looked.granted.iter().map(|pair| key_of(*pair)).collect();
                holds.insert(who, (keys, now + HELD_MS));
                for (other, (held, until)) in &holds {
                    if *other != who && *until > now {
                        let both = held.iter().any(|key| holds[&who].0.contains(key));
                        prop_assert!(!both, "{other} and {who} hold the same pair");
                    }
                }
                // Whoever asks gets all that nobody holds: nothing is held for ever.
                for pair in &pairs {
                    let free = holds.iter().all(|(other, (held, until))| {
                        *other == who || *until <= now || !held.contains(&key_of(*pair))
                    });
                    prop_assert_eq!(free, looked.granted.contains(pair));
                }
            }
        }
    }
}
