//! Parties: people seen together by one team. Two members of one party are never one person.

use crate::slot::Household;
use crate::slot::{LinkageObservation, Slot};
use maraude_core::model::{
    DeviceId, LocalGroupId, Night, ObservationId, ObservationKind, TeamId, TimestampMs,
};
use std::collections::BTreeMap;

/// A team on a night: at most one of its slots is a given person, unless somebody decides so.
pub type Outing = (TeamId, Night);

/// What makes a party of several rows of one outing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PartyKey {
    /// The team said so.
    Told(LocalGroupId),
    /// People of one household filed one after the other from one fix; the first of them.
    OneFix(FixKey, (TimestampMs, ObservationId)),
}

/// What rows of one household filed from one fix have in common. A tablet takes a fix again when
/// the next form follows at once, so an equal fix alone says that a team stood still, and nothing
/// of who belongs together: each row must tell of a household, or of others, and tell it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FixKey {
    device: DeviceId,
    /// Longitude, latitude, accuracy, bit by bit.
    fix: [u64; 3],
    household: Option<Household>,
    together: Option<u32>,
}

impl FixKey {
    /// Of an individual who is not alone.
    pub fn of(of: &LinkageObservation) -> Option<Self> {
        if of.local_group.is_some() || of.kind != ObservationKind::Individual {
            return None;
        }
        let household = of.household.known().copied();
        let together = of.seen_together.known().copied();
        let others = match household {
            Some(Household::Alone) => false,
            Some(Household::Couple | Household::Family | Household::Group) => together != Some(1),
            None => together.is_some_and(|number| number >= 2),
        };
        let place = of.place.filter(|_| others)?;
        Some(Self {
            device: of.device,
            fix: [
                place.coordinates.longitude.to_bits(),
                place.coordinates.latitude.to_bits(),
                place.accuracy_m?.to_bits(),
            ],
            household,
            together,
        })
    }

    /// People of such a party at most.
    fn most(&self) -> usize {
        match (self.together, self.household) {
            (Some(number), _) => number as usize,
            (None, Some(Household::Couple)) => 2,
            _ => usize::MAX,
        }
    }
}

/// Between two rows of one party filed from one fix there is no longer pause, milliseconds.
const PAUSE_MS: TimestampMs = 120_000;

/// With whom each observation forms a party; none for people met alone. A function of the set: rows
/// of one fix are taken in the order of time.
pub(crate) fn party_keys(observations: &[&LinkageObservation]) -> Vec<Option<PartyKey>> {
    let mut keys: Vec<Option<PartyKey>> = observations
        .iter()
        .map(|of| of.local_group.map(PartyKey::Told))
        .collect();
    let mut of_fix: BTreeMap<(Outing, FixKey), Vec<usize>> = BTreeMap::new();
    for (index, of) in observations.iter().enumerate() {
        if let Some(fix) = FixKey::of(of) {
            of_fix.entry((outing(of), fix)).or_default().push(index);
        }
    }
    for ((_, fix), mut rows) in of_fix {
        let moment = |index: usize| (observations[index].observed_at, observations[index].id);
        rows.sort_by_key(|index| moment(*index));
        let mut first = moment(rows[0]);
        let (mut last, mut people) = (first.0, 0);
        for index in rows {
            let now = moment(index);
            if now.0 - last > PAUSE_MS || people >= fix.most() {
                (first, people) = (now, 0);
            }
            (last, people) = (now.0, people + 1);
            keys[index] = Some(PartyKey::OneFix(fix, first));
        }
    }
    keys
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
    /// By the keys of [`party_keys`].
    pub fn of(
        observations: &[LinkageObservation],
        slots: &[Slot],
        keys: &[Option<PartyKey>],
    ) -> Self {
        let mut by_group: BTreeMap<(Outing, PartyKey), usize> = BTreeMap::new();
        let mut parties = Self {
            of_observation: Vec::with_capacity(observations.len()),
            observations: Vec::new(),
            people: Vec::new(),
            together: Vec::new(),
        };
        for (index, observation) in observations.iter().enumerate() {
            let fresh = parties.observations.len();
            let party = match keys[index] {
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
