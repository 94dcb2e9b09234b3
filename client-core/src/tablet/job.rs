//! Work that changes what is kept: one job at a time, in the order asked.

use super::Tablet;
use super::arrival::Handed;
use super::device::{Applying, Credentials};
use super::drafting::Undo;
use super::resetting::ResetRequest;
use super::store::Staged;
use crate::model::{Closure, DocumentId, Observation, ObservationId, RoundKey, WithdrawalReason};
use crate::sync::{Digest, Handover, Receiver, Rescue, WipeReason};
use crate::vault::{PinCost, PlatformKey, Vault};
use zeroize::Zeroizing;

/// A piece of work that ends in one write.
pub(super) enum Job {
    Apply(Applying),
    Enrolled(Box<Credentials>),
    ChoosePin(Zeroizing<String>, PinCost),
    TryPin(Zeroizing<String>),
    SetPlatformKey(Option<PlatformKey>),
    ForgiveTries,
    Destroy,
    Mend,
    KeepDraft,
    StartRound(RoundKey),
    Save,
    Withdraw(DocumentId, ObservationId, Option<WithdrawalReason>, Said),
    PutBack(DocumentId, Box<Observation>, Box<Observation>),
    Settle(DocumentId, ObservationId, String, u32),
    Walk(DocumentId, Vec<String>, bool),
    Close(DocumentId, Box<Closure>),
    Reopen(DocumentId),
    Pack(DocumentId),
    Take(Box<Digest>),
    Shred(DocumentId),
    Move(DocumentId, DocumentId),
    ShredLocked(DocumentId),
    Wipe(WipeReason),
    Carry(Box<Rescue>),
    Call,
    Give(Box<Receiver>),
    Hand(DocumentId, Option<Handed>),
    Receive(Box<Handover>),
    TellEnd(bool),
    AskReset(Option<ResetRequest>),
    ResetPin(Zeroizing<String>, PinCost),
}

/// Whether a withdrawal or restoration is the person's gesture or an undo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Gesture,
    Undo,
}

/// What happens once a job's work is on disk, or is known not to be.
pub(super) enum After {
    Nothing,
    AskEnrolment,
    Enrolled,
    PinChosen,
    TryPin(Zeroizing<String>),
    Destroyed,
    Mended,
    DraftKept,
    RoundStarted(DocumentId),
    Saved(Undo),
    Changed {
        code: &'static str,
        undo: Option<Undo>,
    },
    Walked,
    Closed,
    Taken,
    Shredded(DocumentId),
    Moved(DocumentId, DocumentId),
    Wiped(WipeReason),
    TakenOn(usize),
    Called,
    Received(DocumentId),
    ResetAsked,
    PinReset(Box<Vault>),
}

impl Tablet {
    /// Starts the next jobs until one waits for storage.
    pub(super) fn run_jobs(&mut self) {
        while self.staged.is_none() {
            let Some(job) = self.jobs.pop_front() else {
                break;
            };
            let Some(staged) = self.run(job) else {
                continue;
            };
            if staged.operations.is_empty() {
                self.land(staged);
            } else {
                self.stage(staged);
            }
        }
        if self.locking && self.staged.is_none() {
            self.finish_locking();
        }
    }

