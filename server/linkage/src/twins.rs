//! Twins: two slots of one team that may be one person, entered on two tablets or seen asleep and
//! interviewed later. They are no rivals for a slot of another team as far as they are one.
//!
//! It must never decide that they are one. `competition` asks what part of a rival counts.
//!
//! # Formula
//! With w(jk) the odds of the twins j and k alone, k counts as a rival of j for 1 − s, s = w(jk) /
//! (1 + Σ w of all links of j and k within their outing).

use crate::comparison::Level;
use crate::score::Link;
use std::collections::HashMap;

/// Links whose two slots may be twins: other pairs of one team are two people.
pub(crate) fn may_be_twins(link: &Link) -> bool {
    !matches!(
        link.kind,
        Level::SameTeam | Level::SeenThenInterviewedAtOnce
    )
}

/// One twin of an edge's far slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Twin {
    /// The edge.
    pub edge: u32,
    /// The side of the slot that both edges share.
    pub side: u8,
    /// The twin's edge to the shared slot, and the shared slot's side there.
    pub other: u32,
    pub other_side: u8,
    /// The edge between the twins.
    pub between: u32,
}

/// Twins of all edges, in order.
#[derive(Default)]
pub(crate) struct Twins {
    all: Vec<Twin>,
    /// Edges within one outing, in order.
    within: Vec<u32>,
}

impl Twins {
    /// Of edges `(slot, slot, link)`; `outing` tells the outing of a slot.
    pub fn of(links: &[Link], edges: &[(u32, u32, u32)], outing: impl Fn(u32) -> u32) -> Self {
        let mut made = Self::default();
        let mut between: Vec<(u32, u32, u32)> = Vec::new();
        for (edge, &(one, other, link)) in edges.iter().enumerate() {
            if outing(one) == outing(other) {
                made.within.push(edge as u32);
                if may_be_twins(&links[link as usize]) {
                    between.push((one, other, edge as u32));
                }
            }
        }
        let mut met: HashMap<u32, Vec<(u32, u32, u8)>> = HashMap::new();
        for &(one, other, _) in &between {
            met.entry(one).or_default();
            met.entry(other).or_default();
        }
        if met.is_empty() {
            return made;
        }
        for (edge, &(one, other, _)) in edges.iter().enumerate() {
            if outing(one) == outing(other) {
                continue;
            }
            // The far side is the shared slot's.
            for (twin, shared, side) in [(one, other, 1), (other, one, 0)] {
                if let Some(list) = met.get_mut(&twin) {
                    list.push((shared, edge as u32, side));
                }
            }
        }
        for (one, other, edge) in between {
            for &(shared, to_one, side) in &met[&one] {
                let found = met[&other].iter().filter(|(slot, ..)| *slot == shared);
                for &(_, to_other, other_side) in found {
                    made.all.push(Twin {
                        edge: to_one,
                        side,
                        other: to_other,
                        other_side,
                        between: edge,
                    });
                    made.all.push(Twin {
                        edge: to_other,
                        side: other_side,
                        other: to_one,
                        other_side: side,
                        between: edge,
                    });
                }
            }
        }
        made.all.sort_unstable();
        made
    }

    /// The twins by edge, with the part of each that is no rival.
    pub fn shares(&self, nodes: &[[u32; 2]], odds: impl Fn(u32) -> f64) -> Shares {
        let mut totals: HashMap<u32, f64> = HashMap::new();
        for &edge in &self.within {
            for node in nodes[edge as usize] {
                *totals.entry(node).or_default() += odds(edge);
            }
        }
        let share = |twin: &Twin| {
            let own = odds(twin.between);
            let [one, other] = nodes[twin.between as usize].map(|node| totals[&node]);
            (*twin, own / (1.0 + one + other - own))
        };
        let mut from = vec![0; nodes.len() + 1];
        for twin in &self.all {
            from[twin.edge as usize + 1] += 1;
        }
        for edge in 0..nodes.len() {
            from[edge + 1] += from[edge];
        }
        Shares {
            all: self.all.iter().map(share).collect(),
            from,
        }
    }
}

/// Twins by edge, with the part of each that is no rival.
pub(crate) struct Shares {
    all: Vec<(Twin, f64)>,
    /// First twin of each edge, and the end of the last.
    from: Vec<u32>,
}

impl Shares {
    /// Of an edge.
    pub fn of(&self, edge: usize) -> &[(Twin, f64)] {
        &self.all[self.from[edge] as usize..self.from[edge + 1] as usize]
    }
}
