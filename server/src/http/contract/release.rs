//! Releases: what leaves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/releases`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Releases {
    /// The sentence that may be said now, and what it rests on.
    pub sentence: ProvisionalSentence,
    /// Releases built, newest first.
    pub releases: Vec<ReleaseEntry>,
    /// Why a consolidated one cannot be built now: `campaign-open`, `pairs-to-review`,
    /// `already-consolidated`, `exercise`... A code that only warns ends with `?`.
    pub obstacles: Vec<String>,
}

/// *Provisoire*: perimeter to the nearest ten, range, completeness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ProvisionalSentence {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

/// `POST /api/campaigns/{id}/releases`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewRelease {
    /// `provisional` or `consolidated`.
    pub stage: String,
}

/// A release in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReleaseEntry {
    /// Number, from 1.
    pub number: u32,
    /// `provisional` or `consolidated`.
    pub stage: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub built_at: i64,
    /// Account name.
    pub by: String,
    /// SHA-256 of its content, hexadecimal.
    pub digest: String,
    /// Figures published.
    pub figures: u32,
    /// Figures withheld.
    pub withheld: u32,
}

/// `GET /api/campaigns/{id}/releases/{number}`: exactly what is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReleasePreview {
    /// Its line.
    pub release: ReleaseEntry,
    /// The published map, as GeoJSON text: each feature has `code`, `name`, `level`, `subject`,
    /// `figure` (absent when withheld) and `reason`.
    pub geojson: String,
    /// Settings in force, printed on every output.
    pub settings: Vec<String>,
}

/// `POST /api/campaigns/{id}/internal/{table}`: a table with exact places, as a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewExport {
    /// `geojson`, `csv`, `gpkg`, `fgb`, `parquet` or `xlsx`.
    pub format: String,
    /// Why; it is kept in the audit log.
    #[schema(min_length = 10)]
    pub reason: String,
}

maraude_core::redacts!(NewExport);

/// `POST /api/campaigns/{id}/coarse`, `POST /api/campaigns/{id}/quarantine/{number}/export`: a file for
/// who says why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExportReason {
    /// Why; it is kept in the audit log.
    #[schema(min_length = 10)]
    pub reason: String,
}

maraude_core::redacts!(ExportReason);
