//! How many distinct people, with a 95 % interval, from sampled partitions.
//!
//! # Formula
//! Parties are moved in turn: one leaves its clusters and joins another by link ℓ with odds
//! exp(mean log-odds over the members met + δ), or stays by itself with odds 1; never against a
//! decision, nor beside a slot of its own outing. δ ~ N(0, τ²) is drawn anew for each partition: what
//! is not known of the parameters shifts all links together, and few doubles teach little. Doubles that blocking cannot reach are
//! taken out too: a share μ of those found, drawn from what the run says of movement. The estimate
//! is the mean of the draws, the interval the mean ± 1.96 standard deviations.

use crate::party::Parties;
use crate::sample::{Near, State};
use crate::score::Link;
use crate::slot::Slot;
use crate::union::Sets;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An estimate and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DistinctCount {
    /// Distinct people among those seen.
    pub estimate: f64,
    /// 2.5 % bound.
    pub low: f64,
    /// 97.5 % bound.
    pub high: f64,
}

/// What is not known of the parameters, as a shift of all log-odds, nats: variance in a night of any
/// size, what is added divided by the number of doubles that taught it, and the most.
const SHIFT_VARIANCE: (f64, f64, f64) = (0.16, 30.0, 1.0);
/// Share of doubles that blocking does not reach (people who moved, no fix), and its standard
/// deviation: a recall of 0.87 to 0.91 on simulated nights of two makes.
const UNREACHED: (f64, f64) = (0.15, 0.06);
/// Two-sided 95 % of a normal.
const Z_95: f64 = 1.96;
/// Partitions drawn: fewest, most, and moves of all of them together.
const DRAWS: (usize, usize) = (16, 400);
const MOVES: usize = 1_500_000;
/// Partitions drawn and thrown away first.
const WARMING: usize = 4;
/// The same night, the same draws.
const SEED: u64 = 0x004D_4152_4155_4445;

/// What sampling looks at.
pub(crate) struct Sampling<'a> {
    pub slots: &'a [Slot],
    pub parties: &'a Parties,
    pub links: &'a [Link],
    /// Outing of each observation.
    pub outings: &'a [u32],
    /// Slots held to be two.
    pub different: &'a BTreeMap<usize, BTreeSet<usize>>,
    /// Slots held to be one by decision.
    pub same: &'a Sets,
}

impl Sampling<'_> {
    /// Counts of distinct people among the slots of each kind; `kind` tells the kind of a slot, none
    /// for one that does not count. `start` is the partition to start from.
    pub fn counts<const N: usize>(
        &self,
        start: &[Vec<usize>],
        kind: &[Option<usize>],
    ) -> [DistinctCount; N] {
        let movers = self.movers();
        let near = Near::of(self);
        let mut state = self.state(start);
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let work: usize = movers.iter().map(|mover| mover.ways.len()).sum();
        let draws = MOVES.checked_div(work);
        let draws = draws.map_or(1, |draws| draws.clamp(DRAWS.0, DRAWS.1));
        let slots: [f64; N] =
            std::array::from_fn(|of| kind.iter().filter(|kind| **kind == Some(of)).count() as f64);
        let decided = self.decided::<N>(kind);
        for _ in 0..if work == 0 { 0 } else { WARMING } {
            self.sweep(&mut state, &movers, &near, 0.0, &mut rng);
        }
        let expected = self.newcomers::<N>(kind);
        let doubles: f64 = (0..N)
            .map(|of| slots[of] - decided[of] - expected[of])
            .sum();
        let (any, few, most) = SHIFT_VARIANCE;
        let deviation = (any + few / doubles.max(1.0)).min(most).sqrt();
        let mut drawn: Vec<([f64; N], f64)> = Vec::with_capacity(draws);
        for draw in 0..draws {
            let (shift, reach) = two_normals(draw, draws);
            self.sweep(&mut state, &movers, &near, deviation * shift, &mut rng);
            let unreached = (UNREACHED.0 + UNREACHED.1 * reach).clamp(0.0, 0.5);
            drawn.push((distinct::<N>(&state, kind), unreached));
        }
        std::array::from_fn(|of| {
            let mean = drawn.iter().map(|(found, _)| found[of]).sum::<f64>() / draws as f64;
            let most = slots[of] - decided[of];
            let people: Vec<f64> = drawn
                .iter()
                .map(|(found, unreached)| {
                    let people = found[of] - mean + expected[of];
                    people - (most - people).max(0.0) * unreached / (1.0 - unreached)
                })
                .collect();
            interval(&people, most)
        })
    }

    /// Expected number of slots that are somebody new: taken outing by outing, each is with
    /// probability Π over earlier outings of (1 − ΣP with its slots), averaged over both directions.
    /// Between two outings this is exactly S − ΣP.
    fn newcomers<const N: usize>(&self, kind: &[Option<usize>]) -> [f64; N] {
        let outing = |slot: u32| self.outings[self.slots[slot as usize].observation];
        let mut sums = [0.0; N];
        for backwards in [false, true] {
            let mut known: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.slots.len()];
            let mut see = |one: u32, other: u32, probability: f64| {
                if kind[one as usize].is_none() || kind[one as usize] != kind[other as usize] {
                    return;
                }
                let before = (outing(one), one) < (outing(other), other);
                let (first, later) = if before == backwards {
                    (other, one)
                } else {
                    (one, other)
                };
                let met = &mut known[later as usize];
                match met.iter_mut().find(|(of, _)| *of == outing(first)) {
                    Some((_, sum)) => *sum += probability,
                    None => met.push((outing(first), probability)),
                }
            };
            for link in self.links {
                for member in link.members() {
                    see(member.one, member.other, link.probability);
                }
            }
            for slot in (0..self.slots.len()).filter(|slot| self.is_held(*slot)) {
                let held = self.same.members(self.same.of(slot))[0];
                if held != slot {
                    see(held.min(slot) as u32, held.max(slot) as u32, 1.0);
                }
            }
            for (met, kind) in known.iter().zip(kind) {
                if let Some(of) = kind {
                    let new: f64 = met.iter().map(|(_, sum)| 1.0 - sum.min(1.0)).product();
                    sums[*of] += new / 2.0;
                }
            }
        }
        sums
    }

    /// Doubles that decisions alone make.
    fn decided<const N: usize>(&self, kind: &[Option<usize>]) -> [f64; N] {
        let mut doubles = [0.0; N];
        for slot in (0..self.slots.len()).filter(|slot| self.is_held(*slot)) {
            let before = self.same.members(self.same.of(slot)).iter();
            if let Some(of) = kind[slot]
                && before
                    .clone()
                    .any(|other| *other < slot && kind[*other] == Some(of))
            {
                doubles[of] += 1.0;
            }
        }
        doubles
    }

    /// A decision holds the slot to be the same as another: it does not move.
    pub fn is_held(&self, slot: usize) -> bool {
        self.same.members(self.same.of(slot)).len() > 1
    }

    pub fn party(&self, slot: u32) -> u32 {
        self.parties.of_observation[self.slots[slot as usize].observation] as u32
    }
}

