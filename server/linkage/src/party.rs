//! Parties: people seen together by one team. Two members of one party are never one person.

use crate::slot::Household;
use crate::slot::{LinkageObservation, Slot};
use maraude_core::model::{Answer, DeviceId, LocalGroupId, Night, ObservationKind, TeamId};
use std::collections::BTreeMap;

/// A team on a night: at most one of its slots is a given person, unless somebody decides so.
pub(crate) type Outing = (TeamId, Night);

/// What makes a party of several rows of one outing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PartyKey {
    /// The team said so.
    Told(LocalGroupId),
    /// People filed one by one from one and the same fix within the same minutes: two fixes are
    /// never equal to the last digit, so nobody walked in between.
    OneFix {
        device: DeviceId,
        /// Longitude, latitude, accuracy, bit by bit.
        fix: [u64; 3],
        spell: i64,
    },
}

/// Rows of one fix are of one party when filed within the same spell, milliseconds.
const SPELL_MS: i64 = 120_000;

/// With whom an observation may form a party; none for people met alone.
pub(crate) fn party_key(of: &LinkageObservation) -> Option<PartyKey> {
    if let Some(group) = of.local_group {
        return Some(PartyKey::Told(group));
    }
    let alone = matches!(of.household, Answer::Known(Household::Alone));
    if alone || of.kind != ObservationKind::Individual {
        return None;
    }
    let place = of.place?;
    Some(PartyKey::OneFix {
        device: of.device,
        fix: [
            place.coordinates.longitude.to_bits(),
            place.coordinates.latitude.to_bits(),
            place.accuracy_m?.to_bits(),
        ],
        spell: of.observed_at.div_euclid(SPELL_MS),
    })
}

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
        let mut by_group: BTreeMap<(Outing, PartyKey), usize> = BTreeMap::new();
        let mut parties = Self {
            of_observation: Vec::with_capacity(observations.len()),
            observations: Vec::new(),
            people: Vec::new(),
            together: Vec::new(),
        };
        for (index, observation) in observations.iter().enumerate() {
            let fresh = parties.observations.len();
            let party = match party_key(observation) {
                Some(key) => *by_group.entry((outing(observation), key)).or_insert(fresh),
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
