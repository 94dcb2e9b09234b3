//! Groups of linked observations: people met together and seen again, and who else each may be.
//!
//! It must never decide: it tells what stands, and what would stand after some decisions more.
//! *Doublons* calls it.

use super::Reviewed;
use super::state::Source;
use crate::projection::{ObservationLine, Unit};
use maraude_core::model::{Decision, DecisionId, ObservationId, SlotRef, TimestampMs};
use maraude_linkage::{Cluster, LinkageObservation, PairVerdict, Parameters, ScoredPair, link};
use std::collections::{BTreeMap, BTreeSet};

/// Most people of one group that are told; the rest is left to the table of observations.
const MOST_PEOPLE: usize = 60;

/// A group in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOutline {
    /// Its least slot.
    pub slot: SlotRef,
    /// Observations linked.
    pub observations: u32,
    /// Slots of theirs.
    pub slots: u32,
    /// People these are held to be.
    pub people: u32,
    /// The least likely pair that is held to be one; none where a coordinator decided them all.
    pub weakest: Option<f64>,
    /// Pairs between it and others, or within it, that nobody has decided.
    pub open: u32,
    /// Codes of the teams.
    pub teams: Vec<String>,
    /// First and last seen.
    pub seen: [TimestampMs; 2],
}

/// A group with those its people may also be.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its people, as clusters of slots.
    pub people: Vec<Cluster>,
    /// People outside it that a pair nobody decided, or a decision, puts beside somebody in it.
    pub near: Vec<Cluster>,
    /// Compared pairs among all of them that are likely, held or decided.
    pub links: Vec<ScoredPair>,
    /// More people than are told.
    pub more: u32,
}

/// Figures of a night: distinct people in the street, and people in squats and bidonvilles, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Distinct people in the street.
    pub street: u32,
    /// 95 % interval of the street's estimate.
    pub interval: [u32; 2],
    /// People in squats.
    pub squat: u32,
    /// People in bidonvilles.
    pub bidonville: u32,
}

impl Reviewed {
    /// Groups of several observations, those with an undecided weak link first.
    pub fn groups(&self) -> Vec<GroupOutline> {
        let components = self.components();
        let group_of: BTreeMap<ObservationId, usize> = components
            .iter()
            .enumerate()
            .flat_map(|(number, of)| of.iter().map(move |id| (*id, number)))
            .collect();
        let mut told: Vec<GroupOutline> = components.iter().map(|of| self.outline(of)).collect();
        for pair in self.open_pairs() {
            let sides = [pair.one, pair.other].map(|slot| group_of.get(&slot.observation).copied());
            let groups: BTreeSet<usize> = sides.into_iter().flatten().collect();
            let held = self.cluster_of(pair.one) == self.cluster_of(pair.other);
            for number in groups {
                let outline = &mut told[number];
                outline.open += u32::from(pair.verdict == PairVerdict::Review);
                if held {
                    let least = outline.weakest.unwrap_or(1.0);
                    outline.weakest = Some(pair.match_probability.min(least));
                }
            }
        }
        told.sort_by(|a, b| {
            let weak = |of: &GroupOutline| of.weakest.unwrap_or(1.0);
            weak(a)
                .total_cmp(&weak(b))
                .then_with(|| b.open.cmp(&a.open))
                .then_with(|| a.slot.cmp(&b.slot))
        });
        told
    }

    /// The group that holds a slot; none for a slot that nobody compared.
    pub fn group(&self, slot: SlotRef) -> Option<Group> {
        self.cluster_of(slot)?;
        let component = self.component_of(slot.observation);
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        for id in &component {
            numbers.extend(self.clusters_of(*id));
        }
        let within: BTreeSet<SlotRef> = self.slots_of(&numbers);
        let mut near: BTreeSet<u32> = BTreeSet::new();
        for pair in self.telling_pairs() {
            let (one, other) = (within.contains(&pair.one), within.contains(&pair.other));
            if one != other {
                let outside = if one { pair.other } else { pair.one };
                near.extend(self.cluster_of(outside));
            }
        }
        let more = (numbers.len() + near.len()).saturating_sub(MOST_PEOPLE) as u32;
        let people: BTreeSet<u32> = numbers.into_iter().take(MOST_PEOPLE).collect();
        let room = MOST_PEOPLE - people.len();
        let near: BTreeSet<u32> = near.into_iter().take(room).collect();
        let shown = self.slots_of(&people.union(&near).copied().collect());
        let links = self
            .telling_pairs()
            .filter(|pair| shown.contains(&pair.one) && shown.contains(&pair.other));
        let named = |numbers: &BTreeSet<u32>| {
            let clusters = numbers.iter().map(|n| &self.linkage.clusters[*n as usize]);
            clusters.cloned().collect()
        };
        Some(Group {
            people: named(&people),
            near: named(&near),
            links: links.cloned().collect(),
            more,
        })
    }

