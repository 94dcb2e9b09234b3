//! Where a typed place may be: candidates for a coordinator to choose from, and the cells of the
//! gazetteer that a tablet keeps to search without network.

use super::contract::{PlaceCandidate, PlaceCandidates, PlaceSearch};
use super::extract::{At, Body, read, view_of};
use super::packed::Packed;
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::{LiveView, Versions, gazetteer_cells, gazetteer_versions, load_layers};
use crate::projection::ObservationFilter;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::gazetteer::{CellKey, Found};
use maraude_core::model::{CampaignId, Coordinates, ObservationId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest text that is looked up, characters: a typed place has at most 120.
const TEXT_CHARACTERS: usize = 200;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/gazetteer/{cell}", get(cell))
        .route("/api/campaigns/{campaign}/gazetteer", post(search))
}

/// Cells of the newest imports, made when the first is asked for.
#[derive(Default)]
struct Kept(Mutex<Option<Arc<Cells>>>);

struct Cells {
    versions: Versions,
    tag: String,
    squares: BTreeMap<CellKey, Packed>,
}

async fn cell(
    State(app): State<App>,
    At(key): At<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = CellKey::parse(&key).ok_or_else(Problem::not_found)?;
    let kept = app.blocking(|app| Cells::newest(&app)).await??;
    let packed = kept.squares.get(&key).ok_or_else(Problem::not_found)?;
    packed.answer(&kept.tag, &headers)
}

impl Cells {
    fn newest(app: &App) -> Result<Arc<Self>, Problem> {
        let kept = app.part(|_| Kept::default());
        let layers = app.layers()?;
        let versions = gazetteer_versions(&layers, None)?;
        let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cells) = kept.as_ref()
            && cells.versions == versions
        {
            return Ok(cells.clone());
        }
        let areas = load_layers(&layers, None)?;
        let cells = gazetteer_cells(&layers, &versions, &areas)?.into_iter();
        let parts = versions
            .iter()
            .map(|(kind, version)| format!("{kind}{version}"));
        let made = Arc::new(Self {
            tag: parts.collect::<Vec<_>>().join("."),
            squares: cells
                .map(|(key, text)| (key, Packed::new(text.into_bytes())))
                .collect(),
            versions,
        });
        *kept = Some(made.clone());
        Ok(made)
    }
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
