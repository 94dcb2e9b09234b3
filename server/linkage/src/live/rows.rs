//! Observations in and out, and who stands next to whom afterwards.

use super::index::rare_pairs;
use super::links::LinkKey;
use super::{Dirty, Handle, Live, Row, SlotNumber};
use crate::distance::kernel;
use crate::frequencies::Terms;
use crate::ground::{Located, on_track, valid};
use crate::party::{PartyKey, outing, party_keys};
use crate::slot::{LinkageObservation, observation_slots};
use crate::world::order;
use maraude_core::model::ObservationId;
use std::collections::{BTreeMap, BTreeSet};

impl Live {
    /// All observations at once: what an update would do for each, done once.
    pub(super) fn fill(&mut self, observations: &[LinkageObservation]) {
        let mut dirty = Dirty::default();
        let mut known = BTreeSet::new();
        let each: Vec<&LinkageObservation> = observations
            .iter()
            .filter(|of| known.insert(of.id))
            .collect();
        for (observation, key) in each.iter().zip(party_keys(&each)) {
            self.store(observation, key, &mut dirty);
        }
        for outing in 0..self.of_outing.len() as u32 {
            self.place_again(outing, &mut dirty);
        }
        self.settle(dirty);
        self.aliases = super::Aliases::default();
    }

    pub(super) fn take_in(
        &mut self,
        observation: &LinkageObservation,
        key: Option<PartyKey>,
        dirty: &mut Dirty,
    ) {
        let outing = self.store(observation, key, dirty);
        self.place_again(outing, dirty);
    }

    /// Stores an observation; answers its outing, in which those without a fix are to be placed.
    fn store(
        &mut self,
        observation: &LinkageObservation,
        party_key: Option<PartyKey>,
        dirty: &mut Dirty,
    ) -> u32 {
        let handle = self.rows.len() as Handle;
        let number = self.outings.len() as u32;
        let outing = *self.outings.entry(outing(observation)).or_insert(number);
        if outing == number {
            self.of_outing.push(BTreeSet::new());
        }
        let fresh = self.of_party.len() as u32;
        let party = match party_key {
            Some(key) => *self.parties.entry((outing, key)).or_insert(fresh),
            None => fresh,
        };
        if party == fresh {
            self.of_party.push(BTreeSet::new());
        }
        let mut terms = self.vocabulary.terms(std::slice::from_ref(observation));
        let slots = observation_slots(0, observation);
        let first_slot = self.owners.len() as SlotNumber;
        self.owners.extend(slots.iter().map(|_| handle));
        for slot in 0..slots.len() as u32 {
            self.clusters
                .insert(self.next_cluster, vec![first_slot + slot]);
            self.cluster_of.push(self.next_cluster);
            self.next_cluster += 1;
        }
        let row = Row {
            order: order(observation),
            place: valid(observation.place).map(|place| Located::of(place, &self.parameters)),
            outing,
            party,
            party_key,
            slots,
            first_slot,
            terms: std::mem::take(&mut terms.rows[0]),
            observation: observation.clone(),
            neighbours: BTreeMap::new(),
            around: Vec::new(),
            links: BTreeSet::new(),
            facing: BTreeMap::new(),
        };
        let pairs = rare_pairs(&self.terms_of(&row));
        let crossed = self.index.change(handle, &row, &pairs, true);
        self.of_outing[outing as usize].insert((row.order, handle));
        self.of_party[party as usize].insert(handle);
        self.ids.insert(observation.id, handle);
        if let Some(fix) = super::fix_of(observation) {
            self.of_fix.entry(fix).or_default().insert(handle);
        }
        self.rows.push(Some(row));
        dirty.found.extend(crossed);
        dirty.moved.insert(handle);
        dirty.weighed.extend(&self.of_party[party as usize]);
        outing
    }

    pub(super) fn take_out(&mut self, id: ObservationId, dirty: &mut Dirty) {
        let Some(handle) = self.ids.get(&id).copied() else {
            return;
        };
        self.remember_clusters(handle, dirty);
        for link in self.row(handle).links.clone() {
            self.remove_link(link, dirty);
        }
        for other in self.row(handle).neighbours.clone().into_keys() {
            self.row_mut(other).neighbours.remove(&handle);
            dirty.around.insert(other);
        }
        let Some(row) = self.rows[handle as usize].take() else {
            return;
        };
        self.ids.remove(&id);
        if let Some(fix) = super::fix_of(&row.observation)
            && let Some(rows) = self.of_fix.get_mut(&fix)
        {
            rows.remove(&handle);
        }
        let pairs = rare_pairs(&self.terms_of(&row));
        let crossed = self.index.change(handle, &row, &pairs, false);
        dirty.found.extend(crossed);
        self.of_outing[row.outing as usize].remove(&(row.order, handle));
        self.of_party[row.party as usize].remove(&handle);
        dirty.weighed.extend(&self.of_party[row.party as usize]);
        for slot in row.first_slot..row.first_slot + row.slots.len() as u32 {
            let cluster = self.cluster_of[slot as usize];
            if let Some(members) = self.clusters.get_mut(&cluster) {
                members.retain(|member| *member != slot);
                for member in members.iter() {
                    dirty.clustered.insert(self.owners[*member as usize]);
                }
                if members.is_empty() {
                    self.clusters.remove(&cluster);
                }
            }
            dirty.slots.remove(&slot);
        }
        for gone in [
            &mut dirty.moved,
            &mut dirty.found,
            &mut dirty.around,
            &mut dirty.weighed,
            &mut dirty.clustered,
        ] {
            gone.remove(&handle);
        }
        self.place_again(row.outing, dirty);
    }

