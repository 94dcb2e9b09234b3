//! Linkage kept up to date: an observation that arrives, is edited or withdrawn has its neighbourhood
//! weighed anew, and nothing else.
//!
//! With the snapshot it was begun with, the result equals a full run's, to the last digit: the same
//! code weighs the neighbourhood that weighs a campaign, on the same figures in the same order. A
//! refresh is a full run that learns and swaps the result. It must never learn by itself.

mod alias;
mod clusters;
mod index;
mod links;
mod outcome;
mod rows;

#[cfg(test)]
mod tests;

pub use alias::{Alias, Aliases};

use crate::blocking::Rules;
use crate::frequencies::{RowTerms, Vocabulary};
use crate::ground::Located;
use crate::linkage::with_run;
use crate::parameters::{Parameters, Weights};
use crate::party::{FixKey, Outing, PartyKey, outing, party_keys};
use crate::score::Link;
use crate::slot::{LinkageObservation, Slot};
use crate::train::Training;
use crate::world::{Order, World};
use index::Index;
use links::{Held, LinkKey};
use maraude_core::model::{Decision, Night, ObservationId, SlotRef, TeamId};
use outcome::Told;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Number of a stored observation; an edited one gets a new number.
type Handle = u32;
/// Number of a slot; never given twice between two refreshes.
type SlotNumber = u32;

/// Number of a link.
type LinkNumber = u32;

/// One stored observation.
struct Row {
    observation: LinkageObservation,
    order: Order,
    place: Option<Located>,
    outing: u32,
    party: u32,
    party_key: Option<PartyKey>,
    slots: Vec<Slot>,
    first_slot: SlotNumber,
    terms: RowTerms,
    /// Observations worth comparing it with.
    neighbours: BTreeMap<Handle, Rules>,
    /// People of each outing around it, per square metre.
    around: Vec<(u32, f64)>,
    /// Links of its slots.
    links: BTreeSet<LinkNumber>,
    /// The same by slot and outing faced: where they compete.
    facing: BTreeMap<(SlotNumber, u32), Vec<LinkNumber>>,
}

/// A campaign's linkage, kept up to date.
pub struct Live {
    parameters: Parameters,
    /// What became of learning when it was begun.
    training: Training,
    weights: Weights,
    vocabulary: Vocabulary,
    decisions: Vec<Decision>,
    rows: Vec<Option<Row>>,
    ids: HashMap<ObservationId, Handle>,
    /// Owner of each slot.
    owners: Vec<Handle>,
    index: Index,
    outings: HashMap<(TeamId, Night), u32>,
    /// Observations of each outing, in order.
    of_outing: Vec<BTreeSet<(Order, Handle)>>,
    parties: HashMap<(u32, PartyKey), u32>,
    /// Observations of households filed from one fix: which form a party depends on all of them.
    of_fix: HashMap<(Outing, FixKey), BTreeSet<Handle>>,
    /// Observations of each party.
    of_party: Vec<BTreeSet<Handle>>,
    links: Vec<Option<(LinkKey, Link)>>,
    /// Pairs of links as they were told last; an update forgets those of links it changed.
    told: RefCell<HashMap<LinkNumber, Told>>,
    free_links: Vec<LinkNumber>,
    /// Links of two parties: a member that fits nobody does not hold theirs.
    party_links: HashMap<(u32, u32), LinkNumber>,
    held: Held,
    /// Pairs that have a link which nothing but a decision made.
    decided_links: BTreeMap<(SlotNumber, SlotNumber), LinkNumber>,
    /// Cluster of each slot.
    cluster_of: Vec<u32>,
    clusters: HashMap<u32, Vec<SlotNumber>>,
    next_cluster: u32,
    aliases: Aliases,
}

/// What an update is about, as it goes.
#[derive(Default)]
struct Dirty {
    /// Observations that are new, or whose place is.
    moved: BTreeSet<Handle>,
    /// Observations whose neighbours may have changed, they themselves not.
    found: BTreeSet<Handle>,
    /// Observations whose surroundings changed.
    around: BTreeSet<Handle>,
    /// Observations whose pairs are weighed anew.
    weighed: BTreeSet<Handle>,
    /// Slots whose links changed.
    slots: BTreeSet<SlotNumber>,
    /// Observations whose clusters are made anew.
    clustered: BTreeSet<Handle>,
    /// Clusters as they were.
    before: BTreeMap<u32, Vec<SlotRef>>,
}

impl Live {
    /// Begins with a full run, which learns unless the parameters are frozen.
    pub fn new(
        observations: &[LinkageObservation],
        decisions: &[Decision],
        parameters: &Parameters,
    ) -> Self {
        let (snapshot, training) = if parameters.learns || parameters.frequencies.is_none() {
            with_run(observations, &[], parameters, &mut |_| {}, |run, _| {
                (run.learnt, run.training)
            })
        } else {
            (parameters.clone(), Training::Given)
        };
        let mut made = Self::empty(snapshot);
        made.training = training;
        made.decisions = decisions.to_vec();
        made.fill(observations);
        made
    }

