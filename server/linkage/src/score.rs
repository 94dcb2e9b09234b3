//! From candidates to probabilities: evidence summed, groups aligned, rivals made to share.
//!
//! It must never decide anything; `cluster` and `linkage` do.

use crate::blocking::Candidate;
use crate::comparison::{Field, Level, Pairing, Part, attributes};
use crate::competition::{Link, probabilities};
use crate::distance::Surroundings;
use crate::explain::BlockingRule;
use crate::frequencies::Frequencies;
use crate::parameters::{Weights, log2_odds};
use crate::party::{Outing, outing};
use crate::slot::{LinkageObservation, Slot};
use maraude_core::model::ObservationKind;
use std::collections::{BTreeMap, BTreeSet};

/// Two slots compared.
#[derive(Clone)]
pub(crate) struct Scored {
    pub one: usize,
    pub other: usize,
    pub distance_m: Option<f64>,
    pub rules: Vec<BlockingRule>,
    pub parts: Vec<Part>,
    /// Bits of what is known of the person, place left out.
    pub person_bits: f64,
    /// Pairs of the same two parties that stand or fall with it, itself included.
    pub size: u32,
    /// Probability after rivals shared.
    pub probability: f64,
}

impl Scored {
    pub fn bits(&self) -> f64 {
        self.parts.iter().map(|part| part.bits).sum()
    }
}

/// Bits the other members of two groups may add or take.
const COMPANION_CAP_BITS: f64 = 4.0;
/// Bits are kept in this range before they become odds.
const BITS_CAP: f64 = 40.0;
/// Below these odds alone, in bits, a pair is not worth keeping.
const NEGLIGIBLE_BITS: f64 = -20.0;

/// What scoring looks at.
pub(crate) struct Scoring<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub weights: &'a Weights,
    pub words: &'a Frequencies,
}

