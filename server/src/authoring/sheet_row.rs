//! A row of a paper sheet, through the same form as on a tablet.
//!
//! It must never take what the form does not. `sheets` keys rows in by it, typed or from a file.

use super::sheet_columns::{PLACE_CHARACTERS, SheetColumn};
use maraude_core::form::{Draft, FormKind, ProblemCode, Questionnaire, Submission, SubmitError};
use maraude_core::model::{
    Answer, AnswerValue, Night, Observation, ObservationId, Role, TimestampMs,
};
use std::collections::BTreeMap;

/// A row of a sheet: people seen together.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The hour written, `23:40`.
    pub hour: String,
    /// Men, women, minors, and those not told apart.
    pub people: [u32; 4],
    /// Code of the sleeping place.
    pub sleeping_place: String,
    /// Code of the certainty, where something was written.
    pub certainty: Option<String>,
    /// Where, as it is written.
    pub typed_place: String,
    /// The note, as it is written.
    pub note: String,
}

maraude_core::redacts!(SheetRow);

/// What is wrong with a row, and in which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowWrong {
    /// Stable code.
    pub(super) code: &'static str,
    /// Where.
    pub(super) column: SheetColumn,
}

const fn wrong(code: &'static str, column: SheetColumn) -> RowWrong {
    RowWrong { code, column }
}

/// What rows are read with: the same form, and the same rules, as on a tablet.
pub(super) struct Reading<'a> {
    pub(super) form: &'a Questionnaire,
    pub(super) night: Night,
    pub(super) zone: &'a str,
    pub(super) submission: Submission,
}

impl Reading<'_> {
    /// The observation that a row stands for, or what is wrong with it.
    pub(super) fn observation(
        &self,
        id: ObservationId,
        row: &SheetRow,
    ) -> Result<Observation, RowWrong> {
        let seen_at = instant(self.night, &row.hour, self.zone);
        let seen_at = seen_at.ok_or(wrong("hour", SheetColumn::Hour))?;
        let mut draft = Draft::new(FormKind::Count, id, None, seen_at);
        let counts = [
            Role::CountMen,
            Role::CountWomen,
            Role::CountMinors,
            Role::CountUndetermined,
        ];
        let counted = counts.into_iter().zip(row.people).filter(|(_, n)| *n > 0);
        let mut answers: BTreeMap<Role, AnswerValue> = counted
            .map(|(role, number)| (role, AnswerValue::Integer(i64::from(number))))
            .collect();
        let text = |text: &str| text.trim().to_owned();
        answers.insert(
            Role::SleepingPlace,
            AnswerValue::Choice(row.sleeping_place.clone()),
        );
        if let Some(certainty) = &row.certainty {
            answers.insert(Role::Certainty, AnswerValue::Choice(certainty.clone()));
        }
        answers.insert(Role::Note, AnswerValue::Text(text(&row.note)));
        for (role, value) in answers {
            let column = column_of(role);
            let name = self.form.name_of(role).ok_or(wrong("answer", column))?;
            let taken = draft.answer(self.form, name, Answer::Known(value));
            taken.map_err(|_| match column {
                SheetColumn::SleepingPlace => wrong("sleeping-place", column),
                _ => wrong("answer", column),
            })?;
        }
        if row.typed_place.trim().chars().count() > PLACE_CHARACTERS {
            return Err(wrong("too-long", SheetColumn::Place));
        }
        draft.type_place(&row.typed_place);
        let submitted = draft.submit(self.form, self.submission.clone());
        submitted.map_err(|error| self.refused(&error))
    }

    /// The first thing the form says.
    fn refused(&self, error: &SubmitError) -> RowWrong {
        let SubmitError::Incomplete { problems } = error;
        let Some(problem) = problems.first() else {
            return wrong("answer", SheetColumn::Note);
        };
        let roles = self.form.roles.iter();
        let role = roles.filter(|(_, name)| **name == problem.question);
        let column = role.map(|(role, _)| column_of(*role)).next();
        let column = column.unwrap_or(SheetColumn::Note);
        match problem.code {
            ProblemCode::NoHeads => wrong("people", SheetColumn::Men),
            ProblemCode::TooLong => wrong("too-long", column),
            ProblemCode::TooLarge | ProblemCode::Negative => wrong("number", column),
            ProblemCode::Required if column == SheetColumn::SleepingPlace => {
                wrong("sleeping-place", column)
            }
            ProblemCode::Required | ProblemCode::Constraint => wrong("answer", column),
        }
    }
}

fn column_of(role: Role) -> SheetColumn {
    match role {
        Role::CountMen => SheetColumn::Men,
        Role::CountWomen => SheetColumn::Women,
        Role::CountMinors => SheetColumn::Minors,
        Role::CountUndetermined => SheetColumn::Undetermined,
        Role::SleepingPlace => SheetColumn::SleepingPlace,
        Role::Certainty => SheetColumn::Certainty,
        _ => SheetColumn::Note,
    }
}

/// When people were seen: an hour before noon belongs to the morning after the night began.
fn instant(night: Night, hour: &str, zone: &str) -> Option<TimestampMs> {
    let time = jiff::civil::Time::strptime("%H:%M", hour.trim()).ok()?;
    let began: jiff::civil::Date = night.to_string().parse().ok()?;
    let day = if time.hour() < 12 {
        began.tomorrow().ok()?
    } else {
        began
    };
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let seen = day.to_datetime(time).to_zoned(zone).ok()?;
    Some(seen.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_past_one_belongs_to_the_morning_after() {
        let night: Night = "2026-01-22".parse().unwrap();
        let at = |hour: &str| instant(night, hour, "Europe/Paris");
        assert_eq!(at("22:00"), Some(1_769_115_600_000));
        assert_eq!(at("01:30"), Some(1_769_115_600_000 + 210 * 60_000));
        assert_eq!((at("25:00"), at("tard")), (None, None));
    }
}