    fn empty(snapshot: Parameters) -> Self {
        let words = snapshot.frequencies.clone().unwrap_or_default();
        Self {
            weights: Weights::of(&snapshot),
            vocabulary: words.vocabulary(),
            parameters: snapshot,
            training: Training::Given,
            decisions: Vec::new(),
            rows: Vec::new(),
            ids: HashMap::new(),
            owners: Vec::new(),
            index: Index::default(),
            outings: HashMap::new(),
            of_outing: Vec::new(),
            parties: HashMap::new(),
            of_fix: HashMap::new(),
            of_party: Vec::new(),
            links: Vec::new(),
            told: RefCell::default(),
            free_links: Vec::new(),
            party_links: HashMap::new(),
            held: Held::default(),
            decided_links: BTreeMap::new(),
            cluster_of: Vec::new(),
            clusters: HashMap::new(),
            next_cluster: 0,
            aliases: Aliases::default(),
        }
    }

    /// Begins under a snapshot that was frozen before, with what is known of it: the result is that of
    /// whoever froze it.
    pub fn resume(
        observations: &[LinkageObservation],
        decisions: &[Decision],
        (snapshot, training): (&Parameters, Training),
        aliases: Aliases,
    ) -> Self {
        let mut made = Self::new(observations, decisions, snapshot);
        made.training = training;
        made.aliases = aliases;
        made
    }

    /// Learns anew from all that is stored and swaps the result; names of clusters that go are
    /// kept as aliases.
    pub fn refresh(&mut self, parameters: &Parameters) {
        let observations: Vec<LinkageObservation> = self
            .rows
            .iter()
            .flatten()
            .map(|row| row.observation.clone())
            .collect();
        let decisions = std::mem::take(&mut self.decisions);
        self.begin_again(&observations, &decisions, parameters);
    }

    /// The same from other observations and decisions: what to do when much has changed.
    pub fn begin_again(
        &mut self,
        observations: &[LinkageObservation],
        decisions: &[Decision],
        parameters: &Parameters,
    ) {
        let mut made = Self::new(observations, decisions, parameters);
        made.aliases = std::mem::take(&mut self.aliases);
        made.aliases.note(&self.named(), &made.named());
        *self = made;
    }

    /// The frozen parameters it runs with.
    pub fn snapshot(&self) -> &Parameters {
        &self.parameters
    }

    /// What became of learning when its snapshot was made.
    pub fn training(&self) -> Training {
        self.training
    }

    /// Names of clusters that are no more.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// Observations stored.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Numbers of the clusters that hold somebody of an observation, in the order of its slots; a
    /// number means the same until the next update.
    pub fn clusters_of(&self, id: ObservationId) -> Vec<u32> {
        let Some(handle) = self.ids.get(&id) else {
            return Vec::new();
        };
        let row = self.row(*handle);
        let slots = (0..row.slots.len() as u32).map(|slot| row.first_slot + slot);
        slots.map(|slot| self.cluster_of[slot as usize]).collect()
    }

    /// Takes in observations that arrived or were edited, and takes out those withdrawn.
    pub fn update(&mut self, arrived: &[LinkageObservation], withdrawn: &[ObservationId]) {
        let mut dirty = Dirty::default();
        let mut fixes: BTreeSet<(Outing, FixKey)> = arrived.iter().filter_map(fix_of).collect();
        for id in withdrawn.iter().chain(arrived.iter().map(|of| &of.id)) {
            if let Some(handle) = self.ids.get(id) {
                fixes.extend(fix_of(&self.row(*handle).observation));
            }
            self.take_out(*id, &mut dirty);
        }
        let came: BTreeMap<ObservationId, LinkageObservation> =
            arrived.iter().map(|of| (of.id, of.clone())).collect();
        let mut came: Vec<LinkageObservation> = came.into_values().collect();
        came.extend(self.parted_anew(&fixes, &came, &mut dirty));
        // All rows of a fix are there, or those that stay are of another party.
        let keys = party_keys(&came.iter().chain(&self.staying(&fixes)).collect::<Vec<_>>());
        for (observation, key) in came.iter().zip(keys) {
            self.take_in(observation, key, &mut dirty);
        }
        self.settle(dirty);
    }

