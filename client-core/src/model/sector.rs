//! The ground: sectors given to teams, grouped in zones.

use super::{SectorId, ZoneId};
use serde::{Deserialize, Serialize};

/// How dangerous a sector or place is held to be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RiskClass {
    /// Any team may go.
    #[default]
    Ordinary,
    /// Teams with an experienced leader only.
    Experienced,
    /// Professionals only.
    Professional,
}

/// Who may see and go to a place.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Every team sent to the sector.
    #[default]
    Everyone,
    /// Professional teams; volunteers read "ne pas entrer, compté par une autre équipe".
    Professionals,
}

/// A group of sectors under one base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Identifier.
    pub id: ZoneId,
    /// Short code shown on lists.
    pub code: String,
    /// Name shown on screens.
    pub name: String,
    /// Where its teams gather, as text.
    pub base: Option<String>,
}

/// A polygon given to one team for one night.
#[derive(Debug, Clone, PartialEq)]
pub struct Sector {
    /// Identifier.
    pub id: SectorId,
    /// Short code shown on lists.
    pub code: String,
    /// Name shown on screens.
    pub name: String,
    /// The zone it belongs to.
    pub zone: Option<ZoneId>,
    /// How dangerous it is held to be.
    pub risk: RiskClass,
    /// Its ground: WGS 84, longitude first.
    pub boundary: geo::MultiPolygon<f64>,
}
