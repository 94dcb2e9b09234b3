//! Enrolment in series.

use maraude_core::model::TeamId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/campaigns/{id}/series`: a code that enrols several tablets, until the night ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewSeries {
    /// Tablets are called so, with their number after it.
    pub label: String,
    /// Team they are handed to.
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamId>,
    /// How many tablets, 1 to 200.
    pub places: u32,
}

/// A line of `GET /api/campaigns/{id}/series`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SeriesLine {
    /// Its name in addresses.
    pub id: String,
    /// What its tablets are called.
    pub label: String,
    /// Team code.
    pub team: Option<String>,
    /// How many tablets.
    pub places: u32,
    /// How many have come.
    pub used: u32,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_at: i64,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expires_at: i64,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub cancelled_at: Option<i64>,
}

/// `POST /api/campaigns/{id}/enrolment-sheet`: codes that each serve once, to be printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewSheet {
    /// Teams, and how many tablets each takes.
    pub teams: Vec<SheetTeam>,
}

/// A team of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetTeam {
    /// The team.
    #[schema(value_type = String)]
    pub team: TeamId,
    /// How many tablets.
    pub number: u32,
}

/// A line of a printed sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetCode {
    /// What the tablet will be called.
    pub label: String,
    /// Team code.
    pub team: String,
    /// The code, to be scanned or typed.
    pub code: super::EnrolmentCode,
}
