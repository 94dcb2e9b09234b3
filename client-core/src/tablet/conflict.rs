//! Fields that two tablets wrote without knowing of each other: shown in the form's words, and one
//! value held to be right.
//!
//! It must never drop a value by itself: the other one stays in the document's history.

use super::Tablet;
use super::job::{After, Job};
use super::store::Staged;
use super::view::{ConflictValue, ConflictView};
use super::writing::Written;
use crate::form::{Question, QuestionKind, Questionnaire, recounted};
use crate::model::{
    Answer, AnswerValue, Certainty, Contact, DocumentId, HeadCount, Issue, IssueCode, Observation,
    ObservationId, ObservationKind, Role, Stamp,
};

/// Fields with answers start with this.
const ANSWER: &str = "a.";
/// Fields that follow from answers: they are counted again, not asked about.
const DERIVED: [&str; 4] = ["heads", "kind", "contact", "certainty"];

/// The conflicts of one observation as a person may settle them.
pub(super) fn views(
    questionnaire: &Questionnaire,
    seen: &Observation,
    issues: &[Issue],
) -> Vec<ConflictView> {
    conflicts(seen.id, issues)
        .filter(|(field, _)| !DERIVED.contains(field))
        .map(|(field, values)| (field, question_of(questionnaire, field), values))
        // Two sealings of one answer differ, and nobody here can tell them apart.
        .filter(|(_, question, _)| question.is_none_or(|q| q.kind != QuestionKind::Sealed))
        .map(|(field, question, values)| {
            let values = values.iter().enumerate();
            ConflictView {
                field: field.to_owned(),
                label: question.map(|question| question.label.clone()),
                values: values
                    .map(|(at, text)| value_view(questionnaire, question, field, at, text))
                    .collect(),
            }
        })
        .collect()
}

fn conflicts(id: ObservationId, issues: &[Issue]) -> impl Iterator<Item = (&str, &[String])> {
    let key = format!("observation:{id}");
    issues.iter().filter_map(move |issue| {
        let told = issue.code == IssueCode::Conflict && issue.key == key;
        let field = issue.field.as_deref().filter(|_| told)?;
        Some((field, issue.values.as_slice()))
    })
}

/// The question behind a field; the note is one, though no answer holds it.
fn question_of<'a>(questionnaire: &'a Questionnaire, field: &str) -> Option<&'a Question> {
    let name = match field {
        "note" => questionnaire.name_of(Role::Note)?,
        field => field.strip_prefix(ANSWER)?,
    };
    questionnaire.question(name)
}

fn value_view(
    questionnaire: &Questionnaire,
    question: Option<&Question>,
    field: &str,
    at: usize,
    text: &str,
) -> ConflictValue {
    let answer = question.and_then(|question| answer_of(question, text));
    let chosen: &[String] = match &answer {
        Some(Answer::Known(AnswerValue::Choices(codes))) => codes,
        Some(Answer::Known(AnswerValue::Choice(code))) => std::slice::from_ref(code),
        _ => &[],
    };
    let list = question.map_or(&[][..], |question| questionnaire.choices(question));
    ConflictValue {
        choices: list
            .iter()
            .filter(|choice| chosen.contains(&choice.name))
            .map(|choice| choice.label.clone())
            .collect(),
        text: text.to_owned(),
        choosable: at == 0 || answer.is_some() || field == "typed_place",
        answer,
    }
}

/// The answer that a document shows as this text.
fn answer_of(question: &Question, text: &str) -> Option<Answer<AnswerValue>> {
    let value = match text {
        "" => return Some(Answer::NotAsked),
        "~refused" => return Some(Answer::Refused),
        "~does_not_know" => return Some(Answer::DoesNotKnow),
        "~not_observed" => return Some(Answer::NotObserved),
        "~not_applicable" => return Some(Answer::NotApplicable),
        known => known,
    };
    Some(Answer::Known(match question.kind {
        QuestionKind::Integer => AnswerValue::Integer(value.parse().ok()?),
        QuestionKind::Text => AnswerValue::Text(value.to_owned()),
        QuestionKind::SelectOne => AnswerValue::Choice(value.to_owned()),
        QuestionKind::SelectMultiple => {
            AnswerValue::Choices(value.split_ascii_whitespace().map(str::to_owned).collect())
        }
        QuestionKind::Geopoint | QuestionKind::Note | QuestionKind::Sealed => return None,
    }))
}

