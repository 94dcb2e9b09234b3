//! Public files that tablets keep: sent compressed, and not again while they did not change.
//!
//! For the map's layers and the gazetteer's cells. Never for anything about a person.

use super::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A JSON text in both forms.
#[derive(Clone)]
pub(super) struct Packed {
    json: Bytes,
    gzip: Bytes,
}

impl Packed {
    /// Compresses it.
    pub(super) fn new(json: Vec<u8>) -> Self {
        Self {
            gzip: compress(&json).into(),
            json: json.into(),
        }
    }

    /// The answer to a request that may already know this version.
    pub(super) fn answer(&self, version: &str, asked: &HeaderMap) -> Result<Response, Problem> {
        let tag = format!("\"{version}\"");
        let text = |name| asked.get(name).and_then(|value| value.to_str().ok());
        if text(IF_NONE_MATCH).is_some_and(|known| known.contains(&tag)) {
            return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
        }
        let gzip = text(ACCEPT_ENCODING).is_some_and(|accepted| accepted.contains("gzip"));
        let body = if gzip { &self.gzip } else { &self.json };
        let mut response = Response::new(Body::from(body.clone()));
        let own = response.headers_mut();
        own.insert(CONTENT_TYPE, "application/json".parse().map_err(broken)?);
        own.insert(ETAG, tag.parse().map_err(broken)?);
        own.insert(VARY, "accept-encoding".parse().map_err(broken)?);
        own.insert(CACHE_CONTROL, "no-cache".parse().map_err(broken)?);
        if gzip {
            own.insert(CONTENT_ENCODING, "gzip".parse().map_err(broken)?);
        }
        Ok(response)
    }
}

fn broken(_: axum::http::header::InvalidHeaderValue) -> Problem {
    Problem::broken()
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
