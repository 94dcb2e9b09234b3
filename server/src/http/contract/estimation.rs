//! The part not seen, beside the figure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/estimation`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Estimation {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// The figure: distinct people in the street, a minimum.
    pub distinct: u32,
    /// 95 % interval of the doubt about who was met twice.
    pub interval: [u32; 2],
    /// Every way to estimate that the campaign allows.
    pub methods: Vec<EstimateMethod>,
}

/// One way to estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EstimateMethod {
    /// `met`, `nights`, `passes` or `sectors`.
    pub method: String,
    /// What it was counted from, means over the ways to link: lists, people met so many times, or
    /// zones.
    pub counts: Vec<EstimateCount>,
    /// People in more than one list.
    pub in_common: Option<f64>,
    /// Every model, the one to show first; empty where it is refused.
    pub models: Vec<EstimateModel>,
    /// Least and largest of the models, where there are several of one kind.
    pub spread: Option<[f64; 2]>,
    /// Models that could not be fitted.
    pub dropped: u32,
    /// The lists have too few people in common: no model may be trusted alone.
    pub thin: bool,
    /// Why there is none.
    pub refusal: Option<EstimateRefusal>,
    /// Codes of what must hold.
    pub assumptions: Vec<String>,
}

/// A number that an estimate was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EstimateCount {
    /// A night, a pass, a number of times, or a zone; empty for sectors of no zone.
    pub name: String,
    /// People.
    pub people: f64,
    /// Of zones: sectors walked to the end, and all.
    pub sectors: Option<[u32; 2]>,
}

/// What one model says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EstimateModel {
    /// `chapman`, `chao`, `truncated_poisson`, `zelterman`, `expansion` or `log_linear`.
    pub model: String,
    /// Of log-linear models: pairs of lists that depend on each other, from 0.
    pub pairs: Vec<[u32; 2]>,
    /// People in all, those met included.
    pub people: f64,
    /// 95 % interval, where the model gives one.
    pub interval: Option<[f64; 2]>,
    /// Of log-linear models: less is better.
    pub aic: Option<f64>,
}

/// Why an estimate is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EstimateRefusal {
    /// A stable code: `too-few-met-twice`...
    pub code: String,
    /// How many there are, and how many are needed.
    pub found_and_needed: Option<[u32; 2]>,
}
