//! Exchanges with the server: when, and with which token.
//!
//! Locked, the tablet sends sealed envelopes with a token that may only upload. Unlocked, it signs
//! a challenge, and the session it gets also brings plan, briefs, rounds and what was read.

use super::Tablet;
use super::arrival::Waiting;
use super::effect::Effect;
use super::encoding::{array_from_base64, from_base64, to_base64};
use super::enrolment::problem_code;
use super::job::{After, Job};
use super::resetting::ASK_EVERY_MS;
use crate::model::{DeviceReport, TimestampMs};
use crate::sync::{
    Digest, MEDIA_TYPE, Peer, Standing, SyncProblem, SyncRequest, encode_request,
    session_signed_bytes,
};
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An exchange without anything to send, while unlocked, so often, milliseconds.
const POLL_MS: TimestampMs = 120_000;
/// After a failed exchange without anything to send, milliseconds.
pub(super) const FAILED_POLL_MS: TimestampMs = 30_000;
/// While the platform says there is no network, it is tried so often all the same, milliseconds.
const OFFLINE_TRY_MS: TimestampMs = 300_000;
/// No session is asked for so long after one was refused, milliseconds.
const REFUSED_SESSION_MS: TimestampMs = 600_000;
/// A token is not used so shortly before it ends, milliseconds.
const TOKEN_MARGIN_MS: TimestampMs = 30_000;
/// Given up after this long: a piece each way at 12 KB/s, what a network of 800 ms that loses 3 %
/// still carries.
const TIMEOUT_MS: u32 = 60_000;
/// So many envelopes of one document are sealed anew as one before they go.
const PACK_FROM: usize = 3;

/// What was asked of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Enrolment,
    Challenge,
    Session,
    Sync { with_session: bool },
}

/// A token that may read, and when it ends (server clock).
pub(super) struct SessionToken {
    token: String,
    expires_at: TimestampMs,
}

#[derive(Serialize)]
struct ChallengeRequest {
    device: String,
}

#[derive(Deserialize)]
struct Challenge {
    nonce: String,
}

#[derive(Serialize)]
struct SessionRequest {
    device: String,
    nonce: String,
    signature: String,
}

#[derive(Deserialize)]
struct Session {
    token: String,
    expires_at: TimestampMs,
}

impl Tablet {
    pub(super) fn ask_json(&mut self, asked: Asked, path: &str, body: &[u8], timeout_ms: u32) {
        self.ask(asked, path, "application/json", None, body, timeout_ms);
    }

    fn ask(
        &mut self,
        asked: Asked,
        path: &str,
        content_type: &str,
        authorization: Option<String>,
        body: &[u8],
        timeout_ms: u32,
    ) {
        let ticket = self.ticket();
        self.asked = Some((ticket, asked));
        self.tried_at = Some(self.now);
        self.effects.push(Effect::Request {
            ticket,
            method: "POST".to_owned(),
            path: path.to_owned(),
            content_type: content_type.to_owned(),
            authorization,
            body: to_base64(body),
            timeout_ms,
        });
    }

    /// The network came back, or somebody asks to send.
    pub(super) fn exchange_now(&mut self) {
        if let Some(peer) = &mut self.peer {
            peer.hurry();
        }
        self.next_poll_at = self.now;
        self.tried_at = None;
        self.knocks = true;
        self.exchange_soon();
    }

    /// Starts an exchange where there is a reason to and no pause to respect.
    pub(super) fn exchange_soon(&mut self) {
        if self.asked.is_some() || self.answer_waits() || self.state.device.credentials.is_none() {
            return;
        }
        let offline_pause = self
            .tried_at
            .is_some_and(|tried| self.now - tried < OFFLINE_TRY_MS && self.now >= tried);
        if self.online == Some(false) && offline_pause {
            return;
        }
        self.fill_peer();
        let open = self.state.session.is_some() && !self.locking;
        let due = self
            .peer
            .as_ref()
            .and_then(Peer::next_try_at)
            .is_some_and(|at| at <= self.now);
        let polls = open && self.now >= self.next_poll_at;
        self.knocks |= self.asks_for_reset() && self.now >= self.next_poll_at;
        let knocks = self.knocks && !open;
        if !due && !polls && !knocks {
            return;
        }
        if open && self.pack_first() {
            return;
        }
        let refused = self
            .session_refused_until
            .is_some_and(|until| self.now < until);
        if open && !refused && !self.token_is_good() {
            self.ask_challenge();
        } else {
            self.ask_sync(open && self.token_is_good());
        }
    }

    fn answer_waits(&self) -> bool {
        let taking = |after: &After| matches!(after, After::Taken);
        self.jobs.iter().any(|job| matches!(job, Job::Take(_)))
            || self
                .staged
                .as_ref()
                .is_some_and(|(_, staged)| taking(&staged.after))
    }

    fn token_is_good(&self) -> bool {
        let now = self.state.device.server_time(self.now);
        let good = |token: &SessionToken| token.expires_at - TOKEN_MARGIN_MS > now;
        self.token.as_ref().is_some_and(good)
    }

