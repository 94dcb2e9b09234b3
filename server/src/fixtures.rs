//! A small server and its tablets, for tests: invented, on a temporary folder, with a clock that
//! stands.

use crate::app::App;
use crate::auth::{EnrolOffer, NewCode, issue_code, redeem_code};
use crate::config::{Clock, Config, Transport};
use crate::store::{DataFolder, MasterKey, StoredDevice, random};
use crate::sync::{Engine, Exchange, Gate, exchange};
use ed25519_dalek::{Signer, SigningKey};
use maraude_core::document::{Actor, Document, DocumentName, Writer};
use maraude_core::model::{
    Campaign, CampaignId, CampaignKind, CampaignMode, Closure, ClosureId, Coverage, DeviceReport,
    RoundKey, SectorId, Stamp, TeamId,
};
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{PROTOCOL, SyncAnswer, SyncRequest, enrol_signed_bytes, normalise_code};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use std::sync::Arc;

/// When the clock of these tests stands: a January evening.
pub(crate) const NOW: i64 = 1_769_115_600_000;

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) campaign: CampaignId,
    pub(crate) master: MasterKey,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) struct Tablet {
    pub(crate) device: StoredDevice,
    pub(crate) upload_token: String,
    pub(crate) signing: SigningKey,
    pub(crate) documents: Vec<(DocumentName, Document)>,
    seed: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_gate(maraude_core::gate::admit_under_actors)
    }

    pub(crate) fn with_gate(gate: Gate) -> Self {
        Self::with(gate, Transport::Loopback)
    }

    /// A server that others than this machine reach.
    pub(crate) fn reached_from_elsewhere() -> Self {
        let transport = Transport::Tls {
            certificate: "server.pem".into(),
            key: "server.key".into(),
        };
        Self::with(maraude_core::gate::admit_under_actors, transport)
    }

    fn with(gate: Gate, transport: Transport) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        DataFolder::new(&data).create().unwrap();
        let master = MasterKey::draw().unwrap();
        let config = Config {
            transport,
            ..Config::local(&data)
        };
        let app = App::open(config, &master, Clock::manual(NOW)).unwrap();
        app.set_gate(gate);
        let campaign = CampaignId::from_random([1; 16]);
        let plan = Campaign::prepare(
            campaign,
            "Nuit d'essai".to_owned(),
            CampaignKind::NightCount,
            CampaignMode::Exercise,
        );
        app.create_campaign(&plan).unwrap();
        Self {
            app,
            campaign,
            master,
            runtime: tokio::runtime::Runtime::new().unwrap(),
            folder,
        }
    }

    /// The server stops and starts again.
    pub(crate) fn restart(self) -> Self {
        let Self {
            app,
            campaign,
            master,
            runtime,
            folder,
        } = self;
        let (config, clock) = (app.config().clone(), app.clock().clone());
        drop(app);
        Self {
            app: App::open(config, &master, clock).unwrap(),
            campaign,
            master,
            runtime,
            folder,
        }
    }

    pub(crate) fn engine(&self) -> Arc<Engine> {
        self.app.engine(self.campaign).unwrap()
    }

    pub(crate) fn code(&self, team: Option<TeamId>) -> String {
        let new = NewCode {
            campaign: self.campaign,
            label: "T1".to_owned(),
            team,
            organisation: None,
            accepted: true,
        };
        issue_code(self.app.server(), new, NOW).unwrap().code
    }

    pub(crate) fn tablet(&self, team: Option<TeamId>) -> Tablet {
        self.tablet_by_code(&self.code(team))
    }

    pub(crate) fn tablet_by_code(&self, code: &str) -> Tablet {
        let signing = SigningKey::from_bytes(&random().unwrap());
        let offer = offer(code, &signing);
        let (device, upload_token) = redeem_code(self.app.server(), &offer, NOW).unwrap();
        Tablet {
            device,
            upload_token,
            signing,
            documents: Vec::new(),
            seed: 0,
        }
    }

    pub(crate) fn sync(&self, tablet: &Tablet, request: SyncRequest) -> SyncAnswer {
        let asked = self.try_sync(tablet, request);
        self.runtime.block_on(asked).unwrap()
    }

    pub(crate) async fn try_sync(
        &self,
        tablet: &Tablet,
        request: SyncRequest,
    ) -> Result<SyncAnswer, crate::sync::ExchangeError> {
        let asked = Exchange {
            carrier: self
                .app
                .server()
                .device(tablet.device.device.id)
                .unwrap()
                .unwrap(),
            may_read: true,
            request,
        };
        exchange(self.engine(), self.app.pool().clone(), asked).await
    }

    pub(crate) fn round(&self, team: TeamId) -> DocumentName {
        DocumentName::Round {
            key: RoundKey {
                campaign: self.campaign,
                team,
                sector: Some(SectorId::from_random([6; 16])),
                night: "2026-01-22".parse().unwrap(),
                reissue: 0,
            },
        }
    }
}

impl Tablet {
    /// Writes one change in a document and seals it.
    pub(crate) fn save(
        &mut self,
        world: &World,
        name: DocumentName,
        write: impl FnOnce(&mut Writer<'_>),
    ) -> Vec<u8> {
        let actor = Actor::new(self.device.device.id, [7; 8]);
        let known = self.documents.iter().position(|(of, _)| *of == name);
        let place = known.unwrap_or_else(|| {
            self.documents.push((name, Document::new(actor)));
            self.documents.len() - 1
        });
        let change = self.documents[place].1.commit(NOW, write).unwrap();
        self.seal(world, name, vec![change.bytes])
    }

    pub(crate) fn seal(
        &mut self,
        world: &World,
        name: DocumentName,
        changes: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        self.seed += 1;
        let key = world.app.keys().campaign_public(world.campaign).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(self.seed);
        let payload = Payload { name, changes };
        let id = self.device.device.id;
        seal(&key, world.campaign, id, &self.signing, &payload, &mut rng).unwrap()
    }

    pub(crate) fn request(&self, world: &World, envelopes: &[&Vec<u8>]) -> SyncRequest {
        SyncRequest {
            protocol: PROTOCOL,
            campaign: world.campaign,
            device: self.device.device.id,
            sent_at: NOW - 40,
            epoch: None,
            device_report: DeviceReport::default(),
            envelopes: envelopes
                .iter()
                .map(|bytes| ByteBuf::from((*bytes).clone()))
                .collect(),
            follow: Vec::new(),
            log_end: None,
            set_aside: Vec::new(),
            reset_share: None,
            reset_wanted: None,
        }
    }

    /// An end of round, told from others by its number.
    pub(crate) fn closure(&self, number: u8) -> Closure {
        Closure {
            id: ClosureId::from_random([number; 16]),
            stamp: Stamp {
                device: self.device.device.id,
                at: NOW,
            },
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: false,
            reopened_at: None,
        }
    }
}

pub(crate) fn offer(code: &str, signing: &SigningKey) -> EnrolOffer {
    let normalised = normalise_code(code).unwrap_or_default();
    EnrolOffer {
        code: code.to_owned(),
        verifying_key: signing.verifying_key().to_bytes(),
        proof: signing.sign(&enrol_signed_bytes(&normalised)).to_bytes(),
        app_version: "1".to_owned(),
    }
}
