//! Rivals: a person appears at most once per team, so two candidates of one team share what one of
//! them would have alone.
//!
//! # Source
//! Sum-product on the monomer-dimer model: P = w·m·m' / (1 + w·m·m'), with messages
//! m(i→j) = 1 / (1 + Σ over k≠j of w(ik)·m(k→i)). Exact on trees (Bayati & Nair, 2006; Zdeborová
//! & Mézard, J. Stat. Mech. 2006 P05003); without rivals it is w / (1 + w).

use crate::score::Link;

/// Rounds of messages; each at least halves what is left.
const ROUNDS: usize = 60;
/// Largest change of a message that still counts.
pub(crate) const SETTLED: f64 = 1e-5;
/// Odds are kept within these bits.
pub(crate) const BITS_CAP: f64 = 30.0;

/// Who competes with whom: one end of a link at a slot, facing one outing.
pub(crate) struct Rivals {
    /// Link of each edge.
    link: Vec<u32>,
    /// The two nodes of each edge.
    nodes: Vec<[u32; 2]>,
    number: usize,
    /// Where the last messages stood: the next start from there.
    messages: Vec<[f64; 2]>,
}

impl Rivals {
    /// Of all links; `outing` tells the outing of a slot.
    pub fn of(links: &[Link], outing: impl Fn(u32) -> u32) -> Self {
        let mut ends: Vec<((u32, u32), u32, u8)> = Vec::new();
        let mut link = Vec::new();
        for (index, of) in links.iter().enumerate() {
            for member in of.members() {
                let edge = link.len() as u32;
                ends.push(((member.one, outing(member.other)), edge, 0));
                ends.push(((member.other, outing(member.one)), edge, 1));
                link.push(index as u32);
            }
        }
        ends.sort_unstable();
        let mut nodes = vec![[0; 2]; link.len()];
        let mut number = 0_u32;
        let mut last = None;
        for (key, edge, side) in ends {
            if last.is_some_and(|last| last != key) {
                number += 1;
            }
            last = Some(key);
            nodes[edge as usize][usize::from(side)] = number;
        }
        Self {
            messages: vec![[1.0; 2]; link.len()],
            link,
            nodes,
            number: number as usize + 1,
        }
    }

    /// The probability of each edge, given the odds of each link alone.
    fn probabilities(&mut self, odds: &[f64], settled: f64) -> Vec<f64> {
        let mut messages = std::mem::take(&mut self.messages);
        let mut totals = vec![0.0_f64; self.number];
        for _ in 0..ROUNDS {
            totals.fill(0.0);
            for ((nodes, message), link) in self.nodes.iter().zip(&messages).zip(&self.link) {
                let odds = odds[*link as usize];
                totals[nodes[0] as usize] += odds * message[1];
                totals[nodes[1] as usize] += odds * message[0];
            }
            let mut change = 0.0_f64;
            for ((nodes, message), link) in self.nodes.iter().zip(&mut messages).zip(&self.link) {
                let odds = odds[*link as usize];
                let before = *message;
                for side in 0..2 {
                    let rivals = totals[nodes[side] as usize] - odds * before[1 - side];
                    // Half of the old message: rounds of equals settle instead of swinging.
                    message[side] = f64::midpoint(1.0 / (1.0 + rivals.max(0.0)), before[side]);
                    change = change.max((message[side] - before[side]).abs());
                }
            }
            if change < settled {
                break;
            }
        }
        self.messages = messages;
        self.link
            .iter()
            .zip(&self.messages)
            .map(|(link, [there, back])| {
                let odds = odds[*link as usize] * there * back;
                odds / (1.0 + odds)
            })
            .collect()
    }

    /// Gives each link its probability: the mean of its members'. Decided links stand.
    pub fn compete(
        &mut self,
        links: &mut [Link],
        settled: f64,
        fixed: impl Fn(&Link) -> Option<bool>,
    ) {
        let decided: Vec<Option<bool>> = links.iter().map(fixed).collect();
        let odds: Vec<f64> = links
            .iter()
            .zip(&decided)
            .map(|(link, decided)| match decided {
                Some(true) => BITS_CAP.exp2(),
                Some(false) => 0.0,
                None => link.bits.clamp(-BITS_CAP, BITS_CAP).exp2(),
            })
            .collect();
        for link in &mut *links {
            link.probability = 0.0;
        }
        let probabilities = self.probabilities(&odds, settled);
        for (link, probability) in self.link.iter().zip(probabilities) {
            links[*link as usize].probability += probability;
        }
        for (link, decided) in links.iter_mut().zip(decided) {
            link.probability = match decided {
                Some(true) => 1.0,
                Some(false) => 0.0,
                None => link.probability / link.members().len() as f64,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(u32, u32, f64)], expected: &[f64]) {
        let mut rivals = Rivals {
            messages: vec![[1.0; 2]; edges.len()],
            link: (0..edges.len() as u32).collect(),
            nodes: edges.iter().map(|&(one, other, _)| [one, other]).collect(),
            number: 8,
        };
        let odds: Vec<f64> = edges.iter().map(|(_, _, odds)| *odds).collect();
        for (found, expected) in rivals.probabilities(&odds, SETTLED).iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-4,
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
