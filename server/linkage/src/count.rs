//! How many distinct people, with a 95 % interval, from sampled partitions.
//!
//! # Formula
//! Parties are moved in turn: one leaves its clusters and joins another by link ℓ with odds
//! exp(mean log-odds over the members met + δ), or stays by itself with odds 1; never against a
//! decision, nor beside a slot of its own outing. δ ~ N(0, τ²) is drawn anew for each partition: what
//! is not known of the parameters shifts all links together, and few doubles teach little. Doubles that blocking cannot reach are
//! taken out too: a share μ of those found, drawn from what the run says of movement. The estimate
//! is what is expected, the interval the estimate ± 1.96 standard deviations of the draws.

use crate::part::{Cells, UNITS};
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
const UNREACHED: (f64, f64) = (0.10, 0.06);
/// Two-sided 95 % of a normal.
const Z_95: f64 = 1.96;
/// Partitions drawn: fewest, most, and moves of all of them together.
const DRAWS: (usize, usize) = (12, 400);
const MOVES: usize = 1_500_000;
/// Partitions drawn and thrown away first.
const WARMING: usize = 3;
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
    /// Counts of distinct people by cell, all from the same partitions: the parts of a total add up
    /// to it. `start` is the partition to start from.
    pub fn counts(&self, start: &[Vec<usize>], cells: &Cells) -> Vec<DistinctCount> {
        let movers = self.movers();
        let near = Near::of(self);
        let mut state = self.state(start);
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let work: usize = movers.iter().map(|mover| mover.ways.len()).sum();
        let draws = MOVES.checked_div(work);
        let draws = draws.map_or(1, |draws| draws.clamp(DRAWS.0, DRAWS.1));
        let most = self.at_most(cells);
        let mut filed = vec![0.0; cells.number()];
        (0..self.slots.len()).for_each(|slot| cells.add(&mut filed, slot, 1.0));
        for _ in 0..if work == 0 { 0 } else { WARMING } {
            self.sweep(&mut state, &movers, &near, 0.0, &mut rng);
        }
        let expected = self.newcomers(cells);
        let doubles: f64 = (0..UNITS.len()).map(|of| most[of] - expected[of]).sum();
        let (any, few, largest) = SHIFT_VARIANCE;
        let deviation = (any + few / doubles.max(1.0)).min(largest).sqrt();
        let mut drawn: Vec<(Vec<f64>, f64)> = Vec::with_capacity(draws);
        for draw in 0..draws {
            let (shift, reach) = two_normals(draw, draws);
            self.sweep(&mut state, &movers, &near, deviation * shift, &mut rng);
            let unreached = (UNREACHED.0 + UNREACHED.1 * reach).clamp(0.0, 0.5);
            drawn.push((distinct(&state, cells), unreached));
        }
        let ratio = |unreached: f64| unreached / (1.0 - unreached);
        let usual = drawn.iter().map(|(_, of)| ratio(*of)).sum::<f64>() / draws as f64;
        (0..cells.number())
            .map(|of| {
                let mean = drawn.iter().map(|(found, _)| found[of]).sum::<f64>() / draws as f64;
                let taken_out = |people: f64, ratio: f64| people - (most[of] - people) * ratio;
                let estimate = taken_out(expected[of], usual);
                let square = |(found, unreached): &(Vec<f64>, f64)| {
                    let people = found[of] - mean + expected[of];
                    (taken_out(people, ratio(*unreached)) - estimate).powi(2)
                };
                let variance = drawn.iter().map(square).sum::<f64>() / draws as f64;
                // Of three slots decided to be one, a part may hold more than its third.
                let bound = if of < UNITS.len() {
                    most[of]
                } else {
                    filed[of]
                };
                interval(estimate, variance, bound)
            })
            .collect()
    }

    /// So many partitions, each with its own shift of all log-odds; several sweeps lie between two.
    pub fn partitions(&self, start: &[Vec<usize>], number: usize) -> Vec<Vec<Vec<usize>>> {
        let (movers, near) = (self.movers(), Near::of(self));
        let mut state = self.state(start);
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let deviation = SHIFT_VARIANCE.0.sqrt();
        (0..number)
            .map(|draw| {
                let (shift, _) = two_normals(draw, number);
                for _ in 0..WARMING {
                    self.sweep(&mut state, &movers, &near, deviation * shift, &mut rng);
                }
                let held = state.members.iter().filter(|members| !members.is_empty());
                held.map(|members| members.iter().map(|slot| *slot as usize).collect())
                    .collect()
            })
            .collect()
    }

    /// Expected number of slots that are somebody new: taken outing by outing, each is with
    /// probability Π over earlier outings of (1 − ΣP with its slots), averaged over both directions.
    /// Between two outings this is exactly S − ΣP.
    fn newcomers(&self, cells: &Cells) -> Vec<f64> {
        let kind = &cells.unit;
        let outing = |slot: u32| self.outings[self.slots[slot as usize].observation];
        let mut sums = vec![0.0; cells.number()];
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
                let before = self.same.members(self.same.of(slot)).iter();
                for held in before.copied().filter(|held| *held < slot) {
                    see(held as u32, slot as u32, 1.0);
                }
            }
            for (slot, met) in known.iter().enumerate() {
                let new: f64 = met.iter().map(|(_, sum)| 1.0 - sum.min(1.0)).product();
                cells.add(&mut sums, slot, new / 2.0);
            }
        }
        sums
    }

    /// People at most: all slots, those that a decision holds to be one counting once.
    fn at_most(&self, cells: &Cells) -> Vec<f64> {
        let mut sums = vec![0.0; cells.number()];
        for slot in 0..self.slots.len() {
            let alike = self.same.members(self.same.of(slot)).iter();
            let of_kind = alike.filter(|other| cells.unit[**other] == cells.unit[slot]);
            cells.add(&mut sums, slot, 1.0 / of_kind.count().max(1) as f64);
        }
        sums
    }

    /// A decision holds the slot to be the same as another: it does not move.
    pub fn is_held(&self, slot: usize) -> bool {
        self.same.members(self.same.of(slot)).len() > 1
    }

    pub fn party(&self, slot: u32) -> u32 {
        self.parties.of_observation[self.slots[slot as usize].observation] as u32
    }
}

