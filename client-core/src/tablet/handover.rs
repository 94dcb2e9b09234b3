//! A running round passes from this tablet to another one of the team, or the other way round,
//! without network.
//!
//! The receiving tablet calls, the giving one makes a pack for that call, people compare four words,
//! the receiving one takes the round and sets out on it under its own name. It must never take a pack
//! in part, nor keep the giving tablet's unsent work out of what it sends itself.

use super::Tablet;
use super::arrival::Handed;
use super::encoding::from_base64;
use super::event::Event;
use super::job::{After, Job};
use super::outbox::Line;
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use crate::document::{ChangeHash, DocumentName, document_id};
use crate::gate::hash_of_change;
use crate::model::{DocumentId, Night, RoundKey, TimestampMs};
use crate::sync::envelope::{Payload, campaign_key_pair};
use crate::sync::{
    DocumentUpdate, FourWords, Handover, HandoverError, HashBytes, Receiver, Rescue,
};
use crate::vault::Secret;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// The ring's name for the key of a call.
pub(super) const RECEIVING: &str = "receiving";
/// Two tablets' clocks may differ by this, milliseconds.
const CLOCKS_DIFFER_MS: TimestampMs = 10 * 60_000;

/// A round that is about to pass.
pub(super) struct Passing {
    key: RoundKey,
    /// The other tablet's label.
    other: String,
    words: FourWords,
    /// What came; none on the tablet that gives.
    came: Option<Handover>,
}

/// A round that is about to pass to another tablet, or to this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HandoverView {
    /// This tablet gives it; else it receives it.
    pub gives: bool,
    /// The other tablet's label.
    pub other: String,
    /// Sector code and name; none is "hors secteur".
    pub sector: Option<String>,
    /// Night.
    pub night: Night,
    /// Both tablets show them.
    pub words: FourWords,
}

/// A round that goes on on another tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HandedView {
    /// The other tablet's label.
    pub to: String,
    /// This tablet has seen that the other one took it: it cannot be taken back here.
    pub received: bool,
}

impl Event {
    /// It changes the round at hand.
    fn writes(&self) -> bool {
        matches!(
            self,
            Self::OpenForm { .. }
                | Self::EditObservation { .. }
                | Self::CompleteObservation { .. }
                | Self::Withdraw { .. }
                | Self::Restore { .. }
                | Self::Settle { .. }
                | Self::Undo
                | Self::WalkStreets { .. }
                | Self::CloseRound { .. }
                | Self::ReopenRound
        )
    }
}

impl Tablet {
    /// A round that was handed over is only read here; what is written after a pack was made is not
    /// in it.
    pub(super) fn keeps_from_writing(&mut self, event: &Event) -> bool {
        if !event.writes() {
            return false;
        }
        self.passing = None;
        let handed = self.handed().is_some();
        if handed {
            self.say_problem("round-handed", None);
        }
        handed
    }

    fn handed(&self) -> Option<&Handed> {
        let arrival = self.state.outbox.arrivals.get(&self.round?)?;
        arrival.handed.as_ref()
    }

    pub(super) fn handed_view(&self) -> Option<HandedView> {
        let handed = self.handed()?;
        let (_, round) = self.present_round()?;
        let own = Some(self.device_id());
        let mut departures = round.departures.iter();
        Some(HandedView {
            to: handed.label.clone(),
            received: departures.any(|departure| {
                departure.took_over_from == own
                    && departure.stamp.at + CLOCKS_DIFFER_MS >= handed.at
            }),
        })
    }

    pub(super) fn handover_view(&self) -> Option<HandoverView> {
        let passing = self.passing.as_ref()?;
        Some(HandoverView {
            gives: passing.came.is_none(),
            other: passing.other.clone(),
            sector: self.sector_name(passing.key.sector),
            night: passing.key.night,
            words: passing.words.clone(),
        })
    }

