//! One document's rows, replaced whole: reading the same document twice writes the same rows.

use super::coverage::width;
use super::source::{Arrival, SourceDocument};
use super::{Touched, ViewError, sealed, strands};
use crate::store::Circumstance;
use maraude_core::document::{DocumentName, read_brief, read_plan, read_review, read_round};
use maraude_core::form::{questionnaire, recounted};
use maraude_core::model::{
    CorrectionKind, DocumentId, Issue, IssueCode, Night, Observation, Round, RoundKey, SectorId,
    TimestampMs,
};
use rusqlite::{Transaction, params};
use serde::Serialize;
use std::collections::BTreeSet;

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, ViewError> {
    Ok(serde_json::to_string(value)?)
}

/// A unit variant's name, without quotes.
pub(super) fn code(value: &impl Serialize) -> Result<String, ViewError> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// Replaces all rows of a document.
pub(super) fn document(
    t: &Transaction<'_>,
    source: &SourceDocument,
    touched: &mut Touched,
) -> Result<(), ViewError> {
    t.execute(
        "INSERT INTO document (id, kind, name, changes, last_position, last_received_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET changes = excluded.changes,
             last_position = excluded.last_position, last_received_at = excluded.last_received_at",
        params![
            source.id.as_bytes(),
            code(&source.name.kind())?,
            json(&source.name)?,
            source.change_count() as i64,
            source.last_position as i64,
            source.last_received_at(),
        ],
    )?;
    let issues = match source.name {
        DocumentName::Plan { .. } => {
            touched.ground = true;
            plan(t, source)?
        }
        DocumentName::Brief { sector, night, .. } => {
            touched.ground = true;
            brief(t, source, sector, night)?
        }
        DocumentName::Round { key } => {
            touched.rounds.insert(source.id);
            round(t, source, &key)?
        }
        DocumentName::Review { .. } => review(t, source, touched)?,
    };
    put_issues(t, source.id, &issues)
}

fn clear(t: &Transaction<'_>, document: DocumentId, tables: &[&str]) -> Result<(), ViewError> {
    for table in tables {
        let sql = format!("DELETE FROM {table} WHERE document = ?");
        t.prepare_cached(&sql)?.execute([document.as_bytes()])?;
    }
    Ok(())
}

fn put_issues(t: &Transaction<'_>, id: DocumentId, issues: &[Issue]) -> Result<(), ViewError> {
    clear(t, id, &["issue"])?;
    let mut insert = t.prepare_cached(
        "INSERT INTO issue (document, ordinal, key, code, body) VALUES (?, ?, ?, ?, ?)",
    )?;
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort();
    for (n, issue) in sorted.into_iter().enumerate() {
        insert.execute(params![
            id.as_bytes(),
            n as i64,
            issue.key,
            code(&issue.code)?,
            json(issue)?
        ])?;
    }
    Ok(())
}

fn plan(t: &Transaction<'_>, source: &SourceDocument) -> Result<Vec<Issue>, ViewError> {
    let tables = [
        "campaign",
        "perimeter",
        "zone",
        "sector",
        "team",
        "assignment",
    ];
    clear(t, source.id, &tables)?;
    let id = source.id.as_bytes();
    let (plan, issues) = read_plan(&source.document);
    if let Some(campaign) = &plan.campaign {
        t.execute(
            "INSERT INTO campaign (document, body) VALUES (?, ?)",
            params![id, json(campaign)?],
        )?;
    }
    for commune in &plan.perimeter {
        t.execute(
            "INSERT OR IGNORE INTO perimeter (document, code) VALUES (?, ?)",
            params![id, commune],
        )?;
    }
    for zone in &plan.zones {
        t.execute(
            "INSERT INTO zone (document, id, body) VALUES (?, ?, ?)",
            params![id, zone.id.as_bytes(), json(zone)?],
        )?;
    }
    for sector in &plan.sectors {
        let boundary = geojson::GeometryValue::from(&sector.boundary).to_string();
        t.execute(
            "INSERT INTO sector (document, id, code, name, zone, risk, boundary)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                sector.id.as_bytes(),
                sector.code,
                sector.name,
                sector.zone.map(|zone| *zone.as_bytes()),
                code(&sector.risk)?,
                boundary
            ],
        )?;
    }
    for team in &plan.teams {
        t.execute(
            "INSERT INTO team (document, id, code, body) VALUES (?, ?, ?, ?)",
            params![id, team.id.as_bytes(), team.code, json(team)?],
        )?;
    }
    for sent in &plan.assignments {
        t.execute(
            "INSERT OR IGNORE INTO assignment (document, team, sector, night) VALUES (?, ?, ?, ?)",
            params![
                id,
                sent.team.as_bytes(),
                sent.sector.as_bytes(),
                sent.night.to_string()
            ],
        )?;
    }
    Ok(issues)
}

