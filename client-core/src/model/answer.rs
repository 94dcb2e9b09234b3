//! Answers to the questionnaire: a value, or one of the ways of having none.
//!
//! Refused, not seen and not asked are three different figures, so a question is never an
//! `Option`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came back from a question.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(
    feature = "typescript",
    derive(ts_rs::TS),
    ts(tag = "state", content = "value")
)]
#[serde(tag = "state", content = "value", rename_all = "snake_case")]
#[serde(try_from = "FlatAnswer<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub enum Answer<T> {
    /// A value was given or seen.
    Known(T),
    /// The question was never put.
    #[default]
    NotAsked,
    /// The person declined to answer.
    Refused,
    /// The person does not know.
    DoesNotKnow,
    /// The team could not see.
    NotObserved,
    /// The question has no meaning here.
    NotApplicable,
}

/// An answer as it is read: in any order of fields, without keeping one aside.
#[derive(Deserialize)]
struct FlatAnswer<T> {
    state: AnswerState,
    #[serde(default = "no_value")]
    value: Option<T>,
}

fn no_value<T>() -> Option<T> {
    None
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AnswerState {
    Known,
    NotAsked,
    Refused,
    DoesNotKnow,
    NotObserved,
    NotApplicable,
}

/// A known answer without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a known answer has a value")]
struct ValueMissing;

impl<T> TryFrom<FlatAnswer<T>> for Answer<T> {
    type Error = ValueMissing;

    fn try_from(flat: FlatAnswer<T>) -> Result<Self, ValueMissing> {
        Ok(match flat.state {
            AnswerState::Known => Self::Known(flat.value.ok_or(ValueMissing)?),
            AnswerState::NotAsked => Self::NotAsked,
            AnswerState::Refused => Self::Refused,
            AnswerState::DoesNotKnow => Self::DoesNotKnow,
            AnswerState::NotObserved => Self::NotObserved,
            AnswerState::NotApplicable => Self::NotApplicable,
        })
    }
}

impl<T> Answer<T> {
    /// The value, where there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The same answer over another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Known(value) => Answer::Known(f(value)),
            Self::NotAsked => Answer::NotAsked,
            Self::Refused => Answer::Refused,
            Self::DoesNotKnow => Answer::DoesNotKnow,
            Self::NotObserved => Answer::NotObserved,
            Self::NotApplicable => Answer::NotApplicable,
        }
    }

    /// The same answer, borrowing its value.
    pub fn as_ref(&self) -> Answer<&T> {
        match self {
            Self::Known(value) => Answer::Known(value),
            Self::NotAsked => Answer::NotAsked,
            Self::Refused => Answer::Refused,
            Self::DoesNotKnow => Answer::DoesNotKnow,
            Self::NotObserved => Answer::NotObserved,
            Self::NotApplicable => Answer::NotApplicable,
        }
    }
}

/// The value of an answered question.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AnswerValue {
    /// A whole number.
    Integer(#[cfg_attr(feature = "typescript", ts(type = "number"))] i64),
    /// A short text.
    Text(String),
    /// One code of a list.
    Choice(String),
    /// Several codes of a list, in the list's order.
    Choices(Vec<String>),
}

crate::redacts!(AnswerValue);

/// The name of a question in its questionnaire, as in XLSForm's `name` column.
pub type QuestionName = String;

/// All answers of one observation, by question.
pub type Answers = BTreeMap<QuestionName, Answer<AnswerValue>>;

/// What a question means to linkage and indicators, whatever the questionnaire calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Head-counts of a group: apparent men, women, minors, and those not told apart.
    CountMen,
    /// See [`Role::CountMen`].
    CountWomen,
    /// See [`Role::CountMen`].
    CountMinors,
    /// See [`Role::CountMen`].
    CountUndetermined,
    /// Codes `m`, `f`, `x`.
    Gender,
    /// An interval code such as `25-34` or `65+`.
    AgeBand,
    /// Codes `alone`, `couple`, `family`, `group`.
    Household,
    /// An ISO 639-1 code.
    Language,
    /// Where the person sleeps: a [`super::SleepingPlace`] code.
    SleepingPlace,
    /// Codes `none`, `tent`, `vehicle`, `squat`, `hut`, `carpark`, `hall`.
    Shelter,
    /// How many tents.
    Tents,
    /// How many dogs.
    Dogs,
    /// Distinguishing marks: codes and at most 60 characters.
    Marks,
    /// Codes `yes`, `no`.
    AlreadySurveyed,
    /// Since when without a home: a duration code.
    Duration,
    /// Residents declared by a site's people: at least, at most; and counted.
    DeclaredAtLeast,
    /// See [`Role::DeclaredAtLeast`].
    DeclaredAtMost,
    /// See [`Role::DeclaredAtLeast`].
    Counted,
    /// Codes `yes`, `some`, `no`: what the person agreed to.
    Consent,
    /// Why there was no contact: a [`super::Contact`] code.
    ContactReason,
    /// A [`super::Certainty`] code.
    Certainty,
    /// Bounds of the number of people, where it is not the sum of the counters.
    HeadsAtLeast,
    /// See [`Role::HeadsAtLeast`].
    HeadsAtMost,
    /// Any answer: the number could not be seen (closed tent or vehicle).
    HeadsUnknown,
    /// A [`super::CountMethod`] code.
    HowKnown,
    /// A [`super::SiteKind`] code.
    SiteKind,
    /// Codes of visible marks, beside [`Role::Marks`].
    MarkCodes,
    /// The free note; kept on the observation itself, not among the answers.
    Note,
    /// What a pseudonym is made of, sealed to a key that only the server holds.
    Pseudonym,
}

/// Which question plays which role in a campaign's questionnaire.
pub type RoleMap = BTreeMap<Role, QuestionName>;
