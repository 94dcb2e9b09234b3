//! What a place can be found as: a street with its numbers, or a landmark.

use crate::model::Coordinates;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedPlaceKind {
    /// A way that addresses are counted along.
    Street,
    /// A bridge, a park, a public building, a monument.
    Landmark,
}

/// A number on a street.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseNumber {
    /// Its number.
    pub number: u32,
    /// `bis`, `ter`, a letter; empty for none. Lower case.
    pub suffix: String,
    /// Where.
    pub at: Coordinates,
}

/// A street or a landmark.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPlace {
    /// What it is.
    pub kind: NamedPlaceKind,
    /// As people read it.
    pub name: String,
    /// Name of its commune; empty where it is not known.
    pub commune: String,
    /// Its middle.
    pub at: Coordinates,
    /// Half of how far it reaches, metres.
    pub reach_m: f64,
    /// Its numbers, in order.
    pub numbers: Vec<HouseNumber>,
    /// Its centrelines, where they are known.
    pub lines: Vec<Vec<Coordinates>>,
}
