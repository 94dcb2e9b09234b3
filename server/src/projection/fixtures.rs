//! A small invented campaign on a temporary data folder, for tests of the server.

use crate::app::App;
use crate::config::{Clock, Config};
use crate::geolocation::LiveView;
use crate::store::{Batch, Circumstance, DataFolder, LayerStore, MasterKey, NewChange, random_id};
use crate::sync::Engine;
use geo::{LineString, MultiPolygon, Polygon};
use maraude_core::document::{Actor, DocumentName, Writer, document_id};
use maraude_core::geography::LocalFrame;
use maraude_core::model::{
    Answer, AnswerValue, Answers, Assignment, Audience, Campaign, CampaignId, CampaignKind,
    CampaignMode, Certainty, Contact, Coordinates, CountMethod, Departure, DepartureId, DeviceId,
    HeadCount, Night, Observation, ObservationId, ObservationKind, Position, PositionSource,
    RiskClass, RoundKey, Sector, SectorId, Site, SiteId, SiteKind, Stamp, Team, TeamId,
    TimestampMs,
};
use std::sync::Arc;
use tempfile::TempDir;

/// 2026-01-22T21:00:00Z.
pub(crate) const AT: TimestampMs = 1_769_115_600_000;

pub(crate) const CENTRE: Coordinates = Coordinates {
    longitude: 3.88,
    latitude: 43.61,
};

/// A place that many metres east and north of the middle of the invented town.
pub(crate) fn place(east_m: f64, north_m: f64) -> Coordinates {
    LocalFrame::around(CENTRE).coordinates([east_m, north_m])
}

/// A rectangle in the same metres.
pub(crate) fn rectangle([west, south, east, north]: [f64; 4]) -> MultiPolygon<f64> {
    let corner = |x, y| {
        let c = place(x, y);
        (c.longitude, c.latitude)
    };
    let ring = vec![
        corner(west, south),
        corner(east, south),
        corner(east, north),
        corner(west, north),
        corner(west, south),
    ];
    MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])])
}

pub(crate) fn night() -> Night {
    "2026-01-22".parse().unwrap()
}

/// A server with one campaign: two sectors side by side, two teams, each sent to its sector.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) engine: Arc<Engine>,
    pub(crate) campaign: CampaignId,
    pub(crate) clock: Clock,
    pub(crate) folder: TempDir,
}

pub(crate) fn team(number: u8) -> TeamId {
    TeamId::from_random([100 + number; 16])
}

