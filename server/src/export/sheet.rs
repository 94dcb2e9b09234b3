//! What every writer of a file takes: columns, and rows that come one at a time.
//!
//! It must never be filled but by [`super::released`], from a release, or by [`super::internal`], for
//! coordinators. Writers hold a bounded number of rows.

use geo::{MultiPolygon, Point};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// True or false.
    Flag,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in every format.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Its title, French.
    pub title: &'static str,
    /// What it means, French.
    pub fr: &'static str,
    /// What it means, English.
    pub en: &'static str,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// See [`Kind::Text`].
    Text(String),
    /// See [`Kind::Integer`].
    Integer(i64),
    /// See [`Kind::Real`].
    Real(f64),
    /// See [`Kind::Flag`].
    Flag(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<u32>> for Cell {
    fn from(number: Option<u32>) -> Self {
        number.map_or(Self::Empty, |number| Self::Integer(i64::from(number)))
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, Self::from)
    }
}

/// What rows lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing: a plain table.
    None,
    /// Points; a row may be without.
    Points,
    /// Surfaces.
    Surfaces,
}

/// Where a row lies (WGS 84, longitude first).
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A place.
    Point(Point<f64>),
    /// A surface.
    Surface(MultiPolygon<f64>),
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// Where.
    pub geometry: Option<Geometry>,
}

/// A table or layer.
pub struct Sheet<'a> {
    /// Its name in every format: lower-case letters and `_`.
    pub name: &'static str,
    /// Its title, French.
    pub title: String,
    /// Its columns.
    pub columns: &'a [Column],
    /// What its rows lie on.
    pub shape: Shape,
    /// Its rows.
    pub rows: Box<dyn Iterator<Item = Row> + 'a>,
}

/// A line of what is said once about a whole file: a name, and its value.
pub type About = (String, String);
