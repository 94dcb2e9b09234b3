//! The committee's log: each decision, who, when, what, why, and what it changed.

use super::observation::{AdjudicationEntry, ObservationRow};
use maraude_core::model::{Night, ObservationKind, Ruling, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/review-log`. Reading it is noted in the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReviewLog {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// The campaign's name.
    pub campaign: String,
    /// It is an exercise.
    pub exercise: bool,
    /// When it was read, server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub read_at: i64,
    /// The figure had nobody decided anything, by line: `street`, `squat`, `bidonville`, `partner`.
    pub before: Vec<LineEffect>,
    /// The figure today.
    pub now: Vec<LineEffect>,
    /// Acts, oldest first.
    pub acts: Vec<LoggedAct>,
    /// How many of each kind stand, by kind.
    pub standing: Vec<KindCount>,
    /// Acts undone.
    pub undone: u32,
}

/// People in a line of the figure, or more or fewer of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LineEffect {
    /// `street`, `squat`, `bidonville`, `partner`.
    pub unit: String,
    /// People.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub people: i64,
}

/// Acts of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KindCount {
    /// As [`LoggedAct::kind`].
    pub kind: String,
    /// How many.
    pub acts: u32,
}

/// What somebody decided at once.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoggedAct {
    /// Its number in this log, from 1.
    pub number: u32,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// `same`, `different`, `unsure`, `group` (several pairs), `count`, `do_not_count`, `ask_team`,
    /// `place`, `sector`, `strands` (which of what was recorded of a sector counts).
    pub kind: String,
    /// The role of who decided; none once the account is closed.
    pub role: Option<String>,
    /// The beginning of their account's identifier: never a name.
    pub who: String,
    /// Why.
    pub reason: Option<String>,
    /// The pairs, for decisions on people.
    pub pairs: Vec<LoggedPair>,
    /// The observation, for rulings and corrections.
    pub about: Option<LoggedSide>,
    /// What was recorded of the sector more than once, for rulings on which of it counts.
    pub strands: Vec<LoggedStrand>,
    /// What it changed, line by line; none where it has no effect that can be told.
    pub effects: Option<Vec<LineEffect>>,
    /// When it was undone.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub undone_at: Option<i64>,
}

maraude_core::redacts!(LoggedAct);

/// Two people of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoggedPair {
    /// One.
    pub one: LoggedSide,
    /// The other.
    pub other: LoggedSide,
    /// What they are held to be.
    #[schema(value_type = String)]
    pub verdict: Verdict,
}

/// What one team recorded of a sector by one means, and whether it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoggedStrand {
    /// Code of the team.
    pub team: String,
    /// Code of the sector.
    pub sector: String,
    /// The night.
    #[schema(value_type = String)]
    pub night: Night,
    /// `tablets`, `tablet` (one that others took over from), `paper`.
    pub source: String,
    /// Whether it is in the figure.
    pub counts: bool,
}

/// An observation as the log names it: no place, no trait, no text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoggedSide {
    /// The beginning of its identifier.
    pub observation: String,
    /// The slot: who of a group, from 1.
    pub slot: u32,
    /// What was seen; none for an observation the server no longer has.
    #[schema(value_type = Option<String>)]
    pub kind: Option<ObservationKind>,
    /// Code of the team.
    pub team: Option<String>,
    /// Code of the sector.
    pub sector: Option<String>,
    /// The night.
    #[schema(value_type = Option<String>)]
    pub night: Option<Night>,
    /// When.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub observed_at: Option<i64>,
}

/// `GET /api/campaigns/{id}/doubtful`: observations that wait for a ruling, and those ruled on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DoubtfulList {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Those nobody ruled on, then those whose team is asked, then those ruled on; newest first.
    pub lines: Vec<DoubtfulLine>,
}

/// A doubtful observation, or one ruled on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DoubtfulLine {
    /// It.
    pub observation: ObservationRow,
    /// It is in the figure.
    pub counted: bool,
    /// The ruling that stands.
    #[schema(value_type = Option<String>)]
    pub ruling: Option<Ruling>,
    /// All rulings on it, oldest first, undone ones included.
    pub rulings: Vec<AdjudicationEntry>,
}
