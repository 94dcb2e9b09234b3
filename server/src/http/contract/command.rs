//! What a coordinator orders: one command, one change of one document (design D3).

use super::campaign::{AssignmentEntry, SectorEntry, SiteEntry, TeamEntry, ZoneEntry};
use super::groups::PairDecision;
use super::overlap::SheetRowEntry;
use maraude_core::model::{
    AdjudicationId, CorrectionId, Coverage, DecisionId, LegalFrame, Night, ObservationId,
    RetentionFrame, Ruling, SectorId, SiteId, SlotRef, TeamId, Verdict, ZoneId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/campaigns/{id}/commands`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CommandRequest {
    /// A UUID drawn by the browser: the same command sent twice acts once.
    pub command_id: String,
    /// Position of the log the coordinator had on screen; an older one than the last change of
    /// what the command touches answers 409 `stale-position`.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seen: u64,
    /// The order.
    pub command: Command,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CommandAnswer {
    /// Position of the log after it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Identifier of what it made, where it made something.
    pub made: Option<String>,
    /// For imports: rows taken in, and rows refused with line and reason.
    pub imported: u32,
    /// See `imported`.
    pub refused: Vec<String>,
}

/// An order.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Name, nights, number, legal fields, retention dates.
    SetDetails {
        /// Name.
        name: String,
        /// Nights.
        #[schema(value_type = Vec<String>)]
        nights: Vec<Night>,
        /// The coordination's number.
        coordination_number: Option<String>,
        /// Untouched for so many minutes (3 to 15), a tablet locks; as it was where none is said.
        #[serde(default)]
        lock_minutes: Option<u8>,
        /// What the law asks.
        #[schema(value_type = Object)]
        legal: LegalFrame,
        /// When raw data go.
        #[schema(value_type = Object)]
        retention: RetentionFrame,
        /// Ask for pseudonyms, or no longer; as it was where nothing is said.
        #[serde(default)]
        pseudonyms: Option<bool>,
    },
    /// Communes counted, by code.
    SetPerimeter {
        /// Codes of imported communes.
        communes: Vec<String>,
    },
    /// Add or change a zone.
    PutZone {
        /// The zone.
        zone: ZoneEntry,
    },
    /// Take a zone out of the plan; its sectors stay, in no zone.
    RemoveZone {
        /// Which.
        #[schema(value_type = String)]
        zone: ZoneId,
    },
    /// Add or change a sector.
    PutSector {
        /// The sector.
        sector: SectorEntry,
    },
    /// Take a sector out of the plan.
    RemoveSector {
        /// Which.
        #[schema(value_type = String)]
        sector: SectorId,
    },
    /// Sectors from a GeoJSON file.
    ImportSectors {
        /// The file's text.
        geojson: String,
        /// Property that holds the code.
        code: String,
        /// Property that holds the name.
        name: String,
    },
    /// Add or change a team.
    PutTeam {
        /// The team.
        team: TeamEntry,
    },
    /// Take a team out of the plan.
    RemoveTeam {
        /// Which.
        #[schema(value_type = String)]
        team: TeamId,
    },
    /// Teams from CSV: `code,organisation,professional,sector` (sector code, optional).
    ImportTeams {
        /// The file's text.
        csv: String,
        /// Night of the assignments.
        #[schema(value_type = Option<String>)]
        night: Option<Night>,
    },
    /// Send a team to a sector.
    Assign {
        /// Who, where, when.
        assignment: AssignmentEntry,
    },
    /// Do not.
    Unassign {
        /// Who, where, when.
        assignment: AssignmentEntry,
    },
    /// Add or change a known place (goes to the briefs of its sector and 150 m around).
    PutSite {
        /// The place.
        site: SiteEntry,
    },
    /// Take a known place out.
    RemoveSite {
        /// Which.
        #[schema(value_type = String)]
        site: SiteId,
    },
    /// *ouverte*: refused with 422 `opening-obstacles` while something is missing.
    Open {},
    /// *verrouillée*.
    LockCampaign {},
    /// A decision on two slots.
    Decide {
        /// One.
        #[schema(value_type = Object)]
        one: SlotRef,
        /// The other.
        #[schema(value_type = Object)]
        other: SlotRef,
        /// What they are held to be.
        #[schema(value_type = String)]
        verdict: Verdict,
        /// Why.
        reason: Option<String>,
    },
    /// Several decisions that stand for one thing said of a group: all of them or none.
    DecideAll {
        /// At most 120.
        decisions: Vec<PairDecision>,
        /// Why.
        reason: Option<String>,
    },
    /// Undo several decisions together, at any time.
    UndoDecisions {
        /// Which.
        #[schema(value_type = Vec<String>)]
        decisions: Vec<DecisionId>,
    },
    /// Undo a decision, at any time.
    UndoDecision {
        /// Which.
        #[schema(value_type = String)]
        decision: DecisionId,
    },
    /// A ruling on a doubtful observation.
    Adjudicate {
        /// Which.
        #[schema(value_type = String)]
        observation: ObservationId,
        /// What becomes of it.
        #[schema(value_type = String)]
        ruling: Ruling,
        /// Why.
        reason: Option<String>,
    },
    /// Undo a ruling.
    UndoAdjudication {
        /// Which.
        #[schema(value_type = String)]
        adjudication: AdjudicationId,
    },
    /// Undo several rulings together, at any time.
    UndoAdjudications {
        /// Which.
        #[schema(value_type = Vec<String>)]
        adjudications: Vec<AdjudicationId>,
    },
    /// Which strands count where a sector was recorded more than once: every one of them is named.
    JudgeStrands {
        /// Those in the figure.
        #[schema(value_type = Vec<String>)]
        counted: Vec<ObservationId>,
        /// Those out of it.
        #[schema(value_type = Vec<String>)]
        left_out: Vec<ObservationId>,
        /// Why.
        reason: Option<String>,
    },
    /// Key a paper sheet in, once; no row met nobody.
    KeyInSheet {
        /// The number on it, `0042-K`.
        number: String,
        /// How much of the sector was walked.
        #[schema(value_type = String)]
        coverage: Coverage,
        /// Streets not walked, as it is written.
        not_walked: Option<String>,
        /// At most 15.
        rows: Vec<SheetRowEntry>,
    },
    /// Key in every sheet of a CSV file, or none; `refused` says what is wrong with it.
    ImportSheets {
        /// The file's bytes, base64.
        file: String,
        /// Where it comes from, for the audit log; at least 10 characters, never a name.
        reason: String,
    },
    /// Correct an observation's place.
    CorrectPlace {
        /// Which.
        #[schema(value_type = String)]
        observation: ObservationId,
        /// Degrees east.
        longitude: f64,
        /// Degrees north.
        latitude: f64,
        /// Why.
        reason: Option<String>,
    },
    /// Undo a correction.
    UndoCorrection {
        /// Which.
        #[schema(value_type = String)]
        correction: CorrectionId,
    },
    /// The coordination has read these observations (*relu*).
    MarkRead {
        /// Which.
        #[schema(value_type = Vec<String>)]
        observations: Vec<ObservationId>,
    },
}

maraude_core::redacts!(Command);
