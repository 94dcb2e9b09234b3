//! What handlers of the console share: reading paths and bodies, waiting for the view.

use super::problem::Problem;
use crate::app::{App, ViewsError};
use crate::geolocation::{FollowError, LiveView};
use crate::projection::ViewError;
use crate::store::{LayerStoreError, LogPosition};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use maraude_core::model::CampaignId;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The parameters of a path; one that does not read is nothing that exists.
pub(super) struct At<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value))
            .map_err(|_| Problem::not_found())
    }
}

/// The query; one that does not read is told as a problem.
pub(super) struct Asking<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asking<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(value)| Self(value))
            .map_err(|_| Problem::malformed("What the address asks (after `?`) does not read."))
    }
}

/// A body as JSON.
pub(super) type Body<T> = Result<Json<T>, JsonRejection>;

/// The body, or the problem to answer.
pub(super) fn read<T>(body: Body<T>) -> Result<T, Problem> {
    body.map(|Json(value)| value).map_err(|rejection| {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(
                rejection.status(),
                "request-too-large",
                "Send a smaller file.",
            )
        } else {
            Problem::malformed("The request's body does not read.")
        }
    })
}

/// A campaign's view that holds what the log held when it was asked for, and the position of that
/// moment.
pub(super) async fn view_of(
    app: &App,
    campaign: CampaignId,
) -> Result<(Arc<LiveView>, LogPosition), Problem> {
    let live = app
        .blocking(move |app| app.live_view(campaign))
        .await?
        .map_err(Problem::from)?;
    live.caught_up().await?;
    let position = *live.positions().borrow();
    Ok((live, position))
}

impl From<ViewsError> for Problem {
    fn from(error: ViewsError) -> Self {
        match error {
            ViewsError::Store(error) => error.into(),
            ViewsError::Follow(error) => error.into(),
            ViewsError::Layers(error) => error.into(),
        }
    }
}

impl From<FollowError> for Problem {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::View(error) => error.into(),
            FollowError::Layers(error) => error.into(),
            FollowError::Folder(error) => {
                tracing::error!(%error, "the folder of views cannot be used");
                Self::broken()
            }
        }
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        if let ViewError::Log(error) = error {
            return error.into();
        }
        tracing::error!(%error, "the view failed");
        Self::broken()
    }
}

impl From<LayerStoreError> for Problem {
    fn from(error: LayerStoreError) -> Self {
        tracing::error!(%error, "the layers failed");
        Self::broken()
    }
}
