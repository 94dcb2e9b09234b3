//! A platform in memory: files, a clock, a network that may be cut, and death at any operation.

use super::server::{CODES, Server, night, sector, team};
use crate::form::FormKind;
use crate::model::{Answer, AnswerValue, Coverage};
use crate::tablet::encoding::{from_base64, to_base64};
use crate::tablet::{
    Custody, Effect, Event, Phase, PlatformReport, StorageOperation, StoredFile, Tablet, View,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

pub const PIN: &str = "193755";

pub struct Platform {
    pub tablet: Option<Tablet>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub server: Rc<RefCell<Server>>,
    pub online: bool,
    pub now: i64,
    /// Storage operations left before the process dies.
    pub dies_after: Option<usize>,
    /// Storage refuses everything.
    pub disk_full: bool,
    /// What a death at each storage operation would have left.
    pub deaths: Option<Vec<BTreeMap<String, Vec<u8>>>>,
    seeds: u64,
    pub wake_at: Option<i64>,
    pub located: u32,
    /// The last file handed to the person, base64.
    pub given: Option<String>,
}

impl Platform {
    pub fn new(server: &Rc<RefCell<Server>>, number: u64) -> Self {
        let mut platform = Self {
            tablet: None,
            files: BTreeMap::new(),
            server: Rc::clone(server),
            online: true,
            now: 1_769_115_600_000,
            dies_after: None,
            disk_full: false,
            deaths: None,
            seeds: number << 32,
            wake_at: None,
            located: 0,
            given: None,
        };
        platform.start();
        platform
    }

    /// Enrolled, with a PIN, the plan received.
    pub fn ready(server: &Rc<RefCell<Server>>, number: usize) -> Self {
        let mut platform = Self::new(server, number as u64 + 1);
        platform.send(Event::Enrol {
            code: format!("https://example.org/#enrol={}", CODES[number]),
        });
        assert_eq!(platform.view().phase, Phase::ChoosePin);
        platform.send(Event::ChoosePin {
            pin: PIN.into(),
            cost: None,
        });
        assert_eq!(platform.view().phase, Phase::Unlocked);
        assert!(platform.view().plan.is_some());
        platform.send(Event::Checked(PlatformReport {
            app_version: "1".into(),
            ..PlatformReport::default()
        }));
        platform
    }

    pub fn seed(&mut self) -> [u8; 32] {
        self.seeds += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seeds.to_le_bytes());
        seed
    }

    /// Starts the process over what the files hold.
    pub fn start(&mut self) {
        let files = self.files.iter().map(|(name, bytes)| StoredFile {
            name: name.clone(),
            bytes: to_base64(bytes),
        });
        let files = files.collect();
        let (now, seed) = (self.now, self.seed());
        self.tablet = Some(Tablet::open(files, now, seed));
        self.dies_after = None;
        self.send(Event::Tick);
    }

    pub fn kill_and_start(&mut self) {
        self.tablet = None;
        self.start();
    }

    pub fn is_dead(&self) -> bool {
        self.tablet.is_none()
    }

    pub fn view(&self) -> View {
        self.tablet.as_ref().unwrap().view()
    }

    /// One event, and everything that follows from it.
    pub fn send(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.now += 10;
            let (now, seed) = (self.now, self.seed());
            let Some(tablet) = &mut self.tablet else {
                return;
            };
            for effect in tablet.dispatch(event, now, seed) {
                if let Some(event) = self.carry_out(effect) {
                    events.push_back(event);
                }
                if self.is_dead() {
                    return;
                }
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Store { ticket, operations } => self.store(ticket, operations),
            Effect::Request {
                ticket,
                path,
                authorization,
                body,
                ..
            } => {
                if !self.online {
                    return Some(Event::Unreachable { ticket });
                }
                let body = from_base64(&body).unwrap();
                let mut server = self.server.borrow_mut();
                let (code, body) = server.handle(&path, authorization.as_deref(), &body, self.now);
                Some(Event::Answered {
                    ticket,
                    code,
                    body: to_base64(&body),
                })
            }
            Effect::Wake { at } => {
                self.wake_at = Some(at);
                None
            }
            Effect::Locate { .. } => {
                self.located += 1;
                None
            }
            Effect::GiveFile { bytes, .. } => {
                self.given = Some(bytes);
                None
            }
            Effect::Vibrate { .. } | Effect::KeepAwake { .. } => None,
        }
    }

    fn store(&mut self, ticket: u32, operations: Vec<StorageOperation>) -> Option<Event> {
        if self.disk_full {
            return Some(Event::NotStored {
                ticket,
                reason: "quota".into(),
            });
        }
        for operation in operations {
            if self.dies_after == Some(0) {
                tear(&mut self.files, &operation);
                self.tablet = None;
                return None;
            }
            if let Some(deaths) = &mut self.deaths {
                let mut left = self.files.clone();
                tear(&mut left, &operation);
                deaths.push(left);
            }
            self.dies_after = self.dies_after.map(|left| left - 1);
            self.write(vec![operation]);
        }
        Some(Event::Stored { ticket })
    }

    /// Carries operations out.
    pub fn write(&mut self, operations: Vec<StorageOperation>) {
        for operation in operations {
            match operation {
                StorageOperation::Append { file, bytes } => {
                    let bytes = from_base64(&bytes).unwrap();
                    self.files.entry(file).or_default().extend(bytes);
                }
                StorageOperation::Replace { file, bytes } => {
                    self.files.insert(file, from_base64(&bytes).unwrap());
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
    }

    /// Lets time pass, waking the tablet when it asked to.
    pub fn wait_ms(&mut self, ms: i64) {
        let end = self.now + ms;
        while let Some(at) = self.wake_at.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.wake_at = None;
            self.send(Event::Tick);
            if self.is_dead() {
                return;
            }
        }
        self.now = self.now.max(end);
    }

    pub fn go_offline(&mut self) {
        self.online = false;
        self.send(Event::Network { online: false });
    }

    pub fn go_online(&mut self) {
        self.online = true;
        self.send(Event::Network { online: true });
    }

    pub fn unlock(&mut self) {
        self.send(Event::Unlock {
            pin: PIN.into(),
            awake_ms: None,
        });
    }

    /// Opens the vault without asking the server for anything at once.
    pub fn unlock_offline(&mut self) {
        self.online = false;
        self.unlock();
        self.online = true;
    }

    /// Finishes the round with some words, and takes it up again.
    pub fn close_with(&mut self, not_walked: &str) {
        self.send(Event::CloseRound {
            coverage: Coverage::Partial,
            not_walked: Some(not_walked.into()),
            zero_found: false,
        });
        self.send(Event::ReopenRound);
    }

    pub fn set_out(&mut self) {
        self.send(Event::StartRound {
            team: team(),
            sector: Some(sector()),
            night: night(),
        });
    }

    pub fn answer(&mut self, question: &str, value: AnswerValue) {
        self.send(Event::Answer {
            question: question.into(),
            answer: Answer::Known(value),
        });
    }

    pub fn choose(&mut self, question: &str, code: &str) {
        self.answer(question, AnswerValue::Choice(code.into()));
    }

    pub fn open(&mut self, form: FormKind) {
        self.send(Event::OpenForm { form, site: None });
    }

    /// Counts people at a doorway; `men` tells the entries apart.
    pub fn count(&mut self, men: i64) {
        self.open(FormKind::Count);
        self.answer("n_men", AnswerValue::Integer(men));
        self.choose("sleeping_place", "doorway");
        self.send(Event::SaveForm);
    }

    /// Heads of the entries shown as saved, oldest first.
    pub fn shown_as_saved(&self) -> Vec<u32> {
        let entries = self
            .view()
            .round
            .map_or_else(Vec::new, |round| round.entries);
        let saved = entries
            .iter()
            .rev()
            .filter(|entry| entry.custody >= Custody::OnTablet);
        saved.map(|entry| entry.heads.at_least()).collect()
    }

    pub fn message(&self) -> String {
        self.view()
            .message
            .map_or_else(String::new, |message| message.code)
    }
}

/// A torn append: half of it reached the disk.
fn tear(files: &mut BTreeMap<String, Vec<u8>>, operation: &StorageOperation) {
    if let StorageOperation::Append { file, bytes } = operation {
        let bytes = from_base64(bytes).unwrap();
        let file = files.entry(file.clone()).or_default();
        file.extend_from_slice(&bytes[..bytes.len() / 2]);
    }
}
