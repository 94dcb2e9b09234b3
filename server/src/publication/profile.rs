//! What is known of the person a cluster stands for, from everything that was observed of them.
//!
//! It must never look at an observation that is out of the figure. `prepare` calls it.

use crate::review::Reviewed;
use maraude_core::model::{ObservationId, ObservationKind, SlotRef};
use maraude_linkage as linkage;
use maraude_linkage::LinkageObservation;
use maraude_observatory::attribute::{Gender, Household, Profile};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

/// The profile of the person in these slots: of each trait the first that an observation of the
/// figure tells, those of one person before those of a group, in the order of slots.
pub fn profile(
    reviewed: &Reviewed,
    slots: &[SlotRef],
    in_figure: &dyn Fn(ObservationId) -> bool,
) -> Profile {
    let mut told: Vec<Profile> = Vec::new();
    for of_group in [false, true] {
        told.extend(slots.iter().filter_map(|slot| {
            let of = reviewed.compared(slot.observation)?;
            let group = of.kind == ObservationKind::Group;
            (group == of_group && in_figure(slot.observation)).then(|| of_slot(of, slot.slot))
        }));
    }
    Profile {
        age: told.iter().find_map(|one| one.age),
        gender: told.iter().find_map(|one| one.gender),
        household: told.iter().find_map(|one| one.household),
        sleeping_place: told.iter().find_map(|one| one.sleeping_place),
        // Read by the indicators alone: no release tells it.
        duration: None,
    }
}

fn of_slot(of: &LinkageObservation, slot: u16) -> Profile {
    let place = of.belongs.situation.as_deref().and_then(|code| {
        let code: StrDeserializer<'_, ValueError> = code.into_deserializer();
        Deserialize::deserialize(code).ok()
    });
    let household = of.household.known().map(|household| match household {
        linkage::Household::Alone => Household::Alone,
        linkage::Household::Couple => Household::Couple,
        linkage::Household::Family => Household::Family,
        linkage::Household::Group => Household::Group,
    });
    let mut profile = Profile {
        age: of.age.known().copied(),
        gender: of.gender.known().and_then(|gender| match gender {
            linkage::Gender::Man => Some(Gender::Man),
            linkage::Gender::Woman => Some(Gender::Woman),
            linkage::Gender::Other => None,
        }),
        household,
        sleeping_place: place,
        duration: None,
    };
    if of.kind == ObservationKind::Group {
        let count =
            |answer: &maraude_core::model::Answer<u32>| answer.known().copied().unwrap_or(0);
        let (men, women, minors) = (count(&of.men), count(&of.women), count(&of.minors));
        let slot = u32::from(slot);
        // A group's slots are its men, then its women, then its minors, then the rest.
        if slot < men {
            profile.gender = Some(Gender::Man);
        } else if slot < men + women {
            profile.gender = Some(Gender::Woman);
        } else if slot < men + women + minors {
            profile.age = MINOR.parse().ok();
        }
    }
    profile
}

/// Ages of a minor counted without a question.
const MINOR: &str = "0-17";
