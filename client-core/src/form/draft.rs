//! A form being filled.
//!
//! It holds answers, where the team stands in the cards and the place; it never knows who keeps
//! it. Saving turns it into an observation ([`Draft::submit`]).

use super::heads::{COUNTERS, heads};
use super::layout::{self, Card};
use super::validation::{self, Problem, ProblemCode, problem};
use super::{Form, FormKind, Question, QuestionKind, Questionnaire, form_of};
use crate::model::{
    Answer, AnswerValue, Answers, HeadCount, Observation, ObservationId, Position, Role, SiteId,
    TimestampMs,
};
use serde::{Deserialize, Serialize};

/// Why an answer cannot be taken. What is only out of bounds is taken and shown as a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The form has no such question.
    #[error("the form has no such question")]
    UnknownQuestion,
    /// The question takes another kind of answer.
    #[error("the question takes another kind of answer")]
    WrongKind,
    /// The code is not in the question's list.
    #[error("the code is not in the question's list")]
    UnknownChoice,
}

/// A form being filled. Its `Debug` shows nothing: it holds answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Which form.
    pub form: FormKind,
    /// The observation it will be.
    pub observation: ObservationId,
    /// The observation as it was when opened, where it is edited or completed.
    pub base: Option<Box<Observation>>,
    /// The form turns an observation into an interview.
    pub completing: bool,
    /// The known place it is about.
    pub site: Option<SiteId>,
    /// When it was opened (device clock): when the people were seen.
    pub opened_at: TimestampMs,
    /// Answers so far, those of hidden questions included.
    pub answers: Answers,
    /// The card on screen, by name: the place is kept when cards appear or go.
    pub card: String,
    /// The tablet's fix.
    pub fix: Option<Position>,
    /// A pin put by hand.
    pub pin: Option<Position>,
    /// The place as typed.
    pub typed_place: String,
    /// Saving was tried: what is missing is shown.
    pub tried: bool,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draft(…)")
    }
}

/// Longest place typed, characters.
pub(super) const TYPED_PLACE_LIMIT: usize = 120;

impl Draft {
    /// An empty form.
    pub fn new(
        form: FormKind,
        observation: ObservationId,
        site: Option<SiteId>,
        opened_at: TimestampMs,
    ) -> Self {
        Self {
            form,
            observation,
            base: None,
            completing: false,
            site,
            opened_at,
            answers: Answers::new(),
            card: String::new(),
            fix: None,
            pin: None,
            typed_place: String::new(),
            tried: false,
        }
    }

    /// A saved observation in its form.
    pub fn edit(questionnaire: &Questionnaire, observation: &Observation) -> Self {
        let form = form_of(questionnaire, observation);
        let mut draft = Self::new(
            form,
            observation.id,
            observation.site,
            observation.observed_at,
        );
        draft.answers.clone_from(&observation.answers);
        draft.fix = observation.fix;
        draft.pin = observation.pin;
        draft.typed_place = observation.typed_place.clone().unwrap_or_default();
        if let (Some(name), Some(note)) =
            (questionnaire.name_of(Role::Note), observation.note.clone())
        {
            draft
                .answers
                .insert(name.to_owned(), Answer::Known(AnswerValue::Text(note)));
        }
        draft.base = Some(Box::new(observation.clone()));
        draft
    }

    /// A saved observation as an interview of the same person or group.
    pub fn complete(questionnaire: &Questionnaire, observation: &Observation) -> Self {
        let mut draft = Self::edit(questionnaire, observation);
        let heads = heads(questionnaire, draft.form, &draft.answers);
        let reading = super::read_roles(questionnaire, &draft.answers);
        draft.form = FormKind::Interview;
        draft.completing = true;
        let mut preset = |role, value| {
            if let Some(name) = questionnaire.name_of(role) {
                draft.answers.insert(name.to_owned(), value);
            }
        };
        let choice = |code: &str| Answer::Known(AnswerValue::Choice(code.to_owned()));
        preset(Role::Consent, Answer::NotAsked);
        preset(Role::HeadsAtLeast, Answer::NotAsked);
        if heads.at_least() > 1 {
            preset(Role::Household, choice("group"));
            let told = [
                reading.men,
                reading.women,
                reading.minors,
                reading.undetermined,
            ];
            if told.iter().all(Option::is_none) {
                let number = AnswerValue::Integer(i64::from(heads.at_least()));
                preset(Role::CountUndetermined, Answer::Known(number));
            }
        } else {
            preset(Role::Household, choice("alone"));
            if let Some(gender) = reading.gender {
                preset(Role::Gender, choice(&gender));
            }
            if let Some(age) = reading.age {
                preset(Role::AgeBand, choice(&age.to_string()));
            }
        }
        draft
    }

