//! Counted places told by sector: spots of people in the street, and squats, bidonvilles and partners'
//! premises, for the archive.
//!
//! It must never tell a place: only how many, how many people, and the largest.

use super::archive::quoted;
use data_encoding::HEXLOWER;
use geo::{Coord, Intersects, MultiPolygon, Point};
use maraude_core::document::Plan;
use maraude_core::model::Coordinates;
use maraude_observatory::disclosure::{Settings, Spread, spots};
use maraude_observatory::indicator::{CountedPlace, Unit};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Fingerprints of limits are of points to this part of a degree: a tenth of a metre.
const FINGERPRINT_DEGREES: f64 = 1e-6;

/// Bytes of a fingerprint.
const FINGERPRINT_BYTES: usize = 6;

/// Squats, bidonvilles or partners of one sector.
#[derive(Debug, Clone, Copy, Default)]
struct Sites {
    places: u32,
    least: u32,
    most: u32,
    largest: u32,
    squares: u64,
}

/// What the sectors of a plan hold; none stands for what no sector holds.
pub struct BySector {
    spots: BTreeMap<Option<usize>, Spread>,
    sites: BTreeMap<(Option<usize>, Unit), Sites>,
}

impl BySector {
    /// Counts what is in each sector. A spot on a border is of the sector of its first place; ground that two
    /// sectors share is of the first.
    pub fn of(plan: &Plan, places: &[CountedPlace], settings: &Settings) -> Self {
        let sector_of = |at: Coordinates| {
            let point = Point::new(at.longitude, at.latitude);
            let mut sectors = plan.sectors.iter();
            sectors.position(|sector| sector.boundary.intersects(&point))
        };
        let held: Vec<Option<usize>> = places
            .iter()
            .map(|place| place.coordinates.and_then(sector_of))
            .collect();
        let mut spot_people: BTreeMap<usize, u32> = BTreeMap::new();
        for (place, spot) in places.iter().zip(spots(places, settings)) {
            if let Some(spot) = spot {
                *spot_people.entry(spot).or_default() += place.people_at_least;
            }
        }
        let mut found = Self {
            spots: BTreeMap::new(),
            sites: BTreeMap::new(),
        };
        for (spot, people) in spot_people {
            let of = found.spots.entry(held[spot]).or_default();
            *of = of.and(Spread {
                people,
                spots: 1,
                largest: people,
            });
        }
        for (place, sector) in places.iter().zip(&held) {
            if place.unit == Unit::Street {
                continue;
            }
            let people = place.people_at_least;
            let of = found.sites.entry((*sector, place.unit)).or_default();
            of.places += 1;
            of.least += people;
            of.most += place.people_at_most;
            of.largest = of.largest.max(people);
            of.squares += u64::from(people).pow(2);
        }
        found
    }

    /// Spots of people in the street.
    pub fn spots(&self, sector: Option<usize>) -> Spread {
        self.spots.get(&sector).copied().unwrap_or_default()
    }

    /// The other units, as text; an empty sector is none.
    ///
    /// # Shape
    /// `sector, unit, places, people_at_least, people_at_most, largest, squares`: `squares` is the sum over places
    /// of their people squared.
    pub fn sites(&self, plan: &Plan) -> String {
        let mut text =
            String::from("sector,unit,places,people_at_least,people_at_most,largest,squares\n");
        for ((sector, unit), of) in &self.sites {
            let code = sector.map(|number| quoted(&plan.sectors[number].code));
            let (code, unit) = (code.unwrap_or_default(), unit.code());
            let Sites {
                places,
                least,
                most,
                largest,
                squares,
            } = of;
            let _ = writeln!(
                text,
                "{code},{unit},{places},{least},{most},{largest},{squares}"
            );
        }
        text
    }
}

/// What limits are known by, whatever point each of their rings begins at: the same limits give the same.
pub fn ground_of(boundary: &MultiPolygon<f64>) -> String {
    let whole = |degrees: f64| (degrees / FINGERPRINT_DEGREES).round() as i64;
    let rings = boundary
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let points: BTreeSet<(i64, i64)> = rings
        .flat_map(geo::LineString::coords)
        .map(|Coord { x, y }| (whole(*x), whole(*y)))
        .collect();
    let mut digest = Sha256::new();
    for (x, y) in points {
        digest.update(x.to_le_bytes());
        digest.update(y.to_le_bytes());
    }
    HEXLOWER.encode(&digest.finalize()[..FINGERPRINT_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{LineString, Polygon};

    #[test]
    fn the_same_limits_have_the_same_fingerprint_wherever_they_begin() {
        let drawn = |points: &[(f64, f64)]| {
            let ring: LineString<f64> = points.to_vec().into();
            ground_of(&MultiPolygon(vec![Polygon::new(ring, Vec::new())]))
        };
        let one = drawn(&[(3.8, 43.6), (3.9, 43.6), (3.9, 43.7), (3.8, 43.6)]);
        let turned = drawn(&[(3.9, 43.7), (3.9, 43.6), (3.8, 43.6), (3.9, 43.7)]);
        let other = drawn(&[(3.8, 43.6), (3.9, 43.6), (3.901, 43.7), (3.8, 43.6)]);
        assert_eq!(one, turned);
        assert_ne!(one, other);
        assert_eq!(one.len(), 2 * FINGERPRINT_BYTES);
    }
}
