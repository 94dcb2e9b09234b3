//! `maraude locate`: a CSV of places in, the areas that hold them out.
//!
//! It must never write half an answer: the result appears whole or not at all.

use super::ground::AreaLayers;
use super::nearest::{AddressIndex, StreetIndex};
use maraude_core::model::Coordinates;
use std::io::{Read, Write};

/// Why places cannot be located.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The file is not CSV, or cannot be read or written.
    #[error("the CSV cannot be read or written: {0}")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("column « {column} » is missing (expected id, lat, lon and optionally accuracy_m)")]
    MissingColumn {
        /// Which.
        column: &'static str,
    },
    /// A value that is not what its column asks for.
    #[error("line {line}, column « {column} »: not {expected}")]
    BadValue {
        /// 1-based, the header included.
        line: u64,
        /// Which.
        column: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// The answer cannot be flushed.
    #[error("the answer cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

/// What was located.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocateSummary {
    /// Places read.
    pub places: usize,
    /// Places held by some area, by layer, in the order of the columns.
    pub held: Vec<(&'static str, usize)>,
    /// Places on an edge, by layer.
    pub on_edge: Vec<(&'static str, usize)>,
}

/// What places are named by, where it is imported.
#[derive(Clone, Copy, Default)]
pub struct NearNames<'a> {
    /// Addresses.
    pub addresses: Option<&'a AddressIndex>,
    /// Streets.
    pub streets: Option<&'a StreetIndex>,
}

/// Locates each place in each layer.
///
/// # Shape
/// In: `id,lat,lon` and optionally `accuracy_m`. Out: `id`, then for each layer its kind (code of
/// the area, empty where none holds the place) and `KIND_membership` (`inside`, `edge`). With
/// addresses, `address` and `address_m`: the nearest one and how far it is. With streets, `street` and
/// `street_m`: the nearest one and how far its centreline is.
pub fn locate(
    points: impl Read,
    layers: &AreaLayers,
    named: &NearNames<'_>,
    out: impl Write,
    progress: &mut dyn FnMut(usize),
) -> Result<LocateSummary, LocateError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(points);
    let headers = reader.headers()?.clone();
    let find = |column: &str| {
        let bare = |name: &str| name.trim_start_matches('\u{feff}').to_owned();
        headers.iter().position(|name| bare(name) == column)
    };
    let required = |column| find(column).ok_or(LocateError::MissingColumn { column });
    let (id, lat, lon) = (required("id")?, required("lat")?, required("lon")?);
    let accuracy = find("accuracy_m");

    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(header(layers, named))?;
    let mut summary = LocateSummary {
        places: 0,
        held: layers.keys().map(|kind| (kind.code(), 0)).collect(),
        on_edge: layers.keys().map(|kind| (kind.code(), 0)).collect(),
    };
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let at = Coordinates {
            longitude: degrees(&row, lon, 180.0, line, "lon")?,
            latitude: degrees(&row, lat, 90.0, line, "lat")?,
        };
        let accuracy_m = accuracy.map_or(Ok(None), |n| metres(&row, n, line))?;
        writer.write_field(row.get(id).unwrap_or_default())?;
        for (n, layer) in layers.values().enumerate() {
            if let Some((label, membership)) = layer.locate(at, accuracy_m) {
                writer.write_field(&label.code)?;
                writer.write_field(membership.code())?;
                summary.held[n].1 += 1;
                summary.on_edge[n].1 += usize::from(membership.code() == "edge");
            } else {
                writer.write_field("")?;
                writer.write_field("")?;
            }
        }
        let found = [
            named.addresses.map(|index| index.nearest(at)),
            named.streets.map(|index| index.nearest(at)),
        ];
        for nearest in found.into_iter().flatten() {
            writer.write_field(nearest.map_or("", |(label, _)| label))?;
            writer.write_field(nearest.map_or_else(String::new, |(_, m)| format!("{m:.0}")))?;
        }
        writer.write_record(None::<&[u8]>)?;
        summary.places += 1;
        progress(summary.places);
    }
    writer.flush()?;
    Ok(summary)
}

fn header(layers: &AreaLayers, named: &NearNames<'_>) -> Vec<String> {
    let mut columns = vec!["id".to_owned()];
    for kind in layers.keys() {
        columns.push(kind.code().to_owned());
        columns.push(format!("{}_membership", kind.code()));
    }
    if named.addresses.is_some() {
        columns.extend(["address", "address_m"].map(str::to_owned));
    }
    if named.streets.is_some() {
        columns.extend(["street", "street_m"].map(str::to_owned));
    }
    columns
}

fn degrees(
    row: &csv::StringRecord,
    index: usize,
    limit: f64,
    line: u64,
    column: &'static str,
) -> Result<f64, LocateError> {
    row.get(index)
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|value| value.abs() <= limit)
        .ok_or(LocateError::BadValue {
            line,
            column,
            expected: "a number of degrees",
        })
}

fn metres(row: &csv::StringRecord, index: usize, line: u64) -> Result<Option<f64>, LocateError> {
    let Some(text) = row.get(index).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse::<f64>() {
        Ok(metres) if metres.is_finite() && metres >= 0.0 => Ok(Some(metres)),
        _ => Err(LocateError::BadValue {
            line,
            column: "accuracy_m",
            expected: "a number of metres",
        }),
    }
}

#[cfg(test)]
mod tests;
