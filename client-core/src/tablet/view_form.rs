//! The form being filled as the screens show it.

use super::Tablet;
use super::view::{CardView, FormView, QuestionView};
use crate::form::{Appearance, Draft, Labels, Problem, ProblemCode, Question, Questionnaire};
use crate::model::{Answer, Campaign};

impl Tablet {
    pub(super) fn form_view(&self) -> Option<FormView> {
        let form = self.form.as_ref()?;
        let draft = &form.draft;
        let questionnaire = self.questionnaire();
        let cards = draft.cards(questionnaire);
        let problems = draft.problems(questionnaire);
        let campaign = self.plan().and_then(|plan| plan.campaign.as_ref());
        let shown = |question: &&Question| {
            question_view(questionnaire, draft, question, &problems, campaign)
        };
        Some(FormView {
            form: draft.form,
            observation: draft.base.as_ref().map(|_| draft.observation),
            site: draft.site,
            current: draft.current(&cards) as u32,
            cards: cards
                .iter()
                .map(|card| CardView {
                    name: card.group.name.clone(),
                    label: card.group.label.clone(),
                    questions: card.questions.iter().map(shown).collect(),
                })
                .collect(),
            heads: draft.heads(questionnaire),
            position: draft.pin.or(draft.fix),
            locating: self.locating,
            fix: draft.fix,
            typed_place: draft.typed_place.clone(),
            can_save: problems.is_empty() && !form.saving,
            saving: form.saving,
            not_saved: form.not_saved,
        })
    }
}

fn question_view(
    questionnaire: &Questionnaire,
    draft: &Draft,
    question: &Question,
    problems: &[Problem],
    campaign: Option<&Campaign>,
) -> QuestionView {
    // What is only missing is not reproached before saving was tried.
    let told = |problem: &&Problem| {
        let missing = matches!(problem.code, ProblemCode::Required | ProblemCode::NoHeads);
        problem.question == question.name && (draft.tried || !missing)
    };
    QuestionView {
        name: question.name.clone(),
        kind: question.kind,
        appearance: question.appearance,
        label: if question.appearance == Appearance::ReadAloud {
            with_notice(&question.label, campaign)
        } else {
            question.label.clone()
        },
        hint: question.hint.clone(),
        choices: questionnaire.choices(question).to_vec(),
        required: question.required,
        may_decline: question.may_decline,
        answer: draft
            .answers
            .get(&question.name)
            .cloned()
            .map_or(Answer::NotAsked, |answer| question.shown(answer)),
        problem: problems
            .iter()
            .find(told)
            .map(|problem| problem.message.clone()),
        limit: question.limit,
    }
}

/// Puts the campaign's own words where the questionnaire leaves room for them: `{controller}`,
/// `{notice}`, `{opposition_contact}`. `|` parts what is left out when its words are missing, as in
/// an exercise.
fn with_notice(label: &Labels, campaign: Option<&Campaign>) -> Labels {
    let legal = campaign.map(|campaign| &campaign.legal);
    let told = |text: Option<&String>| text.map_or("", |text| text.trim()).to_owned();
    let words = [
        ("{controller}", told(legal.map(|legal| &legal.controller))),
        ("{notice}", told(legal.map(|legal| &legal.notice))),
        (
            "{opposition_contact}",
            told(legal.map(|legal| &legal.opposition_contact)),
        ),
    ];
    let filled = |part: &str| {
        let mut part = part.to_owned();
        for (mark, told) in &words {
            if part.contains(mark) && told.is_empty() {
                return String::new();
            }
            part = part.replace(mark, told.trim_end_matches('.'));
        }
        part
    };
    label
        .iter()
        .map(|(language, text)| {
            let parts: Vec<String> = text.split('|').map(filled).collect();
            (language.clone(), parts.concat())
        })
        .collect()
}