    /// What waits in the outbox, and nothing else, is what the peer holds.
    fn fill_peer(&mut self) {
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let enrolment = &credentials.enrolment;
        let epoch = self
            .state
            .device
            .epoch
            .as_deref()
            .and_then(array_from_base64);
        let server_key = credentials.server_key;
        let (campaign, device) = (enrolment.campaign, enrolment.device);
        let seed = self.draw();
        let log_end = self.state.outbox.log_end.as_deref().and_then(from_base64);
        let peer = self
            .peer
            .get_or_insert_with(|| Peer::new(campaign, device, &server_key, epoch, seed));
        if let Some(end) = log_end {
            peer.saw(end);
        }
        let gone: Vec<_> = peer.waiting().collect();
        peer.forget(&gone);
        let outbox = &self.state.outbox;
        let own = outbox.waiting.iter();
        let own = own.map(|waiting| (&waiting.bytes, waiting.refused.is_some()));
        let carried = outbox.carriage.waiting();
        let carried = carried.map(|carried| (&carried.bytes, carried.refused.is_some()));
        // What came with a round goes before what was written on top of it.
        for (bytes, refused) in carried.chain(own) {
            let envelope = peer.hold(bytes.to_vec(), Standing::Waiting);
            if refused {
                peer.put_off(&envelope);
            }
        }
    }

    fn pack_first(&mut self) -> bool {
        let mut waiting = BTreeMap::new();
        // What the server refused stays apart: together with it, newer work would be refused too.
        let fresh = self.state.outbox.waiting.iter();
        for envelope in fresh.filter(|waiting| waiting.refused.is_none()) {
            *waiting.entry(envelope.document).or_insert(0) += 1;
        }
        let many = waiting.into_iter().find(|(document, number)| {
            *number >= PACK_FROM && self.has_paper(*document) && !self.pack_failed
        });
        if let Some((document, _)) = many {
            self.jobs.push_back(Job::Pack(document));
        }
        many.is_some()
    }

    fn ask_challenge(&mut self) {
        let request = ChallengeRequest {
            device: self.device_id().to_string(),
        };
        let body = serde_json::to_vec(&request).expect("plain values become JSON");
        self.ask_json(Asked::Challenge, "/api/device/challenge", &body, TIMEOUT_MS);
    }

    fn ask_session(&mut self, body: &[u8]) -> Option<()> {
        let challenge: Challenge = serde_json::from_slice(body).ok()?;
        let nonce = array_from_base64(&challenge.nonce)?;
        let session = self.state.session.as_ref()?;
        let device = self.device_id();
        let key = SigningKey::from_bytes(session.signing.bytes());
        let signature = key.sign(&session_signed_bytes(device, &nonce));
        let request = SessionRequest {
            device: device.to_string(),
            nonce: challenge.nonce,
            signature: to_base64(&signature.to_bytes()),
        };
        let body = serde_json::to_vec(&request).expect("plain values become JSON");
        self.ask_json(Asked::Session, "/api/device/session", &body, TIMEOUT_MS);
        Some(())
    }

    fn ask_sync(&mut self, with_session: bool) {
        let follow = if with_session {
            self.follow()
        } else {
            Vec::new()
        };
        let (now, told) = (self.now, self.device_report());
        let knocks = std::mem::take(&mut self.knocks);
        let Some(mut request) = self.peer.as_mut().and_then(|peer| {
            let asked = peer.request(now, told.clone(), follow);
            asked.or_else(|| knocks.then(|| peer.knock(now, told)).flatten())
        }) else {
            return;
        };
        self.tell_what_is_left(&mut request);
        self.tell_reset(&mut request, with_session);
        if with_session {
            request.set_aside = self.set_aside();
        }
        let upload = self
            .state
            .device
            .credentials
            .as_ref()
            .map(|c| &c.upload_token);
        let session = self.token.as_ref().map(|token| &token.token);
        let token = if with_session { session } else { upload };
        let authorization = token.map(|token| format!("Bearer {token}"));
        let body = encode_request(&request);
        let asked = Asked::Sync { with_session };
        self.ask(
            asked,
            "/api/sync",
            MEDIA_TYPE,
            authorization,
            &body,
            TIMEOUT_MS,
        );
    }

    /// The console shows this until the next contact: what is left once this request is committed.
    fn tell_what_is_left(&self, request: &mut SyncRequest) {
        let sent = &request.envelopes;
        let left: Vec<&Waiting> = self
            .state
            .outbox
            .waiting
            .iter()
            .filter(|waiting| {
                !sent
                    .iter()
                    .any(|one| one.as_slice() == waiting.bytes.as_slice())
            })
            .collect();
        let changes = left.iter().map(|waiting| waiting.changes.len() as u32);
        request.device_report.unsent = changes.sum();
        request.device_report.oldest_unsent_at = left.iter().map(|waiting| waiting.at).min();
    }

