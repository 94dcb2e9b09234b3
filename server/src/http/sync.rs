//! `POST /api/sync`: one exchange with a tablet, in CBOR.

use super::bodies::{Bodies, Unread};
use super::guard::Uploader;
use super::problem::Problem;
use crate::app::App;
use crate::store::StoreError;
use crate::sync::{Exchange, ExchangeError, exchange};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use flate2::Compression;
use flate2::write::GzEncoder;
use maraude_core::model::{CampaignId, DeviceId};
use maraude_core::sync::{
    MEDIA_TYPE, MessageError, PROTOCOL, REQUEST_READ_CAP_BYTES, WipeOrder, WipeReason,
    decode_request, encode_answer,
};
use std::io::Write;
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// How long an exchange may take, from its first byte: a slow network sends 1 MB in it.
const PATIENCE: Duration = Duration::from_mins(2);

/// An answer below this goes as it is, bytes.
const LEAST_PACKED_BYTES: usize = 1_024;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/sync", post(sync))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            PATIENCE,
        ))
}

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
    headers: HeaderMap,
    body: Body,
) -> Result<(HeaderMap, Vec<u8>), Problem> {
    let bodies = app.part(|_| Bodies::default());
    // Its room is given back once it is answered: until then its envelopes are held.
    let body = bodies.read(body, REQUEST_READ_CAP_BYTES).await?;
    let request = decode_request(&body.bytes).map_err(|error| match error {
        MessageError::TooLarge => Unread::TooLarge.into(),
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
    let carrier = asked.carrier.device.id;
    let engine = app
        .blocking(move |app| match app.engine(campaign) {
            Err(StoreError::PurgedCampaign) => Err(gone(&app, campaign, carrier)?),
            opened => Ok(opened?),
        })
        .await??;
    // A revocation waits for it: what is told after one tells nothing of documents.
    let _telling = app.telling(carrier);
    let answer = exchange(engine, app.pool().clone(), asked).await?;
    drop(body);
    Ok(packed(encode_answer(&answer), &headers))
}

/// The campaign was purged: the tablet is told to destroy what it holds.
fn gone(app: &App, campaign: CampaignId, device: DeviceId) -> Result<Problem, StoreError> {
    let now = app.clock().now();
    let at = app.server().campaign(campaign)?.flatten().unwrap_or(now);
    if app.server().note_wipe_told(device, campaign, now)? {
        let subject = device.to_string();
        app.server()
            .add_audit(now, "server", "wipe-ordered", &subject)?;
    }
    let order = WipeOrder::sign(WipeReason::Purged, campaign, device, at, app.signing());
    Ok(Problem::from(StoreError::PurgedCampaign).ordering(order))
}

/// Compressed where the tablet reads it so and it pays.
fn packed(body: Vec<u8>, asked: &HeaderMap) -> (HeaderMap, Vec<u8>) {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let accepted = asked
        .get(ACCEPT_ENCODING)
        .and_then(|line| line.to_str().ok());
    let reads_gzip = accepted.is_some_and(|line| {
        let mut codings = line.split(',').map(str::trim);
        codings.any(|coding| {
            coding == "gzip" || coding.starts_with("gzip;q=0.") || coding.starts_with("gzip;q=1")
        })
    });
    if !reads_gzip || body.len() < LEAST_PACKED_BYTES {
        return (headers, body);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(&body).and_then(|()| encoder.finish()) {
        Ok(packed) if packed.len() < body.len() => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            (headers, packed)
        }
        _ => (headers, body),
    }
}

impl From<ExchangeError> for Problem {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Pool(error) => error.into(),
            ExchangeError::Engine(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_compressed_where_it_is_read_so_and_pays() {
        let check = |accepted: Option<&'static str>, body: Vec<u8>, expected: bool| {
            let mut asked = HeaderMap::new();
            if let Some(line) = accepted {
                asked.insert(ACCEPT_ENCODING, HeaderValue::from_static(line));
            }
            let (headers, sent) = packed(body.clone(), &asked);
            assert_eq!(
                headers.contains_key(CONTENT_ENCODING),
                expected,
                "{accepted:?}"
            );
            let mut read = Vec::new();
            if expected {
                let mut decoder = flate2::read::GzDecoder::new(sent.as_slice());
                std::io::Read::read_to_end(&mut decoder, &mut read).unwrap();
            } else {
                read = sent;
            }
            assert_eq!(read, body);
        };
        check(Some("gzip, deflate, br, zstd"), vec![7; 40_000], true);
        check(Some("br, gzip;q=0.5"), vec![7; 40_000], true);
        check(Some("gzip;q=0"), vec![7; 40_000], false);
        check(Some("br"), vec![7; 40_000], false);
        check(None, vec![7; 40_000], false);
        check(Some("gzip"), vec![7; 100], false);
        let noise: Vec<u8> = crate::store::random::<2048>().unwrap().to_vec();
        check(Some("gzip"), noise, false);
    }
}
