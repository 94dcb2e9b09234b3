//! The whole outcome of what is stored, as a full run tells it.

use super::links::LinkKey;
use super::{Handle, LinkNumber, Live, SlotNumber};
use crate::blocking::Candidate;
use crate::decisions::Constraints;
use crate::linkage::{Compared, Linkage, Run, ScoredPair};
use crate::outcome::{Outcome, in_order};
use crate::parameters::Parameters;
use crate::party::numbered;
use crate::score::Link;
use maraude_core::model::Verdict;
use std::collections::{BTreeSet, HashMap};

/// The pairs of a link, and what decisions said of its members when they were told.
pub(super) struct Told {
    held: Vec<(Option<bool>, Option<Verdict>)>,
    pairs: Vec<ScoredPair>,
}

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
        let (numbered, links) = self.placed_links(&place);
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
        .told(self.placed_clusters(&place), |outcome, parameters| {
            self.pairs(outcome, parameters, &numbered)
        })
    }

    /// Numbers of all links in the order of a full run, and the links by the places of their slots.
    fn placed_links(&self, place: &[u32]) -> (Vec<LinkNumber>, Vec<Link>) {
        let stored = (0..).zip(&self.links).filter_map(|(number, stored)| {
            let (key, link) = stored.as_ref()?;
            let last = *key == LinkKey::Decided;
            Some((last, number, link.renamed(|slot| place[slot as usize])))
        });
        let mut links: Vec<(bool, LinkNumber, Link)> = stored.collect();
        links.sort_by_key(|(last, _, link)| {
            let first = &link.members()[0];
            (*last, first.one, first.other)
        });
        let parted = links.into_iter().map(|(_, number, link)| (number, link));
        parted.unzip()
    }

    /// All pairs: told anew for links that changed, or of which decisions say something else.
    fn pairs(
        &self,
        outcome: &Outcome<'_>,
        parameters: &Parameters,
        numbers: &[LinkNumber],
    ) -> Vec<ScoredPair> {
        let mut told = self.told.borrow_mut();
        for (number, link) in numbers.iter().zip(outcome.links) {
            let held = outcome.held(link);
            if told.get(number).is_none_or(|known| known.held != held) {
                let pairs = outcome.pairs_of(link, parameters);
                told.insert(*number, Told { held, pairs });
            }
        }
        in_order(numbers.iter().flat_map(|number| told[number].pairs.clone()))
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
