//! The metric plane in which areas are cut: ETRS89-LAEA Europe (EPSG:3035), the grid of INSEE.
//!
//! It must never be used for walking distances (its scale is off by 0.3 % in the south of France).
//! The area tree, the grouping of street observations and the squares call it.

use geo::{Area, BooleanOps, Coord, LineString, MapCoords, MultiPolygon, Polygon, unary_union};
use maraude_core::model::Coordinates;
use proj4rs::Proj;

/// EPSG:3035, as PROJ writes it.
const LAEA_EUROPE: &str =
    "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs";
/// The geographic side: same ellipsoid, so that no datum shift comes in.
const GEOGRAPHIC: &str = "+proj=longlat +ellps=GRS80 +no_defs";

/// Degrees to metres and back.
pub struct Plane {
    geographic: Proj,
    laea: Proj,
}

impl Default for Plane {
    fn default() -> Self {
        Self::new()
    }
}

impl Plane {
    /// The plane.
    pub fn new() -> Self {
        let known = "a constant projection string parses";
        Self {
            geographic: Proj::from_proj_string(GEOGRAPHIC).expect(known),
            laea: Proj::from_proj_string(LAEA_EUROPE).expect(known),
        }
    }

    /// Metres east and north of the grid's origin; none for what is not on Earth.
    pub fn metres(&self, at: Coordinates) -> Option<Coord<f64>> {
        if !(at.longitude.abs() <= 180.0 && at.latitude.abs() <= 90.0) {
            return None;
        }
        let mut xyz = (at.longitude.to_radians(), at.latitude.to_radians(), 0.0);
        proj4rs::transform::transform(&self.geographic, &self.laea, &mut xyz).ok()?;
        (xyz.0.is_finite() && xyz.1.is_finite()).then_some(Coord { x: xyz.0, y: xyz.1 })
    }

    /// Degrees of a place of the grid.
    pub fn degrees(&self, at: Coord<f64>) -> Option<Coordinates> {
        let mut xyz = (at.x, at.y, 0.0);
        proj4rs::transform::transform(&self.laea, &self.geographic, &mut xyz).ok()?;
        let (longitude, latitude) = (xyz.0.to_degrees(), xyz.1.to_degrees());
        (longitude.is_finite() && latitude.is_finite()).then_some(Coordinates {
            longitude,
            latitude,
        })
    }

    /// A boundary in metres, exterior rings counter-clockwise.
    pub fn project(&self, boundary: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        oriented(boundary.map_coords(|c| {
            self.metres(Coordinates {
                longitude: c.x,
                latitude: c.y,
            })
            .unwrap_or(Coord { x: 0.0, y: 0.0 })
        }))
    }

    /// A boundary in degrees, exterior rings counter-clockwise (RFC 7946).
    pub fn unproject(&self, shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        oriented(shape.map_coords(|c| {
            self.degrees(c)
                .map_or(Coord { x: 0.0, y: 0.0 }, |at| Coord {
                    x: at.longitude,
                    y: at.latitude,
                })
        }))
    }
}

/// Exterior rings counter-clockwise, interior ones clockwise, told by the surface: real layers hold
/// rings that touch themselves, on which the turn at one corner tells nothing.
pub fn oriented(boundary: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let turned = |ring: LineString<f64>, positive: bool| {
        let surface = Polygon::new(ring.clone(), Vec::new()).signed_area();
        if (surface > 0.0) == positive {
            ring
        } else {
            LineString(ring.0.into_iter().rev().collect())
        }
    };
    let polygons = boundary.into_iter().map(|polygon| {
        let (exterior, holes) = polygon.into_inner();
        let holes = holes.into_iter().map(|hole| turned(hole, false));
        Polygon::new(turned(exterior, true), holes.collect())
    });
    MultiPolygon(polygons.collect())
}

/// Shapes joined into one. The union of many at once now and then loses some of them (its result is
/// then smaller than the parts that it holds); one after the other they do not get lost.
pub fn joined(shapes: &[MultiPolygon<f64>]) -> MultiPolygon<f64> {
    let all = unary_union(shapes);
    let largest = shapes.iter().map(Area::unsigned_area).fold(0.0, f64::max);
    let lost = shapes
        .iter()
        .any(|shape| shape.difference(&all).unsigned_area() > LOST_SHARE * largest);
    if !lost {
        return all;
    }
    let nothing = MultiPolygon(Vec::new());
    shapes.iter().fold(nothing, |all, shape| all.union(shape))
}

/// What a union may lose to rounding, of its largest part.
const LOST_SHARE: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_the_one_of_epsg_3035_and_turns_back() {
        let plane = Plane::new();
        // The origin of the projection, by definition.
        let origin = plane
            .metres(Coordinates {
                longitude: 10.0,
                latitude: 52.0,
            })
            .unwrap();
        assert!((origin.x - 4_321_000.0).abs() < 1e-3 && (origin.y - 3_210_000.0).abs() < 1e-3);
        // EPSG guidance note 7-2, LAEA Europe: 50° N 5° E.
        let example = plane
            .metres(Coordinates {
                longitude: 5.0,
                latitude: 50.0,
            })
            .unwrap();
        assert!((example.x - 3_962_799.45).abs() < 0.02, "{}", example.x);
        assert!((example.y - 2_999_718.85).abs() < 0.02, "{}", example.y);
        let back = plane.degrees(example).unwrap();
        assert!((back.longitude - 5.0).abs() < 1e-8 && (back.latitude - 50.0).abs() < 1e-8);
    }
}
