//! A CSV file of paper sheets, as it was understood.

use maraude_core::model::{Coverage, Night};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/campaigns/{id}/paper-sheets/check`: a file to be looked at. Nothing of it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetFileUpload {
    /// The file's bytes, base64; at most 6 MB of them.
    pub file: String,
}

maraude_core::redacts!(SheetFileUpload);

/// What a file holds. It may be imported where `faults` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetFileRead {
    /// `utf-8` or `windows-1252`; none where it is no text.
    pub encoding: Option<String>,
    /// What stands between cells: `;`, `,` or a tab.
    pub separator: Option<String>,
    /// Its columns, in their order.
    pub columns: Vec<SheetColumnRead>,
    /// Its sheets, in their order; none of those whose number cannot be taken.
    pub sheets: Vec<SheetRead>,
    /// Rows of people, in all sheets.
    pub rows: u32,
    /// What is wrong, from the first line to the last, at most 200.
    pub faults: Vec<SheetFaultLine>,
    /// How many more there are.
    pub more_faults: u32,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetColumnRead {
    /// As the file heads it.
    pub heading: String,
    /// `number`, `team`, `sector`, `night`, `coverage`, `not_walked`, `hour`, `place`, `men`, `women`,
    /// `minors`, `undetermined`, `sleeping_place`, `certainty`, `note`; none for an empty column that
    /// no sheet has.
    pub understood: Option<String>,
}

/// A sheet of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetRead {
    /// The line it begins on.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub line: u64,
    /// Its number, `0042-K`.
    pub number: String,
    /// Code of the team it was printed for.
    pub team: String,
    /// Code of the sector it was printed for.
    pub sector: String,
    /// The night it was printed for.
    #[schema(value_type = String)]
    pub night: Night,
    /// How much of the sector was walked.
    #[schema(value_type = String)]
    pub coverage: Coverage,
    /// Rows of people; none where nobody was met.
    pub rows: u32,
    /// People on them.
    pub people: u32,
}

/// What is wrong somewhere in a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetFaultLine {
    /// The line, 1-based.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub line: u64,
    /// The column's heading; empty where the whole line or file is meant.
    pub column: String,
    /// Stable kebab-case code.
    pub code: String,
    /// What stands there, cut; never a note or a place.
    pub value: String,
    /// What the sheet was printed for, where the file says otherwise.
    pub expected: String,
}

maraude_core::redacts!(SheetFaultLine);
