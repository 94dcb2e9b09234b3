//! A sealed question: what was told is sealed to the server's key before anything is kept of it.
//!
//! It must never put what was told in a draft, a view or a message.

use super::Tablet;
use super::encoding::{from_base64, to_base64};
use super::view::Tone;
use crate::form::{PseudonymFields, QuestionKind};
use crate::model::{Answer, AnswerValue};
use crate::sync::seal_fields;

impl Tablet {
    /// What sealed answers are sealed to, where the campaign asks for them.
    pub(super) fn pseudonym_key(&self) -> Option<[u8; 32]> {
        let campaign = self.plan()?.campaign.as_ref()?;
        from_base64(campaign.pseudonym_key.as_ref()?)?
            .try_into()
            .ok()
    }

    /// Seals what was told, before anything is kept of it.
    pub(super) fn seal_answer(&mut self, question: &str, told: Option<&PseudonymFields>) {
        let sealed = self.sealed_answer(question, told);
        let Some(sealed) = sealed else {
            self.say(Tone::Problem, "pseudonym-not-taken", None, None);
            return;
        };
        let answer = Answer::Known(AnswerValue::Text(to_base64(&sealed)));
        self.message = None;
        self.change_form(|draft| {
            draft.answers.insert(question.to_owned(), answer);
        });
    }

    fn sealed_answer(&mut self, question: &str, told: Option<&PseudonymFields>) -> Option<Vec<u8>> {
        let asked = self.questionnaire().question(question)?;
        let key = self.pseudonym_key()?;
        let (key_of_round, _) = self.present_round()?;
        let of = self.form.as_ref()?.draft.observation;
        let seed = self.draw();
        let told = told.filter(|_| asked.kind == QuestionKind::Sealed)?;
        seal_fields(&key, key_of_round.campaign, of, told, seed)
    }
}
