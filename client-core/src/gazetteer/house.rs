//! A number on a street: the very one, or where it should stand between its neighbours.

use super::entry::{HouseNumber, NamedPlace};
use crate::model::Coordinates;

/// Neighbours further apart in number than this tell nothing of what lies between.
const FURTHEST: u32 = 40;

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stands {
    /// The very number.
    There(Coordinates),
    /// The number, with another suffix.
    Beside(Coordinates),
    /// Between two of the same side.
    Between(Coordinates),
    /// The street has no such number.
    Nowhere,
}

/// Looks a number up on a street.
pub fn stands(entry: &NamedPlace, number: u32, suffix: &str) -> Stands {
    let same = |house: &&HouseNumber| house.number == number;
    let mut here = entry.numbers.iter().filter(same);
    if let Some(house) = here.clone().find(|house| house.suffix == suffix) {
        return Stands::There(house.at);
    }
    if let Some(house) = here.next() {
        return Stands::Beside(house.at);
    }
    let side = entry.numbers.iter().filter(|h| h.number % 2 == number % 2);
    let before = side.clone().rfind(|house| house.number < number);
    let after = side.clone().find(|house| house.number > number);
    match (before, after) {
        (Some(a), Some(b)) if b.number - a.number <= FURTHEST => {
            let share = f64::from(number - a.number) / f64::from(b.number - a.number);
            Stands::Between(between(a.at, b.at, share))
        }
        _ => Stands::Nowhere,
    }
}

fn between(a: Coordinates, b: Coordinates, share: f64) -> Coordinates {
    Coordinates {
        longitude: a.longitude + share * (b.longitude - a.longitude),
        latitude: a.latitude + share * (b.latitude - a.latitude),
    }
}
