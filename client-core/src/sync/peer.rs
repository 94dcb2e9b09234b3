//! A tablet's side of the exchanges: what waits, what goes next, when, and what the answer proves.
//!
//! A state machine without I/O, clock or randomness of its own. It holds sealed envelopes only and
//! opens none, so a locked tablet sends with it. The tablet's door and simulated tablets drive it:
//! [`Peer::request`], then [`Peer::answered`] or [`Peer::unreachable`].

use super::backoff::Backoff;
use super::codec::decode_answer;
use super::envelope::envelope_hash;
use super::message::{
    DocumentUpdate, Follow, Moved, PROTOCOL, REQUEST_CAP_BYTES, Receipt, RefusedEnvelope,
    RoundCustody, SyncAnswer, SyncRequest,
};
use super::problem::{SyncProblem, retry_after_ms, wipe_order};
use super::{WipeOrder, WipeReason};
use crate::model::{CampaignId, DeviceId, DeviceReport, TimestampMs};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::{BTreeMap, HashSet};

/// Room kept in a request for everything but envelopes, bytes.
const OVERHEAD_BYTES: usize = 8 * 1024;

/// Bytes an envelope adds to a request beside its own.
const FRAMING_BYTES: usize = 5;

/// A request is never cut below this, bytes.
const LEAST_REQUEST_BYTES: usize = 32 * 1024;

/// Name of an envelope: its SHA-256.
pub type EnvelopeHash = [u8; 32];

/// Where an envelope stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not acknowledged yet.
    Waiting,
    /// On the server's disk.
    Acknowledged(Receipt),
    /// Refused, and kept by the server: its stable code.
    Quarantined(String),
}

#[cfg_attr(test, derive(Clone))]
struct Held {
    hash: EnvelopeHash,
    bytes: Vec<u8>,
    standing: Standing,
    /// Refused without being kept: it goes after what was not.
    put_off: bool,
}

#[cfg_attr(test, derive(Clone))]
struct InFlight {
    envelopes: Vec<EnvelopeHash>,
    sent_at: TimestampMs,
}

/// What an exchange brought.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Digest {
    /// New receipts whose signatures hold; to be stored.
    pub receipts: Vec<Receipt>,
    /// Envelopes the server refused.
    pub refused: Vec<RefusedEnvelope>,
    /// What followed documents gained; to be passed through the gate.
    pub documents: Vec<DocumentUpdate>,
    /// What became of this tablet's rounds.
    pub rounds: Vec<RoundCustody>,
    /// Server clock minus tablet clock, milliseconds, at the middle of the exchange.
    pub clock_offset_ms: Option<i64>,
    /// The log's epoch; to be stored when it is another one than before.
    pub epoch: Option<[u8; 16]>,
    /// The epoch is new: everything held is offered again.
    pub epoch_renewed: bool,
    /// Where the log ends; to be stored with what the answer changes here, and only then given back,
    /// by [`Peer::saw`].
    pub log_end: Option<Vec<u8>>,
    /// The server orders this tablet to destroy what it holds; its signature holds.
    pub wipe: Option<WipeReason>,
    /// The share that resets this tablet's PIN is on the server's disk.
    pub reset_share_kept: bool,
    /// The share, given back: a new PIN is allowed.
    pub reset_given: Option<Vec<u8>>,
    /// Followed documents that others take the place of.
    pub moved: Vec<Moved>,
    /// Why it failed, or went only in part.
    pub problem: Option<SyncProblem>,
}

/// A tablet's side of the exchanges.
#[cfg_attr(test, derive(Clone))]
pub struct Peer {
    campaign: CampaignId,
    device: DeviceId,
    server_key: Option<VerifyingKey>,
    epoch: Option<[u8; 16]>,
    log_end: Option<Vec<u8>>,
    held: Vec<Held>,
    places: BTreeMap<EnvelopeHash, usize>,
    in_flight: Option<InFlight>,
    backoff: Backoff,
    request_bytes: usize,
    gone: bool,
}

impl Peer {
    /// A peer that holds nothing. `server_key` is the Ed25519 key pinned at enrolment, `epoch` the
    /// log's as last stored, `seed` is drawn by the caller.
    pub fn new(
        campaign: CampaignId,
        device: DeviceId,
        server_key: &[u8; 32],
        epoch: Option<[u8; 16]>,
        seed: [u8; 32],
    ) -> Self {
        Self {
            campaign,
            device,
            server_key: VerifyingKey::from_bytes(server_key).ok(),
            epoch,
            log_end: None,
            held: Vec::new(),
            places: BTreeMap::new(),
            in_flight: None,
            backoff: Backoff::new(seed),
            request_bytes: REQUEST_CAP_BYTES,
            gone: false,
        }
    }

    /// Where the log ended, as last stored. An answer that was not stored was not heard: the server
    /// would take a tablet that dies then for one restored from a backup, and tell it less.
    pub fn saw(&mut self, log_end: Vec<u8>) {
        self.log_end = Some(log_end);
    }

