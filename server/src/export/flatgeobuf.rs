//! FlatGeobuf 3: one layer with its index, read by ranges over the web.
//!
//! It must never write more than one layer; a row without a place is left out, for the format has
//! none. `super` calls it.

use super::ExportError;
use super::sheet::{About, Cell, Geometry, Kind, Shape, Sheet};
use ::flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};
use std::io::Write;

/// Writes a layer.
///
/// # Errors
/// When `out` or the temporary file refuses.
pub fn write(sheet: Sheet<'_>, about: &[About], out: &mut dyn Write) -> Result<(), ExportError> {
    let lines: serde_json::Map<String, serde_json::Value> = about
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into()))
        .collect();
    let metadata = serde_json::Value::Object(lines).to_string();
    let kind = match sheet.shape {
        Shape::Points | Shape::None => GeometryType::Point,
        Shape::Surfaces => GeometryType::MultiPolygon,
    };
    let options = FgbWriterOptions {
        crs: FgbCrs {
            org: Some("EPSG"),
            code: 4326,
            ..FgbCrs::default()
        },
        detect_type: false,
        title: Some(&sheet.title),
        metadata: Some(&metadata),
        ..FgbWriterOptions::default()
    };
    let mut layer = FgbWriter::create_with_options(sheet.name, kind, options)?;
    for column in sheet.columns {
        let kind = match column.kind {
            Kind::Text => ColumnType::String,
            Kind::Integer => ColumnType::Long,
            Kind::Real => ColumnType::Double,
            Kind::Flag => ColumnType::Bool,
        };
        layer.add_column(column.name, kind, |_, _| {});
    }
    for row in sheet.rows {
        let place: geo::Geometry<f64> = match row.geometry {
            Some(Geometry::Point(point)) => point.into(),
            Some(Geometry::Surface(surface)) => surface.into(),
            None => continue,
        };
        let cells = row.cells;
        layer.add_feature_geom(place, |feature| {
            for (number, (column, cell)) in sheet.columns.iter().zip(&cells).enumerate() {
                let value = match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => ColumnValue::String(text),
                    Cell::Integer(value) => ColumnValue::Long(*value),
                    Cell::Real(value) => ColumnValue::Double(*value),
                    Cell::Flag(value) => ColumnValue::Bool(*value),
                };
                // It fails only for a column that was not declared.
                let _ = feature.property(number, column.name, &value);
            }
        })?;
    }
    layer.write(out)?;
    Ok(())
}
