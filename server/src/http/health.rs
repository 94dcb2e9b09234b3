//! `/health`: 200 only when every open campaign's writer commits and the gate answers; an administrator
//! who is logged in is told more.
//! `/api/hello`: what any client may know.

use super::contract::Hello;
use super::guard::Identity;
use super::problem::Problem;
use crate::app::App;
use crate::store::{Batch, Role};
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

/// To anybody one word; to an administrator what the server knows of itself too.
async fn health(State(app): State<App>, asked: Identity) -> Result<String, Problem> {
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
        let is_told =
            matches!(asked, Identity::Account(known) if known.role == Role::Administrator);
        let detail = is_told.then(|| app.blocking(|app| detail(&app)));
        match detail {
            Some(detail) => Ok(format!("ok\n{}", detail.await?)),
            None => Ok("ok\n".to_owned()),
        }
    } else {
        tracing::error!("the gate does not work");
        Err(ILL)
    }
}

/// One thing a line.
fn detail(app: &App) -> String {
    let pair = app.served_pair().state();
    let instant = |at| {
        jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.to_string())
    };
    let mut lines = Vec::new();
    if let Some(since) = pair.since {
        lines.push(format!("certificate: read at {}", instant(since)));
    }
    if let Some((at, cause)) = pair.refused {
        let at = instant(at);
        lines.push(format!(
            "certificate: NOT SERVED, the one found at {at}: {cause}"
        ));
    }
    let free = app
        .free_bytes()
        .map(|bytes| format!("{} MB", bytes / 1_000_000));
    lines.push(format!(
        "free space: {}",
        free.unwrap_or_else(|| "unknown".to_owned())
    ));
    let age = app.backup_age_ms(app.clock().now());
    let age = age.map(|age| format!("{} minutes ago", age / 60_000));
    lines.push(format!(
        "last backup: {}",
        age.unwrap_or_else(|| "never".to_owned())
    ));
    for (campaign, cause) in app.damaged_campaigns() {
        lines.push(format!("campaign {campaign}: NOT SERVED: {cause}"));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use crate::fixtures::World;
    use crate::http::router;
    use crate::http::tests::Caller;
    use crate::store::Role;
    use tower::ServiceExt;

    #[test]
    fn an_administrator_is_told_of_a_certificate_that_is_not_served_and_nobody_else() {
        let world = World::new();
        let told = |caller: &Caller| {
            let answer = router(world.app.clone()).oneshot(caller.request("GET", "/health"));
            let answer = world.runtime.block_on(answer).unwrap();
            String::from_utf8(world.body(answer)).unwrap()
        };
        let of = |role| Caller::Account(role, world.token_of(role));
        let administrator = of(Role::Administrator);
        let pair = world.app.served_pair();
        pair.taken(1);
        pair.refused(2, "certificate and key do not belong together".to_owned());
        assert!(told(&administrator).contains("NOT SERVED"));
        for caller in [Caller::Nobody, of(Role::Coordinator), of(Role::Analyst)] {
            assert_eq!(told(&caller), "ok\n");
        }
        pair.taken(3);
        assert!(!told(&administrator).contains("NOT SERVED"));
    }
}