fn brief(
    t: &Transaction<'_>,
    source: &SourceDocument,
    sector: SectorId,
    night: Night,
) -> Result<Vec<Issue>, ViewError> {
    clear(t, source.id, &["site"])?;
    let (brief, issues) = read_brief(&source.document);
    for site in &brief.sites {
        t.execute(
            "INSERT INTO site (document, id, sector, night, body) VALUES (?, ?, ?, ?, ?)",
            params![
                source.id.as_bytes(),
                site.id.as_bytes(),
                sector.as_bytes(),
                night.to_string(),
                json(site)?
            ],
        )?;
    }
    Ok(issues)
}

fn round(
    t: &Transaction<'_>,
    source: &SourceDocument,
    key: &RoundKey,
) -> Result<Vec<Issue>, ViewError> {
    clear(
        t,
        source.id,
        &["round", "walked", "strand", "observation", "sealed"],
    )?;
    let (mut round, mut issues) = read_round(&source.document, source.id);
    let form = questionnaire("");
    sealed::leave_out(form, &mut issues);
    let mut held_back = BTreeSet::new();
    for observation in &mut round.observations {
        *observation = recounted(form, observation.clone());
        if sealed::is_opposed(form, &source.opposed, observation) {
            held_back.insert(observation.id);
            *observation = sealed::as_declined(observation);
        }
        sealed::set_apart(t, source.id, form, observation)?;
    }
    issues.retain(|issue| {
        let id = issue.key.strip_prefix("observation:");
        let id = id.and_then(|id| id.parse().ok());
        !id.is_some_and(|id| held_back.contains(&id))
    });
    put_round(t, source, key, &round)?;
    let arrivals = source.arrivals_by_entry();
    strands::put(t, key, &round, &|id| {
        let arrived = arrivals.get(&format!("observation:{id}"));
        let first = arrived.and_then(|all| all.iter().map(|a| a.received_at).min());
        first.unwrap_or(0)
    })?;
    let offsets = source.clock_offsets();
    let mut insert = t.prepare_cached(
        "INSERT INTO observation (document, id, kind, contact, certainty, withdrawn, observed_at,
             received_at, changed_at, clock_offset_ms, late, other_team, conflicts, held_back, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for observation in &round.observations {
        let key = format!("observation:{}", observation.id);
        let arrived = arrivals.get(&key).map_or(&[][..], Vec::as_slice);
        let offset = offsets.get(&observation.created.device).copied();
        let conflicts = issues
            .iter()
            .filter(|issue| issue.code == IssueCode::Conflict && issue.key == key);
        insert.execute(params![
            source.id.as_bytes(),
            observation.id.as_bytes(),
            code(&observation.kind)?,
            code(&observation.contact)?,
            code(&observation.certainty)?,
            !observation.stands(),
            corrected(observation, offset),
            arrived.iter().map(|a| a.received_at).min().unwrap_or(0),
            arrived.iter().map(|a| a.received_at).max().unwrap_or(0),
            offset,
            made_in(arrived, Circumstance::AfterLock),
            made_in(arrived, Circumstance::OtherTeam),
            conflicts.count() as i64,
            held_back.contains(&observation.id),
            json(observation)?,
        ])?;
    }
    Ok(issues)
}

/// When the people were seen, by the server's clock.
fn corrected(observation: &Observation, offset: Option<i64>) -> TimestampMs {
    observation.observed_at.saturating_sub(offset.unwrap_or(0))
}

/// The entry was made in that circumstance, not only edited in it.
fn made_in(arrived: &[Arrival], circumstance: Circumstance) -> bool {
    arrived
        .first()
        .is_some_and(|arrival| arrival.circumstance == Some(circumstance))
}

fn put_round(
    t: &Transaction<'_>,
    source: &SourceDocument,
    key: &RoundKey,
    round: &Round,
) -> Result<(), ViewError> {
    let open = round.departures.iter().map(|d| d.stamp.at).min();
    let standing = round.closures.iter().filter(|c| c.reopened_at.is_none());
    let closed_at = standing.clone().map(|c| c.stamp.at).max();
    let coverage = standing
        .clone()
        .map(|c| c.coverage)
        .min_by_key(|c| width(*c));
    let zero_found = standing.clone().any(|c| c.zero_found);
    let mut devices: Vec<_> = round.devices().collect();
    devices.extend(round.observations.iter().map(|o| o.created.device));
    devices.sort_unstable();
    devices.dedup();
    t.execute(
        "INSERT INTO round (document, team, sector, night, reissue, departed_at, closed_at,
             coverage, zero_found, other_team, late, last_received_at, devices)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            source.id.as_bytes(),
            key.team.as_bytes(),
            key.sector.map(|sector| *sector.as_bytes()),
            key.night.to_string(),
            key.reissue,
            open,
            closed_at,
            coverage.map(|c| code(&c)).transpose()?,
            zero_found,
            source.has(Circumstance::OtherTeam),
            source.has(Circumstance::AfterLock),
            source.last_received_at(),
            json(&devices)?,
        ],
    )?;
    let mut insert = t.prepare_cached("INSERT INTO walked (document, street) VALUES (?, ?)")?;
    for street in round.walked() {
        insert.execute(params![source.id.as_bytes(), street])?;
    }
    Ok(())
}

