//! Reading files of geography: GeoJSON, GeoPackage or zipped shapefile, in EPSG:4326 or EPSG:2154,
//! checked whole before anything is kept.
//!
//! It must never import half a file or guess a code: what is wrong is told with its feature, its
//! line and what to do. `maraude layers import`, `POST /api/layers` and the import of sectors
//! call it.

mod columns;
mod fault;
mod geojson;
mod geometry;
mod geopackage;
mod raw;
mod validity;
mod zipped;

pub use columns::Columns;
pub use fault::{FeaturePlace, GeometryFault, LayerFileError};

use super::crs::{Crs, Reprojection};
use crate::store::{LayerFeature, LayerKind, Shape};
use columns::{ChosenColumns, population};
use geo::{BoundingRect, Geometry, MapCoords};
use geojson::{line_of_feature, read_geojson};
use geometry::type_name;
use geopackage::read_geopackage;
use raw::{RawCollection, RawFeature};
use std::collections::{HashMap, HashSet};
use std::fmt;
use zipped::read_zipped_shapefile;

/// Most vertices a file may hold.
pub const VERTEX_LIMIT: usize = 1_000_000;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    GeoPackage,
    Zip,
    Text,
}

impl Format {
    fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"SQLite format 3\0") {
            Self::GeoPackage
        } else if bytes.starts_with(b"PK\x03\x04") {
            Self::Zip
        } else {
            Self::Text
        }
    }
}

/// Something done to a file's features, or wrong with them, that its owner should know.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerNote {
    /// A feature with the code and name of an earlier one was joined to it.
    Joined {
        /// 1-based.
        feature: usize,
        /// The code.
        code: String,
    },
    /// A feature with the code of an earlier one but another name got a code of its own.
    Renumbered {
        /// 1-based.
        feature: usize,
        /// The code both had.
        shared: String,
        /// The code it got.
        given: String,
    },
    /// An area that is not simple: what lies in it may be counted wrongly.
    NotSimple {
        /// Its code.
        code: String,
        /// Why, in the words of the geometry library.
        why: String,
    },
    /// Two areas of a tiling that lie on each other.
    Overlap {
        /// Their codes.
        codes: [String; 2],
        /// How much of both, square metres.
        m2: f64,
    },
    /// Ground between the areas of a tiling that is in none of them.
    Gaps {
        /// How many holes.
        count: usize,
        /// All together, square metres.
        m2: f64,
    },
}

impl fmt::Display for LayerNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { feature, code } => write!(
                f,
                "feature {feature} has the code and name of an earlier one ({code}): joined to it"
            ),
            Self::Renumbered {
                feature,
                shared,
                given,
            } => write!(
                f,
                "feature {feature} has code {shared} of an earlier one but another name: kept as \
                 {given}; --code may name a better column"
            ),
            Self::NotSimple { code, why } => write!(
                f,
                "area {code} crosses itself or is otherwise not simple: redraw it ({why})"
            ),
            Self::Overlap { codes, m2 } => write!(
                f,
                "areas {} and {} lie on each other over {m2:.0} m²: what is there counts at their \
                 edge",
                codes[0], codes[1]
            ),
            Self::Gaps { count, m2 } => write!(
                f,
                "{count} holes between the areas, {m2:.0} m² together: what is there is in none"
            ),
        }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct LayerReading {
    /// Its features; codes of areas are unique.
    pub features: Vec<LayerFeature>,
    /// What its owner should know.
    pub notes: Vec<LayerNote>,
}

/// Reads a whole file, told apart by its first bytes. `progress` is told how many features have been
/// read.
///
/// # Errors
/// When the file is none of the three, is damaged, or holds what a layer of this kind cannot; the
/// error says which feature and what to do.
pub fn read_layer(
    bytes: &[u8],
    kind: LayerKind,
    columns: &Columns,
    progress: &mut dyn FnMut(usize),
) -> Result<LayerReading, LayerFileError> {
    let format = Format::of(bytes);
    let file = read_raw(bytes, columns.table.as_deref(), progress)?;
    let place = |feature| FeaturePlace {
        feature,
        line: match (format, std::str::from_utf8(bytes)) {
            (Format::Text, Ok(text)) => Some(line_of_feature(text, feature)),
            _ => None,
        },
    };
    let to_degrees = degrees_from(&file)?;
    let chosen = ChosenColumns::among(&file.features, kind, columns)?;
    let mut features = Vec::with_capacity(file.features.len());
    for (n, raw) in file.features.into_iter().enumerate() {
        let feature = n + 1;
        if !suits(kind, &raw.geometry) {
            return Err(LayerFileError::WrongShape {
                place: place(feature),
                found: type_name(&raw.geometry),
                kind,
            });
        }
        let code = match chosen.code(&raw.properties) {
            Some(code) => code,
            None if kind.shape() != Shape::Area => feature.to_string(),
            None => {
                return Err(LayerFileError::MissingCode {
                    place: place(feature),
                    column: chosen.code.unwrap_or_default(),
                });
            }
        };
        let geometry = in_degrees(&raw.geometry, &to_degrees)?;
        features.push(LayerFeature {
            name: chosen
                .name(&raw.properties)
                .unwrap_or_else(|| default_name(kind, &code)),
            population: population(&raw.properties),
            code,
            geometry,
        });
    }
    Ok(if kind.shape() == Shape::Area {
        let mut reading = tell_apart(features);
        reading.notes.extend(validity::of(&reading.features, kind));
        reading
    } else {
        LayerReading {
            features,
            notes: Vec::new(),
        }
    })
}

