//! Files of tablets that could not send.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/campaigns/{id}/rescue`: a file as the tablet gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RescueUpload {
    /// The file's bytes, base64.
    pub file: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RescueTaken {
    /// Label of the tablet that made the file.
    pub tablet: String,
    /// When it made it (its clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub made_at: i64,
    /// Sealed pieces that are on the server's disk, now or since before.
    pub kept: u32,
    /// Changes the gate refused, kept under *À reprendre*.
    pub set_aside: u32,
    /// Pieces refused whole.
    pub refused: Vec<RescueRefused>,
}

/// Pieces refused whole, for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RescueRefused {
    /// Stable kebab-case code.
    pub code: String,
    /// They lie under *À reprendre*; otherwise the file must be kept.
    pub kept: bool,
    /// How many.
    pub number: u32,
}
