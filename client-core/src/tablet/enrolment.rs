//! Redeeming a code: a key is made here, only its public half leaves.

use super::Tablet;
use super::device::{Applying, Clearing, Credentials, DEVICE_FILE, DeviceFile, SecretText};
use super::encoding::{array_from_base64, to_base64};
use super::event::Enrolment;
use super::exchange::Asked;
use super::job::{After, Job};
use super::outbox::Outbox;
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use crate::model::{CampaignId, TimestampMs};
use crate::sync::{FourWords, enrol_signed_bytes, enrolment_words, read_enrolment, server_mark};
use crate::vault::Secret;
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Given up after this long.
const TIMEOUT_MS: u32 = 20_000;

#[derive(Serialize)]
struct EnrolRequest<'a> {
    code: &'a str,
    verifying_key: String,
    proof: String,
    app_version: &'a str,
}

#[derive(Deserialize)]
struct EnrolAnswer {
    device: String,
    label: String,
    campaign: String,
    campaign_name: String,
    exercise: bool,
    team: Option<String>,
    campaign_key: String,
    server_key: String,
    upload_token: String,
    coordination_number: Option<String>,
    server_at: TimestampMs,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

/// The code of a problem document; the HTTP code in words where it is none.
pub(super) fn problem_code(http_code: u16, body: &[u8]) -> String {
    serde_json::from_slice::<Problem>(body).map_or_else(
        |_| match http_code {
            401 | 403 => "revoked".to_owned(),
            429 | 500.. => "server-busy".to_owned(),
            _ => "unexpected-answer".to_owned(),
        },
        |problem| problem.code.chars().take(64).collect(),
    )
}

impl Tablet {
    pub(super) fn enrol(&mut self, code: &str) {
        if self.enrolling {
            return;
        }
        if let Some(reason) = self.keeps_from_enrolling() {
            let unsent = self.state.outbox.sealed_waiting().to_string();
            self.say_problem(reason, Some(&unsent));
            return;
        }
        let Some((code, server)) = read_enrolment(code) else {
            self.say_problem("code-unknown", None);
            return;
        };
        let former = self.state.device.applying.clone();
        let former = former.filter(|former| former.code == code);
        let signing = former.map_or_else(
            || SecretText(Secret::new(self.draw())),
            |former| former.signing,
        );
        let applying = Applying {
            code,
            signing,
            server,
        };
        self.enrolling = true;
        self.message = None;
        self.jobs.push_back(Job::Apply(applying));
    }

    /// Enrolling again makes a tablet forget what it holds: only one that is open, with nothing in
    /// hand and nothing left to send, may. A destroyed one holds no more than its outbox.
    fn keeps_from_enrolling(&self) -> Option<&'static str> {
        let device = &self.state.device;
        if device.credentials.is_none() || device.destroyed {
            None
        } else if self.state.session.is_none() && self.disk.file(VAULT_FILE).is_some() {
            Some("unlock-first")
        } else if self.form.is_some() {
            Some("form-first")
        } else if self.state.outbox.sealed_waiting() > 0 {
            Some("send-first")
        } else {
            None
        }
    }

    pub(super) fn apply_for(&mut self, applying: Applying) -> Option<Staged> {
        // What was being saved when the code was given has landed by now.
        if let Some(reason) = self.keeps_from_enrolling() {
            self.enrolling = false;
            let unsent = self.state.outbox.sealed_waiting().to_string();
            self.say_problem(reason, Some(&unsent));
            return None;
        }
        let mut staged = Staged::new(self.state.clone(), After::AskEnrolment);
        if self.state.device.applying.as_ref() != Some(&applying) {
            staged.write_device(|device| device.applying = Some(applying));
        }
        Some(staged)
    }

    pub(super) fn ask_enrolment(&mut self) {
        let Some(applying) = self.state.device.applying.clone() else {
            return;
        };
        let key = SigningKey::from_bytes(applying.signing.0.bytes());
        let request = EnrolRequest {
            code: &applying.code,
            verifying_key: to_base64(key.verifying_key().as_bytes()),
            proof: to_base64(&key.sign(&enrol_signed_bytes(&applying.code)).to_bytes()),
            app_version: &self.platform.app_version,
        };
        let body = serde_json::to_vec(&request).expect("plain values become JSON");
        self.ask_json(Asked::Enrolment, "/api/enrol", &body, TIMEOUT_MS);
    }

    pub(super) fn enrolment_answered(&mut self, http_code: u16, body: &[u8]) {
        if http_code != 200 {
            self.enrolling = false;
            let code = problem_code(http_code, body);
            self.say_problem(&code, None);
            return;
        }
        if let Some((credentials, server_at)) =
            serde_json::from_slice(body).ok().and_then(credentials)
        {
            if !self.is_the_named_server(&credentials) {
                self.enrolling = false;
                return self.say_problem("other-server", None);
            }
            if self.waits_for_another(credentials.enrolment.campaign) {
                // The code stays with the tablet, which may give it again with the same key.
                self.enrolling = false;
                let unsent = self.state.outbox.sealed_waiting().to_string();
                self.say_problem("send-first", Some(&unsent));
                return;
            }
            self.note_clock(server_at);
            self.jobs.push_back(Job::Enrolled(Box::new(credentials)));
        } else {
            self.enrolling = false;
            self.say_problem("unexpected-answer", None);
        }
    }

