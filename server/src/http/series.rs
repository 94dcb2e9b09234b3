//! *Tablettes*: enrolment in series. A code for several tablets, or a sheet of codes to be printed.

use super::contract::{EnrolmentCode, NewSeries, NewSheet, SeriesLine, SheetCode};
use super::devices::{code_subject, invalid, label_of, team_code, team_of, told};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::App;
use crate::auth::{
    self, NewCode, SERIES_PLACES, issue_code_until, may_hand, night_end, open_series,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use maraude_core::document::Plan;
use maraude_core::model::{CampaignId, TimestampMs};

/// Longest label of a series, characters: its number comes after it.
const LABEL_CHARACTERS: usize = 34;

/// Series are listed so long, milliseconds.
const LISTED_MS: i64 = 36 * 3_600_000;

/// The routes of this file.
pub fn routes() -> Router<App> {
    let at = "/api/campaigns/{campaign}/series";
    Router::new()
        .route(at, get(list).post(open))
        .route(&format!("{at}/{{series}}/cancel"), post(cancel))
        .route("/api/campaigns/{campaign}/enrolment-sheet", post(sheet))
}

fn end_of_night(plan: &Plan, now: TimestampMs) -> TimestampMs {
    let zone = plan
        .campaign
        .as_ref()
        .map(|campaign| campaign.time_zone.as_str());
    night_end(now, zone.unwrap_or_default())
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Vec<SeriesLine>>, Problem> {
    let lines = app
        .blocking(move |app| {
            let plan = app.engine(campaign)?.plan()?;
            let since = app.clock().now() - LISTED_MS;
            let series = app.server().series(campaign, since)?.into_iter();
            let lines = series.map(|one| SeriesLine {
                id: HEXLOWER.encode(&one.id),
                label: one.label,
                team: one.team.map(|id| team_code(&plan, id)),
                places: one.places,
                used: one.used,
                created_at: one.created_at,
                expires_at: one.expires_at,
                cancelled_at: one.cancelled_at,
            });
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok(Json(lines))
}

async fn open(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<NewSeries>,
) -> Result<(StatusCode, Json<EnrolmentCode>), Problem> {
    let new = read(body)?;
    let label = label_of(&new.label, LABEL_CHARACTERS)?;
    if !(1..=SERIES_PLACES).contains(&new.places) {
        return Err(invalid("out-of-range", "places"));
    }
    let code = app
        .blocking(move |app| {
            app.goes_on_here(campaign)?;
            let plan = app.engine(campaign)?.plan()?;
            let team = new.team.map(|id| team_of(&plan, id)).transpose()?;
            let accepted = may_hand(&account, team)?;
            let (now, author) = (app.clock().now(), account.id.to_string());
            let wanted = auth::NewSeries {
                campaign,
                label,
                team: team.map(|team| team.id),
                organisation: team
                    .and_then(|team| team.organisation.clone())
                    .or(account.organisation),
                author: author.clone(),
                places: new.places,
                accepted,
                expires_at: end_of_night(&plan, now),
            };
            let issued = open_series(app.server(), wanted, now)?;
            let subject = code_subject(campaign, &issued.name);
            app.server()
                .add_audit(now, &author, "series-opened", &subject)?;
            Ok::<_, Problem>(told(&app, campaign, issued))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(code)))
}

async fn cancel(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At((campaign, series)): At<(CampaignId, String)>,
) -> Result<StatusCode, Problem> {
    let id = HEXLOWER.decode(series.as_bytes()).ok();
    let id: [u8; 16] = id
        .and_then(|id| id.try_into().ok())
        .ok_or_else(Problem::not_found)?;
    app.blocking(move |app| {
        let now = app.clock().now();
        if !app.server().cancel_series(campaign, &id, now)? {
            return Err(Problem::not_found());
        }
        let (author, subject) = (account.id.to_string(), code_subject(campaign, &series));
        app.server()
            .add_audit(now, &author, "series-cancelled", &subject)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

async fn sheet(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<NewSheet>,
) -> Result<(StatusCode, Json<Vec<SheetCode>>), Problem> {
    let new = read(body)?;
    let wanted: u64 = new.teams.iter().map(|team| u64::from(team.number)).sum();
    if wanted == 0 || wanted > u64::from(SERIES_PLACES) {
        return Err(invalid("out-of-range", "teams"));
    }
    let codes = app
        .blocking(move |app| {
            app.goes_on_here(campaign)?;
            let plan = app.engine(campaign)?.plan()?;
            let now = app.clock().now();
            let end = end_of_night(&plan, now);
            let wishes = new.teams.iter().map(|wish| {
                let team = team_of(&plan, wish.team)?;
                Ok((team, wish.number, may_hand(&account, Some(team))?))
            });
            let mut codes = Vec::new();
            for (team, number, accepted) in wishes.collect::<Result<Vec<_>, Problem>>()? {
                for number in 1..=number {
                    let wanted = NewCode {
                        campaign,
                        label: format!("{}-{number}", team.code),
                        team: Some(team.id),
                        organisation: team.organisation.clone(),
                        accepted,
                    };
                    let label = wanted.label.clone();
                    let issued = issue_code_until(app.server(), wanted, end, now)?;
                    codes.push(SheetCode {
                        label,
                        team: team.code.clone(),
                        code: told(&app, campaign, issued),
                    });
                }
            }
            let author = account.id.to_string();
            let subject = format!("{campaign} {}", codes.len());
            app.server()
                .add_audit(now, &author, "sheet-printed", &subject)?;
            Ok::<_, Problem>(codes)
        })
        .await??;
    Ok((StatusCode::CREATED, Json(codes)))
}
