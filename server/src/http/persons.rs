//! *Conservation*: one person's rights, by the code on their slip of paper, who is not to be recorded,
//! and the end of a campaign's pseudonyms. Codes and letters travel in a body: they stand in no
//! address and no log.

use super::contract::{
    ErasePerson, FindPerson, ForgetPseudonyms, Oppose, OppositionLine, Oppositions, PersonHeld,
};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::{App, ErasingError, ErasureWish, ForgetWish, OpposingWish};
use crate::maintenance::SignedCertificate;
use crate::store::Opposition;
use crate::sync::ReissueError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::CampaignId;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/persons/find", post(find))
        .route("/api/campaigns/{campaign}/persons/erase", post(erase))
        .route("/api/campaigns/{campaign}/pseudonyms/forget", post(forget))
        .route(
            "/api/campaigns/{campaign}/oppositions",
            get(oppositions).post(oppose),
        )
        .route(
            "/api/campaigns/{campaign}/oppositions/{number}/withdraw",
            post(withdraw),
        )
}

async fn find(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<FindPerson>,
) -> Result<Json<Vec<PersonHeld>>, Problem> {
    let FindPerson { code } = read(body)?;
    let author = account.id.to_string();
    let found = app
        .blocking(move |app| app.find_person(campaign, &code, &author))
        .await??;
    let held = found.into_iter().map(|one| PersonHeld {
        observation: one.observation,
        code: one.code,
        night: one.night.to_string(),
        team: one.team,
        sector: one.sector,
        observed_at: one.observed_at,
        withdrawn: one.withdrawn,
        held: one.held,
    });
    Ok(Json(held.collect()))
}

async fn erase(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<ErasePerson>,
) -> Result<Json<SignedCertificate>, Problem> {
    let asked = read(body)?;
    let wish = ErasureWish {
        campaign,
        code: asked.code,
        observation: asked.observation,
        author: account.id.to_string(),
        reason: asked.reason,
    };
    // Not the pool of the tablets: it makes the view and the copies anew.
    let erasing = tokio::task::spawn_blocking(move || app.erase_person(&wish));
    Ok(Json(erasing.await.map_err(|_| Problem::broken())??))
}

async fn forget(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<ForgetPseudonyms>,
) -> Result<Json<SignedCertificate>, Problem> {
    let asked = read(body)?;
    let wish = ForgetWish {
        campaign,
        confirmation: asked.confirmation,
        author: account.id.to_string(),
        reason: asked.reason,
    };
    // Not the pool of the tablets: it makes the copies anew.
    let forgetting = tokio::task::spawn_blocking(move || app.forget_pseudonyms(&wish));
    Ok(Json(forgetting.await.map_err(|_| Problem::broken())??))
}

async fn oppositions(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Oppositions>, Problem> {
    let list = app.blocking(move |app| app.oppositions(campaign)).await??;
    Ok(Json(Oppositions {
        held_back: list.held_back,
        open: list.open,
        entries: list.entries.iter().map(line).collect(),
    }))
}

fn line(entry: &Opposition) -> OppositionLine {
    OppositionLine {
        number: entry.number,
        entered_at: entry.entered_at,
        reason: entry.reason,
        withdrawn_at: entry.withdrawn_at,
    }
}

async fn oppose(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<Oppose>,
) -> Result<(StatusCode, Json<OppositionLine>), Problem> {
    let asked = read(body)?;
    let wish = OpposingWish {
        campaign,
        given: asked.given,
        family: asked.family,
        birth_year: asked.birth_year,
        reason: asked.reason,
        author: Some(account.id),
    };
    // Not the pool of the tablets: it makes the view anew.
    let opposing = tokio::task::spawn_blocking(move || app.oppose(&wish));
    let entry = opposing.await.map_err(|_| Problem::broken())??;
    Ok((StatusCode::CREATED, Json(line(&entry))))
}

async fn withdraw(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At((campaign, number)): At<(CampaignId, u32)>,
) -> Result<StatusCode, Problem> {
    let withdrawing = tokio::task::spawn_blocking(move || {
        app.withdraw_opposition(campaign, number, Some(account.id))
    });
    withdrawing.await.map_err(|_| Problem::broken())??;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ErasingError> for Problem {
    fn from(error: ErasingError) -> Self {
        let code = error.code();
        match error {
            ErasingError::Code => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code,
                "A letter of the code is wrong or missing.",
            ),
            ErasingError::Unknown => Self::new(
                StatusCode::NOT_FOUND,
                code,
                "Nothing on this server has this code.",
            ),
            ErasingError::NoPseudonyms => Self::new(
                StatusCode::CONFLICT,
                code,
                "This campaign never asked for pseudonyms.",
            ),
            ErasingError::Forgotten => Self::new(
                StatusCode::CONFLICT,
                code,
                "The key of this campaign's pseudonyms was destroyed.",
            ),
            ErasingError::Facts => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code,
                "Two letters of each name and a year of birth are needed.",
            ),
            ErasingError::Opposed { number } => Self::new(
                StatusCode::CONFLICT,
                code,
                "This stands in the list already.",
            )
            .at(number.to_string()),
            ErasingError::NoOpposition => Self::new(
                StatusCode::NOT_FOUND,
                code,
                "No entry that stands has this number.",
            ),
            ErasingError::Ending(error) => error.into(),
            ErasingError::Views(error) => error.into(),
            ErasingError::Store(error) => error.into(),
            ErasingError::Engine(error) | ErasingError::Reissue(ReissueError::Engine(error)) => {
                error.into()
            }
            ErasingError::Reissue(error) => {
                tracing::error!(%error, "an erasure was not carried out");
                Self::broken()
            }
        }
    }
}
