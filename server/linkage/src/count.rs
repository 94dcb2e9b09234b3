//! How many distinct people, with a quick interval for the live screen.
//!
//! # Formula
//! Slots are taken outing by outing; a slot is somebody new with probability
//! n = Π over earlier outings of (1 − Σ P with its slots). Û = Σ n and Var = Σ n·(1−n), averaged
//! over both directions of the order; the interval is Û ± 1.96·√Var. Between two outings this is
//! exactly S − ΣP. Kept between the counts in which every possible pair, and only certain pairs,
//! are one person.

use crate::party::Outing;
use crate::union::Sets;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Two-sided 95 % of a normal.
const Z_95: f64 = 1.96;

/// Counts distinct people among the counted slots (an outing each, none for a slot that does not
/// count) from pairs with their probabilities.
pub(crate) fn distinct(outings: &[Option<Outing>], pairs: &[(usize, usize, f64)]) -> DistinctCount {
    let counted = |slot: usize| outings[slot].is_some();
    let edges: Vec<(usize, usize, f64)> = pairs
        .iter()
        .copied()
        .filter(|&(one, other, probability)| counted(one) && counted(other) && probability > 0.0)
        .collect();
    let (forward, forward_variance) = newcomers(outings, &edges, false);
    let (back, back_variance) = newcomers(outings, &edges, true);
    let estimate = f64::midpoint(forward, back);
    let half = Z_95 * f64::midpoint(forward_variance, back_variance).sqrt();
    let fewest = people(outings, &edges, 0.0);
    let most = people(outings, &edges, 1.0);
    DistinctCount {
        estimate: estimate.clamp(fewest, most),
        low: (estimate - half).clamp(fewest, most),
        high: (estimate + half).clamp(fewest, most),
    }
}

/// Expected number of slots that are somebody new, and its variance.
fn newcomers(
    outings: &[Option<Outing>],
    edges: &[(usize, usize, f64)],
    backwards: bool,
) -> (f64, f64) {
    let rank = |slot: usize| (outings[slot], slot);
    let mut known: Vec<BTreeMap<Outing, f64>> = vec![BTreeMap::new(); outings.len()];
    for &(one, other, probability) in edges {
        let (first, later) = if (rank(one) < rank(other)) == backwards {
            (other, one)
        } else {
            (one, other)
        };
        if let Some(outing) = outings[first] {
            *known[later].entry(outing).or_insert(0.0) += probability;
        }
    }
    let mut sums = (0.0, 0.0);
    for (slot, known) in known.iter().enumerate() {
        if outings[slot].is_some() {
            let new: f64 = known.values().map(|seen| 1.0 - seen.min(1.0)).product();
            sums.0 += new;
            sums.1 += new * (1.0 - new);
        }
    }
    sums
}

/// People when every pair of at least this probability is one person.
fn people(outings: &[Option<Outing>], edges: &[(usize, usize, f64)], least: f64) -> f64 {
    let mut sets = Sets::new(outings.len());
    let mut number = outings.iter().flatten().count();
    for &(one, other, probability) in edges {
        let (a, b) = (sets.of(one), sets.of(other));
        if probability >= least && a != b {
            sets.join(a, b);
            number -= 1;
        }
    }
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::TeamId;

    fn of(teams: &[u8]) -> Vec<Option<Outing>> {
        let night = "2026-01-22".parse().unwrap();
        let outing = |team: &u8| (*team > 0).then(|| (TeamId::from_random([*team; 16]), night));
        teams.iter().map(outing).collect()
    }

    fn check(teams: &[u8], pairs: &[(usize, usize, f64)], expected: (f64, f64, f64)) {
        let found = distinct(&of(teams), pairs);
        let all = [
            (found.estimate, expected.0),
            (found.low, expected.1),
            (found.high, expected.2),
        ];
        for (found, expected) in all {
            assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
        }
    }

    #[test]
    fn one_person_met_by_three_teams_is_taken_out_twice() {
        let pairs = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9)];
        check(&[1, 2, 3, 4], &pairs, (2.11, 2.0, 2.73));
    }

    #[test]
    fn rivals_share_one_double() {
        check(&[1, 2, 2], &[(0, 1, 0.5), (0, 2, 0.4)], (2.1, 1.04, 3.0));
    }

    #[test]
    fn what_is_decided_leaves_no_doubt() {
        check(&[1, 2, 3], &[(0, 1, 1.0), (1, 2, 0.0)], (2.0, 2.0, 2.0));
    }

    #[test]
    fn slots_out_of_the_figure_do_not_count() {
        check(&[1, 0], &[(0, 1, 0.99)], (1.0, 1.0, 1.0));
    }
}
