//! Which cards and questions are shown, given the answers so far.

use super::expression::{Expression, Scope, Value};
use super::{Form, Group, Question};
use crate::model::{Answer, AnswerValue, Answers};
use std::collections::BTreeSet;

/// A card with the questions that are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Card<'a> {
    /// The group it stands for.
    pub group: &'a Group,
    /// Its relevant questions, in order.
    pub questions: Vec<&'a Question>,
}

/// Answers as expressions see them: what is not relevant reads as absent.
pub(super) struct Visible<'a> {
    pub answers: &'a Answers,
    pub relevant: &'a BTreeSet<&'a str>,
    pub current: Option<&'a AnswerValue>,
}

impl Scope for Visible<'_> {
    fn value(&self, name: &str) -> Value {
        match self.answers.get(name) {
            Some(Answer::Known(value)) if self.relevant.contains(name) => value_of(value),
            _ => Value::Text(String::new()),
        }
    }

    fn current(&self) -> Value {
        self.current
            .map_or_else(|| Value::Text(String::new()), value_of)
    }
}

fn value_of(value: &AnswerValue) -> Value {
    match value {
        AnswerValue::Integer(number) => Value::Number(*number as f64),
        AnswerValue::Text(text) | AnswerValue::Choice(text) => Value::Text(text.clone()),
        AnswerValue::Choices(codes) => Value::Text(codes.join(" ")),
    }
}

/// How often relevance is recomputed: chains of conditions are shorter than that.
const MAX_PASSES: usize = 6;

/// The relevant cards of a form, in order.
///
/// A condition that cannot be read hides nothing.
pub(super) fn cards<'a>(form: &'a Form, answers: &Answers) -> Vec<Card<'a>> {
    let mut relevant: BTreeSet<&str> = form.questions().map(|q| q.name.as_str()).collect();
    let mut shown = pass(form, answers, &relevant);
    for _ in 0..MAX_PASSES {
        let next = names(&shown);
        if next == relevant {
            break;
        }
        relevant = next;
        shown = pass(form, answers, &relevant);
    }
    shown
}

/// The names of all relevant questions.
pub(super) fn names<'a>(cards: &[Card<'a>]) -> BTreeSet<&'a str> {
    cards
        .iter()
        .flat_map(|card| card.questions.iter().map(|question| question.name.as_str()))
        .collect()
}

fn pass<'a>(form: &'a Form, answers: &Answers, relevant: &BTreeSet<&str>) -> Vec<Card<'a>> {
    let scope = Visible {
        answers,
        relevant,
        current: None,
    };
    form.groups
        .iter()
        .filter(|group| holds(group.relevant.as_deref(), &scope))
        .filter_map(|group| {
            let questions: Vec<&Question> = group
                .questions
                .iter()
                .filter(|question| holds(question.relevant.as_deref(), &scope))
                .collect();
            (!questions.is_empty()).then_some(Card { group, questions })
        })
        .collect()
}

/// Whether a condition holds; one that is absent or cannot be read does.
pub(super) fn holds(condition: Option<&str>, scope: &impl Scope) -> bool {
    condition
        .and_then(|text| Expression::parse(text).ok())
        .is_none_or(|expression| expression.holds(scope))
}
