//! A server in memory: it enrols, challenges, opens envelopes, passes the gate and signs receipts.

use crate::document::{Actor, ChangeHash, Document, DocumentName, Writer, document_id, read_round};
use crate::gate::{GateLimits, admit};
use crate::model::{
    Assignment, Campaign, CampaignId, CampaignKind, CampaignMode, Coordinates, DeviceId,
    DocumentId, HeadCount, Night, RiskClass, Round, Sector, SectorId, Site, SiteId, SiteKind, Team,
    TeamId,
};
use crate::sync::envelope::{self, campaign_key_pair};
use crate::sync::{
    DocumentUpdate, Follow, HashBytes, PROTOCOL, Receipt, RefusedEnvelope, RoundCustody, SecretFor,
    SetAside, SyncAnswer, SyncRequest, WipeOrder, WipeReason, decode_request, encode_answer,
    enrol_signed_bytes, open_secret, seal_secret, session_signed_bytes,
};
use crate::tablet::encoding::{array_from_base64, to_base64};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde_bytes::{ByteArray, ByteBuf};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const NIGHT: &str = "2026-01-22";
pub const CODES: [&str; 3] = ["K7M29XQP04RT", "A7M29XQP04RT", "B7M29XQP04RT"];

pub fn night() -> Night {
    NIGHT.parse().unwrap()
}

pub fn team() -> TeamId {
    TeamId::from_random([0x70; 16])
}

pub fn sector() -> SectorId {
    SectorId::from_random([0x5e; 16])
}

pub fn site() -> SiteId {
    SiteId::from_random([0x51; 16])
}

fn campaign() -> CampaignId {
    CampaignId::from_random([0xca; 16])
}

fn other_campaign() -> CampaignId {
    CampaignId::from_random([0xcb; 16])
}

fn own_team() -> Team {
    Team {
        id: team(),
        code: "E1".into(),
        organisation: Some("asso".into()),
        professional: false,
    }
}

pub struct Server {
    signing: SigningKey,
    secret: [u8; 32],
    public: [u8; 32],
    devices: BTreeMap<DeviceId, VerifyingKey>,
    documents: BTreeMap<DocumentId, (DocumentName, Document)>,
    used: usize,
    pub epoch: u8,
    pub safe: bool,
    pub read_all: bool,
    pub requests: u32,
    pub revoked: bool,
    /// Signs receipts with a key that is not its own.
    pub forges: bool,
    pub told: Told,
}

/// What answers hold beside receipts.
#[derive(Default)]
pub struct Told {
    /// Changes of one document in one answer, where there is a cap.
    pub changes: Option<usize>,
    /// Where its log ends, and what tablets last gave back.
    pub log_end: u8,
    /// Nothing is told of rounds: it was heard before.
    pub rounds_were_heard: bool,
    pub given_back: Option<Vec<u8>>,
    /// What the last tablet said it would still have to send.
    pub left: Option<u32>,
    /// What tablets said they keep aside.
    pub set_aside: Vec<SetAside>,
    /// It orders tablets to destroy what they hold.
    pub orders: Option<WipeReason>,
    /// Shares that tablets left, sealed.
    pub shares: BTreeMap<DeviceId, Vec<u8>>,
    /// It knows nothing of resets, as a server of before.
    pub keeps_no_share: bool,
    /// A coordinator allows whoever asks a new PIN; the words that were asked with.
    pub allows_reset: bool,
    pub asked_with: Option<[u8; 32]>,
    /// Its clock is so far ahead of where it was, milliseconds.
    pub clock_ms: i64,
    /// Codes are of another campaign.
    pub other_campaign: bool,
    /// Codes are of another team.
    pub other_team: bool,
    /// A code may be given again, as by a tablet that lost the answer.
    pub forgives_codes: bool,
    /// Documents followed in one request; further ones are left out.
    pub follow_cap: Option<usize>,
    /// What changes this document is refused, and not kept either.
    pub no_room_for: Option<DocumentId>,
}

