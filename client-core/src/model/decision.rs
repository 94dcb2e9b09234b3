//! What coordinators decide. Appended to the review document; nobody edits an observation to
//! "merge" it.

use super::{
    AccountId, AdjudicationId, Coordinates, CorrectionId, DecisionId, ObservationId, SectorId,
    TimestampMs,
};
use serde::{Deserialize, Serialize};

/// One person of an observation: slot 0 of an individual, 0 to n-1 of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SlotRef {
    /// The observation.
    pub observation: ObservationId,
    /// 0-based.
    pub slot: u16,
}

/// What a coordinator holds two slots to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// Looked at, cannot tell.
    Unsure,
}

/// A coordinator's decision on two slots. It stands until undone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Identifier.
    pub id: DecisionId,
    /// One slot (the smaller of the two).
    pub one: SlotRef,
    /// The other.
    pub other: SlotRef,
    /// What they are held to be.
    pub verdict: Verdict,
    /// Why, at most 280 characters.
    pub reason: Option<String>,
    /// Who decided.
    pub author: AccountId,
    /// Server clock, UTC.
    pub decided_at: TimestampMs,
    /// Undone at this instant; an undone decision has no effect.
    pub undone_at: Option<TimestampMs>,
}

crate::redacts!(Decision);

/// What becomes of a doubtful observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// In the figure.
    Count,
    /// Out of the figure.
    DoNotCount,
    /// The team is asked.
    AskTeam,
}

/// A ruling on a doubtful observation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjudication {
    /// Identifier.
    pub id: AdjudicationId,
    /// The observation.
    pub observation: ObservationId,
    /// What becomes of it.
    pub ruling: Ruling,
    /// Why.
    pub reason: Option<String>,
    /// Who ruled.
    pub author: AccountId,
    /// Server clock, UTC.
    pub decided_at: TimestampMs,
    /// Undone at this instant.
    pub undone_at: Option<TimestampMs>,
}

crate::redacts!(Adjudication);

/// What a correction changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionKind {
    /// The observation's place.
    Place(Coordinates),
    /// The sector it counts for.
    Sector(SectorId),
}

/// A coordinator's correction of an observation.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Identifier.
    pub id: CorrectionId,
    /// The observation.
    pub observation: ObservationId,
    /// What changes.
    pub kind: CorrectionKind,
    /// Why.
    pub reason: Option<String>,
    /// Who corrected.
    pub author: AccountId,
    /// Server clock, UTC.
    pub decided_at: TimestampMs,
    /// Undone at this instant.
    pub undone_at: Option<TimestampMs>,
}

crate::redacts!(Correction);
