//! The night, live.

use maraude_core::model::{Coverage, Night, ObservationId, ObservationKind, SectorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/tonight?night=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tonight {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// The night shown.
    #[schema(value_type = Option<String>)]
    pub night: Option<Night>,
    /// The figure, line by line.
    pub figures: Figures,
    /// One line per round, and one per team and sector expected.
    pub teams: Vec<TeamLine>,
    /// One line per sector.
    pub sectors: Vec<SectorLine>,
    /// Distinct people in the street by sector, commune and situation.
    pub parts: Vec<PartLine>,
    /// Squats and bidonvilles: head-counts beside the people met at their doors.
    pub places: Vec<PlaceLine>,
    /// What needs somebody.
    pub alerts: Vec<Alert>,
    /// Questions to the teams, by team: what to ask when they are called.
    pub asked: Vec<AskedLine>,
    /// Dots of the map.
    pub dots: Vec<Dot>,
}

/// An observation whose team is to be asked whether it counts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AskedLine {
    /// The observation.
    #[schema(value_type = String)]
    pub observation: ObservationId,
    /// Code of the team.
    pub team: String,
    /// The team is still outside.
    pub outside: bool,
    /// Code of the sector.
    pub sector: Option<String>,
    /// What was seen.
    #[schema(value_type = String)]
    pub kind: ObservationKind,
    /// When.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub observed_at: i64,
    /// What the coordinator wants to know.
    pub reason: Option<String>,
    /// Who asks: account name.
    pub by: String,
    /// Since when.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub since: i64,
}

maraude_core::redacts!(AskedLine);

/// The figure (design D14): separate lines, never added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Figures {
    /// Observations that stand.
    pub observations: u32,
    /// People in the street as filed, before doubles are taken out: at least, at most.
    pub street_filed: [u32; 2],
    /// Distinct people in the street, doubles taken out: the figure, a minimum, as releases count it.
    pub street_distinct: u32,
    /// 95 % interval of the estimate, which also weighs the pairs nobody has decided.
    pub street_interval: [u32; 2],
    /// Squats, and people in them: at least, at most.
    pub squats: u32,
    /// See `squats`.
    pub squat_people: [u32; 2],
    /// Bidonvilles, and people in them: at least, at most.
    pub bidonvilles: u32,
    /// See `bidonvilles`.
    pub bidonville_people: [u32; 2],
    /// People told by partners.
    pub partner_people: u32,
    /// Doubtful observations, out of the figure until decided.
    pub doubtful: u32,
    /// Pairs waiting for a decision.
    pub pairs_to_review: u32,
    /// Share of first contacts who answered, per cent.
    pub answered_percent: Option<u8>,
}

/// Distinct people in the street of one part: the parts of a dimension add up to the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PartLine {
    /// `sector`, `commune`, `situation`.
    pub dimension: String,
    /// Its code; none for people of whom the part is not known.
    pub code: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The figure: somebody seen in several parts counts where they were seen first.
    pub distinct: u32,
    /// 95 % interval of the estimate, in which they count in equal shares.
    pub interval: [u32; 2],
}

/// A squat or bidonville: people met at its door are inside its head-count, never added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlaceLine {
    /// `squat`, `bidonville`.
    pub unit: String,
    /// Sectors its observations come from.
    pub sectors: Vec<String>,
    /// Its head-count: at least, at most; none where nobody told one.
    pub told: Option<[u32; 2]>,
    /// Distinct people met there: at least, at most.
    pub met: [u32; 2],
    /// People in it: at least, at most, the larger of the two.
    pub people: [u32; 2],
}

/// A team's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TeamLine {
    /// Team code.
    pub team: String,
    /// Sector code; none is "hors secteur".
    pub sector: Option<String>,
    /// `expected`, `out`, `closed`, `silent` (no contact for 45 minutes while out).
    pub state: String,
    /// Last contact (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub last_contact_at: Option<i64>,
    /// Changes its tablets say they have not sent.
    pub unsent: u32,
    /// Observations that stand.
    pub observations: u32,
    /// People in the street: at least.
    pub people: u32,
    /// Battery of its lowest tablet.
    pub battery_percent: Option<u8>,
    /// Not in the plan: "affectation à confirmer".
    pub unplanned: bool,
    /// What was keyed in from its paper sheets.
    pub paper: bool,
}

/// A sector's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SectorLine {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: SectorId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// `waiting`, `walking`, `covered`, `partial`, `not_walked`.
    pub state: String,
    /// How much of it was walked: by the streets declared where there are any, else as answered.
    #[schema(value_type = Option<String>)]
    pub coverage: Option<Coverage>,
    /// The widest answer of its teams.
    #[schema(value_type = Option<String>)]
    pub answered: Option<Coverage>,
    /// Length of the streets declared walked, metres; absent where none was declared.
    pub walked_m: Option<u32>,
    /// Length of its streets, metres; absent where no layer of streets tells.
    pub streets_m: Option<u32>,
    /// Something of it was walked, and no observation of it stands.
    pub nobody: bool,
    /// People in the street: at least.
    pub people: u32,
    /// A team met nobody and said so.
    pub zero_found: bool,
}

/// Something that needs somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Alert {
    /// `recorded-twice`, `quarantine`, `late-round`, `unplanned-round`, `silent-team`, `clock-off`, `outside`,
    /// `conflict`, `border`, `log-went-back`, `tablet-went-back`, `tablet-cloned`,
    /// `quarantine-full`, `met-by-two` (both teams outside; `about` names both).
    pub code: String,
    /// A team, sector or tablet; never a place.
    pub about: String,
    /// Since (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub since: i64,
}

/// A dot of the internal map.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Dot {
    /// The observation.
    #[schema(value_type = String)]
    pub id: ObservationId,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: ObservationKind,
    /// `street`, `squat`, `bidonville`, `partner`.
    pub unit: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// People: at least.
    pub people: u32,
}

maraude_core::redacts!(Dot);