    /// Takes an envelope in, oldest first; its standing is what storage knows of it.
    pub fn hold(&mut self, bytes: Vec<u8>, standing: Standing) -> EnvelopeHash {
        let hash = envelope_hash(&bytes);
        if let Some(&place) = self.places.get(&hash) {
            self.held[place].standing = standing;
            return hash;
        }
        self.places.insert(hash, self.held.len());
        self.held.push(Held {
            hash,
            bytes,
            standing,
            put_off: false,
        });
        hash
    }

    /// The server refused this envelope and does not keep it: it is tried again after the others.
    pub fn put_off(&mut self, envelope: &EnvelopeHash) {
        if let Some(&place) = self.places.get(envelope) {
            self.held[place].put_off = true;
        }
    }

    /// Lets go of envelopes: shredded with their round, or sealed anew in one.
    pub fn forget(&mut self, envelopes: &[EnvelopeHash]) {
        let gone: HashSet<&EnvelopeHash> = envelopes.iter().collect();
        self.held.retain(|held| !gone.contains(&held.hash));
        self.places = (self.held.iter().enumerate())
            .map(|(place, held)| (held.hash, place))
            .collect();
    }

    /// Where an envelope stands.
    pub fn standing(&self, envelope: &EnvelopeHash) -> Option<&Standing> {
        let place = self.places.get(envelope)?;
        Some(&self.held[*place].standing)
    }