/// Mean ± 1.96 standard deviations, at most so many.
fn interval(people: &[f64], most: f64) -> DistinctCount {
    let n = people.len() as f64;
    let mean = people.iter().sum::<f64>() / n;
    let variance = people
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / n;
    let half = Z_95 * variance.sqrt();
    DistinctCount {
        estimate: mean.min(most),
        low: (mean - half).max(0.0).min(most),
        high: (mean + half).min(most),
    }
}

fn distinct<const N: usize>(state: &State, kind: &[Option<usize>]) -> [f64; N] {
    let mut found = [0.0; N];
    for members in &state.members {
        for (of, number) in found.iter_mut().enumerate() {
            if members.iter().any(|slot| kind[*slot as usize] == Some(of)) {
                *number += 1.0;
            }
        }
    }
    found
}

/// Two standard normals (Box & Muller), spread evenly over so many draws: few draws fill both.
fn two_normals(draw: usize, draws: usize) -> (f64, f64) {
    // The golden ratio's multiples never pile up.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let turn = std::f64::consts::TAU * ((draw as f64 + 0.5) * GOLDEN).fract();
    let radius = (-2.0 * ((draw as f64 + 0.5) / draws as f64).ln()).sqrt();
    (radius * turn.cos(), radius * turn.sin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocking::Rules;
    use crate::comparison::{Evidence, Level};
    use crate::explain::BlockingRule;
    use crate::score::{Aligned, Members};
    use maraude_core::model::{Answer, ObservationId, SlotRef};

    /// People met one by one, each by the outing told, linked with these probabilities.
    fn check(outings: &[u32], pairs: &[(u32, u32, f64)], mean: (f64, f64), interval: (f64, f64)) {
        let slots: Vec<Slot> = (0..outings.len())
            .map(|observation| Slot {
                at: SlotRef {
                    observation: ObservationId::from_random([observation as u8; 16]),
                    slot: 0,
                },
                observation,
                gender: Answer::NotAsked,
                age: Answer::NotAsked,
            })
            .collect();
        let parties = Parties {
            of_observation: (0..outings.len()).collect(),
            observations: (0..outings.len()).map(|one| vec![one]).collect(),
            people: vec![1; outings.len()],
            together: vec![1; outings.len()],
        };
        let links: Vec<Link> = pairs
            .iter()
            .map(|&(one, other, p)| link(one, other, p))
            .collect();
        let sampling = Sampling {
            slots: &slots,
            parties: &parties,
            links: &links,
            outings,
            different: &BTreeMap::new(),
            same: &Sets::new(outings.len()),
        };
        let start: Vec<Vec<usize>> = (0..outings.len()).map(|one| vec![one]).collect();
        let kind = vec![Some(0); outings.len()];
        let [found] = sampling.counts::<1>(&start, &kind);
        assert!((mean.0..=mean.1).contains(&found.estimate), "{found:?}");
        assert!(
            found.low <= interval.0 && found.high >= interval.1,
            "{found:?}"
        );
    }

    fn link(one: u32, other: u32, probability: f64) -> Link {
        let evidence = Evidence::none(false);
        Link {
            kind: Level::OtherTeam,
            rules: Rules::of(BlockingRule::Near),
            distance_m: None,
            place: None,
            shared: evidence,
            members: Members::Single([Aligned {
                one,
                other,
                within: 1.0,
                evidence,
            }]),
            fit_bits: 0.0,
            bits: (probability / (1.0 - probability)).log2(),
            probability,
        }
    }

    #[test]
    fn one_person_met_by_three_teams_is_taken_out_twice() {
        let pairs = [(0, 1, 0.95), (1, 2, 0.95), (0, 2, 0.95)];
        check(&[1, 2, 3, 4], &pairs, (1.6, 2.4), (1.8, 2.3));
    }

    #[test]
    fn rivals_of_one_team_are_never_one_person() {
        // Whoever the first is, two people are left.
        check(
            &[1, 2, 2],
            &[(0, 1, 0.47), (0, 2, 0.47)],
            (1.8, 2.3),
            (2.0, 2.0),
        );
    }

    #[test]
    fn without_links_there_is_no_doubt() {
        check(&[1, 2, 3], &[], (3.0, 3.0), (3.0, 3.0));
    }
}
