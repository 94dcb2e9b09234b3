//! The large areas: perimeter, communes or fixed groups of them, quartiers, sous-quartiers; a list
//! frozen when the campaign is created, nested and without gaps.
//!
//! It must never look at what was counted: areas depend on boundaries and residents alone.
//! `server/src/publication` builds it from the pinned layers; disclosure control walks it.

mod border;
mod build;

pub use build::{AreaShape, AreaSources, AreaTreeError};

use geo::MultiPolygon;
use maraude_core::geography::{contains, distance_to_border_m};
use maraude_core::model::Coordinates;
use serde::{Deserialize, Serialize};

/// How wide an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All that is counted.
    Perimeter,
    /// A commune of enough residents, or a fixed group of smaller ones.
    Commune,
    /// A part of the city.
    Quartier,
    /// A part of a quartier.
    SousQuartier,
    /// Squares of the grid, joined until they pass.
    Leaf,
}

impl Level {
    /// Its code in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Perimeter => "perimeter",
            Self::Commune => "commune",
            Self::Quartier => "quartier",
            Self::SousQuartier => "sous_quartier",
            Self::Leaf => "leaf",
        }
    }

    /// The level of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Perimeter,
            Self::Commune,
            Self::Quartier,
            Self::SousQuartier,
            Self::Leaf,
        ]
        .into_iter()
        .find(|level| level.code() == code)
    }
}

/// An area of the frozen list.
#[derive(Debug, Clone)]
pub struct LargeArea {
    /// Code, unique in the tree.
    pub code: String,
    /// Name, as its layer gives it; names joined by commas for a group.
    pub name: String,
    /// How wide.
    pub level: Level,
    /// Index of the area it is a part of.
    pub parent: Option<usize>,
    /// Indexes of its parts.
    pub children: Vec<usize>,
    /// WGS 84, longitude first, exterior rings counter-clockwise.
    pub boundary: MultiPolygon<f64>,
    /// The same in the plane, metres.
    pub shape: MultiPolygon<f64>,
}

/// Large areas, each listed after the one it is a part of; the first is the perimeter.
#[derive(Debug, Clone)]
pub struct AreaTree {
    pub(crate) areas: Vec<LargeArea>,
}

/// A place this near outside the perimeter's border still belongs to it: imported boundaries are
/// simplified by about as much. Farther out it is in no figure, and shown to the coordination.
pub const BORDER_SLACK_M: f64 = 30.0;

impl AreaTree {
    /// The perimeter's index.
    pub const ROOT: usize = 0;

    /// All areas, parents first.
    pub fn areas(&self) -> &[LargeArea] {
        &self.areas
    }

    /// The same for the same areas: their codes, levels, nesting and boundaries, at the 6 decimals
    /// that are published. FNV-1a, hexadecimal.
    pub fn fingerprint(&self) -> String {
        let mut key: u64 = 0xcbf2_9ce4_8422_2325;
        let mut add = |bytes: &[u8]| {
            for byte in bytes {
                key = (key ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for place in &self.areas {
            add(place.code.as_bytes());
            add(place.level.code().as_bytes());
            add(&place
                .parent
                .map_or(u64::MAX, |parent| parent as u64)
                .to_le_bytes());
            let corners = place.boundary.iter().flat_map(|p| p.exterior().coords());
            for value in corners.flat_map(|c| [c.x, c.y]) {
                add(&((value * 1e6).round() as i64).to_le_bytes());
            }
        }
        format!("{key:016x}")
    }

    /// The index of a code.
    pub fn index(&self, code: &str) -> Option<usize> {
        self.areas.iter().position(|a| a.code == code)
    }

    /// The smallest area that holds a place; none outside the perimeter.
    pub fn locate(&self, at: Coordinates) -> Option<usize> {
        let root = &self.areas[Self::ROOT].boundary;
        if !contains(root, at) && distance_to_border_m(root, at) > BORDER_SLACK_M {
            return None;
        }
        let mut here = Self::ROOT;
        while !self.areas[here].children.is_empty() {
            let parts = &self.areas[here].children;
            here = parts
                .iter()
                .copied()
                .find(|&part| contains(&self.areas[part].boundary, at))
                .or_else(|| self.nearest(parts, at))?;
        }
        Some(here)
    }

    fn nearest(&self, parts: &[usize], at: Coordinates) -> Option<usize> {
        let far = |part: &usize| distance_to_border_m(&self.areas[*part].boundary, at);
        parts
            .iter()
            .copied()
            .min_by(|one, other| far(one).total_cmp(&far(other)))
    }

    /// An area, the one it is a part of, and so on up to the perimeter.
    pub fn up_from(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(index), |&here| self.areas[here].parent)
    }

    /// Which areas were walked to `tolerance_percent` of their ground, given the ground walked
    /// (WGS 84).
    pub fn walked(&self, ground: &MultiPolygon<f64>, tolerance_percent: f64) -> Vec<bool> {
        build::walked(self, ground, tolerance_percent)
    }
}
