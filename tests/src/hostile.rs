//! An enrolled tablet that sends what no tablet would: damaged at every depth, with repaired
//! checksums, seals and signatures, so that each depth of the server is reached.
//!
//! It must never be pointed at another server than a test's own.

use crate::dice::Dice;
use crate::enrolment;
use crate::real_server::RealServer;
use crate::tablet::agent;
use crate::world::{Campaigning, World};
use anyhow::{Context, Result};
use ed25519_dalek::{Signer, SigningKey};
use maraude_core::document::{Actor, Document, DocumentName};
use maraude_core::model::{
    CampaignId, Closure, ClosureId, Coverage, DeviceId, DeviceReport, RoundKey, Stamp, TimestampMs,
};
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{PROTOCOL, SyncAnswer, SyncRequest, encode_request};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

/// First bytes of an automerge chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// Magic, checksum, type.
const CHUNK_HEADER: usize = 9;

/// A tablet without a door: it seals what it likes.
pub struct HostileTablet {
    /// Its identifier.
    pub device: DeviceId,
    campaign: CampaignId,
    signing: SigningKey,
    campaign_key: [u8; 32],
    /// Its round.
    pub name: DocumentName,
    dice: Dice,
}

impl HostileTablet {
    /// Enrolled by a code, like any tablet.
    pub fn enrol(world: &mut World, team: usize, seed: u64) -> Result<Self> {
        let signing = SigningKey::from_bytes(&[seed as u8; 32]);
        let device = world.enrol_key(team, |signed| signing.sign(signed).to_bytes(), &signing)?;
        let name = DocumentName::Round {
            key: world.plan.round(team),
        };
        Ok(Self {
            device,
            campaign: world.plan.campaign,
            campaign_key: world.campaign_key()?,
            name,
            signing,
            dice: Dice::new(seed),
        })
    }

    /// Enrolled over HTTP, in team 0, in a round of its own, so that what it closes is no other's;
    /// with it the token it uploads under.
    pub fn enrol_over_http(server: &mut RealServer, seed: u64) -> Result<(Self, String)> {
        let code = server.code().context("no code is left")?;
        let enrolled = enrolment::enrol(&agent(), &server.base, &code, seed)?;
        let mut tablet = Self::of(&enrolled, &server.plan);
        tablet.dice = Dice::new(seed);
        tablet.name = DocumentName::Round {
            key: RoundKey {
                sector: Some(server.plan.sectors[1]),
                ..server.plan.round(0)
            },
        };
        Ok((tablet, enrolled.upload_token))
    }

    /// One that was enrolled over HTTP, in team 0.
    pub fn of(enrolled: &enrolment::Tablet, plan: &Campaigning) -> Self {
        Self {
            device: enrolled.device,
            campaign: enrolled.campaign,
            campaign_key: enrolled.campaign_key,
            name: DocumentName::Round { key: plan.round(0) },
            signing: enrolled.signing.clone(),
            dice: Dice::new(1),
        }
    }

    /// Honest changes under a new actor each time: an entry, and sometimes an edit of it. The last
    /// one is for mutants to be made of, so that none is refused for coming second.
    pub fn write(&mut self) -> Result<Vec<Vec<u8>>> {
        let actor = Actor::new(self.device, self.dice.bytes());
        let mut document = Document::new(actor);
        let at = 1_769_115_600_000;
        let mut closure = Closure {
            id: ClosureId::from_random(self.dice.bytes()),
            stamp: Stamp {
                device: self.device,
                at,
            },
            coverage: Coverage::Partial,
            not_walked: Some("la rue barrée".to_owned()),
            zero_found: false,
            reopened_at: None,
        };
        let mut changes = Vec::new();
        changes.extend(document.commit(at, |w| w.put_closure(&closure)));
        if self.dice.chance(0.5) {
            closure.not_walked = Some("le pont, puis la rue barrée".to_owned());
            closure.zero_found = true;
            changes.extend(document.commit(at, |w| w.put_closure(&closure)));
        }
        Ok(changes.into_iter().map(|change| change.bytes).collect())
    }