    /// Makes the key of a call; one that is there already is used again, should the app have stopped
    /// in between.
    pub(super) fn call_for_round(&mut self) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::Called);
        let (seed, nonces) = (Secret::new(self.draw()), self.draw());
        let session = staged.session()?;
        if session.vault.key(RECEIVING).is_none() {
            session.vault.put_key(RECEIVING, seed);
            let vault = session.vault.to_file(&nonces);
            staged
                .operations
                .push(Operation::Replace(VAULT_FILE.to_owned(), vault));
        }
        Some(staged)
    }

    /// The call is made: a file, or a picture of it.
    pub(super) fn called(&mut self) {
        let (Some(team), Some(seed)) = (self.own_team(), self.call_seed()) else {
            return self.say_problem("handover-no-team", None);
        };
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let receiver = Receiver {
            campaign: credentials.enrolment.campaign,
            device: credentials.enrolment.device,
            key: campaign_key_pair(seed.bytes()).1,
            team,
            label: credentials.enrolment.label.clone(),
        };
        self.keep_awake(true);
        self.give_file(&receiver.to_bytes());
    }

    fn call_seed(&self) -> Option<&Secret> {
        self.state.session.as_ref()?.vault.key(RECEIVING)
    }

    /// Makes the pack for a tablet that called.
    pub(super) fn give_round(&mut self, call: &str) {
        if self.form.is_some() || self.handed().is_some() {
            return;
        }
        match self.read_call(call) {
            Ok(receiver) => {
                let waiting = &self.state.outbox.waiting;
                let many = waiting
                    .iter()
                    .filter(|one| Some(one.document) == self.round);
                // One envelope instead of many: a pack is read from a screen.
                if many.count() > 1 && self.asked.is_none() {
                    self.jobs.extend(self.round.map(Job::Pack));
                }
                self.jobs.push_back(Job::Give(Box::new(receiver)));
            }
            Err(error) => self.say_problem(error.code(), None),
        }
    }

    fn read_call(&self, call: &str) -> Result<Receiver, HandoverError> {
        let receiver = Receiver::parse(&from_base64(call).unwrap_or_default())?;
        let (key, _) = self.present_round().ok_or(HandoverError::Unreadable)?;
        if receiver.campaign != key.campaign {
            Err(HandoverError::OtherCampaign)
        } else if receiver.device == self.device_id() {
            Err(HandoverError::OtherTablet)
        } else if receiver.team != key.team {
            Err(HandoverError::OtherTeam)
        } else {
            Ok(receiver)
        }
    }

    /// Shows the pack; nothing is kept of it.
    pub(super) fn give(&mut self, receiver: &Receiver) {
        let seed = self.draw();
        let made = self.handover().and_then(|(key, handover)| {
            let pack = handover.seal(receiver, seed)?;
            Some((key, handover.words(&pack, &receiver.key), pack))
        });
        let Some((key, words, pack)) = made else {
            return self.say_problem("handover-unreadable", None);
        };
        self.passing = Some(Passing {
            key,
            other: receiver.label.clone(),
            words,
            came: None,
        });
        self.message = None;
        self.keep_awake(true);
        self.give_file(&pack);
    }

    /// The round at hand, its known places, and all that waits to be sent.
    pub(super) fn handover(&self) -> Option<(RoundKey, Handover)> {
        let (key, _) = self.present_round()?;
        let session = self.state.session.as_ref()?;
        let enrolment = &self.state.device.credentials.as_ref()?.enrolment;
        let places = key.sector.map(|sector| DocumentName::Brief {
            campaign: key.campaign,
            sector,
            night: key.night,
        });
        let names = std::iter::once(DocumentName::Round { key }).chain(places);
        let documents = names.filter_map(|name| {
            let changes = self.paper(document_id(&name))?.document.changes_since(&[]);
            Some(Payload {
                name,
                changes: changes.into_iter().map(|change| change.bytes).collect(),
            })
        });
        let unsent = self.rescues().into_iter();
        let unsent = unsent.filter(|rescue| rescue.campaign == key.campaign);
        let signing = SigningKey::from_bytes(session.signing.bytes());
        let handover = Handover {
            from: enrolment.device,
            from_key: *signing.verifying_key().as_bytes(),
            label: enrolment.label.clone(),
            documents: documents.collect(),
            unsent: unsent.flat_map(|rescue| rescue.to_bytes()).collect(),
        };
        Some((key, handover))
    }

    /// The other tablet has it: read only from here on. Or nobody took it: taken back.
    pub(super) fn hand(&mut self, handed: bool) {
        let given = self.passing.take_if(|passing| passing.came.is_none());
        let label = match (handed, given) {
            (true, Some(passing)) => Some(passing.other),
            (true, None) => return,
            (false, _) if self.handed_view().is_some_and(|view| view.received) => {
                return self.say_problem("handover-received", None);
            }
            (false, _) => None,
        };
        self.keep_awake(false);
        let at = self.now;
        let handed = label.map(|label| Handed { label, at });
        self.jobs.extend(self.round.map(|id| Job::Hand(id, handed)));
    }

    pub(super) fn note_handed(
        &mut self,
        document: DocumentId,
        to: Option<Handed>,
    ) -> Option<Staged> {
        let code = if to.is_some() {
            "round-given"
        } else {
            "round-taken-back"
        };
        let after = After::Changed { code, undo: None };
        let mut staged = Staged::new(self.state.clone(), after);
        let mut line = self.round_line(document, None)?;
        if let Line::Round { handed, .. } = &mut line {
            *handed = to;
        }
        staged.write_outbox([line]);
        Some(staged)
    }

    /// Opens a pack, to be looked at before it is taken.
    pub(super) fn receive_round(&mut self, pack: &str) {
        if self.form.is_some() {
            return self.say_problem("form-first", None);
        }
        match self.open_pack(&from_base64(pack).unwrap_or_default()) {
            Ok(passing) => {
                self.message = None;
                self.passing = Some(passing);
            }
            Err(error) => self.say_problem(error.code(), None),
        }
    }

    fn open_pack(&self, pack: &[u8]) -> Result<Passing, HandoverError> {
        let credentials = self.state.device.credentials.as_ref();
        let enrolment = &credentials.ok_or(HandoverError::Unreadable)?.enrolment;
        let pair = self.call_seed().map(|seed| campaign_key_pair(seed.bytes()));
        let pair = pair.as_ref().map(|(secret, public)| (&**secret, public));
        let came = Handover::open(pack, enrolment.campaign, enrolment.device, pair)?;
        let (Some(round), Some((_, to))) = (came.documents.first(), pair) else {
            return Err(HandoverError::Unreadable);
        };
        let DocumentName::Round { key } = round.name else {
            return Err(HandoverError::Unreadable);
        };
        if key.campaign != enrolment.campaign {
            return Err(HandoverError::OtherCampaign);
        }
        if Some(key.team) != enrolment.team {
            return Err(HandoverError::OtherTeam);
        }
        Ok(Passing {
            key,
            other: came.label.clone(),
            words: came.words(pack, to),
            came: Some(came),
        })
    }

    pub(super) fn accept_round(&mut self) {
        if self.form.is_some() {
            return self.say_problem("form-first", None);
        }
        if let Some(came) = self.passing.take().and_then(|passing| passing.came) {
            self.jobs.push_back(Job::Receive(Box::new(came)));
        }
    }

    /// In one write: the round through the gate, what the other tablet had not sent, this tablet's
    /// start, and the end of the key that the pack was sealed to.
    pub(super) fn receive(&mut self, came: Handover) -> Option<Staged> {
        let DocumentName::Round { key } = came.documents.first()?.name else {
            return None;
        };
        let document = document_id(&DocumentName::Round { key });
        let mut staged = Staged::new(self.state.clone(), After::Received(document));
        let unsent = Rescue::parse(&came.unsent, key.campaign).ok();
        let sound = unsent.is_some() || came.unsent.is_empty();
        // First, so that the round is never here without what it rests on.
        staged.write_outbox(unsent.into_iter().flat_map(|rescue| self.taking_on(rescue)));
        if !sound || !self.take_papers(&mut staged, came.documents) {
            self.say_problem(HandoverError::Damaged.code(), None);
            return None;
        }
        self.stage_departure(&mut staged, key, Some(came.from))?;
        // Others may keep the pack: from here on nothing opens it.
        self.stage_shredding(&mut staged, &[])?;
        Some(staged)
    }

    /// Every change passes the gate, or nothing of them is taken.
    fn take_papers(&mut self, staged: &mut Staged, documents: Vec<Payload>) -> bool {
        documents.into_iter().all(|payload| {
            let hashes = payload.changes.iter().filter_map(|c| hash_of_change(c));
            let hashes: Vec<ChangeHash> = hashes.collect();
            let (id, told) = (document_id(&payload.name), payload.changes.len());
            let update = DocumentUpdate {
                name: payload.name,
                heads: hashes.iter().map(|hash| HashBytes::new(hash.0)).collect(),
                changes: payload.changes.into_iter().map(ByteBuf::from).collect(),
                writable: true,
            };
            self.take_update(staged, update);
            let paper = staged.session().and_then(|session| session.paper(id));
            let has = |hash: &ChangeHash| paper.as_ref().is_some_and(|p| p.document.has(hash));
            hashes.len() == told && hashes.iter().all(has)
        })
    }

    pub(super) fn received(&mut self, document: DocumentId) {
        self.round_started(document);
        self.keep_awake(false);
        self.say_good("round-received");
    }

    pub(super) fn leave_handover(&mut self) {
        self.passing = None;
        self.keep_awake(false);
    }
}
