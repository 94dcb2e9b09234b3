//! GeoPackage 1.3 (OGC 12-128r17): one SQLite file of layers and tables, with an index, and a style
//! that QGIS takes up by itself.
//!
//! It must never write version 1.4, which older QGIS and the validators at hand refuse, nor the time
//! of day at which it was made. `super` calls it.

use super::sheet::{About, Cell, Column, Geometry, Kind, Row, Shape, Sheet};
use super::wkb;
use rusqlite::{Connection, params, params_from_iter};
use std::path::Path;

/// `GPKG`.
const APPLICATION_ID: i32 = 0x4750_4b47;
/// 1.3.0.
const VERSION: i32 = 10_300;
/// WGS 84.
const WGS84: i32 = 4326;
/// A day stands for the moment of writing: the same release always gives the same bytes.
const NO_DATE: &str = "2000-01-01T00:00:00.000Z";
/// Rows in one transaction.
const BATCH: usize = 20_000;

/// Why a GeoPackage could not be written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct GeopackageError(#[from] rusqlite::Error);

/// Writes sheets into a new file.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, sheets: Vec<Sheet<'_>>, about: &[About]) -> Result<(), GeopackageError> {
    let mut file = Connection::open(path)?;
    file.execute_batch(&format!(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;
         PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION};"
    ))?;
    file.execute_batch(TABLES)?;
    file.execute(
        "INSERT INTO gpkg_spatial_ref_sys VALUES
           ('WGS 84 geodetic', ?1, 'EPSG', ?1, ?2, 'longitude and latitude')",
        params![WGS84, WGS84_WKT],
    )?;
    let mut styled = false;
    for sheet in sheets {
        let (name, shape) = (sheet.name, sheet.shape);
        add(&mut file, sheet)?;
        if shape != Shape::None && !styled {
            style(&file, name, shape)?;
            styled = true;
        }
    }
    table_of_lines(&file, about)?;
    file.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn add(file: &mut Connection, sheet: Sheet<'_>) -> Result<(), GeopackageError> {
    let name = sheet.name;
    let columns: String = sheet.columns.iter().fold(String::new(), |all, column| {
        all + &format!(", \"{}\" {}", column.name, sql_type(column.kind))
    });
    let geometry = match sheet.shape {
        Shape::None => "",
        Shape::Points => ", geom POINT",
        Shape::Surfaces => ", geom MULTIPOLYGON",
    };
    file.execute_batch(&format!(
        "CREATE TABLE \"{name}\"(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{geometry}{columns});"
    ))?;
    let spatial = sheet.shape != Shape::None;
    if spatial {
        file.execute_batch(&format!(
            "CREATE VIRTUAL TABLE \"rtree_{name}_geom\" USING rtree(id, minx, maxx, miny, maxy);"
        ))?;
    }
    let extent = fill(file, name, sheet.columns, spatial, sheet.rows)?;
    let kind = if spatial { "features" } else { "attributes" };
    file.execute(
        "INSERT INTO gpkg_contents VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            name,
            kind,
            sheet.title,
            NO_DATE,
            extent.map(|e| e[0]),
            extent.map(|e| e[1]),
            extent.map(|e| e[2]),
            extent.map(|e| e[3]),
            spatial.then_some(WGS84)
        ],
    )?;
    if spatial {
        let type_name = if sheet.shape == Shape::Points {
            "POINT"
        } else {
            "MULTIPOLYGON"
        };
        file.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)",
            params![name, type_name, WGS84],
        )?;
        file.execute(
            "INSERT INTO gpkg_extensions VALUES (?1, 'geom', 'gpkg_rtree_index',
               'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            params![name],
        )?;
        // Last: they call functions that only readers of GeoPackages have.
        file.execute_batch(&TRIGGERS.replace("TABLE_NAME", name))?;
    }
    Ok(())
}

