//! What may be ordered, what comes of it, and why not.

use super::sheets::FilledSheet;
use crate::projection::ViewError;
use crate::store::{LogPosition, StoreError};
use crate::sync::EngineError;
use geo::MultiPolygon;
use maraude_core::model::{
    AdjudicationId, Assignment, Coordinates, CorrectionId, DecisionId, LegalFrame, Night,
    ObservationId, OpeningObstacle, RetentionFrame, Ruling, Sector, SectorId, Site, SiteId,
    SlotRef, Team, TeamId, Verdict, Zone, ZoneId,
};
use serde::{Deserialize, Serialize};

/// A sector as a file gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedSector {
    /// Its code; a sector of the plan with this code keeps its identifier.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its ground.
    pub boundary: MultiPolygon<f64>,
}

/// An order of a coordinator.
#[derive(Clone, PartialEq)]
pub enum Order {
    /// Name, nights, number, legal fields, retention dates.
    SetDetails {
        /// Name.
        name: String,
        /// Nights.
        nights: Vec<Night>,
        /// The coordination's number.
        coordination_number: Option<String>,
        /// Untouched for so many minutes, a tablet locks; as it was where none is said.
        lock_minutes: Option<u8>,
        /// What the law asks.
        legal: LegalFrame,
        /// When raw data go.
        retention: RetentionFrame,
        /// Ask for pseudonyms, or no longer; as it was where nothing is said.
        pseudonyms: Option<bool>,
    },
    /// Communes counted, by code.
    SetPerimeter(Vec<String>),
    /// Add or change a zone.
    PutZone(Zone),
    /// Take a zone out of the plan; its sectors stay, in no zone.
    RemoveZone(ZoneId),
    /// Add or change a sector.
    PutSector(Sector),
    /// Take a sector out of the plan.
    RemoveSector(SectorId),
    /// Sectors from a file.
    ImportSectors(Vec<ImportedSector>),
    /// Add or change a team.
    PutTeam(Team),
    /// Take a team out of the plan.
    RemoveTeam(TeamId),
    /// Teams from CSV.
    ImportTeams {
        /// The file's text.
        csv: String,
        /// Night of the assignments.
        night: Option<Night>,
    },
    /// Send a team to a sector.
    Assign(Assignment),
    /// Do not.
    Unassign(Assignment),
    /// Add or change a known place.
    PutSite(Site),
    /// Take a known place out.
    RemoveSite(SiteId),
    /// *ouverte*.
    Open,
    /// *verrouillée*.
    Lock,
    /// A decision on two slots.
    Decide {
        /// One.
        one: SlotRef,
        /// The other.
        other: SlotRef,
        /// What they are held to be.
        verdict: Verdict,
        /// Why.
        reason: Option<String>,
    },
    /// Several decisions that stand for one thing somebody said of a group: taken together or not
    /// at all.
    DecideAll {
        /// Pairs of slots and what they are held to be.
        pairs: Vec<(SlotRef, SlotRef, Verdict)>,
        /// Why.
        reason: Option<String>,
    },
    /// Undo a decision.
    UndoDecision(DecisionId),
    /// Undo several together.
    UndoDecisions(Vec<DecisionId>),
    /// A ruling on a doubtful observation.
    Adjudicate {
        /// Which.
        observation: ObservationId,
        /// What becomes of it.
        ruling: Ruling,
        /// Why.
        reason: Option<String>,
    },
    /// Undo a ruling.
    UndoAdjudication(AdjudicationId),
    /// Undo several together.
    UndoAdjudications(Vec<AdjudicationId>),
    /// Which strands of a sector and night count, where it was recorded more than once.
    JudgeStrands {
        /// Those in the figure.
        counted: Vec<ObservationId>,
        /// Those out of it.
        left_out: Vec<ObservationId>,
        /// Why.
        reason: Option<String>,
    },
    /// Key a paper sheet in.
    KeyInSheet(FilledSheet),
    /// Key in every sheet of a CSV file.
    ImportSheets(Vec<u8>),
    /// Correct an observation's place.
    CorrectPlace {
        /// Which.
        observation: ObservationId,
        /// Where it is.
        at: Coordinates,
        /// Why.
        reason: Option<String>,
    },
    /// Undo a correction.
    UndoCorrection(CorrectionId),
    /// The coordination has read these observations.
    MarkRead(Vec<ObservationId>),
}

maraude_core::redacts!(Order);

/// An order with its identifier and what its author had on screen.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRequest {
    /// Drawn by the browser: the same order sent twice acts once.
    pub command: String,
    /// Position of the log the coordinator had on screen.
    pub seen: LogPosition,
    /// The order.
    pub order: Order,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderDone {
    /// Position of the log after it.
    #[serde(skip)]
    pub position: LogPosition,
    /// Identifier of what it made, where it made something.
    pub made: Option<String>,
    /// For imports: rows taken in.
    pub imported: u32,
    /// For imports: rows refused, with line and reason; then nothing was taken in.
    pub refused: Vec<String>,
}

/// A value that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// The field it is in.
    pub field: &'static str,
}

/// Why an order was not carried out. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// What it touches has changed since the coordinator saw it.
    #[error("this was changed since you saw it")]
    Stale {
        /// Position of that change.
        position: LogPosition,
    },
    /// A value cannot be taken.
    #[error("{} is not acceptable", .0.field)]
    Invalid(Invalid),
    /// Something keeps the campaign from opening.
    #[error("something keeps the campaign from opening")]
    Obstacles(Vec<OpeningObstacle>),
    /// What it names is not there.
    #[error("{what} is not there")]
    Unknown {
        /// `sector`, `team`, `observation`...
        what: &'static str,
    },
    /// The campaign's state does not allow it.
    #[error("the campaign's state does not allow it")]
    State {
        /// Stable kebab-case code.
        code: &'static str,
    },
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl OrderError {
    pub(super) const fn invalid(code: &'static str, field: &'static str) -> Self {
        Self::Invalid(Invalid { code, field })
    }
}
