//! HTTP: extract, call one domain function, map its error.
//!
//! Each file has a `routes()`; all of them stand behind [`guard`], which asks
//! [`crate::auth::TABLE`]: a route without a line there answers 404.

mod assets;
mod auth;
pub mod contract;
pub mod doubles;
mod guard;
mod health;
mod problem;
mod sync;
#[cfg(test)]
mod tests;

pub use guard::{Administrator, Analyst, Coordinator, DeviceSession, Identity, Person, Uploader};
pub use problem::Problem;

use crate::app::App;
use axum::Router;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole server.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .merge(auth::routes())
        .merge(health::routes())
        .merge(sync::routes());
    Router::new()
        .merge(api.route_layer(from_fn_with_state(app.clone(), guard::guard)))
        .merge(assets::routes())
        .layer(CatchPanicLayer::custom(|_| {
            use axum::response::IntoResponse;
            Problem::broken().into_response()
        }))
        .with_state(app)
}
