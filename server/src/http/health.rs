//! `/health`: 200 only when every open campaign's writer commits and the gate answers.
//! `/api/hello`: what any client may know.

use super::contract::Hello;
use super::problem::Problem;
use crate::app::App;
use crate::store::Batch;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::sync::PROTOCOL;
use std::time::Duration;
use tokio::time::timeout;

/// How long a writer or the gate may take before the server is held to be ill.
const PATIENCE: Duration = Duration::from_secs(5);

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/health", get(health))
        .route("/api/hello", get(hello))
}

async fn hello() -> Json<Hello> {
    Json(Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sync_protocol: PROTOCOL,
        oldest_protocol: PROTOCOL.saturating_sub(1).max(1),
    })
}

const ILL: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "unhealthy",
    "The server does not work.",
);

async fn health(State(app): State<App>) -> Result<&'static str, Problem> {
    for engine in app.open_engines() {
        let pending = engine.submit(Batch::default()).map_err(|error| {
            tracing::error!(%error, campaign = %engine.campaign(), "the writer takes nothing in");
            ILL
        })?;
        match timeout(PATIENCE, pending).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, campaign = %engine.campaign(), "the writer fails");
                return Err(ILL);
            }
            Err(_) => {
                tracing::error!(campaign = %engine.campaign(), "the writer is stuck");
                return Err(ILL);
            }
        }
    }
    let gate = timeout(PATIENCE, app.blocking(|_| crate::sync::gate_works())).await;
    if let Ok(Ok(true)) = gate {
        Ok("ok\n")
    } else {
        tracing::error!("the gate does not work");
        Err(ILL)
    }
}
