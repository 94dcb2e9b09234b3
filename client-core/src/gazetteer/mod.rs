//! The geocoder's matcher: a place typed at night, in French, in a hurry, against the addresses,
//! streets and landmarks that were imported.
//!
//! It must never decide alone where somebody is: it ranks candidates and says how far the best is
//! ahead of the next. The server's geolocation calls it; it reads no file and keeps nothing of
//! what was asked.

mod cell;
mod crossing;
mod entry;
mod house;
mod meeting;
mod normalise;
mod phonetic;
mod query;
mod score;
mod search;
mod vocabulary;
mod within;
mod words;

pub use cell::{CellError, CellKey, read_cell, write_cell};
pub use entry::{HouseNumber, NamedPlace, NamedPlaceKind};
pub use normalise::fold;
pub use search::{Answer, Found, FoundKind, Gazetteer};
pub use within::{
    ALONG_BORDER_M, StreetWithin, boundary_of, is_named, is_named_street, street_key,
    streets_within,
};

#[cfg(test)]
mod tests;
