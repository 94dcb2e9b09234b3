//! What a night teaches: how often another team that passes nearby meets the same people.
//!
//! Only the prior is learnt, by EM with a Beta prior; m and u stay those of the parameters, since
//! left free they drift towards "same place". Decisions teach nothing: undoing one must restore
//! everything. It must never see the order of observations.

use crate::comparison::{Field, Level};
use crate::parameters::{Parameters, log2_odds};
use crate::score::{Scored, Scoring};
use std::collections::BTreeSet;

/// Weight of the starting prior, in opportunities.
const STRENGTH: f64 = 40.0;
/// A learnt prior stays within these.
const RANGE: (f64, f64) = (0.05, 0.8);
/// A team was there when it filed somebody this near, metres.
const THERE_M: f64 = 50.0;
/// Rounds of EM.
const ROUNDS: usize = 6;

/// Replaces the prior of pairs of two teams by the one this night teaches.
///
/// # Formula
/// ρ = (2·ΣP + s·ρ₀) / (M + s), M = slots × other teams that filed somebody within 50 m.
pub(crate) fn learn_prior(pairs: &mut [Scored], scoring: &Scoring<'_>, parameters: &Parameters) {
    let two_teams = |pair: &Scored| {
        pair.parts
            .first()
            .is_some_and(|part| part.field == Field::Prior && part.level == Level::OtherTeam)
    };
    let there = |pair: &Scored| two_teams(pair) && pair.distance_m.is_some_and(|d| d <= THERE_M);
    let mut opportunities = BTreeSet::new();
    for pair in pairs.iter().filter(|pair| there(pair)) {
        opportunities.insert((pair.one, scoring.outing_of(pair.other)));
        opportunities.insert((pair.other, scoring.outing_of(pair.one)));
    }
    let start = parameters.prior_other_team;
    for _ in 0..ROUNDS {
        scoring.compete(pairs, |_, _| None);
        let linked: f64 = pairs
            .iter()
            .filter(|pair| there(pair))
            .map(|pair| pair.probability)
            .sum();
        let learnt = (2.0 * linked + STRENGTH * start) / (opportunities.len() as f64 + STRENGTH);
        let bits = log2_odds(learnt.clamp(RANGE.0, RANGE.1));
        for pair in pairs.iter_mut() {
            if two_teams(pair) {
                pair.parts[0].bits = bits;
            }
        }
    }
}
