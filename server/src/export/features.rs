//! A release's layer of figures as features, for servers of features.
//!
//! It must never hold a property that is not in the release. `http::ogc` calls it.

use super::released::{self, Columns};
use super::sheet::{Cell, Geometry};
use geo::MultiPolygon;
use maraude_observatory::disclosure::Release;
use serde_json::{Map, Value};

/// A feature of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseFeature {
    /// Properties, by column; withheld figures are null.
    pub properties: Map<String, Value>,
    /// WGS 84, longitude first.
    pub boundary: MultiPolygon<f64>,
}

/// The features of a release, always in the same order.
pub fn features(release: &Release) -> Vec<ReleaseFeature> {
    let columns = Columns::new();
    let sheet = released::figures(release, &columns);
    let names: Vec<&str> = sheet.columns.iter().map(|column| column.name).collect();
    sheet
        .rows
        .filter_map(|row| {
            let Some(Geometry::Surface(boundary)) = row.geometry else {
                return None;
            };
            let properties = names.iter().zip(row.cells).map(|(name, cell)| {
                let value = match cell {
                    Cell::Empty => Value::Null,
                    Cell::Text(text) => text.into(),
                    Cell::Integer(number) => number.into(),
                    Cell::Real(number) => number.into(),
                    Cell::Flag(flag) => flag.into(),
                };
                ((*name).to_owned(), value)
            });
            Some(ReleaseFeature {
                properties: properties.collect(),
                boundary,
            })
        })
        .collect()
}
