//! How linkage did on a campaign: what was compared, learnt and held.

use super::PseudonymState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/quality`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Quality {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Observations compared.
    pub observations: u32,
    /// People of individual and group rows: slots.
    pub slots: u32,
    /// Where the campaign stands with pseudonyms: once they are forgotten, no later observation is
    /// compared by them.
    pub pseudonyms: PseudonymState,
    /// `learnt`, `fell_back` (the starting parameters stand) or `given`.
    pub training: String,
    /// When the parameters in force were learnt, server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub learnt_at: Option<i64>,
    /// Observations they were learnt from.
    pub learnt_from: u32,
    /// Observations that came, went or changed since.
    pub changed: u32,
    /// Distinct people in the street so far: the figure, a minimum.
    pub distinct: u32,
    /// Estimate of distinct people in the street.
    pub estimate: f64,
    /// Its 95 % interval.
    pub interval: [u32; 2],
    /// People met on several nights; none for a campaign of one.
    pub returns: Option<ReturnsLine>,
    /// Pairs of observations compared.
    pub compared: u32,
    /// Of all pairs there are.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub possible: u64,
    /// Pairs each blocking rule found; one pair may be found by several.
    pub rules: Vec<RuleLine>,
    /// Prior of each kind of pair.
    pub priors: Vec<PriorLine>,
    /// m and u by field and level, as learnt.
    pub levels: Vec<LevelLine>,
    /// Links by whole bits of their weight, before rivals share.
    pub histogram: Vec<WeightBin>,
    /// From here a pair is one without asking.
    pub auto_probability: f64,
    /// From here it is shown for review.
    pub review_probability: f64,
    /// From here it stands as one until somebody decides.
    pub held_same_probability: f64,
    /// What would change at another threshold, in order.
    pub thresholds: Vec<ThresholdLine>,
    /// What was held of pairs before anybody decided, against decisions, in order.
    pub reliability: Vec<ReliabilityLine>,
}

/// People who come back on another night and sleep elsewhere: nothing finds most of them one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReturnsLine {
    /// Their share of the returns, 0..1.
    pub share: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
    /// Returns that marks or a pseudonym tell, near where the person slept: what the share rests on.
    pub near: f64,
    /// The same elsewhere, people who look alike by chance taken out.
    pub elsewhere: f64,
}

/// Pairs a blocking rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleLine {
    /// `near`, `near_other_night`, `pseudonym`, `rare_marks`, `decided`.
    pub rule: String,
    /// Pairs of observations.
    pub pairs: u32,
}

/// What is held of a pair before looking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PriorLine {
    /// `other_team`, `same_team`, `other_night`...
    pub level: String,
    /// 0..1.
    pub probability: f64,
}

/// How often a level is met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LevelLine {
    /// The field.
    pub field: String,
    /// The level.
    pub level: String,
    /// Of pairs in which both answered.
    pub both_answered: bool,
    /// P(level given same).
    pub m_probability: f64,
    /// P(level given different).
    pub u_probability: f64,
    /// log2(m/u).
    pub bits: f64,
}

/// Links of one weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WeightBin {
    /// From so many bits to one more.
    pub bits: i32,
    /// Links.
    pub links: u32,
}

/// Pairs of one range of probabilities, and what was decided of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReliabilityLine {
    /// Held before any decision, from this on.
    pub from: f64,
    /// Below this.
    pub to: f64,
    /// Compared pairs of the range.
    pub pairs: u32,
    /// Of these, pairs with a standing decision.
    pub decided: u32,
    /// Of these, pairs decided to be one person.
    pub same: u32,
    /// Mean probability of the decided.
    pub expected: f64,
    /// 95 % interval of the share decided to be one.
    pub interval: [f64; 2],
}

/// The night at a threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ThresholdLine {
    /// Pairs stand as one from here.
    pub probability: f64,
    /// Distinct people in the street.
    pub street: u32,
    /// Pairs joined.
    pub joined: u32,
    /// Share of them that the model expects to be right.
    pub expected_precision: f64,
    /// Share of the doubles it expects that is joined.
    pub expected_recall: f64,
    /// Pairs at or above it that nobody has decided: the work of review if it started here.
    pub to_review: u32,
}
