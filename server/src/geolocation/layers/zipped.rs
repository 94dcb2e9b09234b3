//! ESRI shapefiles in a zip: shapes, table, encoding and coordinate system.

use super::geometry::check_geometry;
use super::raw::{RawCollection, RawFeature, Vertices};
use super::{FeaturePlace, GeometryFault, LayerFileError};
use geo::Geometry;
use serde_json::{Map, Value};
use shapefile::dbase::encoding::DynEncoding;
use shapefile::dbase::{FieldValue, ReaderBuilder};
use shapefile::{Reader, Shape, ShapeReader};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most bytes that one file of the zip may open to.
const OPENED_CAP_BYTES: u64 = 400 * 1024 * 1024;

/// Reads the only shapefile of a zip.
pub(super) fn read_zipped_shapefile(
    bytes: &[u8],
    progress: &mut dyn FnMut(usize),
) -> Result<RawCollection, LayerFileError> {
    let mut zip =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| refused(error.to_string()))?;
    let shapes = only_shapefile(&zip)?;
    let part = |zip: &mut _, extension| part(zip, &shapes, extension);
    let shp = part(&mut zip, "shp")?.ok_or_else(|| missing("shp"))?;
    let dbf = part(&mut zip, "dbf")?.ok_or_else(|| missing("dbf"))?;
    let prj = part(&mut zip, "prj")?;
    let cpg = part(&mut zip, "cpg")?;

    let mut table = ReaderBuilder::new();
    if let Some(encoding) = cpg.as_deref().and_then(encoding_of) {
        table = table.with_encoding(encoding);
    }
    let table = table
        .build(Cursor::new(dbf))
        .map_err(|error| refused(format!("its .dbf: {error}")))?;
    let shapes = ShapeReader::new(Cursor::new(shp)).map_err(|error| unreadable(&error))?;
    let mut read = RawCollection {
        crs_name: prj.map(|prj| system_of(&String::from_utf8_lossy(&prj))),
        is_collection: true,
        features: Vec::new(),
    };
    let mut vertices = Vertices::default();
    let mut both = Reader::new(shapes, table);
    for found in both.iter_shapes_and_records() {
        let (shape, record) = found.map_err(|error| unreadable(&error))?;
        let feature = read.features.len() + 1;
        let geometry = geometry_of(shape).map_err(|fault| LayerFileError::Geometry {
            place: FeaturePlace {
                feature,
                line: None,
            },
            fault,
        })?;
        vertices.count(&geometry)?;
        let properties: Map<String, Value> = record
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect();
        read.features.push(RawFeature {
            properties,
            geometry,
        });
        progress(feature);
    }
    if read.features.is_empty() {
        return Err(LayerFileError::Empty);
    }
    Ok(read)
}

fn refused(why: String) -> LayerFileError {
    LayerFileError::Shapefile { why }
}

fn missing(extension: &str) -> LayerFileError {
    refused(format!(
        "its .{extension} is missing; zip all files of the shapefile together"
    ))
}

fn unreadable(error: &shapefile::Error) -> LayerFileError {
    refused(format!("{error}; was it cut short?"))
}

/// The path of the only `.shp`, without its extension.
fn only_shapefile<R: Read + std::io::Seek>(zip: &ZipArchive<R>) -> Result<String, LayerFileError> {
    let stems: Vec<String> = names(zip)
        .filter(|name| !name.starts_with("__MACOSX/"))
        .filter_map(|name| {
            let (stem, extension) = name.rsplit_once('.')?;
            let shapes = extension.eq_ignore_ascii_case("shp");
            shapes.then(|| stem.to_owned())
        })
        .collect();
    match stems.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(missing("shp")),
        many => Err(refused(format!(
            "it holds {} shapefiles; zip the one to import alone",
            many.len()
        ))),
    }
}

/// Names of files, those that can be read.
fn names<R: Read + std::io::Seek>(zip: &ZipArchive<R>) -> impl Iterator<Item = String> {
    let names = zip.file_names().flatten();
    names.map(std::borrow::Cow::into_owned)
}

/// One file of the shapefile, opened up to the cap.
fn part<R: Read + std::io::Seek>(
    zip: &mut ZipArchive<R>,
    stem: &str,
    extension: &str,
) -> Result<Option<Vec<u8>>, LayerFileError> {
    let wanted = format!("{stem}.{extension}");
    let named = names(zip).find(|name| name.eq_ignore_ascii_case(&wanted));
    let Some(name) = named else {
        return Ok(None);
    };
    let file = zip
        .by_name(&name)
        .map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    let mut capped = file.take(OPENED_CAP_BYTES + 1);
    let damaged = |error: std::io::Error| refused(format!("its .{extension}: {error}"));
    capped.read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 > OPENED_CAP_BYTES {
        return Err(LayerFileError::TooManyVertices);
    }
    Ok(Some(bytes))
}

/// The encoding that a `.cpg` names; without one, the table's own mark is followed.
fn encoding_of(cpg: &[u8]) -> Option<DynEncoding> {
    let name = String::from_utf8_lossy(cpg);
    let name = name.trim();
    let label = match name.parse::<u32>() {
        Ok(65001) => "utf-8".to_owned(),
        Ok(page @ 1250..=1258) => format!("windows-{page}"),
        Ok(88_591) => "iso-8859-1".to_owned(),
        _ => name.to_ascii_lowercase().replace("8859_", "8859-"),
    };
    DynEncoding::from_name(&label)
}

/// The coordinate system that a `.prj` describes, by the name its authority gives it.
fn system_of(prj: &str) -> String {
    let folded = prj.to_ascii_uppercase().replace([' ', '-'], "_");
    let projected = folded.contains("PROJCS") || folded.contains("PROJCRS");
    let has = |word: &str| folded.contains(word);
    if projected && has("LAMBERT_93") && (has("RGF93") || has("RGF_1993")) {
        return "EPSG:2154".to_owned();
    }
    if !projected && (has("WGS_1984") || has("WGS_84") || has("WGS84") || has("RGF93")) {
        return "EPSG:4326".to_owned();
    }
    prj.split('"').nth(1).unwrap_or(prj).to_owned()
}

fn geometry_of(shape: Shape) -> Result<Geometry<f64>, GeometryFault> {
    if matches!(shape, Shape::NullShape) {
        return Err(GeometryFault::Missing);
    }
    let geometry = Geometry::try_from(shape).map_err(|_| GeometryFault::Damaged)?;
    check_geometry(&geometry)?;
    Ok(geometry)
}

fn plain(value: FieldValue) -> Value {
    match value {
        FieldValue::Character(text) => text.map_or(Value::Null, Value::String),
        FieldValue::Memo(text) => Value::String(text),
        FieldValue::Numeric(number) => number.map_or(Value::Null, Value::from),
        FieldValue::Float(number) => number.map_or(Value::Null, Value::from),
        FieldValue::Integer(number) => Value::from(number),
        FieldValue::Double(number) | FieldValue::Currency(number) => Value::from(number),
        FieldValue::Logical(known) => known.map_or(Value::Null, Value::Bool),
        FieldValue::Date(_) | FieldValue::DateTime(_) => Value::Null,
    }
}
