//! The plan, known places, rounds and decisions as typed rows.

use super::coverage::{self, StreetsWalked};
use super::lines::bodies;
use super::strands::PAPER_REISSUE;
use super::{View, ViewError};
use maraude_core::document::Plan;
use maraude_core::model::{
    Adjudication, Assignment, Campaign, Correction, Coverage, Decision, DeviceId, DocumentId,
    Night, Sector, SectorId, Site, SiteId, Team, TeamId, TimestampMs, Zone, ZoneId,
};
use rusqlite::{Connection, OptionalExtension};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The sector that stands for none: its brief is the campaign's register of known places, which
/// no team is ever sent to.
pub const REGISTER_SECTOR: SectorId = SectorId::from_bytes([0; 16]);

/// A known place in one brief.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteLine {
    /// The brief's sector.
    pub sector: SectorId,
    /// The brief's night.
    pub night: Night,
    /// The place as that brief has it.
    pub site: Site,
}

/// A round.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundLine {
    /// Its document.
    pub document: DocumentId,
    /// The team.
    pub team: TeamId,
    /// The sector; none is "hors secteur".
    pub sector: Option<SectorId>,
    /// The night.
    pub night: Night,
    /// It holds what paper sheets said.
    pub paper: bool,
    /// First departure (device clock); absent while none has arrived.
    pub departed_at: Option<TimestampMs>,
    /// Last closure that stands (device clock).
    pub closed_at: Option<TimestampMs>,
    /// The widest coverage that some tablet of the team answered when it closed the round;
    /// [`RoundLine::coverage`] says what holds.
    pub answered: Option<Coverage>,
    /// Streets of its sector declared walked; none where it declared none, or no street is known.
    pub streets: Option<StreetsWalked>,
    /// The team states that it met nobody.
    pub zero_found: bool,
    /// A tablet of another team wrote in it.
    pub other_team: bool,
    /// Something of it arrived after the campaign was locked.
    pub late: bool,
    /// Server clock.
    pub last_received_at: TimestampMs,
    /// Tablets that wrote in it.
    pub devices: Vec<DeviceId>,
}

impl View {
    /// The campaign, once its plan is here.
    pub fn campaign(&self) -> Result<Option<Campaign>, ViewError> {
        self.read(|connection| {
            let body: Option<String> = connection
                .query_row("SELECT body FROM campaign", [], |row| row.get(0))
                .optional()?;
            Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
        })
    }

    /// The whole plan.
    pub fn plan(&self) -> Result<Plan, ViewError> {
        let campaign = self.campaign()?;
        self.read(|connection| {
            let mut codes = connection.prepare("SELECT code FROM perimeter ORDER BY code")?;
            let perimeter = codes.query_map([], |row| row.get(0))?;
            Ok(Plan {
                campaign,
                perimeter: perimeter.collect::<Result<_, _>>()?,
                zones: all::<Zone>(connection, "SELECT body FROM zone ORDER BY id")?,
                sectors: sectors(connection)?,
                teams: all::<Team>(connection, "SELECT body FROM team ORDER BY code, id")?,
                assignments: assignments(connection)?,
            })
        })
    }

