//! Sampled partitions: parties leave their clusters and join others, in turn.
//!
//! It must never move a slot that a decision holds, nor put two slots of one outing together unless
//! they were compared. `count` draws from it.

use crate::count::Sampling;
use crate::score::{Aligned, Link};
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;
use std::collections::HashMap;

/// Log-odds held for two slots that were never compared, nats.
const NEVER_COMPARED_NATS: f64 = -4.0;
/// Links less likely than this are left out.
const NEGLIGIBLE: f64 = 0.01;

/// Log-odds of compared slots, and of compared groups for members that were not aligned.
pub(crate) struct Near {
    slots: Vec<Vec<(u32, f32)>>,
    groups: HashMap<(u32, u32), f32>,
}

impl Near {
    pub fn of(sampling: &Sampling<'_>) -> Self {
        let mut made = Self {
            slots: vec![Vec::new(); sampling.slots.len()],
            groups: HashMap::new(),
        };
        for link in sampling.links {
            let nats = nats(link);
            for member in link.members() {
                made.slots[member.one as usize].push((member.other, nats));
                made.slots[member.other as usize].push((member.one, nats));
            }
            if link.is_of_groups() {
                let first = &link.members()[0];
                let (x, y) = (sampling.party(first.one), sampling.party(first.other));
                made.groups.insert((x.min(y), x.max(y)), nats);
            }
        }
        made
    }

    fn nats(&self, of: &Sampling<'_>, one: u32, other: u32) -> Option<f64> {
        let known = self.slots[one as usize]
            .iter()
            .find(|(slot, _)| *slot == other);
        let known = known.map(|(_, nats)| *nats).or_else(|| {
            let (x, y) = (of.party(one), of.party(other));
            if of.parties.people[x as usize] == 1 || of.parties.people[y as usize] == 1 {
                return None;
            }
            self.groups.get(&(x.min(y), x.max(y))).copied()
        });
        known.map(f64::from)
    }
}

/// A way to join: a link, seen from one of its sides.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    link: u32,
    /// The first side moves.
    is_one: bool,
    nats: f32,
}

impl Way {
    /// The slot that moves, and the one it goes to.
    fn ends(&self, of: &Aligned) -> (u32, u32) {
        if self.is_one {
            (of.one, of.other)
        } else {
            (of.other, of.one)
        }
    }
}

/// A party: its slots that move, and where to.
#[derive(Default)]
pub(crate) struct Mover {
    slots: Vec<u32>,
    pub ways: Vec<Way>,
}

/// Log-odds of a link alone, nats.
fn nats(link: &Link) -> f32 {
    if link.probability >= 1.0 {
        20.0
    } else if link.probability <= 0.0 {
        -20.0
    } else {
        (link.bits * std::f64::consts::LN_2).clamp(-20.0, 20.0) as f32
    }
}

pub(crate) struct State {
    pub of: Vec<u32>,
    pub members: Vec<Vec<u32>>,
    free: Vec<u32>,
}

impl State {
    fn leave(&mut self, slot: u32) {
        let from = self.of[slot as usize];
        if self.members[from as usize].len() > 1 {
            self.members[from as usize].retain(|other| *other != slot);
            // There are as many clusters as slots: one is always free.
            let Some(own) = self.free.pop() else { return };
            self.members[own as usize].push(slot);
            self.of[slot as usize] = own;
        }
    }

    fn join(&mut self, slot: u32, to: u32) {
        let from = self.of[slot as usize];
        if from != to {
            self.members[from as usize].retain(|other| *other != slot);
            if self.members[from as usize].is_empty() {
                self.free.push(from);
            }
            self.members[to as usize].push(slot);
            self.of[slot as usize] = to;
        }
    }
}

impl Sampling<'_> {
    /// For each party, the links it may move along.
    pub fn movers(&self) -> Vec<Mover> {
        let mut movers: Vec<Mover> = (0..self.parties.people.len())
            .map(|_| Mover::default())
            .collect();
        for (index, link) in self.links.iter().enumerate() {
            if link.probability < NEGLIGIBLE {
                continue;
            }
            let first = &link.members()[0];
            for (mine, is_one) in [(first.one, true), (first.other, false)] {
                let party = self.party(mine) as usize;
                if link.is_of_groups() || self.parties.people[party] == 1 {
                    let mover = &mut movers[party];
                    mover.ways.push(Way {
                        link: index as u32,
                        is_one,
                        nats: nats(link),
                    });
                    let own = |m: &Aligned| if is_one { m.one } else { m.other };
                    mover.slots.extend(link.members().iter().map(own));
                }
            }
        }
        for mover in &mut movers {
            mover.slots.sort_unstable();
            mover.slots.dedup();
        }
        movers.retain(|mover| {
            !mover.ways.is_empty() && !mover.slots.iter().any(|slot| self.is_held(*slot as usize))
        });
        movers
    }

    pub fn state(&self, start: &[Vec<usize>]) -> State {
        let mut state = State {
            of: vec![0; self.slots.len()],
            members: vec![Vec::new(); self.slots.len()],
            free: Vec::new(),
        };
        for (cluster, members) in start.iter().enumerate() {
            for &slot in members {
                state.of[slot] = cluster as u32;
                state.members[cluster].push(slot as u32);
            }
        }
        state.free = (start.len() as u32..self.slots.len() as u32)
            .rev()
            .collect();
        state
    }

    pub fn sweep(
        &self,
        state: &mut State,
        movers: &[Mover],
        near: &Near,
        shift: f64,
        rng: &mut ChaCha8Rng,
    ) {
        let mut odds: Vec<f64> = Vec::new();
        for mover in movers {
            for &slot in &mover.slots {
                state.leave(slot);
            }
            odds.clear();
            let mut all = 1.0;
            for way in &mover.ways {
                let nats = self.nats(*way, state, near);
                let value = nats.map_or(0.0, |nats| (nats + shift).clamp(-30.0, 30.0).exp());
                odds.push(value);
                all += value;
            }
            let mut left = unit(rng) * all;
            for (way, value) in mover.ways.iter().zip(&odds) {
                left -= value;
                if left < 0.0 {
                    for member in self.links[way.link as usize].members() {
                        let (mine, other) = way.ends(member);
                        state.join(mine, state.of[other as usize]);
                    }
                    break;
                }
            }
        }
    }

    /// Mean log-odds of joining along a way; none where something forbids it.
    fn nats(&self, way: Way, state: &State, near: &Near) -> Option<f64> {
        let members = self.links[way.link as usize].members();
        if let [only] = members
            && state.members[state.of[way.ends(only).1 as usize] as usize].len() == 1
        {
            return Some(f64::from(way.nats));
        }
        let mut sum = 0.0;
        let mut number = 0.0;
        for member in members {
            let (mine, other) = way.ends(member);
            let outing = |slot: u32| self.outings[self.slots[slot as usize].observation];
            let apart = self.different.get(&(mine as usize));
            for &beside in &state.members[state.of[other as usize] as usize] {
                let known = near.nats(self, mine, beside);
                if (known.is_none() && outing(beside) == outing(mine))
                    || apart.is_some_and(|apart| apart.contains(&(beside as usize)))
                {
                    return None;
                }
                sum += known.unwrap_or(NEVER_COMPARED_NATS);
                number += 1.0;
            }
        }
        (number > 0.0).then(|| sum / number)
    }
}

/// Uniform in 0..1.
fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
