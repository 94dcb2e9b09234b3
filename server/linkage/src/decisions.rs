//! Coordinators' decisions as constraints. They always beat the model; contradictory ones are
//! reported, never resolved in silence.
//!
//! An undone decision has no effect at all. Of several standing decisions on one pair the newest
//! counts. A decision on one slot of a group goes for the people seen with it: "one" links the
//! others of the two groups one to one, "two" keeps all slots of the two observations apart, unless
//! a slot has a decision of its own.

use crate::slot::{Gender, LinkageObservation, Slot};
use crate::union::Sets;
use maraude_core::model::{Answer, Decision, DecisionId, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is contradictory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContradictionKind {
    /// An older decision on the same pair says otherwise; the newest counts.
    Superseded,
    /// "One person" would join slots held to be two; it is set aside.
    HeldDifferent,
    /// "One person" names two slots of one observation; it is set aside.
    SameObservation,
}

/// A decision that could not stand beside the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contradiction {
    /// The decision without effect.
    pub decision: DecisionId,
    /// Why.
    pub kind: ContradictionKind,
}

/// Decisions over slot indexes.
pub(crate) struct Constraints {
    /// Slots held to be one.
    pub same: Sets,
    /// Slots held to be two, both ways.
    pub different: BTreeMap<usize, BTreeSet<usize>>,
    /// What was decided on a pair itself, the smaller index first.
    pub decided: BTreeMap<(usize, usize), Verdict>,
    pub contradictions: Vec<Contradiction>,
}

impl Constraints {
    /// From all decisions, in any order.
    pub fn of(observations: &[LinkageObservation], slots: &[Slot], decisions: &[Decision]) -> Self {
        let mut found = Self {
            same: Sets::new(slots.len()),
            different: BTreeMap::new(),
            decided: BTreeMap::new(),
            contradictions: Vec::new(),
        };
        let standing = found.standing(slots, decisions);
        let by_observation = slots_by_observation(slots);
        for (&pair, list) in &standing {
            found.decided.insert(pair, list[0].verdict);
        }
        let of_verdict = |wanted| {
            standing
                .iter()
                .filter(move |(_, list)| list[0].verdict == wanted)
        };
        for (&(one, other), _) in of_verdict(Verdict::Different) {
            found.hold_apart(one, other);
            found.keep_observations_apart(slots, &by_observation, (one, other));
        }
        let mut links: Vec<_> = of_verdict(Verdict::Same).collect();
        links.sort_unstable_by_key(|(_, list)| (list[0].decided_at, list[0].id));
        let mut linked = Vec::new();
        for (&(one, other), list) in links {
            if slots[one].observation == slots[other].observation {
                found.set_aside(list, ContradictionKind::SameObservation);
            } else if found.may_join(slots, one, other) {
                found.same.join(found.same.of(one), found.same.of(other));
                linked.push((one, other));
            } else {
                found.set_aside(list, ContradictionKind::HeldDifferent);
            }
        }
        for (one, other) in linked {
            found.link_companions(observations, slots, &by_observation, (one, other));
        }
        found.contradictions.sort();
        found
    }

