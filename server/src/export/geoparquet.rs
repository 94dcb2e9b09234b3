//! GeoParquet 1.1: one layer in columns, Snappy, geometry as WKB in longitude and latitude.
//!
//! It must never hold more rows in memory than one row group. `super` calls it.

use super::ExportError;
use super::sheet::{About, Cell, Column, Kind, Row, Shape, Sheet};
use super::wkb;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{
    SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter,
};
use parquet::schema::types::Type;
use serde_json::json;
use std::io::Write;
use std::sync::Arc;

/// Rows of one row group.
const GROUP: usize = 10_000;

/// Name of the geometry's column.
const GEOMETRY: &str = "geometry";

/// Writes a layer.
///
/// # Errors
/// When `out` refuses.
pub fn write(sheet: Sheet<'_>, about: &[About], out: impl Write + Send) -> Result<(), ExportError> {
    let schema = Arc::new(schema(&sheet)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("maraude".to_owned())
        .build();
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
    let spatial = sheet.shape != Shape::None;
    let mut bounds: Option<[f64; 4]> = None;
    let mut rows = sheet.rows;
    loop {
        let group: Vec<Row> = rows.by_ref().take(GROUP).collect();
        if group.is_empty() {
            break;
        }
        for around in group
            .iter()
            .filter_map(|row| wkb::bounds(row.geometry.as_ref()?))
        {
            let (low, high) = (around.min(), around.max());
            let so_far = bounds.unwrap_or([low.x, low.y, high.x, high.y]);
            bounds = Some([
                so_far[0].min(low.x),
                so_far[1].min(low.y),
                so_far[2].max(high.x),
                so_far[3].max(high.y),
            ]);
        }
        let mut written = file.next_row_group()?;
        write_group(&mut written, sheet.columns, spatial, &group)?;
        written.close()?;
    }
    if spatial {
        let mut column = json!({
            "encoding": "WKB",
            "geometry_types": [if sheet.shape == Shape::Points { "Point" } else { "MultiPolygon" }],
            "orientation": "counterclockwise",
        });
        if let Some(bounds) = bounds {
            column["bbox"] = json!(bounds);
        }
        let geo = json!({
            "version": "1.1.0",
            "primary_column": GEOMETRY,
            "columns": { GEOMETRY: column },
        });
        file.append_key_value_metadata(KeyValue::new("geo".to_owned(), geo.to_string()));
    }
    for (name, text) in about {
        file.append_key_value_metadata(KeyValue::new(format!("maraude:{name}"), text.clone()));
    }
    file.close()?;
    Ok(())
}

fn schema(sheet: &Sheet<'_>) -> Result<Type, ExportError> {
    let mut fields = Vec::new();
    for column in sheet.columns {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Real => (Physical::DOUBLE, None),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        fields.push(Arc::new(field.build()?));
    }
    if sheet.shape != Shape::None {
        let field = Type::primitive_type_builder(GEOMETRY, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::OPTIONAL);
        fields.push(Arc::new(field.build()?));
    }
    Ok(Type::group_type_builder(sheet.name)
        .with_fields(fields)
        .build()?)
}

fn write_group<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    columns: &[Column],
    spatial: bool,
    rows: &[Row],
) -> Result<(), ExportError> {
    let mut number = 0;
    while let Some(mut writer) = group.next_column()? {
        match columns.get(number) {
            Some(column) => write_column(&mut writer, column.kind, number, rows)?,
            None if spatial => {
                let places = rows.iter().map(|row| {
                    row.geometry.as_ref().map(|place| {
                        let mut bytes = Vec::new();
                        wkb::write(place, &mut bytes);
                        ByteArray::from(bytes)
                    })
                });
                let (values, levels) = known(places);
                let writer = writer.typed::<ByteArrayType>();
                writer.write_batch(&values, Some(&levels), None)?;
            }
            None => {}
        }
        writer.close()?;
        number += 1;
    }
    // The group itself is closed by its owner.
    Ok(())
}

/// Values that are there, and for every row whether there is one.
fn known<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let mut levels = Vec::new();
    let there = values
        .inspect(|value| levels.push(i16::from(value.is_some())))
        .flatten()
        .collect();
    (there, levels)
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    number: usize,
    rows: &[Row],
) -> Result<(), ExportError> {
    let cells = rows.iter().map(|row| row.cells.get(number));
    match kind {
        Kind::Text => {
            let (values, levels) = known(cells.map(|cell| match cell {
                Some(Cell::Text(text)) => Some(ByteArray::from(text.as_str())),
                _ => None,
            }));
            let writer = writer.typed::<ByteArrayType>();
            writer.write_batch(&values, Some(&levels), None)?;
        }
        Kind::Integer => {
            let (values, levels) = known(cells.map(|cell| match cell {
                Some(Cell::Integer(value)) => Some(*value),
                _ => None,
            }));
            let writer = writer.typed::<Int64Type>();
            writer.write_batch(&values, Some(&levels), None)?;
        }
        Kind::Real => {
            let (values, levels) = known(cells.map(|cell| match cell {
                Some(Cell::Real(value)) => Some(*value),
                _ => None,
            }));
            let writer = writer.typed::<DoubleType>();
            writer.write_batch(&values, Some(&levels), None)?;
        }
        Kind::Flag => {
            let (values, levels) = known(cells.map(|cell| match cell {
                Some(Cell::Flag(value)) => Some(*value),
                _ => None,
            }));
            let writer = writer.typed::<BoolType>();
            writer.write_batch(&values, Some(&levels), None)?;
        }
    }
    Ok(())
}
