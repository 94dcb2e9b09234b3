//! The only door for the screen: events in, effects and a view out.
//!
//! A state machine. It must never do what an [`Effect`] asks by itself, and no screen decides
//! anything of the domain. The browser's worker and the simulated tablets drive it.

mod answer;
mod arrival;
mod carriage;
mod checks;
mod conflict;
mod device;
mod drafting;
mod effect;
mod encoding;
mod ending;
mod enrolment;
mod event;
mod exchange;
mod following;
mod handover;
mod job;
mod last_words;
mod moving;
mod outbox;
mod paper;
mod platform_key;
mod rescuing;
mod resetting;
mod rounds;
mod sealed;
mod session;
mod shredding;
mod store;
mod tagged;
mod taking;
#[cfg(test)]
mod tests;
#[cfg(feature = "typescript")]
mod typescript;
mod view;
mod view_form;
mod view_round;
mod views;
mod wiping;
mod writing;

pub use crate::vault::PinCost;
pub use effect::{Effect, StorageOperation};
pub use event::{Enrolment, Event, PlatformReport, StoredFile};
pub use handover::{HandedView, HandoverView};
pub use last_words::LastWords;
pub use resetting::ResetView;
#[cfg(feature = "typescript")]
pub use typescript::{Declarations, typescript};
pub use view::{
    CardView, CarriedView, Check, ConflictValue, ConflictView, Custody, Destruction, EntryView,
    Fact, FormView, Message, OutboxView, Phase, PlanView, QuestionView, ReceiptView, RoundSummary,
    RoundView, SectorView, SiteView, TeamView, Tone, Totals, View,
};

use crate::form::PseudonymFields;
use crate::gate::admit_from_server;
use crate::model::{DeviceId, DocumentId, Position, TimestampMs};
use crate::sync::Peer;
use crate::vault::{PlatformKey, Secret};
use device::{DEVICE_FILE, DeviceFile};
use drafting::{OpenForm, Undo};
use exchange::{Asked, SessionToken};
use handover::Passing;
use job::Job;
use outbox::{OUTBOX_FILE, Outbox};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use session::PinWait;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use store::{Disk, Operation, Staged, State};
use taking::Gate;

/// Felt when something is saved.
const VIBRATION_SAVED: &[u32] = &[40];
/// Felt when it is not.
const VIBRATION_PROBLEM: &[u32] = &[80, 60, 80];

/// A tablet: everything the field app knows and decides.
pub struct Tablet {
    state: State,
    /// What the platform is writing.
    staged: Option<(u32, Staged)>,
    jobs: VecDeque<Job>,
    disk: Disk,
    gate: Gate,
    last_words: LastWords,
    /// Operations that put damaged files right, for the next write.
    repairs: Vec<Operation>,
    damaged_outbox: u32,

    form: Option<OpenForm>,
    round: Option<DocumentId>,
    /// The round at hand when the tablet was locked: it opens there again.
    left_at: Option<DocumentId>,
    undo: Option<(Undo, TimestampMs)>,
    /// A round that passes to another tablet, or comes from one.
    passing: Option<Passing>,
    message: Option<Message>,
    platform: PlatformReport,
    checked: bool,
    here: Option<Position>,
    locating: bool,
    locking: bool,
    awake: bool,
    pin_wait: PinWait,

    enrolling: bool,
    clock_offset_ms: Option<i64>,
    peer: Option<Peer>,
    asked: Option<(u32, Asked)>,
    token: Option<SessionToken>,
    session_refused_until: Option<TimestampMs>,
    /// The coordination allowed a new PIN: what opens the vault meanwhile.
    spare: Option<Secret>,
    /// What the platform's key gave, for the PIN that follows.
    given: Option<PlatformKey>,
    /// Nothing waits, and the server may have an order for this tablet.
    knocks: bool,
    last_problem: Option<String>,
    tried_at: Option<TimestampMs>,
    next_poll_at: TimestampMs,
    online: Option<bool>,
    reseal: bool,
    /// How many requests followed documents so far: whose turn it is.
    followed: usize,
    /// The last answer did not hold all that a document lacks.
    more_to_come: bool,
    pack_failed: bool,
    /// Rounds of which this run has been told everything.
    whole: BTreeSet<DocumentId>,

    wake_at: Option<TimestampMs>,
    now: TimestampMs,
    rng: ChaCha20Rng,
    next_ticket: u32,
    effects: Vec<Effect>,
}

