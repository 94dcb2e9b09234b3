//! Writers of what leaves the server: each takes a [`Release`] and nothing else, so that what did
//! not pass disclosure control cannot be written. [`internal`] is the one exception, for
//! coordinators alone, under its own type.
//!
//! It must never read a store or change a figure. `http`, `maraude export` and tests call it.

mod csv;
mod dictionary;
mod geojson;
pub mod internal;

pub use csv::csv;
pub use dictionary::dictionary;
pub use geojson::geojson;

use maraude_observatory::disclosure::{Figure, Release, Stage};
use std::fmt;
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
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is no format (expected geojson, csv or dictionary)")]
pub struct UnknownFormat {
    /// What was read, cut to 32 characters.
    pub text: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "geojson" => Ok(Self::Geojson),
            "csv" => Ok(Self::Csv),
            "dictionary" => Ok(Self::Dictionary),
            _ => Err(UnknownFormat {
                text: text.chars().take(32).collect(),
            }),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Geojson => "geojson",
            Self::Csv => "csv",
            Self::Dictionary => "dictionary",
        })
    }
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Geojson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Dictionary => "application/json",
        }
    }

    /// The name of a release's file: an exercise says so.
    pub fn file_name(self, release: &Release) -> String {
        let heading = &release.published().heading;
        let band = if heading.exercise { "exercice-" } else { "" };
        let stage = release.stage().code();
        let ending = match self {
            Self::Geojson => "geojson",
            Self::Csv => "csv",
            Self::Dictionary => "schema.json",
        };
        format!("{band}maraude-{}-{stage}.{ending}", heading.number)
    }

    /// Writes a release in this format.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write(self, release: &Release, out: &mut dyn std::io::Write) -> Result<(), ExportError> {
        match self {
            Self::Geojson => geojson(release, out),
            Self::Csv => csv(release, out),
            Self::Dictionary => dictionary(release, out),
        }
    }
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