    /// Known places in all briefs.
    pub fn site_lines(&self) -> Result<Vec<SiteLine>, ViewError> {
        self.read(|connection| {
            let mut query = connection
                .prepare("SELECT sector, night, body FROM site ORDER BY id, night, sector")?;
            let mut rows = query.query([])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                lines.push(SiteLine {
                    sector: SectorId::from_bytes(row.get(0)?),
                    night: night(row.get(1)?)?,
                    site: serde_json::from_str(&row.get::<_, String>(2)?)?,
                });
            }
            Ok(lines)
        })
    }

    /// Known places, once each, by identifier: those of the register, or of all briefs where there
    /// is no register.
    pub fn sites(&self) -> Result<Vec<Site>, ViewError> {
        let lines = self.site_lines()?;
        let in_register = |line: &SiteLine| line.sector == REGISTER_SECTOR;
        let has_register = lines.iter().any(in_register);
        let mut known: BTreeMap<SiteId, Site> = BTreeMap::new();
        for line in lines {
            if in_register(&line) || !has_register {
                known.entry(line.site.id).or_insert(line.site);
            }
        }
        Ok(known.into_values().collect())
    }

    /// Rounds, of one night or of all.
    pub fn rounds(&self, of: Option<Night>) -> Result<Vec<RoundLine>, ViewError> {
        self.read(|connection| {
            let mut query = connection.prepare(
                "SELECT document, team, sector, night, departed_at, closed_at, coverage,
                     zero_found, other_team, late, last_received_at, devices, reissue
                 FROM round WHERE ?1 IS NULL OR night = ?1 ORDER BY document",
            )?;
            let mut rows = query.query([of.map(|night| night.to_string())])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                let answered: Option<String> = row.get(6)?;
                lines.push(RoundLine {
                    document: DocumentId::from_bytes(row.get(0)?),
                    team: TeamId::from_bytes(row.get(1)?),
                    sector: row.get::<_, Option<[u8; 16]>>(2)?.map(SectorId::from_bytes),
                    night: night(row.get(3)?)?,
                    paper: row.get::<_, u32>(12)? >= PAPER_REISSUE,
                    departed_at: row.get(4)?,
                    closed_at: row.get(5)?,
                    streets: None,
                    answered: answered
                        .map(|code| serde_json::from_value(code.into()))
                        .transpose()?,
                    zero_found: row.get(7)?,
                    other_team: row.get(8)?,
                    late: row.get(9)?,
                    last_received_at: row.get(10)?,
                    devices: serde_json::from_str(&row.get::<_, String>(11)?)?,
                });
            }
            coverage::add_streets(connection, &mut lines)?;
            Ok(lines)
        })
    }

    /// All decisions of all reviews, undone ones included, in the order they were taken.
    pub fn decisions(&self) -> Result<Vec<Decision>, ViewError> {
        let sql = "SELECT body FROM decision";
        let mut decisions = self.read(|connection| all::<Decision>(connection, sql))?;
        decisions.sort_by_key(|decision| (decision.decided_at, decision.id));
        Ok(decisions)
    }

    /// All rulings of all reviews, undone ones included, in the order they were taken.
    pub fn rulings(&self) -> Result<Vec<Adjudication>, ViewError> {
        let sql = "SELECT body FROM adjudication";
        let mut rulings = self.read(|connection| all::<Adjudication>(connection, sql))?;
        rulings.sort_by_key(|ruling| (ruling.decided_at, ruling.id));
        Ok(rulings)
    }

    /// All corrections of all reviews, undone ones included, in the order they were taken.
    pub fn all_corrections(&self) -> Result<Vec<Correction>, ViewError> {
        let sql = "SELECT body FROM correction";
        let mut corrections = self.read(|connection| all::<Correction>(connection, sql))?;
        corrections.sort_by_key(|correction| (correction.decided_at, correction.id));
        Ok(corrections)
    }

    /// Decisions in the parts of a night's review, to find the part that takes the next one.
    pub fn decisions_in(&self, document: DocumentId) -> Result<Vec<Decision>, ViewError> {
        let sql = "SELECT body FROM decision WHERE document = ?";
        self.read(|connection| bodies(connection, sql, document.as_bytes()))
    }

    /// The last position of a document, 0 when the view has none.
    pub fn document_position(&self, document: DocumentId) -> Result<u64, ViewError> {
        self.read(|connection| {
            let position = connection
                .query_row(
                    "SELECT last_position FROM document WHERE id = ?",
                    [document.as_bytes()],
                    |row| row.get::<_, i64>(0),
                )
                .optional()?;
            Ok(position.unwrap_or(0) as u64)
        })
    }
}

fn night(text: String) -> Result<Night, ViewError> {
    Ok(serde_json::from_value(text.into())?)
}

fn all<T: DeserializeOwned>(connection: &Connection, sql: &str) -> Result<Vec<T>, ViewError> {
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
    }
    Ok(found)
}

fn sectors(connection: &Connection) -> Result<Vec<Sector>, ViewError> {
    let mut query = connection
        .prepare("SELECT id, code, name, zone, risk, boundary FROM sector ORDER BY code, id")?;
    let mut rows = query.query([])?;
    let mut sectors = Vec::new();
    while let Some(row) = rows.next()? {
        let risk: String = row.get(4)?;
        let boundary: String = row.get(5)?;
        sectors.push(Sector {
            id: SectorId::from_bytes(row.get(0)?),
            code: row.get(1)?,
            name: row.get(2)?,
            zone: row.get::<_, Option<[u8; 16]>>(3)?.map(ZoneId::from_bytes),
            risk: serde_json::from_value(risk.into())?,
            boundary: boundary
                .parse::<geojson::Geometry>()
                .ok()
                .and_then(|geometry| geo::MultiPolygon::try_from(geometry).ok())
                .unwrap_or_else(|| geo::MultiPolygon(Vec::new())),
        });
    }
    Ok(sectors)
}

fn assignments(connection: &Connection) -> Result<Vec<Assignment>, ViewError> {
    let mut query = connection
        .prepare("SELECT team, sector, night FROM assignment ORDER BY night, team, sector")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Assignment {
            team: TeamId::from_bytes(row.get(0)?),
            sector: SectorId::from_bytes(row.get(1)?),
            night: night(row.get(2)?)?,
        });
    }
    Ok(found)
}
