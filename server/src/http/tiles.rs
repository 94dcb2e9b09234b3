//! The background map: what there is, its bytes by ranges, a new one.
//!
//! It holds public geography alone, so anybody may read it, as they may the ground of the map.

use super::contract::TilesEntry;
use super::extract::At;
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::App;
use crate::store::{StoreError, TileArchive, TilesError};
use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::StreamExt;
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tower_http::services::ServeFile;

/// Media type of PMTiles.
const MEDIA_TYPE: &str = "application/vnd.pmtiles";
/// Largest archive, bytes: a department's fits many times.
const CAP_BYTES: u64 = 4 * 1024 * 1024 * 1024;

const NO_TILES: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "no-tiles",
    "No background map was supplied. Maps draw the imported layers.",
);

const TOO_LARGE: Problem = Problem::new(
    StatusCode::PAYLOAD_TOO_LARGE,
    "tiles-too-large",
    "The archive is larger than 4 GiB. Make an extract of the territory alone.",
);

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/tiles", get(told).post(supply))
        .route("/api/tiles/{version}", get(bytes))
        .layer(DefaultBodyLimit::disable())
}

/// The archive in use; nothing (204) where maps draw the imported layers.
async fn told(State(app): State<App>) -> Result<Response, Problem> {
    let current = app.blocking(|app| app.tiles().current()).await?;
    Ok(match current {
        Some(archive) => Json(entry(archive)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn entry(archive: TileArchive) -> TilesEntry {
    TilesEntry {
        version: archive.version,
        size_bytes: archive.size_bytes,
        min_zoom: archive.min_zoom,
        max_zoom: archive.max_zoom,
        bounds: archive.bounds,
        credit: archive.credit,
    }
}

/// An archive's bytes. Its name stands for these bytes, so they may be kept for ever.
async fn bytes(
    State(app): State<App>,
    At(version): At<String>,
    request: Request,
) -> Result<Response, Problem> {
    let current = app.blocking(|app| app.tiles().current()).await?;
    let archive = current
        .filter(|archive| archive.version == version)
        .ok_or(NO_TILES)?;
    let media = HeaderValue::from_static(MEDIA_TYPE);
    let mut file = ServeFile::new(archive.path);
    let answered = file.try_call(request).await.map_err(|error| {
        tracing::error!(%error, "the background map was not read");
        Problem::broken()
    })?;
    let mut answered = answered.map(Body::new);
    let headers = answered.headers_mut();
    headers.insert(CONTENT_TYPE, media);
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(answered)
}

/// Takes a new archive, whole or not at all.
async fn supply(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    body: Body,
) -> Result<(StatusCode, Json<TilesEntry>), Problem> {
    if body.size_hint().lower() > CAP_BYTES {
        return Err(TOO_LARGE);
    }
    let store = app.tiles();
    let partial = app.blocking(|app| app.tiles().begin()).await??;
    if let Err(problem) = written(&partial, body).await {
        let _ = tokio::fs::remove_file(&partial).await;
        return Err(problem);
    }
    let made = app
        .blocking(move |app| {
            let archive = store.keep(&partial)?;
            let now = app.clock().now();
            app.server().add_audit(
                now,
                &account.id.to_string(),
                "tiles-import",
                &archive.version,
            )?;
            Ok::<_, Problem>(archive)
        })
        .await??;
    Ok((StatusCode::CREATED, Json(entry(made))))
}

async fn written(partial: &Path, body: Body) -> Result<(), Problem> {
    let refused = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Problem::disk_full();
        }
        tracing::error!(%error, "the background map was not written");
        Problem::broken()
    };
    let mut file = tokio::fs::File::create(partial).await.map_err(refused)?;
    let mut stream = body.into_data_stream();
    let mut taken = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::malformed("The upload was cut."))?;
        taken += piece.len() as u64;
        if taken > CAP_BYTES {
            return Err(TOO_LARGE);
        }
        file.write_all(&piece).await.map_err(refused)?;
    }
    file.flush().await.map_err(refused)
}

impl From<TilesError> for Problem {
    fn from(error: TilesError) -> Self {
        if let TilesError::Store(error) = error {
            return match error {
                StoreError::Full => Self::disk_full(),
                other => other.into(),
            };
        }
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "tiles-refused",
            "This is no background map that tablets can use. The one before stays.",
        )
        .at(error.to_string())
    }
}

#[cfg(test)]
mod tests;
