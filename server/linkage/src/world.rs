//! Observations laid out for one run: in order, with what is looked up by index.
//!
//! It must never weigh anything. `linkage` lays out a whole campaign, `live` a neighbourhood.

use crate::blocking::{Candidate, candidates};
use crate::distance::{Density, Surroundings};
use crate::frequencies::{Frequencies, Terms};
use crate::ground::{Located, places};
use crate::parameters::Parameters;
use crate::party::{Parties, PartyKey, numbered, party_keys};
use crate::score::Scoring;
use crate::slot::{LinkageObservation, Slot, slots};
use maraude_core::model::{Night, ObservationId, TeamId};

/// Everything of some observations that comparing them asks for.
pub(crate) struct World {
    pub observations: Vec<LinkageObservation>,
    pub slots: Vec<Slot>,
    /// First slot of each observation, and the end of the last.
    pub first_slot: Vec<u32>,
    /// Slots of each observation.
    pub people: Vec<usize>,
    pub places: Vec<Option<Located>>,
    pub parties: Parties,
    /// Outing of each observation.
    pub outings: Vec<u32>,
    pub terms: Terms,
    pub density: Density,
}

/// The order of a world: what ties are broken by.
pub(crate) type Order = (Night, TeamId, i64, ObservationId);

/// Where an observation stands in it.
pub(crate) fn order(of: &LinkageObservation) -> Order {
    (of.night, of.team, of.observed_at, of.id)
}

impl World {
    /// Of all observations, in order; and what is worth comparing.
    pub fn of(
        observations: Vec<LinkageObservation>,
        words: &Frequencies,
        parameters: &Parameters,
    ) -> (Self, Vec<Candidate>) {
        let terms = words.vocabulary().terms(&observations);
        let places = places(&observations, parameters);
        let outings = numbered(&observations);
        let keys = party_keys(&observations.iter().collect::<Vec<_>>());
        let mut made = Self::with(observations, places, (outings, &keys), terms);
        let found = candidates(
            &made.observations,
            &made.places,
            &made.parties,
            &made.terms,
            parameters,
        );
        made.density = Density::of(
            &made.observations,
            &made.people,
            &made.places,
            &made.outings,
            &found,
        );
        (made, found)
    }

    /// Of observations in order whose places, outings, parties and terms are known; the density is
    /// empty.
    pub fn with(
        observations: Vec<LinkageObservation>,
        places: Vec<Option<Located>>,
        (outings, keys): (Vec<u32>, &[Option<PartyKey>]),
        terms: Terms,
    ) -> Self {
        let slots = slots(&observations);
        let first_slot = first_slots(observations.len(), &slots);
        Self {
            people: first_slot
                .windows(2)
                .map(|two| (two[1] - two[0]) as usize)
                .collect(),
            parties: Parties::of(&observations, &slots, keys),
            density: Density::default(),
            observations,
            slots,
            first_slot,
            places,
            outings,
            terms,
        }
    }

    /// What the evidence of a distance looks at.
    pub fn around<'a>(&'a self, parameters: &'a Parameters) -> Surroundings<'a> {
        Surroundings {
            observations: &self.observations,
            people: &self.people,
            places: &self.places,
            parties: &self.parties,
            density: &self.density,
            outings: &self.outings,
            parameters,
        }
    }

    /// What scoring looks at.
    pub fn scoring<'a>(&'a self, around: &'a Surroundings<'a>) -> Scoring<'a> {
        Scoring {
            around,
            slots: &self.slots,
            terms: &self.terms,
            first_slot: &self.first_slot,
        }
    }
}

/// Pairs of observations that blocking finds worth comparing, for whoever measures what it misses.
pub fn compared_pairs(
    observations: &[LinkageObservation],
    parameters: &Parameters,
) -> Vec<(ObservationId, ObservationId)> {
    let mut observations = observations.to_vec();
    observations.sort_by_key(order);
    let words = Frequencies::of(&observations);
    let (world, found) = World::of(observations, &words, parameters);
    let id = |row: u32| world.observations[row as usize].id;
    found
        .iter()
        .map(|pair| (id(pair.one), id(pair.other)))
        .collect()
}

fn first_slots(observations: usize, slots: &[Slot]) -> Vec<u32> {
    let mut first = vec![0; observations + 1];
    for slot in slots {
        first[slot.observation + 1] += 1;
    }
    for index in 0..observations {
        first[index + 1] += first[index];
    }
    first
}
