//! Writers of what leaves the server: each takes a [`Release`] and nothing else, so that what did
//! not pass disclosure control cannot be written. [`internal`] is the one exception, for
//! coordinators alone, under its own type.
//!
//! It must never read a store or change a figure. `http`, `maraude export` and tests call it.

mod csv;
mod dcat;
mod dictionary;
mod features;
mod flatgeobuf;
mod geojson;
mod geopackage;
mod geoparquet;
mod inner_sheets;
pub mod internal;
mod page;
mod pmtiles;
mod released;
mod sheet;
mod site_sheet;
mod wkb;
mod xlsx;

pub use csv::csv;
pub use dcat::{Publisher, dcat};
pub use dictionary::dictionary;
pub use features::{ReleaseFeature, features};
pub use geojson::geojson;
pub use page::page;

use maraude_observatory::disclosure::{Figure, Release, Stage};
use released::Columns;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The disk or the pipe refused.
    #[error("the file cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// A row could not be written.
    #[error("the table cannot be written: {0}")]
    Table(#[from] ::csv::Error),
    /// The GeoPackage could not be written.
    #[error("the GeoPackage cannot be written: {0}")]
    Database(#[from] geopackage::GeopackageError),
    /// The FlatGeobuf could not be written.
    #[error("the FlatGeobuf cannot be written: {0}")]
    Layer(#[from] ::flatgeobuf::Error),
    /// A place could not be written.
    #[error("a place cannot be written: {0}")]
    Geometry(#[from] geozero::error::GeozeroError),
    /// The GeoParquet could not be written.
    #[error("the GeoParquet cannot be written: {0}")]
    Columns(#[from] parquet::errors::ParquetError),
    /// The tile archive could not be written.
    #[error("the tile archive cannot be written: {0}")]
    Tiles(#[from] ::pmtiles::PmtError),
    /// A tile could not be written.
    #[error("a tile cannot be written: {0}")]
    Tile(#[from] mvt::Error),
    /// The workbook could not be written.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A worksheet holds no more than 1,048,575 rows.
    #[error("a worksheet cannot hold so many rows; choose another format")]
    TooManyRows,
    /// A value has no JSON form.
    #[error("the map cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// A format of published files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// GeoJSON (RFC 7946).
    Geojson,
    /// CSV (RFC 4180).
    Csv,
    /// What the columns of the CSV mean, as a Table Schema.
    Dictionary,
    /// GeoPackage 1.3: layer, tables, style.
    Geopackage,
    /// FlatGeobuf: the layer.
    Flatgeobuf,
    /// GeoParquet 1.1: the layer.
    Geoparquet,
    /// PMTiles: the layer as vector tiles.
    Pmtiles,
    /// XLSX: the tables.
    Xlsx,
    /// What the figures are and why a surface is grey, in plain words (HTML).
    Page,
    /// DCAT-AP record for an open-data portal (JSON-LD).
    Dcat,
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is no format (expected one of: {})", Format::ALL.map(Format::code).join(", "))]
pub struct UnknownFormat {
    /// What was read, cut to 32 characters.
    pub text: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.code() == text);
        found.ok_or_else(|| UnknownFormat {
            text: text.chars().take(32).collect(),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Geojson,
        Self::Csv,
        Self::Dictionary,
        Self::Geopackage,
        Self::Flatgeobuf,
        Self::Geoparquet,
        Self::Pmtiles,
        Self::Xlsx,
        Self::Page,
        Self::Dcat,
    ];

    /// Those of internal exports.
    pub const INTERNAL: [Self; 7] = [
        Self::Geojson,
        Self::Csv,
        Self::Dictionary,
        Self::Geopackage,
        Self::Flatgeobuf,
        Self::Geoparquet,
        Self::Xlsx,
    ];

    /// Its code in commands and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Geojson => "geojson",
            Self::Csv => "csv",
            Self::Dictionary => "dictionary",
            Self::Geopackage => "gpkg",
            Self::Flatgeobuf => "fgb",
            Self::Geoparquet => "parquet",
            Self::Pmtiles => "pmtiles",
            Self::Xlsx => "xlsx",
            Self::Page => "page",
            Self::Dcat => "dcat",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Geojson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Dictionary => "application/json",
            Self::Geopackage => "application/geopackage+sqlite3",
            Self::Flatgeobuf => "application/flatgeobuf",
            Self::Geoparquet => "application/vnd.apache.parquet",
            Self::Pmtiles => "application/vnd.pmtiles",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Page => "text/html; charset=utf-8",
            Self::Dcat => "application/ld+json",
        }
    }

    /// How the name of its files ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Dictionary => "schema.json",
            Self::Page => "html",
            Self::Dcat => "dcat.jsonld",
            other => other.code(),
        }
    }

    /// The name of a release's file: an exercise says so.
    pub fn file_name(self, release: &Release) -> String {
        let heading = &release.published().heading;
        let band = if heading.exercise { "exercice-" } else { "" };
        let stage = release.stage().code();
        format!("{band}maraude-{}-{stage}.{}", heading.number, self.ending())
    }

    /// Writes a release in this format.
    ///
    /// # Errors
    /// When `out` or the temporary folder refuses.
    pub fn write(self, release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
        let columns = Columns::new();
        let layer = released::figures(release, &columns);
        let about = released::about(release);
        match self {
            Self::Geojson => geojson(release, out),
            Self::Csv => csv(release, out),
            Self::Dictionary => dictionary(release, out),
            Self::Geopackage => {
                let mut sheets = vec![layer];
                sheets.extend(released::attributes(release, &columns));
                through_file(out, |path| Ok(geopackage::write(path, sheets, &about)?))
            }
            Self::Flatgeobuf => flatgeobuf::write(layer, &about, out),
            Self::Geoparquet => through_file(out, |path| {
                let file = std::fs::File::create(path)?;
                geoparquet::write(layer, &about, std::io::BufWriter::new(file))
            }),
            Self::Pmtiles => through_file(out, |path| {
                let file = std::fs::File::create(path)?;
                pmtiles::write(layer, &about, std::io::BufWriter::new(file))
            }),
            Self::Xlsx => {
                let mut sheets = vec![layer];
                sheets.extend(released::attributes(release, &columns));
                through_file(out, |path| {
                    xlsx::write(sheets, &about, std::fs::File::create(path)?)
                })
            }
            Self::Page => page(release, out),
            Self::Dcat => dcat(release, &Publisher::default(), out),
        }
    }
}

/// Writes by way of a file of a temporary folder, for formats that go back in what they wrote.
fn through_file(
    out: &mut dyn Write,
    write: impl FnOnce(&Path) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("export");
    write(&path)?;
    std::io::copy(&mut std::fs::File::open(&path)?, out)?;
    Ok(())
}

/// Why a figure is not exact. One word for all that is withheld: telling too few people from a
/// place not walked would tell a zero.
fn reason(figure: Figure, stage: Stage) -> Option<&'static str> {
    match (figure, stage) {
        (Figure::Exact(_), _) => None,
        (Figure::Rounded { .. }, Stage::Provisional) => Some("provisional"),
        (Figure::Rounded { .. }, _) => Some("rounded"),
        (Figure::Withheld, _) => Some("withheld"),
    }
}

/// The base of a rounded figure.
fn rounded_to(figure: Figure) -> Option<u32> {
    match figure {
        Figure::Rounded { to, .. } => Some(to),
        Figure::Exact(_) | Figure::Withheld => None,
    }
}

#[cfg(test)]
mod tests;
