//! Reading files of geography: GeoJSON in EPSG:4326 or EPSG:2154, checked whole before anything
//! is kept.
//!
//! It must never import half a file or guess a code: what is wrong is told with its feature, its
//! line and what to do. `maraude layers import`, `POST /api/layers` and the import of sectors
//! call it.

mod columns;
mod fault;
mod geometry;

pub use columns::Columns;
pub use fault::{GeometryFault, LayerFileError};

use super::crs::{Crs, Reprojection};
use crate::store::{LayerFeature, LayerKind, Shape};
use columns::{ChosenColumns, population};
use geo::{BoundingRect, CoordsIter, Geometry, MapCoords};
use geometry::{read_geometry, type_name};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Most vertices a file may hold.
pub const VERTEX_LIMIT: usize = 1_000_000;

/// Something done to a file's features that its owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Reads a whole GeoJSON file. `progress` is told how many features have been read.
pub fn read_layer(
    text: &str,
    kind: LayerKind,
    columns: &Columns,
    progress: &mut dyn FnMut(usize),
) -> Result<LayerReading, LayerFileError> {
    let file = read_collection(text, progress)?;
    let crs = match &file.crs_name {
        Some(name) => Crs::named(name).ok_or_else(|| LayerFileError::UnknownCrs {
            name: name.chars().take(64).collect(),
        })?,
        None => Crs::guess(extent(&file.features)).ok_or(LayerFileError::StrangeCoordinates)?,
    };
    let to_degrees = Reprojection::from(crs);
    let chosen = ChosenColumns::among(&file.features, kind, columns)?;
    let mut features = Vec::with_capacity(file.features.len());
    for (n, raw) in file.features.into_iter().enumerate() {
        let feature = n + 1;
        if !suits(kind, &raw.geometry) {
            return Err(LayerFileError::WrongShape {
                feature,
                line: line_of_feature(text, feature),
                found: type_name(&raw.geometry),
                kind,
            });
        }
        let code = match chosen.code(&raw.properties) {
            Some(code) => code,
            None if kind.shape() != Shape::Area => feature.to_string(),
            None => {
                return Err(LayerFileError::MissingCode {
                    feature,
                    line: line_of_feature(text, feature),
                    column: chosen.code.unwrap_or_default(),
                });
            }
        };
        let geometry = raw
            .geometry
            .try_map_coords(|c| {
                let [x, y] = to_degrees.degrees([c.x, c.y]).ok_or(())?;
                let on_earth = x.abs() <= 180.0 && y.abs() <= 90.0;
                on_earth.then_some(geo::Coord { x, y }).ok_or(())
            })
            .map_err(|()| LayerFileError::StrangeCoordinates)?;
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
        tell_apart(features)
    } else {
        LayerReading {
            features,
            notes: Vec::new(),
        }
    })
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

struct RawFeature {
    properties: Map<String, Value>,
    geometry: Geometry<f64>,
}

#[derive(Default)]
struct RawCollection {
    features: Vec<RawFeature>,
    crs_name: Option<String>,
    is_collection: bool,
}

fn read_collection(
    text: &str,
    progress: &mut dyn FnMut(usize),
) -> Result<RawCollection, LayerFileError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading {
        found: RawCollection::default(),
        vertices: 0,
        fault: None,
        progress,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let outcome = CollectionSeed(&mut reading).deserialize(&mut json);
    match (reading.fault, outcome) {
        (Some(Fault::Vertices), _) => Err(LayerFileError::TooManyVertices),
        (Some(Fault::Geometry(feature, fault)), _) => Err(LayerFileError::Geometry {
            feature,
            line: line_of_feature(text, feature),
            fault,
        }),
        (None, Err(error)) if error.is_data() => Err(LayerFileError::NotACollection),
        (None, Err(error)) => Err(LayerFileError::NotJson {
            line: error.line(),
            column: error.column(),
        }),
        (None, Ok(())) if !reading.found.is_collection => Err(LayerFileError::NotACollection),
        (None, Ok(())) if reading.found.features.is_empty() => Err(LayerFileError::Empty),
        (None, Ok(())) => Ok(reading.found),
    }
}

enum Fault {
    Vertices,
    Geometry(usize, GeometryFault),
}

struct Reading<'a> {
    found: RawCollection,
    vertices: usize,
    fault: Option<Fault>,
    progress: &'a mut dyn FnMut(usize),
}

impl Reading<'_> {
    /// Takes one feature in; `false` when reading must stop.
    fn take(&mut self, mut feature: Map<String, Value>) -> bool {
        let number = self.found.features.len() + 1;
        let geometry = match read_geometry(feature.get("geometry").unwrap_or(&Value::Null)) {
            Ok(geometry) => geometry,
            Err(fault) => {
                self.fault = Some(Fault::Geometry(number, fault));
                return false;
            }
        };
        self.vertices += geometry.coords_count();
        if self.vertices > VERTEX_LIMIT {
            self.fault = Some(Fault::Vertices);
            return false;
        }
        let properties = match feature.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        self.found.features.push(RawFeature {
            properties,
            geometry,
        });
        (self.progress)(number);
        true
    }
}

/// Reads the collection feature by feature, so that memory holds geometries, not JSON.
struct CollectionSeed<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for CollectionSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for CollectionSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => map.next_value_seed(FeaturesSeed(self.0))?,
                "type" => {
                    let kind: Value = map.next_value()?;
                    self.0.found.is_collection = kind == "FeatureCollection";
                }
                "crs" => {
                    let crs: Value = map.next_value()?;
                    let name = crs.pointer("/properties/name").and_then(Value::as_str);
                    self.0.found.crs_name = name.map(str::to_owned);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct FeaturesSeed<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for FeaturesSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeaturesSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while let Some(feature) = features.next_element::<Map<String, Value>>()? {
            if !self.0.take(feature) {
                return Err(serde::de::Error::custom("refused"));
            }
        }
        Ok(())
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

/// The line on which the nth feature (1-based) begins, found by its `"Feature"` marker.
fn line_of_feature(text: &str, feature: usize) -> usize {
    let at = text
        .match_indices("\"Feature\"")
        .nth(feature.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    1 + text[..at].bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests;
