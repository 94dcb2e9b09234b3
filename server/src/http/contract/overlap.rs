//! Sectors recorded more than once in a night, side by side; paper sheets.

use super::observation::ObservationRow;
use maraude_core::model::{
    AdjudicationId, Coverage, DocumentId, Night, ObservationId, SectorId, TeamId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/overlaps`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Overlaps {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Those somebody has to decide on first.
    pub overlaps: Vec<OverlapEntry>,
}

/// A sector recorded more than once in a night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OverlapEntry {
    /// Code of the sector.
    pub sector: String,
    /// Its name.
    pub name: String,
    /// The night.
    #[schema(value_type = String)]
    pub night: Night,
    /// Somebody has to decide.
    pub waits: bool,
    /// What was recorded, in the order it reached the server.
    pub strands: Vec<StrandEntry>,
}

/// What one team recorded of it by one means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StrandEntry {
    /// Under which it is ruled on.
    #[schema(value_type = String)]
    pub id: ObservationId,
    /// Its round.
    #[schema(value_type = String)]
    pub round: DocumentId,
    /// Code of the team.
    pub team: String,
    /// `tablets`, `tablet` (one that others took over from), `paper`.
    pub source: String,
    /// Labels of the tablets, or numbers of the sheets.
    pub written_with: Vec<String>,
    /// When its first entry reached the server.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub arrived_at: i64,
    /// When its first people were seen.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub first_at: i64,
    /// When its last people were seen.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub last_at: i64,
    /// How much of the sector its team says it walked.
    #[schema(value_type = Option<String>)]
    pub coverage: Option<Coverage>,
    /// `counted`, `waiting`, `ruled_out`.
    pub standing: String,
    /// The ruling that stands.
    pub ruling: Option<StrandRuling>,
    /// Totals, field by field, as filed.
    pub totals: StrandTotals,
    /// Its entries that stand, in the order they were seen.
    pub entries: Vec<ObservationRow>,
}

/// Who decided, and why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StrandRuling {
    /// What undoes it.
    #[schema(value_type = String)]
    pub id: AdjudicationId,
    /// Why.
    pub reason: Option<String>,
    /// Account name.
    pub by: String,
    /// When.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
}

maraude_core::redacts!(StrandRuling);

/// Totals of a strand as its team filed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StrandTotals {
    /// Entries that stand.
    pub entries: u32,
    /// People: at least, at most.
    pub people: [u32; 2],
    /// Men.
    pub men: u32,
    /// Women.
    pub women: u32,
    /// Minors.
    pub minors: u32,
    /// Not told apart.
    pub undetermined: u32,
    /// Squats and bidonvilles.
    pub sites: u32,
}

/// `POST /api/campaigns/{id}/paper-sheets`: sheets to be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewPaperSheets {
    /// The night.
    #[schema(value_type = String)]
    pub night: Night,
    /// One sheet for each, at most 400.
    pub sheets: Vec<SheetFor>,
}

/// Whom a sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetFor {
    /// The team.
    #[schema(value_type = String)]
    pub team: TeamId,
    /// The sector.
    #[schema(value_type = String)]
    pub sector: SectorId,
}

/// A paper sheet that was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PaperSheetLine {
    /// Its number, `0042-K`.
    pub number: String,
    /// Code of the team.
    pub team: String,
    /// Code of the sector.
    pub sector: String,
    /// Name of the sector.
    pub name: String,
    /// The night.
    #[schema(value_type = String)]
    pub night: Night,
    /// Rows it has.
    pub rows: u32,
    /// When it was printed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub printed_at: i64,
    /// What is on it was keyed in.
    pub keyed_in: bool,
}

/// A row of a paper sheet as it is keyed in: people seen together.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetRowEntry {
    /// The hour written, `23:40`; before noon is the morning after.
    pub hour: String,
    /// Men.
    pub men: u32,
    /// Women.
    pub women: u32,
    /// Minors.
    pub minors: u32,
    /// Not told apart.
    pub undetermined: u32,
    /// Code of the sleeping place.
    pub sleeping_place: String,
    /// Code of the certainty, where something was written.
    pub certainty: Option<String>,
    /// Where, as it is written.
    pub place: String,
    /// The note, as it is written.
    pub note: String,
}

maraude_core::redacts!(SheetRowEntry);
