//! How much two teams met the same people: a control pass meets most of a sector again, neighbours a few
//! people at their border. One prior for all pairs of teams would be wrong for each.
//!
//! # Formula
//! ρ(x, y) = (Σγ + s·ρ) / (M + s), M = slots of x facing y and of y facing x, Σγ over both ends of
//! their links. Frozen in the snapshot by the names of the outings.

use crate::comparison::Level;
use crate::parameters::{Parameters, log2_odds};
use crate::party::{Outing, outing};
use crate::score::{Link, Scoring};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Strength of the prior of all pairs of teams, in opportunities.
const STRENGTH: f64 = 20.0;
/// A learnt prior of two teams stays within these.
const RANGE: (f64, f64) = (0.01, 0.9);

/// The prior of two teams of one night.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutingPrior {
    /// The team and night that come first.
    pub one: Outing,
    /// The other's.
    pub other: Outing,
    /// That a person one of them met near the other is among those the other met.
    pub probability: f64,
}

/// A slot that could have been met again: the kind of link, itself, and the outing it faces.
pub(crate) type Opportunity = (Level, u32, u32);

/// Pairs of outings of two teams, by number.
pub(crate) struct Meetings {
    /// Opportunities of each pair.
    number: BTreeMap<(u32, u32), f64>,
}

impl Meetings {
    pub fn of(scoring: &Scoring<'_>, met: &[Opportunity]) -> Self {
        let mut number = BTreeMap::new();
        for (_, slot, faced) in met.iter().filter(|(kind, ..)| *kind == Level::OtherTeam) {
            let own = scoring.outing(*slot);
            *number
                .entry((own.min(*faced), own.max(*faced)))
                .or_insert(0.0) += 1.0;
        }
        Self { number }
    }

    /// The prior of each pair, given the prior of all and the ends of each link that are
    /// opportunities.
    fn priors(
        &self,
        scoring: &Scoring<'_>,
        (links, ends): (&[Link], &[u32]),
        prior: f64,
    ) -> BTreeMap<(u32, u32), f64> {
        let mut held: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for (link, ends) in links.iter().zip(ends) {
            if link.kind == Level::OtherTeam {
                let sum = held.entry(outings(scoring, link)).or_default();
                *sum += link.probability * f64::from(*ends);
            }
        }
        let of = |(pair, number): (&(u32, u32), &f64)| {
            let held = held.get(pair).copied().unwrap_or(0.0);
            let value = (held + STRENGTH * prior) / (number + STRENGTH);
            (*pair, value.clamp(RANGE.0, RANGE.1))
        };
        self.number.iter().map(of).collect()
    }

    /// Shifts the prior of each link between two teams.
    pub fn shift(
        &self,
        scoring: &Scoring<'_>,
        (links, ends): (&mut [Link], &[u32]),
        parameters: &Parameters,
    ) {
        let prior = parameters.prior(Level::OtherTeam);
        let priors = self.priors(scoring, (links, ends), prior);
        for link in links.iter_mut().filter(|of| of.kind == Level::OtherTeam) {
            let own = priors.get(&outings(scoring, link)).copied();
            link.shift = (log2_odds(own.unwrap_or(prior)) - log2_odds(prior)) as f32;
        }
    }

    /// The priors by name, in order.
    pub fn named(
        &self,
        scoring: &Scoring<'_>,
        of: (&[Link], &[u32]),
        prior: f64,
    ) -> Vec<OutingPrior> {
        let mut names: BTreeMap<u32, Outing> = BTreeMap::new();
        for (number, observation) in scoring
            .around
            .outings
            .iter()
            .zip(scoring.around.observations)
        {
            names.entry(*number).or_insert_with(|| outing(observation));
        }
        let mut named: Vec<OutingPrior> = self
            .priors(scoring, of, prior)
            .into_iter()
            .map(|((one, other), probability)| {
                let (a, b) = (names[&one], names[&other]);
                OutingPrior {
                    one: a.min(b),
                    other: a.max(b),
                    probability,
                }
            })
            .collect();
        named.sort_by_key(|of| (of.one, of.other));
        named
    }
}

fn outings(scoring: &Scoring<'_>, link: &Link) -> (u32, u32) {
    let first = &link.members()[0];
    let (one, other) = (scoring.outing(first.one), scoring.outing(first.other));
    (one.min(other), one.max(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::link;
    use crate::linkage::tests::{man, observation};
    use crate::slot::LinkageObservation;
    use maraude_core::model::TeamId;

    const AGES: [&str; 4] = ["18-24", "30-34", "45-49", "65-69"];
    const LANGUAGES: [&str; 3] = ["fr", "ro", "ti"];

    /// Twelve people 200 m apart as one team saw them, told by ages and languages from `first` on.
    fn seen(team: u8, minute: i64, north_m: f64, first: usize) -> Vec<LinkageObservation> {
        (0..12)
            .map(|place| {
                let at = (200.0 * f64::from(place), north_m);
                let told = usize::from(place) + first;
                let of = observation(team * 20 + place, team, minute + i64::from(place), at);
                man(of, AGES[told % 4], LANGUAGES[told % 3])
            })
            .collect()
    }

    #[test]
    fn a_team_that_walks_a_sector_again_has_another_prior_than_neighbours() {
        let night = [
            seen(1, 0, 0.0, 0),
            seen(2, 60, 6.0, 0),
            seen(3, 0, 9_000.0, 0),
            seen(4, 60, 9_020.0, 2),
        ]
        .concat();
        let found = link(&night, &[], &Parameters::default()).parameters;
        let prior = |one: u8, other: u8| {
            let [a, b] = [one, other].map(|team| TeamId::from_random([team; 16]));
            let of = found.outings.iter();
            let mut of = of.filter(|of| of.one.0 == a.min(b) && of.other.0 == a.max(b));
            of.next().map(|of| of.probability)
        };
        let (again, beside) = (prior(1, 2).unwrap(), prior(3, 4).unwrap());
        assert!(again > beside + 0.2, "{again} {beside}");
        assert_eq!(prior(1, 3), None, "teams that never met the same ground");
        // A run under the snapshot finds what the run that made it found.
        assert_eq!(
            link(&night, &[], &found).pairs,
            link(&night, &[], &Parameters::default()).pairs
        );
    }
}
