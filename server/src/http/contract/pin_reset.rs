//! Forgotten PINs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of `GET /api/campaigns/{id}/pin-resets`: a tablet that asks for a new PIN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PinResetLine {
    /// The tablet (UUID).
    pub device: String,
    /// Its label.
    pub label: String,
    /// Since when (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub asked_at: i64,
    /// It left here what a reset needs.
    pub possible: bool,
    /// The four words on its screen, in French.
    pub words_fr: String,
    /// The same words in English.
    pub words_en: String,
    /// The key it asks with, base64: what is allowed is allowed to this one.
    pub asks_with: String,
    /// It was allowed at (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub allowed_at: Option<i64>,
}

/// `POST /api/campaigns/{id}/devices/{device}/reset-pin`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AllowPinReset {
    /// The key whose words the team has read aloud, base64.
    pub asks_with: String,
}
