//! Redeeming a code: a key is made here, only its public half leaves.

use super::Tablet;
use super::device::{Applying, Credentials, SecretText};
use super::encoding::{array_from_base64, to_base64};
use super::event::Enrolment;
use super::exchange::Asked;
use super::job::{After, Job};
use super::store::Staged;
use crate::model::TimestampMs;
use crate::sync::{enrol_signed_bytes, normalise_code};
use crate::vault::Secret;
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};

/// What stands before the code in an enrolment link; the server never sees what follows.
const LINK_MARK: &str = "#enrol=";
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
        let free = self.state.device.credentials.is_none() || self.state.device.destroyed;
        if !free || self.enrolling {
            return;
        }
        let code = code.rsplit_once(LINK_MARK).map_or(code, |(_, code)| code);
        let Some(code) = normalise_code(code) else {
            self.say_problem("code-unknown", None);
            return;
        };
        let former = self.state.device.applying.clone();
        let applying = former
            .filter(|former| former.code == code)
            .unwrap_or_else(|| Applying {
                code,
                signing: SecretText(Secret::new(self.draw())),
            });
        self.enrolling = true;
        self.message = None;
        self.jobs.push_back(Job::Apply(applying));
    }

    pub(super) fn apply_for(&mut self, applying: Applying) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::AskEnrolment);
        if self.state.device.applying.as_ref() != Some(&applying) {
            staged.write_device(|device| device.applying = Some(applying));
        }
        staged
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
            self.note_clock(server_at);
            self.jobs.push_back(Job::Enrolled(Box::new(credentials)));
        } else {
            self.enrolling = false;
            self.say_problem("unexpected-answer", None);
        }
    }

    pub(super) fn enrolment_unreachable(&mut self) {
        self.enrolling = false;
        self.say_problem("unreachable", None);
    }

    pub(super) fn take_credentials(&mut self, credentials: Credentials) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::Enrolled);
        let secret = Secret::new(self.draw());
        let offset = self.clock_offset_ms;
        staged.write_device(|device| {
            device.version = 1;
            device.device_secret = secret;
            device.unsealed_signing = device.applying.take().map(|applying| applying.signing);
            device.credentials = Some(credentials);
            device.tries = crate::vault::Tries::default();
            device.destroyed = false;
            device.clock_offset_ms = offset;
            device.epoch = None;
            device.reset_deposited = None;
            device.reset_request = None;
        });
        self.enrolling = false;
        staged
    }
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