    fn run(&mut self, job: Job) -> Option<Staged> {
        match job {
            Job::Apply(applying) => self.apply_for(applying),
            Job::Enrolled(credentials) => Some(self.take_credentials(*credentials)),
            Job::ChoosePin(pin, cost) => self.make_vault(&pin, cost),
            Job::TryPin(pin) => Some(self.count_try(pin)),
            Job::SetPlatformKey(key) => self.set_platform_key(key),
            Job::ForgiveTries => Some(self.forgive_tries()),
            Job::Destroy => Some(self.destroy()),
            Job::Mend => Some(self.mend()),
            Job::KeepDraft => self.keep_draft(),
            Job::StartRound(key) => self.start_round(key),
            Job::Save => self.save_form(),
            Job::Withdraw(document, observation, reason, said) => {
                self.withdraw(document, observation, reason, said)
            }
            Job::PutBack(document, saved, previous) => self.put_back(document, &saved, &previous),
            Job::Settle(document, observation, field, choice) => {
                self.settle(document, observation, &field, choice)
            }
            Job::Walk(document, streets, walked) => self.mark_streets(document, &streets, walked),
            Job::Close(document, closure) => self.close(document, &closure),
            Job::Reopen(document) => self.reopen(document),
            Job::Pack(document) => {
                let staged = self.pack(document);
                self.pack_failed = staged.is_none();
                staged
            }
            Job::Take(answer) => Some(self.take_answer(*answer)),
            Job::Shred(document) => self.shred(document),
            Job::Move(former, newer) => self.move_round(former, newer),
            Job::ShredLocked(document) => Some(self.shred_locked(document)),
            Job::Wipe(reason) => self.wipe(reason),
            Job::Carry(rescue) => self.take_on(*rescue),
            Job::Call => self.call_for_round(),
            Job::Give(receiver) => {
                self.give(&receiver);
                None
            }
            Job::Hand(document, handed) => self.note_handed(document, handed),
            Job::Receive(came) => self.receive(*came),
            Job::TellEnd(over) => Some(self.tell_end(over)),
            Job::AskReset(asked) => self.note_reset_request(asked),
            Job::ResetPin(pin, cost) => self.reset_pin(&pin, cost),
        }
    }

    /// The platform reports that a ticket is on disk.
    pub(super) fn stored(&mut self, ticket: u32) {
        if let Some((_, staged)) = self.staged.take_if(|(waiting, _)| *waiting == ticket) {
            self.land(staged);
        }
    }

    /// The platform reports that a ticket is not on disk: nothing of it happened.
    pub(super) fn not_stored(&mut self, ticket: u32, reason: &str) {
        if let Some((_, staged)) = self.staged.take_if(|(waiting, _)| *waiting == ticket) {
            self.failed(&staged.after, reason);
        }
    }

    fn land(&mut self, staged: Staged) {
        self.disk.carry_out(staged.operations);
        self.state = staged.state;
        match staged.after {
            After::Nothing => {}
            After::AskEnrolment => self.ask_enrolment(),
            After::Enrolled => self.enrolled(),
            After::PinChosen => self.vault_made(),
            After::TryPin(pin) => self.try_pin(&pin),
            After::Destroyed => self.say_problem("vault-destroyed", None),
            After::Mended => self.after_mending(),
            After::DraftKept => self.draft_kept(),
            After::RoundStarted(document) => self.round_started(document),
            After::Saved(undo) => self.form_saved(undo),
            After::Changed { code, undo } => self.changed(code, undo),
            After::Walked => self.exchange_soon(),
            After::Closed => self.round_closed(),
            After::Taken => self.answer_taken(),
            After::Shredded(document) => self.round_shredded(document),
            After::Moved(former, newer) => self.round_moved(former, newer),
            After::Wiped(reason) => self.wiped(reason),
            After::TakenOn(number) => self.taken_on(number),
            After::Called => self.called(),
            After::Received(document) => self.received(document),
            After::ResetAsked => self.reset_asked(),
            After::PinReset(vault) => self.pin_reset(*vault),
        }
    }

    fn failed(&mut self, after: &After, reason: &str) {
        match after {
            After::Saved(_) => self.form_not_saved(reason),
            After::DraftKept => self.draft_not_kept(reason),
            After::AskEnrolment
            | After::Enrolled
            | After::PinChosen
            | After::TakenOn(_)
            | After::Called
            | After::Received(_)
            | After::ResetAsked
            | After::PinReset(_)
            | After::TryPin(_) => {
                self.enrolling = false;
                self.say_problem("not-stored", Some(reason));
            }
            After::RoundStarted(_) | After::Changed { .. } | After::Walked | After::Closed => {
                self.say_problem("not-saved", Some(reason));
                self.vibrate(super::VIBRATION_PROBLEM);
            }
            After::Taken => self.answer_not_taken(),
            // Tried again at the next opening or contact; nothing said to be saved is concerned.
            After::Nothing
            | After::Mended
            | After::Destroyed
            | After::Shredded(_)
            | After::Moved(..)
            | After::Wiped(_) => {}
        }
    }
}
