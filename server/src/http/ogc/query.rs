//! What a request for items asks: box, days, properties, system of coordinates, page.
//!
//! It must never take a parameter it does not know: the standard wants such requests refused.

use super::collections::{Collection, Feature};
use super::{Asked, Problem};
use crate::geolocation::{Crs, Reprojection};
use crate::store::{FeatureFilter, FeatureProperty};
use geo::{BoundingRect, MapCoords};
use serde_json::Value;

/// Longitude, latitude.
pub const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// Lambert-93, metres east and north.
pub const LAMBERT_93: &str = "http://www.opengis.net/def/crs/EPSG/0/2154";

/// Features of a page when nothing is asked.
const PAGE: usize = 100;
/// Most features of a page.
const LARGEST_PAGE: usize = 10_000;

const BAD_BBOX: Problem = Problem::malformed("bbox is four or six numbers: west,south,east,north.");
const BAD_CRS: Problem = Problem::malformed("crs and bbox-crs are CRS84 or EPSG/0/2154.");
const BAD_NUMBER: Problem = Problem::malformed("limit is 1 to 10000 and offset a whole number.");
const BAD_DAYS: Problem =
    Problem::malformed("datetime is a date, or two separated by a slash, either of them `..`.");
const UNKNOWN: Problem = Problem::malformed("There is no such parameter.");

/// A request for items that reads.
#[derive(Debug)]
pub struct Items {
    pub limit: usize,
    pub offset: usize,
    /// The feature that the page before ended with: a link to the next page says it.
    pub after: Option<u64>,
    pub crs: &'static str,
    bounds: Option<[f64; 4]>,
    days: Option<[String; 2]>,
    equal: Vec<(String, String)>,
}

impl Items {
    /// Reads what is asked of a collection.
    pub fn read(asked: &Asked, collection: &Collection) -> Result<Self, Problem> {
        let text = |name: &str| asked.get(name).map(String::as_str);
        let number = |name: &str, otherwise: usize| match text(name) {
            None => Ok(otherwise),
            Some(text) => text.parse::<usize>().map_err(|_| BAD_NUMBER.at(name)),
        };
        let limit = number("limit", PAGE)?;
        if limit == 0 {
            return Err(BAD_NUMBER.at("limit"));
        }
        // Both stand in links to next pages of layers.
        let of_layers = ["after", "version"].map(|name| (name, collection.version().is_some()));
        let mut after = None;
        for (name, known) in of_layers {
            let Some(value) = text(name).filter(|_| known) else {
                continue;
            };
            let value = value.parse().map_err(|_| BAD_NUMBER.at(name))?;
            if name == "after" {
                after = Some(value);
            }
        }
        let bounds = text("bbox")
            .map(|bbox| box_of(bbox, crs_of(text("bbox-crs"))?))
            .transpose()?;
        let known = [
            "limit", "offset", "crs", "bbox", "bbox-crs", "datetime", "f",
        ];
        let properties = collection.properties();
        let mut equal = Vec::new();
        for (name, value) in asked {
            let is_of_layers = of_layers.contains(&(name.as_str(), true));
            if known.contains(&name.as_str()) || is_of_layers {
                continue;
            }
            if !properties.contains(name) {
                return Err(UNKNOWN.at(name.as_str()));
            }
            equal.push((name.clone(), value.clone()));
        }
        Ok(Self {
            limit: limit.min(LARGEST_PAGE),
            offset: number("offset", 0)?,
            after,
            crs: crs_of(text("crs"))?,
            bounds,
            days: text("datetime").map(days_of).transpose()?,
            equal,
        })
    }

    /// Whether the collection has anything on the days asked.
    pub fn meets_days(&self, collection: &Collection) -> bool {
        match (&self.days, &collection.days) {
            (Some([from, to]), Some([first, last])) => from <= last && first <= to,
            // What has no days is there on all of them.
            _ => true,
        }
    }

