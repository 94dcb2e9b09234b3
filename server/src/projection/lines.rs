//! Observations as the console, linkage and publication read them: the model's value with what
//! the log, the plan, the review and geolocation know of it.

use super::apply::json;
use super::strands::{Of, Standings};
use super::{Standing, Unit, View, ViewError, unit_of};
use maraude_core::geography::Membership;
use maraude_core::model::{
    Adjudication, Correction, DocumentId, Issue, Night, Observation, ObservationId, Position,
    Ruling, SectorId, SiteId, TeamId, TimestampMs, ZoneId,
};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The area of a layer that holds a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaRef {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How surely.
    pub membership: Membership,
}

/// The sector of the plan that holds a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectorRef {
    /// Its identifier.
    pub id: SectorId,
    /// Its code.
    pub code: String,
    /// Its zone.
    pub zone: Option<ZoneId>,
    /// How surely.
    pub membership: Membership,
}

/// Where an observation is, as geolocation resolved it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacementRow {
    /// The line of the figure it belongs to.
    pub unit: Unit,
    /// The position believed.
    pub position: Option<Position>,
    /// Why that one: `correction`, `pin`, `fix`, `site`, `none`.
    pub reason: String,
    /// The commune.
    pub commune: Option<AreaRef>,
    /// The commune is counted by the campaign, or no commune is imported.
    pub in_perimeter: bool,
    /// The quartier.
    pub quartier: Option<AreaRef>,
    /// The part of a quartier.
    pub sous_quartier: Option<AreaRef>,
    /// The imported zone.
    pub zone: Option<AreaRef>,
    /// The plan's sector.
    pub sector: Option<SectorRef>,
    /// The known place it is about.
    pub site: Option<SiteId>,
    /// What is odd: `outside`, `swapped`, `null-island`, `imprecise`, `stale`, `speed`, `none`.
    pub oddities: Vec<String>,
}

/// One observation with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservationLine {
    /// Its document.
    pub document: DocumentId,
    /// Itself.
    pub observation: Observation,
    /// The team.
    pub team: TeamId,
    /// Its code; the identifier's beginning while the plan does not name it.
    pub team_code: String,
    /// The sector of the round; none is "hors secteur".
    pub sector: Option<SectorId>,
    /// Its code.
    pub sector_code: Option<String>,
    /// The night.
    pub night: Night,
    /// When the people were seen, corrected by the tablet's clock offset.
    pub observed_at: TimestampMs,
    /// When its last change reached the server.
    pub changed_at: TimestampMs,
    /// Made after the campaign was locked.
    pub late: bool,
    /// The plan does not send this team to this sector that night.
    pub unplanned: bool,
    /// Fields with two values.
    pub conflicts: u32,
    /// Read by the coordination since its last change.
    pub read: bool,
    /// The standing ruling, the newest.
    pub ruling: Option<Ruling>,
    /// Whether its strand counts, where its sector was recorded more than once.
    pub standing: Standing,
    /// Where it is; absent until geolocation has seen it.
    pub placement: Option<PlacementRow>,
}

impl ObservationLine {
    /// The line of the figure it belongs to.
    pub fn unit(&self) -> Unit {
        self.placement
            .as_ref()
            .map_or(Unit::None, |placement| placement.unit)
    }

    /// `late`, `unplanned`, or none.
    pub fn set_apart(&self) -> Option<&'static str> {
        if self.late {
            Some("late")
        } else if self.unplanned {
            Some("unplanned")
        } else {
            None
        }
    }
}

/// Which observations; everything when nothing is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObservationFilter {
    /// This one.
    pub id: Option<ObservationId>,
    /// Of this night.
    pub night: Option<Night>,
    /// Of the team with this code.
    pub team: Option<String>,
    /// Of rounds in the sector with this code.
    pub sector: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// On this line of the figure.
    pub unit: Option<Unit>,
    /// Whose contact went so.
    pub contact: Option<String>,
    /// Of this certainty.
    pub certainty: Option<String>,
    /// Set apart as `late`, `unplanned` or either (`any`).
    pub set_apart: Option<String>,
    /// Taken back, or not.
    pub withdrawn: Option<bool>,
    /// With conflicts, or without.
    pub conflicts: Option<bool>,
    /// With an odd place, or without.
    pub odd: Option<bool>,
    /// Read by the coordination, or not.
    pub read: Option<bool>,
    /// At most so many; 0 means all.
    pub limit: u32,
    /// Leaving out so many.
    pub offset: u32,
}

