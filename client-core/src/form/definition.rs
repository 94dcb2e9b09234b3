//! A questionnaire as data: forms, groups (one card each), questions, choices.
//!
//! # Source
//! XLSForm, <https://xlsform.org/en/>: `type`, `name`, `label`, `hint`, `relevant`, `required`,
//! `constraint`, `constraint_message`, `appearance`.

use crate::model::{Answer, AnswerValue, Answers, QuestionName, Role, RoleMap};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A text by language code (`fr`, `en`, and languages of people met).
pub type Labels = BTreeMap<String, String>;

/// Which form of the questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// *Comptage*: people seen, by apparent sex and age.
    Count,
    /// *Questionnaire*: an interview.
    Interview,
    /// No contact: asleep, refusal, language, unsafe, observed only.
    NoContact,
    /// A squat or bidonville.
    Site,
    /// Heads told by a partner.
    PartnerCount,
    /// Nobody there.
    ZeroSector,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// A short text.
    Text,
    /// A whole number.
    Integer,
    /// One of a list.
    SelectOne,
    /// Several of a list.
    SelectMultiple,
    /// The place; the form's position, not an answer.
    Geopoint,
    /// A text to read aloud; no answer.
    Note,
    /// Two letters, two letters and a year, sealed at once to a key of the server's: the answer is
    /// unreadable here and on every tablet.
    Sealed,
}

/// How a question is drawn.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// One tile per choice, a field otherwise.
    #[default]
    Plain,
    /// A counter with plus and minus.
    Counter,
    /// Small chips in a row.
    Chips,
    /// To be read aloud.
    ReadAloud,
    /// One wide button that sets the only choice ("nombre inconnu").
    Toggle,
}

/// A choice of a list and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChoiceLabel {
    /// Code stored as the answer.
    pub name: String,
    /// Text by language.
    pub label: Labels,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Name, unique in the questionnaire's forms that share it.
    pub name: QuestionName,
    /// Kind of answer.
    pub kind: QuestionKind,
    /// How it is drawn.
    #[serde(default)]
    pub appearance: Appearance,
    /// Text by language.
    pub label: Labels,
    /// Hint by language.
    #[serde(default)]
    pub hint: Option<Labels>,
    /// Name of its list in [`Questionnaire::lists`].
    #[serde(default)]
    pub list: Option<String>,
    /// Shown only when this expression holds.
    #[serde(default)]
    pub relevant: Option<String>,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// "Refuse" and "ne sait pas" are offered.
    #[serde(default)]
    pub may_decline: bool,
    /// The answer is accepted only when this expression holds; `.` is the answer.
    #[serde(default)]
    pub constraint: Option<String>,
    /// Said when it does not.
    #[serde(default)]
    pub constraint_message: Option<Labels>,
    /// Largest number or longest text accepted.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A group of questions: one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Title by language.
    pub label: Labels,
    /// Shown only when this expression holds.
    #[serde(default)]
    pub relevant: Option<String>,
    /// In order.
    pub questions: Vec<Question>,
}

/// One form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Which.
    pub kind: FormKind,
    /// In order.
    pub groups: Vec<Group>,
}

/// A whole questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questionnaire {
    /// Name and version, as the plan refers to it (`night-count-1`).
    pub version: String,
    /// Its forms.
    pub forms: Vec<Form>,
    /// Lists of choices by name.
    pub lists: BTreeMap<String, Vec<ChoiceLabel>>,
    /// Which question plays which role.
    pub roles: RoleMap,
    /// What is said of an answer that is not accepted, by [`super::ProblemCode`].
    #[serde(default)]
    pub messages: BTreeMap<String, Labels>,
}

/// What stands on screens for an answer that is sealed.
const GIVEN: &str = "given";

impl Question {
    /// An answer as screens may show it: of a sealed one, that it was given.
    pub fn shown(&self, answer: Answer<AnswerValue>) -> Answer<AnswerValue> {
        match (self.kind, answer) {
            (QuestionKind::Sealed, Answer::Known(_)) => {
                Answer::Known(AnswerValue::Choice(GIVEN.to_owned()))
            }
            (_, answer) => answer,
        }
    }
}

impl Form {
    /// Its questions, card after card.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.groups.iter().flat_map(|group| &group.questions)
    }

    /// The first question of that name.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions().find(|question| question.name == name)
    }
}

impl Questionnaire {
    /// One of its forms.
    pub fn form(&self, kind: FormKind) -> Option<&Form> {
        self.forms.iter().find(|form| form.kind == kind)
    }

    /// The first question of that name in any form.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.forms.iter().find_map(|form| form.question(name))
    }

    /// The choices of a question; none for a question without a list.
    pub fn choices(&self, question: &Question) -> &[ChoiceLabel] {
        question
            .list
            .as_ref()
            .and_then(|list| self.lists.get(list))
            .map_or(&[], Vec::as_slice)
    }

    /// The name of the question that plays a role.
    pub fn name_of(&self, role: Role) -> Option<&str> {
        self.roles.get(&role).map(String::as_str)
    }

    /// What came back from the question that plays a role.
    pub fn answer<'a>(&self, answers: &'a Answers, role: Role) -> Answer<&'a AnswerValue> {
        self.name_of(role)
            .and_then(|name| answers.get(name))
            .map_or(Answer::NotAsked, Answer::as_ref)
    }

    /// The number answered to a role.
    pub fn number(&self, answers: &Answers, role: Role) -> Option<u32> {
        match self.answer(answers, role) {
            Answer::Known(AnswerValue::Integer(number)) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The code or text answered to a role.
    pub fn text<'a>(&self, answers: &'a Answers, role: Role) -> Option<&'a str> {
        match self.answer(answers, role) {
            Answer::Known(AnswerValue::Choice(text) | AnswerValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The code answered to a role, as the value it stands for.
    pub fn code<T: DeserializeOwned>(&self, answers: &Answers, role: Role) -> Option<T> {
        let text: StrDeserializer<'_, ValueError> = self.text(answers, role)?.into_deserializer();
        T::deserialize(text).ok()
    }
}

static NIGHT_COUNT: LazyLock<Questionnaire> = LazyLock::new(|| {
    serde_json::from_slice(include_bytes!("questionnaires/night-count-1.json"))
        .expect("a test reads the questionnaire that ships")
});

static WITHOUT_SEALED: LazyLock<Questionnaire> = LazyLock::new(|| {
    let mut questionnaire = NIGHT_COUNT.clone();
    for group in (questionnaire.forms.iter_mut()).flat_map(|form| &mut form.groups) {
        let kept = |question: &Question| question.kind != QuestionKind::Sealed;
        group.questions.retain(kept);
    }
    for form in &mut questionnaire.forms {
        form.groups.retain(|group| !group.questions.is_empty());
    }
    questionnaire
});

/// What a tablet asks: sealed questions only where the campaign has a key to seal them to.
pub fn asked(version: &str, with_sealed: bool) -> &'static Questionnaire {
    if with_sealed {
        questionnaire(version)
    } else {
        &WITHOUT_SEALED
    }
}

/// The questionnaire of a version; the product's own where the version is not known.
pub fn questionnaire(_version: &str) -> &'static Questionnaire {
    &NIGHT_COUNT
}