    /// Envelopes not acknowledged yet, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = EnvelopeHash> + '_ {
        (self.held.iter())
            .filter(|held| held.standing == Standing::Waiting)
            .map(|held| held.hash)
    }

    /// A request is under way.
    pub fn is_busy(&self) -> bool {
        self.in_flight.is_some()
    }

    /// The campaign is purged: nothing more is sent.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// When the next request may go (device clock); none while one is under way or nothing waits.
    pub fn next_try_at(&self) -> Option<TimestampMs> {
        let idle = self.in_flight.is_none() && !self.gone;
        (idle && self.waiting().next().is_some()).then(|| self.backoff.next_try_at())
    }

    /// Somebody asked to send now, or the network came back.
    pub fn hurry(&mut self) {
        self.backoff.hurry();
    }

    /// The next request, or none: one is under way, it is too early, or there is nothing to say.
    ///
    /// Oldest envelopes first, as many as fit, refused ones last; one larger than a request goes
    /// alone.
    pub fn request(
        &mut self,
        now: TimestampMs,
        device_report: DeviceReport,
        follow: Vec<Follow>,
    ) -> Option<SyncRequest> {
        if self.gone || self.in_flight.is_some() || !self.backoff.is_due(now) {
            return None;
        }
        let chosen = self.chosen();
        if chosen.is_empty() && follow.is_empty() {
            return None;
        }
        Some(self.asking(now, device_report, follow, chosen))
    }

    /// A request that says nothing: an order may be waiting for this tablet.
    pub fn knock(&mut self, now: TimestampMs, device_report: DeviceReport) -> Option<SyncRequest> {
        let may = !self.gone && self.in_flight.is_none() && self.backoff.is_due(now);
        may.then(|| self.asking(now, device_report, Vec::new(), Vec::new()))
    }

    fn asking(
        &mut self,
        now: TimestampMs,
        device_report: DeviceReport,
        follow: Vec<Follow>,
        chosen: Vec<EnvelopeHash>,
    ) -> SyncRequest {
        let envelopes = chosen
            .iter()
            .map(|hash| ByteBuf::from(self.held[self.places[hash]].bytes.clone()))
            .collect();
        self.in_flight = Some(InFlight {
            envelopes: chosen,
            sent_at: now,
        });
        SyncRequest {
            protocol: PROTOCOL,
            campaign: self.campaign,
            device: self.device,
            sent_at: now,
            epoch: self.epoch.map(ByteArray::new),
            device_report,
            envelopes,
            follow,
            log_end: self.log_end.clone().map(ByteBuf::from),
            set_aside: Vec::new(),
            reset_share: None,
            reset_wanted: None,
        }
    }

    fn chosen(&self) -> Vec<EnvelopeHash> {
        let mut room = self.request_bytes.saturating_sub(OVERHEAD_BYTES);
        let mut chosen = Vec::new();
        let waits = |held: &&Held| held.standing == Standing::Waiting;
        let (late, first): (Vec<&Held>, Vec<&Held>) = self
            .held
            .iter()
            .filter(waits)
            .partition(|held| held.put_off);
        for held in first.into_iter().chain(late) {
            let size = held.bytes.len() + FRAMING_BYTES;
            if size > room && !chosen.is_empty() {
                break;
            }
            room = room.saturating_sub(size);
            chosen.push(held.hash);
        }
        chosen
    }

    /// No answer came. The next request is half as large: on a bad network less at once arrives
    /// sooner, and less is lost with it. It grows again with each answer.
    pub fn unreachable(&mut self, now: TimestampMs) -> Digest {
        let many = (self.in_flight.take()).is_some_and(|sent| sent.envelopes.len() > 1);
        if many {
            self.request_bytes = (self.request_bytes / 2).max(LEAST_REQUEST_BYTES);
        }
        self.backoff.failed(now, None);
        problem(SyncProblem::Unreachable)
    }

    /// An answer came: its HTTP code and body.
    pub fn answered(&mut self, now: TimestampMs, code: u16, body: &[u8]) -> Digest {
        let Some(in_flight) = self.in_flight.take() else {
            return Digest::default();
        };
        if code != 200 {
            return self.rejected(now, code, body, in_flight.envelopes.len());
        }
        if let Ok(answer) = decode_answer(body) {
            self.request_bytes = (self.request_bytes * 2).min(REQUEST_CAP_BYTES);
            return self.digest(now, &in_flight, answer);
        }
        self.backoff.failed(now, None);
        problem(SyncProblem::AnswerUnreadable)
    }

    fn rejected(&mut self, now: TimestampMs, code: u16, body: &[u8], sent: usize) -> Digest {
        let wipe = wipe_order(body).and_then(|order| self.ordered(&order));
        let reason = match SyncProblem::of(code, body) {
            // Anything on the way can answer 410: only the server's own word ends the sending.
            SyncProblem::CampaignGone if wipe != Some(WipeReason::Purged) => {
                SyncProblem::RequestRejected
            }
            other => other,
        };
        match reason {
            SyncProblem::CampaignGone => self.gone = true,
            SyncProblem::TooLarge if sent > 1 => {
                self.request_bytes = (self.request_bytes / 2).max(LEAST_REQUEST_BYTES);
            }
            _ => {}
        }
        self.backoff.failed(now, retry_after_ms(reason, body));
        Digest {
            wipe,
            ..problem(reason)
        }
    }

    fn digest(&mut self, now: TimestampMs, in_flight: &InFlight, answer: SyncAnswer) -> Digest {
        let middle = in_flight.sent_at + (now - in_flight.sent_at) / 2;
        let epoch = answer.epoch.into_array();
        let epoch_renewed = self.epoch.is_some_and(|known| known != epoch);
        if epoch_renewed {
            for held in &mut self.held {
                (held.standing, held.put_off) = (Standing::Waiting, false);
            }
        }
        self.epoch = Some(epoch);
        let mut digest = Digest {
            clock_offset_ms: Some(answer.server_at - middle),
            epoch: Some(epoch),
            epoch_renewed,
            log_end: answer.log_end.map(ByteBuf::into_vec),
            documents: answer.documents,
            rounds: answer.rounds,
            reset_share_kept: answer.reset_share_kept,
            reset_given: answer.reset_given.map(ByteBuf::into_vec),
            moved: answer.moved,
            wipe: (answer.wipe_order)
                .and_then(|bytes| self.ordered(&WipeOrder::from_bytes(&bytes)?)),
            ..Digest::default()
        };
        for receipt in answer.receipts {
            if self.proves(&receipt) {
                let hash = receipt.envelope.into_array();
                self.stand(&hash, Standing::Acknowledged(receipt.clone()));
                digest.receipts.push(receipt);
            } else {
                digest.problem = Some(SyncProblem::ReceiptNotSigned);
            }
        }
        for refused in answer.refused {
            let hash = refused.envelope.into_array();
            if refused.quarantined {
                self.stand(&hash, Standing::Quarantined(refused.code.clone()));
            } else {
                self.put_off(&hash);
            }
            digest.refused.push(refused);
        }
        let settled = |hash: &EnvelopeHash| self.standing(hash) != Some(&Standing::Waiting);
        let sent = &in_flight.envelopes;
        if sent.is_empty() || sent.iter().any(settled) {
            self.backoff.succeeded();
        } else {
            self.backoff.failed(now, None);
            digest.problem.get_or_insert(SyncProblem::NothingTaken);
        }
        digest
    }

    fn stand(&mut self, hash: &EnvelopeHash, standing: Standing) {
        if let Some(&place) = self.places.get(hash) {
            self.held[place].standing = standing;
        }
    }

    /// What an order says, where the server pinned at enrolment signed it for this tablet.
    fn ordered(&self, order: &WipeOrder) -> Option<WipeReason> {
        let server = self.server_key.as_ref()?;
        order
            .holds(self.campaign, self.device, server)
            .then_some(order.reason)
    }

    /// A receipt of an envelope held here, signed by the server pinned at enrolment.
    fn proves(&self, receipt: &Receipt) -> bool {
        let held = self.places.contains_key(receipt.envelope.as_slice());
        held && self
            .server_key
            .as_ref()
            .is_some_and(|key| receipt_holds(receipt, self.campaign, key))
    }
}

/// Whether the server's key signed this receipt.
pub fn receipt_holds(receipt: &Receipt, campaign: CampaignId, server_key: &VerifyingKey) -> bool {
    let signature = Signature::from_bytes(&receipt.signature.into_array());
    server_key
        .verify_strict(&receipt.signed_bytes(campaign), &signature)
        .is_ok()
}

fn problem(problem: SyncProblem) -> Digest {
    Digest {
        problem: Some(problem),
        ..Digest::default()
    }
}