impl std::fmt::Debug for Tablet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tablet({} waiting)", self.state.outbox.unsent())
    }
}

impl Tablet {
    /// A tablet as its storage holds it, locked if it has a vault.
    ///
    /// `now` is the device's clock; `seed` is drawn by the platform and never used twice. The
    /// first event may be any; [`Event::Tick`] lets the outbox go on sending.
    pub fn open(files: Vec<StoredFile>, now: TimestampMs, seed: [u8; 32]) -> Self {
        let files = files.into_iter().map(|file| {
            let bytes = encoding::from_base64(&file.bytes).unwrap_or_default();
            (file.name, bytes)
        });
        let disk = Disk::new(files);
        let kept = disk.file(DEVICE_FILE).and_then(DeviceFile::read);
        let clearing = kept.as_ref().and_then(|kept| kept.clearing);
        let old_outbox = clearing.is_some_and(|clearing| !clearing.kept_outbox);
        let outbox = disk.file(OUTBOX_FILE).filter(|_| !old_outbox);
        let outbox = Outbox::open(outbox.unwrap_or_default());
        let repairs = outbox.repair();
        let mut tablet = Self {
            state: State {
                device: Arc::new(kept.unwrap_or_default()),
                outbox: Arc::new(outbox.outbox),
                session: None,
            },
            staged: None,
            jobs: VecDeque::new(),
            disk,
            gate: admit_from_server,
            last_words: LastWords::default(),
            repairs: repairs.into_iter().collect(),
            damaged_outbox: outbox.damaged,
            form: None,
            round: None,
            left_at: None,
            undo: None,
            passing: None,
            message: None,
            platform: PlatformReport::default(),
            checked: false,
            here: None,
            locating: false,
            locking: false,
            awake: false,
            pin_wait: PinWait::default(),
            enrolling: false,
            clock_offset_ms: None,
            peer: None,
            asked: None,
            token: None,
            session_refused_until: None,
            spare: None,
            given: None,
            knocks: false,
            last_problem: None,
            tried_at: None,
            next_poll_at: now,
            online: None,
            reseal: false,
            followed: 0,
            more_to_come: false,
            pack_failed: false,
            whole: BTreeSet::new(),
            wake_at: None,
            now,
            rng: ChaCha20Rng::from_seed(seed),
            next_ticket: 1,
            effects: Vec::new(),
        };
        tablet.repairs.extend(tablet.left_by_a_wipe());
        tablet.repairs.extend(tablet.left_by_enrolling());
        tablet.forget_clearing();
        if !tablet.repairs.is_empty() {
            tablet.jobs.push_back(Job::Mend);
        }
        tablet.destroy_when_due();
        tablet
    }

    /// What the platform writes should the core die; it keeps the handle beside the tablet.
    pub fn last_words(&self) -> LastWords {
        self.last_words.clone()
    }

    /// Something happened; what the platform must do.
    ///
    /// `seed` is drawn by the platform for this event alone.
    pub fn dispatch(&mut self, event: Event, now: TimestampMs, seed: [u8; 32]) -> Vec<Effect> {
        self.now = now;
        self.rng = ChaCha20Rng::from_seed(seed);
        if self.state.session.is_some() && !self.locking && !self.enrolling {
            self.gesture(event);
        } else {
            self.locked_event(event);
        }
        self.run_jobs();
        self.plan_wake();
        std::mem::take(&mut self.effects)
    }

