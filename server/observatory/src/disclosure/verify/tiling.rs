//! Parts lie in their whole, do not overlap and leave no gap.

use super::{Finding, Rule};
use crate::disclosure::published::{Published, PublishedArea, Stage};
use crate::plane::oriented;
use geo::{Area, BooleanOps, BoundingRect, Coord, Intersects, MapCoords, MultiPolygon};

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
    let shared: f64 = (1..tiles.len())
        .flat_map(|one| (0..one).map(move |other| (one, other)))
        .map(|(one, other)| overlap(&tiles[one], &tiles[other]))
        .sum();
    let outside: f64 = tiles
        .iter()
        .map(|tile| tile.difference(&shape).unsigned_area())
        .sum();
    let much = TOLERANCE * ground;
    if shared > much {
        return Some(format!("its parts overlap by {shared:.0} m²"));
    }
    if outside > much {
        return Some(format!("its parts reach outside by {outside:.0} m²"));
    }
    let gap = ground - (added - shared - outside);
    (gap > much).then(|| format!("its parts leave a gap of {gap:.0} m²"))
}

fn overlap(one: &MultiPolygon<f64>, other: &MultiPolygon<f64>) -> f64 {
    let (Some(here), Some(there)) = (one.bounding_rect(), other.bounding_rect()) else {
        return 0.0;
    };
    if here.intersects(&there) {
        one.intersection(other).unsigned_area()
    } else {
        0.0
    }
}

fn flat(boundary: &MultiPolygon<f64>, origin: Coord<f64>) -> MultiPolygon<f64> {
    let shrink = origin.y.to_radians().cos();
    oriented(boundary.map_coords(|c| Coord {
        x: (c.x - origin.x) * METRES_PER_DEGREE * shrink,
        y: (c.y - origin.y) * METRES_PER_DEGREE,
    }))
}
