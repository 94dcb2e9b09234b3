//! Parties: people seen together by one team. Two members of one party are never one person.

use crate::slot::{LinkageObservation, Slot};
use maraude_core::model::{LocalGroupId, Night, TeamId};
use std::collections::BTreeMap;

/// A team on a night: at most one of its slots is a given person, unless somebody decides so.
pub(crate) type Outing = (TeamId, Night);

/// Who was seen with whom.
pub(crate) struct Parties {
    /// Party of each observation.
    pub of_observation: Vec<usize>,
    /// Observations of each party.
    pub observations: Vec<Vec<usize>>,
    /// Number of slots of each party.
    pub people: Vec<usize>,
    /// Number of people seen together: slots, or more where a team said so.
    pub together: Vec<usize>,
}

impl Parties {
    pub fn of(observations: &[LinkageObservation], slots: &[Slot]) -> Self {
        let mut by_group: BTreeMap<(Outing, LocalGroupId), usize> = BTreeMap::new();
        let mut parties = Self {
            of_observation: Vec::with_capacity(observations.len()),
            observations: Vec::new(),
            people: Vec::new(),
            together: Vec::new(),
        };
        for (index, observation) in observations.iter().enumerate() {
            let fresh = parties.observations.len();
            let party = match observation.local_group {
                Some(group) => *by_group
                    .entry((outing(observation), group))
                    .or_insert(fresh),
                None => fresh,
            };
            if party == fresh {
                parties.observations.push(Vec::new());
                parties.people.push(0);
            }
            parties.observations[party].push(index);
            parties.of_observation.push(party);
        }
        for slot in slots {
            parties.people[parties.of_observation[slot.observation]] += 1;
        }
        parties.together.clone_from(&parties.people);
        for (index, observation) in observations.iter().enumerate() {
            let told = observation.seen_together.known().copied().unwrap_or(0) as usize;
            let together = &mut parties.together[parties.of_observation[index]];
            *together = told.max(*together);
        }
        parties
    }
}

/// The outing an observation belongs to.
pub(crate) fn outing(observation: &LinkageObservation) -> Outing {
    (observation.team, observation.night)
}

/// Outings by number, for each observation.
pub(crate) fn numbered(observations: &[LinkageObservation]) -> Vec<u32> {
    let mut all: Vec<Outing> = observations.iter().map(outing).collect();
    let each = all.clone();
    all.sort_unstable();
    all.dedup();
    each.iter()
        .map(|of| all.binary_search(of).map_or(0, |place| place as u32))
        .collect()
}