    /// Events that mean something only while unlocked.
    fn gesture(&mut self, event: Event) {
        if self.keeps_from_writing(&event) {
            return;
        }
        match event {
            Event::Lock => self.lock(),
            Event::StartRound {
                team,
                sector,
                night,
            } => self.start(team, sector, night),
            Event::OpenRound { index } => self.open_round(index),
            Event::OpenForm { form, site } => self.open_form(form, site),
            Event::EditObservation { observation } => self.edit(observation, false),
            Event::CompleteObservation { observation } => self.edit(observation, true),
            Event::Answer { question, answer } => self.answer(&question, answer),
            Event::Seal {
                question,
                given,
                family,
                birth_year,
            } => {
                let told = PseudonymFields::of(&given, &family, birth_year);
                self.seal_answer(&question, told.as_ref());
            }
            Event::GoToCard { card } => self.go_to_card(card),
            Event::PlacePin { coordinates } => self.place_pin(coordinates),
            Event::TypePlace { text } => self.type_place(&text),
            Event::Refix => self.refix(),
            Event::SaveForm => self.ask_save(),
            Event::DiscardForm => self.discard_form(),
            Event::Withdraw {
                observation,
                reason,
            } => self.ask_withdraw(observation, Some(reason)),
            Event::Restore { observation } => self.ask_withdraw(observation, None),
            Event::Settle {
                observation,
                field,
                choice,
            } => self.ask_settle(observation, field, choice),
            Event::Undo => self.ask_undo(),
            Event::WalkStreets { streets, walked } => self.walk_streets(streets, walked),
            Event::CloseRound {
                coverage,
                not_walked,
                zero_found,
            } => self.close_round(coverage, not_walked, zero_found),
            Event::ReopenRound => self.jobs.extend(self.round.map(Job::Reopen)),
            Event::CallForRound => self.jobs.push_back(Job::Call),
            Event::GiveRound { call } => self.give_round(&call),
            Event::RoundGiven => self.hand(true),
            Event::TakeRoundBack => self.hand(false),
            Event::ReceiveRound { pack } => self.receive_round(&pack),
            Event::AcceptRound => self.accept_round(),
            Event::LeaveHandover => self.leave_handover(),
            other => self.locked_event(other),
        }
    }

    /// Events that mean something in any phase.
    fn locked_event(&mut self, event: Event) {
        match event {
            Event::Enrol { code } => self.enrol(&code),
            Event::ChoosePin { pin, cost } => self.choose_pin(pin, cost),
            Event::Unlock { pin, awake_ms } => self.unlock(pin, awake_ms),
            Event::Checked(found) => {
                self.platform = found;
                self.checked = true;
            }
            Event::PlatformKey { key } => self.give_platform_key(key.as_ref()),
            Event::ForgotPin => self.forgot_pin(),
            Event::RememberedPin => self.remembered_pin(),
            Event::SendNow => self.exchange_now(),
            Event::SaveOutbox => self.save_outbox(),
            Event::Carry { file } => self.carry(&file),
            Event::DismissMessage => self.message = None,
            Event::Tick => self.tick(),
            Event::Fixed { position } => self.fixed(position),
            Event::Stored { ticket } => self.stored(ticket),
            Event::NotStored { ticket, reason } => self.not_stored(ticket, &reason),
            Event::Answered { ticket, code, body } => {
                let body = encoding::from_base64(&body).unwrap_or_default();
                self.answered(ticket, code, &body);
            }
            Event::Unreachable { ticket } => self.unreachable(ticket),
            Event::Network { online } => {
                let back = online && self.online != Some(true);
                self.online = Some(online);
                if back {
                    self.exchange_now();
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self) {
        self.wake_at = None;
        if self
            .undo
            .as_ref()
            .is_some_and(|(_, until)| self.now > *until)
        {
            self.undo = None;
            if let Some(message) = &mut self.message {
                message.undo_until = None;
            }
        }
        self.shred_what_is_due();
        self.exchange_soon();
    }

    fn stage(&mut self, staged: Staged) {
        let ticket = self.ticket();
        let operations = staged.operations.iter().map(Operation::to_effect).collect();
        self.effects.push(Effect::Store { ticket, operations });
        self.staged = Some((ticket, staged));
    }

    fn ticket(&mut self) -> u32 {
        let ticket = self.next_ticket;
        self.next_ticket = self.next_ticket.wrapping_add(1);
        ticket
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    fn device_id(&self) -> DeviceId {
        let credentials = self.state.device.credentials.as_ref();
        credentials.map_or(DeviceId::from_bytes([0; 16]), |c| c.enrolment.device)
    }

    fn say(
        &mut self,
        tone: Tone,
        code: &str,
        detail: Option<&str>,
        undo_until: Option<TimestampMs>,
    ) {
        self.message = Some(Message {
            code: code.to_owned(),
            tone,
            detail: detail.map(str::to_owned),
            undo_until,
        });
    }

    fn say_good(&mut self, code: &str) {
        self.say(Tone::Good, code, None, None);
    }

    fn say_problem(&mut self, code: &str, detail: Option<&str>) {
        self.say(Tone::Problem, code, detail, None);
    }

    fn vibrate(&mut self, pattern_ms: &[u32]) {
        self.effects.push(Effect::Vibrate {
            pattern_ms: pattern_ms.to_vec(),
        });
    }

    fn keep_awake(&mut self, on: bool) {
        if self.awake != on {
            self.awake = on;
            self.effects.push(Effect::KeepAwake { on });
        }
    }
}
