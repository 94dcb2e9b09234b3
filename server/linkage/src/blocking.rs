//! Which observations are compared at all: near in space and time, or sharing a pseudonym or rare
//! words.
//!
//! The union of the rules, then the hard rules: one party is never compared with itself, and
//! nobody walks faster than a walk. `score` compares what comes out.

use crate::explain::BlockingRule;
use crate::frequencies::Frequencies;
use crate::ground::Located;
use crate::parameters::Parameters;
use crate::party::Parties;
use crate::slot::LinkageObservation;
use maraude_core::model::ObservationKind;
use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};
use std::collections::{BTreeMap, BTreeSet};

/// Fixes worse than this are looked up in a tree of their own, so that one bad fix does not widen
/// every search, metres.
const COARSE_ACCURACY_M: f64 = 60.0;
/// Rare words looked at per mark.
const RARE_WORDS: usize = 4;
/// Words met more often are not rare.
const POSTING_CAP: usize = 80;

/// Two observations to compare, by index, the smaller first.
pub(crate) struct Candidate {
    pub one: usize,
    pub other: usize,
    /// Metres between them, where both have a place.
    pub distance_m: Option<f64>,
    /// Rules that found them.
    pub rules: Vec<BlockingRule>,
}

type Found = BTreeMap<(usize, usize), BTreeSet<BlockingRule>>;

/// All candidates, in the order of indexes.
pub(crate) fn candidates(
    observations: &[LinkageObservation],
    places: &[Option<Located>],
    parties: &Parties,
    words: &Frequencies,
    p: &Parameters,
) -> Vec<Candidate> {
    let mut found = Found::new();
    near(observations, places, p, &mut found);
    by_pseudonym(observations, &mut found);
    by_rare_words(observations, words, &mut found);
    found
        .into_iter()
        .filter_map(|((one, other), rules)| {
            let distance_m = places[one]
                .zip(places[other])
                .map(|(a, b)| a.distance_m(&b));
            let rules: Vec<BlockingRule> = rules
                .into_iter()
                .filter(|rule| {
                    *rule != BlockingRule::RareMarks
                        || distance_m.is_none_or(|d| d <= p.marks_radius_m)
                })
                .collect();
            let same_party = parties.of_observation[one] == parties.of_observation[other];
            let (a, b) = (&observations[one], &observations[other]);
            let kept = !rules.is_empty()
                && !same_party
                && walkable((a, places[one]), (b, places[other]), p);
            kept.then_some(Candidate {
                one,
                other,
                distance_m,
                rules,
            })
        })
        .collect()
}

/// Somebody can have walked from one to the other in the time between them.
pub(crate) fn walkable(
    (one, place): (&LinkageObservation, Option<Located>),
    (other, other_place): (&LinkageObservation, Option<Located>),
    p: &Parameters,
) -> bool {
    let Some((a, b)) = place.zip(other_place) else {
        return true;
    };
    let distance_m = a.distance_m(&b);
    let seconds = (one.observed_at - other.observed_at).abs() as f64 / 1_000.0;
    let certain_m = distance_m - 2.0 * (a.accuracy_m + b.accuracy_m);
    distance_m <= p.walking_from_m || certain_m <= p.walking_speed_m_s * seconds
}

fn has_slots(observation: &LinkageObservation) -> bool {
    matches!(
        observation.kind,
        ObservationKind::Individual | ObservationKind::Group
    )
}

type Leaf = GeomWithData<[f64; 3], usize>;

fn near(
    observations: &[LinkageObservation],
    places: &[Option<Located>],
    p: &Parameters,
    found: &mut Found,
) {
    let mut fine: Vec<Leaf> = Vec::new();
    let mut coarse: Vec<Leaf> = Vec::new();
    let mut worst_m = COARSE_ACCURACY_M;
    for (index, place) in places.iter().enumerate() {
        if let Some(place) = place.filter(|_| has_slots(&observations[index])) {
            let leaf = Leaf::new(place.xyz, index);
            if place.accuracy_m > COARSE_ACCURACY_M {
                worst_m = worst_m.max(place.accuracy_m);
                coarse.push(leaf);
            } else {
                fine.push(leaf);
            }
        }
    }
    let fine = RTree::bulk_load(fine);
    let coarse = RTree::bulk_load(coarse);
    for (index, place) in places.iter().enumerate() {
        if let Some(place) = place.filter(|_| has_slots(&observations[index])) {
            let ours = place.accuracy_m.max(COARSE_ACCURACY_M);
            look_around(
                index,
                &fine,
                radius_m(ours, COARSE_ACCURACY_M, p),
                observations,
                places,
                p,
                found,
            );
            look_around(
                index,
                &coarse,
                radius_m(ours, worst_m, p),
                observations,
                places,
                p,
                found,
            );
        }
    }
}

fn look_around(
    index: usize,
    tree: &RTree<Leaf>,
    widest_m: f64,
    observations: &[LinkageObservation],
    places: &[Option<Located>],
    p: &Parameters,
    found: &mut Found,
) {
    let Some(here) = places[index] else { return };
    for leaf in tree.locate_within_distance(here.xyz, widest_m * widest_m) {
        let other = leaf.data;
        let Some(there) = places[other].filter(|_| other != index) else {
            continue;
        };
        let same_night = observations[index].night == observations[other].night;
        let (reach_m, rule) = if same_night {
            (
                radius_m(here.accuracy_m, there.accuracy_m, p),
                BlockingRule::Near,
            )
        } else {
            (p.other_night_radius_m, BlockingRule::NearOtherNight)
        };
        if leaf.distance_2(&here.xyz) <= reach_m * reach_m {
            found
                .entry((index.min(other), index.max(other)))
                .or_default()
                .insert(rule);
        }
    }
}

/// Blocking radius of two accuracies, metres.
fn radius_m(one_m: f64, other_m: f64, p: &Parameters) -> f64 {
    let sigma_m = crate::distance::sigma_m(one_m, other_m, p);
    p.block_radius_m.max(p.block_sigmas * sigma_m)
}

fn by_pseudonym(observations: &[LinkageObservation], found: &mut Found) {
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, observation) in observations.iter().enumerate() {
        if let Some(pseudonym) = observation
            .pseudonym
            .known()
            .filter(|_| has_slots(observation))
        {
            holders.entry(pseudonym).or_default().push(index);
        }
    }
    for list in holders.values().filter(|list| list.len() <= POSTING_CAP) {
        add_all(list, BlockingRule::Pseudonym, found);
    }
}

fn by_rare_words(observations: &[LinkageObservation], words: &Frequencies, found: &mut Found) {
    let mut holders: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, observation) in observations.iter().enumerate() {
        let Some(marks) = observation.marks.known().filter(|_| has_slots(observation)) else {
            continue;
        };
        let mut rare = words.rarest(marks, RARE_WORDS);
        rare.sort();
        for (place, first) in rare.iter().enumerate() {
            for second in &rare[place + 1..] {
                holders
                    .entry((first.clone(), second.clone()))
                    .or_default()
                    .push(index);
            }
        }
    }
    for list in holders.values().filter(|list| list.len() <= POSTING_CAP) {
        add_all(list, BlockingRule::RareMarks, found);
    }
}

fn add_all(list: &[usize], rule: BlockingRule, found: &mut Found) {
    for (place, &one) in list.iter().enumerate() {
        for &other in &list[place + 1..] {
            found.entry((one, other)).or_default().insert(rule);
        }
    }
}
