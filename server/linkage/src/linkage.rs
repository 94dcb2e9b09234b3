//! One whole run: observations, decisions and parameters in; pairs, clusters and counts out.

use crate::blocking::candidates;
use crate::cluster::{Cluster, Clustering};
use crate::comparison::{Field, Level, Part};
use crate::count::{DistinctCount, distinct};
use crate::decisions::{Constraints, Contradiction};
use crate::distance::{Density, Surroundings};
use crate::explain::{BlockingRule, Explanation};
use crate::frequencies::Frequencies;
use crate::ground::places;
use crate::parameters::{Parameters, Weights};
use crate::party::{Outing, Parties, outing};
use crate::score::{Scored, Scoring};
use crate::slot::{LinkageObservation, Slot, Unit, slots};
use crate::train::learn_prior;
use maraude_core::model::{Decision, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the model makes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairVerdict {
    /// One person, without asking.
    Auto,
    /// To be shown to a coordinator.
    Review,
    /// Two people.
    Distinct,
}

/// A compared pair of slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredPair {
    /// The smaller slot.
    pub one: SlotRef,
    /// The other.
    pub other: SlotRef,
    /// Metres between them, where both have a place.
    pub distance_m: Option<f64>,
    /// log2 of the odds that they are one person, rivals considered.
    pub match_weight: f64,
    /// 0..1.
    pub match_probability: f64,
    /// What the model makes of it.
    pub verdict: PairVerdict,
    /// What a coordinator decided on this pair.
    pub decided: Option<Verdict>,
    /// Pairs of the same two groups that stand or fall with it, itself included.
    pub size: u32,
    /// Why.
    pub explanation: Explanation,
}

impl ScoredPair {
    /// Effect on the count of looking at it: P(1−P)·size.
    pub fn effect(&self) -> f64 {
        self.match_probability * (1.0 - self.match_probability) * f64::from(self.size)
    }
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Linkage {
    /// Compared pairs, in the order of slots.
    pub pairs: Vec<ScoredPair>,
    /// All slots, parted into clusters, in the order of their least slot.
    pub clusters: Vec<Cluster>,
    /// Decisions that could not stand beside the others.
    pub contradictions: Vec<Contradiction>,
    counts: BTreeMap<Unit, DistinctCount>,
}

impl Linkage {
    /// Distinct people of one subject, doubtful ones left out.
    pub fn distinct(&self, unit: Unit) -> DistinctCount {
        self.counts.get(&unit).copied().unwrap_or(DistinctCount {
            estimate: 0.0,
            low: 0.0,
            high: 0.0,
        })
    }
}

/// A phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Finding what is worth comparing.
    Block,
    /// Evidence, groups, rivals.
    Score,
    /// Clusters, counts, explanations.
    Cluster,
}

/// Match weights are kept within these bits.
const WEIGHT_CAP_BITS: f64 = 60.0;

/// Links observations under decisions: a function of the set of both, whatever their order.
///
/// # Source
/// Fellegi & Sunter (1969), JASA 64, pp. 1183–1210, decision rule.
pub fn link(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    parameters: &Parameters,
) -> Linkage {
    link_by_phase(observations, decisions, parameters, &mut |_| {})
}

/// The same, telling when each phase is over, for whoever holds a clock.
pub fn link_by_phase(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    parameters: &Parameters,
    over: &mut dyn FnMut(Phase),
) -> Linkage {
    let mut observations = observations.to_vec();
    observations.sort_by_key(|observation| observation.id);
    observations.dedup_by_key(|observation| observation.id);
    let observations = &observations[..];
    let slots = slots(observations);
    let words = parameters
        .frequencies
        .clone()
        .unwrap_or_else(|| Frequencies::of(observations));
    let parties = Parties::of(observations, &slots);
    let places = places(observations, parameters);
    let found = candidates(observations, &places, &parties, &words, parameters);
    over(Phase::Block);
    let mut people = vec![0; observations.len()];
    for slot in &slots {
        people[slot.observation] += 1;
    }
    let density = Density::of(observations, &people, &places, &found);
    let around = Surroundings {
        observations,
        people: &people,
        places: &places,
        parties: &parties,
        density: &density,
        parameters,
    };
    let constraints = Constraints::of(observations, &slots, decisions);
    let scoring = Scoring {
        around: &around,
        slots: &slots,
        weights: &Weights::of(parameters),
        words: &words,
    };
    let mut pairs = scoring.compare(&found);
    let by_decision = |one, other| fixed(&constraints, one, other);
    learn_prior(&mut pairs, &scoring, parameters);
    add_decided(&mut pairs, &constraints, &around, &slots);
    scoring.compete(&mut pairs, by_decision);
    over(Phase::Score);
    let clustering = Clustering {
        around: &around,
        slots: &slots,
        constraints: &constraints,
        pairs: &pairs,
    };
    let clusters = clustering
        .partition()
        .into_iter()
        .map(|members| Cluster {
            slots: members.into_iter().map(|slot| slots[slot].at).collect(),
        })
        .collect();
    let linkage = Linkage {
        counts: counts(observations, &slots, &pairs, &constraints),
        pairs: pairs
            .into_iter()
            .map(|pair| outcome(pair, &around, &slots, &constraints))
            .collect(),
        clusters,
        contradictions: constraints.contradictions,
    };
    over(Phase::Cluster);
    linkage
}

