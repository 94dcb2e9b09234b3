//! Which observations are compared at all: near in space and time, or sharing a pseudonym or rare
//! words.
//!
//! The union of the rules, then the hard rules: one party is never compared with itself, and
//! nobody walks faster than a walk. `score` compares what comes out.

use crate::explain::BlockingRule;
use crate::frequencies::Terms;
use crate::ground::Located;
use crate::parameters::Parameters;
use crate::party::Parties;
use crate::slot::LinkageObservation;
use maraude_core::model::ObservationKind;
use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};
use std::collections::HashMap;

/// Fixes worse than this are looked up in a tree of their own, so that one bad fix does not widen
/// every search, metres.
pub(crate) const COARSE_ACCURACY_M: f64 = 60.0;
/// Rare words looked at per mark.
pub(crate) const RARE_WORDS: usize = 4;
/// Words met more often are not rare; small nights of the tests cross it too.
pub(crate) const POSTING_CAP: usize = if cfg!(test) { 3 } else { 80 };

/// Two observations to compare, by index, the smaller first.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub one: u32,
    pub other: u32,
    /// Rules that found them.
    pub rules: Rules,
}

/// A set of blocking rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules(u8);

const RULES: [BlockingRule; 5] = [
    BlockingRule::Near,
    BlockingRule::NearOtherNight,
    BlockingRule::Pseudonym,
    BlockingRule::RareMarks,
    BlockingRule::Decided,
];

impl Rules {
    pub fn of(rule: BlockingRule) -> Self {
        Self(1 << rule as u8)
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, rule: BlockingRule) -> Self {
        Self(self.0 & !Self::of(rule).0)
    }

    pub fn holds(self, rule: BlockingRule) -> bool {
        self.0 & Self::of(rule).0 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn list(self) -> Vec<BlockingRule> {
        let held = RULES.into_iter().filter(|rule| self.holds(*rule));
        held.collect()
    }
}

type Found = Vec<Candidate>;

/// All candidates, in the order of indexes.
pub(crate) fn candidates(
    observations: &[LinkageObservation],
    places: &[Option<Located>],
    parties: &Parties,
    terms: &Terms,
    p: &Parameters,
) -> Found {
    let mut found = Found::new();
    near(observations, places, p, &mut found);
    by_pseudonym(observations, &mut found);
    by_rare_words(observations, terms, &mut found);
    found.sort_unstable_by_key(|pair| (pair.one, pair.other));
    found.dedup_by(|next, kept| {
        let same = (next.one, next.other) == (kept.one, kept.other);
        if same {
            kept.rules = kept.rules.with(next.rules);
        }
        same
    });
    found.retain_mut(|pair| {
        let (one, other) = (pair.one as usize, pair.other as usize);
        let apart_m = places[one]
            .zip(places[other])
            .map(|(a, b)| a.distance_m(&b));
        // On another night somebody may sleep anywhere.
        let one_night = observations[one].night == observations[other].night;
        if one_night && apart_m.is_some_and(|metres| metres > p.marks_radius_m) {
            pair.rules = pair.rules.without(BlockingRule::RareMarks);
        }
        let same_party = parties.of_observation[one] == parties.of_observation[other];
        let (a, b) = (&observations[one], &observations[other]);
        !pair.rules.is_empty() && !same_party && walkable((a, places[one]), (b, places[other]), p)
    });
    found
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

pub(crate) fn has_slots(observation: &LinkageObservation) -> bool {
    matches!(
        observation.kind,
        ObservationKind::Individual | ObservationKind::Group
    )
}

pub(crate) type Leaf = GeomWithData<[f64; 3], usize>;

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
        let Some(there) = places[other].filter(|_| other < index) else {
            continue;
        };
        let same_night = observations[index].night == observations[other].night;
        let (reach_m, rule) = if same_night {
            (
                radius_m(here.accuracy_m, there.accuracy_m, p),
                BlockingRule::Near,
            )
        } else {
            (
                other_night_reach_m(here.accuracy_m, there.accuracy_m, p),
                BlockingRule::NearOtherNight,
            )
        };
        if leaf.distance_2(&here.xyz) <= reach_m * reach_m {
            found.push(Candidate {
                one: other as u32,
                other: index as u32,
                rules: Rules::of(rule),
            });
        }
    }
}

/// The same across nights: people who come back to the same place.
pub(crate) fn other_night_reach_m(one_m: f64, other_m: f64, p: &Parameters) -> f64 {
    let sigma_m = crate::distance::sigma_m(one_m, other_m, p);
    p.other_night_radius_m.max(p.block_sigmas * sigma_m)
}

/// Blocking radius of two accuracies, metres.
pub(crate) fn radius_m(one_m: f64, other_m: f64, p: &Parameters) -> f64 {
    let sigma_m = crate::distance::sigma_m(one_m, other_m, p);
    p.block_radius_m.max(p.block_sigmas * sigma_m)
}

fn by_pseudonym(observations: &[LinkageObservation], found: &mut Found) {
    let mut holders: HashMap<&str, Vec<u32>> = HashMap::new();
    for (index, observation) in observations.iter().enumerate() {
        if let Some(pseudonym) = observation
            .pseudonym
            .known()
            .filter(|_| has_slots(observation))
        {
            holders.entry(pseudonym).or_default().push(index as u32);
        }
    }
    add_all(holders.values(), BlockingRule::Pseudonym, found);
}

fn by_rare_words(observations: &[LinkageObservation], terms: &Terms, found: &mut Found) {
    let mut holders: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    for (index, observation) in observations.iter().enumerate() {
        if !has_slots(observation) {
            continue;
        }
        let rare = terms.rarest(index, RARE_WORDS);
        for (place, &first) in rare.iter().enumerate() {
            for &second in &rare[place + 1..] {
                holders
                    .entry((first, second))
                    .or_default()
                    .push(index as u32);
            }
        }
    }
    add_all(holders.values(), BlockingRule::RareMarks, found);
}

/// All pairs of each list that is not too long. The caller sorts: order is not told here.
fn add_all<'a>(lists: impl Iterator<Item = &'a Vec<u32>>, rule: BlockingRule, found: &mut Found) {
    for list in lists.filter(|list| list.len() <= POSTING_CAP) {
        for (place, &one) in list.iter().enumerate() {
            found.extend(list[place + 1..].iter().map(|&other| Candidate {
                one,
                other,
                rules: Rules::of(rule),
            }));
        }
    }
}
