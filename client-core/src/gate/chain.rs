//! Changes that travel together, each told without what the one before it tells.
//!
//! # Shape
//! One byte, then: [`WHOLE`], a change chunk as it is; [`CHAINED`], the body of a change whose only
//! dependency is the change before it in the list, from behind that dependency on. Frame, checksum and
//! dependency of a chained change, about forty bytes that no compression makes smaller, follow from
//! the change before.

use super::limits::GateLimits;
use super::prescan::{body, chunk_of, hash_of, hash_of_change};
use crate::document::ChangeHash;

const WHOLE: u8 = 0;
const CHAINED: u8 = 1;

/// Changes in causal order, as they travel.
pub fn chain(changes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut before = None;
    let mut told = Vec::with_capacity(changes.len());
    for change in changes {
        let inside = body(change, &GateLimits::default()).ok();
        let hash = inside.as_deref().map(hash_of);
        let short = inside.as_deref().zip(hash).and_then(|(inside, hash)| {
            // A compressed chunk is told as it is: made anew it would be another.
            let same = chunk_of(inside, hash) == *change;
            after(inside, before?).filter(|_| same)
        });
        told.push(match short {
            Some(short) => [&[CHAINED], short].concat(),
            None => [&[WHOLE], change.as_slice()].concat(),
        });
        before = hash;
    }
    told
}

/// What follows the dependencies of a body that depends on one change alone, this one.
fn after(body: &[u8], before: ChangeHash) -> Option<&[u8]> {
    body.strip_prefix(&[1])?.strip_prefix(&before.0)
}

/// The changes that were told; nothing where one follows no change.
pub fn unchain(told: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    let mut changes: Vec<Vec<u8>> = Vec::with_capacity(told.len());
    for one in told {
        let (kind, rest) = one.split_first()?;
        changes.push(match *kind {
            WHOLE => rest.to_vec(),
            CHAINED => {
                let before = hash_of_change(changes.last()?)?;
                let inside = [&[1], before.0.as_slice(), rest].concat();
                chunk_of(&inside, hash_of(&inside))
            }
            _ => return None,
        });
    }
    Some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, sample};
    use proptest::prelude::*;

    /// A round of so many observations, a change for each.
    fn round(observations: u8) -> Vec<Vec<u8>> {
        let mut tablet = Document::new(sample::actor(1));
        (10..10 + observations)
            .filter_map(|number| {
                tablet.commit(sample::AT, |w| {
                    w.put_observation(&sample::observation(1, number));
                })
            })
            .map(|change| change.bytes)
            .collect()
    }

    #[test]
    fn all_but_the_first_change_of_a_round_are_told_without_frame_and_dependency() {
        let changes = round(30);
        let told = chain(&changes);
        assert_eq!(told[0][0], WHOLE);
        assert!(told[1..].iter().all(|one| one[0] == CHAINED));
        for (change, one) in changes.iter().zip(&told).skip(1) {
            // Frame 11 (10 for a short one), dependency 33, less the byte that says so.
            assert!(
                change.len() - one.len() >= 42,
                "{}",
                change.len() - one.len()
            );
        }
        assert_eq!(unchain(told), Some(changes));
    }

    #[test]
    fn a_change_that_follows_nothing_is_no_change() {
        let told = chain(&round(3));
        assert_eq!(unchain(told[1..].to_vec()), None);
        assert_eq!(unchain(vec![vec![WHOLE, 1, 2], vec![CHAINED, 3]]), None);
        assert_eq!(unchain(vec![vec![2]]), None);
        assert_eq!(unchain(vec![vec![]]), None);
    }

    proptest! {
        #[test]
        fn whatever_travels_arrives_as_it_was(
            order in proptest::collection::vec(0_usize..8, 0..12),
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 8),
            pick in proptest::collection::vec(any::<bool>(), 8),
        ) {
            let round = round(8);
            let changes: Vec<Vec<u8>> = order
                .iter()
                .map(|at| if pick[*at] { round[*at].clone() } else { noise[*at].clone() })
                .collect();
            prop_assert_eq!(unchain(chain(&changes)), Some(changes));
        }

        #[test]
        fn whatever_is_told_is_read_or_refused(
            told in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..6),
        ) {
            if let Some(changes) = unchain(told.clone()) {
                prop_assert_eq!(changes.len(), told.len());
            }
        }
    }
}
