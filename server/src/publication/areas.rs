//! The large areas of a campaign, from the layers it pinned when it was created.
//!
//! It must never look at observations: the list depends on boundaries and residents alone, so
//! that it is the same before and after the night.

use crate::geolocation::{AreaIndex, Ground};
use crate::store::LayerKind;
use geo::{BoundingRect, Coord, MultiPolygon, Rect};
use maraude_core::geography::Bounds;
use maraude_observatory::area::{AreaShape, AreaSources, AreaTree, AreaTreeError};
use maraude_observatory::disclosure::Settings;

/// Code of the perimeter in files.
const PERIMETER: &str = "perimeter";

/// Without communes, the ground is the box of the sectors with this much around, metres: teams
/// also meet people on the way.
const AROUND_SECTORS_M: f64 = 500.0;

/// The tree of a campaign's ground; `name` is the campaign's.
///
/// # Errors
/// [`AreaTreeError::NoGround`] when no commune is imported and no sector drawn.
pub fn area_tree(
    ground: &Ground,
    name: &str,
    settings: &Settings,
) -> Result<AreaTree, AreaTreeError> {
    let mut communes: Vec<AreaShape> = ground
        .perimeter()
        .into_iter()
        .map(|(label, boundary)| AreaShape {
            code: label.code.clone(),
            name: label.name.clone(),
            residents: label.population,
            boundary: boundary.clone(),
        })
        .collect();
    if communes.is_empty() {
        communes.extend(around_sectors(ground).map(|boundary| AreaShape {
            code: PERIMETER.to_owned(),
            name: name.to_owned(),
            residents: None,
            boundary,
        }));
    }
    let layer = |kind: LayerKind| -> Vec<AreaShape> {
        let areas = ground.layer(kind).map(AreaIndex::areas).unwrap_or_default();
        areas
            .iter()
            .map(|(label, boundary)| AreaShape {
                code: label.code.clone(),
                name: label.name.clone(),
                residents: label.population,
                boundary: boundary.clone(),
            })
            .collect()
    };
    let sources = AreaSources {
        code: PERIMETER.to_owned(),
        name: name.to_owned(),
        communes,
        quartiers: layer(LayerKind::Quartier),
        sous_quartiers: layer(LayerKind::SousQuartier),
    };
    AreaTree::build(&sources, settings.commune_minimum_residents)
}

fn around_sectors(ground: &Ground) -> Option<MultiPolygon<f64>> {
    let bounds = ground
        .sectors()
        .areas()
        .iter()
        .filter_map(|(_, boundary)| boundary.bounding_rect())
        .map(|rect| Bounds {
            west: rect.min().x,
            south: rect.min().y,
            east: rect.max().x,
            north: rect.max().y,
        })
        .reduce(Bounds::union)?
        .grown(AROUND_SECTORS_M);
    let corner = |x, y| Coord { x, y };
    let rect = Rect::new(
        corner(bounds.west, bounds.south),
        corner(bounds.east, bounds.north),
    );
    Some(MultiPolygon(vec![rect.to_polygon()]))
}