    /// Keeps the clusters of an observation as they were before this update.
    pub(super) fn remember_clusters(&self, handle: Handle, dirty: &mut Dirty) {
        let row = self.row(handle);
        for slot in row.first_slot..row.first_slot + row.slots.len() as u32 {
            let cluster = self.cluster_of[slot as usize];
            let known = dirty.before.entry(cluster);
            known.or_insert_with(|| self.members(cluster));
        }
    }

    fn terms_of(&self, row: &Row) -> Terms {
        let mut terms = self.vocabulary.empty();
        terms.rows.push(row.terms.clone());
        terms
    }

    /// People without a fix are where their team's track says: another fix may move them.
    fn place_again(&mut self, outing: u32, dirty: &mut Dirty) {
        let all = &self.of_outing[outing as usize];
        let own = |row: &Row| valid(row.observation.place).is_some();
        let rows = || all.iter().map(|(_, handle)| (*handle, self.row(*handle)));
        if rows().all(|(_, row)| own(row)) {
            return;
        }
        let fixed = rows().filter(|(_, row)| own(row));
        let track: Vec<(i64, Located)> = fixed
            .filter_map(|(_, row)| Some((row.observation.observed_at, row.place?)))
            .collect();
        let placed = rows()
            .filter(|(_, row)| !own(row))
            .map(|(handle, row)| (handle, on_track(&track, row.observation.observed_at)));
        let placed: Vec<(Handle, Option<Located>)> = placed.collect();
        for (handle, place) in placed {
            if self.row(handle).place == place {
                continue;
            }
            let Some(mut row) = self.rows[handle as usize].take() else {
                continue;
            };
            self.index.change_place(handle, &row, false);
            row.place = place;
            self.index.change_place(handle, &row, true);
            let party = row.party;
            self.rows[handle as usize] = Some(row);
            dirty.moved.insert(handle);
            dirty.weighed.extend(&self.of_party[party as usize]);
        }
    }

    /// Neighbours of what moved, and the surroundings of both.
    pub(super) fn find_again(&mut self, dirty: &mut Dirty) {
        let found: BTreeSet<Handle> = dirty.moved.union(&dirty.found).copied().collect();
        for handle in found {
            let pairs = rare_pairs(&self.terms_of(self.row(handle)));
            let found = self
                .index
                .neighbours(handle, &self.rows, &pairs, &self.parameters);
            let before = std::mem::take(&mut self.row_mut(handle).neighbours);
            for other in before.keys().filter(|other| !found.contains_key(other)) {
                self.row_mut(*other).neighbours.remove(&handle);
                self.remove_links_between(handle, *other, dirty);
                // Their parties may have other pairs.
                for of in [handle, *other] {
                    let party = self.row(of).party;
                    dirty.weighed.extend(&self.of_party[party as usize]);
                }
                dirty.around.extend([handle, *other]);
            }
            let moved = dirty.moved.contains(&handle);
            for (other, rules) in &found {
                let known = self.row_mut(*other).neighbours.insert(handle, *rules);
                if known != Some(*rules) {
                    dirty.weighed.extend([handle, *other]);
                }
                if moved || known.is_none() {
                    dirty.around.extend([handle, *other]);
                }
            }
            if moved {
                dirty.around.extend(before.keys());
                dirty.around.insert(handle);
                dirty.weighed.insert(handle);
            }
            self.row_mut(handle).neighbours = found;
        }
        for handle in &dirty.around {
            let around = self.density(*handle);
            let row = self.row_mut(*handle);
            // An edit of what people said leaves the crowd as it was.
            if row.around != around {
                row.around = around;
                dirty.weighed.insert(*handle);
            }
        }
    }

    /// Links of two observations that are no longer worth comparing; of their parties too.
    fn remove_links_between(&mut self, one: Handle, other: Handle, dirty: &mut Dirty) {
        let (a, b) = (self.row(one), self.row(other));
        let parties = (a.party.min(b.party), a.party.max(b.party));
        let both = a.links.intersection(&b.links);
        let gone = both.filter(|link| self.key(**link) == LinkKey::Slots);
        for link in gone.copied().collect::<Vec<_>>() {
            self.remove_link(link, dirty);
        }
        self.remove_party_link(parties, dirty);
    }

    /// People of each outing around an observation, added up in the order of a full run.
    fn density(&self, handle: Handle) -> Vec<(u32, f64)> {
        let here = self.row(handle);
        let mut near: Vec<&Row> = here
            .neighbours
            .keys()
            .map(|other| self.row(*other))
            .collect();
        near.sort_by_key(|row| row.order);
        let mut around: Vec<(u32, f64)> = Vec::new();
        for there in near {
            let Some((a, b)) = here.place.zip(there.place) else {
                continue;
            };
            if here.observation.night != there.observation.night {
                continue;
            }
            let more = there.slots.len() as f64 * kernel(&a, &b);
            match around
                .iter_mut()
                .find(|(outing, _)| *outing == there.outing)
            {
                Some((_, sum)) => *sum += more,
                None => around.push((there.outing, more)),
            }
        }
        around
    }
}
