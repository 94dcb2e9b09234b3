//! Sampled partitions: parties leave their clusters and join others, in turn.
//!
//! It must never move a slot that a decision holds, nor put two slots of one outing together unless
//! they were compared. `count` draws from it.

use crate::count::Sampling;
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;
use std::collections::HashMap;

/// Log-odds held for two slots that were never compared, nats.
const NEVER_COMPARED_NATS: f64 = -4.0;
/// Links less likely than this are left out.
const NEGLIGIBLE: f64 = 0.002;

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
            let nats = if link.probability >= 1.0 {
                20.0
            } else if link.probability <= 0.0 {
                -20.0
            } else {
                (link.bits * std::f64::consts::LN_2).clamp(-20.0, 20.0) as f32
            };
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
            self.groups.get(&(x.min(y), x.max(y))).copied()
        });
        known.map(f64::from)
    }
}

/// A way to join: the link, and whether its first side is the one that moves.
pub(crate) type Way = (u32, bool);

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
    pub fn ways(&self) -> Vec<(u32, Vec<Way>)> {
        let mut ways: Vec<Vec<Way>> = vec![Vec::new(); self.parties.people.len()];
        let party = |slot: u32| self.party(slot) as usize;
        for (index, link) in self.links.iter().enumerate() {
            if link.probability < NEGLIGIBLE {
                continue;
            }
            let first = &link.members()[0];
            for (mine, is_one) in [(first.one, true), (first.other, false)] {
                let party = party(mine);
                if link.is_of_groups() || self.parties.people[party] == 1 {
                    ways[party].push((index as u32, is_one));
                }
            }
        }
        ways.into_iter()
            .enumerate()
            .map(|(party, ways)| (party as u32, ways))
            .filter(|(party, ways)| {
                let moves = |slot: &u32| !self.is_held(*slot as usize);
                !ways.is_empty() && self.slots_of(*party, ways[0]).iter().all(moves)
            })
            .collect()
    }

    /// The slots that a party moves along a way.
    fn slots_of(&self, party: u32, (link, _): Way) -> Vec<u32> {
        let own = |slot: &u32| self.party(*slot) == party;
        let members = self.links[link as usize].members();
        members
            .iter()
            .flat_map(|m| [m.one, m.other])
            .filter(own)
            .collect()
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
        ways: &[(u32, Vec<Way>)],
        near: &Near,
        shift: f64,
        rng: &mut ChaCha8Rng,
    ) {
        let mut odds: Vec<f64> = Vec::new();
        for (_, ways) in ways {
            for &way in ways {
                let link = &self.links[way.0 as usize];
                for member in link.members() {
                    state.leave(if way.1 { member.one } else { member.other });
                }
            }
            odds.clear();
            let mut all = 1.0;
            for &way in ways {
                let nats = self.nats(way, state, near);
                let value = nats.map_or(0.0, |nats| (nats + shift).clamp(-30.0, 30.0).exp());
                odds.push(value);
                all += value;
            }
            let mut left = unit(rng) * all;
            for (&way, value) in ways.iter().zip(&odds) {
                left -= value;
                if left < 0.0 {
                    let link = &self.links[way.0 as usize];
                    for member in link.members() {
                        let (mine, other) = ends(way, member.one, member.other);
                        state.join(mine, state.of[other as usize]);
                    }
                    break;
                }
            }
        }
    }

    /// Mean log-odds of joining along a way; none where something forbids it.
    fn nats(&self, way: Way, state: &State, near: &Near) -> Option<f64> {
        let link = &self.links[way.0 as usize];
        let mut sum = 0.0;
        let mut number = 0.0;
        for member in link.members() {
            let (mine, other) = ends(way, member.one, member.other);
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

fn ends((_, is_one): Way, one: u32, other: u32) -> (u32, u32) {
    if is_one { (one, other) } else { (other, one) }
}

/// Uniform in 0..1.
pub(crate) fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
