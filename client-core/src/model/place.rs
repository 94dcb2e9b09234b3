//! Where something is, how well that is known, and how it was obtained.

use super::TimestampMs;
use serde::{Deserialize, Serialize};
use std::fmt;

/// WGS 84 degrees, longitude first. Its `Debug` shows nothing: places never reach a log.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Coordinates {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

impl fmt::Debug for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coordinates(…)")
    }
}

/// How a position was obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// A satellite fix of the tablet.
    Fix,
    /// A pin put on the map by hand.
    Hand,
    /// The place of a known site.
    Site,
    /// A coordinator's correction.
    Correction,
    /// An imported file.
    Import,
    /// What the team typed, found among addresses, streets and landmarks.
    Typed,
}

/// A place, its accuracy and its origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(from = "FlatPosition")]
pub struct Position {
    /// Where.
    #[serde(flatten)]
    pub coordinates: Coordinates,
    /// Radius that holds the true place 68 times in 100, metres; absent when unknown.
    pub accuracy_m: Option<f64>,
    /// How it was obtained.
    pub source: PositionSource,
    /// When the fix was taken (device clock); absent for a hand pin.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub fixed_at: Option<TimestampMs>,
}

/// A position as it is read: serde's own flattening keeps every field aside first.
#[derive(Deserialize)]
struct FlatPosition {
    longitude: f64,
    latitude: f64,
    accuracy_m: Option<f64>,
    source: PositionSource,
    fixed_at: Option<TimestampMs>,
}

impl From<FlatPosition> for Position {
    fn from(flat: FlatPosition) -> Self {
        Self {
            coordinates: Coordinates {
                longitude: flat.longitude,
                latitude: flat.latitude,
            },
            accuracy_m: flat.accuracy_m,
            source: flat.source,
            fixed_at: flat.fixed_at,
        }
    }
}