    /// The server that answered is the one the link named.
    fn is_the_named_server(&self, credentials: &Credentials) -> bool {
        let applying = self.state.device.applying.as_ref();
        let named = applying.and_then(|applying| applying.server.as_ref());
        let campaign = credentials.enrolment.campaign;
        named.is_none_or(|mark| *mark == server_mark(campaign, &credentials.server_key))
    }

    /// What both screens show once the tablet is enrolled.
    pub(super) fn check_words(&self) -> Option<FourWords> {
        let device = &self.state.device;
        let session = self.state.session.as_deref();
        let signing = session
            .map(|session| &session.signing)
            .or(device.unsealed_signing.as_ref().map(|text| &text.0))?;
        let credentials = device.credentials.as_ref()?;
        let key = SigningKey::from_bytes(signing.bytes()).verifying_key();
        let campaign = credentials.enrolment.campaign;
        Some(enrolment_words(
            campaign,
            &credentials.server_key,
            key.as_bytes(),
        ))
    }

    pub(super) fn enrolment_unreachable(&mut self) {
        self.enrolling = false;
        self.say_problem("unreachable", None);
    }

    /// Envelopes of this tablet wait, and the server of that campaign could not open them.
    fn waits_for_another(&self, campaign: CampaignId) -> bool {
        let former = self.state.device.credentials.as_ref();
        let other = former.is_some_and(|former| former.enrolment.campaign != campaign);
        other && self.state.outbox.sealed_waiting() > 0
    }

    /// Takes the place of what the tablet was. The clear file says so until the last of the former
    /// files is gone: should the platform stop in between, the next start goes on.
    pub(super) fn take_credentials(&mut self, credentials: Credentials) -> Staged {
        let mut state = self.state.clone();
        state.session = None;
        let former = state.device.credentials.as_ref();
        let same = former
            .is_some_and(|former| former.enrolment.campaign == credentials.enrolment.campaign);
        if !same {
            state.outbox = Arc::new(Outbox::default());
        }
        let mut staged = Staged::new(state, After::Enrolled);
        let secret = Secret::new(self.draw());
        let offset = self.clock_offset_ms;
        let going: Vec<String> = former_files(self.disk.names(), same);
        let kept_outbox = same;
        staged.write_device(|device| {
            device.version = 1;
            device.clearing = (!going.is_empty()).then_some(Clearing { kept_outbox });
            device.device_secret = secret;
            device.unsealed_signing = device.applying.take().map(|applying| applying.signing);
            device.credentials = Some(credentials);
            device.tries = crate::vault::Tries::default();
            device.destroyed = false;
            device.clock_offset_ms = offset;
            device.epoch = None;
            device.reset_deposited = None;
            device.reset_request = None;
            device.last_night = None;
            device.end_told_at = None;
        });
        if !going.is_empty() {
            staged
                .operations
                .extend(going.into_iter().map(Operation::Delete));
            staged.write_device(|device| device.clearing = None);
        }
        self.enrolling = false;
        staged
    }

    pub(super) fn enrolled(&mut self) {
        self.finish_locking();
        self.left_at = None;
        self.keep_awake(false);
        self.peer = None;
        self.asked = None;
        self.last_problem = None;
        self.session_refused_until = None;
        // The pause after the former enrolment's last contact is not this one's.
        self.next_poll_at = self.now;
        self.jobs.clear();
        self.say_good("enrolled");
    }

    /// From here on nothing of the former enrolment is seen, though its files are still to go.
    pub(super) fn forget_clearing(&mut self) {
        let Some(clearing) = self.state.device.clearing else {
            return;
        };
        let going = former_files(self.disk.names(), clearing.kept_outbox);
        let deleted = going.into_iter().map(Operation::Delete);
        self.disk.carry_out(deleted.collect());
        Arc::make_mut(&mut self.state.device).clearing = None;
    }

    /// Files of a former enrolment that were still there when the tablet stopped.
    pub(super) fn left_by_enrolling(&self) -> Vec<Operation> {
        let Some(clearing) = self.state.device.clearing else {
            return Vec::new();
        };
        let mut device = DeviceFile::clone(&self.state.device);
        device.clearing = None;
        let going = former_files(self.disk.names(), clearing.kept_outbox);
        let deleted = going.into_iter().map(Operation::Delete);
        let done = Operation::Replace(DEVICE_FILE.to_owned(), device.to_bytes());
        deleted.chain([done]).collect()
    }
}

/// All but the clear file, and the outbox where it is of the same campaign.
fn former_files<'a>(names: impl Iterator<Item = &'a String>, keeps_outbox: bool) -> Vec<String> {
    let stays =
        |name: &str| name == DEVICE_FILE || (keeps_outbox && name == super::outbox::OUTBOX_FILE);
    names.filter(|name| !stays(name)).cloned().collect()
}

fn credentials(answer: EnrolAnswer) -> Option<(Credentials, TimestampMs)> {
    let team = match answer.team {
        Some(team) => Some(team.parse().ok()?),
        None => None,
    };
    let credentials = Credentials {
        enrolment: Enrolment {
            device: answer.device.parse().ok()?,
            label: answer.label,
            campaign: answer.campaign.parse().ok()?,
            campaign_name: answer.campaign_name,
            exercise: answer.exercise,
            team,
            enrolled_at: answer.server_at,
        },
        campaign_key: array_from_base64(&answer.campaign_key)?,
        server_key: array_from_base64(&answer.server_key)?,
        upload_token: answer.upload_token,
        coordination_number: answer.coordination_number,
    };
    Some((credentials, answer.server_at))
}
