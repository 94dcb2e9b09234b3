//! Imported geography: what is there, one layer, a new one, and the ground of the field map.

mod bundle;

use super::contract::{LayerEntry, LayerNoteLine, LayerToConvert, NewLayer};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::{Columns, LayerFileError, LayerNote, layer_as_geojson, read_layer};
use crate::store::{LayerKind, LayerVersion};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bundle::{Bundle, feature_collection};
use data_encoding::BASE64;
use std::sync::{Arc, Mutex, PoisonError};

/// Largest upload: a GeoJSON of 60 MB, quoted in JSON.
const BODY_CAP_BYTES: usize = 96 * 1024 * 1024;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/map", get(map))
        .route("/api/layers", get(list))
        .route("/api/layers/convert", post(convert))
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
        notes: Vec::new(),
    }
}

fn note_line(note: LayerNote) -> LayerNoteLine {
    let (code, areas, number, square_metres) = match note {
        LayerNote::Joined { feature, code } => ("joined", vec![code], feature, 0.0),
        LayerNote::Renumbered {
            feature,
            shared,
            given,
        } => ("renumbered", vec![shared, given], feature, 0.0),
        LayerNote::NotSimple { code, .. } => ("not-simple", vec![code], 0, 0.0),
        LayerNote::Overlap { codes, m2 } => ("overlap", codes.into(), 0, m2),
        LayerNote::Gaps { count, m2 } => ("gaps", Vec::new(), count, m2),
    };
    LayerNoteLine {
        code: code.to_owned(),
        areas,
        number: u32::try_from(number).unwrap_or(u32::MAX),
        square_metres,
    }
}

/// A GeoPackage or zipped shapefile as GeoJSON, to be looked at before it is imported.
async fn convert(
    State(app): State<App>,
    body: Body<LayerToConvert>,
) -> Result<impl IntoResponse, Problem> {
    let asked = read(body)?;
    let geojson = app
        .blocking(move |_| {
            let bytes = BASE64
                .decode(asked.file.as_bytes())
                .map_err(|_| Problem::malformed("Base64 of the file.").at("file"))?;
            let table = (!asked.table.is_empty()).then_some(asked.table);
            Ok::<_, Problem>(layer_as_geojson(&bytes, table.as_deref())?)
        })
        .await??;
    Ok(([(CONTENT_TYPE, "application/geo+json")], geojson))
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
                table: None,
            };
            let reading = read_layer(new.geojson.as_bytes(), kind, &columns, &mut |_| {})?;
            let now = app.clock().now();
            let layers = app.layers()?;
            let layer = layers.import(kind, "console", now, &reading.features, false)?;
            app.server()
                .add_audit(now, &account.id.to_string(), "layer-import", kind.code())?;
            for view in app.open_views() {
                view.refresh_ground()?;
            }
            let notes = reading.notes.into_iter().map(note_line);
            Ok::<_, Problem>(LayerEntry {
                notes: notes.collect(),
                ..entry(&layer)
            })
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
            LayerFileError::Damaged
            | LayerFileError::GeoPackage { .. }
            | LayerFileError::NoSuchTable { .. }
            | LayerFileError::Shapefile { .. } => "layer-not-read",
            LayerFileError::ManyTables { .. } => "layer-many-tables",
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
