//! Forms: opening, answering, saving, taking back, undoing.

use super::Tablet;
use super::job::{After, Job, Said};
use super::session::{DRAFT_FILE, KeptDraft};
use super::store::{Operation, Staged};
use super::view::Tone;
use super::writing::Written;
use crate::form::{
    Draft, FormKind, Questionnaire, Submission, SubmitError, asked, keep_others_work,
};
use crate::model::{
    Answer, AnswerValue, Coordinates, DocumentId, Observation, ObservationId, Position,
    PositionSource, Role, SiteId, SiteKind, Stamp, TimestampMs, Withdrawal, WithdrawalReason,
};
use crate::sync::paper_code;

/// How long an undo is offered.
pub(super) const UNDO_MS: TimestampMs = 10_000;
/// A fix younger than this and better than [`GOOD_FIX_M`] is taken again for the next form.
const FRESH_FIX_MS: TimestampMs = 20_000;
const GOOD_FIX_M: f64 = 15.0;
/// How long one fix may take; saving never waits for it.
const FIX_BUDGET_MS: u32 = 8_000;

/// The form on screen.
pub(super) struct OpenForm {
    pub draft: Draft,
    pub saving: bool,
    pub not_saved: bool,
}

impl OpenForm {
    pub fn again(draft: Draft) -> Self {
        Self {
            draft,
            saving: false,
            not_saved: false,
        }
    }
}

/// What `undo` would do.
#[derive(Clone)]
pub(super) enum Undo {
    /// Take back what was just saved.
    Withdraw(DocumentId, ObservationId),
    /// Put back what an edit replaced.
    PutBack {
        document: DocumentId,
        saved: Box<Observation>,
        previous: Box<Observation>,
    },
    /// Take up again what was just taken back.
    Restore(DocumentId, ObservationId),
}

