//! Cells of the gazetteer: the places of a square of the ground, small enough to be kept on a
//! tablet.
//!
//! A cell is public geography, the same for whoever asks; which sectors a campaign has cannot be
//! told from it. The server writes cells, the tablet reads them.

use super::entry::{HouseNumber, NamedPlace, NamedPlaceKind};
use crate::model::Coordinates;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// Cells along a degree: each is 0.05 degrees wide and high, about 4 by 5.5 km in France.
const PER_DEGREE: f64 = 20.0;

/// Whole units per degree of what is written: about one metre each.
const UNITS: f64 = 100_000.0;

/// Written first; a reader that does not know it refuses.
const FORMAT: u32 = 1;

/// Which square of the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// Cells east of the prime meridian.
    pub east: i32,
    /// Cells north of the equator.
    pub north: i32,
}

impl CellKey {
    /// The cell that holds a place.
    pub fn of(at: Coordinates) -> Self {
        let cell = |degrees: f64| (degrees * PER_DEGREE).floor() as i32;
        Self {
            east: cell(at.longitude),
            north: cell(at.latitude),
        }
    }

    /// Every cell that a street or landmark passes, from its numbers, lines and middle.
    pub fn touched_by(place: &NamedPlace) -> BTreeSet<Self> {
        let numbers = place.numbers.iter().map(|house| house.at);
        let lines = place.lines.iter().flatten().copied();
        let passes = numbers.chain(lines).chain([place.at]);
        passes.map(Self::of).collect()
    }

    /// Reads `east_north`, as in the address of a cell.
    pub fn parse(text: &str) -> Option<Self> {
        let (east, north) = text.split_once('_')?;
        Some(Self {
            east: east.parse().ok()?,
            north: north.parse().ok()?,
        })
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}_{}", self.east, self.north)
    }
}

/// Why a cell was not read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CellError {
    /// It is not what [`write_cell`] writes.
    #[error("not a cell of the gazetteer, near column {0}")]
    NotUnderstood(usize),
    /// A newer server wrote it.
    #[error("a cell of the gazetteer in format {0}, this reads {FORMAT}")]
    Newer(u32),
}

#[derive(Serialize, Deserialize)]
struct Written<'a> {
    format: u32,
    #[serde(borrow)]
    places: Vec<WrittenPlace<'a>>,
}

/// Kind, name, commune, middle, reach in metres, numbers, lines. Numbers and lines are counted
/// from the middle.
#[derive(Serialize, Deserialize)]
struct WrittenPlace<'a>(
    u8,
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    (i64, i64),
    u32,
    #[serde(borrow)] Vec<(u32, std::borrow::Cow<'a, str>, i64, i64)>,
    Vec<Vec<(i64, i64)>>,
);

const STREET: u8 = 0;
const LANDMARK: u8 = 1;

/// Writes places as one text; positions are kept to about a metre.
///
/// # Errors
/// Never for places made by this program: only what JSON cannot say is refused.
pub fn write_cell<'a>(
    places: impl IntoIterator<Item = &'a NamedPlace>,
) -> Result<String, serde_json::Error> {
    let places = places.into_iter().map(written).collect();
    serde_json::to_string(&Written {
        format: FORMAT,
        places,
    })
}

/// Reads what [`write_cell`] wrote.
///
/// # Errors
/// When the text is something else, or of a newer format.
pub fn read_cell(text: &str) -> Result<Vec<NamedPlace>, CellError> {
    let not_understood = |error: serde_json::Error| CellError::NotUnderstood(error.column());
    let head: Head = serde_json::from_str(text).map_err(not_understood)?;
    if head.format > FORMAT {
        return Err(CellError::Newer(head.format));
    }
    let written: Written<'_> = serde_json::from_str(text).map_err(not_understood)?;
    Ok(written.places.into_iter().map(read).collect())
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

fn units(at: Coordinates) -> (i64, i64) {
    let whole = |degrees: f64| (degrees * UNITS).round() as i64;
    (whole(at.longitude), whole(at.latitude))
}

fn degrees((east, north): (i64, i64)) -> Coordinates {
    Coordinates {
        longitude: east as f64 / UNITS,
        latitude: north as f64 / UNITS,
    }
}

fn written(place: &NamedPlace) -> WrittenPlace<'_> {
    let middle = units(place.at);
    let from_middle = |at: Coordinates| {
        let (east, north) = units(at);
        (east - middle.0, north - middle.1)
    };
    let numbers = place.numbers.iter().map(|house| {
        let (east, north) = from_middle(house.at);
        (house.number, house.suffix.as_str().into(), east, north)
    });
    let lines = place.lines.iter();
    WrittenPlace(
        match place.kind {
            NamedPlaceKind::Street => STREET,
            NamedPlaceKind::Landmark => LANDMARK,
        },
        place.name.as_str().into(),
        place.commune.as_str().into(),
        middle,
        place.reach_m.round() as u32,
        numbers.collect(),
        lines
            .map(|line| line.iter().copied().map(from_middle).collect())
            .collect(),
    )
}

