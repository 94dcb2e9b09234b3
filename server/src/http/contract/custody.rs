//! Custody as the console shows it: sessions, second factors, the end of campaigns, the audit log.

use super::PseudonymState;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of `GET /api/sessions`: one's own open sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionLine {
    /// Its name: the beginning of a hash, never the token.
    pub id: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub opened_at: i64,
    /// Server clock, within a minute.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seen_at: i64,
    /// The one that asks.
    pub own: bool,
}

/// `POST /api/second-factor/draw`: shown once, kept only once a code proves it.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SecondFactorDrawn {
    /// To be typed into a telephone (base 32).
    pub secret: String,
    /// To be scanned, as SVG.
    pub qr_svg: String,
}

maraude_core::redacts!(SecondFactorDrawn);

/// `POST /api/second-factor`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SecondFactorProof {
    /// As it was drawn.
    pub secret: String,
    /// The code the telephone shows now.
    pub code: String,
}

maraude_core::redacts!(SecondFactorProof);

/// What a second factor's owner writes down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecoveryCodes {
    /// Ten, each good for one login.
    pub codes: Vec<String>,
}

/// A line of `GET /api/retention`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RetentionLine {
    /// The campaign.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// The date its documents end: signs and exact places go, coarse tables stay.
    pub coarsen_on: Option<String>,
    /// Notice of that is given: not before this instant (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub coarsen_from: Option<i64>,
    /// Its documents ended (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub coarsened_at: Option<i64>,
    /// The date it is purged on.
    pub purge_on: Option<String>,
    /// Notice is given: not before this instant (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub purge_from: Option<i64>,
    /// Where it stands with pseudonyms.
    pub pseudonyms: PseudonymState,
    /// Why a legal hold stands, where one does.
    pub held: Option<String>,
    /// It was purged (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub purged_at: Option<i64>,
}

maraude_core::redacts!(RetentionLine);

/// `POST /api/campaigns/{id}/purge`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PurgeRequest {
    /// The campaign's name, typed.
    pub confirmation: String,
    /// Why, in words.
    #[serde(default)]
    pub reason: String,
    /// Do not wait for the week of notice; needs a reason.
    #[serde(default)]
    pub without_notice: bool,
}

maraude_core::redacts!(PurgeRequest);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PurgeAnswered {
    /// It is done.
    pub purged: bool,
    /// Notice is given: not before this instant (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub not_before: Option<i64>,
}

/// `POST /api/campaigns/{id}/hold`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HoldRequest {
    /// Set it, or end it.
    pub holds: bool,
    /// Why, in words.
    pub reason: String,
}

maraude_core::redacts!(HoldRequest);

/// A line of `GET /api/audit`, newest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditLine {
    /// 1, 2, 3...
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub number: u64,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Who.
    pub author: String,
    /// What: a stable kebab-case code.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
}

maraude_core::redacts!(AuditLine);
