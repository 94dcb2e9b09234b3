//! Groups of linked observations, and what a change of one would do.

use super::doubles::{SlotCard, WaterfallStep};
use maraude_core::model::{DecisionId, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/groups`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupList {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Groups there are.
    pub total: u32,
    /// The first of them, those with a weak link first.
    pub groups: Vec<GroupLine>,
}

/// A group of several observations linked by people held to be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupLine {
    /// Its least slot: what it is asked for by.
    #[schema(value_type = Object)]
    pub slot: SlotRef,
    /// Observations.
    pub observations: u32,
    /// People they are held to be.
    pub people: u32,
    /// Slots.
    pub slots: u32,
    /// Probability of the least likely pair held to be one; none where all are decided.
    pub weakest: Option<f64>,
    /// Pairs to review.
    pub open: u32,
    /// Codes of the teams.
    pub teams: Vec<String>,
    /// First seen.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub first_at: i64,
    /// Last seen.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub last_at: i64,
}

/// `GET /api/campaigns/{id}/groups/{observation}/{slot}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupDetail {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// The group's people, then those they may also be.
    pub people: Vec<GroupPerson>,
    /// Pairs among them that are likely, held or decided.
    pub links: Vec<GroupLink>,
    /// People beyond those told.
    pub more: u32,
}

/// Somebody, as the observations held to be of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupPerson {
    /// In the group; otherwise beside it.
    pub within: bool,
    /// One card per observation.
    pub members: Vec<SlotCard>,
}

/// What lies between two members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupLink {
    /// One.
    #[schema(value_type = Object)]
    pub one: SlotRef,
    /// The other.
    #[schema(value_type = Object)]
    pub other: SlotRef,
    /// 0..1.
    pub match_probability: f64,
    /// log2 of the Bayes factor with the prior.
    pub match_weight: f64,
    /// What a coordinator decided on this pair.
    #[schema(value_type = Option<String>)]
    pub decided: Option<Verdict>,
    /// Metres between them.
    pub distance_m: Option<f64>,
    /// Minutes between them.
    pub minutes: f64,
    /// Prior, then each part.
    pub waterfall: Vec<WaterfallStep>,
}

/// A decision on two slots among several taken together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PairDecision {
    /// One.
    #[schema(value_type = Object)]
    pub one: SlotRef,
    /// The other.
    #[schema(value_type = Object)]
    pub other: SlotRef,
    /// What they are held to be.
    #[schema(value_type = String)]
    pub verdict: Verdict,
}

/// `POST /api/campaigns/{id}/groups/effect`: a change that is not made yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupChange {
    /// Decisions that would be taken.
    pub decisions: Vec<PairDecision>,
    /// Decisions that would be undone.
    #[schema(value_type = Vec<String>)]
    pub undone: Vec<DecisionId>,
}

/// What the change would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupEffect {
    /// Today.
    pub before: NightTotals,
    /// After it.
    pub after: NightTotals,
    /// Decisions that would be set aside because others contradict them.
    pub set_aside: u32,
}

/// The figure: separate lines, never added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NightTotals {
    /// Distinct people in the street.
    pub street: u32,
    /// 95 % interval of the estimate.
    pub interval: [u32; 2],
    /// People in squats, at least.
    pub squat: u32,
    /// People in bidonvilles, at least.
    pub bidonville: u32,
}
