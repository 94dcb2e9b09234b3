//! Who is worth comparing with an observation: the blocking rules, asked one observation at a time.

use super::{Handle, Row};
use crate::blocking::{
    COARSE_ACCURACY_M, Leaf, POSTING_CAP, RARE_WORDS, Rules, has_slots, other_night_reach_m,
    radius_m, walkable,
};
use crate::explain::BlockingRule;
use crate::frequencies::Terms;
use crate::parameters::Parameters;
use rstar::{PointDistance, RTree};
use std::collections::{BTreeMap, HashMap};

/// Places, pseudonyms and rare words of all stored observations.
#[derive(Default)]
pub(super) struct Index {
    fine: RTree<Leaf>,
    coarse: RTree<Leaf>,
    worst_m: f64,
    pseudonyms: HashMap<String, Vec<Handle>>,
    words: HashMap<(u32, u32), Vec<Handle>>,
}

/// Pairs of the rarest words of a row.
pub(super) fn rare_pairs(terms: &Terms) -> Vec<(u32, u32)> {
    let rare = terms.rarest(0, RARE_WORDS);
    let mut pairs = Vec::new();
    for (place, &first) in rare.iter().enumerate() {
        pairs.extend(rare[place + 1..].iter().map(|&second| (first, second)));
    }
    pairs
}

impl Index {
    /// Puts an observation in, or takes it out; answers the others whose neighbours change because a
    /// list became too long or no longer is.
    pub fn change(
        &mut self,
        handle: Handle,
        row: &Row,
        pairs: &[(u32, u32)],
        is_in: bool,
    ) -> Vec<Handle> {
        self.change_place(handle, row, is_in);
        let mut crossed = Vec::new();
        if !has_slots(&row.observation) {
            return crossed;
        }
        let pseudonym = row.observation.pseudonym.known();
        let held = pseudonym.map(|held| self.pseudonyms.entry(held.clone()).or_default());
        let mut lists: Vec<&mut Vec<Handle>> = held.into_iter().collect();
        for list in &mut lists {
            crossed.extend(change_list(list, handle, is_in));
        }
        for pair in pairs {
            let list = self.words.entry(*pair).or_default();
            crossed.extend(change_list(list, handle, is_in));
        }
        crossed
    }

    /// The same for its place alone.
    pub fn change_place(&mut self, handle: Handle, row: &Row, is_in: bool) {
        let Some(place) = row.place.filter(|_| has_slots(&row.observation)) else {
            return;
        };
        let leaf = Leaf::new(place.xyz, handle as usize);
        let tree = if place.accuracy_m > COARSE_ACCURACY_M {
            self.worst_m = self.worst_m.max(place.accuracy_m);
            &mut self.coarse
        } else {
            &mut self.fine
        };
        if is_in {
            tree.insert(leaf);
        } else {
            tree.remove(&leaf);
        }
    }

    /// Everybody worth comparing with a stored observation, by the rules that say so.
    pub fn neighbours(
        &self,
        handle: Handle,
        rows: &[Option<Row>],
        pairs: &[(u32, u32)],
        p: &Parameters,
    ) -> BTreeMap<Handle, Rules> {
        let mut found: BTreeMap<Handle, Rules> = BTreeMap::new();
        let Some(here) = rows[handle as usize].as_ref() else {
            return found;
        };
        if !has_slots(&here.observation) {
            return found;
        }
        self.near(here, rows, p, &mut found);
        let pseudonym = here.observation.pseudonym.known();
        let alike = pseudonym.and_then(|held| self.pseudonyms.get(held));
        add_list(alike, BlockingRule::Pseudonym, &mut found);
        for pair in pairs {
            add_list(self.words.get(pair), BlockingRule::RareMarks, &mut found);
        }
        found.remove(&handle);
        found.retain(|other, rules| {
            let Some(there) = rows[*other as usize].as_ref() else {
                return false;
            };
            let apart_m = here.place.zip(there.place).map(|(a, b)| a.distance_m(&b));
            let one_night = here.observation.night == there.observation.night;
            if one_night && apart_m.is_some_and(|metres| metres > p.marks_radius_m) {
                *rules = rules.without(BlockingRule::RareMarks);
            }
            let (a, b) = (
                (&here.observation, here.place),
                (&there.observation, there.place),
            );
            !rules.is_empty() && here.party != there.party && walkable(a, b, p)
        });
        found
    }

    fn near(
        &self,
        here: &Row,
        rows: &[Option<Row>],
        p: &Parameters,
        found: &mut BTreeMap<Handle, Rules>,
    ) {
        let Some(place) = here.place else { return };
        let ours = place.accuracy_m.max(COARSE_ACCURACY_M);
        let worst_m = self.worst_m.max(COARSE_ACCURACY_M);
        for (tree, theirs) in [(&self.fine, COARSE_ACCURACY_M), (&self.coarse, worst_m)] {
            let widest_m = radius_m(ours, theirs, p);
            for leaf in tree.locate_within_distance(place.xyz, widest_m * widest_m) {
                let other = leaf.data as Handle;
                let Some(there) = rows[other as usize].as_ref() else {
                    continue;
                };
                let Some(other_place) = there.place else {
                    continue;
                };
                let accuracies = (place.accuracy_m, other_place.accuracy_m);
                let (reach_m, rule) = if here.observation.night == there.observation.night {
                    (radius_m(accuracies.0, accuracies.1, p), BlockingRule::Near)
                } else {
                    let reach_m = other_night_reach_m(accuracies.0, accuracies.1, p);
                    (reach_m, BlockingRule::NearOtherNight)
                };
                if leaf.distance_2(&place.xyz) <= reach_m * reach_m {
                    add(other, rule, found);
                }
            }
        }
    }
}

fn add(other: Handle, rule: BlockingRule, found: &mut BTreeMap<Handle, Rules>) {
    let rules = found.entry(other).or_insert(Rules::of(rule));
    *rules = rules.with(Rules::of(rule));
}

fn add_list(list: Option<&Vec<Handle>>, rule: BlockingRule, found: &mut BTreeMap<Handle, Rules>) {
    for other in list
        .filter(|list| list.len() <= POSTING_CAP)
        .into_iter()
        .flatten()
    {
        add(*other, rule, found);
    }
}

fn change_list(list: &mut Vec<Handle>, handle: Handle, is_in: bool) -> Vec<Handle> {
    let before = list.len();
    if is_in {
        list.push(handle);
    } else {
        list.retain(|other| *other != handle);
    }
    if (before <= POSTING_CAP) == (list.len() <= POSTING_CAP) {
        Vec::new()
    } else {
        list.clone()
    }
}