    fn device_report(&self) -> DeviceReport {
        DeviceReport {
            app_version: self.platform.app_version.clone(),
            battery_percent: self.platform.battery_percent,
            unsent: self.state.outbox.unsent(),
            oldest_unsent_at: self.state.outbox.waiting.iter().map(|w| w.at).min(),
        }
    }

    pub(super) fn answered(&mut self, ticket: u32, http_code: u16, body: &[u8]) {
        let Some((_, asked)) = self.asked.take_if(|(waiting, _)| *waiting == ticket) else {
            return;
        };
        match asked {
            Asked::Enrolment => self.enrolment_answered(http_code, body),
            Asked::Challenge if http_code == 200 && self.ask_session(body).is_some() => {}
            Asked::Session if http_code == 200 && self.take_token(body).is_some() => {
                if self.state.session.is_some() && !self.locking {
                    // Used at once, however old it looks here: after a jump of this clock only
                    // the answer tells the server's time again.
                    self.ask_sync(true);
                } else {
                    self.exchange_soon();
                }
            }
            Asked::Challenge | Asked::Session => {
                // The token that may only upload is left.
                self.session_refused_until = Some(self.now + REFUSED_SESSION_MS);
                self.knocks = true;
                self.last_problem = Some(problem_code(http_code, body));
                self.next_poll_at = self.now;
                self.exchange_soon();
                self.next_poll_at = self.now + FAILED_POLL_MS;
            }
            Asked::Sync { with_session } => {
                let Some(peer) = &mut self.peer else {
                    return;
                };
                let digest = peer.answered(self.now, http_code, body);
                self.take_digest(digest, with_session);
            }
        }
    }

    fn take_token(&mut self, body: &[u8]) -> Option<()> {
        let session: Session = serde_json::from_slice(body).ok()?;
        self.token = Some(SessionToken {
            token: session.token,
            expires_at: session.expires_at,
        });
        Some(())
    }

    pub(super) fn unreachable(&mut self, ticket: u32) {
        let Some((_, asked)) = self.asked.take_if(|(waiting, _)| *waiting == ticket) else {
            return;
        };
        if asked == Asked::Enrolment {
            return self.enrolment_unreachable();
        }
        self.next_poll_at = self.now + FAILED_POLL_MS;
        if let Some(peer) = &mut self.peer {
            let digest = peer.unreachable(self.now);
            self.take_digest(digest, false);
        }
    }

    fn take_digest(&mut self, digest: Digest, with_session: bool) {
        self.last_problem = digest.problem.map(|problem| match problem {
            SyncProblem::SessionExpired | SyncProblem::Forbidden if !with_session => {
                "revoked".to_owned()
            }
            other => other.code().to_owned(),
        });
        if digest.problem == Some(SyncProblem::SessionExpired) && with_session {
            self.token = None;
            if let Some(peer) = &mut self.peer {
                peer.hurry();
            }
            return self.exchange_soon();
        }
        let answered = digest.epoch.is_some();
        let pause = match (answered, self.asks_for_reset()) {
            (true, true) => ASK_EVERY_MS,
            (true, false) => POLL_MS,
            (false, _) => FAILED_POLL_MS,
        };
        self.next_poll_at = self.now + pause;
        if let Some(given) = &digest.reset_given {
            self.take_grant(given);
        }
        let ordered = digest.wipe;
        if answered {
            self.jobs.push_back(Job::Take(Box::new(digest)));
        }
        self.jobs.extend(ordered.map(Job::Wipe));
    }

    /// The server's clock as an answer told it, before there is a file to note it in.
    pub(super) fn note_clock(&mut self, server_at: TimestampMs) {
        let sent = self.tried_at.unwrap_or(self.now);
        let middle = sent + (self.now - sent) / 2;
        self.clock_offset_ms = Some(server_at - middle);
    }

    /// When the platform should wake the tablet.
    pub(super) fn plan_wake(&mut self) {
        let mut wishes = Vec::new();
        wishes.extend(self.undo.as_ref().map(|(_, until)| until + 1));
        let outbox = &self.state.outbox;
        let waiting = !outbox.waiting.is_empty() || outbox.carriage.waiting().next().is_some();
        let open = self.state.session.is_some() || self.asks_for_reset();
        if self.asked.is_none() && self.state.device.credentials.is_some() && (waiting || open) {
            let peer = self.peer.as_ref().and_then(Peer::next_try_at);
            let soonest = [peer, open.then_some(self.next_poll_at)]
                .into_iter()
                .flatten()
                .min();
            if self.online == Some(false) {
                wishes.extend(self.tried_at.map(|tried| tried + OFFLINE_TRY_MS));
            } else {
                wishes.extend(soonest);
            }
        }
        wishes.extend(self.next_shredding_at());
        let at = wishes.into_iter().min().map(|at| at.max(self.now + 1_000));
        if at != self.wake_at {
            self.wake_at = at;
            self.effects.extend(at.map(|at| Effect::Wake { at }));
        }
    }
}
