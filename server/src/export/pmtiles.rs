//! PMTiles 3 with vector tiles: the layer of figures, for web maps that read by ranges.
//!
//! It must never write another layer than the sheet it is given. `super` calls it.

use super::ExportError;
use super::sheet::{About, Cell, Column, Geometry, Kind, Row, Sheet};
use ::pmtiles::{PmTilesWriter, TileCoord, TileId, TileType};
use geo::orient::Direction;
use geo::{
    BooleanOps, BoundingRect, Coord, Intersects, LineString, MapCoords, MultiPolygon, Orient,
    Polygon, Rect,
};
use mvt::{GeomData, GeomEncoder, GeomType, Tile};
use serde_json::json;
use std::f64::consts::PI;
use std::io::{Seek, Write};

/// Zooms written: from the country to the block; closer, viewers draw the last again.
const ZOOMS: std::ops::RangeInclusive<u8> = 5..=13;
/// Units along a tile's side.
///
/// # Source
/// Mapbox Vector Tile 2.1, section 4.1.
const EXTENT: u32 = 4096;
/// How far surfaces reach past their tile, tile sides: outlines are not drawn along its edge.
const MARGIN: f64 = 1.0 / 64.0;

/// A surface on the map's square, 0 to 1 to the east and to the south, with its cells.
struct Feature {
    surface: MultiPolygon<f64>,
    bounds: Rect<f64>,
    cells: Vec<Cell>,
}

impl Feature {
    fn of(row: Row) -> Option<Self> {
        let Some(Geometry::Surface(surface)) = row.geometry else {
            return None;
        };
        let surface = surface.map_coords(on_square);
        Some(Self {
            bounds: surface.bounding_rect()?,
            surface,
            cells: row.cells,
        })
    }
}

/// Web Mercator.
///
/// # Source
/// OGC 17-083r4, annex D: WebMercatorQuad.
fn on_square(place: Coord<f64>) -> Coord<f64> {
    let latitude = place.y.to_radians();
    Coord {
        x: place.x / 360.0 + 0.5,
        y: 0.5 - (PI / 4.0 + latitude / 2.0).tan().ln() / (2.0 * PI),
    }
}

/// Writes a layer of surfaces; rows without one are left out.
///
/// # Errors
/// When `out` refuses.
pub fn write(sheet: Sheet<'_>, about: &[About], out: impl Write + Seek) -> Result<(), ExportError> {
    let metadata = metadata(&sheet, about);
    let features: Vec<Feature> = sheet.rows.filter_map(Feature::of).collect();
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .min_zoom(*ZOOMS.start())
        .max_zoom(*ZOOMS.end())
        .metadata(metadata);
    if let Some([west, south, east, north]) = extent(&features) {
        writer = writer
            .bounds(west, south, east, north)
            .center(f64::midpoint(west, east), f64::midpoint(south, north))
            .center_zoom(10);
    }
    let mut writer = writer.create(out)?;
    for zoom in ZOOMS {
        for place in tiles(&features, zoom)? {
            let bytes = tile(&features, sheet.columns, sheet.name, place)?;
            writer.add_tile(place, &bytes)?;
        }
    }
    writer.finalize()?;
    Ok(())
}

/// What viewers read of the layer, and what is said once about the file.
fn metadata(sheet: &Sheet<'_>, about: &[About]) -> String {
    let kind = |kind| match kind {
        Kind::Text => "String",
        Kind::Integer | Kind::Real => "Number",
        Kind::Flag => "Boolean",
    };
    let fields: serde_json::Map<String, serde_json::Value> = sheet
        .columns
        .iter()
        .map(|column| (column.name.to_owned(), kind(column.kind).into()))
        .collect();
    let said = |name: &str| {
        let mut lines = about.iter().filter(|(known, _)| known == name);
        lines.next().map_or("", |(_, text)| text.as_str())
    };
    let lines: Vec<String> = about
        .iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    json!({
        "name": sheet.title,
        "description": lines.join("\n"),
        "attribution": said("campaign"),
        "type": "overlay",
        "vector_layers": [{
            "id": sheet.name,
            "minzoom": ZOOMS.start(),
            "maxzoom": ZOOMS.end(),
            "fields": fields,
        }],
    })
    .to_string()
}