fn read(written: WrittenPlace<'_>) -> NamedPlace {
    let WrittenPlace(kind, name, commune, middle, reach_m, numbers, lines) = written;
    let beside = |east: i64, north: i64| {
        degrees((
            middle.0.saturating_add(east),
            middle.1.saturating_add(north),
        ))
    };
    let houses = numbers
        .into_iter()
        .map(|(number, suffix, east, north)| HouseNumber {
            number,
            suffix: suffix.into_owned(),
            at: beside(east, north),
        });
    let lines = lines.into_iter().map(|line| {
        let passes = line.into_iter();
        passes.map(|(east, north)| beside(east, north)).collect()
    });
    NamedPlace {
        kind: if kind == LANDMARK {
            NamedPlaceKind::Landmark
        } else {
            NamedPlaceKind::Street
        },
        name: name.into_owned(),
        commune: commune.into_owned(),
        at: degrees(middle),
        reach_m: f64::from(reach_m),
        numbers: houses.collect(),
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::distance_m;
    use proptest::prelude::*;

    fn at(longitude: f64, latitude: f64) -> Coordinates {
        Coordinates {
            longitude,
            latitude,
        }
    }

    prop_compose! {
        fn somewhere()(longitude in -179.0..179.0, latitude in -80.0..80.0) -> Coordinates {
            at(longitude, latitude)
        }
    }

    prop_compose! {
        fn street()(
            name in "[A-Z][a-zéè '\"\\\\]{0,20}",
            middle in somewhere(),
            steps in prop::collection::vec((1u32..9_999, "(bis|ter|[a-k])?", -0.02..0.02, -0.02..0.02), 0..6),
        ) -> NamedPlace {
            let beside = |east: f64, north: f64| at(middle.longitude + east, middle.latitude + north);
            NamedPlace {
                kind: NamedPlaceKind::Street,
                name,
                commune: "Ville-Neuve".to_owned(),
                at: middle,
                reach_m: 120.0,
                lines: vec![steps.iter().map(|(_, _, e, n)| beside(*e, *n)).collect()],
                numbers: steps
                    .into_iter()
                    .map(|(number, suffix, e, n)| HouseNumber { number, suffix, at: beside(e, n) })
                    .collect(),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_to_about_a_metre(places in prop::collection::vec(street(), 0..5)) {
            let read = read_cell(&write_cell(&places).unwrap()).unwrap();
            prop_assert_eq!(read.len(), places.len());
            for (read, place) in read.iter().zip(&places) {
                prop_assert_eq!(&read.name, &place.name);
                prop_assert_eq!(&read.commune, &place.commune);
                prop_assert!(distance_m(read.at, place.at) < 1.0);
                for (a, b) in read.numbers.iter().zip(&place.numbers) {
                    prop_assert_eq!((a.number, &a.suffix), (b.number, &b.suffix));
                    prop_assert!(distance_m(a.at, b.at) < 1.0);
                }
                for (a, b) in read.lines.iter().flatten().zip(place.lines.iter().flatten()) {
                    prop_assert!(distance_m(*a, *b) < 1.0);
                }
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", cut in 0usize..200) {
            let _ = read_cell(&text);
            let whole = r#"{"format":1,"places":[[0,"Rue","V",[9223372036854775807,1],1,[[1,"",9,9]],[[[1,1]]]]]}"#;
            let _ = read_cell(&whole[..cut.min(whole.len())]);
        }
    }

    #[test]
    fn a_street_is_in_every_cell_it_passes_and_keys_are_read_back() {
        let place = NamedPlace {
            kind: NamedPlaceKind::Street,
            name: "Rue Longue".to_owned(),
            commune: String::new(),
            at: at(3.849, 43.61),
            reach_m: 500.0,
            numbers: Vec::new(),
            lines: vec![vec![at(3.849, 43.61), at(3.8511, 43.61)]],
        };
        let cells = CellKey::touched_by(&place);
        assert_eq!(cells.len(), 2);
        for key in cells {
            assert_eq!(CellKey::parse(&key.to_string()), Some(key));
        }
        let south_west = CellKey::of(at(-0.01, -0.01));
        assert_eq!(CellKey::parse("-1_-1"), Some(south_west));
        assert_eq!(CellKey::parse("../etc"), None);
    }

    #[test]
    fn a_newer_format_is_named_and_not_guessed_at() {
        let newer = r#"{"format":2,"places":{"street":[]}}"#;
        assert_eq!(read_cell(newer), Err(CellError::Newer(2)));
        assert!(matches!(read_cell("{"), Err(CellError::NotUnderstood(_))));
    }
}
