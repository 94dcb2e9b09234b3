//! Errors over HTTP: problem documents (RFC 9457) with a stable kebab-case code, a sentence for
//! people without the app, and never an internal cause. The cause is logged once, here.

use super::contract;
use crate::auth::TooMany;
use crate::store::{BatchRefusal, CommitError, StoreError};
use crate::sync::{EngineError, PoolError};
use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maraude_core::sync::WipeOrder;

/// How long a client waits before it comes back to a busy server, seconds.
const BUSY_SECONDS: u32 = 2;

/// How long before it comes back to a full disk, seconds.
const FULL_SECONDS: u32 = 60;

/// How long before it comes back to a campaign that somebody must repair, seconds.
const DAMAGED_SECONDS: u32 = 300;

/// An error as a client reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    http_code: StatusCode,
    code: &'static str,
    title: &'static str,
    field: Option<String>,
    retry_after: Option<u32>,
    wipe_order: Option<Box<WipeOrder>>,
}

impl Problem {
    /// With an HTTP code, a stable kebab-case code and an external sentence.
    pub const fn new(http_code: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self {
            http_code,
            code,
            title,
            field: None,
            retry_after: None,
            wipe_order: None,
        }
    }

    /// 400: the request does not read.
    pub const fn malformed(title: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-request", title)
    }

    /// 404.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here.")
    }

    /// 500: a bug or damage; the cause must have been logged.
    pub const fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal-error",
            "The server failed. What was acknowledged is kept.",
        )
    }

    /// 503 with `Retry-After`.
    pub const fn busy() -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "server-busy",
            "The server has too much to do. Try again in a moment.",
        );
        problem.retry_after = Some(BUSY_SECONDS);
        problem
    }

    /// 507 with `Retry-After`.
    pub const fn disk_full() -> Self {
        let mut problem = Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk-full",
            "The server's disk is full. Keep what you have and try again later.",
        );
        problem.retry_after = Some(FULL_SECONDS);
        problem
    }

    /// Says where in the request.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says when to come back, seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Orders a tablet to destroy what it holds.
    #[must_use]
    pub fn ordering(mut self, order: WipeOrder) -> Self {
        self.wipe_order = Some(Box::new(order));
        self
    }

    /// Its stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Its HTTP code.
    pub const fn status(&self) -> StatusCode {
        self.http_code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = contract::Problem {
            code: self.code.to_owned(),
            title: self.title.to_owned(),
            http_code: self.http_code.as_u16(),
            field: self.field,
            retry_after_s: self.retry_after,
            wipe_order: self.wipe_order.map(|order| *order),
        };
        let mut response = (self.http_code, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::UnknownCampaign => Self::new(
                StatusCode::NOT_FOUND,
                "campaign-unknown",
                "This campaign is not on this server.",
            ),
            StoreError::PurgedCampaign => Self::new(
                StatusCode::GONE,
                "campaign-gone",
                "This campaign was purged. Erase what you hold of it.",
            ),
            StoreError::DamagedCampaign { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "campaign-damaged",
                "The campaign's files are damaged. Keep what you have: nothing of it is lost.",
            )
            .retry_after(DAMAGED_SECONDS),
            StoreError::NameTaken => {
                Self::new(StatusCode::CONFLICT, "name-taken", "This name is taken.")
            }
            StoreError::Full => Self::disk_full(),
            error if error.is_transient() => Self::busy(),
            error => {
                tracing::error!(%error, "storage failed");
                Self::broken()
            }
        }
    }
}

impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Full => Self::disk_full(),
            CommitError::Refused(BatchRefusal::Erased { .. }) => Self::new(
                StatusCode::GONE,
                "document-gone",
                "This document was erased.",
            ),
            CommitError::Busy
            | CommitError::Stopped
            | CommitError::Failed
            | CommitError::Refused(BatchRefusal::Missing | BatchRefusal::Repeated { .. }) => {
                Self::busy()
            }
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Commit(error) => error.into(),
            EngineError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "the engine failed");
                Self::broken()
            }
        }
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::busy(),
            PoolError::Panicked => Self::broken(),
        }
    }
}

impl From<TooMany> for Problem {
    fn from(error: TooMany) -> Self {
        let seconds = (error.retry_after_ms.max(0) as u32).div_ceil(1_000);
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-attempts",
            "Too many attempts. Wait before the next one.",
        )
        .retry_after(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tablet reads of it is in `client-core/src/sync/problem.rs`.
    #[tokio::test]
    async fn a_pause_is_told_in_the_header_and_in_the_body() {
        for problem in [Problem::busy(), Problem::disk_full()] {
            let asked = problem.retry_after.unwrap();
            let response = problem.into_response();
            assert_eq!(response.headers()[RETRY_AFTER], asked.to_string().as_str());
            let body = axum::body::to_bytes(response.into_body(), 10_000)
                .await
                .unwrap();
            let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(read["retry_after_s"], asked);
        }
        let response = Problem::broken().into_response();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("retry_after_s"));
    }
}
