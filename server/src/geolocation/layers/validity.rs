//! What is wrong with the areas of a tiling: areas that cross themselves, overlaps, gaps.
//!
//! It must never mend anything: a person redraws, or lives with it knowingly.

use super::{LayerNote, as_areas};
use crate::store::{LayerFeature, LayerKind};
use geo::algorithm::Validation;
use geo::{Area, BooleanOps, BoundingRect, MapCoords, MultiPolygon, unary_union};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Smaller overlaps and gaps come from rounding, square metres.
const SLIVER_M2: f64 = 25.0;
/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// At most so many overlaps are told one by one.
const TOLD: usize = 50;

/// Whether areas of this kind are to lie side by side.
const fn is_tiling(kind: LayerKind) -> bool {
    matches!(
        kind,
        LayerKind::Commune
            | LayerKind::Zone
            | LayerKind::Sector
            | LayerKind::Quartier
            | LayerKind::SousQuartier
            | LayerKind::Iris
    )
}

/// What the owner of a file should know of its areas.
pub(super) fn of(features: &[LayerFeature], kind: LayerKind) -> Vec<LayerNote> {
    let mut notes = Vec::new();
    let mut simple: Vec<(&str, MultiPolygon<f64>)> = Vec::new();
    for feature in features {
        let Some(area) = as_areas(feature.geometry.clone()) else {
            continue;
        };
        match area.check_validation() {
            Ok(()) => simple.push((&feature.code, area)),
            Err(fault) => notes.push(LayerNote::NotSimple {
                code: feature.code.clone(),
                why: fault.to_string(),
            }),
        }
    }
    if is_tiling(kind) {
        let metric = metric(&simple);
        notes.extend(overlaps(&metric));
        notes.extend(gaps(&metric));
    }
    notes
}

/// The same areas on a plane of metres around their middle.
fn metric<'a>(areas: &[(&'a str, MultiPolygon<f64>)]) -> Vec<(&'a str, MultiPolygon<f64>)> {
    let boxes = areas.iter().filter_map(|(_, area)| area.bounding_rect());
    let (south, north) = boxes.fold((90.0_f64, -90.0_f64), |(south, north), rect| {
        (south.min(rect.min().y), north.max(rect.max().y))
    });
    let shrink = f64::midpoint(south, north).to_radians().cos();
    let metres = |c: geo::Coord<f64>| geo::Coord {
        x: c.x * DEGREE_M * shrink,
        y: c.y * DEGREE_M,
    };
    let areas = areas.iter();
    areas
        .map(|(code, area)| (*code, area.map_coords(metres)))
        .collect()
}

fn overlaps(areas: &[(&str, MultiPolygon<f64>)]) -> Vec<LayerNote> {
    let boxed = areas.iter().enumerate().filter_map(|(at, (_, area))| {
        let rect = area.bounding_rect()?;
        let corners = Rectangle::from_corners(rect.min().x_y().into(), rect.max().x_y().into());
        Some(GeomWithData::new(corners, at))
    });
    let tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>> = RTree::bulk_load(boxed.collect());
    let mut found: Vec<(f64, [String; 2])> = Vec::new();
    for (at, (code, area)) in areas.iter().enumerate() {
        let Some(rect) = area.bounding_rect() else {
            continue;
        };
        let around = AABB::from_corners(rect.min().x_y().into(), rect.max().x_y().into());
        for other in tree.locate_in_envelope_intersecting(around) {
            if other.data <= at {
                continue;
            }
            let (other_code, other) = &areas[other.data];
            let m2 = area.intersection(other).unsigned_area();
            if m2 > SLIVER_M2 {
                found.push((m2, [(*code).to_owned(), (*other_code).to_owned()]));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(TOLD);
    let found = found.into_iter();
    found
        .map(|(m2, codes)| LayerNote::Overlap { codes, m2 })
        .collect()
}

/// Holes in the areas together that no single area has.
fn gaps(areas: &[(&str, MultiPolygon<f64>)]) -> Option<LayerNote> {
    let all = unary_union(areas.iter().map(|(_, area)| area));
    let holes = all.iter().flat_map(geo::Polygon::interiors);
    let sizes: Vec<f64> = holes
        .map(|hole| geo::Polygon::new(hole.clone(), Vec::new()).unsigned_area())
        .filter(|m2| *m2 > SLIVER_M2)
        .collect();
    (!sizes.is_empty()).then(|| LayerNote::Gaps {
        count: sizes.len(),
        m2: sizes.iter().sum(),
    })
}