impl Tablet {
    pub(super) fn ask_settle(&mut self, observation: ObservationId, field: String, choice: u32) {
        if let Some(document) = self.round {
            self.jobs
                .push_back(Job::Settle(document, observation, field, choice));
        }
    }

    /// One change: the value held to be right, and what follows from it, written over both.
    pub(super) fn settle(
        &mut self,
        document: DocumentId,
        observation: ObservationId,
        field: &str,
        choice: u32,
    ) -> Option<Staged> {
        let questionnaire = self.questionnaire();
        let (round, issues) = self.paper(document)?.round()?;
        let seen = round.observations.iter().find(|o| o.id == observation)?;
        let (_, values) = conflicts(observation, issues).find(|(name, _)| *name == field)?;
        let text = values.get(choice as usize)?;
        let mut settled = seen.clone();
        settled.edited = Some(Stamp {
            device: self.device_id(),
            at: self.now,
        });
        let answer = question_of(questionnaire, field).and_then(|asked| answer_of(asked, text));
        match (field, answer) {
            ("typed_place", _) => {
                settled.typed_place = Some(text.clone()).filter(|t| !t.is_empty());
            }
            ("note", Some(Answer::Known(AnswerValue::Text(note)))) => settled.note = Some(note),
            ("note", Some(Answer::NotAsked)) => settled.note = None,
            (_, Some(answer)) => {
                let name = field.strip_prefix(ANSWER)?;
                settled.answers.insert(name.to_owned(), answer);
            }
            (_, None) if choice == 0 => {}
            (_, None) => return None,
        }
        let settled = recounted(questionnaire, settled);
        let mut detour = settled.clone();
        for (name, _) in conflicts(observation, issues) {
            if name == field || DERIVED.contains(&name) {
                differ(&mut detour, name);
            }
        }
        let after = After::Changed {
            code: "settled",
            undo: None,
        };
        let mut staged = Staged::new(self.state.clone(), after);
        let written = self.write(&mut staged, document, Some(observation), |writer| {
            // Writing a value that is read already would delete the others, and deletions are not
            // let through: another value is written first.
            writer.put_observation(&detour);
            writer.put_observation(&settled);
        });
        if written == Written::Impossible {
            self.say_problem("not-saved", None);
            return None;
        }
        Some(staged)
    }
}

/// Gives one field another value than it has.
fn differ(observation: &mut Observation, field: &str) {
    let other_text = |text: &Option<String>| text.is_none().then(|| "…".to_owned());
    match field {
        "heads" => {
            let more = observation.heads.at_most().saturating_add(1);
            observation.heads = HeadCount::exactly(more);
        }
        "contact" => {
            observation.contact = match observation.contact {
                Contact::Observed => Contact::Answered,
                _ => Contact::Observed,
            };
        }
        "certainty" => {
            observation.certainty = match observation.certainty {
                Certainty::Certain => Certainty::Doubtful,
                _ => Certainty::Certain,
            };
        }
        "kind" => {
            observation.kind = match observation.kind {
                ObservationKind::Individual => ObservationKind::Group,
                _ => ObservationKind::Individual,
            };
        }
        "typed_place" => observation.typed_place = other_text(&observation.typed_place),
        "note" => observation.note = other_text(&observation.note),
        "pin" => observation.pin = None,
        "fix" => observation.fix = None,
        "site" => observation.site = None,
        "observed_at" => observation.observed_at += 1,
        _ => {
            let name = field.strip_prefix(ANSWER).unwrap_or(field);
            if observation.answers.remove(name).is_none() {
                observation.answers.insert(name.to_owned(), Answer::Refused);
            }
        }
    }
}