    /// Takes an answer.
    pub fn answer(
        &mut self,
        questionnaire: &Questionnaire,
        name: &str,
        answer: Answer<AnswerValue>,
    ) -> Result<(), AnswerError> {
        let question = questionnaire
            .form(self.form)
            .and_then(|form| form.question(name))
            .ok_or(AnswerError::UnknownQuestion)?;
        let answer = match answer {
            Answer::Known(value) => normalised(questionnaire, question, value)?,
            other => other,
        };
        if answer == Answer::NotAsked {
            self.answers.remove(name);
        } else {
            self.answers.insert(name.to_owned(), answer);
        }
        Ok(())
    }

    /// Keeps the place as typed, cut to its limit.
    pub fn type_place(&mut self, text: &str) {
        self.typed_place = text.chars().take(TYPED_PLACE_LIMIT).collect();
    }

    /// The relevant cards, in order.
    pub fn cards<'a>(&self, questionnaire: &'a Questionnaire) -> Vec<Card<'a>> {
        questionnaire
            .form(self.form)
            .map_or_else(Vec::new, |form| self.cards_of(form))
    }

    fn cards_of<'a>(&self, form: &'a Form) -> Vec<Card<'a>> {
        layout::cards(form, &self.answers)
    }

    /// Index of the card on screen among the relevant ones.
    pub fn current(&self, cards: &[Card<'_>]) -> usize {
        cards
            .iter()
            .position(|card| card.group.name == self.card)
            .unwrap_or(0)
    }

    /// Shows another card; the last one where there are fewer.
    pub fn go_to(&mut self, questionnaire: &Questionnaire, index: usize) {
        let cards = self.cards(questionnaire);
        if let Some(card) = cards.get(index).or(cards.last()) {
            self.card.clone_from(&card.group.name);
        }
    }

    /// The answers of relevant questions only.
    pub fn relevant_answers(&self, questionnaire: &Questionnaire) -> Answers {
        let cards = self.cards(questionnaire);
        let names = layout::names(&cards);
        let mut kept = self.answers.clone();
        kept.retain(|name, answer| names.contains(name.as_str()) && *answer != Answer::NotAsked);
        kept
    }

    /// How many people it stands for so far.
    pub fn heads(&self, questionnaire: &Questionnaire) -> HeadCount {
        heads(
            questionnaire,
            self.form,
            &self.relevant_answers(questionnaire),
        )
    }

    /// Everything that keeps it from being saved, in the order of the cards.
    pub fn problems(&self, questionnaire: &Questionnaire) -> Vec<Problem> {
        let cards = self.cards(questionnaire);
        let mut problems = validation::problems(questionnaire, &cards, &self.answers);
        let nobody = match self.form {
            FormKind::Count => self.heads(questionnaire).at_most() == 0,
            // An empty site is a finding, an unfilled one is not.
            FormKind::Site => {
                let told = |role| questionnaire.number(&self.answers, role).is_some();
                ![Role::Counted, Role::DeclaredAtLeast, Role::DeclaredAtMost]
                    .into_iter()
                    .any(told)
            }
            _ => false,
        };
        if nobody {
            let role = match self.form {
                FormKind::Site => Role::Counted,
                _ => COUNTERS[0],
            };
            let name = questionnaire.name_of(role).unwrap_or_default();
            problems.push(problem(questionnaire, name, ProblemCode::NoHeads));
        }
        problems
    }

    /// Shows the first card that holds a problem.
    pub fn show_problem(&mut self, questionnaire: &Questionnaire, problem: &Problem) {
        let cards = self.cards(questionnaire);
        let holds = |card: &&Card<'_>| {
            card.questions
                .iter()
                .any(|question| question.name == problem.question)
        };
        if let Some(card) = cards.iter().find(holds) {
            self.card.clone_from(&card.group.name);
        }
    }
}

/// An answer in the question's own kind; blank ones become not asked.
fn normalised(
    questionnaire: &Questionnaire,
    question: &Question,
    value: AnswerValue,
) -> Result<Answer<AnswerValue>, AnswerError> {
    let choices = questionnaire.choices(question);
    let listed = |code: &str| choices.iter().any(|choice| choice.name == code);
    let value = match (question.kind, value) {
        (QuestionKind::Integer, AnswerValue::Integer(number)) => AnswerValue::Integer(number),
        (QuestionKind::Text, AnswerValue::Text(text)) => {
            if text.trim().is_empty() {
                return Ok(Answer::NotAsked);
            }
            AnswerValue::Text(text)
        }
        (QuestionKind::SelectOne, AnswerValue::Choice(code)) => {
            if !listed(&code) {
                return Err(AnswerError::UnknownChoice);
            }
            AnswerValue::Choice(code)
        }
        (QuestionKind::SelectMultiple, AnswerValue::Choices(codes)) => {
            if !codes.iter().all(|code| listed(code)) {
                return Err(AnswerError::UnknownChoice);
            }
            let ordered: Vec<String> = choices
                .iter()
                .filter(|choice| codes.contains(&choice.name))
                .map(|choice| choice.name.clone())
                .collect();
            if ordered.is_empty() {
                return Ok(Answer::NotAsked);
            }
            AnswerValue::Choices(ordered)
        }
        _ => return Err(AnswerError::WrongKind),
    };
    Ok(Answer::Known(value))
}