/// Writes the rows; gives their extent.
fn fill(
    file: &mut Connection,
    name: &str,
    columns: &[Column],
    spatial: bool,
    rows: impl Iterator<Item = Row>,
) -> Result<Option<[f64; 4]>, GeopackageError> {
    let names: String = columns
        .iter()
        .fold(String::new(), |all, c| all + ", \"" + c.name + "\"");
    let marks = ", ?".repeat(columns.len());
    let insert = if spatial {
        format!("INSERT INTO \"{name}\"(fid, geom{names}) VALUES (?, ?{marks})")
    } else {
        format!("INSERT INTO \"{name}\"(fid{names}) VALUES (?{marks})")
    };
    let index = format!("INSERT INTO \"rtree_{name}_geom\" VALUES (?1, ?2, ?3, ?4, ?5)");
    let mut extent: Option<[f64; 4]> = None;
    let mut rows = rows.enumerate().peekable();
    while rows.peek().is_some() {
        let batch = file.transaction()?;
        {
            let mut insert = batch.prepare_cached(&insert)?;
            let mut indexed = spatial.then(|| batch.prepare_cached(&index)).transpose()?;
            for (number, row) in rows.by_ref().take(BATCH) {
                let fid = number as i64 + 1;
                let mut values = vec![rusqlite::types::Value::Integer(fid)];
                if spatial {
                    values.push(
                        row.geometry
                            .as_ref()
                            .map_or(rusqlite::types::Value::Null, |g| {
                                rusqlite::types::Value::Blob(blob(g))
                            }),
                    );
                }
                values.extend(row.cells.iter().map(value));
                insert.execute(params_from_iter(values))?;
                let bounds = row.geometry.as_ref().and_then(wkb::bounds);
                if let (Some(indexed), Some(around)) = (&mut indexed, bounds) {
                    let (low, high) = (around.min(), around.max());
                    indexed.execute(params![fid, low.x, high.x, low.y, high.y])?;
                    let so_far = extent.unwrap_or([low.x, low.y, high.x, high.y]);
                    extent = Some([
                        so_far[0].min(low.x),
                        so_far[1].min(low.y),
                        so_far[2].max(high.x),
                        so_far[3].max(high.y),
                    ]);
                }
            }
        }
        batch.commit()?;
    }
    Ok(extent)
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Integer => "INTEGER",
        Kind::Real => "REAL",
        Kind::Flag => "BOOLEAN",
    }
}

fn value(cell: &Cell) -> rusqlite::types::Value {
    use rusqlite::types::Value;
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Real(number) => Value::Real(*number),
        Cell::Flag(flag) => Value::Integer(i64::from(*flag)),
    }
}

/// A geometry as GeoPackages hold it: header, box for surfaces, WKB.
fn blob(geometry: &Geometry) -> Vec<u8> {
    let around = match geometry {
        Geometry::Point(_) => None,
        Geometry::Surface(_) => wkb::bounds(geometry),
    };
    let mut bytes = vec![b'G', b'P', 0, if around.is_some() { 0b11 } else { 0b01 }];
    bytes.extend(WGS84.to_le_bytes());
    if let Some(around) = around {
        let (low, high) = (around.min(), around.max());
        for bound in [low.x, high.x, low.y, high.y] {
            bytes.extend(bound.to_le_bytes());
        }
    }
    wkb::write(geometry, &mut bytes);
    bytes
}

/// What is said of the whole file, as a table.
fn table_of_lines(file: &Connection, about: &[About]) -> Result<(), GeopackageError> {
    file.execute_batch(
        "CREATE TABLE about(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT, value TEXT);",
    )?;
    for (name, text) in about {
        file.execute(
            "INSERT INTO about(name, value) VALUES (?1, ?2)",
            params![name, text],
        )?;
    }
    file.execute(
        "INSERT INTO gpkg_contents(table_name, data_type, identifier, description, last_change)
         VALUES ('about', 'attributes', 'about', 'Réglages et mentions', ?1)",
        params![NO_DATE],
    )?;
    Ok(())
}

/// The table in which QGIS keeps styles, and one style of ours.
fn style(file: &Connection, layer: &str, shape: Shape) -> Result<(), GeopackageError> {
    file.execute_batch(STYLES)?;
    let (qml, sld) = if shape == Shape::Surfaces {
        (SURFACES_QML, SURFACES_SLD)
    } else {
        (POINTS_QML, POINTS_SLD)
    };
    file.execute(
        "INSERT INTO layer_styles(f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
           styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)
         VALUES ('', '', ?1, 'geom', 'maraude', ?2, ?3, 1, 'Maraude', '', NULL, ?4)",
        params![layer, qml, sld, NO_DATE],
    )?;
    file.execute(
        "INSERT INTO gpkg_contents(table_name, data_type, identifier, description, last_change)
         VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?1)",
        params![NO_DATE],
    )?;
    Ok(())
}

const TABLES: &str = include_str!("geopackage/tables.sql");
const TRIGGERS: &str = include_str!("geopackage/triggers.sql");
const STYLES: &str = include_str!("geopackage/styles.sql");
const WGS84_WKT: &str = include_str!("geopackage/wgs84.wkt");
const SURFACES_QML: &str = include_str!("geopackage/surfaces.qml");
const SURFACES_SLD: &str = include_str!("geopackage/surfaces.sld");
const POINTS_QML: &str = include_str!("geopackage/points.qml");
const POINTS_SLD: &str = include_str!("geopackage/points.sld");
