//! What a run tells: pairs with their reasons and verdicts, and counts.
//!
//! It must never weigh anything. `linkage` calls it last.

use crate::comparison::{Field, Level, Part};
use crate::count::{DistinctCount, Sampling};
use crate::decisions::Constraints;
use crate::distance::Surroundings;
use crate::explain::Explanation;
use crate::hidden::nights;
use crate::linkage::{PairVerdict, ScoredPair};
use crate::parameters::{Parameters, Weights, log2_odds};
use crate::part::{Cells, PartCount, UNITS};
use crate::returns::Returns;
use crate::score::{Aligned, Link};
use crate::slot::{Slot, Unit};
use maraude_core::model::Verdict;
use std::collections::BTreeMap;

/// Match weights are kept within these bits.
const WEIGHT_CAP_BITS: f64 = 60.0;
/// One team's two tablets are held to tell of one person only above the threshold by these bits.
const TWO_TABLETS_BITS: f64 = 4.0;
/// Pairs less likely than this are not told.
const TOLD_PROBABILITY: f64 = 0.005;

/// What the outcome is made from.
pub(crate) struct Outcome<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub constraints: &'a Constraints,
    pub links: &'a [Link],
    pub weights: &'a Weights,
    pub returns: Returns,
}

impl Outcome<'_> {
    /// Pairs of one link worth telling. They are what the link and [`Outcome::held`] say, under the
    /// same parameters.
    pub fn pairs_of(&self, link: &Link, parameters: &Parameters) -> Vec<ScoredPair> {
        let members = link.members().iter();
        let told = members.filter(|member| {
            let decided = (member.one as usize, member.other as usize);
            link.probability >= TOLD_PROBABILITY || self.constraints.decided.contains_key(&decided)
        });
        told.map(|member| self.outcome(link, member, parameters))
            .collect()
    }

    /// What decisions say of a link's members, one by one.
    pub fn held(&self, link: &Link) -> Vec<(Option<bool>, Option<Verdict>)> {
        let members = link.members().iter();
        let held = members.map(|member| {
            let decided = (member.one as usize, member.other as usize);
            let verdict = self.constraints.decided.get(&decided).copied();
            (fixed(self.constraints, member.one, member.other), verdict)
        });
        held.collect()
    }

    fn outcome(&self, link: &Link, member: &Aligned, p: &Parameters) -> ScoredPair {
        let by_decision = fixed(self.constraints, member.one, member.other);
        // Of one team only what two of its tablets tell of one contact, when it is surer still.
        let same_outing = !matches!(
            link.kind,
            Level::OtherTeam | Level::OtherNight | Level::TwoTablets
        );
        let surer = if link.kind == Level::TwoTablets {
            TWO_TABLETS_BITS.exp2()
        } else {
            1.0
        };
        let auto_odds = p.auto_probability / (1.0 - p.auto_probability) * surer;
        let auto = auto_odds / (1.0 + auto_odds);
        let probability = match by_decision {
            Some(true) => 1.0,
            Some(false) => 0.0,
            None => link.probability * f64::from(member.within),
        };
        // A place alone, however lonely, never joins two people without asking.
        let told = link.shared.of_person() || member.evidence.of_person();
        let verdict = match by_decision {
            Some(true) => PairVerdict::Auto,
            None if probability >= auto && !same_outing && told => PairVerdict::Auto,
            None if probability >= p.review_probability => PairVerdict::Review,
            Some(false) | None => PairVerdict::Distinct,
        };
        let odds = probability / (1.0 - probability);
        let match_weight = odds.log2().clamp(-WEIGHT_CAP_BITS, WEIGHT_CAP_BITS);
        let parts = self.parts(link, member, p, (by_decision, match_weight));
        let decided = (member.one as usize, member.other as usize);
        let at = |slot: u32| self.slots[slot as usize].at;
        let (one, other) = (at(member.one), at(member.other));
        ScoredPair {
            one: one.min(other),
            other: one.max(other),
            distance_m: link.distance_m.map(f64::from),
            match_weight,
            match_probability: probability,
            verdict,
            decided: self.constraints.decided.get(&decided).copied(),
            size: link.members().len() as u32,
            explanation: Explanation::of(link.rules.list(), &parts),
        }
    }

    /// The evidence part by part: it sums to the match weight.
    fn parts(
        &self,
        link: &Link,
        member: &Aligned,
        p: &Parameters,
        (by_decision, match_weight): (Option<bool>, f64),
    ) -> Vec<Part> {
        let mut parts = vec![Part {
            field: Field::Prior,
            level: link.kind,
            bits: log2_odds(p.prior(link.kind)) + f64::from(link.shift),
            shares: None,
        }];
        parts.extend(link.place.map(|part| Part {
            bits: link.place_bits(p),
            ..part
        }));
        parts.extend(self.weights.parts(&link.shared));
        if link.is_of_groups() {
            parts.extend(self.weights.parts(&member.evidence));
        }
        parts.sort_by_key(|part| part.field);
        let own: f64 = parts.iter().map(|part| part.bits).sum();
        if link.is_of_groups() {
            let bits = link.bits - own;
            let level = if bits < 0.0 {
                Level::Disagree
            } else {
                Level::Agree
            };
            parts.push(Part {
                field: Field::Companions,
                level,
                bits,
                shares: None,
            });
        }
        let sum: f64 = parts.iter().map(|part| part.bits).sum();
        let last = |field, level| Part {
            field,
            level,
            bits: match_weight - sum,
            shares: None,
        };
        match by_decision {
            Some(true) => parts.push(last(Field::Decision, Level::DecidedSame)),
            Some(false) => parts.push(last(Field::Decision, Level::DecidedDifferent)),
            None if (match_weight - sum).abs() > 0.005 => {
                parts.push(last(Field::Rivals, Level::Several));
            }
            None => {}
        }
        parts
    }

    /// Distinct people by subject, and by part of each.
    pub fn counts(
        &self,
        partition: &[Vec<usize>],
    ) -> (BTreeMap<Unit, DistinctCount>, Vec<PartCount>) {
        let cells = Cells::of(self.around.observations, self.slots);
        let sampling = Sampling {
            slots: self.slots,
            parties: self.around.parties,
            links: self.links,
            outings: self.around.outings,
            nights: nights(self.around.observations),
            returns: self.returns,
            different: &self.constraints.different,
            same: &self.constraints.same,
        };
        let counts = sampling.counts(partition, &cells);
        let totals = UNITS.into_iter().zip(counts.iter().copied()).collect();
        (totals, cells.named(&counts))
    }
}

/// Pairs in the order of slots, each once.
pub(crate) fn in_order(pairs: impl Iterator<Item = ScoredPair>) -> Vec<ScoredPair> {
    let mut pairs: Vec<ScoredPair> = pairs.collect();
    pairs.sort_by_key(|pair| (pair.one, pair.other));
    pairs.dedup_by_key(|pair| (pair.one, pair.other));
    pairs
}

/// What decisions make of a pair: one, two, or nothing.
pub(crate) fn fixed(constraints: &Constraints, one: u32, other: u32) -> Option<bool> {
    let (one, other) = (one as usize, other as usize);
    if constraints.same.of(one) == constraints.same.of(other) {
        return Some(true);
    }
    let apart = constraints.different.get(&one);
    apart
        .is_some_and(|apart| apart.contains(&other))
        .then_some(false)
}
