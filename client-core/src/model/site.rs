//! Places that last: squats, bidonvilles, camps known before the night.

use super::{Audience, Coordinates, HeadCount, SiteId};
use serde::{Deserialize, Serialize};

/// What kind of lasting place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// A building.
    Squat,
    /// A piece of land with huts, caravans, tents.
    Bidonville,
    /// Tents in public space; counted with the street.
    Camp,
}

/// A place that lasts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Identifier.
    pub id: SiteId,
    /// What kind.
    pub kind: SiteKind,
    /// Short code, as on the coordination's list; never a person's name.
    pub code: String,
    /// Where.
    pub coordinates: Coordinates,
    /// Who may see it and go.
    pub audience: Audience,
    /// How many people are expected.
    pub expected: Option<HeadCount>,
    /// Access, dangers, contact, at most 280 characters.
    pub note: Option<String>,
}

crate::redacts!(Site);
