//! `/metrics`: what is measured, as Prometheus reads it.
//!
//! It is no route of the server: it is answered on a listener of its own, which is off unless somebody
//! names its address (`metrics-listen`), and beyond this machine asks for a token.

use crate::app::App;
use crate::measures::{Moment, measures};
use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maraude_core::model::TimestampMs;
use sha2::{Digest, Sha256};

/// The text format (Prometheus reads OpenMetrics' too).
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A tablet that was in contact so long ago counts as connected.
const CONNECTED_MS: TimestampMs = 15 * 60 * 1_000;

/// Rows of quarantine that are counted at most.
const COUNTED: usize = 10_000;

/// The listener's only address; with a token, `Authorization: Bearer TOKEN` must name it.
pub(super) fn router(app: App, token: Option<String>) -> Router {
    let token = token.map(|token| -> [u8; 32] { Sha256::digest(token).into() });
    Router::new()
        .route("/metrics", get(metrics))
        .with_state((app, token))
}

async fn metrics(
    State((app, token)): State<(App, Option<[u8; 32]>)>,
    headers: HeaderMap,
) -> Response {
    if token.is_some_and(|token| borne(&headers) != Some(token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match app.blocking(|app| moment(&app)).await {
        Ok(moment) => ([(CONTENT_TYPE, FORMAT)], measures().told(moment)).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// By their hashes: how much of a wrong one is right takes no time of its own.
fn borne(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    Some(Sha256::digest(value.strip_prefix("Bearer ")?).into())
}

fn moment(app: &App) -> Moment {
    let now = app.clock().now();
    let mut moment = Moment {
        pool_busy: app.pool().busy() as i64,
        damaged: app.damaged_campaigns().len() as i64,
        disk_free_bytes: app.free_bytes().and_then(|free| i64::try_from(free).ok()),
        backup_age_s: app.backup_age_ms(now).map(|age| age as f64 / 1_000.0),
        memory_bytes: memory_bytes(),
        ..Moment::default()
    };
    for engine in app.open_engines() {
        moment.writers_waiting += engine.waiting() as i64;
        let connected = |at: TimestampMs| (now - CONNECTED_MS..=now).contains(&at);
        let contacts = engine.contacts();
        let connected = contacts.iter().filter(|contact| connected(contact.at));
        moment.tablets_connected += connected.count() as i64;
        // A log that does not read is told by `/health`.
        let open = engine.log().open_quarantine(COUNTED);
        moment.quarantine_open += open.map_or(0, |open| open.len() as i64);
    }
    moment
}

/// Of this process, from the kernel.
fn memory_bytes() -> Option<i64> {
    let told = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = told.split(' ').nth(1)?.parse().ok()?;
    Some(pages * i64::try_from(rustix::param::page_size()).ok()?)
}
