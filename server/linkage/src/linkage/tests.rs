//! Promises of the whole run, on small invented nights: what builds them, and one file per promise.

mod figure;
mod groups;
mod people;
mod properties;

use super::*;
use crate::comparison::Field;
use crate::slot::{Dimension, Gender, Place};
use crate::thresholds::at_thresholds;
use maraude_core::model::{
    AccountId, Answer, Contact, Coordinates, DecisionId, DeviceId, LocalGroupId, Night,
    ObservationId, ObservationKind, TeamId,
};

pub(crate) use properties::some_decisions;

const NIGHT: &str = "2026-01-22";
const TEN_PM_MS: i64 = 1_769_115_600_000;

pub(crate) fn observation(
    number: u8,
    team: u8,
    minute: i64,
    (east_m, north_m): (f64, f64),
) -> LinkageObservation {
    let night: Night = NIGHT.parse().unwrap();
    let mut made = LinkageObservation::individual(
        ObservationId::from_random([number; 16]),
        night,
        (
            TeamId::from_random([team; 16]),
            DeviceId::from_random([team; 16]),
        ),
        TEN_PM_MS + minute * 60_000,
    );
    made.place = Some(Place {
        coordinates: Coordinates {
            longitude: 3.87 + east_m / 80_510.0,
            latitude: 43.61 + north_m / 111_195.0,
        },
        accuracy_m: Some(10.0),
    });
    made.contact = Contact::Answered;
    made
}

pub(crate) fn man(mut of: LinkageObservation, age: &str, language: &str) -> LinkageObservation {
    of.gender = Answer::Known(Gender::Man);
    of.age = Answer::Known(age.parse().unwrap());
    of.language = Answer::Known(language.to_owned());
    of
}

pub(crate) fn refusal(mut of: LinkageObservation) -> LinkageObservation {
    of.contact = Contact::Refused;
    for answer in [
        &mut of.language,
        &mut of.marks,
        &mut of.pseudonym,
        &mut of.shelter,
    ] {
        *answer = Answer::Refused;
    }
    of.gender = Answer::Refused;
    of.age = Answer::Refused;
    of
}

pub(crate) fn group(mut of: LinkageObservation, men: u32, women: u32) -> LinkageObservation {
    of.kind = ObservationKind::Group;
    of.people = men + women;
    of.men = Answer::Known(men);
    of.women = Answer::Known(women);
    of
}

pub(crate) fn slot(of: &LinkageObservation) -> SlotRef {
    SlotRef {
        observation: of.id,
        slot: 0,
    }
}

pub(crate) fn decision(number: u8, one: SlotRef, other: SlotRef, verdict: Verdict) -> Decision {
    Decision {
        id: DecisionId::from_random([number; 16]),
        one: one.min(other),
        other: one.max(other),
        verdict,
        reason: None,
        author: AccountId::from_random([1; 16]),
        decided_at: TEN_PM_MS + i64::from(number),
        undone_at: None,
    }
}

fn run(observations: &[LinkageObservation], decisions: &[Decision]) -> Linkage {
    link(observations, decisions, &Parameters::default())
}

pub(crate) fn together(of: &Linkage, one: SlotRef, other: SlotRef) -> bool {
    of.clusters
        .iter()
        .any(|cluster| cluster.slots.contains(&one) && cluster.slots.contains(&other))
}
