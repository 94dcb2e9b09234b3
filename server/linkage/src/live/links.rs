//! Links of what changed: weighed anew, held by decisions, rivals sharing again.

use super::{Dirty, Handle, LinkNumber, Live, SlotNumber};
use crate::blocking::Candidate;
use crate::competition::{Rivals, SETTLED};
use crate::decisions::{Constraints, Contradiction};
use crate::linkage::decided_link;
use crate::score::Link;
use crate::train::Tally;
use maraude_core::model::Verdict;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a link is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkKey {
    /// Slots of two observations met one by one.
    Slots,
    /// Two parties, the smaller number first.
    Parties(u32, u32),
    /// Two slots that somebody decided on and nothing else put side by side.
    Decided,
}

/// What decisions hold, over slot numbers.
#[derive(Default, PartialEq)]
pub(super) struct Held {
    /// Slots held to be one, for each of them: all of them.
    pub same: BTreeMap<SlotNumber, BTreeSet<SlotNumber>>,
    /// Slots held to be two, both ways.
    pub different: BTreeMap<SlotNumber, BTreeSet<SlotNumber>>,
    /// What was decided on a pair itself, in the order of a full run.
    pub decided: BTreeMap<(SlotNumber, SlotNumber), Verdict>,
    pub contradictions: Vec<Contradiction>,
}

impl Held {
    /// What decisions make of a pair: one, two, or nothing.
    fn fixed(&self, one: SlotNumber, other: SlotNumber) -> Option<bool> {
        let holds = |of: &BTreeMap<SlotNumber, BTreeSet<SlotNumber>>| {
            of.get(&one).is_some_and(|held| held.contains(&other))
        };
        if holds(&self.same) {
            return Some(true);
        }
        holds(&self.different).then_some(false)
    }

    fn slots(&self) -> impl Iterator<Item = SlotNumber> {
        let pairs = self.decided.keys().flat_map(|(one, other)| [*one, *other]);
        let held = self.same.keys().chain(self.different.keys()).copied();
        held.chain(pairs)
    }
}

impl Live {
    /// What a stored link is of.
    pub(super) fn key(&self, number: LinkNumber) -> LinkKey {
        self.stored(number).0
    }

    /// A stored link.
    pub(super) fn link(&self, number: LinkNumber) -> &Link {
        &self.stored(number).1
    }

    fn stored(&self, number: LinkNumber) -> &(LinkKey, Link) {
        self.links[number as usize]
            .as_ref()
            .expect("a number that is looked up is of a stored link")
    }

    /// Takes a link away; its slots compete anew.
    pub(super) fn remove_link(&mut self, number: LinkNumber, dirty: &mut Dirty) {
        let Some((key, link)) = self.links[number as usize].take() else {
            return;
        };
        self.told.get_mut().remove(&number);
        if let LinkKey::Parties(x, y) = key {
            self.party_links.remove(&(x, y));
        }
        for end in self.ends(&link) {
            dirty.slots.insert(end.0);
            let owner = self.owners[end.0 as usize];
            if let Some(row) = self.rows[owner as usize].as_mut() {
                row.links.remove(&number);
                if let Some(links) = row.facing.get_mut(&end) {
                    links.retain(|other| *other != number);
                }
            }
        }
        self.free_links.push(number);
    }

    /// Takes the link of two parties away, the smaller number first.
    pub(super) fn remove_party_link(&mut self, pair: (u32, u32), dirty: &mut Dirty) {
        if let Some(number) = self.party_links.get(&pair).copied() {
            self.remove_link(number, dirty);
        }
    }

    fn put_link(&mut self, key: LinkKey, link: Link, dirty: &mut Dirty) -> LinkNumber {
        let number = self.free_links.pop().unwrap_or_else(|| {
            self.links.push(None);
            self.links.len() as LinkNumber - 1
        });
        for end in self.ends(&link) {
            dirty.slots.insert(end.0);
            let owner = self.owners[end.0 as usize];
            let row = self.row_mut(owner);
            row.links.insert(number);
            row.facing.entry(end).or_default().push(number);
        }
        if let LinkKey::Parties(x, y) = key {
            self.party_links.insert((x, y), number);
        }
        self.links[number as usize] = Some((key, link));
        number
    }

    /// Where a link competes: its slots, each with the outing it faces. An observation that was just
    /// taken out faces nobody.
    fn ends(&self, link: &Link) -> Vec<(SlotNumber, u32)> {
        let outing = |slot: SlotNumber| {
            let row = self.rows[self.owners[slot as usize] as usize].as_ref();
            row.map_or(u32::MAX, |row| row.outing)
        };
        let members = link.members().iter();
        members
            .flat_map(|m| [(m.one, outing(m.other)), (m.other, outing(m.one))])
            .collect()
    }

    /// A party of more than one person.
    fn several(&self, party: u32) -> bool {
        let rows = self.of_party[party as usize].iter();
        rows.map(|of| self.row(*of).slots.len()).sum::<usize>() > 1
    }