    /// The night if these decisions stood too and those were undone: under the same parameters, so
    /// that nothing changes but for them. Blocks as long as a run.
    #[must_use]
    pub fn after(&self, more: &[Decision], undone: &[DecisionId], at: TimestampMs) -> Self {
        let mut decisions = self.decisions.clone();
        for decision in &mut decisions {
            if undone.contains(&decision.id) {
                decision.undone_at = Some(at);
            }
        }
        decisions.extend_from_slice(more);
        let compared: Vec<LinkageObservation> = self.compared.values().cloned().collect();
        let snapshot: &Parameters = &self.linkage.parameters;
        let linkage = link(&compared, &decisions, snapshot);
        let source = Source {
            lines: self.lines.clone(),
            compared: self.compared.clone(),
            pseudonyms: self.pseudonyms.clone(),
            decisions,
            form: self.form,
        };
        Self::from(source, self.position, linkage)
    }

    /// The figures, over all nights.
    pub fn totals(&self) -> Totals {
        let lines: Vec<ObservationLine> = self.lines.values().cloned().collect();
        let places = self.lasting_places(&lines);
        let people = |unit: Unit| {
            let of = places.iter().filter(|place| place.unit == unit);
            of.map(|place| place.people[0]).sum()
        };
        let (street, interval) = self.street();
        Totals {
            street,
            interval,
            squat: people(Unit::Squat),
            bidonville: people(Unit::Bidonville),
        }
    }

    /// The cluster that holds a slot.
    fn cluster_of(&self, slot: SlotRef) -> Option<u32> {
        let held = self.clusters_of(slot.observation).iter().copied();
        let mut holding = held.filter(|number| {
            let slots = &self.linkage.clusters[*number as usize].slots;
            slots.binary_search(&slot).is_ok()
        });
        holding.next()
    }

    fn slots_of(&self, numbers: &BTreeSet<u32>) -> BTreeSet<SlotRef> {
        let clusters = numbers.iter().map(|n| &self.linkage.clusters[*n as usize]);
        clusters
            .flat_map(|cluster| cluster.slots.iter().copied())
            .collect()
    }

    /// Pairs worth showing in a group: likely, or somebody decided on them.
    fn telling_pairs(&self) -> impl Iterator<Item = &ScoredPair> {
        let telling =
            |pair: &&ScoredPair| pair.verdict != PairVerdict::Distinct || pair.decided.is_some();
        self.linkage.pairs.iter().filter(telling)
    }

    /// The observations linked to one through people held to be the same, itself among them.
    fn component_of(&self, id: ObservationId) -> BTreeSet<ObservationId> {
        let mut found = BTreeSet::from([id]);
        let mut waiting = vec![id];
        while let Some(at) = waiting.pop() {
            for number in self.clusters_of(at) {
                for slot in &self.linkage.clusters[*number as usize].slots {
                    if found.insert(slot.observation) {
                        waiting.push(slot.observation);
                    }
                }
            }
        }
        found
    }

    /// All groups of several observations.
    fn components(&self) -> Vec<BTreeSet<ObservationId>> {
        let mut seen: BTreeSet<ObservationId> = BTreeSet::new();
        let mut found = Vec::new();
        for cluster in self.linkage.clusters.iter().filter(|c| c.slots.len() > 1) {
            let first = cluster.id().observation;
            if seen.contains(&first) {
                continue;
            }
            let component = self.component_of(first);
            seen.extend(&component);
            found.push(component);
        }
        found
    }

    /// A group but for its pairs.
    fn outline(&self, observations: &BTreeSet<ObservationId>) -> GroupOutline {
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        for id in observations {
            numbers.extend(self.clusters_of(*id));
        }
        let lines = || observations.iter().filter_map(|id| self.line(*id));
        let teams: BTreeSet<&String> = lines().map(|line| &line.team_code).collect();
        let times = lines().map(|line| line.observed_at);
        let first = observations.first().copied();
        GroupOutline {
            slot: SlotRef {
                observation: first.expect("a group holds the observation it was found from"),
                slot: 0,
            },
            observations: observations.len() as u32,
            slots: self.slots_of(&numbers).len() as u32,
            people: numbers.len() as u32,
            weakest: None,
            open: 0,
            teams: teams.into_iter().cloned().collect(),
            seen: [times.clone().min().unwrap_or(0), times.max().unwrap_or(0)],
        }
    }
}
