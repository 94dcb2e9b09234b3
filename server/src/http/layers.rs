//! Imported geography: what is there, one layer, a new one, and the ground of the field map.

mod bundle;

use super::contract::{LayerEntry, NewLayer};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::{Columns, LayerFileError, read_layer};
use crate::store::{LayerKind, LayerVersion};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bundle::{Bundle, feature_collection};
use std::sync::{Arc, Mutex, PoisonError};

/// Largest upload: a GeoJSON of 60 MB, quoted in JSON.
const BODY_CAP_BYTES: usize = 96 * 1024 * 1024;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/map", get(map))
        .route("/api/layers", get(list))
        .route("/api/layers/{kind}", get(one).post(import))
        .layer(DefaultBodyLimit::max(BODY_CAP_BYTES))
}

async fn list(State(app): State<App>) -> Result<Json<Vec<LayerEntry>>, Problem> {
    let latest = app.blocking(|app| app.layers()?.latest()).await??;
    Ok(Json(latest.iter().map(entry).collect()))
}

fn entry(layer: &LayerVersion) -> LayerEntry {
    LayerEntry {
        kind: layer.kind.code().to_owned(),
        version: layer.version,
        features: layer.features,
    }
}

fn kind_of(text: &str) -> Result<LayerKind, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

async fn one(State(app): State<App>, At(kind): At<String>) -> Result<impl IntoResponse, Problem> {
    let kind = kind_of(&kind)?;
    let text = app
        .blocking(move |app| {
            let layers = app.layers()?;
            let latest = layers.latest()?;
            let version = latest.iter().find(|l| l.kind == kind).map(|l| l.version);
            let features = match version {
                Some(version) => layers.features(kind, version)?,
                None => Vec::new(),
            };
            Ok::<_, Problem>(feature_collection(kind, &features).to_string())
        })
        .await??;
    Ok(([(CONTENT_TYPE, "application/geo+json")], text))
}

async fn import(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(kind): At<String>,
    body: Body<NewLayer>,
) -> Result<(StatusCode, Json<LayerEntry>), Problem> {
    let kind = kind_of(&kind)?;
    let new = read(body)?;
    let made = app
        .blocking(move |app| {
            let asked = |column: String| (!column.is_empty()).then_some(column);
            let columns = Columns {
                code: asked(new.code),
                name: asked(new.name),
            };
            let reading = read_layer(&new.geojson, kind, &columns, &mut |_| {})?;
            let now = app.clock().now();
            let layers = app.layers()?;
            let layer = layers.import(kind, "console", now, &reading.features, false)?;
            app.server()
                .add_audit(now, &account.name, "layer-import", kind.code())?;
            for view in app.open_views() {
                view.refresh_ground()?;
            }
            Ok::<_, Problem>(entry(&layer))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(made)))
}

#[derive(Default)]
struct Kept(Mutex<Option<Arc<Bundle>>>);

async fn map(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let bundle = app
        .blocking(|app| {
            let kept = app.part(|_| Kept::default());
            let layers = app.layers()?;
            let latest = layers.latest()?;
            let version = Bundle::version_of(&latest);
            let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(bundle) = kept.as_ref()
                && bundle.version == version
            {
                return Ok(bundle.clone());
            }
            let bundle = Arc::new(Bundle::of(&layers, &latest)?);
            *kept = Some(bundle.clone());
            Ok::<_, Problem>(bundle)
        })
        .await??;
    bundle.packed.answer(&bundle.version, &headers)
}

impl From<LayerFileError> for Problem {
    fn from(error: LayerFileError) -> Self {
        let code = match &error {
            LayerFileError::NotJson { .. } | LayerFileError::NotText => "layer-not-json",
            LayerFileError::NotACollection => "layer-not-a-collection",
            LayerFileError::Empty => "layer-empty",
            LayerFileError::TooManyVertices => "layer-too-large",
            LayerFileError::UnknownCrs { .. } | LayerFileError::StrangeCoordinates => {
                "layer-coordinates"
            }
            LayerFileError::Geometry { .. } => "layer-geometry",
            LayerFileError::WrongShape { .. } => "layer-wrong-shape",
            LayerFileError::NoCodeColumn { .. }
            | LayerFileError::NoSuchColumn { .. }
            | LayerFileError::MissingCode { .. } => "layer-columns",
            LayerFileError::Unreadable(_) | LayerFileError::Store(_) => {
                tracing::error!(%error, "a layer was not imported");
                return Self::broken();
            }
        };
        // The error's own words say which feature and what to do; they hold no person's data.
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            "The file cannot be imported. Nothing of it was.",
        )
        .at(error.to_string())
    }
}
