//! Rivals: a person appears at most once per team, so two candidates of one team share what one of
//! them would have alone. Twins, two slots of one team that may be one person, are rivals only as far
//! as they are two.
//!
//! # Source
//! Sum-product on the monomer-dimer model: P = w·m·m' / (1 + w·m·m'), with messages
//! m(i→j) = 1 / (1 + Σ over k≠j of w(ik)·m(k→i)). Exact on trees (Bayati & Nair, 2006; Zdeborová
//! & Mézard, J. Stat. Mech. 2006 P05003); without rivals it is w / (1 + w).

use crate::score::Link;
use crate::twins::{Shares, Twins};

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
    /// Slots of one team that are no rivals as far as they are one person.
    twins: Twins,
    /// Edges that share nodes or links, directly or through others: no message leaves them.
    parts: Vec<Vec<u32>>,
    /// Where the last messages stood: the next start from there.
    messages: Vec<[f64; 2]>,
}

impl Rivals {
    /// Of all links; `outing` tells the outing of a slot.
    pub fn of(links: &[Link], outing: impl Fn(u32) -> u32) -> Self {
        let mut ends: Vec<((u32, u32), u32, u8)> = Vec::new();
        let mut link = Vec::new();
        let mut edges: Vec<(u32, u32, u32)> = Vec::new();
        for (index, of) in links.iter().enumerate() {
            for member in of.members() {
                let edge = link.len() as u32;
                edges.push((member.one, member.other, index as u32));
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
        let mut made = Self::between(link, nodes, number as usize + 1);
        made.twins = Twins::of(links, &edges, outing);
        made
    }

    fn between(link: Vec<u32>, nodes: Vec<[u32; 2]>, number: usize) -> Self {
        Self {
            messages: vec![[1.0; 2]; link.len()],
            parts: parts(&link, &nodes, number),
            link,
            nodes,
            number,
            twins: Twins::default(),
        }
    }

    /// The probability of each edge, given the odds of each link alone. Each part settles by itself:
    /// what happens elsewhere changes nothing, not even the last digit.
    fn probabilities(&mut self, odds: &[f64], settled: f64) -> Vec<f64> {
        let mut messages = std::mem::take(&mut self.messages);
        let mut totals = vec![0.0_f64; self.number];
        let of_edge = |edge: u32| odds[self.link[edge as usize] as usize];
        let twins = self.twins.shares(&self.nodes, of_edge);
        for part in &self.parts {
            for _ in 0..ROUNDS {
                if self.round(part, (odds, &twins), &mut messages, &mut totals) < settled {
                    break;
                }
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

    /// One round of messages within a part; answers the largest change.
    fn round(
        &self,
        part: &[u32],
        (odds, twins): (&[f64], &Shares),
        messages: &mut [[f64; 2]],
        totals: &mut [f64],
    ) -> f64 {
        let edges = || {
            let all = part.iter().map(|edge| *edge as usize);
            all.map(|edge| (edge, self.nodes[edge], odds[self.link[edge] as usize]))
        };
        for (_, nodes, _) in edges() {
            totals[nodes[0] as usize] = 0.0;
            totals[nodes[1] as usize] = 0.0;
        }
        for (edge, nodes, odds) in edges() {
            totals[nodes[0] as usize] += odds * messages[edge][1];
            totals[nodes[1] as usize] += odds * messages[edge][0];
        }
        let mut change = 0.0_f64;
        for (edge, nodes, own) in edges() {
            let before = messages[edge];
            for side in 0..2 {
                let alike: f64 = twins
                    .of(edge)
                    .iter()
                    .filter(|(twin, _)| usize::from(twin.side) == side)
                    .map(|(twin, share)| {
                        let other = twin.other as usize;
                        let odds = odds[self.link[other] as usize];
                        share * odds * messages[other][1 - usize::from(twin.other_side)]
                    })
                    .sum();
                let rivals = totals[nodes[side] as usize] - own * before[1 - side] - alike;
                // Half of the old message: rounds of equals settle instead of swinging.
                let message = f64::midpoint(1.0 / (1.0 + rivals.max(0.0)), before[side]);
                change = change.max((message - before[side]).abs());
                messages[edge][side] = message;
            }
        }
        change
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

/// Edges by part, each in order.
fn parts(link: &[u32], nodes: &[[u32; 2]], number: usize) -> Vec<Vec<u32>> {
    let mut root: Vec<u32> = (0..number as u32).collect();
    let find = |root: &mut Vec<u32>, mut node: u32| {
        while root[node as usize] != node {
            root[node as usize] = root[root[node as usize] as usize];
            node = root[node as usize];
        }
        node
    };
    let mut last: Option<(u32, u32)> = None;
    for (edge, [one, other]) in nodes.iter().enumerate() {
        let (a, b) = (find(&mut root, *one), find(&mut root, *other));
        root[b as usize] = a;
        if let Some((before, node)) = last
            && before == link[edge]
        {
            let held = find(&mut root, node);
            root[held as usize] = a;
        }
        last = Some((link[edge], a));
    }
    let mut number_of: Vec<u32> = vec![u32::MAX; number];
    let mut parts: Vec<Vec<u32>> = Vec::new();
    for (edge, [one, _]) in nodes.iter().enumerate() {
        let held = find(&mut root, *one) as usize;
        if number_of[held] == u32::MAX {
            number_of[held] = parts.len() as u32;
            parts.push(Vec::new());
        }
        parts[number_of[held] as usize].push(edge as u32);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(u32, u32, f64)], expected: &[f64]) {
        let nodes = edges.iter().map(|&(one, other, _)| [one, other]).collect();
        let mut rivals = Rivals::between((0..edges.len() as u32).collect(), nodes, 8);
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
    fn what_happens_elsewhere_changes_not_even_the_last_digit() {
        let here = [(0, 1, 3.0), (0, 2, 2.0), (3, 2, 5.0)];
        let there = [(4, 5, 900.0), (4, 6, 800.0), (7, 6, 700.0), (7, 5, 650.0)];
        let alone = |edges: &[(u32, u32, f64)]| {
            let nodes = edges.iter().map(|&(a, b, _)| [a, b]).collect();
            let odds: Vec<f64> = edges.iter().map(|(_, _, odds)| *odds).collect();
            Rivals::between((0..edges.len() as u32).collect(), nodes, 8)
                .probabilities(&odds, SETTLED)
        };
        let both = alone(&[here.as_slice(), there.as_slice()].concat());
        assert!(
            alone(&here)
                .iter()
                .zip(&both)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }

    #[test]
    fn a_better_rival_takes_most() {
        check(&[(0, 1, 98.0), (0, 2, 1.0)], &[0.98, 0.01]);
    }
}
