//! Where a typed place may be: candidates for a coordinator to choose from.

use super::contract::{PlaceCandidate, PlaceCandidates, PlaceSearch};
use super::extract::{At, Body, read, view_of};
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::projection::ObservationFilter;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use maraude_core::gazetteer::Found;
use maraude_core::model::{CampaignId, Coordinates, ObservationId};

/// Longest text that is looked up, characters: a typed place has at most 120.
const TEXT_CHARACTERS: usize = 200;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/gazetteer", post(search))
}

async fn search(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    body: Body<PlaceSearch>,
) -> Result<Json<PlaceCandidates>, Problem> {
    let asked = read(body)?;
    if asked.text.chars().count() > TEXT_CHARACTERS {
        return Err(Problem::malformed("At most 200 characters.").at("text"));
    }
    let (live, _) = view_of(&app, campaign).await?;
    let answer = app
        .blocking(move |_| {
            let near = match asked.observation {
                Some(observation) => near(&live, observation)?,
                None => None,
            };
            Ok::<_, Problem>(live.ground().search(&asked.text, near))
        })
        .await??;
    Ok(Json(PlaceCandidates {
        candidates: answer.found.into_iter().map(candidate).collect(),
        confident: answer.confident,
    }))
}

/// Where the team of an observation was.
fn near(live: &LiveView, id: ObservationId) -> Result<Option<Coordinates>, Problem> {
    let filter = ObservationFilter {
        id: Some(id),
        ..ObservationFilter::default()
    };
    let (lines, _) = live.view().lines(&filter)?;
    let line = lines.into_iter().next().ok_or_else(Problem::not_found)?;
    Ok(live.ground().near(&line.observation, line.sector))
}

fn candidate(found: Found) -> PlaceCandidate {
    PlaceCandidate {
        label: found.label,
        kind: found.kind.code().to_owned(),
        longitude: found.at.longitude,
        latitude: found.at.latitude,
        accuracy_m: found.accuracy_m,
        fit: found.fit,
    }
}