    /// By pair, the decisions that say what the newest says, oldest first; slots that do not exist
    /// (any more) are left out.
    fn standing<'a>(
        &mut self,
        slots: &[Slot],
        decisions: &'a [Decision],
    ) -> BTreeMap<(usize, usize), Vec<&'a Decision>> {
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_unstable_by_key(|&slot| slots[slot].at);
        let index = |at: SlotRef| {
            let found = order.binary_search_by_key(&at, |&slot| slots[slot].at);
            found.ok().map(|place| order[place])
        };
        let mut standing: Vec<&Decision> = decisions
            .iter()
            .filter(|decision| decision.undone_at.is_none())
            .collect();
        standing.sort_by_key(|decision| (decision.decided_at, decision.id));
        let mut by_pair: BTreeMap<(usize, usize), Vec<&Decision>> = BTreeMap::new();
        for decision in standing {
            let Some((one, other)) = index(decision.one).zip(index(decision.other)) else {
                continue;
            };
            if one == other {
                self.set_aside(&[decision], ContradictionKind::SameObservation);
                continue;
            }
            let list = by_pair.entry((one.min(other), one.max(other))).or_default();
            if list
                .last()
                .is_some_and(|last| last.verdict != decision.verdict)
            {
                self.set_aside(list, ContradictionKind::Superseded);
                list.clear();
            }
            list.push(decision);
        }
        by_pair
    }

    fn set_aside(&mut self, decisions: &[&Decision], kind: ContradictionKind) {
        let ids = decisions.iter().map(|decision| decision.id);
        self.contradictions
            .extend(ids.map(|decision| Contradiction { decision, kind }));
    }

    fn hold_apart(&mut self, one: usize, other: usize) {
        self.different.entry(one).or_default().insert(other);
        self.different.entry(other).or_default().insert(one);
    }

    fn keep_observations_apart(
        &mut self,
        slots: &[Slot],
        by_observation: &BTreeMap<usize, Vec<usize>>,
        (one, other): (usize, usize),
    ) {
        for &a in &by_observation[&slots[one].observation] {
            for &b in &by_observation[&slots[other].observation] {
                if a != b && !self.decided.contains_key(&(a.min(b), a.max(b))) {
                    self.hold_apart(a, b);
                }
            }
        }
    }

    /// No decision, and no observation, keeps the sets of two slots apart.
    pub fn may_join(&self, slots: &[Slot], one: usize, other: usize) -> bool {
        let (a, b) = (self.same.of(one), self.same.of(other));
        a == b
            || !kept_apart(
                &self.different,
                slots,
                self.same.members(a),
                self.same.members(b),
            )
    }

    /// The others of two groups held to be one, one to one: men with men, women with women.
    fn link_companions(
        &mut self,
        observations: &[LinkageObservation],
        slots: &[Slot],
        by_observation: &BTreeMap<usize, Vec<usize>>,
        (one, other): (usize, usize),
    ) {
        let (a, b) = (slots[one].observation, slots[other].observation);
        if observations[a].people < 2 || observations[b].people < 2 {
            return;
        }
        let free = |of: usize, taken: usize| -> Vec<usize> {
            let list = by_observation[&of].iter().copied();
            list.filter(|&slot| slot != taken).collect()
        };
        let ours = free(a, one);
        let mut theirs = free(b, other);
        for alike in [true, false] {
            for &mine in &ours {
                let linked = by_observation[&b]
                    .iter()
                    .any(|&slot| self.same.of(slot) == self.same.of(mine));
                if linked {
                    continue;
                }
                let fit = theirs.iter().position(|&yours| {
                    let pair = (mine.min(yours), mine.max(yours));
                    let fits = if alike {
                        appearance(&slots[mine]) == appearance(&slots[yours])
                    } else {
                        compatible(&slots[mine], &slots[yours])
                    };
                    fits && !self.decided.contains_key(&pair) && self.may_join(slots, mine, yours)
                });
                if let Some(place) = fit {
                    let yours = theirs.remove(place);
                    self.same.join(self.same.of(mine), self.same.of(yours));
                }
            }
        }
    }
}

/// Whether decisions or a shared observation keep two sets of slots apart.
pub(crate) fn kept_apart(
    different: &BTreeMap<usize, BTreeSet<usize>>,
    slots: &[Slot],
    ours: &[usize],
    theirs: &[usize],
) -> bool {
    ours.iter().any(|a| {
        let apart = different.get(a);
        theirs.iter().any(|b| {
            slots[*a].observation == slots[*b].observation
                || apart.is_some_and(|apart| apart.contains(b))
        })
    })
}

fn slots_by_observation(slots: &[Slot]) -> BTreeMap<usize, Vec<usize>> {
    let mut by_observation: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, slot) in slots.iter().enumerate() {
        by_observation
            .entry(slot.observation)
            .or_default()
            .push(index);
    }
    by_observation
}

fn appearance(slot: &Slot) -> (Option<Gender>, bool) {
    (slot.gender.known().copied(), slot.age.known().is_some())
}

fn compatible(one: &Slot, other: &Slot) -> bool {
    match (&one.gender, &other.gender) {
        (Answer::Known(a), Answer::Known(b)) => a == b,
        _ => true,
    }
}
