//! What linkage compares: observations as it needs them, and their slots.
//!
//! It must never know a questionnaire or a file: callers translate. Every module here reads it.

use maraude_core::model::{
    AgeInterval, Answer, Contact, Coordinates, DeviceId, LocalGroupId, Night, ObservationId,
    ObservationKind, SlotRef, TeamId, TimestampMs,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Apparent or declared sex, as the questionnaire codes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// `m`
    Man,
    /// `f`
    Woman,
    /// `x`
    Other,
}

/// With whom the person sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Household {
    /// By oneself.
    Alone,
    /// Two partners.
    Couple,
    /// With children.
    Family,
    /// With others.
    Group,
}

/// The subject an observation counts for; subjects stand on separate lines (design D14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// People in the street.
    Street,
    /// People met one by one in a squat.
    Squat,
    /// People met one by one in a bidonville.
    Bidonville,
    /// Heads told by a partner.
    Partner,
}

/// What totals are parted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The sector of the round.
    Sector,
    /// The commune of the place.
    Commune,
    /// Where the people sleep.
    Situation,
}

/// The part an observation belongs to in each dimension, as codes; none where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Belonging {
    /// Of [`Dimension::Sector`].
    pub sector: Option<String>,
    /// Of [`Dimension::Commune`].
    pub commune: Option<String>,
    /// Of [`Dimension::Situation`].
    pub situation: Option<String>,
}

impl Belonging {
    /// The part of a dimension.
    pub fn of(&self, dimension: Dimension) -> Option<&str> {
        match dimension {
            Dimension::Sector => self.sector.as_deref(),
            Dimension::Commune => self.commune.as_deref(),
            Dimension::Situation => self.situation.as_deref(),
        }
    }
}

/// Where the people were seen.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// WGS 84.
    pub coordinates: Coordinates,
    /// Radius that holds the true place 68 times in 100, metres; absent when unknown.
    pub accuracy_m: Option<f64>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(…)")
    }
}

/// One standing observation, as linkage needs it. Withdrawn ones are left out by the caller.
///
/// Its `Debug` shows identifiers only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkageObservation {
    /// Identifier.
    pub id: ObservationId,
    /// Night of its round.
    pub night: Night,
    /// Team of its round.
    pub team: TeamId,
    /// Tablet that created it.
    pub device: DeviceId,
    /// When the people were seen, corrected by the tablet's clock offset, UTC.
    pub observed_at: TimestampMs,
    /// What is observed; only individuals and groups have slots.
    pub kind: ObservationKind,
    /// The subject it counts for.
    pub unit: Unit,
    /// It counts: not doubtful, or ruled to count.
    pub in_figure: bool,
    /// The parts of totals it belongs to; never evidence.
    pub belongs: Belonging,
    /// People seen together by one team share this.
    pub local_group: Option<LocalGroupId>,
    /// Where.
    pub place: Option<Place>,
    /// How the contact went.
    pub contact: Contact,
    /// People it stands for, at least.
    pub people: u32,
    /// People seen together, where the team told it apart from the slots (partly filed groups).
    pub seen_together: Answer<u32>,
    /// Apparent men of a group.
    pub men: Answer<u32>,
    /// Apparent women of a group.
    pub women: Answer<u32>,
    /// Apparent minors of a group.
    pub minors: Answer<u32>,
    /// Of an individual.
    pub gender: Answer<Gender>,
    /// Of an individual.
    pub age: Answer<AgeInterval>,
    /// With whom.
    pub household: Answer<Household>,
    /// ISO 639-1 code.
    pub language: Answer<String>,
    /// Shelter code.
    pub shelter: Answer<String>,
    /// How many tents.
    pub tents: Answer<u32>,
    /// How many dogs.
    pub dogs: Answer<u32>,
    /// Distinguishing marks, words.
    pub marks: Answer<String>,
    /// Keyed pseudonym.
    pub pseudonym: Answer<String>,
    /// "Already surveyed tonight".
    pub already_surveyed: Answer<bool>,
}

impl fmt::Debug for LinkageObservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkageObservation({})", self.id)
    }
}

impl LinkageObservation {
    /// An individual in the street of whom nothing is known yet.
    pub fn individual(
        id: ObservationId,
        night: Night,
        (team, device): (TeamId, DeviceId),
        observed_at: TimestampMs,
    ) -> Self {
        Self {
            id,
            night,
            team,
            device,
            observed_at,
            kind: ObservationKind::Individual,
            unit: Unit::Street,
            in_figure: true,
            belongs: Belonging::default(),
            local_group: None,
            place: None,
            contact: Contact::Observed,
            people: 1,
            seen_together: Answer::NotAsked,
            men: Answer::NotAsked,
            women: Answer::NotAsked,
            minors: Answer::NotAsked,
            gender: Answer::NotAsked,
            age: Answer::NotAsked,
            household: Answer::NotAsked,
            language: Answer::NotAsked,
            shelter: Answer::NotAsked,
            tents: Answer::NotAsked,
            dogs: Answer::NotAsked,
            marks: Answer::NotAsked,
            pseudonym: Answer::NotAsked,
            already_surveyed: Answer::NotAsked,
        }
    }

    /// The person declined.
    pub(crate) fn declined(&self) -> bool {
        self.contact == Contact::Refused
    }

    /// The person spoke to the team.
    pub fn answered(&self) -> bool {
        matches!(self.contact, Contact::Answered | Contact::Partial)
    }
}

/// One person of an observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Which.
    pub at: SlotRef,
    /// Index of its observation, as the run orders them.
    pub observation: usize,
    /// Of this person.
    pub gender: Answer<Gender>,
    /// Of this person.
    pub age: Answer<AgeInterval>,
}

/// Most slots one observation opens: a larger head-count is of a site, not of people met.
const SLOT_CAP: u32 = 200;

/// Age of those a team calls minors, years.
const MINOR: AgeInterval = AgeInterval {
    from_years: 0,
    to_years: 17,
};

/// The slots of observations, in their order: those of a group stand for its
/// apparent men, then women, then minors, then people not told apart.
pub(crate) fn slots(observations: &[LinkageObservation]) -> Vec<Slot> {
    observations
        .iter()
        .enumerate()
        .flat_map(|(index, observation)| observation_slots(index, observation))
        .collect()
}

pub(crate) fn observation_slots(index: usize, of: &LinkageObservation) -> Vec<Slot> {
    let slot = |number: u32, gender, age| Slot {
        at: SlotRef {
            observation: of.id,
            slot: number as u16,
        },
        observation: index,
        gender,
        age,
    };
    match of.kind {
        ObservationKind::Individual => vec![slot(0, of.gender, of.age)],
        ObservationKind::Group => {
            let known = |count: &Answer<u32>| count.known().copied().unwrap_or(0).min(SLOT_CAP);
            let (men, women, minors) = (known(&of.men), known(&of.women), known(&of.minors));
            let total = of.people.max(men + women + minors).clamp(1, SLOT_CAP);
            (0..total)
                .map(|number| {
                    if number < men {
                        slot(number, Answer::Known(Gender::Man), Answer::NotObserved)
                    } else if number < men + women {
                        slot(number, Answer::Known(Gender::Woman), Answer::NotObserved)
                    } else if number < men + women + minors {
                        slot(number, Answer::NotObserved, Answer::Known(MINOR))
                    } else {
                        slot(number, Answer::NotObserved, Answer::NotObserved)
                    }
                })
                .collect()
        }
        ObservationKind::Site | ObservationKind::PartnerCount | ObservationKind::ZeroSector => {
            Vec::new()
        }
    }
}
