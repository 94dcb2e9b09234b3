//! A simulated tablet: the real door of the field app, over a platform kept in memory.
//!
//! Files, clock, position and randomness are ours; the network is real HTTP to a server, and may
//! be cut, or lose requests and answers. It must never look behind the door.

use crate::dice::Dice;
use crate::population::{Encounter, Fix};
use anyhow::{Result, bail};
use data_encoding::BASE64;
use maraude_core::form::FormKind;
use maraude_core::model::{
    Answer, AnswerValue, Coordinates, Coverage, Night, ObservationId, Position, PositionSource,
    SectorId, SiteId, TeamId, TimestampMs,
};
use maraude_core::tablet::{
    Custody, Effect, EntryView, Event, Phase, PlatformReport, StorageOperation, StoredFile, Tablet,
    Tone, View,
};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Everybody's PIN in the simulated world.
pub const PIN: &str = "193755";

/// Typed where there is neither a fix nor anything to name.
const SOMEWHERE: &str = "sans position, voir le plan de la maraude";

/// Between two events the clock moves by this, milliseconds.
const STEP_MS: i64 = 10;
/// Exchanges tried before sending everything is given up.
const TRIES: usize = 200;

/// What the network does to a tablet.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Loss {
    /// Share of requests that never reach the server.
    pub requests: f64,
    /// Share of answers that never come back: the server did its part.
    pub answers: f64,
}

/// A tablet.
pub struct SimulatedTablet {
    tablet: Tablet,
    /// Its storage, as it would be found after a kill.
    pub files: BTreeMap<String, Vec<u8>>,
    agent: ureq::Agent,
    /// Where its server is; a test may move it.
    pub base: String,
    online: bool,
    /// What the network does.
    pub loss: Loss,
    /// Exchanges asked for while online.
    pub requests: u32,
    /// Exchanges that failed.
    pub failures: u32,
    now: TimestampMs,
    fix: Option<Position>,
    typed: String,
    wake_at: Option<TimestampMs>,
    /// The last file it handed to the person, base64.
    pub given: Option<String>,
    dice: Dice,
}

impl SimulatedTablet {
    /// A new tablet with an empty storage.
    pub fn new(base: &str, seed: u64, now: TimestampMs) -> Self {
        let mut dice = Dice::new(seed);
        let tablet = Tablet::open(Vec::new(), now, dice.bytes());
        Self {
            tablet,
            files: BTreeMap::new(),
            agent: agent(),
            base: base.to_owned(),
            online: true,
            loss: Loss::default(),
            requests: 0,
            failures: 0,
            now,
            fix: None,
            typed: SOMEWHERE.to_owned(),
            wake_at: None,
            given: None,
            dice,
        }
    }

    /// One that starts over files of another, locked.
    pub fn over(base: &str, files: BTreeMap<String, Vec<u8>>, seed: u64, now: TimestampMs) -> Self {
        let mut made = Self::new(base, seed, now);
        made.files = files;
        made.kill_and_start();
        made
    }

    /// Enrolled with a code, a PIN chosen, the plan received.
    pub fn enrolled(base: &str, code: &str, seed: u64, now: TimestampMs) -> Result<Self> {
        let mut made = Self::new(base, seed, now);
        made.send(Event::Enrol {
            code: code.to_owned(),
        });
        made.send(Event::ChoosePin {
            pin: PIN.to_owned(),
            cost: None,
        });
        if made.view().phase != Phase::Unlocked {
            bail!("enrolment stopped: {:?}", made.view().message);
        }
        let battery_percent = Some(made.dice.whole(35, 100) as u8);
        made.send(Event::Checked(PlatformReport {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            battery_percent,
            ..PlatformReport::default()
        }));
        for _ in 0..TRIES {
            if made.view().plan.is_some() {
                return Ok(made);
            }
            made.send(Event::SendNow);
        }
        bail!(
            "the plan did not come: {:?}",
            made.view().outbox.last_problem
        )
    }

    /// What the screens show.
    pub fn view(&self) -> View {
        self.tablet.view()
    }

    /// The device's clock.
    pub fn now(&self) -> TimestampMs {
        self.now
    }

    /// Lets time pass until an instant, waking the tablet when it asked to.
    pub fn until(&mut self, instant: TimestampMs) {
        while let Some(at) = self.wake_at.filter(|at| *at <= instant) {
            self.now = self.now.max(at);
            self.wake_at = None;
            self.send(Event::Tick);
        }
        self.now = self.now.max(instant);
    }

