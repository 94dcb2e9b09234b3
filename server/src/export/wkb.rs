//! Well-known binary (OGC 06-103r4, section 8): how GeoPackage and GeoParquet write a geometry.
//!
//! It must never write anything but two dimensions, little-endian. Those two writers call it.

use super::sheet::Geometry;
use geo::{BoundingRect, Coord, LineString, Rect};

const LITTLE_ENDIAN: u8 = 1;
const POINT: u32 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Appends a geometry.
pub fn write(geometry: &Geometry, bytes: &mut Vec<u8>) {
    match geometry {
        Geometry::Point(point) => {
            head(POINT, bytes);
            corner(point.0, bytes);
        }
        Geometry::Surface(surface) => {
            head(MULTI_POLYGON, bytes);
            count(surface.0.len(), bytes);
            for polygon in surface {
                head(POLYGON, bytes);
                count(1 + polygon.interiors().len(), bytes);
                ring(polygon.exterior(), bytes);
                polygon
                    .interiors()
                    .iter()
                    .for_each(|hole| ring(hole, bytes));
            }
        }
    }
}

/// The box around a geometry.
pub fn bounds(geometry: &Geometry) -> Option<Rect<f64>> {
    match geometry {
        Geometry::Point(point) => Some(point.bounding_rect()),
        Geometry::Surface(surface) => surface.bounding_rect(),
    }
}

fn head(kind: u32, bytes: &mut Vec<u8>) {
    bytes.push(LITTLE_ENDIAN);
    bytes.extend(kind.to_le_bytes());
}

fn count(number: usize, bytes: &mut Vec<u8>) {
    bytes.extend((number as u32).to_le_bytes());
}

fn ring(line: &LineString<f64>, bytes: &mut Vec<u8>) {
    count(line.0.len(), bytes);
    line.coords().for_each(|at| corner(*at, bytes));
}

fn corner(at: Coord<f64>, bytes: &mut Vec<u8>) {
    bytes.extend(at.x.to_le_bytes());
    bytes.extend(at.y.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_21_bytes_of_the_standard() {
        let mut bytes = Vec::new();
        write(&Geometry::Point(geo::Point::new(3.5, 43.25)), &mut bytes);
        let mut expected = vec![1, 1, 0, 0, 0];
        expected.extend(3.5_f64.to_le_bytes());
        expected.extend(43.25_f64.to_le_bytes());
        assert_eq!(bytes, expected);
    }
}
