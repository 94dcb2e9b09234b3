//! How many distinct people, with a 95 % interval, from sampled partitions.
//!
//! # Formula
//! Parties are moved in turn: one leaves its clusters and joins another by link ℓ with odds
//! exp(mean log-odds over the members met + δ), or stays by itself with odds 1; never against a
//! decision, nor beside a slot of its own outing. δ ~ N(0, τ²) is drawn anew for each partition: what
//! is not known of the parameters shifts all links together, and few doubles teach little. Doubles that blocking cannot reach are
//! taken out too: a share μ of those found, drawn from what the run says of movement. Of several nights
//! this holds for doubles within each; of people met on two nights, those who sleep elsewhere are taken
//! out as `returns` tells them, κ for each return found (`hidden`). The estimate is what is expected,
//! the interval the estimate ± 1.96 standard deviations of the draws.

use crate::part::{Cells, UNITS};
use crate::party::Parties;
use crate::returns::Returns;
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
    /// Night of each observation, by number, in order.
    pub nights: Vec<u32>,
    /// What is known of people who come back and sleep elsewhere.
    pub returns: Returns,
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
        let [most, most_nightly] = [false, true].map(|nightly| self.at_most(cells, nightly));
        let mut filed = vec![0.0; cells.number()];
        (0..self.slots.len()).for_each(|slot| cells.add(&mut filed, slot, 1.0));
        for _ in 0..if work == 0 { 0 } else { WARMING } {
            self.sweep(&mut state, &movers, &near, 0.0, &mut rng);
        }
        let expected = self.newcomers(cells, false);
        let nightly = if self.has_one_night() {
            expected.clone()
        } else {
            self.newcomers(cells, true)
        };
        let hidden = self.hidden();
        let doubles: f64 = (0..UNITS.len()).map(|of| most[of] - expected[of]).sum();
        let (any, few, largest) = SHIFT_VARIANCE;
        let deviation = (any + few / doubles.max(1.0)).min(largest).sqrt();
        let mut drawn: Vec<Draw> = Vec::with_capacity(draws);
        for draw in 0..draws {
            let (shift, reach) = two_normals(draw, draws);
            self.sweep(&mut state, &movers, &near, deviation * shift, &mut rng);
            let unreached = (UNREACHED.0 + UNREACHED.1 * reach).clamp(0.0, 0.5);
            let (people, nightly) = self.distinct(&state, cells);
            drawn.push(Draw {
                people,
                nightly,
                unreached: unreached / (1.0 - unreached),
                hidden: hidden.at(normal(draw, draws)),
            });
        }
        let reached = Reached {
            most: &most_nightly,
            expected: &expected,
            nightly: &nightly,
        };
        // Of three slots decided to be one, a part may hold more than its third.
        let bound = |of: usize| {
            if of < UNITS.len() {
                most[of]
            } else {
                filed[of]
            }
        };
        (0..cells.number())
            .map(|of| reached.count(of, &drawn, bound(of)))
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
    fn newcomers(&self, cells: &Cells, nightly: bool) -> Vec<f64> {
        let kind = &cells.unit;
        let mut sums = vec![0.0; cells.number()];
        for backwards in [false, true] {
            let are_compared = |one: u32, other: u32| {
                let (a, b) = (one as usize, other as usize);
                kind[a].is_some()
                    && kind[a] == kind[b]
                    && !(nightly && self.night(one) != self.night(other))
            };
            let before =
                |one: u32, other: u32| (self.outing(one), one) < (self.outing(other), other);
            let new = self.new_shares(|one, other| before(one, other) != backwards, are_compared);
            for (slot, new) in new.into_iter().enumerate() {
                cells.add(&mut sums, slot, new / 2.0);
            }
        }
        sums
    }

    /// How likely each slot is somebody new among the slots before it that it is compared with.
    fn new_shares(
        &self,
        comes_first: impl Fn(u32, u32) -> bool,
        are_compared: impl Fn(u32, u32) -> bool,
    ) -> Vec<f64> {
        let new = |met: &Vec<(u32, f64)>| met.iter().map(|(_, sum)| 1.0 - sum.min(1.0)).product();
        self.known(comes_first, are_compared)
            .iter()
            .map(new)
            .collect()
    }

    /// For each slot, the outings before it that may have met it, with how likely each did.
    pub fn known(
        &self,
        comes_first: impl Fn(u32, u32) -> bool,
        are_compared: impl Fn(u32, u32) -> bool,
    ) -> Vec<Vec<(u32, f64)>> {
        let mut known: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.slots.len()];
        let mut see = |one: u32, other: u32, probability: f64| {
            if !are_compared(one, other) {
                return;
            }
            let (first, later) = if comes_first(one, other) {
                (one, other)
            } else {
                (other, one)
            };
            let (outing, met) = (self.outing(first), &mut known[later as usize]);
            match met.iter_mut().find(|(of, _)| *of == outing) {
                Some((_, sum)) => *sum += probability,
                None => met.push((outing, probability)),
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
        known
    }

    pub fn outing(&self, slot: u32) -> u32 {
        self.outings[self.slots[slot as usize].observation]
    }

    /// Night of a slot.
    pub fn night(&self, slot: u32) -> u32 {
        self.nights[self.slots[slot as usize].observation]
    }

    pub fn has_one_night(&self) -> bool {
        self.nights.iter().all(|night| *night == 0)
    }

    /// Clusters by cell: one counts once for its subject, and in equal shares where its slots belong;
    /// then the same with a cluster counting once for each night it was met.
    fn distinct(&self, state: &State, cells: &Cells) -> (Vec<f64>, Vec<f64>) {
        let (mut people, mut nightly) = (vec![0.0; cells.number()], vec![0.0; cells.number()]);
        for members in state.members.iter().filter(|members| !members.is_empty()) {
            for unit in 0..UNITS.len() {
                let of_unit = |slot: &&u32| cells.unit[**slot as usize] == Some(unit);
                let number = members.iter().filter(of_unit).count();
                if number == 0 {
                    continue;
                }
                let mut nights: Vec<u32> = members
                    .iter()
                    .filter(of_unit)
                    .map(|slot| self.night(*slot))
                    .collect();
                nights.sort_unstable();
                nights.dedup();
                let nights = nights.len() as f64;
                people[unit] += 1.0;
                nightly[unit] += nights;
                for slot in members.iter().filter(of_unit) {
                    for &part in &cells.parts[*slot as usize] {
                        people[part] += 1.0 / number as f64;
                        nightly[part] += nights / number as f64;
                    }
                }
            }
        }
        (people, nightly)
    }

    /// People at most: all slots, those that a decision holds to be one counting once, or once a night.
    fn at_most(&self, cells: &Cells, nightly: bool) -> Vec<f64> {
        let mut sums = vec![0.0; cells.number()];
        for slot in 0..self.slots.len() {
            let alike = self.same.members(self.same.of(slot)).iter();
            let of_kind = alike.filter(|other| {
                let one_night = self.night(**other as u32) == self.night(slot as u32);
                cells.unit[**other] == cells.unit[slot] && (one_night || !nightly)
            });
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

/// People of each cell as far as links reach: at most and expected, everybody counting once a night, and
/// expected in all.
struct Reached<'a> {
    most: &'a [f64],
    nightly: &'a [f64],
    expected: &'a [f64],
}

impl Reached<'_> {
    /// The estimate of a cell, those out of reach taken out, and its interval from draws.
    fn count(&self, of: usize, drawn: &[Draw], bound: f64) -> DistinctCount {
        let draws = drawn.len() as f64;
        let mean = |part: &dyn Fn(&Draw) -> f64| drawn.iter().map(part).sum::<f64>() / draws;
        let usual = (mean(&|of| of.unreached), mean(&|of| of.hidden));
        let means = (
            mean(&|draw| draw.people[of]),
            mean(&|draw| draw.nightly[of]),
        );
        let taken_out = |people: f64, nightly: f64, (unreached, hidden): (f64, f64)| {
            let within = (self.most[of] - nightly) * unreached;
            people - within - (nightly - people) * hidden
        };
        let estimate = taken_out(self.expected[of], self.nightly[of], usual);
        let variance = mean(&|draw| {
            let people = draw.people[of] - means.0 + self.expected[of];
            let nightly = draw.nightly[of] - means.1 + self.nightly[of];
            let drawn = taken_out(people, nightly, (draw.unreached, draw.hidden));
            (drawn - estimate).powi(2)
        });
        interval(estimate, variance, bound)
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

/// One partition, with what is drawn of people who are out of reach.
struct Draw {
    /// Distinct people by cell, and the same with everybody counting once a night.
    people: Vec<f64>,
    nightly: Vec<f64>,
    /// Doubles out of reach for each found within a night, and for each found across nights.
    unreached: f64,
    hidden: f64,
}

/// Two standard normals (Box & Muller), spread evenly over so many draws: few draws fill both.
fn two_normals(draw: usize, draws: usize) -> (f64, f64) {
    // The golden ratio's multiples never pile up.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let turn = std::f64::consts::TAU * ((draw as f64 + 0.5) * GOLDEN).fract();
    let radius = (-2.0 * ((draw as f64 + 0.5) / draws as f64).ln()).sqrt();
    (radius * turn.cos(), radius * turn.sin())
}

/// A third, spread in another order than these two.
fn normal(draw: usize, draws: usize) -> f64 {
    // The plastic number's multiples never pile up, nor keep step with the golden ratio's.
    const PLASTIC: f64 = 0.754_877_666_246_693;
    let other = ((draw as f64 + 0.5) * PLASTIC).fract();
    two_normals(((other * draws as f64) as usize).min(draws - 1), draws).0
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
            nights: vec![0; slots.len()],
            returns: Returns::default(),
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
