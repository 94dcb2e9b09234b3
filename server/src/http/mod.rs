//! HTTP: extract, call one domain function, map its error.
//!
//! Each file has a `routes()`; all of them stand behind [`guard`], which asks
//! [`crate::auth::TABLE`]: a route without a line there answers 404.

mod account;
#[cfg(test)]
mod account_tests;
mod address;
mod answers;
mod assets;
mod auth;
mod bodies;
mod campaigns;
mod comparison;
#[cfg(test)]
mod console_tests;
pub mod contract;
mod custody;
mod devices;
pub mod doubles;
mod doubtful;
mod estimation;
mod extract;
mod facade;
mod gazetteer;
mod groups;
mod guard;
mod health;
mod indicators;
mod layers;
mod live;
mod measured;
mod noted;
mod observations;
mod ogc;
pub mod openapi;
mod orders;
mod overlaps;
mod packed;
mod passkeys;
#[cfg(test)]
mod passkeys_tests;
mod persons;
mod pin_resets;
mod problem;
mod quality;
mod quarantine;
mod refused;
#[cfg(test)]
mod refused_tests;
mod releases;
mod rescue;
mod review;
mod review_log;
#[cfg(test)]
mod roles_tests;
mod rounds;
mod series;
mod sheet_file;
mod streamed;
mod sync;
#[cfg(test)]
mod tests;
mod tiles;

pub use guard::{
    Administrator, Analyst, AnyAccount, Coordinator, DeviceSession, Identity, Uploader,
};
pub use problem::Problem;

use crate::app::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

/// The whole server.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .merge(account::routes())
        .merge(auth::routes())
        .merge(campaigns::routes())
        .merge(comparison::routes())
        .merge(custody::routes())
        .merge(devices::routes())
        .merge(facade::routes())
        .merge(health::routes())
        .merge(layers::routes())
        .merge(live::routes())
        .merge(observations::routes())
        .merge(doubtful::routes())
        .merge(ogc::routes())
        .merge(gazetteer::routes())
        .merge(groups::routes())
        .merge(openapi::routes())
        .merge(orders::routes())
        .merge(overlaps::routes())
        .merge(passkeys::routes())
        .merge(persons::routes())
        .merge(pin_resets::routes())
        .merge(estimation::routes())
        .merge(indicators::routes())
        .merge(quality::routes())
        .merge(quarantine::routes())
        .merge(releases::routes())
        .merge(rescue::routes())
        .merge(review::routes())
        .merge(review_log::routes())
        .merge(rounds::routes())
        .merge(series::routes())
        .merge(sheet_file::routes())
        .merge(sync::routes())
        .merge(tiles::routes());
    Router::new()
        .merge(api.route_layer(from_fn_with_state(app.clone(), guard::guard)))
        .merge(assets::routes())
        .layer(from_fn_with_state(app.clone(), address::only_by_the_proxy))
        .layer(CatchPanicLayer::custom(|_| {
            use axum::response::IntoResponse;
            Problem::broken().into_response()
        }))
        // Outermost: what the layers above answer themselves is measured and sealed too.
        .layer(from_fn(measured::measure))
        .layer(from_fn_with_state(app.clone(), answers::seal))
        .with_state(app)
}
