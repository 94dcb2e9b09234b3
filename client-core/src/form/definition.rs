//! A questionnaire as data: forms, groups (one card each), questions, choices.
//!
//! # Source
//! XLSForm, <https://xlsform.org/en/>: `type`, `name`, `label`, `hint`, `relevant`, `required`,
//! `constraint`, `constraint_message`, `appearance`.

use crate::model::{QuestionName, RoleMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
}
