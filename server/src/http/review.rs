//! *Doublons*: pairs to review with their evidence, and decisions taken.

use super::contract::Doubles;
use super::doubles::{Wording, doubles as written};
use super::extract::{At, view_of};
use super::observations::{account_names, name_of, row};
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::review::{Review, Reviewed};
use crate::store::LogPosition;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/doubles", get(doubles))
}

#[derive(Default)]
struct Reviews(Mutex<HashMap<CampaignId, Arc<Review>>>);

/// A run of linkage that holds what the view held at a position. Blocks: call it from the pool.
pub(super) fn reviewed(
    app: &App,
    live: &LiveView,
    position: LogPosition,
) -> Result<Arc<Reviewed>, Problem> {
    Ok(review_of(app, live).at(live, position)?)
}

/// The same with parameters learnt from all that is there, for releases.
pub(super) fn reviewed_anew(
    app: &App,
    live: &LiveView,
    position: LogPosition,
) -> Result<Arc<Reviewed>, Problem> {
    Ok(review_of(app, live).anew(live, position)?)
}

fn review_of(app: &App, live: &LiveView) -> Arc<Review> {
    let reviews = app.part(|_| Reviews::default());
    let mut kept = reviews.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(live.campaign()).or_default().clone()
}

async fn doubles(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Doubles>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let doubles = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let names = account_names(&app)?;
            Ok::<_, Problem>(written(
                &reviewed,
                &Wording {
                    row: &|line| row(line, &reviewed),
                    account: &|id| name_of(&names, id),
                },
            ))
        })
        .await??;
    Ok(Json(doubles))
}
