//! How far two places are, and how fast somebody would have had to go.

use crate::model::Coordinates;

/// Mean radius of the Earth, metres.
///
/// # Source
/// IUGG mean radius R1 of the WGS 84 ellipsoid.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// What a person walks in an hour, kilometres.
///
/// # Source
/// Bohannon (1997), Age and Ageing 26, pp. 15–19: comfortable gait 1.27–1.46 m/s, rounded.
pub const WALKING_SPEED_KMH: f64 = 4.8;

/// Beyond this the plane approximation gives way to the sphere, metres.
const PLANE_LIMIT_M: f64 = 50_000.0;

/// A plane that touches the Earth at its origin: x metres east, y metres north.
///
/// # Units
/// Metres; the error stays below 0.1 % within 20 km of the origin at European latitudes.
#[derive(Debug, Clone, Copy)]
pub struct LocalFrame {
    origin: Coordinates,
    east_m_per_degree: f64,
    north_m_per_degree: f64,
}

impl LocalFrame {
    /// The plane around a place.
    pub fn around(origin: Coordinates) -> Self {
        let north_m_per_degree = EARTH_RADIUS_M.to_radians();
        Self {
            origin,
            east_m_per_degree: north_m_per_degree * origin.latitude.to_radians().cos(),
            north_m_per_degree,
        }
    }

    /// Metres east and north of the origin.
    pub fn metres(&self, at: Coordinates) -> [f64; 2] {
        [
            (at.longitude - self.origin.longitude) * self.east_m_per_degree,
            (at.latitude - self.origin.latitude) * self.north_m_per_degree,
        ]
    }

    /// The place that many metres east and north of the origin.
    pub fn coordinates(&self, [east_m, north_m]: [f64; 2]) -> Coordinates {
        Coordinates {
            longitude: self.origin.longitude + east_m / self.east_m_per_degree,
            latitude: self.origin.latitude + north_m / self.north_m_per_degree,
        }
    }
}

/// Great-circle distance, metres.
///
/// # Source
/// Haversine formula: Sinnott (1984), Sky and Telescope 68, p. 159.
pub fn haversine_m(one: Coordinates, other: Coordinates) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(one.latitude, other.latitude)
        + one.latitude.to_radians().cos()
            * other.latitude.to_radians().cos()
            * half(one.longitude, other.longitude);
    2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()
}

/// Distance, metres: on the plane through the middle latitude nearby, on the sphere beyond 50 km.
pub fn distance_m(one: Coordinates, other: Coordinates) -> f64 {
    let middle = Coordinates {
        longitude: one.longitude,
        latitude: f64::midpoint(one.latitude, other.latitude),
    };
    let frame = LocalFrame::around(middle);
    let [ax, ay] = frame.metres(one);
    let [bx, by] = frame.metres(other);
    let plane = (ax - bx).hypot(ay - by);
    if plane <= PLANE_LIMIT_M {
        plane
    } else {
        haversine_m(one, other)
    }
}

/// The speed that covers a distance in a time, kilometres per hour; infinite in no time.
pub fn speed_kmh(distance_m: f64, elapsed_ms: i64) -> f64 {
    if distance_m == 0.0 {
        return 0.0;
    }
    let hours = elapsed_ms.unsigned_abs() as f64 / 3_600_000.0;
    distance_m / 1_000.0 / hours
}

/// How long a walk of that many metres takes, minutes, at [`WALKING_SPEED_KMH`].
pub fn walking_minutes(distance_m: f64) -> f64 {
    distance_m / 1_000.0 / WALKING_SPEED_KMH * 60.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(longitude: f64, latitude: f64) -> Coordinates {
        Coordinates {
            longitude,
            latitude,
        }
    }

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        let degree = haversine_m(at(3.0, 43.0), at(3.0, 44.0));
        assert!((degree - 111_195.0).abs() < 1.0, "{degree}");
        let nearby = distance_m(at(3.87, 43.61), at(3.88, 43.61));
        assert!((nearby - 805.1).abs() < 1.0, "{nearby}");
    }

    #[test]
    fn a_walk_of_800_metres_takes_10_minutes() {
        assert!((walking_minutes(800.0) - 10.0).abs() < 1e-9);
        assert!((speed_kmh(800.0, 600_000) - 4.8).abs() < 1e-9);
        assert!(speed_kmh(1.0, 0).is_infinite());
        assert!(speed_kmh(0.0, 0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn plane_and_sphere_agree_within_a_thousandth(
            lon in 2.0..5.0_f64, lat in 42.0..50.0_f64,
            east in -20_000.0..20_000.0_f64, north in -20_000.0..20_000.0_f64,
        ) {
            let one = at(lon, lat);
            let other = LocalFrame::around(one).coordinates([east, north]);
            let sphere = haversine_m(one, other);
            let plane = distance_m(one, other);
            prop_assert!((plane - sphere).abs() <= sphere * 1e-3 + 1e-6);
            prop_assert!((distance_m(other, one) - plane).abs() < 1e-6);
        }

        #[test]
        fn metres_read_back_as_coordinates(
            lon in -5.0..9.0_f64, lat in 41.0..51.0_f64,
            east in -5_000.0..5_000.0_f64, north in -5_000.0..5_000.0_f64,
        ) {
            let frame = LocalFrame::around(at(lon, lat));
            let [x, y] = frame.metres(frame.coordinates([east, north]));
            prop_assert!((x - east).abs() < 1e-4 && (y - north).abs() < 1e-4);
        }
    }
}
