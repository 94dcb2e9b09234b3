//! Observations as linkage needs them, through the questionnaire's roles.
//!
//! It must never decide what counts: `projection` tells the line of the figure and the ruling.

use maraude_core::form::{Questionnaire, RoleReading, read_roles};
use maraude_core::model::{
    Answer, Night, Observation, ObservationKind, Position, SleepingPlace, SlotRef, TeamId,
    TimestampMs,
};
use maraude_linkage::{Belonging, Gender, Household, LinkageObservation, Place, Unit};

/// An observation with what the log and geolocation know of it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// Itself.
    pub observation: &'a Observation,
    /// The team of its round.
    pub team: TeamId,
    /// The night of its round.
    pub night: Night,
    /// When the people were seen, corrected by the tablet's clock offset.
    pub observed_at: TimestampMs,
    /// The position believed.
    pub position: Option<Position>,
    /// The subject it counts for.
    pub unit: Unit,
    /// It is in the figure.
    pub in_figure: bool,
    /// Code of the sector of its round.
    pub sector: Option<&'a str>,
    /// Code of the commune that holds it.
    pub commune: Option<&'a str>,
    /// The keyed pseudonym of whoever answered.
    pub pseudonym: Option<&'a str>,
}

maraude_core::redacts!(Seen<'a>);

/// The observation as linkage needs it. A camp is counted with the street: its residents are a
/// group.
pub fn candidate(questionnaire: &Questionnaire, seen: &Seen<'_>) -> LinkageObservation {
    let of = seen.observation;
    let roles = read_roles(questionnaire, &of.answers);
    let author = (seen.team, of.created.device);
    let mut made = LinkageObservation::individual(of.id, seen.night, author, seen.observed_at);
    made.kind = if of.kind == ObservationKind::Site && seen.unit == Unit::Street {
        ObservationKind::Group
    } else {
        of.kind
    };
    made.unit = seen.unit;
    made.in_figure = seen.in_figure;
    made.belongs = Belonging {
        sector: seen.sector.map(str::to_owned),
        commune: seen.commune.map(str::to_owned),
        situation: roles.sleeping_place.and_then(place_code),
    };
    made.local_group = of.local_group;
    made.place = seen.position.map(|position| Place {
        coordinates: position.coordinates,
        accuracy_m: position.accuracy_m,
    });
    made.contact = of.contact;
    made.people = of.heads.at_least();
    fill_traits(&mut made, roles);
    // Of a group it is that of one member, and nobody knows of which.
    if made.kind == ObservationKind::Individual {
        made.pseudonym = answer(seen.pseudonym.map(str::to_owned));
    }
    made
}

/// A sleeping place as the model writes it.
fn place_code(place: SleepingPlace) -> Option<String> {
    let written = serde_json::to_value(place).ok()?;
    written.as_str().map(str::to_owned)
}

fn fill_traits(made: &mut LinkageObservation, roles: RoleReading) {
    if made.kind == ObservationKind::Group {
        made.men = answer(roles.men);
        made.women = answer(roles.women);
        made.minors = answer(roles.minors);
    } else {
        made.gender = answer(roles.gender.as_deref().and_then(gender));
        made.age = answer(roles.age);
    }
    made.household = answer(roles.household.as_deref().and_then(household));
    made.language = answer(roles.language);
    made.shelter = answer(roles.shelter);
    made.tents = answer(roles.tents);
    made.dogs = answer(roles.dogs);
    made.marks = answer((!roles.marks.is_empty()).then(|| roles.marks.join(", ")));
    made.already_surveyed = answer(roles.already_surveyed);
}

fn answer<T>(value: Option<T>) -> Answer<T> {
    value.map_or(Answer::NotAsked, Answer::Known)
}

fn gender(code: &str) -> Option<Gender> {
    match code {
        "m" => Some(Gender::Man),
        "f" => Some(Gender::Woman),
        "x" => Some(Gender::Other),
        _ => None,
    }
}

fn household(code: &str) -> Option<Household> {
    match code {
        "alone" => Some(Household::Alone),
        "couple" => Some(Household::Couple),
        "family" => Some(Household::Family),
        "group" => Some(Household::Group),
        _ => None,
    }
}

/// What is known of the person in a slot: names of compared fields and values as codes.
pub fn traits(of: &LinkageObservation, slot: SlotRef) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if of.kind == ObservationKind::Group {
        found.push(("group_size", of.people.to_string()));
        let counts = [
            ("men", &of.men),
            ("women", &of.women),
            ("minors", &of.minors),
        ];
        for (field, count) in counts {
            if let Some(count) = count.known() {
                found.push((field, count.to_string()));
            }
        }
        if of.people > 1 {
            found.push(("slot", (u32::from(slot.slot) + 1).to_string()));
        }
    }
    let code = |gender: &Gender| match gender {
        Gender::Man => "m".to_owned(),
        Gender::Woman => "f".to_owned(),
        Gender::Other => "x".to_owned(),
    };
    let with = |household: &Household| match household {
        Household::Alone => "alone".to_owned(),
        Household::Couple => "couple".to_owned(),
        Household::Family => "family".to_owned(),
        Household::Group => "group".to_owned(),
    };
    let known = [
        ("gender", of.gender.known().map(code)),
        ("age_band", of.age.known().map(ToString::to_string)),
        ("household", of.household.known().map(with)),
        ("language", of.language.known().cloned()),
        ("shelter", of.shelter.known().cloned()),
        ("tents", of.tents.known().map(ToString::to_string)),
        ("dogs", of.dogs.known().map(ToString::to_string)),
        ("marks", of.marks.known().cloned()),
        (
            "already_surveyed",
            of.already_surveyed
                .known()
                .map(|yes| if *yes { "yes" } else { "no" }.to_owned()),
        ),
    ];
    found.extend(
        known
            .into_iter()
            .filter_map(|(field, value)| Some((field, value?))),
    );
    found
}