const SELECT: &str = "
WITH line AS (
    SELECT o.document, o.id, o.body, round.team, round.sector, round.night, o.observed_at,
        o.changed_at, o.late, o.conflicts, o.kind, o.contact, o.certainty, o.withdrawn,
        (SELECT code FROM team WHERE team.id = round.team) AS team_code,
        (SELECT code FROM sector WHERE sector.id = round.sector) AS sector_code,
        (o.other_team OR (round.sector IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM assignment a WHERE a.team = round.team
                AND a.night = round.night AND a.sector = round.sector))) AS unplanned,
        EXISTS (SELECT 1 FROM read_mark r
            WHERE r.observation = o.id AND r.at >= o.changed_at) AS read,
        p.unit, p.odd, p.body AS placement
    FROM observation o
    JOIN round ON round.document = o.document
    LEFT JOIN placement p ON p.document = o.document AND p.observation = o.id
)";

impl View {
    /// Observations that pass a filter, newest first, and how many pass it without its limit.
    pub fn lines(
        &self,
        filter: &ObservationFilter,
    ) -> Result<(Vec<ObservationLine>, u32), ViewError> {
        let (clause, values) = clause(filter);
        self.read(|connection| {
            let rulings = rulings(connection)?;
            let of = match (filter.id, filter.night) {
                (Some(id), _) => Of::Observation(id),
                (None, Some(night)) => Of::Night(night),
                (None, None) => Of::Everything,
            };
            let standings = Standings::read(connection, of, &rulings)?;
            let total = connection.query_row(
                &format!("{SELECT} SELECT count(*) FROM line WHERE {clause}"),
                rusqlite::params_from_iter(values.iter()),
                |row| row.get(0),
            )?;
            let limit = if filter.limit == 0 {
                "-1".to_owned()
            } else {
                filter.limit.to_string()
            };
            let mut query = connection.prepare(&format!(
                "{SELECT} SELECT document, body, team, sector, night, observed_at, changed_at,
                     late, conflicts, team_code, sector_code, unplanned, read, placement
                 FROM line WHERE {clause} ORDER BY observed_at DESC, id
                 LIMIT {limit} OFFSET {}",
                filter.offset
            ))?;
            let mut rows = query.query(rusqlite::params_from_iter(values.iter()))?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                lines.push(line(row, &rulings, &standings)?);
            }
            Ok((lines, total))
        })
    }

    /// Rulings on an observation, oldest first, undone ones included.
    pub fn adjudications(&self, id: ObservationId) -> Result<Vec<Adjudication>, ViewError> {
        let sql = "SELECT body FROM adjudication WHERE observation = ?";
        let mut found: Vec<Adjudication> = self.read(|c| bodies(c, sql, id.as_bytes()))?;
        found.sort_by_key(|ruling| (ruling.decided_at, ruling.id));
        Ok(found)
    }

    /// Corrections of an observation, oldest first, undone ones included.
    pub fn corrections(&self, id: ObservationId) -> Result<Vec<Correction>, ViewError> {
        let sql = "SELECT body FROM correction WHERE observation = ?";
        let mut found: Vec<Correction> = self.read(|c| bodies(c, sql, id.as_bytes()))?;
        found.sort_by_key(|correction| (correction.decided_at, correction.id));
        Ok(found)
    }

    /// Oddities of an observation's entry.
    pub fn issues(&self, document: DocumentId, id: ObservationId) -> Result<Vec<Issue>, ViewError> {
        self.read(|connection| {
            let mut query = connection.prepare(
                "SELECT body FROM issue WHERE document = ? AND key = ? ORDER BY ordinal",
            )?;
            let key = format!("observation:{id}");
            let mut rows = query.query(params![document.as_bytes(), key])?;
            let mut issues = Vec::new();
            while let Some(row) = rows.next()? {
                issues.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
            }
            Ok(issues)
        })
    }

    /// Rounds that hold an observation.
    pub fn rounds_with(&self, observation: ObservationId) -> Result<Vec<DocumentId>, ViewError> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT document FROM observation WHERE id = ?")?;
            let rows = query.query_map([observation.as_bytes()], |row| row.get(0))?;
            let ids: Result<Vec<[u8; 16]>, _> = rows.collect();
            Ok(ids?.into_iter().map(DocumentId::from_bytes).collect())
        })
    }

    /// Replaces the placements of a round's observations.
    pub fn put_placements(
        &self,
        document: DocumentId,
        placements: &[(ObservationId, PlacementRow)],
    ) -> Result<(), ViewError> {
        self.write(|connection| {
            let id = document.as_bytes();
            connection.execute("DELETE FROM placement WHERE document = ?", [id])?;
            let mut insert = connection.prepare_cached(
                "INSERT INTO placement (document, observation, unit, odd, body)
                 VALUES (?, ?, ?, ?, ?)",
            )?;
            for (observation, placement) in placements {
                insert.execute(params![
                    id,
                    observation.as_bytes(),
                    placement.unit.code(),
                    !placement.oddities.is_empty(),
                    json(placement)?
                ])?;
            }
            Ok(())
        })
    }

    /// The line of the figure an observation belongs to, given the known place it is about.
    pub fn unit_with(
        &self,
        observation: &Observation,
        known: Option<maraude_core::model::SiteKind>,
    ) -> Result<Unit, ViewError> {
        let campaign = self.campaign()?;
        let version = campaign.map_or_else(String::new, |campaign| campaign.questionnaire);
        Ok(unit_of(observation, &version, known))
    }
}