    /// Takes out what is stored of these fixes and is of another party now that more came or some
    /// went; answers it.
    fn parted_anew(
        &mut self,
        fixes: &BTreeSet<(Outing, FixKey)>,
        came: &[LinkageObservation],
        dirty: &mut Dirty,
    ) -> Vec<LinkageObservation> {
        let staying = self.staying(fixes);
        let keys = party_keys(&staying.iter().chain(came).collect::<Vec<_>>());
        let differs = |(of, key): &(&LinkageObservation, &Option<PartyKey>)| {
            self.row(self.ids[&of.id]).party_key != **key
        };
        let moved: Vec<LinkageObservation> = staying
            .iter()
            .zip(&keys)
            .filter(differs)
            .map(|(of, _)| of.clone())
            .collect();
        for of in &moved {
            self.take_out(of.id, dirty);
        }
        moved
    }

    /// What is stored of these fixes.
    fn staying(&self, fixes: &BTreeSet<(Outing, FixKey)>) -> Vec<LinkageObservation> {
        let handles = fixes
            .iter()
            .filter_map(|fix| self.of_fix.get(fix))
            .flatten();
        handles
            .map(|of| self.row(*of).observation.clone())
            .collect()
    }

    /// Takes all decisions, undone ones included: those that are new or gone are seen.
    pub fn decide(&mut self, decisions: &[Decision]) {
        if self.decisions == decisions {
            return;
        }
        self.decisions = decisions.to_vec();
        self.settle(Dirty::default());
    }

    /// Brings everything downstream of an update up to date.
    fn settle(&mut self, mut dirty: Dirty) {
        self.find_again(&mut dirty);
        self.weigh_again(&mut dirty);
        self.hold_again(&mut dirty);
        self.compete_again(&mut dirty);
        self.cluster_again(&mut dirty);
        let after: BTreeSet<u32> = dirty
            .clustered
            .iter()
            .filter_map(|handle| self.rows[*handle as usize].as_ref())
            .flat_map(|row| (0..row.slots.len() as u32).map(|slot| row.first_slot + slot))
            .map(|slot| self.cluster_of[slot as usize])
            .collect();
        let after: Vec<Vec<SlotRef>> = after.iter().map(|of| self.members(*of)).collect();
        let before: Vec<Vec<SlotRef>> = dirty.before.into_values().collect();
        self.aliases.note(&before, &after);
    }

    fn row(&self, handle: Handle) -> &Row {
        self.rows[handle as usize]
            .as_ref()
            .expect("a handle that is looked up is of a stored observation")
    }

    fn row_mut(&mut self, handle: Handle) -> &mut Row {
        self.rows[handle as usize]
            .as_mut()
            .expect("a handle that is looked up is of a stored observation")
    }

    /// Members of a cluster by name, in order.
    fn members(&self, cluster: u32) -> Vec<SlotRef> {
        let mut named: Vec<SlotRef> = self.clusters[&cluster]
            .iter()
            .map(|slot| self.name(*slot))
            .collect();
        named.sort_unstable();
        named
    }

    fn named(&self) -> Vec<Vec<SlotRef>> {
        self.clusters.keys().map(|of| self.members(*of)).collect()
    }

    fn name(&self, slot: SlotNumber) -> SlotRef {
        let row = self.row(self.owners[slot as usize]);
        row.slots[(slot - row.first_slot) as usize].at
    }

    /// Where a slot stands in the order of a full run.
    fn slot_order(&self, slot: SlotNumber) -> (Order, u32) {
        let row = self.row(self.owners[slot as usize]);
        (row.order, slot - row.first_slot)
    }

    /// Some observations laid out as a full run would, their numbers in order.
    fn world(&self, handles: &BTreeSet<Handle>) -> (World, Vec<Handle>) {
        let mut sorted: Vec<Handle> = handles.iter().copied().collect();
        sorted.sort_by_key(|handle| self.row(*handle).order);
        let rows = || sorted.iter().map(|handle| self.row(*handle));
        let mut terms = self.vocabulary.empty();
        for row in rows() {
            terms.rows.push(row.terms.clone());
        }
        let mut world = World::with(
            rows().map(|row| row.observation.clone()).collect(),
            rows().map(|row| row.place).collect(),
            (
                rows().map(|row| row.outing).collect(),
                &rows().map(|row| row.party_key).collect::<Vec<_>>(),
            ),
            terms,
        );
        world.density.around = rows().map(|row| row.around.clone()).collect();
        (world, sorted)
    }

    /// Numbers of the slots of a world.
    fn slot_numbers(&self, world: &World, sorted: &[Handle]) -> Vec<SlotNumber> {
        let slots = world.slots.iter().map(|slot| {
            let row = self.row(sorted[slot.observation]);
            row.first_slot + u32::from(slot.at.slot)
        });
        slots.collect()
    }
}

/// The outing and fix of somebody who is not alone.
fn fix_of(of: &LinkageObservation) -> Option<(Outing, FixKey)> {
    Some((outing(of), FixKey::of(of)?))
}