    /// Every pair of what changed is weighed anew.
    pub(super) fn weigh_again(&mut self, dirty: &mut Dirty) {
        let mut pairs: BTreeSet<(Handle, Handle)> = BTreeSet::new();
        let mut parties: BTreeSet<(u32, u32)> = BTreeSet::new();
        for handle in dirty.weighed.clone() {
            for &other in self.row(handle).neighbours.keys() {
                let pair = (handle.min(other), handle.max(other));
                let (x, y) = (self.row(pair.0).party, self.row(pair.1).party);
                if self.several(x) && self.several(y) {
                    parties.insert((x.min(y), x.max(y)));
                } else {
                    pairs.insert(pair);
                }
            }
            // What stood there before, as people or as groups, goes.
            for link in self.row(handle).links.clone() {
                if let LinkKey::Parties(x, y) = self.key(link) {
                    parties.insert((x, y));
                }
                if self.key(link) != LinkKey::Decided {
                    self.remove_link(link, dirty);
                }
            }
        }
        for pair in &parties {
            self.remove_party_link(*pair, dirty);
        }
        // Two groups are one link of all their pairs; one that is a group no more has its pairs above.
        for &(x, y) in parties
            .iter()
            .filter(|(x, y)| self.several(*x) && self.several(*y))
        {
            for &one in &self.of_party[x as usize] {
                for &other in self.row(one).neighbours.keys() {
                    if self.row(other).party == y {
                        pairs.insert((one.min(other), one.max(other)));
                    }
                }
            }
        }
        for (key, link) in self.weigh(&pairs) {
            self.put_link(key, link, dirty);
        }
    }

    /// Links of pairs of observations, as a full run would make them.
    fn weigh(&self, pairs: &BTreeSet<(Handle, Handle)>) -> Vec<(LinkKey, Link)> {
        let mut handles: BTreeSet<Handle> = BTreeSet::new();
        for (one, other) in pairs {
            for end in [one, other] {
                handles.extend(&self.of_party[self.row(*end).party as usize]);
            }
        }
        let (world, sorted) = self.world(&handles);
        let places: HashMap<Handle, u32> = sorted.iter().copied().zip(0..).collect();
        let mut found: Vec<Candidate> = pairs
            .iter()
            .map(|(one, other)| {
                let (a, b) = (places[one], places[other]);
                Candidate {
                    one: a.min(b),
                    other: a.max(b),
                    rules: self.row(*one).neighbours[other],
                }
            })
            .collect();
        found.sort_unstable_by_key(|pair| (pair.one, pair.other));
        let around = world.around(&self.parameters);
        let weights = (&self.parameters, &self.weights);
        let made = world
            .scoring(&around)
            .compare(&found, weights, &mut Tally::default());
        let numbers = self.slot_numbers(&world, &sorted);
        made.links
            .iter()
            .map(|link| {
                let link = link.renamed(|slot| numbers[slot as usize]);
                (self.key_of(&link), link)
            })
            .collect()
    }

    fn key_of(&self, link: &Link) -> LinkKey {
        let first = &link.members()[0];
        if link.is_of_groups() {
            let party = |slot: SlotNumber| self.row(self.owners[slot as usize]).party;
            let (x, y) = (party(first.one), party(first.other));
            LinkKey::Parties(x.min(y), x.max(y))
        } else {
            LinkKey::Slots
        }
    }

    /// What decisions hold, where they or the observations they are about changed.
    pub(super) fn hold_again(&mut self, dirty: &mut Dirty) {
        let about: BTreeSet<Handle> = self
            .decisions
            .iter()
            .filter(|decision| decision.undone_at.is_none())
            .flat_map(|decision| [decision.one.observation, decision.other.observation])
            .filter_map(|id| self.ids.get(&id).copied())
            .collect();
        let (world, sorted) = self.world(&about);
        let numbers = self.slot_numbers(&world, &sorted);
        let found = Constraints::of(&world.observations, &world.slots, &self.decisions);
        let mut held = Held {
            contradictions: found.contradictions,
            ..Held::default()
        };
        for slot in 0..world.slots.len() {
            let members = found.same.members(found.same.of(slot));
            if members.len() > 1 {
                let named = members.iter().map(|member| numbers[*member]).collect();
                held.same.insert(numbers[slot], named);
            }
        }
        for (slot, apart) in &found.different {
            let named = apart.iter().map(|other| numbers[*other]).collect();
            held.different.insert(numbers[*slot], named);
        }
        for ((one, other), verdict) in &found.decided {
            held.decided
                .insert((numbers[*one], numbers[*other]), *verdict);
        }
        if held != self.held {
            let changed: BTreeSet<SlotNumber> = held.slots().chain(self.held.slots()).collect();
            let stored =
                |slot: &SlotNumber| self.rows[self.owners[*slot as usize] as usize].is_some();
            dirty.slots.extend(changed.into_iter().filter(stored));
            self.held = held;
        }
        self.put_decided(dirty);
    }

