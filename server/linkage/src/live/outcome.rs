//! The whole outcome of what is stored, as a full run tells it.

use super::links::LinkKey;
use super::{Handle, Live, SlotNumber};
use crate::blocking::Candidate;
use crate::decisions::Constraints;
use crate::linkage::{Compared, Linkage, Run};
use crate::party::numbered;
use crate::score::Link;
use std::collections::{BTreeSet, HashMap};

impl Live {
    /// Pairs, clusters, counts and reasons: equal to a full run's under the same snapshot.
    pub fn linkage(&self) -> Linkage {
        let handles: BTreeSet<Handle> = self.ids.values().copied().collect();
        let (mut world, sorted) = self.world(&handles);
        // Newcomers are counted outing by outing, in the order of a full run.
        world.outings = numbered(&world.observations);
        let numbers = self.slot_numbers(&world, &sorted);
        let mut place = vec![u32::MAX; self.owners.len()];
        for (at, number) in numbers.iter().enumerate() {
            place[*number as usize] = at as u32;
        }
        let mut links: Vec<(bool, Link)> = self
            .links
            .iter()
            .flatten()
            .map(|(key, link)| {
                let last = *key == LinkKey::Decided;
                (last, link.renamed(|slot| place[slot as usize]))
            })
            .collect();
        links.sort_by_key(|(last, link)| {
            let first = &link.members()[0];
            (*last, first.one, first.other)
        });
        let links: Vec<Link> = links.into_iter().map(|(_, link)| link).collect();
        let found = self.candidates(&sorted);
        let constraints = Constraints::of(&world.observations, &world.slots, &self.decisions);
        let around = world.around(&self.parameters);
        Run {
            around: &around,
            slots: &world.slots,
            constraints: &constraints,
            links: &links,
            learnt: self.parameters.clone(),
            training: self.training,
            compared: Compared::of(&found, &links),
        }
        .told(self.placed_clusters(&place))
    }

    fn candidates(&self, sorted: &[Handle]) -> Vec<Candidate> {
        let places: HashMap<Handle, u32> = sorted.iter().copied().zip(0..).collect();
        let rows = sorted.iter().map(|handle| (*handle, self.row(*handle)));
        let pairs = rows.flat_map(|(one, row)| {
            let others = row
                .neighbours
                .iter()
                .filter(move |(other, _)| **other > one);
            others.map(move |(other, rules)| (one, *other, *rules))
        });
        pairs
            .map(|(one, other, rules)| Candidate {
                one: places[&one].min(places[&other]),
                other: places[&one].max(places[&other]),
                rules,
            })
            .collect()
    }

    fn placed_clusters(&self, place: &[u32]) -> Vec<Vec<usize>> {
        let at = |slot: &SlotNumber| place[*slot as usize] as usize;
        let mut clusters: Vec<Vec<usize>> = self
            .clusters
            .values()
            .map(|members| {
                let mut placed: Vec<usize> = members.iter().map(at).collect();
                placed.sort_unstable();
                placed
            })
            .collect();
        clusters.sort_unstable();
        clusters
    }
}
