//! What an accuracy radius leaves open, and which fixes cannot be believed.

use super::{Bounds, contains, distance_m, distance_to_border_m, speed_kmh};
use crate::model::{Coordinates, TimestampMs};
use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

/// A fix with a larger radius than this is imprecise, metres.
pub const IMPRECISE_M: f64 = 200.0;

/// A fix older than this when the form was saved is stale, milliseconds.
pub const STALE_FIX_MS: i64 = 5 * 60 * 1_000;

/// No team moves faster than this between two fixes, kilometres per hour.
pub const IMPOSSIBLE_SPEED_KMH: f64 = 130.0;

/// Two fixes closer than this never tell a speed, metres: it would be their noise.
const SPEED_MIN_DISTANCE_M: f64 = 500.0;

/// How surely a boundary holds a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// The whole accuracy circle lies inside.
    Inside,
    /// The place lies inside, and its accuracy circle crosses the border.
    Edge,
}

impl Membership {
    /// `inside` or `edge`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Edge => "edge",
        }
    }
}

/// Why a place cannot be believed as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixOddity {
    /// No place at all.
    None,
    /// Outside the perimeter, by more than its border is simplified: in no figure.
    Outside,
    /// Longitude and latitude changed places.
    Swapped,
    /// At longitude 0, latitude 0.
    NullIsland,
    /// Its radius exceeds [`IMPRECISE_M`].
    Imprecise,
    /// It was taken more than [`STALE_FIX_MS`] before the form was saved.
    Stale,
    /// The tablet would have moved faster than [`IMPOSSIBLE_SPEED_KMH`].
    Speed,
    /// What the team typed lies elsewhere than its position.
    TypedElsewhere,
}

impl FixOddity {
    /// Its kebab-case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Outside => "outside",
            Self::Swapped => "swapped",
            Self::NullIsland => "null-island",
            Self::Imprecise => "imprecise",
            Self::Stale => "stale",
            Self::Speed => "speed",
            Self::TypedElsewhere => "typed-elsewhere",
        }
    }
}

/// How a boundary holds a place known to `accuracy_m`; `None` when the place lies outside.
pub fn membership(
    boundary: &MultiPolygon<f64>,
    at: Coordinates,
    accuracy_m: Option<f64>,
) -> Option<Membership> {
    if !contains(boundary, at) {
        return None;
    }
    let radius_m = accuracy_m.unwrap_or(0.0).max(0.0);
    if radius_m > 0.0 && distance_to_border_m(boundary, at) < radius_m {
        Some(Membership::Edge)
    } else {
        Some(Membership::Inside)
    }
}

/// Within about ten metres of longitude 0, latitude 0: a receiver without a fix.
pub fn is_null_island(at: Coordinates) -> bool {
    at.longitude.abs() < 1e-4 && at.latitude.abs() < 1e-4
}

/// Outside where it is, inside once longitude and latitude change places.
pub fn looks_swapped(at: Coordinates, expected: Bounds) -> bool {
    let turned = Coordinates {
        longitude: at.latitude,
        latitude: at.longitude,
    };
    !expected.holds(at) && expected.holds(turned)
}

/// The radius exceeds [`IMPRECISE_M`].
pub fn is_imprecise(accuracy_m: Option<f64>) -> bool {
    accuracy_m.is_some_and(|radius_m| radius_m > IMPRECISE_M)
}

/// The fix was taken more than [`STALE_FIX_MS`] before `observed_at`.
pub fn is_stale(fixed_at: Option<TimestampMs>, observed_at: TimestampMs) -> bool {
    fixed_at.is_some_and(|at| observed_at.saturating_sub(at) > STALE_FIX_MS)
}

/// No vehicle of a team goes from one to the other in that time.
pub fn is_impossible_move(one: Coordinates, other: Coordinates, elapsed_ms: i64) -> bool {
    let metres = distance_m(one, other);
    metres > SPEED_MIN_DISTANCE_M && speed_kmh(metres, elapsed_ms) > IMPOSSIBLE_SPEED_KMH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::LocalFrame;
    use geo::{LineString, Polygon};
    use proptest::prelude::*;

    const CENTRE: Coordinates = Coordinates {
        longitude: 3.88,
        latitude: 43.61,
    };

    /// A square of 1 km around [`CENTRE`].
    fn square() -> MultiPolygon<f64> {
        let frame = LocalFrame::around(CENTRE);
        let corner = |x: f64, y: f64| {
            let c = frame.coordinates([x, y]);
            (c.longitude, c.latitude)
        };
        let ring = LineString::from(vec![
            corner(-500.0, -500.0),
            corner(500.0, -500.0),
            corner(500.0, 500.0),
            corner(-500.0, 500.0),
            corner(-500.0, -500.0),
        ]);
        MultiPolygon(vec![Polygon::new(ring, vec![])])
    }

    proptest! {
        #[test]
        fn a_circle_that_crosses_the_border_is_on_the_edge(
            x in -600.0..600.0_f64, y in -600.0..600.0_f64, radius in 0.0..300.0_f64,
        ) {
            let place = LocalFrame::around(CENTRE).coordinates([x, y]);
            let to_border = 500.0 - x.abs().max(y.abs());
            prop_assume!((to_border - radius).abs() > 0.5 && to_border.abs() > 0.5);
            let expected = if to_border < 0.0 {
                None
            } else if to_border < radius {
                Some(Membership::Edge)
            } else {
                Some(Membership::Inside)
            };
            prop_assert_eq!(membership(&square(), place, Some(radius)), expected);
        }
    }

    #[test]
    fn unbelievable_fixes_are_told() {
        let bounds = Bounds::of(&square()).unwrap().grown(5_000.0);
        let swapped = Coordinates {
            longitude: CENTRE.latitude,
            latitude: CENTRE.longitude,
        };
        assert!(looks_swapped(swapped, bounds) && !looks_swapped(CENTRE, bounds));
        assert!(is_null_island(Coordinates {
            longitude: 0.0,
            latitude: 0.0
        }));
        assert!(is_imprecise(Some(250.0)) && !is_imprecise(Some(200.0)) && !is_imprecise(None));
        assert!(is_stale(Some(0), 300_001) && !is_stale(Some(0), 300_000) && !is_stale(None, 9));
        let far = LocalFrame::around(CENTRE).coordinates([3_000.0, 0.0]);
        assert!(is_impossible_move(CENTRE, far, 60_000));
        assert!(!is_impossible_move(CENTRE, far, 600_000));
    }
}
