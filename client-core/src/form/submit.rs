//! A filled form to an observation, and back to the form that edits it.

use super::draft::Draft;
use super::{FormKind, Problem, Questionnaire};
use crate::model::{
    Answer, AnswerValue, Contact, Observation, ObservationKind, OrganisationCode, Role, Stamp,
};

/// Why a form cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Some answers are missing or not accepted.
    #[error("{} answers are missing or not accepted", problems.len())]
    Incomplete {
        /// Which, in the order of the cards.
        problems: Vec<Problem>,
    },
}

/// Who saves, when, for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The tablet and its clock.
    pub stamp: Stamp,
    /// The team's organisation.
    pub organisation: Option<OrganisationCode>,
}

impl Draft {
    /// The observation it stands for. Answers of hidden questions are left out.
    ///
    /// # Errors
    /// When answers are missing or not accepted.
    pub fn submit(
        &self,
        questionnaire: &Questionnaire,
        submission: Submission,
    ) -> Result<Observation, SubmitError> {
        let problems = self.problems(questionnaire);
        if !problems.is_empty() {
            return Err(SubmitError::Incomplete { problems });
        }
        let mut answers = self.relevant_answers(questionnaire);
        let heads = self.heads(questionnaire);
        let note = questionnaire
            .name_of(Role::Note)
            .and_then(|name| answers.remove(name))
            .and_then(|answer| match answer {
                Answer::Known(AnswerValue::Text(text)) => Some(text.trim().to_owned()),
                _ => None,
            });
        let base = self.base.as_deref();
        let contact = contact(questionnaire, self.form, &answers);
        // What another version asks, or this campaign no longer does, is not for this form to drop.
        if let Some(base) = base.filter(|_| contact != Contact::Refused) {
            let unknown = |name: &str| questionnaire.question(name).is_none();
            let kept = base.answers.iter().filter(|(name, _)| unknown(name));
            answers.extend(kept.map(|(name, answer)| (name.clone(), answer.clone())));
        }
        let kind = match self.form {
            FormKind::Site => ObservationKind::Site,
            FormKind::PartnerCount => ObservationKind::PartnerCount,
            FormKind::ZeroSector => ObservationKind::ZeroSector,
            _ if heads.at_most() == 1 => ObservationKind::Individual,
            _ => ObservationKind::Group,
        };
        let typed = self.typed_place.trim();
        Ok(Observation {
            id: self.observation,
            kind,
            created: base.map_or(submission.stamp, |base| base.created),
            observed_at: self.opened_at,
            contact,
            certainty: questionnaire
                .code(&answers, Role::Certainty)
                .unwrap_or_default(),
            heads,
            fix: self.fix,
            pin: self.pin,
            typed_place: (!typed.is_empty()).then(|| typed.to_owned()),
            local_group: base.and_then(|base| base.local_group),
            site: self.site,
            note,
            organisation: base
                .and_then(|base| base.organisation.clone())
                .or(submission.organisation),
            answers,
            withdrawn: base.and_then(|base| base.withdrawn),
            edited: base.map(|_| submission.stamp),
        })
    }
}

fn contact(
    questionnaire: &Questionnaire,
    form: FormKind,
    answers: &crate::model::Answers,
) -> Contact {
    match form {
        FormKind::Interview => match questionnaire.text(answers, Role::Consent) {
            Some("no") => Contact::Refused,
            Some("some") => Contact::Partial,
            _ => Contact::Answered,
        },
        FormKind::NoContact => questionnaire
            .code(answers, Role::ContactReason)
            .unwrap_or(Contact::Observed),
        _ => Contact::Observed,
    }
}

/// An edited observation with the head-count that its answers tell.
///
/// Two tablets may each have changed another counter without knowing of each other: both answers
/// stand, and the number of people written beside either of them is the number of neither.
pub fn recounted(questionnaire: &Questionnaire, mut observation: Observation) -> Observation {
    if observation.edited.is_none() {
        return observation;
    }
    let told = Draft::edit(questionnaire, &observation).heads(questionnaire);
    if told.at_most() > 0 {
        observation.heads = told;
        observation.kind = match observation.kind {
            ObservationKind::Individual | ObservationKind::Group if told.at_most() == 1 => {
                ObservationKind::Individual
            }
            ObservationKind::Individual | ObservationKind::Group => ObservationKind::Group,
            other => other,
        };
    }
    observation
}

/// The form that edits an observation: the one it was filled with, as its answers tell.
pub fn form_of(questionnaire: &Questionnaire, observation: &Observation) -> FormKind {
    match observation.kind {
        ObservationKind::Site => return FormKind::Site,
        ObservationKind::PartnerCount => return FormKind::PartnerCount,
        ObservationKind::ZeroSector => return FormKind::ZeroSector,
        ObservationKind::Individual | ObservationKind::Group => {}
    }
    let told = |role| questionnaire.text(&observation.answers, role).is_some();
    if told(Role::Consent) {
        return FormKind::Interview;
    }
    if told(Role::ContactReason) {
        return FormKind::NoContact;
    }
    match observation.contact {
        Contact::Answered | Contact::Partial => FormKind::Interview,
        Contact::Observed => FormKind::Count,
        _ => FormKind::NoContact,
    }
}

/// An edited observation over what a colleague wrote meanwhile: only what this edit changed since
/// it was opened replaces the present value.
pub fn keep_others_work(
    opened: &Observation,
    edited: &Observation,
    present: &Observation,
) -> Observation {
    let mut kept = present.clone();
    macro_rules! take_changed {
        ($($field:ident),*) => {$(
            if edited.$field != opened.$field {
                kept.$field.clone_from(&edited.$field);
            }
        )*};
    }
    take_changed!(
        kind,
        observed_at,
        contact,
        certainty,
        heads,
        fix,
        pin,
        typed_place,
        site,
        note,
        organisation,
        edited
    );
    let names = edited.answers.keys().chain(opened.answers.keys());
    for name in names {
        let mine = edited.answers.get(name);
        if mine != opened.answers.get(name) {
            match mine {
                Some(answer) => kept.answers.insert(name.clone(), answer.clone()),
                None => kept.answers.remove(name),
            };
        }
    }
    kept
}
