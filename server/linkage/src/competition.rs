//! Rivals: a person appears at most once per team and night, so two candidates of one team share
//! what one of them would have alone.
//!
//! # Source
//! Sum-product on the monomer-dimer model: P = w·m·m' / (1 + w·m·m'), with messages
//! m(i→j) = 1 / (1 + Σ over k≠j of w(ik)·m(k→i)). Exact on trees (Bayati & Nair, 2006; Zdeborová
//! & Mézard, J. Stat. Mech. 2006 P05003); without rivals it is w / (1 + w).

use std::collections::BTreeMap;

/// A possible link of two slots, with the odds it would have alone.
pub(crate) struct Link {
    pub one: usize,
    pub other: usize,
    pub odds: f64,
}

/// Rounds of messages; each at least halves what is left.
const ROUNDS: usize = 40;
/// Largest change of a message that still counts.
const SETTLED: f64 = 1e-10;

/// The probability of each link, in their order.
pub(crate) fn probabilities(links: &[Link]) -> Vec<f64> {
    let mut at: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (index, link) in links.iter().enumerate() {
        at.entry(link.one).or_default().push((index, 0));
        at.entry(link.other).or_default().push((index, 1));
    }
    // messages[link][0] goes from `one` to `other`, [1] back.
    let mut messages = vec![[1.0_f64; 2]; links.len()];
    for _ in 0..ROUNDS {
        let mut next = messages.clone();
        let mut change = 0.0_f64;
        for ends in at.values() {
            for &(index, side) in ends {
                let rivals: f64 = ends
                    .iter()
                    .filter(|(rival, _)| *rival != index)
                    .map(|&(rival, side)| links[rival].odds * messages[rival][1 - side])
                    .sum();
                // Half of the old message: rounds of equals settle instead of swinging.
                let value = f64::midpoint(1.0 / (1.0 + rivals), messages[index][side]);
                change = change.max((value - messages[index][side]).abs());
                next[index][side] = value;
            }
        }
        messages = next;
        if change < SETTLED {
            break;
        }
    }
    links
        .iter()
        .zip(&messages)
        .map(|(link, [there, back])| {
            let odds = link.odds * there * back;
            odds / (1.0 + odds)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(links: &[(usize, usize, f64)], expected: &[f64]) {
        let links: Vec<Link> = links
            .iter()
            .map(|&(one, other, odds)| Link { one, other, odds })
            .collect();
        for (found, expected) in probabilities(&links).iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-6,
                "{found} instead of {expected}"
            );
        }
    }

    #[test]
    fn without_rivals_the_odds_stand() {
        check(&[(0, 1, 9.0)], &[0.9]);
    }

    #[test]
    fn two_equal_rivals_share() {
        check(&[(0, 1, 4.0), (0, 2, 4.0)], &[4.0 / 9.0, 4.0 / 9.0]);
    }

    #[test]
    fn a_better_rival_takes_most() {
        check(&[(0, 1, 98.0), (0, 2, 1.0)], &[0.98, 0.01]);
    }
}