    /// A change that differs from an honest one by a few bytes, its checksum true.
    pub fn mutant(&mut self, change: &[u8]) -> Vec<u8> {
        let mut body = inside(change);
        for _ in 0..self.dice.whole(1, 4) {
            if body.is_empty() {
                body.push(0);
            }
            let at = self.dice.whole(0, body.len() as u32 - 1) as usize;
            let value = self.dice.whole(0, 255) as u8;
            match self.dice.whole(0, 5) {
                0 if body.len() > 1 => {
                    body.remove(at);
                }
                1 => body.insert(at, value),
                2 => body[at] ^= 1 << (value % 8),
                3 => {
                    let end = (at + usize::from(value % 16)).min(body.len());
                    let piece = body[at..end].to_vec();
                    body.splice(at..at, piece);
                }
                4 => {
                    let piece =
                        *self
                            .dice
                            .pick(&[&[0xff; 9][..], &[0x80; 10], &[0; 4], &[0x7f; 3]]);
                    body.splice(at..at, piece.iter().copied());
                }
                _ => body[at] = value,
            }
        }
        framed(&body, self.chunk_type())
    }

    fn chunk_type(&mut self) -> u8 {
        self.dice
            .weighted(&[(1, 40.0), (0, 1.0), (2, 1.0), (3, 1.0)])
    }

    /// Changes sealed and signed as the protocol says.
    pub fn seal(&mut self, changes: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        let payload = Payload {
            name: self.name,
            changes,
        };
        let mut rng = ChaCha20Rng::from_seed(self.dice.bytes());
        let key = &self.campaign_key;
        Ok(seal(
            key,
            self.campaign,
            self.device,
            &self.signing,
            &payload,
            &mut rng,
        )?)
    }

    /// An envelope damaged anywhere, signed again.
    pub fn damage(&mut self, envelope: &[u8]) -> Vec<u8> {
        let signed = envelope.len() - 64;
        let mut bytes = envelope[..signed].to_vec();
        for _ in 0..self.dice.whole(1, 3) {
            let at = self.dice.whole(0, bytes.len() as u32 - 1) as usize;
            match self.dice.whole(0, 3) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes.insert(at, self.dice.whole(0, 255) as u8),
                _ => bytes[at] ^= 1 << self.dice.whole(0, 7),
            }
        }
        let domain = b"maraude/envelope/1";
        let signature = self.signing.sign(&[&domain[..], &bytes].concat());
        bytes.extend_from_slice(&signature.to_bytes());
        bytes
    }

    /// A request of this tablet.
    pub fn request(&self, now: TimestampMs, envelopes: Vec<Vec<u8>>) -> SyncRequest {
        SyncRequest {
            protocol: PROTOCOL,
            campaign: self.campaign,
            device: self.device,
            sent_at: now,
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

    /// A request's bytes, damaged anywhere.
    pub fn damaged_request(&mut self, request: &SyncRequest) -> Vec<u8> {
        let mut bytes = encode_request(request);
        for _ in 0..self.dice.whole(1, 6) {
            let at = self.dice.whole(0, bytes.len() as u32 - 1) as usize;
            bytes[at] = self.dice.whole(0, 255) as u8;
        }
        bytes
    }

    /// Sends envelopes.
    pub fn send(&self, world: &World, envelopes: Vec<Vec<u8>>) -> Result<SyncAnswer> {
        world.exchange(self.device, self.request(world.clock.now(), envelopes))
    }
}

/// What a change chunk holds after its header.
fn inside(chunk: &[u8]) -> Vec<u8> {
    let mut at = CHUNK_HEADER;
    while chunk.get(at).is_some_and(|byte| byte & 0x80 != 0) {
        at += 1;
    }
    chunk.get(at + 1..).unwrap_or_default().to_vec()
}

/// A chunk with a true checksum.
fn framed(body: &[u8], chunk_type: u8) -> Vec<u8> {
    let mut framed = vec![chunk_type];
    let mut length = body.len();
    while length >= 0x80 {
        framed.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    framed.push(length as u8);
    framed.extend_from_slice(body);
    let checksum = Sha256::digest(&framed);
    [&MAGIC[..], &checksum[..4], &framed].concat()
}
