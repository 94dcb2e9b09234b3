//! How many people a filled form stands for (design D14: at least, at most, how known).

use super::{FormKind, Questionnaire};
use crate::model::{Answers, CountMethod, HeadCount, Role, SleepingPlace};

/// Bounds of the number of people in a closed tent whose number is unknown.
///
/// # Source
/// Design D14 asks for bounds; a trekking tent sleeps three. Shown to the team as the hint of the
/// question, and kept as an estimate.
pub const UNKNOWN_IN_TENT: (u32, u32) = (1, 3);
/// The same for a closed vehicle: two seats that fold.
pub const UNKNOWN_IN_VEHICLE: (u32, u32) = (1, 2);
/// The same anywhere else (under blankets or cardboard).
pub const UNKNOWN_OUTSIDE: (u32, u32) = (1, 3);

/// The four counters, in the order they are shown.
pub(super) const COUNTERS: [Role; 4] = [
    Role::CountMen,
    Role::CountWomen,
    Role::CountMinors,
    Role::CountUndetermined,
];

/// The head-count of relevant answers; zero heads while a count is empty.
pub(super) fn heads(questionnaire: &Questionnaire, form: FormKind, answers: &Answers) -> HeadCount {
    let number = |role| questionnaire.number(answers, role);
    match form {
        FormKind::Count => HeadCount::exactly(counted(questionnaire, answers)),
        FormKind::Interview => interviewed(questionnaire, answers),
        FormKind::NoContact => {
            if questionnaire.text(answers, Role::HeadsUnknown).is_some() {
                let (at_least, at_most) = unknown_bounds(questionnaire, answers);
                return HeadCount::between(at_least, at_most, CountMethod::Estimated);
            }
            let at_least = number(Role::HeadsAtLeast).unwrap_or(1).max(1);
            let at_most = number(Role::HeadsAtMost).unwrap_or(at_least).max(at_least);
            let method = if at_least == at_most {
                CountMethod::Counted
            } else {
                CountMethod::Estimated
            };
            HeadCount::between(at_least, at_most, method)
        }
        FormKind::Site => residents(questionnaire, answers),
        FormKind::PartnerCount => {
            let at_least = number(Role::HeadsAtLeast).unwrap_or(0);
            let at_most = number(Role::HeadsAtMost).unwrap_or(at_least).max(at_least);
            let method = questionnaire
                .code(answers, Role::HowKnown)
                .unwrap_or(CountMethod::Declared);
            HeadCount::between(at_least, at_most, method)
        }
        FormKind::ZeroSector => HeadCount::exactly(0),
    }
}

fn counted(questionnaire: &Questionnaire, answers: &Answers) -> u32 {
    COUNTERS
        .into_iter()
        .filter_map(|role| questionnaire.number(answers, role))
        .fold(0, u32::saturating_add)
}

/// The person who answers and those with them: the counters, never below what the household says.
fn interviewed(questionnaire: &Questionnaire, answers: &Answers) -> HeadCount {
    if let Some(apparent) = questionnaire.number(answers, Role::HeadsAtLeast) {
        return HeadCount::exactly(apparent.max(1));
    }
    let implied = match questionnaire.text(answers, Role::Household) {
        Some("couple" | "family" | "group") => 2,
        _ => 1,
    };
    let counted = counted(questionnaire, answers);
    if counted >= implied {
        HeadCount::exactly(counted)
    } else if implied == 1 {
        HeadCount::exactly(1)
    } else {
        HeadCount::between(implied, implied, CountMethod::Estimated)
    }
}

/// What was declared and what was counted stay apart in the answers; the head-count goes from
/// the heads counted to the largest number told.
fn residents(questionnaire: &Questionnaire, answers: &Answers) -> HeadCount {
    let number = |role| questionnaire.number(answers, role);
    let declared_least = number(Role::DeclaredAtLeast).or(number(Role::DeclaredAtMost));
    let declared_most = number(Role::DeclaredAtMost).max(declared_least);
    match (number(Role::Counted), declared_least) {
        (Some(counted), _) => HeadCount::between(
            counted,
            declared_most.unwrap_or(counted).max(counted),
            CountMethod::Counted,
        ),
        (None, Some(at_least)) => {
            let method = questionnaire
                .code(answers, Role::HowKnown)
                .unwrap_or(CountMethod::Declared);
            HeadCount::between(at_least, declared_most.unwrap_or(at_least), method)
        }
        (None, None) => HeadCount::exactly(0),
    }
}

fn unknown_bounds(questionnaire: &Questionnaire, answers: &Answers) -> (u32, u32) {
    match questionnaire.code(answers, Role::SleepingPlace) {
        Some(SleepingPlace::Tent | SleepingPlace::Camp) => UNKNOWN_IN_TENT,
        Some(SleepingPlace::Vehicle) => UNKNOWN_IN_VEHICLE,
        _ => UNKNOWN_OUTSIDE,
    }
}
