//! Counts by area and unit, before any disclosure control: never to be shown outside the server.
//!
//! Disclosure control and `server/src/publication`'s own checks call it.

use crate::area::AreaTree;
use crate::indicator::{CountedPlace, Unit};
use std::collections::BTreeMap;

/// A line of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sum of the smallest numbers.
    pub people_at_least: u32,
    /// Sum of the largest numbers.
    pub people_at_most: u32,
    /// How many counted places.
    pub places: u32,
}

/// Counts by large area (index in the tree) and unit, and those outside the perimeter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tabulation {
    /// By area and unit; a missing pair is zero.
    pub by_area: BTreeMap<(usize, Unit), Tally>,
    /// Outside the perimeter, by unit: in no figure.
    pub outside: BTreeMap<Unit, Tally>,
}

/// The smallest area of the tree a place belongs to; none outside the perimeter.
pub fn resolve_area(tree: &AreaTree, place: &CountedPlace) -> Option<usize> {
    match place.coordinates {
        Some(at) => tree.locate(at),
        None => Some(
            place
                .within
                .as_deref()
                .and_then(|code| tree.index(code))
                .unwrap_or(AreaTree::ROOT),
        ),
    }
}

/// Counts every place in its area and in all areas around it.
///
/// # Shape
/// One [`Tally`] per (area, unit) where somebody was counted.
pub fn tabulate(tree: &AreaTree, places: &[CountedPlace]) -> Tabulation {
    let mut table = Tabulation::default();
    for place in places {
        match resolve_area(tree, place) {
            Some(found) => {
                for index in tree.up_from(found) {
                    add(table.by_area.entry((index, place.unit)).or_default(), place);
                }
            }
            None => add(table.outside.entry(place.unit).or_default(), place),
        }
    }
    table
}

fn add(tally: &mut Tally, place: &CountedPlace) {
    tally.people_at_least += place.people_at_least;
    tally.people_at_most += place.people_at_most.max(place.people_at_least);
    tally.places += 1;
}
