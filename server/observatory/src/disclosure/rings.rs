//! Boundaries as nested arrays, as GeoJSON's `MultiPolygon` has them, at 6 decimals.
//!
//! Coordinates finer than 6 decimals (11 cm) must never be published. Releases and files use it.

use crate::plane::oriented;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Polygons of rings of `[longitude, latitude]`.
pub type Rings = Vec<Vec<Vec<[f64; 2]>>>;

/// Decimals of published degrees (RFC 7946, section 11.2).
const DECIMALS: f64 = 1e6;

/// A boundary at 6 decimals, without the corners and rings that fall together.
pub fn rounded(boundary: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let polygons = boundary.iter().filter_map(|polygon| {
        let exterior = rounded_ring(polygon.exterior())?;
        let holes = polygon.interiors().iter().filter_map(rounded_ring);
        Some(Polygon::new(exterior, holes.collect()))
    });
    oriented(MultiPolygon(polygons.collect()))
}

fn rounded_ring(ring: &LineString<f64>) -> Option<LineString<f64>> {
    let round = |v: f64| (v * DECIMALS).round() / DECIMALS;
    let mut corners: Vec<Coord<f64>> = ring
        .coords()
        .map(|c| Coord {
            x: round(c.x),
            y: round(c.y),
        })
        .collect();
    corners.dedup();
    (corners.len() >= 4).then_some(LineString(corners))
}

/// The nested arrays of a boundary.
pub fn to_rings(boundary: &MultiPolygon<f64>) -> Rings {
    let ring = |line: &LineString<f64>| line.coords().map(|c| [c.x, c.y]).collect();
    boundary
        .iter()
        .map(|polygon| {
            std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(ring)
                .collect()
        })
        .collect()
}

/// The boundary of nested arrays.
pub fn from_rings(rings: &Rings) -> MultiPolygon<f64> {
    let line = |ring: &Vec<[f64; 2]>| {
        LineString(ring.iter().map(|c| Coord { x: c[0], y: c[1] }).collect())
    };
    let polygons = rings.iter().filter_map(|polygon| {
        let (exterior, holes) = polygon.split_first()?;
        Some(Polygon::new(
            line(exterior),
            holes.iter().map(line).collect(),
        ))
    });
    MultiPolygon(polygons.collect())
}

/// For `#[serde(with)]`.
pub fn serialize<S: Serializer>(
    boundary: &MultiPolygon<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    to_rings(boundary).serialize(serializer)
}

/// For `#[serde(with)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<MultiPolygon<f64>, D::Error> {
    Ok(rounded(&from_rings(&Rings::deserialize(deserializer)?)))
}