/// Estimate ± 1.96 standard deviations, at most so many.
fn interval(estimate: f64, variance: f64, most: f64) -> DistinctCount {
    let half = Z_95 * variance.sqrt();
    DistinctCount {
        estimate: estimate.min(most),
        low: (estimate - half).max(0.0).min(most),
        high: (estimate + half).min(most),
    }
}

/// Clusters by cell: one counts once for its subject, and in equal shares where its slots belong.
fn distinct(state: &State, cells: &Cells) -> Vec<f64> {
    let mut found = vec![0.0; cells.number()];
    for members in state.members.iter().filter(|members| !members.is_empty()) {
        for unit in 0..UNITS.len() {
            let of_unit = |slot: &&u32| cells.unit[**slot as usize] == Some(unit);
            let number = members.iter().filter(of_unit).count();
            if number > 0 {
                found[unit] += 1.0;
            }
            for slot in members.iter().filter(of_unit) {
                for &part in &cells.parts[*slot as usize] {
                    found[part] += 1.0 / number as f64;
                }
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
    use crate::slot::LinkageObservation;
    use maraude_core::model::{Answer, DeviceId, Night, ObservationId, SlotRef, TeamId};

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
        let night: Night = "2026-01-22".parse().unwrap();
        let observations: Vec<LinkageObservation> = slots
            .iter()
            .map(|slot| {
                let author = (TeamId::from_random([1; 16]), DeviceId::from_random([1; 16]));
                LinkageObservation::individual(slot.at.observation, night, author, 0)
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
        let cells = Cells::of(&observations, &slots);
        let found = sampling.counts(&start, &cells)[0];
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
            shift: 0.0,
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