impl Scoring<'_> {
    /// Every slot pair of the candidates that is worth keeping, groups aligned, in the order of
    /// slots, without probabilities yet.
    pub fn compare(&self, candidates: &[Candidate]) -> Vec<Scored> {
        let mut of_observation: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, slot) in self.slots.iter().enumerate() {
            of_observation
                .entry(slot.observation)
                .or_default()
                .push(index);
        }
        let mut by_parties: BTreeMap<(usize, usize), Vec<Scored>> = BTreeMap::new();
        for candidate in candidates {
            let shared = self.shared_parts(candidate);
            let party = |observation: usize| self.around.parties.of_observation[observation];
            let key = (party(candidate.one), party(candidate.other));
            let list = by_parties
                .entry((key.0.min(key.1), key.0.max(key.1)))
                .or_default();
            for &one in of_observation.get(&candidate.one).into_iter().flatten() {
                for &other in of_observation.get(&candidate.other).into_iter().flatten() {
                    list.push(self.compare_slots(candidate, &shared, one, other));
                }
            }
        }
        let mut kept = Vec::new();
        let mut loose: BTreeMap<(usize, Outing), Vec<Scored>> = BTreeMap::new();
        for ((x, y), list) in by_parties {
            let people = &self.around.parties.people;
            match (people[x] > 1, people[y] > 1) {
                (true, true) => kept.extend(align(list)),
                (false, false) => kept.extend(list),
                (grouped, _) => {
                    let single = if grouped { y } else { x };
                    let group = if grouped { x } else { y };
                    let alone = self.around.parties.observations[single][0];
                    let outing = outing(&self.around.observations[alone]);
                    loose.entry((group, outing)).or_default().extend(list);
                }
            }
        }
        for ((group, _), list) in loose {
            kept.extend(self.spread(group, list));
        }
        kept.retain(|pair| pair.bits() > NEGLIGIBLE_BITS);
        kept.sort_by_key(|pair| (pair.one, pair.other));
        kept
    }

    /// Parts that all slots of two observations have in common: prior, distance, group size.
    fn shared_parts(&self, candidate: &Candidate) -> Vec<Part> {
        let observations = self.around.observations;
        let (a, b) = (&observations[candidate.one], &observations[candidate.other]);
        let mut parts = vec![self.prior(a, b)];
        parts.extend(self.around.evidence(candidate.one, candidate.other));
        let parties = self.around.parties;
        let together = |of: usize| parties.together[parties.of_observation[of]];
        let (x, y) = (together(candidate.one), together(candidate.other));
        if x > 1 && y > 1 {
            let level = match x.abs_diff(y) {
                0 => Level::Equal,
                1 => Level::OffByOne,
                _ => Level::FarOff,
            };
            parts.push(self.weights.part(Field::GroupSize, level));
        } else if x > 1 || y > 1 {
            parts.push(Part {
                field: Field::GroupSize,
                level: Level::AloneOrTogether,
                bits: self.around.parameters.alone_or_together_bits,
            });
        }
        parts
    }

    fn prior(&self, a: &LinkageObservation, b: &LinkageObservation) -> Part {
        let p = self.around.parameters;
        let (level, probability) = if a.night != b.night {
            (Level::OtherNight, p.prior_other_night)
        } else if a.team != b.team {
            (Level::OtherTeam, p.prior_other_team)
        } else {
            let (first, then) = if (a.observed_at, a.id) <= (b.observed_at, b.id) {
                (a, b)
            } else {
                (b, a)
            };
            let minutes = (then.observed_at - first.observed_at) as f64 / 60_000.0;
            if !first.answered() && then.answered() {
                if minutes >= p.at_once_minutes {
                    (Level::SeenThenInterviewed, p.prior_seen_then_interviewed)
                } else {
                    (Level::SeenThenInterviewedAtOnce, p.prior_at_once)
                }
            } else if a.device != b.device && minutes <= p.two_tablets_minutes {
                (Level::TwoTablets, p.prior_two_tablets)
            } else {
                (Level::SameTeam, p.prior_same_team)
            }
        };
        Part {
            field: Field::Prior,
            level,
            bits: log2_odds(probability),
        }
    }

    fn compare_slots(&self, of: &Candidate, shared: &[Part], one: usize, other: usize) -> Scored {
        let side = |slot: usize| {
            let slot = &self.slots[slot];
            (&self.around.observations[slot.observation], slot)
        };
        let person = attributes(
            &Pairing::of(side(one), side(other)),
            self.weights,
            self.words,
        );
        let mut parts = shared.to_vec();
        parts.extend_from_slice(&person);
        parts.sort_by_key(|part| part.field);
        Scored {
            one: one.min(other),
            other: one.max(other),
            distance_m: of.distance_m,
            rules: of.rules.clone(),
            person_bits: person.iter().map(|part| part.bits).sum(),
            parts,
            size: 1,
            probability: 0.0,
        }
    }

    /// People met one by one against a group: each goes to a slot of its own, and where the slots
    /// cannot be told apart the evidence is that of being *one of them*.
    fn spread(&self, group: usize, list: Vec<Scored>) -> Vec<Scored> {
        let in_group =
            |slot: usize| self.around.parties.of_observation[self.slots[slot].observation] == group;
        let rows = &self.around.parties.observations[group];
        let told_apart = rows
            .iter()
            .all(|&row| self.around.observations[row].kind == ObservationKind::Individual);
        if told_apart {
            return list;
        }
        let single = |pair: &Scored| {
            if in_group(pair.one) {
                pair.other
            } else {
                pair.one
            }
        };
        let member = |pair: &Scored| {
            if in_group(pair.one) {
                pair.one
            } else {
                pair.other
            }
        };
        let mut any: BTreeMap<usize, f64> = BTreeMap::new();
        for pair in &list {
            *any.entry(single(pair)).or_default() += pair.bits().clamp(-BITS_CAP, BITS_CAP).exp2();
        }
        let mut ranked = list;
        ranked.sort_by(|a, b| {
            b.bits()
                .total_cmp(&a.bits())
                .then_with(|| (single(a), member(a)).cmp(&(single(b), member(b))))
        });
        let mut taken = BTreeSet::new();
        let mut placed = BTreeMap::new();
        for round in 0..2 {
            for pair in &ranked {
                let free = round == 1 || !taken.contains(&member(pair));
                if free && !placed.contains_key(&single(pair)) {
                    taken.insert(member(pair));
                    placed.insert(single(pair), pair.clone());
                }
            }
        }
        placed
            .into_iter()
            .map(|(alone, mut pair)| {
                let gained = any[&alone].log2() - pair.bits();
                let together = pair
                    .parts
                    .iter_mut()
                    .find(|part| part.field == Field::GroupSize);
                if let Some(part) = together {
                    part.bits += gained;
                }
                pair
            })
            .collect()
    }

    /// The outing a slot belongs to.
    pub fn outing_of(&self, slot: usize) -> Outing {
        outing(&self.around.observations[self.slots[slot].observation])
    }

    /// Gives each pair its probability: rivals of one team share, decided pairs stand.
    pub fn compete(&self, pairs: &mut [Scored], fixed: impl Fn(usize, usize) -> Option<bool>) {
        let mut fields: BTreeMap<(Outing, Outing), Vec<usize>> = BTreeMap::new();
        for (index, pair) in pairs.iter().enumerate() {
            let (x, y) = (self.outing_of(pair.one), self.outing_of(pair.other));
            fields.entry((x.min(y), x.max(y))).or_default().push(index);
        }
        for indexes in fields.values() {
            let links: Vec<Link> = indexes
                .iter()
                .map(|&index| {
                    let pair = &pairs[index];
                    let odds = match fixed(pair.one, pair.other) {
                        Some(true) => BITS_CAP.exp2(),
                        Some(false) => 0.0,
                        None => pair.bits().clamp(-BITS_CAP, BITS_CAP).exp2(),
                    };
                    Link {
                        one: pair.one,
                        other: pair.other,
                        odds,
                    }
                })
                .collect();
            for (&index, probability) in indexes.iter().zip(probabilities(&links)) {
                pairs[index].probability = probability;
            }
        }
        for pair in pairs {
            match fixed(pair.one, pair.other) {
                Some(true) => pair.probability = 1.0,
                Some(false) => pair.probability = 0.0,
                None => {}
            }
        }
    }
}

