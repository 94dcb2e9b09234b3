//! Parts lie in their whole, do not overlap and leave no gap.

use super::{Finding, Rule};
use crate::disclosure::published::{Published, PublishedArea, Stage};
use crate::plane::oriented;
use geo::{Area, BooleanOps, BoundingRect, Coord, MapCoords, MultiPolygon, unary_union};

/// What rounding to 6 decimals and the curve of grid lines may cost, as a share of the whole.
const TOLERANCE: f64 = 0.002;
/// Degrees of latitude in metres, near enough to compare two surfaces.
const METRES_PER_DEGREE: f64 = 111_200.0;

/// Checks the parts of every area.
pub fn check(published: &Published) -> Vec<Finding> {
    let mut findings = Vec::new();
    if published.stage == Stage::Provisional {
        return findings;
    }
    for whole in &published.areas {
        let parts: Vec<&PublishedArea> = published
            .areas
            .iter()
            .filter(|area| area.parent.as_deref() == Some(&whole.code))
            .collect();
        if !parts.is_empty() {
            findings.extend(
                fault(whole, &parts).map(|reason| Finding::new(Rule::Tiling, &whole.code, reason)),
            );
        }
    }
    findings
}

fn fault(whole: &PublishedArea, parts: &[&PublishedArea]) -> Option<String> {
    let Some(bounds) = whole.boundary.bounding_rect() else {
        return Some("has no boundary".to_owned());
    };
    let origin = bounds.center();
    let shape = flat(&whole.boundary, origin);
    let ground = shape.unsigned_area();
    let tiles: Vec<MultiPolygon<f64>> = parts
        .iter()
        .map(|part| flat(&part.boundary, origin))
        .collect();
    let added: f64 = tiles.iter().map(Area::unsigned_area).sum();
    let joined = unary_union(&tiles);
    let off = |one: f64, other: f64| (one - other).abs() > TOLERANCE * ground;
    if off(added, joined.unsigned_area()) {
        return Some("its parts overlap".to_owned());
    }
    if shape.difference(&joined).unsigned_area() > TOLERANCE * ground {
        return Some("its parts leave a gap".to_owned());
    }
    if joined.difference(&shape).unsigned_area() > TOLERANCE * ground {
        return Some("its parts reach outside".to_owned());
    }
    None
}

fn flat(boundary: &MultiPolygon<f64>, origin: Coord<f64>) -> MultiPolygon<f64> {
    let shrink = origin.y.to_radians().cos();
    oriented(boundary.map_coords(|c| Coord {
        x: (c.x - origin.x) * METRES_PER_DEGREE * shrink,
        y: (c.y - origin.y) * METRES_PER_DEGREE,
    }))
}
