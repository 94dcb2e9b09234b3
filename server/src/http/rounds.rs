//! *Ce soir*: the night, live.

mod board;

use super::contract::{AskedLine, Tonight};
use super::extract::{At, view_of};
use super::observations::{account_names, name_of};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::projection::{ObservationFilter, ObservationLine, View};
use crate::store::LogPosition;
use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use board::{Board, Quarantine, Tablet};
use maraude_core::model::{CampaignId, Night, Ruling};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most quarantined items looked at.
const QUARANTINE_LENGTH: usize = 500;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/tonight", get(tonight))
}

#[derive(Debug, Deserialize)]
struct Asked {
    night: Option<Night>,
}

async fn tonight(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Tonight>, Problem> {
    let Query(asked) =
        asked.map_err(|_| Problem::malformed("The night does not read.").at("night"))?;
    let (live, position) = view_of(&app, campaign).await?;
    let tonight = app
        .blocking(move |app| assemble(&app, &live, position, asked.night))
        .await??;
    Ok(Json(tonight))
}

fn assemble(
    app: &App,
    live: &LiveView,
    position: LogPosition,
    asked: Option<Night>,
) -> Result<Tonight, Problem> {
    let view = live.view();
    let plan = view.plan()?;
    let nights = plan.campaign.as_ref().map_or(&[][..], |c| &c.nights);
    let now = app.clock().now();
    let night = asked.or_else(|| shown_night(nights, now));
    let engine = app.engine(live.campaign())?;
    let tablets = tablets(app, live.campaign())?;
    let labels: BTreeMap<_, _> = tablets.iter().map(|t| (t.id, t.label.clone())).collect();
    let quarantine = engine
        .log()
        .open_quarantine(QUARANTINE_LENGTH)?
        .into_iter()
        .map(|kept| Quarantine {
            about: labels
                .get(&kept.item.device.unwrap_or(kept.item.carrier))
                .cloned()
                .unwrap_or_default(),
            since: kept.item.received_at,
            code: kept.item.code,
        })
        .collect();
    let went_back = engine.went_back()?.map(|found| {
        let tablet = labels.get(&found.device).cloned().unwrap_or_default();
        (found.at, tablet)
    });
    let (lines, _) = match night {
        Some(night) => view.lines(&ObservationFilter {
            night: Some(night),
            ..ObservationFilter::default()
        })?,
        None => (Vec::new(), 0),
    };
    let reviewed = reviewed(app, live, position)?;
    let board = Board {
        position,
        night,
        now,
        rounds: view.rounds(night)?,
        street_lengths: view.street_lengths()?,
        overlaps: view.overlaps(night)?,
        plan,
        lines,
        tablets,
        quarantine,
        went_back,
        disk_full: engine.disk_is_full(),
        damaged: app.damaged_campaigns().into_keys().collect(),
    };
    let mut tonight = board.assemble();
    board.review(&mut tonight, &reviewed);
    tonight.asked = questions(app, &view, &board)?;
    Ok(tonight)
}

/// Questions to the teams: observations of the night whose standing ruling asks them, by team.
fn questions(app: &App, view: &View, board: &Board) -> Result<Vec<AskedLine>, Problem> {
    let asks =
        |line: &&ObservationLine| line.ruling == Some(Ruling::AskTeam) && line.observation.stands();
    let names = account_names(app)?;
    let mut asked = Vec::new();
    for line in board.lines.iter().filter(asks) {
        let rulings = view.adjudications(line.observation.id)?;
        let Some(ruling) = rulings.into_iter().rfind(|r| r.undone_at.is_none()) else {
            continue;
        };
        let mut rounds = board.rounds.iter();
        asked.push(AskedLine {
            observation: line.observation.id,
            team: line.team_code.clone(),
            outside: rounds.any(|r| r.document == line.document && r.closed_at.is_none()),
            sector: line.sector_code.clone(),
            kind: line.observation.kind,
            observed_at: line.observed_at,
            reason: ruling.reason,
            by: name_of(&names, ruling.author),
            since: ruling.decided_at,
        });
    }
    asked.sort_by(|a, b| (&a.team, a.since, a.observation).cmp(&(&b.team, b.since, b.observation)));
    Ok(asked)
}

/// The night going on, else the last one begun, else the first to come.
fn shown_night(nights: &[Night], now: i64) -> Option<Night> {
    // The border between two nights is noon: an hour of offset more or less changes nothing.
    let tonight = Night::of(now, 60);
    let begun = nights.iter().filter(|night| **night <= tonight).max();
    begun.or_else(|| nights.iter().min()).copied()
}

fn tablets(app: &App, campaign: CampaignId) -> Result<Vec<Tablet>, Problem> {
    let engine = app.engine(campaign)?;
    let went_back = engine.memories_gone_back()?;
    let full = engine.quarantines_full();
    let contacts: BTreeMap<_, _> = engine
        .contacts()
        .into_iter()
        .map(|contact| (contact.device, contact))
        .collect();
    Ok(app
        .server()
        .devices(campaign)?
        .into_iter()
        .map(|stored| {
            let contact = contacts.get(&stored.device.id);
            Tablet {
                id: stored.device.id,
                label: stored.device.label,
                team: stored.device.team,
                revoked: stored.device.revoked_at.is_some(),
                last_contact_at: contact.map(|c| c.at),
                clock_offset_ms: contact.map(|c| c.clock_offset_ms),
                unsent: contact.map_or(0, |c| c.device_report.unsent),
                battery_percent: contact.and_then(|c| c.device_report.battery_percent),
                quarantine_full_since: full.get(&stored.device.id).copied(),
                went_back: went_back.get(&stored.device.id).copied(),
            }
        })
        .collect())
}