/// Two groups: members go one to one, the best first; what agrees of the others adds to each.
fn align(mut list: Vec<Scored>) -> Vec<Scored> {
    list.sort_by(|a, b| {
        b.bits()
            .total_cmp(&a.bits())
            .then_with(|| (a.one, a.other).cmp(&(b.one, b.other)))
    });
    let mut taken = BTreeSet::new();
    let mut aligned: Vec<Scored> = Vec::new();
    for pair in list {
        if !taken.contains(&pair.one) && !taken.contains(&pair.other) {
            taken.insert(pair.one);
            taken.insert(pair.other);
            aligned.push(pair);
        }
    }
    let all: f64 = aligned.iter().map(|pair| pair.person_bits).sum();
    let size = aligned.len() as u32;
    let person: Vec<f64> = aligned.iter().map(|pair| pair.person_bits).collect();
    for (pair, own) in aligned.iter_mut().zip(person) {
        let is_size = |part: &&Part| part.field == Field::GroupSize;
        let size_bits = pair
            .parts
            .iter()
            .find(is_size)
            .map_or(0.0, |part| part.bits);
        let bits = (all - own).clamp(-COMPANION_CAP_BITS, COMPANION_CAP_BITS);
        pair.size = size;
        pair.person_bits = all + size_bits;
        if size > 1 {
            pair.parts.push(Part {
                field: Field::Companions,
                level: if bits < 0.0 {
                    Level::Disagree
                } else {
                    Level::Agree
                },
                bits,
            });
        }
    }
    aligned
}
