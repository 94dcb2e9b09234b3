//! Two campaigns side by side, and campaigns that ended.

use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/comparison?with={id}`. Whoever does not see observations reads tens, of
/// parts that hold enough people both times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparisonBoard {
    /// The earlier campaign.
    pub before: ComparedCampaign,
    /// The later one.
    pub after: ComparedCampaign,
    /// Why they are not compared: `other-definition`, `other-kind`, `other-mode`,
    /// `no-common-ground`, `campaign-open`, `same-campaign`, `sector-twice`, `no-archive`.
    pub refused: Option<String>,
    /// Sectors walked both times: the ground of every number.
    pub sectors: u32,
    /// Sectors of either campaign that are not compared.
    pub left_out: Vec<LeftOutEntry>,
    /// People by unit; never added up.
    pub units: Vec<ComparisonRow>,
    /// People in the street by zone of the later campaign; nothing where there is only one.
    pub zones: Vec<ComparisonRow>,
    /// People in the street by sector, for whoever sees observations.
    pub by_sector: Vec<ComparisonRow>,
    /// Figures are told to the nearest of these, and small parts withheld; absent where they are exact.
    pub rounded_to: Option<u32>,
    /// Least people of a part that is told, where small parts are withheld.
    pub least: u32,
}

/// One of two campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparedCampaign {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: CampaignId,
    /// Name.
    pub name: String,
    /// Its nights.
    pub nights: Vec<String>,
    /// What its street figure counts, by a name with a version.
    pub definition: String,
    /// `night_count`, `survey_weeks`, `year_round`; empty where nothing of it was kept.
    pub kind: String,
    /// `real`, `exercise`; empty where nothing of it was kept.
    pub mode: String,
    /// Something may still move its figures.
    pub provisional: bool,
    /// Its documents ended: the figures are those of its archive without persons.
    pub from_archive: bool,
}

/// A sector that is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LeftOutEntry {
    /// Its code.
    pub sector: String,
    /// Why: `only-before`, `only-after`, `other-limits`, `walked-before-only`,
    /// `walked-after-only`, `never-walked`.
    pub why: String,
}

/// A line of the comparison; numbers are absent where withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparisonRow {
    /// The unit, the zone or the sector; absent for sectors of no zone.
    pub code: Option<String>,
    /// Sectors it stands on.
    pub sectors: u32,
    /// People before.
    pub before: Option<u32>,
    /// People after.
    pub after: Option<u32>,
    /// After less before.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub difference: Option<i64>,
    /// 95 % interval of the difference, its ends to the whole number beyond.
    #[cfg_attr(feature = "typescript", ts(type = "[number, number] | null"))]
    pub interval: Option<[i64; 2]>,
    /// `more`, `fewer`, or `none` where the interval holds zero.
    pub conclusion: Option<String>,
}

/// A line of `GET /api/ended-campaigns`: a campaign whose documents ended, and what is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EndedCampaign {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: CampaignId,
    /// Name; empty where an earlier version kept none.
    pub name: String,
    /// Its nights, where they were kept.
    pub nights: Vec<String>,
    /// Its documents ended and coarse tables stayed (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub coarsened_at: Option<i64>,
    /// Everything ended (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub purged_at: Option<i64>,
    /// Releases that are still listed and exported.
    pub releases: u32,
    /// Its counts without persons were kept: it can be compared.
    pub has_archive: bool,
    /// A signed certificate tells what was destroyed.
    pub has_certificate: bool,
}
