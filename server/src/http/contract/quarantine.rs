//! What the gate refused, as the coordination sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/quarantine`: what was refused and nobody has dealt with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuarantineList {
    /// Newest first.
    pub entries: Vec<QuarantineEntry>,
    /// There are more than are listed.
    pub more: bool,
    /// When the log was last found to have gone back, if ever.
    pub went_back: Option<LogWentBack>,
}

/// Something that was refused, kept with its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuarantineEntry {
    /// Its number.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub number: u64,
    /// When it came (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub received_at: i64,
    /// Why: a stable code.
    pub code: String,
    /// Label of the tablet that wrote it, or carried it.
    pub tablet: String,
    /// `plan`, `brief`, `round` or `review`, where its document is known.
    pub document: Option<String>,
    /// Code of the team whose round it is.
    pub team: Option<String>,
    /// Its night.
    pub night: Option<String>,
}

/// A server that was restored from an older copy without being told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LogWentBack {
    /// When it was found out (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Label of the tablet that told.
    pub tablet: String,
    /// Changes that the tablet knew of and the server had no more.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub lost: u64,
}

/// `POST /api/campaigns/{id}/quarantine/retry`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuarantineRetry {
    /// One entry; all of them without.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub number: Option<u64>,
    /// Take up the work of revoked tablets too.
    pub revoked: bool,
}

/// What came of trying again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuarantineRetried {
    /// Let in, or known by now.
    pub taken: u32,
    /// Refused again.
    pub left: u32,
}
