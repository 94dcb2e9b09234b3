//! Observations: the table with its filters, and one with its history and conflicts.

use super::contract::{
    AdjudicationEntry, CorrectionEntry, HistoryEntry, NearPlace, ObservationDetail,
    ObservationPage, ObservationRow,
};
use super::extract::{At, view_of};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::projection::{ObservationFilter, ObservationLine, Unit};
use crate::review::Reviewed;
use crate::store::former_servers;
use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::document::Document;
use maraude_core::model::{AccountId, CampaignId, Coordinates, DeviceId, Night, ObservationId};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most rows of a page.
const PAGE_ROWS: u32 = 200;

/// What the server's own changes are called in a history.
const COORDINATION: &str = "coordination";

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/observations", get(page))
        .route(
            "/api/campaigns/{campaign}/observations/{observation}",
            get(detail),
        )
}

/// The filters of the table, as its query.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    night: Option<Night>,
    team: Option<String>,
    sector: Option<String>,
    kind: Option<String>,
    unit: Option<String>,
    contact: Option<String>,
    certainty: Option<String>,
    doubtful: Option<bool>,
    set_apart: Option<bool>,
    outliers: Option<bool>,
    conflicts: Option<bool>,
    unread: Option<bool>,
    withdrawn: Option<bool>,
    offset: Option<u32>,
}

async fn page(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ObservationPage>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::malformed("The filters do not read."))?;
    let filter = filter_of(asked)?;
    let (live, position) = view_of(&app, campaign).await?;
    let page = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let (lines, total) = live.view().lines(&filter)?;
            let rows = lines.iter().map(|line| row(line, &reviewed)).collect();
            Ok::<_, Problem>(ObservationPage {
                position,
                total,
                rows,
            })
        })
        .await??;
    Ok(Json(page))
}

fn filter_of(asked: Asked) -> Result<ObservationFilter, Problem> {
    let unit = match asked.unit.as_deref() {
        None => None,
        Some(code) => Some(Unit::of_code(code).ok_or_else(|| {
            Problem::malformed("There is no such line of the figure.").at("unit")
        })?),
    };
    let doubtful = asked
        .doubtful
        .unwrap_or(false)
        .then(|| "doubtful".to_owned());
    Ok(ObservationFilter {
        night: asked.night,
        team: asked.team,
        sector: asked.sector,
        kind: asked.kind,
        unit,
        contact: asked.contact,
        certainty: doubtful.or(asked.certainty),
        set_apart: asked.set_apart.unwrap_or(false).then(|| "any".to_owned()),
        withdrawn: asked.withdrawn,
        conflicts: asked.conflicts.filter(|set| *set),
        odd: asked.outliers.filter(|set| *set),
        read: asked.unread.filter(|set| *set).map(|_| false),
        limit: PAGE_ROWS,
        offset: asked.offset.unwrap_or(0),
        ..ObservationFilter::default()
    })
}

/// A line of the table.
pub(super) fn row(line: &ObservationLine, reviewed: &Reviewed) -> ObservationRow {
    let observation = &line.observation;
    let placement = line.placement.as_ref();
    let sector = placement.and_then(|p| p.sector.as_ref());
    let commune = placement.and_then(|p| p.commune.as_ref());
    let membership = sector
        .map(|held| held.membership)
        .or(commune.map(|held| held.membership));
    ObservationRow {
        id: observation.id,
        kind: observation.kind,
        unit: line.unit().code().to_owned(),
        contact: observation.contact,
        certainty: observation.certainty,
        heads: observation.heads,
        team: line.team_code.clone(),
        sector: line.sector_code.clone(),
        night: line.night,
        observed_at: line.observed_at,
        commune: commune.map(|held| held.name.clone()),
        placed_sector: sector.map(|held| held.code.clone()),
        membership: membership.map(|how| how.code().to_owned()),
        outliers: placement.map_or_else(Vec::new, |p| p.oddities.clone()),
        set_apart: line.set_apart().map(str::to_owned),
        withdrawn: !observation.stands(),
        conflicts: line.conflicts,
        read: line.read,
        cluster_size: reviewed.cluster_size(observation.id),
    }
}

