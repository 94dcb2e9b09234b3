//! Indicators of a campaign.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/indicators`. Whoever does not see observations reads what the rules of
/// releases let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IndicatorBoard {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// `provisional`, or `consolidated` when nothing is open any more.
    pub stage: String,
    /// What keeps it provisional: `campaign-open`, `pairs-to-review`, `doubtful-observations`.
    pub unsettled: Vec<String>,
    /// The last release of all levels, where there is one.
    pub released: Option<u32>,
    /// Small counts are withheld, as in releases.
    pub small_withheld: bool,
    /// Least people of a category that is told, where small counts are withheld.
    pub least: u32,
    /// Version of the table of typologies.
    pub typology: u32,
    /// Why tables and contacts are not told yet: `campaign-open`, `no-perimeter`.
    pub waits: Option<String>,
    /// People by unit; never added up.
    pub units: Vec<IndicatorRow>,
    /// People in the street by category.
    pub tables: Vec<IndicatorTable>,
    /// How contacts went, in observations.
    pub contacts: Vec<ContactRow>,
    /// People asked, and those of them who answered in whole or in part.
    pub asked_answered: Option<[u32; 2]>,
    /// Sectors by what became of them.
    pub coverage: Vec<CoverageRow>,
    /// Each sector by itself.
    pub sectors: Vec<SectorCoverage>,
    /// People in the street beyond the perimeter, whom no figure holds.
    pub outside: Option<u32>,
}

/// People in the street told apart by one trait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IndicatorTable {
    /// `igh`, `ethos_light`, `insee`, `age`, `gender`, `household` or `duration`.
    pub breakdown: String,
    /// By category.
    pub rows: Vec<IndicatorRow>,
}

/// A count of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IndicatorRow {
    /// The unit or the category.
    pub code: String,
    /// Squats, bidonvilles or partners they are at.
    pub places: Option<u32>,
    /// Distinct people; absent where withheld.
    pub people: Option<u32>,
    /// In the street the 95 % interval of linkage; elsewhere at least and at most as told.
    pub interval: Option<[u32; 2]>,
}

/// Contacts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ContactRow {
    /// `answered`, `refused`...
    pub code: String,
    /// Observations; absent where withheld.
    pub observations: Option<u32>,
}

/// Sectors of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CoverageRow {
    /// `walked`, `zero`, `partial`, `under_way`, `not_walked` or `not_visited`.
    pub code: String,
    /// How many.
    pub sectors: u32,
}

/// What became of one sector, over all nights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SectorCoverage {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// As in [`CoverageRow`]; `zero` is `walked` for whoever does not see observations.
    pub state: String,
    /// Streets declared walked, and all streets of the nights in which some were declared, metres;
    /// absent where none was.
    pub streets_m: Option<[u32; 2]>,
}