impl Server {
    pub fn new() -> Self {
        let (secret, public) = campaign_key_pair(&[0x11; 32]);
        let mut server = Self {
            signing: SigningKey::from_bytes(&[0x22; 32]),
            secret: *secret,
            public,
            devices: BTreeMap::new(),
            documents: BTreeMap::new(),
            used: 0,
            epoch: 1,
            safe: false,
            read_all: false,
            requests: 0,
            revoked: false,
            forges: false,
            told: Told::default(),
        };
        let mut plan = Campaign::prepare(
            campaign(),
            "Nuit d'essai".into(),
            CampaignKind::NightCount,
            CampaignMode::Exercise,
        );
        let id = plan.id;
        plan.nights = vec![night()];
        plan.coordination_number = Some("04 00 00 00 00".into());
        plan.legal.notice = "Vos réponses servent à compter.".into();
        server.author(DocumentName::Plan { campaign: id }, |w| {
            w.put_campaign(&plan);
            w.put_team(&own_team());
            w.put_sector(&Sector {
                id: sector(),
                code: "S1".into(),
                name: "Les Quais".into(),
                zone: None,
                risk: RiskClass::Ordinary,
                boundary: geo::MultiPolygon::new(vec![geo::Polygon::new(
                    geo::LineString::from(vec![(3.87, 43.6), (3.88, 43.6), (3.88, 43.61)]),
                    Vec::new(),
                )]),
            });
            w.put_assignment(&Assignment {
                team: team(),
                sector: sector(),
                night: night(),
            });
        });
        let brief = DocumentName::Brief {
            campaign: id,
            sector: sector(),
            night: night(),
        };
        server.author(brief, |w| {
            w.put_site(&Site {
                id: site(),
                kind: SiteKind::Bidonville,
                code: "B1".into(),
                coordinates: Coordinates {
                    longitude: 3.871,
                    latitude: 43.601,
                },
                audience: crate::model::Audience::Everyone,
                expected: Some(HeadCount::exactly(30)),
                note: None,
                facts: None,
            });
        });
        server
    }

