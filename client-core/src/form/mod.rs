//! Questionnaires: their definition in XLSForm's shape, relevance, validation, drafts.
//!
//! It must never know automerge, screens or storage. The tablet fills forms with it, the server
//! reads answers by role with it.

mod definition;

pub use definition::{
    Appearance, ChoiceLabel, Form, FormKind, Group, Labels, Question, QuestionKind, Questionnaire,
};
