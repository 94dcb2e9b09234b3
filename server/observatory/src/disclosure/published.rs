//! What is published, as any reader of the files sees it.
//!
//! It holds no person and no place finer than a published area. Releases hold one; `verify` reads
//! one back from files.

use super::rings;
use crate::area::Level;
use crate::attribute::Attribute;
use crate::indicator::Unit;
use geo::{Area, BooleanOps, MultiPolygon};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a release is made, and what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// One sentence; blocks nothing.
    Provisional,
    /// All levels, once.
    Consolidated,
    /// A consolidated release corrected on its own partition.
    Correction,
}

impl Stage {
    /// Its code in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Consolidated => "consolidated",
            Self::Correction => "correction",
        }
    }

    /// The stage of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Provisional, Self::Consolidated, Self::Correction]
            .into_iter()
            .find(|stage| stage.code() == code)
    }
}

/// A figure as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The number of people, at least.
    Exact(u32),
    /// A multiple of `to`, less than `to` away from the number of people.
    Rounded {
        /// The multiple.
        people: u32,
        /// What it is a multiple of.
        to: u32,
    },
    /// Not shown.
    Withheld,
}

impl Figure {
    /// The smallest and the largest number that a reader of it alone cannot exclude; none of either
    /// when it is withheld.
    pub fn bounds(self) -> Option<[u32; 2]> {
        match self {
            Self::Exact(people) => Some([people, people]),
            Self::Rounded { people, to } => {
                let error = to.saturating_sub(1);
                Some([people.saturating_sub(error), people + error])
            }
            Self::Withheld => None,
        }
    }

    /// The number shown.
    pub fn shown(self) -> Option<u32> {
        match self {
            Self::Exact(people) | Self::Rounded { people, .. } => Some(people),
            Self::Withheld => None,
        }
    }
}

/// An area and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedArea {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How wide.
    pub level: Level,
    /// Code of the area it is a part of.
    pub parent: Option<String>,
    /// Fully walked.
    pub walked: bool,
    /// WGS 84, longitude first, 6 decimals, exterior rings counter-clockwise.
    #[serde(with = "rings")]
    pub boundary: MultiPolygon<f64>,
    /// By unit; a unit that is never told at this level is absent.
    pub figures: BTreeMap<Unit, Figure>,
}

/// How many people in the street of an area are of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeFigure {
    /// Code of the area: the perimeter or a commune.
    pub code: String,
    /// What the table tells apart.
    pub attribute: Attribute,
    /// One of its categories.
    pub category: String,
    /// The number of people.
    pub figure: Figure,
}

/// A figure that a correction changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erratum {
    /// Code of the area.
    pub code: String,
    /// The unit.
    pub unit: Unit,
    /// What the release before said.
    pub was: Figure,
    /// What this one says.
    pub now: Figure,
}

/// What stands at the head of every file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// The campaign's name.
    pub campaign: String,
    /// Its nights, as `2026-01-22`, in order.
    pub nights: Vec<String>,
    /// *exercice*: printed on everything.
    pub exercise: bool,
    /// Number of the release, from 1.
    pub number: u32,
}

/// One sentence in the two languages of the screens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

/// Everything a set of files says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Campaign, nights, exercise, number.
    pub heading: Heading,
    /// Its stage.
    pub stage: Stage,
    /// Settings, one `name=value` per line.
    pub settings: Vec<String>,
    /// What may be said.
    pub sentence: Sentence,
    /// Areas, each after the one it is a part of.
    pub areas: Vec<PublishedArea>,
    /// Tables by attribute, in the order of areas, attributes, categories; a correction has none,
    /// those of the consolidated release stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeFigure>,
    /// A provisional release: the range of its sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[u32; 2]>,
    /// The release that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u32>,
    /// What it changes of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errata: Vec<Erratum>,
}

impl Published {
    /// Whether it tells of some of these nights on some of this ground, both real or both an
    /// exercise.
    pub fn concerns(&self, nights: &[String], exercise: bool, ground: &MultiPolygon<f64>) -> bool {
        let told = &self.heading;
        told.exercise == exercise
            && told.nights.iter().any(|night| nights.contains(night))
            && self
                .areas
                .first()
                .is_none_or(|whole| overlap(&whole.boundary, ground))
    }

    /// Whether another release tells of a night and some ground of this one.
    pub fn meets(&self, other: &Self) -> bool {
        let heading = &other.heading;
        let nowhere = MultiPolygon(Vec::new());
        let ground = other
            .areas
            .first()
            .map_or(&nowhere, |whole| &whole.boundary);
        self.concerns(&heading.nights, heading.exercise, ground)
    }

    /// Whether a setting of this name is printed.
    pub fn has_setting(&self, name: &str) -> bool {
        let value = |line: &String| line.split_once('=').is_some_and(|line| line.0 == name);
        self.settings.iter().any(value)
    }

    /// How many figures are shown.
    pub fn shown_count(&self) -> u32 {
        self.count(|figure| figure.shown().is_some())
    }

    /// How many figures are withheld.
    pub fn withheld_count(&self) -> u32 {
        self.count(|figure| figure.shown().is_none())
    }

    fn count(&self, wanted: impl Fn(&Figure) -> bool) -> u32 {
        let figures = self.areas.iter().flat_map(|area| area.figures.values());
        let told = self.attributes.iter().map(|told| &told.figure);
        figures.chain(told).filter(|figure| wanted(figure)).count() as u32
    }

    /// A shown figure.
    pub fn figure(&self, code: &str, unit: Unit) -> Option<Figure> {
        self.areas
            .iter()
            .find(|area| area.code == code)?
            .figures
            .get(&unit)
            .copied()
    }
}

/// Grounds that share less than this of the smaller one only touch: boundaries are simplified.
const TOUCHING_SHARE: f64 = 0.001;

/// Whether two grounds overlap; one that is not known may be anywhere.
fn overlap(one: &MultiPolygon<f64>, other: &MultiPolygon<f64>) -> bool {
    if one.0.is_empty() || other.0.is_empty() || one == other {
        return true;
    }
    let smaller = one.unsigned_area().min(other.unsigned_area());
    one.intersection(other).unsigned_area() > smaller * TOUCHING_SHARE
}