/// What decisions make of a pair: one, two, or nothing.
fn fixed(constraints: &Constraints, one: usize, other: usize) -> Option<bool> {
    if constraints.same.of(one) == constraints.same.of(other) {
        return Some(true);
    }
    let apart = constraints.different.get(&one);
    apart
        .is_some_and(|apart| apart.contains(&other))
        .then_some(false)
}

/// A pair that somebody decided is kept, found by blocking or not.
fn add_decided(
    pairs: &mut Vec<Scored>,
    constraints: &Constraints,
    around: &Surroundings<'_>,
    slots: &[Slot],
) {
    let missing: Vec<Scored> = constraints
        .decided
        .keys()
        .filter(|(one, other)| {
            slots[*one].observation != slots[*other].observation
                && pairs
                    .binary_search_by_key(&(*one, *other), |pair| (pair.one, pair.other))
                    .is_err()
        })
        .map(|&(one, other)| Scored {
            one,
            other,
            distance_m: around.places[slots[one].observation]
                .zip(around.places[slots[other].observation])
                .map(|(a, b)| a.distance_m(&b)),
            rules: vec![BlockingRule::Decided],
            parts: vec![Part {
                field: Field::Prior,
                level: Level::OtherTeam,
                bits: -WEIGHT_CAP_BITS,
            }],
            person_bits: 0.0,
            size: 1,
            probability: 0.0,
        })
        .collect();
    pairs.extend(missing);
    pairs.sort_by_key(|pair| (pair.one, pair.other));
}

fn outcome(
    pair: Scored,
    around: &Surroundings<'_>,
    slots: &[Slot],
    constraints: &Constraints,
) -> ScoredPair {
    let p = around.parameters;
    let observation = |slot: usize| &around.observations[slots[slot].observation];
    let (a, b) = (observation(pair.one), observation(pair.other));
    let same_outing = a.team == b.team && a.night == b.night;
    let by_decision = fixed(constraints, pair.one, pair.other);
    let verdict = match by_decision {
        Some(true) => PairVerdict::Auto,
        None if pair.probability >= p.auto_probability && !same_outing => PairVerdict::Auto,
        None if pair.probability >= p.review_probability => PairVerdict::Review,
        Some(false) | None => PairVerdict::Distinct,
    };
    let sum = pair.bits();
    let odds = pair.probability / (1.0 - pair.probability);
    let match_weight = odds.log2().clamp(-WEIGHT_CAP_BITS, WEIGHT_CAP_BITS);
    let mut parts = pair.parts;
    let last = |field, level| Part {
        field,
        level,
        bits: match_weight - sum,
    };
    match by_decision {
        Some(true) => parts.push(last(Field::Decision, Level::DecidedSame)),
        Some(false) => parts.push(last(Field::Decision, Level::DecidedDifferent)),
        None if (match_weight - sum).abs() > 0.005 => {
            parts.push(last(Field::Rivals, Level::Several));
        }
        None => {}
    }
    ScoredPair {
        one: slots[pair.one].at,
        other: slots[pair.other].at,
        distance_m: pair.distance_m,
        match_weight,
        match_probability: pair.probability,
        verdict,
        decided: constraints.decided.get(&(pair.one, pair.other)).copied(),
        size: pair.size,
        explanation: Explanation::of(pair.rules, &parts),
    }
}

fn counts(
    observations: &[LinkageObservation],
    slots: &[Slot],
    pairs: &[Scored],
    constraints: &Constraints,
) -> BTreeMap<Unit, DistinctCount> {
    let mut links: Vec<(usize, usize, f64)> = pairs
        .iter()
        .map(|pair| (pair.one, pair.other, pair.probability))
        .collect();
    for slot in 0..slots.len() {
        let held = constraints.same.members(constraints.same.of(slot));
        if held[0] != slot {
            links.push((held[0].min(slot), held[0].max(slot), 1.0));
        }
    }
    [Unit::Street, Unit::Squat, Unit::Bidonville, Unit::Partner]
        .into_iter()
        .map(|unit| {
            let counted: Vec<Option<Outing>> = slots
                .iter()
                .map(|slot| {
                    let observation = &observations[slot.observation];
                    let counts = observation.in_figure && observation.unit == unit;
                    counts.then(|| outing(observation))
                })
                .collect();
            (unit, distinct(&counted, &links))
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is decided leaves whole numbers")]
mod tests;