    pub fn author(&mut self, name: DocumentName, write: impl FnOnce(&mut Writer<'_>)) {
        let actor = Actor::new(DeviceId::from_random([0xff; 16]), [0; 8]);
        let (_, document) = self
            .documents
            .entry(document_id(&name))
            .or_insert_with(|| (name, Document::new(actor)));
        document.commit(1_000_000, write);
    }

    pub fn server_key(&self) -> [u8; 32] {
        *self.signing.verifying_key().as_bytes()
    }

    /// Sends the team to as many places on later nights.
    pub fn assign_many(&mut self, number: u8) {
        let name = DocumentName::Plan {
            campaign: campaign(),
        };
        self.author(name, |w| {
            for n in 0..number {
                w.put_assignment(&Assignment {
                    team: team(),
                    sector: SectorId::from_random([n; 16]),
                    night: format!("2026-02-{:02}", 1 + n % 28).parse().unwrap(),
                });
            }
        });
    }

    pub fn device_key(&self, number: usize) -> [u8; 32] {
        *self.devices.values().nth(number).unwrap().as_bytes()
    }

    /// All rounds as the server reads them.
    pub fn rounds(&self) -> Vec<Round> {
        let rounds = self.documents.iter();
        rounds
            .filter(|(_, (name, _))| matches!(name, DocumentName::Round { .. }))
            .map(|(id, (_, document))| read_round(document, *id).0)
            .collect()
    }

    pub fn observations(&self) -> usize {
        self.rounds()
            .iter()
            .map(|round| round.observations.len())
            .sum()
    }

    /// Loses everything it had taken, as a server restored from an old copy.
    pub fn restore_from_nothing(&mut self) {
        self.documents
            .retain(|_, (name, _)| !matches!(name, DocumentName::Round { .. }));
        self.epoch += 1;
    }

    pub fn handle(
        &mut self,
        path: &str,
        token: Option<&str>,
        body: &[u8],
        now: i64,
    ) -> (u16, Vec<u8>) {
        self.requests += 1;
        match path {
            "/api/enrol" => self.enrol(body, now),
            "/api/device/challenge" => {
                let nonce = to_base64(&[7; 32]);
                (200, json!({ "nonce": nonce }).to_string().into_bytes())
            }
            "/api/device/session" => self.session(body, now),
            "/api/sync" => self.sync(token, body, now),
            _ => (404, Vec::new()),
        }
    }

    fn enrol(&mut self, body: &[u8], now: i64) -> (u16, Vec<u8>) {
        let asked: Value = serde_json::from_slice(body).unwrap();
        let code = asked["code"].as_str().unwrap();
        let problem = |code: &str, http| (http, json!({ "code": code }).to_string().into_bytes());
        let Some(at) = CODES.iter().position(|known| *known == code) else {
            return problem("code-unknown", 404);
        };
        if at < self.used && !self.told.forgives_codes {
            return problem("code-used", 409);
        }
        let key: [u8; 32] = array_from_base64(asked["verifying_key"].as_str().unwrap()).unwrap();
        let proof: [u8; 64] = array_from_base64(asked["proof"].as_str().unwrap()).unwrap();
        let key = VerifyingKey::from_bytes(&key).unwrap();
        let signed = enrol_signed_bytes(code);
        key.verify_strict(&signed, &Signature::from_bytes(&proof))
            .unwrap();
        self.used = at + 1;
        let device = DeviceId::from_random([0x80 + at as u8; 16]);
        self.devices.insert(device, key);
        let answer = json!({
            "device": device, "label": format!("T{at}"),
            "campaign": if self.told.other_campaign { other_campaign() } else { campaign() },
            "campaign_name": if self.told.other_campaign { "Nuit réelle" } else { "Nuit d'essai" },
             "exercise": true,
            "team": if self.told.other_team { TeamId::from_random([0x71; 16]) } else { team() },
            "campaign_key": to_base64(&self.public),
            "server_key": to_base64(self.signing.verifying_key().as_bytes()),
            "upload_token": format!("upload-{at}"), "coordination_number": null,
            "server_at": now + 90_000,
        });
        (200, answer.to_string().into_bytes())
    }

    fn session(&mut self, body: &[u8], now: i64) -> (u16, Vec<u8>) {
        if self.revoked {
            return (403, json!({ "code": "revoked" }).to_string().into_bytes());
        }
        let asked: Value = serde_json::from_slice(body).unwrap();
        let device: DeviceId = asked["device"].as_str().unwrap().parse().unwrap();
        let signature: [u8; 64] = array_from_base64(asked["signature"].as_str().unwrap()).unwrap();
        let signed = session_signed_bytes(device, &[7; 32]);
        let key = self.devices[&device];
        key.verify_strict(&signed, &Signature::from_bytes(&signature))
            .unwrap();
        let answer = json!({ "token": "session", "expires_at": now + 90_000 + 900_000 });
        (200, answer.to_string().into_bytes())
    }

    fn sync(&mut self, token: Option<&str>, body: &[u8], now: i64) -> (u16, Vec<u8>) {
        let request = decode_request(body).unwrap();
        let order = self.order(request.device, now);
        if self.told.orders == Some(WipeReason::Purged) {
            let problem = json!({ "code": "campaign-gone", "wipe_order": order });
            return (410, problem.to_string().into_bytes());
        }
        self.told.given_back = request.log_end.clone().map(ByteBuf::into_vec);
        self.told.left = Some(request.device_report.unsent);
        self.told.set_aside.clone_from(&request.set_aside);
        let reads = token == Some("Bearer session");
        assert!(reads || token.is_some_and(|token| token.starts_with("Bearer upload-")));
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: ByteArray::new([self.epoch; 16]),
            server_at: now + 90_000 + self.told.clock_ms,
            receipts: Vec::new(),
            refused: Vec::new(),
            documents: Vec::new(),
            rounds: Vec::new(),
            log_end: Some(ByteBuf::from(vec![self.told.log_end; 3])),
            wipe_order: order.map(|order| ByteBuf::from(order.to_bytes())),
            reset_share_kept: false,
            reset_given: None,
            moved: Vec::new(),
        };
        self.hear_of_resets(&request, reads, &mut answer);
        for bytes in &request.envelopes {
            let refused = |code: &str, quarantined| RefusedEnvelope {
                envelope: HashBytes::new(envelope::envelope_hash(bytes)),
                code: code.into(),
                quarantined,
                successor: None,
            };
            if self.has_no_room(bytes) {
                answer.refused.push(refused("quarantine-full", false));
                continue;
            }
            match self.take(bytes, now) {
                Some(receipt) => answer.receipts.push(receipt),
                None => answer.refused.push(refused("envelope-signature", true)),
            }
        }
        if reads {
            answer.documents = self.followed(&request.follow);
        }
        if !self.told.rounds_were_heard {
            answer.rounds = self.custody();
        }
        (200, encode_answer(&answer))
    }

