//! Clusters: slots held to be one person. A function of the set of observations and decisions,
//! never of their order.
//!
//! Must-links first; then pairs by probability, each joining two clusters only if nothing keeps
//! them apart: a decision, a shared team, a walk too fast, a contradiction, or the other pairs.

use crate::blocking::walkable;
use crate::comparison::{Level, Pairing, contradict};
use crate::decisions::{Constraints, kept_apart};
use crate::distance::Surroundings;
use crate::party::{Outing, outing};
use crate::score::Link;
use crate::slot::Slot;
use crate::union::Sets;
use maraude_core::model::SlotRef;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

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
/// Probability from which a person entered on two tablets, or seen asleep and interviewed later by
/// the same team, stands as one: never without asking, and rarely.
const ONE_TEAM: f64 = 0.5;

/// What clustering looks at.
pub(crate) struct Clustering<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub constraints: &'a Constraints,
    pub links: &'a [Link],
    /// From here a pair stands as one until somebody decides.
    pub held_same_probability: f64,
}

/// Log-odds of compared pairs, nats, and of compared groups for members that were not aligned.
#[derive(Default)]
struct Strongest {
    pairs: HashMap<(usize, usize), f64>,
    parties: HashMap<(usize, usize), f64>,
}

impl Clustering<'_> {
    fn party(&self, slot: usize) -> usize {
        self.around.parties.of_observation[self.slots[slot].observation]
    }

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
        let strongest = self.strongest();
        let declined =
            |slot: u32| self.around.observations[self.slots[slot as usize].observation].declined();
        let mut edges: Vec<&Link> = self
            .links
            .iter()
            .filter(|link| may_stand(link, self.held_same_probability, &declined))
            .collect();
        edges.sort_by(|a, b| {
            let first = |link: &Link| (link.members()[0].one, link.members()[0].other);
            b.probability
                .total_cmp(&a.probability)
                .then_with(|| first(a).cmp(&first(b)))
        });
        for edge in edges {
            let twice = matches!(edge.kind, Level::TwoTablets | Level::SeenThenInterviewed);
            for member in edge.members() {
                let (a, b) = (sets.of(member.one as usize), sets.of(member.other as usize));
                if a != b && self.may_join(sets.members(a), sets.members(b), &strongest, twice) {
                    sets.join(a, b);
                }
            }
        }
        sets.into_sorted()
    }

    /// Log-odds of each compared pair, nats.
    fn strongest(&self) -> Strongest {
        let mut strongest = Strongest::default();
        let unit = |slot: u32| self.constraints.same.least(slot as usize);
        for link in self.links {
            let nats = natural_log_odds(link.probability);
            for member in link.members() {
                let (a, b) = (unit(member.one), unit(member.other));
                let held = strongest.pairs.entry((a.min(b), a.max(b))).or_insert(nats);
                *held = held.max(nats);
            }
            if link.is_of_groups() {
                let first = &link.members()[0];
                let (x, y) = (
                    self.party(first.one as usize),
                    self.party(first.other as usize),
                );
                strongest.parties.insert((x.min(y), x.max(y)), nats);
            }
        }
        strongest
    }

    fn may_join(
        &self,
        ours: &[usize],
        theirs: &[usize],
        strongest: &Strongest,
        entered_twice: bool,
    ) -> bool {
        let shared = self
            .outings(ours)
            .intersection(&self.outings(theirs))
            .count();
        shared <= usize::from(entered_twice)
            && !kept_apart(&self.constraints.different, self.slots, ours, theirs)
            && !self.contradictory(ours, theirs)
            && self.mean_nats(ours, theirs, strongest) >= self.least_nats()
            && self.walkable(ours, theirs)
    }

    /// Log-odds of the probability from which a pair stands.
    fn least_nats(&self) -> f64 {
        natural_log_odds(self.held_same_probability) - 1e-9
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
    fn mean_nats(&self, ours: &[usize], theirs: &[usize], strongest: &Strongest) -> f64 {
        let units = |members: &[usize]| -> BTreeSet<usize> {
            let same = &self.constraints.same;
            members.iter().map(|&slot| same.least(slot)).collect()
        };
        let (ours, theirs) = (units(ours), units(theirs));
        let sum: f64 = ours
            .iter()
            .flat_map(|&a| theirs.iter().map(move |&b| (a.min(b), a.max(b))))
            .map(|(a, b)| {
                let known = strongest.pairs.get(&(a, b)).copied();
                let party = |unit: usize| self.party(unit);
                let parties = || {
                    let (x, y) = (party(a), party(b));
                    strongest.parties.get(&(x.min(y), x.max(y))).copied()
                };
                known.or_else(parties).unwrap_or(NEVER_COMPARED_NATS)
            })
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

/// A link that may stand without a decision: likely enough; of one team very likely, and only seen
/// again or entered twice; not of somebody who declined and of whom nothing is known but the place.
pub(crate) fn may_stand(
    link: &Link,
    held_same_probability: f64,
    declined: &dyn Fn(u32) -> bool,
) -> bool {
    let enough = match link.kind {
        Level::OtherTeam | Level::OtherNight => link.probability >= held_same_probability,
        Level::TwoTablets | Level::SeenThenInterviewed => link.probability >= ONE_TEAM,
        _ => false,
    };
    enough
        && link.members().iter().all(|member| {
            let told = link.shared.of_person() || member.evidence.of_person();
            told || !(declined(member.one) || declined(member.other))
        })
}

fn natural_log_odds(probability: f64) -> f64 {
    let kept = probability.clamp(CERTAIN, 1.0 - CERTAIN);
    (kept / (1.0 - kept)).ln()
}