pub(crate) fn sector(number: u8) -> SectorId {
    SectorId::from_random([120 + number; 16])
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        DataFolder::new(&data).create().unwrap();
        let clock = Clock::manual(AT);
        let app = App::open(
            Config::local(&data),
            &MasterKey::draw().unwrap(),
            clock.clone(),
        )
        .unwrap();
        let campaign = random_id(CampaignId::from_random).unwrap();
        let mut plan = Campaign::prepare(
            campaign,
            "Exercice".into(),
            CampaignKind::NightCount,
            CampaignMode::Exercise,
        );
        plan.nights = vec![night()];
        let engine = app.create_campaign(&plan).unwrap();
        let world = Self {
            app,
            engine,
            campaign,
            clock,
            folder,
        };
        world.plan(|w| {
            for number in 1..=2_u8 {
                let west = -2_000.0 + 2_000.0 * f64::from(number - 1);
                w.put_sector(&Sector {
                    id: sector(number),
                    code: format!("S{number}"),
                    name: format!("Secteur {number}"),
                    zone: None,
                    risk: RiskClass::Ordinary,
                    boundary: rectangle([west, -1_000.0, west + 2_000.0, 1_000.0]),
                });
                w.put_team(&Team {
                    id: team(number),
                    code: format!("E{number}"),
                    organisation: None,
                    professional: number == 2,
                });
                w.put_assignment(&Assignment {
                    team: team(number),
                    sector: sector(number),
                    night: night(),
                });
            }
        });
        world
    }

    /// A view of its log, over no layers, in a folder of this name.
    pub(crate) fn live(&self, name: &str) -> LiveView {
        self.live_over(Arc::new(LayerStore::in_memory().unwrap()), name)
    }

    /// The same over layers.
    pub(crate) fn live_over(&self, layers: Arc<LayerStore>, name: &str) -> LiveView {
        let runtime = self.folder.path().join(name);
        LiveView::open(self.campaign, self.engine.log().clone(), layers, &runtime).unwrap()
    }

    /// Writes in the plan.
    pub(crate) fn plan(&self, write: impl FnOnce(&mut Writer<'_>)) {
        let name = DocumentName::Plan {
            campaign: self.campaign,
        };
        self.engine.author(&name, write).unwrap();
    }

    /// Writes in the night's review.
    pub(crate) fn review(&self, write: impl FnOnce(&mut Writer<'_>)) {
        let name = DocumentName::Review {
            campaign: self.campaign,
            night: night(),
            part: 0,
        };
        self.engine.author(&name, write).unwrap();
    }

    pub(crate) fn round_key(&self, team_number: u8, sector_number: Option<u8>) -> RoundKey {
        RoundKey {
            campaign: self.campaign,
            team: team(team_number),
            sector: sector_number.map(sector),
            night: night(),
            reissue: 0,
        }
    }

    /// A tablet's change in a round, as it reaches the log.
    pub(crate) fn tablet_writes(
        &self,
        key: &RoundKey,
        device: DeviceId,
        circumstance: Option<Circumstance>,
        write: impl FnOnce(&mut Writer<'_>),
    ) {
        let name = DocumentName::Round { key: *key };
        let document = document_id(&name);
        let log = self.engine.log();
        let stored = log.changes(document).unwrap();
        let chunks: Vec<&[u8]> = stored.iter().map(|c| c.change.bytes.as_slice()).collect();
        let opening = (stored.len() as u64).to_be_bytes();
        let actor = Actor::new(device, opening);
        let mut replica = maraude_core::document::Document::load(actor, &chunks).unwrap();
        let Some(change) = replica.commit(self.clock.now(), write) else {
            return;
        };
        let batch = Batch {
            documents: vec![(document, name)],
            changes: vec![NewChange {
                document,
                hash: change.hash.0,
                device,
                carrier: device,
                organisation: None,
                received_at: self.clock.now(),
                clock_offset_ms: Some(0),
                circumstance,
                bytes: change.bytes,
            }],
            ..Batch::default()
        };
        let _ = self.engine.submit(batch).unwrap().wait().unwrap();
    }
}

pub(crate) fn device(number: u8) -> DeviceId {
    DeviceId::from_random([200 + number; 16])
}

pub(crate) fn departure(number: u8) -> Departure {
    Departure {
        id: DepartureId::from_random([number; 16]),
        stamp: Stamp {
            device: device(number),
            at: AT,
        },
        warnings: Vec::new(),
        took_over_from: None,
        walked: Vec::new(),
    }
}

/// Somebody seen in the street by a tablet.
pub(crate) fn observation(device_number: u8, number: u8, at: Coordinates) -> Observation {
    let mut answers = Answers::new();
    let street = Answer::Known(AnswerValue::Choice("street".into()));
    answers.insert("sleeping_place".into(), street);
    Observation {
        id: ObservationId::from_random([number; 16]),
        kind: ObservationKind::Individual,
        created: Stamp {
            device: device(device_number),
            at: AT + i64::from(number) * 60_000,
        },
        observed_at: AT + i64::from(number) * 60_000,
        contact: Contact::Answered,
        certainty: Certainty::Certain,
        heads: HeadCount::exactly(1),
        fix: Some(Position {
            coordinates: at,
            accuracy_m: Some(10.0),
            source: PositionSource::Fix,
            fixed_at: Some(AT + i64::from(number) * 60_000),
        }),
        pin: None,
        typed_place: None,
        local_group: None,
        site: None,
        note: None,
        organisation: None,
        answers,
        withdrawn: None,
        edited: None,
    }
}

/// A squat seen with that many people.
pub(crate) fn squat(device_number: u8, number: u8, at: Coordinates, people: u32) -> Observation {
    let mut seen = observation(device_number, number, at);
    seen.kind = ObservationKind::Site;
    seen.heads = HeadCount::between(people, people + 2, CountMethod::Declared);
    let squat = Answer::Known(AnswerValue::Choice("squat".into()));
    seen.answers = Answers::from([("site_kind".into(), squat)]);
    seen
}

/// A known squat.
pub(crate) fn known_squat(number: u8, at: Coordinates) -> Site {
    Site {
        id: SiteId::from_random([number; 16]),
        kind: SiteKind::Squat,
        code: format!("SQ{number}"),
        coordinates: at,
        audience: Audience::Everyone,
        expected: None,
        note: None,
        facts: None,
    }
}
