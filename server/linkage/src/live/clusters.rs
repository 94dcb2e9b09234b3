//! Clusters of what changed, made anew.

use super::links::slots_of;
use super::{Dirty, Handle, LinkNumber, Live, SlotNumber};
use crate::cluster::{Clustering, may_stand};
use crate::decisions::Constraints;
use crate::score::Link;
use crate::union::Sets;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Live {
    /// Makes the clusters of observations whose links changed anew, with all they stand with.
    pub(super) fn cluster_again(&mut self, dirty: &mut Dirty) {
        dirty.clustered = self.standing_with(&dirty.clustered);
        if dirty.clustered.is_empty() {
            return;
        }
        for handle in dirty.clustered.clone() {
            self.remember_clusters(handle, dirty);
        }
        let mut some = dirty.clustered.clone();
        some.retain(|handle| !self.is_alone(*handle));
        for members in self.partition(&some) {
            let number = self.next_cluster;
            self.next_cluster += 1;
            for slot in &members {
                let before = std::mem::replace(&mut self.cluster_of[*slot as usize], number);
                self.clusters.remove(&before);
            }
            self.clusters.insert(number, members);
        }
    }

    /// Nothing stands, stood or is held with an observation: its slots are clusters of their own.
    fn is_alone(&self, handle: Handle) -> bool {
        let row = self.row(handle);
        let mut slots = row.first_slot..row.first_slot + row.slots.len() as u32;
        slots.all(|slot| {
            self.clusters[&self.cluster_of[slot as usize]].len() == 1
                && !self.held.same.contains_key(&slot)
        }) && !row.links.iter().any(|number| self.stands(*number))
    }

    fn stands(&self, number: LinkNumber) -> bool {
        let declined = |slot: SlotNumber| {
            let row = self.row(self.owners[slot as usize]);
            row.observation.declined()
        };
        let least = self.parameters.held_same_probability;
        may_stand(self.link(number), least, &declined)
    }

    /// Observations that stand with others as one, or did, or are held to, however far around.
    fn standing_with(&self, some: &BTreeSet<Handle>) -> BTreeSet<Handle> {
        let mut found: BTreeSet<Handle> = BTreeSet::new();
        let mut waiting: Vec<Handle> = some.iter().copied().collect();
        while let Some(handle) = waiting.pop() {
            if !found.insert(handle) {
                continue;
            }
            let row = self.row(handle);
            for number in &row.links {
                if self.stands(*number) {
                    let link = self.link(*number);
                    waiting.extend(slots_of(link).map(|slot| self.owners[slot as usize]));
                }
            }
            for slot in row.first_slot..row.first_slot + row.slots.len() as u32 {
                let together = &self.clusters[&self.cluster_of[slot as usize]];
                let held = self.held.same.get(&slot).into_iter().flatten();
                waiting.extend(
                    together
                        .iter()
                        .chain(held)
                        .map(|s| self.owners[*s as usize]),
                );
            }
        }
        found
    }

    /// The clusters of some observations, as a full run would make them.
    fn partition(&self, some: &BTreeSet<Handle>) -> Vec<Vec<SlotNumber>> {
        let numbers: BTreeSet<_> = some.iter().flat_map(|of| &self.row(*of).links).collect();
        let links: Vec<&Link> = numbers.into_iter().map(|of| self.link(*of)).collect();
        let mut handles = some.clone();
        for link in &links {
            handles.extend(slots_of(link).map(|slot| self.owners[slot as usize]));
        }
        let (world, sorted) = self.world(&handles);
        let numbers = self.slot_numbers(&world, &sorted);
        let places: HashMap<SlotNumber, u32> = numbers.iter().copied().zip(0..).collect();
        let links: Vec<Link> = links
            .iter()
            .map(|link| link.renamed(|slot| places[&slot]))
            .collect();
        let constraints = self.constraints(&world, &numbers);
        let around = world.around(&self.parameters);
        let partition = Clustering {
            around: &around,
            slots: &world.slots,
            constraints: &constraints,
            links: &links,
            held_same_probability: self.parameters.held_same_probability,
        }
        .partition();
        let named = partition.into_iter().map(|members| {
            let slots = members.into_iter().map(|slot| numbers[slot]);
            slots.collect::<Vec<SlotNumber>>()
        });
        // Whoever only stands beside keeps their cluster.
        named
            .filter(|members| some.contains(&self.owners[members[0] as usize]))
            .collect()
    }

    /// What decisions hold of the slots of a world.
    fn constraints(&self, world: &World, numbers: &[SlotNumber]) -> Constraints {
        let places: HashMap<SlotNumber, usize> = numbers.iter().copied().zip(0..).collect();
        let mut made = Constraints {
            same: Sets::new(world.slots.len()),
            different: BTreeMap::new(),
            decided: BTreeMap::new(),
            contradictions: Vec::new(),
        };
        for (place, number) in numbers.iter().enumerate() {
            for other in self.held.same.get(number).into_iter().flatten() {
                if let Some(other) = places.get(other) {
                    made.same.join(made.same.of(place), made.same.of(*other));
                }
            }
            for other in self.held.different.get(number).into_iter().flatten() {
                if let Some(other) = places.get(other) {
                    made.different.entry(place).or_default().insert(*other);
                }
            }
        }
        made
    }
}
