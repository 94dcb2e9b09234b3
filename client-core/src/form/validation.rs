//! What keeps an answer, or a form, from being accepted.

use super::layout::{Card, Visible, holds, names};
use super::{Labels, Question, QuestionKind, Questionnaire};
use crate::model::{Answer, AnswerValue, Answers, QuestionName};

/// What is wrong with an answer; names a message of the questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemCode {
    /// It must be answered.
    Required,
    /// Above its limit.
    TooLarge,
    /// Below zero.
    Negative,
    /// Longer than its limit.
    TooLong,
    /// Nobody is counted.
    NoHeads,
    /// Its constraint does not hold.
    Constraint,
}

impl ProblemCode {
    fn key(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLarge => "too_large",
            Self::Negative => "negative",
            Self::TooLong => "too_long",
            Self::NoHeads => "no_heads",
            Self::Constraint => "constraint",
        }
    }
}

/// A problem of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The question.
    pub question: QuestionName,
    /// What is wrong.
    pub code: ProblemCode,
    /// Said on screen, by language.
    pub message: Labels,
}

/// Longest text accepted where the questionnaire sets no limit, characters.
const DEFAULT_TEXT_LIMIT: u32 = 280;
/// Largest number accepted where the questionnaire sets no limit.
const DEFAULT_NUMBER_LIMIT: u32 = 9_999;

pub(super) fn problem(questionnaire: &Questionnaire, name: &str, code: ProblemCode) -> Problem {
    let own = questionnaire
        .question(name)
        .filter(|_| code == ProblemCode::Constraint)
        .and_then(|question| question.constraint_message.clone());
    let message = own
        .or_else(|| questionnaire.messages.get(code.key()).cloned())
        .unwrap_or_default();
    Problem {
        question: name.to_owned(),
        code,
        message,
    }
}

/// Everything wrong with the answers of the cards shown, in order.
pub(super) fn problems(
    questionnaire: &Questionnaire,
    cards: &[Card<'_>],
    answers: &Answers,
) -> Vec<Problem> {
    let relevant = names(cards);
    let questions = cards.iter().flat_map(|card| card.questions.iter());
    questions
        .filter_map(|question| {
            let answer = answers.get(&question.name);
            let value = match answer {
                Some(Answer::Known(value)) => value,
                Some(Answer::NotAsked) | None if must_be_answered(question) => {
                    return Some(problem(
                        questionnaire,
                        &question.name,
                        ProblemCode::Required,
                    ));
                }
                _ => return None,
            };
            let scope = Visible {
                answers,
                relevant: &relevant,
                current: Some(value),
            };
            let code = beyond_limits(question, value).or_else(|| {
                let accepted = holds(question.constraint.as_deref(), &scope);
                (!accepted).then_some(ProblemCode::Constraint)
            })?;
            Some(problem(questionnaire, &question.name, code))
        })
        .collect()
}

fn must_be_answered(question: &Question) -> bool {
    question.required && !matches!(question.kind, QuestionKind::Note | QuestionKind::Geopoint)
}

fn beyond_limits(question: &Question, value: &AnswerValue) -> Option<ProblemCode> {
    match value {
        AnswerValue::Integer(number) if *number < 0 => Some(ProblemCode::Negative),
        AnswerValue::Integer(number) => {
            let limit = question.limit.unwrap_or(DEFAULT_NUMBER_LIMIT);
            (*number > i64::from(limit)).then_some(ProblemCode::TooLarge)
        }
        AnswerValue::Text(text) => {
            let limit = question.limit.unwrap_or(DEFAULT_TEXT_LIMIT) as usize;
            (text.chars().count() > limit).then_some(ProblemCode::TooLong)
        }
        AnswerValue::Choice(_) | AnswerValue::Choices(_) => None,
    }
}
