//! What is counted: places with people, by unit, at least and at most.
//!
//! It must never hold who they are. `server/src/publication` fills it from clusters.

use crate::attribute::Profile;
use maraude_core::model::Coordinates;
use serde::{Deserialize, Serialize};

/// What stands on a line of its own (design D14); to disclosure control each is a subject of its
/// own, checked apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// People in the street, tents and vehicles included.
    Street,
    /// People in a squat.
    Squat,
    /// People in a bidonville.
    Bidonville,
    /// People told by a partner on its own premises.
    Partner,
}

impl Unit {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Street, Self::Squat, Self::Bidonville, Self::Partner];

    /// Its code in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Squat => "squat",
            Self::Bidonville => "bidonville",
            Self::Partner => "partner",
        }
    }

    /// The unit of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code() == code)
    }
}

/// People held to be distinct after review, at one place.
///
/// One street cluster, one squat, one bidonville or one partner's premises.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedPlace {
    /// Line of the figure it belongs to.
    pub unit: Unit,
    /// Where; absent when no tablet, pin or known place tells.
    pub coordinates: Option<Coordinates>,
    /// Without coordinates: code of the smallest large area it is known to be in (absent: the
    /// perimeter).
    pub within: Option<String>,
    /// The smallest number that fits.
    pub people_at_least: u32,
    /// The largest number that fits.
    pub people_at_most: u32,
    /// What is known of a person in the street; empty for squats, bidonvilles and partners.
    pub profile: Profile,
}
