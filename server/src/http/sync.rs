//! `POST /api/sync`: one exchange with a tablet, in CBOR.

use super::guard::Uploader;
use super::problem::Problem;
use crate::app::App;
use crate::sync::{Exchange, ExchangeError, exchange};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::routing::post;
use maraude_core::sync::{
    MEDIA_TYPE, MessageError, PROTOCOL, REQUEST_READ_CAP_BYTES, decode_request, encode_answer,
};
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// How long an exchange may take, from its first byte: a slow network sends 1 MB in it.
const PATIENCE: Duration = Duration::from_mins(2);

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/sync", post(sync))
        .layer(DefaultBodyLimit::max(REQUEST_READ_CAP_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            PATIENCE,
        ))
}

const TOO_LARGE: Problem = Problem::new(
    StatusCode::PAYLOAD_TOO_LARGE,
    "request-too-large",
    "Send less at once.",
);
const OTHER_CAMPAIGN: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "other-campaign",
    "This tablet is not enrolled in this campaign.",
);
const PROTOCOL_UNKNOWN: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "protocol-unknown",
    "This server does not speak this version of the protocol.",
);

async fn sync(
    State(app): State<App>,
    uploader: Uploader,
    body: Result<Bytes, BytesRejection>,
) -> Result<([(HeaderName, &'static str); 1], Vec<u8>), Problem> {
    let body = body.map_err(|_| TOO_LARGE)?;
    let request = decode_request(&body).map_err(|error| match error {
        MessageError::TooLarge => TOO_LARGE,
        MessageError::Unreadable => Problem::malformed("The request does not read."),
    })?;
    if request.protocol == 0 || request.protocol > PROTOCOL {
        return Err(PROTOCOL_UNKNOWN);
    }
    let campaign = uploader.device.campaign;
    if request.campaign != campaign || request.device != uploader.device.device.id {
        return Err(OTHER_CAMPAIGN);
    }
    let asked = Exchange {
        carrier: uploader.device,
        may_read: uploader.may_read,
        request,
    };
    let engine = app.blocking(move |app| app.engine(campaign)).await?;
    let answer = exchange(engine?, app.pool().clone(), asked).await?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], encode_answer(&answer)))
}

impl From<ExchangeError> for Problem {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Pool(error) => error.into(),
            ExchangeError::Engine(error) => error.into(),
        }
    }
}
