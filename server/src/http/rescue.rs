//! *Tablettes*: the file of a tablet that could not send, handed in at the console.

use super::contract::{RescueRefused, RescueTaken, RescueUpload};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::{App, TakeRescueError};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use data_encoding::BASE64;
use maraude_core::model::CampaignId;
use maraude_core::sync::{RESCUE_CAP_BYTES, RescueError};

/// The largest file in base64, and the JSON around it.
const BODY_CAP_BYTES: usize = RESCUE_CAP_BYTES / 3 * 4 + 4 * 1024;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/rescue", post(take))
        .layer(DefaultBodyLimit::max(BODY_CAP_BYTES))
}

async fn take(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<RescueUpload>,
) -> Result<Json<RescueTaken>, Problem> {
    let upload = read(body)?;
    let file = BASE64
        .decode(upload.file.as_bytes())
        .map_err(|_| Problem::malformed("The file is not in base64.").at("file"))?;
    let (rescue, rescued) = app
        .blocking(move |app| app.take_rescue(campaign, &file, &account.id.to_string()))
        .await?
        .map_err(Problem::from)?;
    let refused = rescued.refused.into_iter();
    Ok(Json(RescueTaken {
        tablet: rescue.label,
        made_at: rescue.made_at,
        kept: rescued.kept,
        set_aside: rescued.set_aside,
        refused: refused
            .map(|((code, kept), number)| RescueRefused { code, kept, number })
            .collect(),
    }))
}

impl From<TakeRescueError> for Problem {
    fn from(error: TakeRescueError) -> Self {
        match error {
            TakeRescueError::File(error) => error.into(),
            TakeRescueError::Store(error) => error.into(),
            TakeRescueError::Engine(error) => error.into(),
        }
    }
}

impl From<RescueError> for Problem {
    fn from(error: RescueError) -> Self {
        let title = match error {
            RescueError::Unreadable => "This is no rescue file.",
            RescueError::Newer(_) => "The file was made by a newer version.",
            RescueError::CutShort { .. } => "The file was copied in part. Copy it again.",
            RescueError::Damaged { .. } | RescueError::FrameDamaged => {
                "The file is damaged. Copy it again."
            }
            RescueError::OtherCampaign => "The file is of another campaign.",
            RescueError::TooLarge => "The file is too large.",
        };
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), title);
        match error.place() {
            Some(place) => problem.at(place),
            None => problem,
        }
    }
}