    /// What a tablet lacks of the documents it follows.
    fn followed(&self, follow: &[Follow]) -> Vec<DocumentUpdate> {
        let cap = self.told.follow_cap.unwrap_or(usize::MAX);
        let known = follow.iter().take(cap).filter_map(|follow| {
            let (name, document) = self.documents.get(&document_id(&follow.name))?;
            let hashes = follow.heads.iter();
            let heads: Vec<_> = hashes.map(|hash| ChangeHash(hash.into_array())).collect();
            let changes = document.changes_since(&heads).into_iter();
            Some(DocumentUpdate {
                name: *name,
                heads: document
                    .heads()
                    .iter()
                    .map(|head| HashBytes::new(head.0))
                    .collect(),
                changes: changes
                    .take(self.told.changes.unwrap_or(usize::MAX))
                    .map(|change| ByteBuf::from(change.bytes))
                    .collect(),
                writable: true,
            })
        });
        known.collect()
    }

    fn custody(&self) -> Vec<RoundCustody> {
        let rounds = self.rounds().into_iter();
        rounds
            .map(|round| {
                let held = round.observations.len() as u32;
                RoundCustody {
                    document: round.document,
                    held,
                    read: if self.read_all { held } else { 0 },
                    safe: self.safe,
                }
            })
            .collect()
    }

    fn hear_of_resets(&mut self, request: &SyncRequest, reads: bool, answer: &mut SyncAnswer) {
        if let Some(share) = &request.reset_share
            && !self.told.keeps_no_share
        {
            assert!(reads, "a share comes with a session");
            self.told.shares.insert(request.device, share.to_vec());
            answer.reset_share_kept = true;
        }
        if let Some(key) = request.reset_wanted.map(ByteArray::into_array) {
            self.told.asked_with = Some(key);
            answer.reset_given = self.give_share(request.device, &key);
        }
    }

    fn give_share(&self, device: DeviceId, key: &[u8; 32]) -> Option<ByteBuf> {
        let sealed = self
            .told
            .shares
            .get(&device)
            .filter(|_| self.told.allows_reset)?;
        let share = open_secret(&self.secret, SecretFor::Deposit, campaign(), device, sealed)?;
        let given = seal_secret(key, SecretFor::Grant, campaign(), device, &share, [5; 32])?;
        Some(ByteBuf::from(given))
    }

    fn has_no_room(&self, bytes: &[u8]) -> bool {
        let opened = envelope::open(bytes, &self.secret, envelope::PAYLOAD_CAP_BYTES);
        let about = opened.map(|payload| document_id(&payload.name));
        self.told.no_room_for.is_some() && about.ok() == self.told.no_room_for
    }

    fn order(&self, device: DeviceId, now: i64) -> Option<WipeOrder> {
        let forger = SigningKey::from_bytes(&[0x33; 32]);
        let key = if self.forges { &forger } else { &self.signing };
        let reason = self.told.orders?;
        Some(WipeOrder::sign(reason, campaign(), device, now, key))
    }

    fn take(&mut self, bytes: &[u8], now: i64) -> Option<Receipt> {
        let header = envelope::peek(bytes).ok()?;
        envelope::verify(bytes, self.devices.get(&header.device)?).ok()?;
        let payload = envelope::open(bytes, &self.secret, envelope::PAYLOAD_CAP_BYTES).ok()?;
        let actor = Actor::new(DeviceId::from_random([0xff; 16]), [0; 8]);
        let id = document_id(&payload.name);
        let (name, document) = self
            .documents
            .entry(id)
            .or_insert_with(|| (payload.name, Document::new(actor)));
        let limits = GateLimits::default();
        let admission = admit(
            document,
            name.kind(),
            &payload.changes,
            header.device,
            true,
            &limits,
        );
        assert!(admission.refused.is_empty(), "{:?}", admission.refused);
        let accepted = admission.accepted.iter().map(|change| change.hash);
        let mut receipt = Receipt {
            envelope: HashBytes::new(envelope::envelope_hash(bytes)),
            document: id,
            changes: accepted
                .chain(admission.known.iter().copied())
                .map(|hash| HashBytes::new(hash.0))
                .collect(),
            quarantined: Vec::new(),
            at: now + 90_000,
            signature: ByteArray::new([0; 64]),
        };
        let forger = SigningKey::from_bytes(&[0x33; 32]);
        let key = if self.forges { &forger } else { &self.signing };
        let signature = key.sign(&receipt.signed_bytes(campaign()));
        receipt.signature = ByteArray::new(signature.to_bytes());
        Some(receipt)
    }
}