impl Tablet {
    /// The campaign's questionnaire.
    pub(super) fn questionnaire(&self) -> &'static Questionnaire {
        let campaign = self.plan().and_then(|plan| plan.campaign.as_ref());
        let version = campaign.map_or("", |campaign| &campaign.questionnaire);
        asked(version, self.pseudonym_key().is_some())
    }

    pub(super) fn open_form(&mut self, form: FormKind, site: Option<SiteId>) {
        let Some((_, round)) = self.present_round() else {
            return;
        };
        if round.is_closed() {
            // Perhaps by a colleague, while this screen still showed it open.
            self.say_problem("round-is-closed", None);
            return;
        }
        if self.form.is_some() {
            return;
        }
        let id = ObservationId::from_random(self.draw());
        let mut draft = Draft::new(form, id, site, self.now);
        if let Some(known) = site.and_then(|id| self.known_site(id)) {
            let kind = match known.kind {
                SiteKind::Squat => "squat",
                SiteKind::Bidonville => "bidonville",
                SiteKind::Camp => "camp",
            };
            if let Some(name) = self.questionnaire().name_of(Role::SiteKind) {
                let answer = Answer::Known(AnswerValue::Choice(kind.to_owned()));
                draft.answers.insert(name.to_owned(), answer);
            }
            draft.pin = Some(Position {
                coordinates: known.coordinates,
                accuracy_m: None,
                source: PositionSource::Site,
                fixed_at: None,
            });
        }
        let fresh = self.here.filter(|fix| {
            let young = fix.fixed_at.is_some_and(|at| self.now - at < FRESH_FIX_MS);
            young && fix.accuracy_m.is_some_and(|metres| metres < GOOD_FIX_M)
        });
        draft.fix = fresh;
        self.show_form(draft);
        if fresh.is_none() {
            self.locate();
        }
    }

    fn show_form(&mut self, draft: Draft) {
        self.form = Some(OpenForm::again(draft));
        self.message = None;
        self.keep_awake(true);
        // Locked at once, the tablet opens on it again.
        self.keep_draft_soon();
    }

    pub(super) fn edit(&mut self, observation: ObservationId, completing: bool) {
        let Some((_, round)) = self.present_round() else {
            return;
        };
        let found = round
            .observations
            .iter()
            .find(|known| known.id == observation);
        let Some(found) = found.filter(|found| found.stands() && self.form.is_none()) else {
            return;
        };
        let questionnaire = self.questionnaire();
        let draft = if completing {
            Draft::complete(questionnaire, found)
        } else {
            Draft::edit(questionnaire, found)
        };
        self.show_form(draft);
    }

    /// Changes the open form, and keeps it sealed.
    pub(super) fn change_form(&mut self, change: impl FnOnce(&mut Draft)) {
        if let Some(form) = self.form.as_mut().filter(|form| !form.saving) {
            change(&mut form.draft);
            self.keep_draft_soon();
        }
    }

    pub(super) fn answer(&mut self, question: &str, answer: Answer<AnswerValue>) {
        let questionnaire = self.questionnaire();
        let mut refused = false;
        self.change_form(|draft| {
            refused = draft.answer(questionnaire, question, answer).is_err();
        });
        if refused {
            self.say(Tone::Problem, "answer-not-taken", None, None);
        }
    }

    pub(super) fn go_to_card(&mut self, card: u32) {
        let questionnaire = self.questionnaire();
        self.change_form(|draft| draft.go_to(questionnaire, card as usize));
    }

    pub(super) fn place_pin(&mut self, coordinates: Option<Coordinates>) {
        self.change_form(|draft| {
            draft.pin = coordinates.map(|coordinates| Position {
                coordinates,
                accuracy_m: None,
                source: PositionSource::Hand,
                fixed_at: None,
            });
        });
    }

    pub(super) fn type_place(&mut self, text: &str) {
        self.change_form(|draft| draft.type_place(text));
    }

    pub(super) fn locate(&mut self) {
        self.locating = true;
        self.effects.push(super::Effect::Locate {
            budget_ms: FIX_BUDGET_MS,
        });
    }

    pub(super) fn fixed(&mut self, position: Option<Position>) {
        let asked = std::mem::take(&mut self.locating);
        let Some(position) = position else {
            return;
        };
        self.here = Some(position);
        // A fix describes where the team stood: only the form that asked for it takes it.
        let takes = self.form.as_ref().is_some_and(|form| {
            let better = match (
                form.draft.fix.and_then(|fix| fix.accuracy_m),
                position.accuracy_m,
            ) {
                (Some(old), Some(new)) => new <= old,
                _ => true,
            };
            !form.saving && form.draft.base.is_none() && better
        });
        if asked && takes {
            self.change_form(|draft| draft.fix = Some(position));
        }
    }

    pub(super) fn refix(&mut self) {
        if let Some(form) = self.form.as_mut().filter(|form| !form.saving) {
            form.draft.fix = None;
            self.locate();
        }
    }

    fn keep_draft_soon(&mut self) {
        if !self.jobs.iter().any(|job| matches!(job, Job::KeepDraft)) {
            self.jobs.push_back(Job::KeepDraft);
        }
    }

    /// Seals the open form as it stands, or that there is none.
    pub(super) fn keep_draft(&mut self) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::DraftKept);
        self.stage_draft(&mut staged, self.form.is_some());
        (!staged.operations.is_empty()).then_some(staged)
    }

    fn stage_draft(&mut self, staged: &mut Staged, keep: bool) {
        let kept = match (&self.form, self.round) {
            (Some(form), Some(round)) if keep => Some(KeptDraft {
                round,
                draft: form.draft.clone(),
            }),
            _ => None,
        };
        let nonce = self.draw();
        let Some(session) = staged.session() else {
            return;
        };
        if kept.is_none() && !session.draft_kept {
            return;
        }
        let piece = serde_json::to_vec(&kept).expect("plain values become JSON");
        session.draft_kept = kept.is_some();
        let file = DRAFT_FILE.to_owned();
        let operation = if session.drafts.wants_compaction() {
            Operation::Replace(file, session.drafts.rewrite(&piece, &nonce))
        } else {
            Operation::Append(file, session.drafts.append(&piece, &nonce))
        };
        staged.operations.push(operation);
    }

    pub(super) fn draft_kept(&mut self) {
        if let Some(form) = self.form.as_mut().filter(|form| !form.saving) {
            form.not_saved = false;
        }
    }

    pub(super) fn draft_not_kept(&mut self, reason: &str) {
        if let Some(form) = self.form.as_mut() {
            form.not_saved = true;
            self.say_problem("draft-not-kept", Some(reason));
        }
    }

    pub(super) fn discard_form(&mut self) {
        if self.form.as_ref().is_some_and(|form| !form.saving) {
            self.form = None;
            self.locating = false;
            self.keep_draft_soon();
        }
    }

    pub(super) fn ask_save(&mut self) {
        let questionnaire = self.questionnaire();
        let Some(form) = self.form.as_mut().filter(|form| !form.saving) else {
            return;
        };
        let problems = form.draft.problems(questionnaire);
        if let Some(first) = problems.first() {
            form.draft.tried = true;
            form.draft.show_problem(questionnaire, first);
            let number = problems.len().to_string();
            self.say_problem("form-incomplete", Some(&number));
            return;
        }
        form.saving = true;
        form.not_saved = false;
        self.message = None;
        self.jobs.push_back(Job::Save);
    }

    /// One change, its envelope and the end of the draft, in one write.
    pub(super) fn save_form(&mut self) -> Option<Staged> {
        let document = self.round;
        let staged = document.and_then(|document| self.stage_saving(document));
        if staged.is_none() {
            self.form_not_saved("other");
        }
        staged
    }

    fn stage_saving(&mut self, document: DocumentId) -> Option<Staged> {
        let questionnaire = self.questionnaire();
        let stamp = Stamp {
            device: self.device_id(),
            at: self.now,
        };
        let (key, round) = self.present_round()?;
        let organisation = self.plan().and_then(|plan| {
            let team = plan.teams.iter().find(|team| team.id == key.team)?;
            team.organisation.clone()
        });
        let draft = &self.form.as_ref()?.draft;
        let submission = Submission {
            stamp,
            organisation,
        };
        let filled = match draft.submit(questionnaire, submission) {
            Ok(filled) => filled,
            Err(SubmitError::Incomplete { .. }) => return None,
        };
        let id = filled.id;
        let present = round.observations.iter().find(|known| known.id == id);
        let (saved, undo) = match (draft.base.as_deref(), present) {
            (Some(base), Some(present)) => {
                let saved = keep_others_work(base, &filled, present);
                let undo = Undo::PutBack {
                    document,
                    saved: Box::new(saved.clone()),
                    previous: Box::new(present.clone()),
                };
                (saved, undo)
            }
            _ => (filled, Undo::Withdraw(document, id)),
        };
        let mut staged = Staged::new(self.state.clone(), After::Saved(undo));
        let put = |writer: &mut crate::document::Writer<'_>| writer.put_observation(&saved);
        if self.write(&mut staged, document, Some(id), put) == Written::Impossible {
            return None;
        }
        self.stage_draft(&mut staged, false);
        Some(staged)
    }

    pub(super) fn form_saved(&mut self, undo: Undo) {
        self.form = None;
        self.locating = false;
        self.vibrate(super::VIBRATION_SAVED);
        let code = self.slip_of(&undo);
        self.changed("saved", Some(undo));
        if let (Some(message), Some(code)) = (&mut self.message, code) {
            message.detail = Some(code);
        }
    }

    /// The code for the slip of somebody who was just interviewed.
    fn slip_of(&self, undo: &Undo) -> Option<String> {
        let (document, id, before) = match undo {
            Undo::Withdraw(document, id) => (document, *id, None),
            Undo::PutBack {
                document,
                saved,
                previous,
            } => (document, saved.id, Some(previous)),
            Undo::Restore(..) => return None,
        };
        let paper = self.paper(*document)?;
        let round = paper.round()?.0;
        let seen = round.observations.iter().find(|seen| seen.id == id)?;
        let new = before.is_none_or(|before| !before.is_interview());
        (new && seen.is_interview()).then(|| paper_code(paper.name.campaign(), id))
    }

    pub(super) fn form_not_saved(&mut self, reason: &str) {
        if let Some(form) = self.form.as_mut() {
            form.saving = false;
            form.not_saved = true;
        }
        self.say_problem("not-saved", Some(reason));
        self.vibrate(super::VIBRATION_PROBLEM);
    }

    /// Something saved outside a form, or a form saved.
    pub(super) fn changed(&mut self, code: &'static str, undo: Option<Undo>) {
        let until = undo.as_ref().map(|_| self.now + UNDO_MS);
        self.undo = undo.zip(until);
        self.say(Tone::Good, code, None, until);
        self.exchange_soon();
    }

    pub(super) fn ask_withdraw(
        &mut self,
        observation: ObservationId,
        reason: Option<WithdrawalReason>,
    ) {
        if let Some(document) = self.round {
            let job = Job::Withdraw(document, observation, reason, Said::Gesture);
            self.jobs.push_back(job);
        }
    }

    pub(super) fn withdraw(
        &mut self,
        document: DocumentId,
        observation: ObservationId,
        reason: Option<WithdrawalReason>,
        said: Said,
    ) -> Option<Staged> {
        let (code, undo) = match (said, reason) {
            (Said::Undo, _) => ("undone", None),
            (Said::Gesture, Some(_)) => ("withdrawn", Some(Undo::Restore(document, observation))),
            (Said::Gesture, None) => ("restored", None),
        };
        let mut staged = Staged::new(self.state.clone(), After::Changed { code, undo });
        let known = self.round_of(document).is_some_and(|round| {
            round
                .observations
                .iter()
                .any(|known| known.id == observation)
        });
        if !known {
            return None;
        }
        let now = self.now;
        let withdrawal = reason.map(|reason| Withdrawal { at: now, reason });
        let written = self.write(&mut staged, document, Some(observation), |writer| {
            writer.withdraw(observation, withdrawal);
        });
        if written == Written::Impossible {
            self.say_problem("not-saved", None);
            return None;
        }
        Some(staged)
    }

    pub(super) fn ask_undo(&mut self) {
        let Some((undo, until)) = self.undo.take() else {
            return;
        };
        if self.now > until {
            return;
        }
        self.message = None;
        self.jobs.push_back(match undo {
            Undo::Withdraw(document, id) => {
                Job::Withdraw(document, id, Some(WithdrawalReason::Mistake), Said::Undo)
            }
            Undo::Restore(document, id) => Job::Withdraw(document, id, None, Said::Undo),
            Undo::PutBack {
                document,
                saved,
                previous,
            } => Job::PutBack(document, saved, previous),
        });
    }

    /// Puts back what an edit replaced, and only that.
    pub(super) fn put_back(
        &mut self,
        document: DocumentId,
        saved: &Observation,
        previous: &Observation,
    ) -> Option<Staged> {
        let after = After::Changed {
            code: "undone",
            undo: None,
        };
        let mut staged = Staged::new(self.state.clone(), after);
        let present = self
            .round_of(document)?
            .observations
            .iter()
            .find(|known| known.id == saved.id)?;
        let restored = keep_others_work(saved, previous, present);
        let put = |writer: &mut crate::document::Writer<'_>| writer.put_observation(&restored);
        if self.write(&mut staged, document, Some(saved.id), put) == Written::Impossible {
            self.say_problem("not-saved", None);
            return None;
        }
        Some(staged)
    }
}
