//! An observation as an entry.

use super::entry::Entry;
use super::fields::{FieldReader, FieldsOut};
use super::schema::kind;
use super::text;
use crate::model::{
    Answer, Answers, Certainty, Contact, CountMethod, HeadCount, IssueCode, Observation,
    ObservationKind,
};

/// Fields with answers start with this.
const ANSWER: &str = "a.";

impl Entry for Observation {
    const KIND: &'static str = kind::OBSERVATION;
    const FAMILY: Option<&'static str> = Some(ANSWER);

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.code("kind", &self.kind);
        out.put("created", text::stamp(&self.created));
        out.instant("observed_at", self.observed_at);
        out.code("contact", &self.contact);
        out.code("certainty", &self.certainty);
        out.put("heads", text::heads(self.heads));
        out.optional("fix", self.fix.as_ref().map(text::position));
        out.optional("pin", self.pin.as_ref().map(text::position));
        out.optional("typed_place", self.typed_place.as_ref());
        out.optional("local_group", self.local_group.map(|id| id.to_string()));
        out.optional("site", self.site.map(|id| id.to_string()));
        out.optional("note", self.note.as_ref());
        out.optional("organisation", self.organisation.as_ref());
        for (question, answer) in &self.answers {
            if *answer != Answer::NotAsked {
                out.put(&format!("{ANSWER}{question}"), text::answer(answer));
            }
        }
        out.optional("withdrawn", self.withdrawn.as_ref().map(text::withdrawal));
        out.optional("edited", self.edited.as_ref().map(text::stamp));
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let id = id.parse().ok()?;
        let created = fields.stamp("created");
        let kind = fields.code("kind");
        let observed_at = fields.instant("observed_at");
        let contact = fields.code("contact");
        let heads = fields.told("heads", text::to_heads);
        let unknown = HeadCount::between(1, 1, CountMethod::Estimated);
        Some(Self {
            id,
            kind: fields.required("kind", kind, ObservationKind::Individual),
            created,
            observed_at: fields.required("observed_at", observed_at, created.at),
            contact: fields.required("contact", contact, Contact::Observed),
            certainty: fields.code("certainty").unwrap_or(Certainty::Certain),
            heads: fields.required("heads", heads, unknown),
            fix: fields.told("fix", text::to_position),
            pin: fields.told("pin", text::to_position),
            typed_place: fields.text("typed_place"),
            local_group: fields.id("local_group"),
            site: fields.id("site"),
            note: fields.text("note"),
            organisation: fields.text("organisation"),
            answers: read_answers(fields),
            withdrawn: fields.told("withdrawn", text::to_withdrawal),
            edited: fields.told("edited", text::to_stamp),
        })
    }
}

fn read_answers(fields: &mut FieldReader<'_>) -> Answers {
    let mut answers = Answers::new();
    for (question, value) in fields.prefixed(ANSWER) {
        match text::to_answer(value) {
            Some(Answer::NotAsked) => {}
            Some(answer) => {
                answers.insert(question.to_owned(), answer);
            }
            None => {
                let field = format!("{ANSWER}{question}");
                fields.note(
                    IssueCode::OddValue,
                    &field,
                    vec![text::shown(&field, value)],
                );
            }
        }
    }
    answers
}