/// A file of any of the formats as GeoJSON in EPSG:4326, with all its columns, to be looked at
/// before it is imported.
///
/// # Errors
/// As [`read_layer`], before columns are chosen.
pub fn layer_as_geojson(bytes: &[u8], table: Option<&str>) -> Result<String, LayerFileError> {
    let file = read_raw(bytes, table, &mut |_| {})?;
    let to_degrees = degrees_from(&file)?;
    let features = file.features.into_iter().map(|raw| {
        let geometry = in_degrees(&raw.geometry, &to_degrees)?;
        Ok(serde_json::json!({
            "type": "Feature",
            "properties": raw.properties,
            "geometry": ::geojson::GeometryValue::from(&geometry),
        }))
    });
    let features = features.collect::<Result<Vec<_>, LayerFileError>>()?;
    let collection = serde_json::json!({ "type": "FeatureCollection", "features": features });
    Ok(collection.to_string())
}

fn read_raw(
    bytes: &[u8],
    table: Option<&str>,
    progress: &mut dyn FnMut(usize),
) -> Result<RawCollection, LayerFileError> {
    match Format::of(bytes) {
        Format::GeoPackage => unbroken(|| read_geopackage(bytes, table, progress)),
        Format::Zip => unbroken(|| read_zipped_shapefile(bytes, progress)),
        Format::Text => read_geojson(bytes, progress),
    }
}

/// Libraries that read binary formats may panic on bytes that nobody wrote: that is a damaged
/// file, never the end of the program.
fn unbroken(
    read: impl FnOnce() -> Result<RawCollection, LayerFileError>,
) -> Result<RawCollection, LayerFileError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or(Err(LayerFileError::Damaged))
}

fn degrees_from(file: &RawCollection) -> Result<Reprojection, LayerFileError> {
    let crs = match &file.crs_name {
        Some(name) => Crs::named(name).ok_or_else(|| LayerFileError::UnknownCrs {
            name: name.chars().take(64).collect(),
        })?,
        None => Crs::guess(extent(&file.features)).ok_or(LayerFileError::StrangeCoordinates)?,
    };
    Ok(Reprojection::from(crs))
}

fn in_degrees(
    geometry: &Geometry<f64>,
    to_degrees: &Reprojection,
) -> Result<Geometry<f64>, LayerFileError> {
    geometry
        .try_map_coords(|c| {
            let [x, y] = to_degrees.degrees([c.x, c.y]).ok_or(())?;
            let on_earth = x.abs() <= 180.0 && y.abs() <= 90.0;
            on_earth.then_some(geo::Coord { x, y }).ok_or(())
        })
        .map_err(|()| LayerFileError::StrangeCoordinates)
}

/// Gives each area a code of its own: parts of one area become one feature, and another area
/// under the same code gets a numbered one. Both are told.
fn tell_apart(read: Vec<LayerFeature>) -> LayerReading {
    let mut reading = LayerReading::default();
    let mut first_of: HashMap<String, usize> = HashMap::new();
    let mut taken: HashSet<String> = read.iter().map(|f| f.code.clone()).collect();
    for (n, mut feature) in read.into_iter().enumerate() {
        match first_of.get(&feature.code).copied() {
            None => {
                first_of.insert(feature.code.clone(), reading.features.len());
                reading.features.push(feature);
            }
            Some(first) if reading.features[first].name == feature.name => {
                let known = &mut reading.features[first];
                known.geometry = join(&known.geometry, feature.geometry);
                let code = feature.code;
                reading.notes.push(LayerNote::Joined {
                    feature: n + 1,
                    code,
                });
            }
            Some(_) => {
                let shared = feature.code.clone();
                feature.code = (2..=taken.len() + 2)
                    .map(|number| format!("{shared}-{number}"))
                    .find(|code| !taken.contains(code))
                    .unwrap_or_default();
                taken.insert(feature.code.clone());
                reading.notes.push(LayerNote::Renumbered {
                    feature: n + 1,
                    shared,
                    given: feature.code.clone(),
                });
                reading.features.push(feature);
            }
        }
    }
    reading
}

fn join(one: &Geometry<f64>, other: Geometry<f64>) -> Geometry<f64> {
    let mut parts = as_areas(one.clone()).map_or_else(Vec::new, |areas| areas.0);
    parts.extend(as_areas(other).map_or_else(Vec::new, |areas| areas.0));
    geo::MultiPolygon(parts).into()
}

/// The areas of a feature as one multi-polygon; `None` for lines and positions.
pub fn as_areas(geometry: Geometry<f64>) -> Option<geo::MultiPolygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => Some(geo::MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(areas) => Some(areas),
        _ => None,
    }
}

fn suits(kind: LayerKind, geometry: &Geometry<f64>) -> bool {
    let area = matches!(geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
    let line = matches!(
        geometry,
        Geometry::LineString(_) | Geometry::MultiLineString(_)
    );
    match kind.shape() {
        Shape::Area => area,
        Shape::Line => line,
        Shape::LineOrArea => line || area,
        Shape::Any => true,
    }
}

fn default_name(kind: LayerKind, code: &str) -> String {
    if kind.shape() == Shape::Area {
        code.to_owned()
    } else {
        String::new()
    }
}

fn extent(features: &[RawFeature]) -> [f64; 4] {
    let start = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    features
        .iter()
        .filter_map(|feature| feature.geometry.bounding_rect())
        .fold(start, |[w, s, e, n], rect| {
            [
                w.min(rect.min().x),
                s.min(rect.min().y),
                e.max(rect.max().x),
                n.max(rect.max().y),
            ]
        })
}

#[cfg(test)]
mod tests;
