//! GeoJSON (RFC 7946), feature by feature, so that memory holds geometries, not JSON.

use super::geometry::read_geometry;
use super::raw::{RawCollection, RawFeature, Vertices};
use super::{FeaturePlace, GeometryFault, LayerFileError};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Reads a collection; `progress` is told how many features have been read.
pub(super) fn read_geojson(
    bytes: &[u8],
    progress: &mut dyn FnMut(usize),
) -> Result<RawCollection, LayerFileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| LayerFileError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading {
        found: RawCollection::default(),
        vertices: Vertices::default(),
        fault: None,
        progress,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let outcome = CollectionSeed(&mut reading).deserialize(&mut json);
    match (reading.fault, outcome) {
        (Some(Fault::Vertices), _) => Err(LayerFileError::TooManyVertices),
        (Some(Fault::Geometry(feature, fault)), _) => Err(LayerFileError::Geometry {
            place: FeaturePlace {
                feature,
                line: Some(line_of_feature(text, feature)),
            },
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
    vertices: Vertices,
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
        if self.vertices.count(&geometry).is_err() {
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

/// The line on which the nth feature (1-based) begins, found by its `"Feature"` marker.
pub(super) fn line_of_feature(text: &str, feature: usize) -> usize {
    let at = text
        .match_indices("\"Feature\"")
        .nth(feature.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    1 + text[..at].bytes().filter(|byte| *byte == b'\n').count()
}