fn clause(filter: &ObservationFilter) -> (String, Vec<Value>) {
    let mut parts = vec!["1".to_owned()];
    let mut values = Vec::new();
    let mut equal = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            parts.push(format!("{column} = ?"));
            values.push(value);
        }
    };
    let text = |value: &Option<String>| value.clone().map(Value::Text);
    let flag = |value: Option<bool>| value.map(|set| Value::Integer(i64::from(set)));
    equal(
        "id",
        filter.id.map(|id| Value::Blob(id.as_bytes().to_vec())),
    );
    equal(
        "night",
        filter.night.map(|night| Value::Text(night.to_string())),
    );
    equal("team_code", text(&filter.team));
    equal("sector_code", text(&filter.sector));
    equal("kind", text(&filter.kind));
    equal(
        "unit",
        filter.unit.map(|unit| Value::Text(unit.code().into())),
    );
    equal("contact", text(&filter.contact));
    equal("certainty", text(&filter.certainty));
    equal("withdrawn", flag(filter.withdrawn));
    equal("(conflicts > 0)", flag(filter.conflicts));
    equal("coalesce(odd, 0)", flag(filter.odd));
    equal("read", flag(filter.read));
    match filter.set_apart.as_deref() {
        Some("any") => equal("(late OR unplanned)", flag(Some(true))),
        Some("late") => equal("late", flag(Some(true))),
        Some("unplanned") => {
            equal("unplanned", flag(Some(true)));
            equal("late", flag(Some(false)));
        }
        _ => {}
    }
    (parts.join(" AND "), values)
}

fn line(
    row: &Row<'_>,
    rulings: &BTreeMap<ObservationId, Ruling>,
    standings: &Standings,
) -> Result<ObservationLine, ViewError> {
    let observation: Observation = serde_json::from_str(&row.get::<_, String>(1)?)?;
    let document = DocumentId::from_bytes(row.get(0)?);
    let team = TeamId::from_bytes(row.get(2)?);
    let night: String = row.get(4)?;
    let placement: Option<String> = row.get(13)?;
    Ok(ObservationLine {
        document,
        team,
        team_code: row
            .get::<_, Option<String>>(9)?
            .unwrap_or_else(|| short(team)),
        sector: row.get::<_, Option<[u8; 16]>>(3)?.map(SectorId::from_bytes),
        sector_code: row.get(10)?,
        night: serde_json::from_value(night.into())?,
        observed_at: row.get(5)?,
        changed_at: row.get(6)?,
        late: row.get(7)?,
        unplanned: row.get(11)?,
        conflicts: row.get(8)?,
        read: row.get(12)?,
        ruling: rulings.get(&observation.id).copied(),
        standing: standings.of(document, observation.created.device),
        placement: placement
            .map(|body| serde_json::from_str(&body))
            .transpose()?,
        observation,
    })
}

/// A team the plan does not name, by the beginning of its identifier.
pub(super) fn short(team: TeamId) -> String {
    team.to_string().chars().take(8).collect()
}

pub(super) fn rulings(
    connection: &Connection,
) -> Result<BTreeMap<ObservationId, Ruling>, ViewError> {
    let mut query = connection.prepare("SELECT body FROM adjudication")?;
    let mut rows = query.query([])?;
    let mut newest: BTreeMap<ObservationId, Adjudication> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let ruling: Adjudication = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if ruling.undone_at.is_some() {
            continue;
        }
        let older = newest
            .get(&ruling.observation)
            .is_none_or(|known| (known.decided_at, known.id) < (ruling.decided_at, ruling.id));
        if older {
            newest.insert(ruling.observation, ruling);
        }
    }
    let standing = newest.into_iter().map(|(id, ruling)| (id, ruling.ruling));
    Ok(standing.collect())
}

/// The `body` column of the rows under one identifier.
pub(super) fn bodies<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: &[u8; 16],
) -> Result<Vec<T>, ViewError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
    }
    Ok(found)
}