fn review(
    t: &Transaction<'_>,
    source: &SourceDocument,
    touched: &mut Touched,
) -> Result<Vec<Issue>, ViewError> {
    let id = source.id.as_bytes();
    let mut before = t.prepare_cached("SELECT observation FROM correction WHERE document = ?")?;
    for row in before.query_map([id], |row| row.get::<_, [u8; 16]>(0))? {
        let observation = maraude_core::model::ObservationId::from_bytes(row?);
        touched.corrected.insert(observation);
    }
    clear(
        t,
        source.id,
        &["decision", "adjudication", "correction", "read_mark"],
    )?;
    let (review, issues) = read_review(&source.document);
    for decision in &review.decisions {
        t.prepare_cached("INSERT INTO decision (document, id, body) VALUES (?, ?, ?)")?
            .execute(params![id, decision.id.as_bytes(), json(decision)?])?;
    }
    for ruling in &review.adjudications {
        let sql = "INSERT INTO adjudication (document, id, observation, body) VALUES (?, ?, ?, ?)";
        let observation = ruling.observation.as_bytes();
        t.prepare_cached(sql)?.execute(params![
            id,
            ruling.id.as_bytes(),
            observation,
            json(ruling)?
        ])?;
    }
    for correction in &review.corrections {
        let sql = "INSERT INTO correction (document, id, observation, body) VALUES (?, ?, ?, ?)";
        let observation = correction.observation.as_bytes();
        let (own, body) = (correction.id.as_bytes(), json(correction)?);
        t.prepare_cached(sql)?
            .execute(params![id, own, observation, body])?;
        if matches!(
            correction.kind,
            CorrectionKind::Place(_) | CorrectionKind::Sector(_)
        ) {
            touched.corrected.insert(correction.observation);
        }
    }
    for (observation, at) in &review.read {
        let sql = "INSERT INTO read_mark (document, observation, at) VALUES (?, ?, ?)";
        t.prepare_cached(sql)?
            .execute(params![id, observation.as_bytes(), at])?;
    }
    Ok(issues)
}
