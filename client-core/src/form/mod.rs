//! Questionnaires: their definition in XLSForm's shape, relevance, validation, drafts.
//!
//! It must never know automerge, screens or storage. The tablet fills forms with it, the server
//! reads answers by role with it.

mod definition;
mod draft;
mod expression;
mod heads;
mod layout;
mod pseudonym;
mod reading;
mod submit;
#[cfg(test)]
mod tests;
mod validation;

pub use definition::{
    Appearance, ChoiceLabel, Form, FormKind, Group, Labels, Question, QuestionKind, Questionnaire,
    asked, questionnaire,
};
pub use draft::{AnswerError, Draft};
pub use expression::{Expression, ExpressionError, ExpressionProblem, Scope, Value};
pub use heads::{UNKNOWN_IN_TENT, UNKNOWN_IN_VEHICLE, UNKNOWN_OUTSIDE};
pub use layout::Card;
pub use pseudonym::{PSEUDONYM_BYTES, PseudonymFields};
pub use reading::{RoleReading, read_roles};
pub use submit::{Submission, SubmitError, form_of, keep_others_work, recounted};
pub use validation::{Problem, ProblemCode};
