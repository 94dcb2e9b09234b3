//! Pushing rounds to our own server through the tablets' own endpoint.

use super::rounds::BuiltRound;
use crate::enrolment::Tablet;
use anyhow::{Result, bail, ensure};
use maraude_core::document::DocumentName;
use maraude_core::model::DeviceReport;
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{
    MEDIA_TYPE, PROTOCOL, REQUEST_CAP_BYTES, SyncRequest, decode_answer, encode_request,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a tablet that is told to come back does so here, before it is called an error.
const RETURNS: u32 = 20;

/// How long it waits where the server does not say.
const PAUSE: Duration = Duration::from_secs(5);

/// A tablet with its requests built, waiting for the clock.
pub struct Pusher {
    agent: ureq::Agent,
    base: String,
    tablet: Arc<Tablet>,
    requests: Vec<(SyncRequest, usize)>,
    returns: Arc<AtomicU32>,
}

impl Pusher {
    /// For an enrolled tablet; its rounds are sealed by [`Pusher::seal`].
    pub fn of(base: &str, tablet: Arc<Tablet>) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            agent: config.build().new_agent(),
            base: base.to_owned(),
            tablet,
            requests: Vec::new(),
            returns: Arc::default(),
        }
    }

    /// How often it was told to come back later, and did.
    pub fn returns(&self) -> Arc<AtomicU32> {
        self.returns.clone()
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

    /// Sends them one after the other, as tablets do: gives back what it heard, and comes back when
    /// it is told to. Every change must be in a receipt. One time per request.
    pub fn push(mut self) -> Result<Vec<Duration>> {
        let mut times = Vec::new();
        for (mut request, count) in std::mem::take(&mut self.requests) {
            let start = Instant::now();
            request.log_end = self.heard().clone().map(ByteBuf::from);
            let answer = decode_answer(&self.ask(&encode_request(&request))?)?;
            let acknowledged: usize = answer.receipts.iter().map(|r| r.changes.len()).sum();
            ensure!(
                acknowledged == count,
                "{acknowledged} of {count} changes acknowledged; refused: {:?}",
                answer.refused
            );
            *self.heard() = answer.log_end.map(ByteBuf::into_vec);
            times.push(start.elapsed());
        }
        Ok(times)
    }

    fn heard(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        let heard = self.tablet.heard.lock();
        heard.unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, body: &[u8]) -> Result<Vec<u8>> {
        let token = format!("Bearer {}", self.tablet.upload_token);
        for _ in 0..RETURNS {
            let asked = self.agent.post(format!("{}/api/sync", self.base));
            let asked = asked
                .header("content-type", MEDIA_TYPE)
                .header("authorization", &token);
            let mut answer = asked.send(body)?;
            match answer.status().as_u16() {
                200 => {
                    let body = answer.body_mut().with_config().limit(8_000_000);
                    return Ok(body.read_to_vec()?);
                }
                429 | 503 | 507 => {
                    let told = answer.headers().get("retry-after");
                    let told = told.and_then(|told| told.to_str().ok()?.parse().ok());
                    self.returns.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(told.map_or(PAUSE, Duration::from_secs));
                }
                code => bail!("the server answered {code}"),
            }
        }
        bail!("told to come back {RETURNS} times")
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

/// A request.
pub fn request(tablet: &Tablet, envelopes: Vec<Vec<u8>>) -> SyncRequest {
    SyncRequest {
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
    }
}
