//! Observations as *Observations* shows them.

use maraude_core::model::{
    AdjudicationId, Answers, Certainty, Contact, CorrectionId, HeadCount, Issue, Night,
    ObservationId, ObservationKind, Position, Ruling,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/observations`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ObservationPage {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// How many match the filters.
    pub total: u32,
    /// At most 200, newest first.
    pub rows: Vec<ObservationRow>,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ObservationRow {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: ObservationId,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: ObservationKind,
    /// `street`, `squat`, `bidonville`, `partner`, `none`.
    pub unit: String,
    /// How the contact went.
    #[schema(value_type = String)]
    pub contact: Contact,
    /// Certainty.
    #[schema(value_type = String)]
    pub certainty: Certainty,
    /// How many people.
    #[schema(value_type = Object)]
    pub heads: HeadCount,
    /// Team code.
    pub team: String,
    /// Sector of the round.
    pub sector: Option<String>,
    /// Night.
    #[schema(value_type = String)]
    pub night: Night,
    /// When, corrected by the tablet's clock offset.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub observed_at: i64,
    /// Placed in: commune name.
    pub commune: Option<String>,
    /// Placed in: sector code of the polygon that holds it.
    pub placed_sector: Option<String>,
    /// `inside` or `edge`.
    pub membership: Option<String>,
    /// Oddities of its place: `outside`, `swapped`, `null-island`, `imprecise`, `stale`, `speed`,
    /// `typed-elsewhere`, `none`.
    pub outliers: Vec<String>,
    /// Set apart: `late`, `unplanned`, or none.
    pub set_apart: Option<String>,
    /// Withdrawn by its team.
    pub withdrawn: bool,
    /// Fields with two values.
    pub conflicts: u32,
    /// Read by the coordination.
    pub read: bool,
    /// How many observations are held to be the same person or group.
    pub cluster_size: u32,
}

/// `GET /api/campaigns/{id}/observations/{observation}`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ObservationDetail {
    /// Its line.
    pub row: ObservationRow,
    /// The chosen position, and why it won: `correction`, `pin`, `fix`, `site`, `typed`, `none`.
    #[schema(value_type = Option<Object>)]
    pub position: Option<Position>,
    /// See `position`.
    pub position_reason: String,
    /// What the position is near to.
    pub near: Option<NearPlace>,
    /// The place as typed.
    pub typed_place: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Answers by question.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// Conflicts and other oddities.
    #[schema(value_type = Vec<Object>)]
    pub issues: Vec<Issue>,
    /// Changes, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Rulings, newest last.
    pub adjudications: Vec<AdjudicationEntry>,
    /// Corrections, newest last.
    pub corrections: Vec<CorrectionEntry>,
}

maraude_core::redacts!(ObservationDetail);

/// What a position is near to, in words.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NearPlace {
    /// `address`, `street`, `sector` or `commune`: the first of them that is near enough.
    pub kind: String,
    /// As people read it.
    pub label: String,
    /// How far it is, metres; 0 inside a sector or commune.
    pub distance_m: f64,
}

maraude_core::redacts!(NearPlace);

/// `POST /api/campaigns/{id}/gazetteer`: a typed place to look for. It travels in a body: where
/// somebody sleeps stands in no address and no log.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlaceSearch {
    /// As typed, at most 200 characters.
    pub text: String,
    /// Candidates near it, or near its sector, come first.
    #[schema(value_type = Option<String>)]
    pub observation: Option<ObservationId>,
}

maraude_core::redacts!(PlaceSearch);

/// Where a typed place may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlaceCandidates {
    /// Best first.
    pub candidates: Vec<PlaceCandidate>,
    /// The first is far enough ahead to be taken alone.
    pub confident: bool,
}

/// One place that a text may mean.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlaceCandidate {
    /// As people read it.
    pub label: String,
    /// `address`, `interpolated`, `street`, `landmark`, `crossing`.
    pub kind: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// How far from there it may be, metres.
    pub accuracy_m: f64,
    /// How well it fits; only for ranking.
    pub fit: f64,
}

maraude_core::redacts!(PlaceCandidate);

/// One change of an observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// Device clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Tablet label, or "coordination".
    pub by: String,
    /// Fields it wrote.
    pub fields: Vec<String>,
}

/// A ruling.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AdjudicationEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: AdjudicationId,
    /// What became of it.
    #[schema(value_type = String)]
    pub ruling: Ruling,
    /// Why.
    pub reason: Option<String>,
    /// Account name.
    pub by: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Undone.
    pub undone: bool,
}

maraude_core::redacts!(AdjudicationEntry);

/// A correction of the place.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CorrectionEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: CorrectionId,
    /// Why.
    pub reason: Option<String>,
    /// Account name.
    pub by: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Undone.
    pub undone: bool,
}

maraude_core::redacts!(CorrectionEntry);
