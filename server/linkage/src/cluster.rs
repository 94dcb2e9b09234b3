//! Clusters: slots held to be one person. A function of the set of observations and decisions,
//! never of their order.
//!
//! Must-links first; then pairs by probability, each joining two clusters only if nothing keeps
//! them apart: a decision, a shared team, a walk too fast, a contradiction, or the other pairs.

use crate::blocking::walkable;
use crate::comparison::{Pairing, contradict};
use crate::decisions::{Constraints, kept_apart};
use crate::distance::Surroundings;
use crate::party::{Outing, outing};
use crate::score::Scored;
use crate::slot::Slot;
use crate::union::Sets;
use maraude_core::model::SlotRef;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Slots held to be one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cluster {
    /// Its members, in order; the first names the cluster.
    pub slots: Vec<SlotRef>,
}

impl Cluster {
    /// Its name: its least slot.
    pub fn id(&self) -> SlotRef {
        self.slots[0]
    }
}

/// Log-odds held for two slots that were never compared, nats.
const NEVER_COMPARED_NATS: f64 = -4.0;
/// Probabilities are kept off 0 and 1 before they become log-odds.
const CERTAIN: f64 = 1e-9;
/// Bits of what is known of the person that a pair needs to stand as one without a decision: place
/// alone, or the answers a refusal does not give, never link.
const PERSON_BITS: f64 = 1.0;

/// What clustering looks at.
pub(crate) struct Clustering<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub constraints: &'a Constraints,
    pub pairs: &'a [Scored],
}

impl Clustering<'_> {
    /// The partition, as sorted slot indexes, in order.
    pub fn partition(&self) -> Vec<Vec<usize>> {
        let mut sets = Sets::new(self.slots.len());
        for slot in 0..self.slots.len() {
            let first = self
                .constraints
                .same
                .members(self.constraints.same.of(slot))[0];
            sets.join(sets.of(first), sets.of(slot));
        }
        let mut strongest: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for pair in self.pairs {
            let unit = |slot: usize| self.constraints.same.of(slot);
            let (a, b) = (unit(pair.one), unit(pair.other));
            let nats = natural_log_odds(pair.probability);
            let held = strongest.entry((a.min(b), a.max(b))).or_insert(nats);
            *held = held.max(nats);
        }
        let mut edges: Vec<&Scored> = self
            .pairs
            .iter()
            .filter(|pair| {
                pair.probability >= self.around.parameters.held_same_probability
                    && pair.person_bits >= PERSON_BITS
            })
            .collect();
        edges.sort_by(|a, b| {
            b.probability
                .total_cmp(&a.probability)
                .then_with(|| (a.one, a.other).cmp(&(b.one, b.other)))
        });
        for edge in edges {
            let (a, b) = (sets.of(edge.one), sets.of(edge.other));
            if a != b && self.may_join(sets.members(a), sets.members(b), &strongest) {
                sets.join(a, b);
            }
        }
        sets.into_sorted()
    }

    fn may_join(
        &self,
        ours: &[usize],
        theirs: &[usize],
        strongest: &BTreeMap<(usize, usize), f64>,
    ) -> bool {
        !kept_apart(&self.constraints.different, self.slots, ours, theirs)
            && self.outings(ours).is_disjoint(&self.outings(theirs))
            && !self.contradictory(ours, theirs)
            && self.mean_nats(ours, theirs, strongest) >= 0.0
            && self.walkable(ours, theirs)
    }

    fn outings(&self, members: &[usize]) -> BTreeSet<Outing> {
        members
            .iter()
            .map(|&slot| outing(&self.around.observations[self.slots[slot].observation]))
            .collect()
    }

    fn contradictory(&self, ours: &[usize], theirs: &[usize]) -> bool {
        let side = |slot: usize| {
            let slot = &self.slots[slot];
            (&self.around.observations[slot.observation], slot)
        };
        ours.iter().any(|&a| {
            theirs
                .iter()
                .any(|&b| contradict(&Pairing::of(side(a), side(b))))
        })
    }

    /// Mean log-odds over the cross pairs, slots held to be one by decision counting once.
    fn mean_nats(
        &self,
        ours: &[usize],
        theirs: &[usize],
        strongest: &BTreeMap<(usize, usize), f64>,
    ) -> f64 {
        let units = |members: &[usize]| -> BTreeSet<usize> {
            let same = &self.constraints.same;
            members.iter().map(|&slot| same.of(slot)).collect()
        };
        let (ours, theirs) = (units(ours), units(theirs));
        let sum: f64 = ours
            .iter()
            .flat_map(|&a| theirs.iter().map(move |&b| (a.min(b), a.max(b))))
            .map(|pair| strongest.get(&pair).copied().unwrap_or(NEVER_COMPARED_NATS))
            .sum();
        sum / (ours.len() * theirs.len()) as f64
    }

    /// One walk leads through all of them in the order of time.
    fn walkable(&self, ours: &[usize], theirs: &[usize]) -> bool {
        let mut stops: Vec<usize> = ours.iter().chain(theirs).copied().collect();
        let observation = |slot: usize| self.slots[slot].observation;
        stops.sort_by_key(|&slot| {
            let index = observation(slot);
            (self.around.observations[index].observed_at, slot)
        });
        stops.windows(2).all(|step| {
            let (a, b) = (observation(step[0]), observation(step[1]));
            let held_same = self.constraints.same.of(step[0]) == self.constraints.same.of(step[1]);
            held_same
                || walkable(
                    (&self.around.observations[a], self.around.places[a]),
                    (&self.around.observations[b], self.around.places[b]),
                    self.around.parameters,
                )
        })
    }
}

fn natural_log_odds(probability: f64) -> f64 {
    let kept = probability.clamp(CERTAIN, 1.0 - CERTAIN);
    (kept / (1.0 - kept)).ln()
}