    /// The power goes: the process starts again over what its storage holds, locked.
    pub fn kill_and_start(&mut self) {
        let files = self
            .files
            .iter()
            .map(|(name, bytes)| StoredFile {
                name: name.clone(),
                bytes: BASE64.encode(bytes),
            })
            .collect();
        self.tablet = Tablet::open(files, self.now, self.dice.bytes());
        self.wake_at = None;
        self.send(Event::Tick);
    }

    /// Another tablet over a copy of this one's storage: a backup, or a clone; locked.
    #[must_use]
    pub fn copied(&self, seed: u64) -> Self {
        Self::over(&self.base, self.files.clone(), seed, self.now)
    }

    /// The network goes.
    pub fn go_offline(&mut self) {
        self.online = false;
        self.send(Event::Network { online: false });
    }

    /// The network comes back.
    pub fn go_online(&mut self) {
        self.online = true;
        self.send(Event::Network { online: true });
    }

    /// Unlocks with everybody's PIN.
    pub fn unlock(&mut self) {
        self.send(Event::Unlock {
            pin: PIN.to_owned(),
            awake_ms: None,
        });
    }

    /// Sets out.
    pub fn set_out(&mut self, team: TeamId, sector: Option<SectorId>, night: Night) -> Result<()> {
        self.send(Event::StartRound {
            team,
            sector,
            night,
        });
        self.fail_on_problem("setting out")?;
        if self.view().round.is_none() {
            bail!("no round is open after setting out");
        }
        Ok(())
    }

    /// The next fix the platform will report; none when there is no reception.
    pub fn stand_at(&mut self, fix: Option<Fix>) {
        self.fix = fix.map(|fix| Position {
            coordinates: Coordinates {
                longitude: fix.at[0],
                latitude: fix.at[1],
            },
            accuracy_m: Some(fix.accuracy_m),
            source: PositionSource::Fix,
            fixed_at: Some(self.now),
        });
    }

    /// Fills and saves a form; the new observation.
    pub fn record(&mut self, of: &Encounter, site: Option<SiteId>) -> Result<ObservationId> {
        self.type_beside(of.typed.as_deref());
        self.fill(of.form, site, of.fix, &of.answers)
    }

    /// What is typed on the next form that has no position.
    pub fn type_beside(&mut self, text: Option<&str>) {
        text.unwrap_or(SOMEWHERE).clone_into(&mut self.typed);
    }

