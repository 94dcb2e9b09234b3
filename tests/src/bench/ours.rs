//! Pushing rounds to our own server through the tablets' own endpoint.

use super::rounds::BuiltRound;
use crate::enrolment::{Tablet, enrol};
use anyhow::{Context, Result, ensure};
use maraude_core::model::DeviceReport;
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{MEDIA_TYPE, PROTOCOL, SyncRequest, decode_answer, encode_request};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use std::time::{Duration, Instant};

/// A tablet with its requests built, waiting for the clock.
pub struct Pusher {
    agent: ureq::Agent,
    base: String,
    tablet: Tablet,
    requests: Vec<(Vec<u8>, usize)>,
}

impl Pusher {
    /// Enrols a tablet; its rounds are sealed by [`Pusher::seal`].
    pub fn enrol(base: &str, code: &str, seed: u64) -> Result<Self> {
        let agent = ureq::Agent::new_with_defaults();
        let tablet = enrol(&agent, base, code, seed)?;
        Ok(Self {
            agent,
            base: base.to_owned(),
            tablet,
            requests: Vec::new(),
        })
    }

    /// The tablet.
    pub fn tablet(&self) -> &Tablet {
        &self.tablet
    }

    /// Seals rounds, one envelope and one request each.
    pub fn seal(&mut self, rounds: Vec<BuiltRound>, seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        for round in rounds {
            let count = round.changes.len();
            let payload = Payload {
                name: round.name,
                changes: round.changes,
            };
            let tablet = &self.tablet;
            let envelope = seal(
                &tablet.campaign_key,
                tablet.campaign,
                tablet.device,
                &tablet.signing,
                &payload,
                &mut rng,
            )
            .expect("the campaign's key came from its server");
            let request = SyncRequest {
                protocol: PROTOCOL,
                campaign: tablet.campaign,
                device: tablet.device,
                sent_at: 1_769_130_000_000,
                epoch: None,
                device_report: DeviceReport::default(),
                envelopes: vec![ByteBuf::from(envelope)],
                follow: Vec::new(),
                log_end: None,
                set_aside: Vec::new(),
            };
            self.requests.push((encode_request(&request), count));
        }
    }

    /// Bytes of all requests.
    pub fn wire_bytes(&self) -> usize {
        self.requests.iter().map(|(body, _)| body.len()).sum()
    }

    /// Sends them one after the other; every change must be in a receipt. One time per request.
    pub fn push(self) -> Result<Vec<Duration>> {
        let mut times = Vec::new();
        for (body, count) in &self.requests {
            let start = Instant::now();
            let mut answer = self
                .agent
                .post(format!("{}/api/sync", self.base))
                .header("content-type", MEDIA_TYPE)
                .header(
                    "authorization",
                    format!("Bearer {}", self.tablet.upload_token),
                )
                .send(&body[..])?;
            let bytes = answer
                .body_mut()
                .with_config()
                .limit(4_000_000)
                .read_to_vec()?;
            let answer = decode_answer(&bytes)?;
            let acknowledged: usize = answer.receipts.iter().map(|r| r.changes.len()).sum();
            ensure!(
                acknowledged == *count,
                "{acknowledged} of {count} changes acknowledged; refused: {:?}",
                answer.refused
            );
            times.push(start.elapsed());
        }
        Ok(times)
    }
}

/// The first line a command printed as JSON.
pub fn json_of(text: &str) -> Result<serde_json::Value> {
    let line = text
        .lines()
        .find(|line| line.starts_with('{'))
        .context("no JSON was printed")?;
    Ok(serde_json::from_str(line)?)
}
