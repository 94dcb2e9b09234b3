//! *Doublons*: pairs to review with their evidence, and decisions taken.

use super::contract::{Doubles, HeldPair, LookedAt, LookingAt, SlotPair};
use super::doubles::{Wording, doubles as written};
use super::extract::{Asking, At, Body, read, view_of};
use super::guard::Coordinator;
use super::observations::{account_names, name_of, near_place, row};
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::projection::ViewError;
use crate::review::{Cursor, CursorUnreadable, Looking, Pair, Review, Reviewed, Screen, Sources};
use crate::store::LogPosition;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/doubles", get(doubles))
        .route("/api/campaigns/{campaign}/doubles/looking", post(look))
}

/// Most pairs that a window holds.
const HELD_PAIRS: usize = 40;

/// Longest name of a window, characters.
const WINDOW_CHARACTERS: usize = 64;

/// A run of linkage that holds what the view held at a position. Blocks: call it from the pool.
pub(super) fn reviewed(
    app: &App,
    live: &LiveView,
    position: LogPosition,
) -> Result<Arc<Reviewed>, Problem> {
    with_sources(app, live, |review, of| review.at(of, position))
}

/// The same with parameters learnt from all that is there, for releases.
pub(super) fn reviewed_anew(
    app: &App,
    live: &LiveView,
    position: LogPosition,
) -> Result<Arc<Reviewed>, Problem> {
    with_sources(app, live, |review, of| review.anew(of, position))
}

/// The same with parameters learnt because somebody asks.
pub(super) fn refreshed(app: &App, live: &LiveView) -> Result<Arc<Reviewed>, Problem> {
    with_sources(app, live, Review::refresh)
}

fn with_sources(
    app: &App,
    live: &LiveView,
    run: impl FnOnce(&Review, Sources<'_>) -> Result<Arc<Reviewed>, ViewError>,
) -> Result<Arc<Reviewed>, Problem> {
    let engine = app.engine(live.campaign())?;
    let sources = Sources {
        view: live,
        log: engine.log().as_ref(),
        now: app.clock().now(),
    };
    Ok(run(&app.review(live.campaign()), sources)?)
}

/// Where a page begins.
#[derive(Debug, Deserialize)]
struct Place {
    after: Option<String>,
}

impl From<CursorUnreadable> for Problem {
    fn from(_: CursorUnreadable) -> Self {
        Self::malformed("Give `next` of the page before as it was told.").at("after")
    }
}

async fn doubles(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    Asking(place): Asking<Place>,
) -> Result<Json<Doubles>, Problem> {
    let after: Option<Cursor> = place.after.map(|text| text.parse()).transpose()?;
    let (live, position) = view_of(&app, campaign).await?;
    let doubles = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let names = account_names(&app)?;
            Ok::<_, Problem>(written(
                &reviewed,
                after,
                &Wording {
                    row: &|line| row(line, &reviewed),
                    account: &|id| name_of(&names, id),
                    near: &|at| near_place(&live, at),
                },
            ))
        })
        .await??;
    Ok(Json(doubles))
}

#[derive(Default)]
struct Lookings(Mutex<HashMap<CampaignId, Arc<Looking>>>);

async fn look(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
    body: Body<LookingAt>,
) -> Result<Json<LookedAt>, Problem> {
    let LookingAt { window, pairs } = read(body)?;
    if window.is_empty() || window.chars().count() > WINDOW_CHARACTERS {
        return Err(Problem::malformed("A window needs an identifier.").at("window"));
    }
    if pairs.len() > HELD_PAIRS {
        return Err(Problem::malformed("Hold fewer pairs at once.").at("pairs"));
    }
    let (live, _) = view_of(&app, campaign).await?;
    let looked = app
        .blocking(move |app| {
            let looking = app.part(|_| Lookings::default());
            let looking = {
                let mut kept = looking.0.lock().unwrap_or_else(PoisonError::into_inner);
                kept.entry(campaign).or_default().clone()
            };
            // What somebody decided a moment ago is not looked at again.
            let decisions = live.view().decisions()?;
            let standing = decisions.iter().filter(|d| d.undone_at.is_none());
            let decided: BTreeSet<Pair> = standing.map(|d| (d.one, d.other)).collect();
            let asked = pairs.iter().map(|pair| (pair.one, pair.other));
            let wanted: Vec<Pair> = asked
                .filter(|(one, other)| !decided.contains(&(*one.min(other), *one.max(other))))
                .collect();
            let screen = Screen {
                account: account.id,
                window,
            };
            let looked = looking.look(&screen, &wanted, app.clock().now());
            let names = account_names(&app)?;
            let pair = |(one, other): Pair| SlotPair { one, other };
            Ok::<_, Problem>(LookedAt {
                granted: looked.granted.into_iter().map(pair).collect(),
                others: looked
                    .others
                    .into_iter()
                    .map(|((one, other), by)| HeldPair {
                        one,
                        other,
                        by: name_of(&names, by),
                    })
                    .collect(),
            })
        })
        .await??;
    Ok(Json(looked))
}
