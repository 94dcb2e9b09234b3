//! Answers by role: what linkage and indicators read, whatever the questionnaire calls it.

use super::Questionnaire;
use crate::model::{AgeInterval, Answer, AnswerValue, Answers, Role, SiteKind, SleepingPlace};

/// The answers of one observation by role. Absent means that no value is known.
#[derive(Clone, PartialEq, Default)]
pub struct RoleReading {
    /// Apparent men, women, minors, and those not told apart.
    pub men: Option<u32>,
    /// See `men`.
    pub women: Option<u32>,
    /// See `men`.
    pub minors: Option<u32>,
    /// See `men`.
    pub undetermined: Option<u32>,
    /// `m`, `f`, `x`; for one person counted without a question, from the counters.
    pub gender: Option<String>,
    /// For one minor counted without a question, 0-17.
    pub age: Option<AgeInterval>,
    /// `alone`, `couple`, `family`, `group`.
    pub household: Option<String>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// Where the person sleeps.
    pub sleeping_place: Option<SleepingPlace>,
    /// `none`, `tent`, `vehicle`, `squat`, `hut`, `carpark`, `hall`; from the sleeping place where
    /// it was not asked and the place tells it.
    pub shelter: Option<String>,
    /// Tents.
    pub tents: Option<u32>,
    /// Dogs.
    pub dogs: Option<u32>,
    /// Codes of visible marks, then the team's words.
    pub marks: Vec<String>,
    /// `yes` or `no`.
    pub already_surveyed: Option<bool>,
    /// A duration code.
    pub duration: Option<String>,
    /// Residents told, at least and at most; and counted.
    pub declared_at_least: Option<u32>,
    /// See `declared_at_least`.
    pub declared_at_most: Option<u32>,
    /// See `declared_at_least`.
    pub counted: Option<u32>,
    /// Squat, bidonville or camp.
    pub site_kind: Option<SiteKind>,
}

crate::redacts!(RoleReading);

/// Reads answers by role.
pub fn read_roles(questionnaire: &Questionnaire, answers: &Answers) -> RoleReading {
    let number = |role| questionnaire.number(answers, role);
    let text = |role| questionnaire.text(answers, role).map(str::to_owned);
    let sleeping_place = questionnaire.code(answers, Role::SleepingPlace);
    let mut reading = RoleReading {
        men: number(Role::CountMen),
        women: number(Role::CountWomen),
        minors: number(Role::CountMinors),
        undetermined: number(Role::CountUndetermined),
        gender: text(Role::Gender),
        age: text(Role::AgeBand).and_then(|band| band.parse().ok()),
        household: text(Role::Household),
        language: text(Role::Language).filter(|code| code != "und"),
        sleeping_place,
        shelter: text(Role::Shelter).or_else(|| implied_shelter(sleeping_place)),
        tents: number(Role::Tents),
        dogs: number(Role::Dogs),
        marks: marks(questionnaire, answers),
        already_surveyed: text(Role::AlreadySurveyed).map(|code| code == "yes"),
        duration: text(Role::Duration),
        declared_at_least: number(Role::DeclaredAtLeast),
        declared_at_most: number(Role::DeclaredAtMost),
        counted: number(Role::Counted),
        site_kind: questionnaire.code(answers, Role::SiteKind),
    };
    read_counters_as_person(&mut reading);
    reading
}

fn implied_shelter(place: Option<SleepingPlace>) -> Option<String> {
    let code = match place? {
        SleepingPlace::Tent | SleepingPlace::Camp => "tent",
        SleepingPlace::Vehicle => "vehicle",
        SleepingPlace::CarPark => "carpark",
        SleepingPlace::CommonParts => "hall",
        SleepingPlace::Squat => "squat",
        SleepingPlace::Bidonville => "hut",
        _ => return None,
    };
    Some(code.to_owned())
}

fn marks(questionnaire: &Questionnaire, answers: &Answers) -> Vec<String> {
    let mut found = match questionnaire.answer(answers, Role::MarkCodes) {
        Answer::Known(AnswerValue::Choices(codes)) => codes.clone(),
        _ => Vec::new(),
    };
    found.extend(questionnaire.text(answers, Role::Marks).map(str::to_owned));
    found
}

/// One head in one counter tells the apparent gender or age of that person.
fn read_counters_as_person(reading: &mut RoleReading) {
    let counters = [
        reading.men,
        reading.women,
        reading.minors,
        reading.undetermined,
    ];
    let counters = counters.map(Option::unwrap_or_default);
    if counters
        .iter()
        .fold(0, |sum: u32, n| sum.saturating_add(*n))
        != 1
    {
        return;
    }
    if reading.gender.is_none() {
        reading.gender = match counters {
            [1, ..] => Some("m".to_owned()),
            [_, 1, ..] => Some("f".to_owned()),
            _ => None,
        };
    }
    if reading.age.is_none() && counters[2] == 1 {
        reading.age = "0-17".parse().ok();
    }
}