async fn detail(
    State(app): State<App>,
    At((campaign, observation)): At<(CampaignId, ObservationId)>,
) -> Result<Json<ObservationDetail>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let detail = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            describe(&app, &live, &reviewed, observation)
        })
        .await??;
    Ok(Json(detail))
}

fn describe(
    app: &App,
    live: &LiveView,
    reviewed: &Reviewed,
    id: ObservationId,
) -> Result<ObservationDetail, Problem> {
    let view = live.view();
    let filter = ObservationFilter {
        id: Some(id),
        ..ObservationFilter::default()
    };
    let (lines, _) = view.lines(&filter)?;
    let line = lines.into_iter().next().ok_or_else(Problem::not_found)?;
    let names = account_names(app)?;
    let placement = line.placement.as_ref();
    Ok(ObservationDetail {
        row: row(&line, reviewed),
        position: placement.and_then(|p| p.position),
        position_reason: placement.map_or_else(|| "none".to_owned(), |p| p.reason.clone()),
        near: placement
            .and_then(|p| p.position)
            .and_then(|position| near_place(live, position.coordinates)),
        issues: view.issues(line.document, id)?,
        history: history(app, live.campaign(), &line)?,
        adjudications: view
            .adjudications(id)?
            .into_iter()
            .map(|ruling| AdjudicationEntry {
                id: ruling.id,
                ruling: ruling.ruling,
                reason: ruling.reason,
                by: name_of(&names, ruling.author),
                at: ruling.decided_at,
                undone: ruling.undone_at.is_some(),
            })
            .collect(),
        corrections: view
            .corrections(id)?
            .into_iter()
            .map(|correction| CorrectionEntry {
                id: correction.id,
                reason: correction.reason,
                by: name_of(&names, correction.author),
                at: correction.decided_at,
                undone: correction.undone_at.is_some(),
            })
            .collect(),
        typed_place: line.observation.typed_place,
        note: line.observation.note,
        answers: line.observation.answers,
    })
}

fn history(
    app: &App,
    campaign: CampaignId,
    line: &ObservationLine,
) -> Result<Vec<HistoryEntry>, Problem> {
    let engine = app.engine(campaign)?;
    let key = format!("observation:{}", line.observation.id);
    let versions = engine.read(line.document, |document: &Document| document.history(&key))?;
    let labels: BTreeMap<DeviceId, String> = app
        .server()
        .devices(campaign)?
        .into_iter()
        .map(|stored| (stored.device.id, stored.device.label))
        .collect();
    // The coordination wrote through this server, or through one that the campaign was on before.
    let mut own = former_servers(&**engine.log())?;
    own.push(engine.server_device());
    Ok(versions
        .into_iter()
        .map(|version| HistoryEntry {
            at: version.at,
            by: match labels.get(&version.device) {
                _ if own.contains(&version.device) => COORDINATION.to_owned(),
                Some(label) => label.clone(),
                None => version.device.to_string().chars().take(8).collect(),
            },
            fields: version.fields.into_keys().collect(),
        })
        .collect())
}

/// What a place is near to, in words.
pub(super) fn near_place(live: &LiveView, at: Coordinates) -> Option<NearPlace> {
    let near = live.ground().near_to(at)?;
    Some(NearPlace {
        kind: near.kind.code().to_owned(),
        label: near.label,
        distance_m: near.distance_m.round(),
    })
}

/// Names of all accounts.
pub(super) fn account_names(app: &App) -> Result<BTreeMap<AccountId, String>, Problem> {
    let accounts = app.server().accounts()?;
    Ok(accounts
        .into_iter()
        .map(|account| (account.id, account.name))
        .collect())
}

/// An account's name, or the beginning of its identifier once it is gone.
pub(super) fn name_of(names: &BTreeMap<AccountId, String>, id: AccountId) -> String {
    names
        .get(&id)
        .cloned()
        .unwrap_or_else(|| id.to_string().chars().take(8).collect())
}
