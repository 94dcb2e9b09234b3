//! How many distinct people, with a quick interval for the live screen.
//!
//! # Formula
//! Û = S − Σ P over a maximum spanning forest of the pairs, Var = Σ P(1−P); the interval is
//! Û ± 1.96·√Var, kept between the forest's smallest and largest counts.

use crate::union::Sets;
use serde::{Deserialize, Serialize};

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

/// Counts distinct people among `counted` slots from pairs with their probabilities.
pub(crate) fn distinct(counted: &[bool], pairs: &[(usize, usize, f64)]) -> DistinctCount {
    let slots = counted.iter().filter(|&&counted| counted).count() as f64;
    let mut edges: Vec<(usize, usize, f64)> = pairs
        .iter()
        .copied()
        .filter(|&(one, other, probability)| counted[one] && counted[other] && probability > 0.0)
        .collect();
    edges.sort_by(|a, b| {
        b.2.total_cmp(&a.2)
            .then_with(|| (a.0, a.1).cmp(&(b.0, b.1)))
    });
    let mut sets = Sets::new(counted.len());
    let (mut doubles, mut variance, mut certain, mut possible) = (0.0, 0.0, 0.0, 0.0);
    for (one, other, probability) in edges {
        let (a, b) = (sets.of(one), sets.of(other));
        if a == b {
            continue;
        }
        sets.join(a, b);
        doubles += probability;
        variance += probability * (1.0 - probability);
        possible += 1.0;
        if probability >= 1.0 {
            certain += 1.0;
        }
    }
    let estimate = slots - doubles;
    let half = Z_95 * f64::sqrt(variance);
    DistinctCount {
        estimate,
        low: (estimate - half).max(slots - possible),
        high: (estimate + half).min(slots - certain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forest_never_takes_out_more_than_it_links() {
        let pairs = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9)];
        let count = distinct(&[true; 4], &pairs);
        assert!((count.estimate - 2.2).abs() < 1e-9);
        assert!(count.low >= 2.0 && count.high <= 4.0);
    }

    #[test]
    fn what_is_decided_leaves_no_doubt() {
        let count = distinct(&[true; 3], &[(0, 1, 1.0), (1, 2, 0.0)]);
        assert_eq!((count.estimate, count.low, count.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn slots_out_of_the_figure_do_not_count() {
        let count = distinct(&[true, false], &[(0, 1, 0.99)]);
        assert_eq!((count.estimate, count.low, count.high), (1.0, 1.0, 1.0));
    }
}
