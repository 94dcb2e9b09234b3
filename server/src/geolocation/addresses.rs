//! Addresses of the Base Adresse Nationale: read row by row, by the names of columns.
//!
//! It must never keep part of a file: rows go to a list that is kept whole or dropped. The command
//! `maraude addresses import` calls it.

use crate::authoring::separator_of;
use crate::store::{Address, AddressImport, AddressList, LayerStore, LayerStoreError};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use maraude_core::model::{Coordinates, TimestampMs};
use std::io::{BufRead, BufReader, Read};

/// A new list with less than this share of the one before is taken for a file cut short.
const SHORT: f64 = 0.8;
/// Faulty rows that are named one by one.
const NAMED: usize = 5;
/// More faulty rows than this share of all: the file is refused.
const FAULTY: f64 = 0.05;
/// First bytes of a gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why a file of addresses is refused. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum AddressFileError {
    /// Not CSV, not UTF-8, cut off, or not readable.
    #[error("it cannot be read as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// Not readable.
    #[error("it cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// A column is missing.
    #[error(
        "column « {column} » is missing; there are: {there}. Is it a file of the Base Adresse \
             Nationale (adresses-34.csv.gz)?"
    )]
    MissingColumn {
        /// Which.
        column: &'static str,
        /// Those of the file.
        there: String,
    },
    /// Too many rows are not addresses.
    #[error("{faulty} of {rows} rows are no address, the first on line {line}: {reason}")]
    Faulty {
        /// How many.
        faulty: usize,
        /// Of how many.
        rows: usize,
        /// Line of the first, 1-based.
        line: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No address.
    #[error("it holds no address")]
    Empty,
    /// Much shorter than the list before.
    #[error(
        "it holds {new} addresses, the list before {before}: a download cut short? Import it \
             again, or add --force if it is right"
    )]
    Short {
        /// Addresses of the file.
        new: u32,
        /// Addresses of the list before.
        before: u32,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] LayerStoreError),
}

/// What was imported.
#[derive(Debug)]
pub struct AddressReading {
    /// The list.
    pub list: AddressList,
    /// Rows left out, the first ones with their line and reason.
    pub left_out: usize,
    /// Line and reason of the first ones.
    pub named: Vec<(u64, &'static str)>,
}

/// Imports a file, plain or gzip; a file much shorter than the list before only by `force`.
///
/// # Shape
/// Columns by name, separated by `;` or `,`: `id`, `numero`, `nom_voie`, `code_insee`, `lon`, `lat`
/// are needed; `rep` and `nom_commune` are read where they are.
///
/// # Source
/// Base Adresse Nationale, format « adresses-*.csv », 20 and 23 columns.
pub fn import_addresses(
    store: &LayerStore,
    file: impl Read,
    source: (&str, TimestampMs),
    force: bool,
    progress: &mut dyn FnMut(usize),
) -> Result<AddressReading, AddressFileError> {
    let before = store
        .address_lists()?
        .last()
        .map_or(0, |list| list.addresses);
    let mut left_out = Faults::default();
    let list = store.import_addresses(|mut into| {
        read_rows(file, &mut into, &mut left_out, progress)?;
        let new = into.added();
        if new == 0 {
            return Err(AddressFileError::Empty);
        }
        if !force && f64::from(new) < SHORT * f64::from(before) {
            return Err(AddressFileError::Short { new, before });
        }
        Ok(into.keep(source.0, source.1)?)
    })?;
    Ok(AddressReading {
        list,
        left_out: left_out.count,
        named: left_out.named,
    })
}

#[derive(Default)]
struct Faults {
    count: usize,
    named: Vec<(u64, &'static str)>,
}

fn read_rows(
    file: impl Read,
    into: &mut AddressImport<'_>,
    faults: &mut Faults,
    progress: &mut dyn FnMut(usize),
) -> Result<(), AddressFileError> {
    let mut text = inflated(file)?;
    let delimiter = delimiter(&mut text)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text);
    let columns = Columns::of(reader.headers()?)?;
    let mut row = StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut row)? {
        rows += 1;
        match columns.address(&row) {
            Ok(address) => into.add(&address)?,
            Err(reason) => {
                faults.count += 1;
                if faults.named.len() < NAMED {
                    let line = row.position().map_or(0, csv::Position::line);
                    faults.named.push((line, reason));
                }
            }
        }
        progress(rows);
    }
    match faults.named.first() {
        Some((line, reason)) if faults.count as f64 > FAULTY * rows as f64 => {
            Err(AddressFileError::Faulty {
                faulty: faults.count,
                rows,
                line: *line,
                reason,
            })
        }
        _ => Ok(()),
    }
}

fn inflated<'f>(file: impl Read + 'f) -> Result<Box<dyn BufRead + 'f>, std::io::Error> {
    let mut file = BufReader::new(file);
    let packed = file.fill_buf()?.starts_with(&GZIP);
    Ok(if packed {
        Box::new(BufReader::new(MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

/// The separator of the first line.
fn delimiter(text: &mut impl BufRead) -> Result<u8, std::io::Error> {
    let ahead = text.fill_buf()?;
    Ok(separator_of(&String::from_utf8_lossy(ahead)))
}

/// Where the columns stand.
struct Columns {
    id: usize,
    number: usize,
    street: usize,
    commune: usize,
    lon: usize,
    lat: usize,
    suffix: Option<usize>,
    commune_name: Option<usize>,
}

impl Columns {
    fn of(headers: &StringRecord) -> Result<Self, AddressFileError> {
        let find = |column: &str| {
            let bare = |name: &str| name.trim_start_matches('\u{feff}').to_lowercase();
            headers.iter().position(|name| bare(name) == column)
        };
        let needed = |column: &'static str| {
            find(column).ok_or_else(|| AddressFileError::MissingColumn {
                column,
                there: headers.iter().take(30).collect::<Vec<_>>().join(", "),
            })
        };
        Ok(Self {
            id: needed("id")?,
            number: needed("numero")?,
            street: needed("nom_voie")?,
            commune: needed("code_insee")?,
            lon: needed("lon")?,
            lat: needed("lat")?,
            suffix: find("rep"),
            commune_name: find("nom_commune"),
        })
    }

    fn address(&self, row: &StringRecord) -> Result<Address, &'static str> {
        let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let degrees = |at: usize, most: f64| {
            let read = row.get(at).and_then(|text| text.parse::<f64>().ok());
            read.filter(|value| value.abs() <= most)
        };
        let (id, street, commune) = (text(self.id), text(self.street), text(self.commune));
        if id.is_empty() || street.is_empty() || commune.is_empty() {
            return Err("no id, no street or no commune");
        }
        let at = Coordinates {
            longitude: degrees(self.lon, 180.0).ok_or("lon is no number of degrees")?,
            latitude: degrees(self.lat, 90.0).ok_or("lat is no number of degrees")?,
        };
        if at.longitude == 0.0 && at.latitude == 0.0 {
            return Err("it lies at 0, 0");
        }
        Ok(Address {
            id,
            number: text(self.number)
                .parse()
                .map_err(|_| "numero is no number")?,
            suffix: self.suffix.map(text).unwrap_or_default().to_lowercase(),
            street,
            commune,
            commune_name: self.commune_name.map(text).unwrap_or_default(),
            at,
        })
    }
}

#[cfg(test)]
mod tests;
