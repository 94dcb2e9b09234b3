//! GeoPackage (OGC 12-128r19): the features of one table.

use super::geometry::check_geometry;
use super::raw::{RawCollection, RawFeature, Vertices};
use super::{FeaturePlace, GeometryFault, LayerFileError};
use crate::store::{FeatureTable, GeoPackageFault, GeoPackageFile};
use geo::Geometry;
use geo_traits::to_geo::ToGeoGeometry;

/// Bit of a geometry's flags that says it is empty.
const EMPTY: u8 = 0b1_0000;
/// Bytes of the coordinate system's number in a geometry's header.
const SYSTEM_BYTES: usize = 4;

/// Reads the features of `table`, or of the only one there is.
pub(super) fn read_geopackage(
    bytes: &[u8],
    table: Option<&str>,
    progress: &mut dyn FnMut(usize),
) -> Result<RawCollection, LayerFileError> {
    let file = GeoPackageFile::read(bytes)?;
    let Some(tables) = file.tables()? else {
        let why = "it has no table gpkg_geometry_columns".to_owned();
        return Err(LayerFileError::GeoPackage { why });
    };
    let table = choose(tables, table)?;
    let mut read = RawCollection {
        // A system that nobody knows is guessed, as where none is named.
        crs_name: (table.code > 0).then(|| format!("{}:{}", table.organization, table.code)),
        is_collection: true,
        features: Vec::new(),
    };
    let mut vertices = Vertices::default();
    file.each_row(&table, |row| {
        let feature = read.features.len() + 1;
        let fault = |fault| LayerFileError::Geometry {
            place: FeaturePlace {
                feature,
                line: None,
            },
            fault,
        };
        let geometry = read_geometry(row.geometry.as_deref()).map_err(fault)?;
        vertices.count(&geometry)?;
        read.features.push(RawFeature {
            properties: row.properties,
            geometry,
        });
        progress(feature);
        Ok::<(), LayerFileError>(())
    })?;
    if read.features.is_empty() {
        return Err(LayerFileError::Empty);
    }
    Ok(read)
}

fn choose(tables: Vec<FeatureTable>, asked: Option<&str>) -> Result<FeatureTable, LayerFileError> {
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let names = names.join(", ");
    match asked {
        Some(asked) => {
            let found = tables.into_iter().find(|table| table.name == asked);
            found.ok_or_else(|| LayerFileError::NoSuchTable {
                table: asked.to_owned(),
                tables: names,
            })
        }
        None if tables.len() > 1 => Err(LayerFileError::ManyTables { tables: names }),
        None => tables.into_iter().next().ok_or(LayerFileError::Empty),
    }
}

/// Header of a geometry: `GP`, version, flags, coordinate system, then an envelope of a size that
/// the flags tell, then well-known binary.
///
/// # Source
/// OGC 12-128r19, clause 2.1.3, GeoPackageBinary.
fn read_geometry(blob: Option<&[u8]>) -> Result<Geometry<f64>, GeometryFault> {
    let [b'G', b'P', _version, flags, rest @ ..] = blob.ok_or(GeometryFault::Missing)? else {
        return Err(GeometryFault::Damaged);
    };
    if flags & EMPTY != 0 {
        return Err(GeometryFault::Missing);
    }
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(GeometryFault::Damaged),
    };
    let binary = rest
        .get(SYSTEM_BYTES + envelope..)
        .ok_or(GeometryFault::Damaged)?;
    let read = wkb::reader::read_wkb(binary).map_err(|_| GeometryFault::Damaged)?;
    let geometry = read.try_to_geometry().ok_or(GeometryFault::Unsupported)?;
    check_geometry(&geometry)?;
    Ok(geometry)
}

impl From<GeoPackageFault> for LayerFileError {
    fn from(error: GeoPackageFault) -> Self {
        Self::GeoPackage {
            why: error.to_string(),
        }
    }
}
