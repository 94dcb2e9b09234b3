//! *Indicateurs*: people by unit and by trait, contacts, coverage.

use super::contract::{
    ContactRow, CoverageRow, IndicatorBoard, IndicatorRow, IndicatorTable, SectorCoverage,
};
use super::extract::{At, view_of};
use super::guard::Analyst;
use super::problem::Problem;
use super::releases::{NO_PLAN, settings};
use super::review::reviewed;
use crate::app::App;
use crate::publication::{Indicators, Past, Reader, Row, Sources, indicators, prepare, releases};
use crate::store::{LogPosition, Role};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use maraude_observatory::disclosure::{Settings, Stage};
use maraude_observatory::typology;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/indicators", get(board))
}

async fn board(
    State(app): State<App>,
    Analyst(account): Analyst,
    At(campaign): At<CampaignId>,
) -> Result<Json<IndicatorBoard>, Problem> {
    let reader = match account.role {
        Role::Coordinator => Reader::Coordination,
        _ => Reader::Figures,
    };
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            if reader == Reader::Figures {
                app.goes_on_here(campaign)?;
            }
            let past = app.past(campaign)?;
            let settings = settings(&app, campaign, &past)?;
            let (view, ground) = (live.view(), live.ground());
            let reviewed = reviewed(&app, &live, position)?;
            let sources = Sources {
                view: &view,
                ground: &ground,
                reviewed: &reviewed,
            };
            let prepared = prepare(sources, &settings)?.ok_or(NO_PLAN)?;
            let found = indicators(sources, &prepared, &settings, reader)?;
            written(found, (reviewed.position, reader), &settings, &past)
        })
        .await??;
    Ok(Json(told))
}

fn written(
    of: Indicators,
    (position, reader): (LogPosition, Reader),
    settings: &Settings,
    past: &Past,
) -> Result<IndicatorBoard, Problem> {
    let kept = releases(past.own().to_vec())?;
    let mut whole = kept.iter().filter(|kept| kept.stage != Stage::Provisional);
    let stage = if of.unsettled.is_settled() {
        Stage::Consolidated
    } else {
        Stage::Provisional
    };
    let unsettled = [
        (of.unsettled.open, "campaign-open"),
        (of.unsettled.pairs > 0, "pairs-to-review"),
        (of.unsettled.doubtful > 0, "doubtful-observations"),
    ];
    let standing = unsettled.into_iter().filter(|(stands, _)| *stands);
    let (contacts, asked_answered) = of
        .contacts
        .map_or((Vec::new(), None), |told| (told.rows, told.asked_answered));
    Ok(IndicatorBoard {
        position,
        stage: stage.code().to_owned(),
        unsettled: standing.map(|(_, code)| code.to_owned()).collect(),
        released: whole.next_back().map(|kept| kept.number),
        small_withheld: reader == Reader::Figures,
        least: settings.leaf_minimum_people,
        typology: typology::VERSION,
        waits: of.waits.map(str::to_owned),
        units: of.units.iter().map(row).collect(),
        tables: of
            .tables
            .into_iter()
            .map(|table| IndicatorTable {
                breakdown: table.breakdown.code().to_owned(),
                rows: table.rows.iter().map(row).collect(),
            })
            .collect(),
        contacts: contacts
            .into_iter()
            .map(|(code, observations)| ContactRow {
                code: code.to_owned(),
                observations,
            })
            .collect(),
        asked_answered,
        coverage: of
            .coverage
            .into_iter()
            .map(|(code, sectors)| CoverageRow {
                code: code.to_owned(),
                sectors,
            })
            .collect(),
        sectors: of
            .sectors
            .into_iter()
            .map(|walk| SectorCoverage {
                code: walk.code,
                name: walk.name,
                state: walk.state.to_owned(),
                streets_m: walk.streets_m,
            })
            .collect(),
        outside: of.outside,
    })
}

fn row(of: &Row) -> IndicatorRow {
    IndicatorRow {
        code: of.code.to_owned(),
        places: of.places,
        people: of.people,
        interval: of.interval,
    }
}