    /// What is asked of a layer's features.
    pub fn filter(&self) -> FeatureFilter {
        let named = |name: &str| {
            FeatureProperty::ALL
                .into_iter()
                .find(|of| of.code() == name)
        };
        let equal = self.equal.iter();
        FeatureFilter {
            bounds: self.bounds,
            equal: equal
                .filter_map(|(name, value)| Some((named(name)?, value.clone())))
                .collect(),
        }
    }

    /// Whether a feature is asked for.
    pub fn takes(&self, feature: &Feature) -> bool {
        let inside = self.bounds.is_none_or(|[west, south, east, north]| {
            feature.geometry.bounding_rect().is_some_and(|around| {
                let (low, high) = (around.min(), around.max());
                low.x <= east && high.x >= west && low.y <= north && high.y >= south
            })
        });
        inside
            && self
                .equal
                .iter()
                .all(|(name, wanted)| match feature.properties.get(name) {
                    Some(Value::String(text)) => text == wanted,
                    Some(Value::Null) | None => wanted.is_empty(),
                    Some(other) => {
                        let written = other.to_string();
                        written == *wanted
                    }
                })
    }
}

/// The system that a parameter names.
pub fn crs_of(name: Option<&str>) -> Result<&'static str, Problem> {
    match name {
        None | Some(CRS84) => Ok(CRS84),
        Some(LAMBERT_93) => Ok(LAMBERT_93),
        Some(_) => Err(BAD_CRS.at("crs")),
    }
}

fn box_of(text: &str, crs: &'static str) -> Result<[f64; 4], Problem> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>().ok().filter(|v| v.is_finite()))
        .collect::<Option<_>>()
        .ok_or(BAD_BBOX.at("bbox"))?;
    let ([west, south, east, north] | [west, south, _, east, north, _]) = numbers[..] else {
        return Err(BAD_BBOX.at("bbox"));
    };
    if south > north || west > east {
        return Err(BAD_BBOX.at("bbox"));
    }
    if crs == CRS84 {
        return Ok([west, south, east, north]);
    }
    let plane = Reprojection::from(Crs::Lambert93);
    let corners = [[west, south], [east, south], [west, north], [east, north]];
    let degrees: Vec<[f64; 2]> = corners
        .into_iter()
        .map(|corner| plane.degrees(corner))
        .collect::<Option<_>>()
        .ok_or(BAD_BBOX.at("bbox"))?;
    let over = |index: usize, pick: fn(f64, f64) -> f64, from: f64| {
        degrees.iter().map(|corner| corner[index]).fold(from, pick)
    };
    Ok([
        over(0, f64::min, f64::INFINITY),
        over(1, f64::min, f64::INFINITY),
        over(0, f64::max, f64::NEG_INFINITY),
        over(1, f64::max, f64::NEG_INFINITY),
    ])
}

/// First and last day, as `2026-01-22`, or the ends of time.
fn days_of(text: &str) -> Result<[String; 2], Problem> {
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let day = |text: &str, open: &str| -> Result<String, Problem> {
        if matches!(text, "" | "..") {
            return Ok(open.to_owned());
        }
        let day = text.get(..10).unwrap_or_default();
        day.parse::<jiff::civil::Date>()
            .map(|day| day.to_string())
            .map_err(|_| BAD_DAYS.at("datetime"))
    };
    Ok([day(from, "0000-00-00")?, day(to, "9999-99-99")?])
}

/// A feature as GeoJSON, in a system of coordinates.
pub fn geojson(feature: &Feature, crs: &str) -> Value {
    let geometry = if crs == LAMBERT_93 {
        let plane = Reprojection::from(Crs::Lambert93);
        feature.geometry.map_coords(|at| {
            let [x, y] = plane.metres([at.x, at.y]).unwrap_or([f64::NAN; 2]);
            let centimetres = |v: f64| (v * 100.0).round() / 100.0;
            geo::coord! { x: centimetres(x), y: centimetres(y) }
        })
    } else {
        feature.geometry.clone()
    };
    serde_json::json!({
        "type": "Feature",
        "id": feature.id,
        "geometry": geojson::Geometry::new(geojson::GeometryValue::from(&geometry)),
        "properties": feature.properties,
    })
}
