//! Pushing rounds to our own server through the tablets' own endpoint.

use super::rounds::BuiltRound;
use crate::enrolment::Tablet;
use anyhow::{Result, ensure};
use maraude_core::document::DocumentName;
use maraude_core::model::DeviceReport;
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{
    MEDIA_TYPE, PROTOCOL, REQUEST_CAP_BYTES, SyncRequest, decode_answer, encode_request,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A tablet with its requests built, waiting for the clock.
pub struct Pusher {
    agent: ureq::Agent,
    base: String,
    tablet: Arc<Tablet>,
    requests: Vec<(Vec<u8>, usize)>,
}

impl Pusher {
    /// For an enrolled tablet; its rounds are sealed by [`Pusher::seal`].
    pub fn of(base: &str, tablet: Arc<Tablet>) -> Self {
        Self {
            agent: ureq::Agent::new_with_defaults(),
            base: base.to_owned(),
            tablet,
            requests: Vec::new(),
        }
    }

    /// Seals rounds, one envelope and one request each.
    pub fn seal(&mut self, rounds: &[BuiltRound], seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        for round in rounds {
            let changes = round.changes.clone();
            let count = changes.len();
            let envelope = sealed(&self.tablet, round.name, changes, &mut rng);
            self.requests
                .push((request(&self.tablet, vec![envelope]), count));
        }
    }

    /// Seals each change of a round in an envelope of its own, as many in a request as fit: what a
    /// tablet that was locked all night brings.
    pub fn seal_each(&mut self, round: &BuiltRound, seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        for change in &round.changes {
            let envelope = sealed(&self.tablet, round.name, vec![change.clone()], &mut rng);
            if bytes + envelope.len() > REQUEST_CAP_BYTES - 4_096 {
                self.close_request(std::mem::take(&mut waiting));
                bytes = 0;
            }
            bytes += envelope.len() + 8;
            waiting.push(envelope);
        }
        self.close_request(waiting);
    }

    fn close_request(&mut self, envelopes: Vec<Vec<u8>>) {
        let count = envelopes.len();
        self.requests
            .push((request(&self.tablet, envelopes), count));
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

/// An envelope of a tablet.
pub fn sealed(
    tablet: &Tablet,
    name: DocumentName,
    changes: Vec<Vec<u8>>,
    rng: &mut ChaCha20Rng,
) -> Vec<u8> {
    let payload = Payload { name, changes };
    seal(
        &tablet.campaign_key,
        tablet.campaign,
        tablet.device,
        &tablet.signing,
        &payload,
        rng,
    )
    .expect("the campaign's key came from its server")
}

/// The bytes of a request.
pub fn request(tablet: &Tablet, envelopes: Vec<Vec<u8>>) -> Vec<u8> {
    encode_request(&SyncRequest {
        protocol: PROTOCOL,
        campaign: tablet.campaign,
        device: tablet.device,
        sent_at: 1_769_130_000_000,
        epoch: None,
        device_report: DeviceReport::default(),
        envelopes: envelopes.into_iter().map(ByteBuf::from).collect(),
        follow: Vec::new(),
        log_end: None,
        set_aside: Vec::new(),
        reset_share: None,
        reset_wanted: None,
    })
}