    /// A pair that somebody decided is kept, found by blocking or not.
    fn put_decided(&mut self, dirty: &mut Dirty) {
        let before = std::mem::take(&mut self.decided_links);
        for (pair, number) in &before {
            let is_there = matches!(&self.links[*number as usize], Some((LinkKey::Decided, link))
                if (link.members()[0].one, link.members()[0].other) == *pair);
            if is_there && self.held.decided.contains_key(pair) {
                self.decided_links.insert(*pair, *number);
            } else if is_there {
                self.remove_link(*number, dirty);
            }
        }
        let decided: Vec<(SlotNumber, SlotNumber)> = self.held.decided.keys().copied().collect();
        for (one, other) in decided {
            let owners = [one, other].map(|slot| self.owners[slot as usize]);
            let rows = owners.map(|owner| self.row(owner));
            let is_known = rows[0].links.iter().any(|link| {
                let members = self.link(*link).members();
                self.key(*link) != LinkKey::Decided
                    && members.iter().any(|m| (m.one, m.other) == (one, other))
            });
            let places = rows[0].place.zip(rows[1].place);
            let metres = places.map(|(a, b)| a.distance_m(&b) as f32);
            let stored = self.decided_links.get(&(one, other)).copied();
            let wanted = owners[0] != owners[1] && !is_known;
            let stands = stored.is_some_and(|link| self.link(link).distance_m == metres);
            if wanted && stands {
                continue;
            }
            if let Some(number) = self.decided_links.remove(&(one, other)) {
                self.remove_link(number, dirty);
            }
            if wanted {
                let link = decided_link((one, other), metres);
                let number = self.put_link(LinkKey::Decided, link, dirty);
                self.decided_links.insert((one, other), number);
            }
        }
    }

    /// Rivals share again, wherever the slots of changed links compete.
    pub(super) fn compete_again(&mut self, dirty: &mut Dirty) {
        let mut numbers: Vec<LinkNumber> = self.competing(&dirty.slots).into_iter().collect();
        numbers.sort_by_cached_key(|number| {
            let (key, link) = self.stored(*number);
            let first = &link.members()[0];
            let last = *key == LinkKey::Decided;
            (
                last,
                self.slot_order(first.one),
                self.slot_order(first.other),
            )
        });
        let mut links: Vec<Link> = numbers.iter().map(|of| self.link(*of).clone()).collect();
        let outing = |slot: SlotNumber| self.row(self.owners[slot as usize]).outing;
        let by_decision = |link: &Link| {
            let decided = |one, other| self.held.fixed(one, other);
            if link
                .members()
                .iter()
                .any(|m| decided(m.one, m.other) == Some(true))
            {
                return Some(true);
            }
            let mut members = link.members().iter();
            let apart = members.all(|m| decided(m.one, m.other) == Some(false));
            apart.then_some(false)
        };
        Rivals::of(&links, outing).compete(&mut links, SETTLED, by_decision);
        for slot in &dirty.slots {
            dirty.clustered.insert(self.owners[*slot as usize]);
        }
        for (number, link) in numbers.into_iter().zip(links) {
            for slot in slots_of(&link) {
                dirty.clustered.insert(self.owners[slot as usize]);
            }
            if let Some((_, stored)) = &mut self.links[number as usize] {
                self.told.get_mut().remove(&number);
                *stored = link;
            }
        }
    }

    /// Links that compete, directly or through others, for slots among these.
    fn competing(&self, slots: &BTreeSet<SlotNumber>) -> HashSet<LinkNumber> {
        let mut found: HashSet<LinkNumber> = HashSet::new();
        let mut nodes: HashSet<(SlotNumber, u32)> = HashSet::new();
        let row = |slot: SlotNumber| self.row(self.owners[slot as usize]);
        let mut waiting: Vec<(SlotNumber, u32)> = Vec::new();
        for &slot in slots {
            let facing = row(slot).facing.range((slot, 0)..=(slot, u32::MAX));
            waiting.extend(facing.map(|(end, _)| *end));
        }
        while let Some(end) = waiting.pop() {
            if !nodes.insert(end) {
                continue;
            }
            // Twins of a slot weigh on its rivals: their links are looked at too.
            let own = (end.0, row(end.0).outing);
            if row(end.0).facing.contains_key(&own) {
                waiting.push(own);
            }
            for number in row(end.0).facing.get(&end).into_iter().flatten() {
                if found.insert(*number) {
                    waiting.extend(self.ends(self.link(*number)));
                }
            }
        }
        found
    }
}

/// Slots of a link's members.
pub(super) fn slots_of(link: &Link) -> impl Iterator<Item = SlotNumber> {
    let members: Vec<SlotNumber> = link
        .members()
        .iter()
        .flat_map(|member| [member.one, member.other])
        .collect();
    members.into_iter()
}