    /// Fills and saves a form; the new observation.
    pub fn fill(
        &mut self,
        form: FormKind,
        site: Option<SiteId>,
        fix: Option<Fix>,
        answers: &[(&'static str, Answer<AnswerValue>)],
    ) -> Result<ObservationId> {
        self.stand_at(fix);
        self.send(Event::OpenForm { form, site });
        if site.is_none() && fix.is_none() {
            self.send(Event::TypePlace {
                text: self.typed.clone(),
            });
        }
        for (question, answer) in answers {
            self.send(Event::Answer {
                question: (*question).to_owned(),
                answer: answer.clone(),
            });
        }
        self.save()
    }

    /// Saves the open form; the observation it became.
    pub fn save(&mut self) -> Result<ObservationId> {
        let before = self.entries();
        self.send(Event::SaveForm);
        self.fail_on_problem("saving a form")?;
        if self.view().form.is_some() {
            bail!("the form is still open: {:?}", self.problems());
        }
        let held = |id: ObservationId| before.iter().any(|entry| entry.id == id);
        let after = self.entries();
        let made = after.iter().find(|entry| !held(entry.id));
        match made.or(after.first()) {
            Some(entry) => Ok(entry.id),
            None => bail!("no entry after saving"),
        }
    }

    /// Opens a saved observation, changes answers, saves it.
    pub fn edit(
        &mut self,
        observation: ObservationId,
        answers: &[(&'static str, Answer<AnswerValue>)],
    ) -> Result<()> {
        self.send(Event::EditObservation { observation });
        for (question, answer) in answers {
            self.send(Event::Answer {
                question: (*question).to_owned(),
                answer: answer.clone(),
            });
        }
        self.save().map(|_| ())
    }

    /// Ticks streets of the sector as walked.
    pub fn walk_streets(&mut self, streets: Vec<String>) -> Result<()> {
        let walked = true;
        self.send(Event::WalkStreets { streets, walked });
        self.fail_on_problem("ticking streets")
    }

    /// Ends the round.
    pub fn close_round(&mut self, coverage: Coverage, zero_found: bool) -> Result<()> {
        self.send(Event::CloseRound {
            coverage,
            not_walked: (coverage == Coverage::Partial).then(|| "une rue barrée".to_owned()),
            zero_found,
        });
        self.fail_on_problem("closing the round")
    }

    /// Entries of the round at hand.
    pub fn entries(&self) -> Vec<EntryView> {
        self.view()
            .round
            .map_or_else(Vec::new, |round| round.entries)
    }

    /// Observations of the round at hand shown as acknowledged by the server.
    pub fn acknowledged(&self) -> Vec<ObservationId> {
        self.entries()
            .iter()
            .filter(|entry| matches!(entry.custody, Custody::OnServer | Custody::Read))
            .map(|entry| entry.id)
            .collect()
    }

    /// Exchanges until nothing waits.
    pub fn send_everything(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            self.send(Event::SendNow);
            let outbox = self.view().outbox;
            if outbox.unsent == 0 && outbox.last_problem.is_none() {
                return Ok(());
            }
            self.now += 1_000;
        }
        bail!(
            "{} changes still wait: {:?}",
            self.view().outbox.unsent,
            self.view().outbox.last_problem
        )
    }

    /// One event, and everything that follows from it.
    pub fn send(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.now += STEP_MS;
            let seed = self.dice.bytes();
            for effect in self.tablet.dispatch(event, self.now, seed) {
                events.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Store { ticket, operations } => Some(self.store(ticket, operations)),
            Effect::Request { .. } => Some(self.exchange(effect)),
            Effect::Locate { .. } => {
                let position = self.fix.map(|fix| Position {
                    fixed_at: Some(self.now),
                    ..fix
                });
                Some(Event::Fixed { position })
            }
            Effect::Wake { at } => {
                self.wake_at = Some(at);
                None
            }
            Effect::GiveFile { bytes, .. } => {
                self.given = Some(bytes);
                None
            }
            Effect::Vibrate { .. } | Effect::KeepAwake { .. } => None,
        }
    }

    fn store(&mut self, ticket: u32, operations: Vec<StorageOperation>) -> Event {
        let read = |text: &str| BASE64.decode(text.as_bytes()).unwrap_or_default();
        for operation in operations {
            match operation {
                StorageOperation::Append { file, bytes } => {
                    self.files.entry(file).or_default().extend(read(&bytes));
                }
                StorageOperation::Replace { file, bytes } => {
                    self.files.insert(file, read(&bytes));
                }
                StorageOperation::Truncate { file, length } => {
                    if let Some(bytes) = self.files.get_mut(&file) {
                        bytes.truncate(length as usize);
                    }
                }
                StorageOperation::Delete { file } => {
                    self.files.remove(&file);
                }
            }
        }
        Event::Stored { ticket }
    }

    fn exchange(&mut self, effect: Effect) -> Event {
        let Effect::Request {
            ticket,
            path,
            content_type,
            authorization,
            body,
            ..
        } = effect
        else {
            return Event::Tick;
        };
        self.requests += u32::from(self.online);
        if !self.online || self.dice.chance(self.loss.requests) {
            self.failures += u32::from(self.online);
            return Event::Unreachable { ticket };
        }
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", content_type);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let body = BASE64.decode(body.as_bytes()).unwrap_or_default();
        let answer = request.send(&body[..]).and_then(|mut answer| {
            let code = answer.status().as_u16();
            Ok((code, answer.body_mut().read_to_vec()?))
        });
        match answer {
            Ok((code, body)) if !self.dice.chance(self.loss.answers) => Event::Answered {
                ticket,
                code,
                body: BASE64.encode(&body),
            },
            _ => {
                self.failures += 1;
                Event::Unreachable { ticket }
            }
        }
    }

    fn fail_on_problem(&self, doing: &str) -> Result<()> {
        match self.view().message {
            Some(message) if message.tone == Tone::Problem => {
                bail!(
                    "{doing}: {} {:?} {:?}",
                    message.code,
                    message.detail,
                    self.problems()
                )
            }
            _ => Ok(()),
        }
    }

    /// Questions of the open form with a problem, by name.
    fn problems(&self) -> Vec<String> {
        let cards = self.view().form.map_or_else(Vec::new, |form| form.cards);
        cards
            .iter()
            .flat_map(|card| &card.questions)
            .filter(|question| question.problem.is_some())
            .map(|question| question.name.clone())
            .collect()
    }
}

/// An HTTP client that gives codes back as codes, and gives up.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}
