//! Sealed answers, apart from the others: whoever reads an observation reads that one was given.
//!
//! It must never open one: `review` does, for linkage alone.

use super::{View, ViewError};
use crate::store::Opposed;
use maraude_core::form::{QuestionKind, Questionnaire};
use maraude_core::model::{
    Answer, AnswerValue, Answers, Contact, DocumentId, Issue, Observation, ObservationId,
};
use rusqlite::{Transaction, params};
use std::collections::{BTreeMap, BTreeSet};

/// Fields with answers start with this.
const ANSWER: &str = "a.";

fn is_sealed(form: &Questionnaire, name: &str) -> bool {
    let asked = form.question(name);
    asked.is_some_and(|question| question.kind == QuestionKind::Sealed)
}

/// Whether whoever answered is in the list of those who are not recorded.
pub(super) fn is_opposed(form: &Questionnaire, opposed: &Opposed, of: &Observation) -> bool {
    let mut answers = of.answers.iter();
    answers.any(|(name, answer)| match answer {
        Answer::Known(AnswerValue::Text(value)) => {
            is_sealed(form, name) && opposed.holds(of.id, value)
        }
        _ => false,
    })
}

/// What is left of somebody who declined: a place, an hour, a number.
pub(super) fn as_declined(of: &Observation) -> Observation {
    Observation {
        contact: Contact::Refused,
        typed_place: None,
        local_group: None,
        note: None,
        answers: Answers::new(),
        ..of.clone()
    }
}

/// Keeps the sealed answers of an observation in their table, and shows only that they were given.
pub(super) fn set_apart(
    t: &Transaction<'_>,
    document: DocumentId,
    form: &Questionnaire,
    observation: &mut Observation,
) -> Result<(), ViewError> {
    let id = observation.id;
    for (name, answer) in &mut observation.answers {
        let Some(question) = form.question(name).filter(|_| is_sealed(form, name)) else {
            continue;
        };
        if let Answer::Known(AnswerValue::Text(value)) = answer {
            t.prepare_cached(
                "INSERT INTO sealed (document, observation, question, value)
                 VALUES (?, ?, ?, ?)",
            )?
            .execute(params![document.as_bytes(), id.as_bytes(), name, &*value])?;
        }
        *answer = question.shown(answer.clone());
    }
    Ok(())
}

/// Two sealings of one answer differ: that is no conflict, and their bytes are nobody's to read.
pub(super) fn leave_out(form: &Questionnaire, issues: &mut Vec<Issue>) {
    issues.retain(|issue| {
        let name = issue.field.as_deref().and_then(|f| f.strip_prefix(ANSWER));
        !name.is_some_and(|name| is_sealed(form, name))
    });
}

impl View {
    /// Observations whose answers are held back: whoever gave them is not to be recorded.
    pub fn held_back(&self) -> Result<BTreeSet<ObservationId>, ViewError> {
        self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT id FROM observation WHERE held_back")?;
            let ids = query.query_map([], |row| {
                row.get::<_, [u8; 16]>(0).map(ObservationId::from_bytes)
            })?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// What tablets sealed in answer to a question, by observation.
    pub fn sealed(&self, question: &str) -> Result<BTreeMap<ObservationId, String>, ViewError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached("SELECT observation, value FROM sealed WHERE question = ?")?;
            let rows = query.query_map([question], |row| {
                let id = row.get::<_, [u8; 16]>(0).map(ObservationId::from_bytes)?;
                Ok((id, row.get(1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