/// West, south, east, north of all surfaces, degrees.
fn extent(features: &[Feature]) -> Option<[f64; 4]> {
    let all = features.iter().map(|feature| feature.bounds);
    let whole = all.reduce(|a, b| {
        let least = Coord {
            x: a.min().x.min(b.min().x),
            y: a.min().y.min(b.min().y),
        };
        let most = Coord {
            x: a.max().x.max(b.max().x),
            y: a.max().y.max(b.max().y),
        };
        Rect::new(least, most)
    })?;
    let latitude = |y: f64| (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
    let longitude = |x: f64| (x - 0.5) * 360.0;
    Some([
        longitude(whole.min().x),
        latitude(whole.max().y),
        longitude(whole.max().x),
        latitude(whole.min().y),
    ])
}

/// The tiles that hold something, in the order of the archive.
fn tiles(features: &[Feature], zoom: u8) -> Result<Vec<TileCoord>, ExportError> {
    let side = f64::from(1_u32 << zoom);
    let mut found = Vec::new();
    for feature in features {
        let reach = |at: f64, sign: f64| (at * side + sign * MARGIN).floor().clamp(0.0, side - 1.0);
        let (least, most) = (feature.bounds.min(), feature.bounds.max());
        for x in reach(least.x, -1.0) as u32..=reach(most.x, 1.0) as u32 {
            for y in reach(least.y, -1.0) as u32..=reach(most.y, 1.0) as u32 {
                let place = TileCoord::new(zoom, x, y)?;
                found.push((TileId::from(place).value(), place));
            }
        }
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    found.dedup_by_key(|(id, _)| *id);
    Ok(found.into_iter().map(|(_, place)| place).collect())
}

/// A tile's bytes; none where no surface reaches it.
fn tile(
    features: &[Feature],
    columns: &[Column],
    name: &str,
    place: TileCoord,
) -> Result<Vec<u8>, ExportError> {
    let side = f64::from(1_u32 << place.z());
    let corner = Coord {
        x: f64::from(place.x()),
        y: f64::from(place.y()),
    };
    let past = |by: f64| Coord {
        x: (corner.x + by) / side,
        y: (corner.y + by) / side,
    };
    let window = Rect::new(past(-MARGIN), past(1.0 + MARGIN));
    let mut tile = Tile::new(EXTENT);
    let mut layer = tile.create_layer(name);
    let near = |feature: &&Feature| feature.bounds.intersects(&window);
    for feature in features.iter().filter(near) {
        let inside = feature.surface.intersection(&window.to_polygon());
        let drawn = inside.map_coords(|at| Coord {
            x: ((at.x * side - corner.x) * f64::from(EXTENT)).round(),
            y: ((at.y * side - corner.y) * f64::from(EXTENT)).round(),
        });
        let Some(drawn) = encoded(&drawn)? else {
            continue;
        };
        let mut told = layer.into_feature(drawn);
        for (column, cell) in columns.iter().zip(&feature.cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => told.add_tag_string(column.name, text),
                Cell::Integer(number) => told.add_tag_sint(column.name, *number),
                Cell::Real(number) => told.add_tag_double(column.name, *number),
                Cell::Flag(flag) => told.add_tag_bool(column.name, *flag),
            }
        }
        layer = told.into_layer();
    }
    if layer.num_features() == 0 {
        return Ok(Vec::new());
    }
    tile.add_layer(layer)?;
    Ok(tile.to_bytes()?)
}

/// Polygons in a tile's units; nothing where they are smaller than one.
fn encoded(surface: &MultiPolygon<f64>) -> Result<Option<GeomData>, ExportError> {
    let mut encoder = GeomEncoder::new(GeomType::Polygon);
    let mut some = false;
    // Outer rings have a positive area in a tile's units, which run to the south.
    for polygon in surface
        .iter()
        .map(|polygon| polygon.orient(Direction::Default))
    {
        let Some(outer) = ring(polygon.exterior()) else {
            continue;
        };
        some = true;
        let inner = polygon.interiors().iter().filter_map(ring);
        for line in std::iter::once(outer).chain(inner) {
            for at in line {
                encoder.add_point(at.x, at.y)?;
            }
            encoder.complete_geom()?;
        }
    }
    if !some {
        return Ok(None);
    }
    Ok(Some(encoder.encode()?))
}

/// A ring's corners without the last, which is the first; nothing where no surface is left.
fn ring(line: &LineString<f64>) -> Option<Vec<Coord<f64>>> {
    let mut corners = line.0.clone();
    corners.dedup();
    corners.pop();
    let closed = LineString(corners.clone());
    let surface = geo::Area::unsigned_area(&Polygon::new(closed, Vec::new()));
    (surface >= 1.0).then_some(corners)
}

#[cfg(test)]
mod tests;
