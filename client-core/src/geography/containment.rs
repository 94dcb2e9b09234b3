//! Which boundary holds a place, and how far the border is.

use super::LocalFrame;
use crate::model::Coordinates;
use geo::{Coord, LineString, MultiPolygon, Polygon};

/// The box around a boundary, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Degrees east of the western edge.
    pub west: f64,
    /// Degrees north of the southern edge.
    pub south: f64,
    /// Degrees east of the eastern edge.
    pub east: f64,
    /// Degrees north of the northern edge.
    pub north: f64,
}

impl Bounds {
    /// The box around a boundary; `None` when it is empty.
    pub fn of(boundary: &MultiPolygon<f64>) -> Option<Self> {
        rings(boundary)
            .flat_map(|ring| ring.0.iter())
            .fold(None, |found: Option<Self>, c| {
                Some(match found {
                    None => Self {
                        west: c.x,
                        south: c.y,
                        east: c.x,
                        north: c.y,
                    },
                    Some(b) => Self {
                        west: b.west.min(c.x),
                        south: b.south.min(c.y),
                        east: b.east.max(c.x),
                        north: b.north.max(c.y),
                    },
                })
            })
    }

    /// The box holds the place, edges included.
    pub fn holds(&self, at: Coordinates) -> bool {
        (self.west..=self.east).contains(&at.longitude)
            && (self.south..=self.north).contains(&at.latitude)
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// The box grown by that many metres on each side.
    #[must_use]
    pub fn grown(self, by_m: f64) -> Self {
        let middle = Coordinates {
            longitude: f64::midpoint(self.west, self.east),
            latitude: f64::midpoint(self.south, self.north),
        };
        let step = LocalFrame::around(middle).coordinates([by_m, by_m]);
        let (dx, dy) = (
            step.longitude - middle.longitude,
            step.latitude - middle.latitude,
        );
        Self {
            west: self.west - dx,
            south: self.south - dy,
            east: self.east + dx,
            north: self.north + dy,
        }
    }
}

/// Whether a boundary holds a place.
///
/// The rule is half-open: a place on a border shared by two polygons of a tiling lies in exactly
/// one of them, whichever way each draws the border.
///
/// # Source
/// Even-odd crossing count: Shimrat (1962), CACM 5(8), Algorithm 112, p. 434.
pub fn contains(boundary: &MultiPolygon<f64>, at: Coordinates) -> bool {
    boundary.0.iter().any(|polygon| holds(polygon, at))
}

/// Metres from a place to the nearest border of a boundary; infinite for an empty one.
pub fn distance_to_border_m(boundary: &MultiPolygon<f64>, at: Coordinates) -> f64 {
    let frame = LocalFrame::around(at);
    let metres = |c: Coord<f64>| {
        frame.metres(Coordinates {
            longitude: c.x,
            latitude: c.y,
        })
    };
    rings(boundary)
        .flat_map(LineString::lines)
        .map(|line| origin_to_segment_m(metres(line.start), metres(line.end)))
        .fold(f64::INFINITY, f64::min)
}

/// A place inside a boundary, for labels and tests: the middle of the longest stretch of a
/// horizontal line that the boundary holds. `None` for an empty or flat one.
pub fn interior_place(boundary: &MultiPolygon<f64>) -> Option<Coordinates> {
    let bounds = Bounds::of(boundary)?;
    let mut best: Option<(f64, Coordinates)> = None;
    for step in 1..8 {
        let latitude = bounds.south + (bounds.north - bounds.south) * f64::from(step) / 8.0;
        for polygon in &boundary.0 {
            let mut crossings: Vec<f64> = polygon_rings(polygon)
                .flat_map(LineString::lines)
                .filter_map(|line| crossing(line.start, line.end, latitude))
                .collect();
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let width = pair[1] - pair[0];
                if best.is_none_or(|(widest, _)| width > widest) {
                    let longitude = f64::midpoint(pair[0], pair[1]);
                    let place = Coordinates {
                        longitude,
                        latitude,
                    };
                    best = Some((width, place));
                }
            }
        }
    }
    best.filter(|(width, _)| *width > 0.0)
        .map(|(_, place)| place)
}

fn rings(boundary: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    boundary.0.iter().flat_map(polygon_rings)
}

pub(super) fn polygon_rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn holds(polygon: &Polygon<f64>, at: Coordinates) -> bool {
    let mut inside = false;
    for ring in polygon_rings(polygon) {
        for pair in ring.0.windows(2) {
            if crossing(pair[0], pair[1], at.latitude).is_some_and(|x| at.longitude < x) {
                inside = !inside;
            }
        }
    }
    inside
}

/// Where a segment crosses a parallel, its northern end left out. The segment is turned northward
/// first, so that both neighbours of a shared border compute the same number.
pub(super) fn crossing(start: Coord<f64>, end: Coord<f64>, latitude: f64) -> Option<f64> {
    if (start.y > latitude) == (end.y > latitude) {
        return None;
    }
    let (low, high) = if start.y < end.y {
        (start, end)
    } else {
        (end, start)
    };
    Some(low.x + (latitude - low.y) / (high.y - low.y) * (high.x - low.x))
}

/// Distance of the frame's origin to a segment, metres.
fn origin_to_segment_m([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared > 0.0 {
        (-(ax * dx + ay * dy) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (ax + along * dx).hypot(ay + along * dy)
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

    fn polygon(ring: &[(f64, f64)]) -> MultiPolygon<f64> {
        MultiPolygon(vec![Polygon::new(LineString::from(ring.to_vec()), vec![])])
    }

    #[test]
    fn a_hole_is_outside() {
        let ring = |a: f64, b: f64| LineString::from(vec![(a, a), (b, a), (b, b), (a, b), (a, a)]);
        let donut = MultiPolygon(vec![Polygon::new(ring(0.0, 10.0), vec![ring(4.0, 6.0)])]);
        assert!(contains(&donut, at(1.0, 5.0)));
        assert!(!contains(&donut, at(5.0, 5.0)));
        assert!(!contains(&donut, at(11.0, 5.0)));
        let inside = interior_place(&donut).unwrap();
        assert!(contains(&donut, inside));
    }

    #[test]
    fn the_border_is_as_far_as_it_is() {
        let square = polygon(&[
            (3.0, 43.0),
            (4.0, 43.0),
            (4.0, 44.0),
            (3.0, 44.0),
            (3.0, 43.0),
        ]);
        let nearby = at(3.001, 43.5);
        let distance = distance_to_border_m(&square, nearby);
        assert!((distance - 80.7).abs() < 0.5, "{distance}");
        assert!(distance_to_border_m(&MultiPolygon(vec![]), nearby).is_infinite());
    }

    /// A grid of shaken quadrilaterals that tile a square; neighbours share their vertices.
    fn tiling(side: usize, shakes: &[(f64, f64)]) -> Vec<MultiPolygon<f64>> {
        let node = |i: usize, j: usize| {
            let on_edge = |n: usize| n == 0 || n == side;
            let (dx, dy) = shakes[(i * (side + 1) + j) % shakes.len()];
            let x = i as f64 + if on_edge(i) || on_edge(j) { 0.0 } else { dx };
            let y = j as f64 + if on_edge(i) || on_edge(j) { 0.0 } else { dy };
            (x, y)
        };
        let mut cells = Vec::new();
        for i in 0..side {
            for j in 0..side {
                let mut ring = vec![
                    node(i, j),
                    node(i + 1, j),
                    node(i + 1, j + 1),
                    node(i, j + 1),
                    node(i, j),
                ];
                if (i + j) % 2 == 1 {
                    ring.reverse();
                }
                cells.push(polygon(&ring));
            }
        }
        cells
    }

    proptest! {
        #[test]
        fn a_place_lies_in_exactly_one_polygon_of_a_tiling(
            shakes in proptest::collection::vec((-0.4..0.4_f64, -0.4..0.4_f64), 40),
            x in 0.0..6.0_f64, y in 0.0..6.0_f64,
            snap in 0..3_u8, share in 0.0..1.0_f64,
        ) {
            let cells = tiling(6, &shakes);
            // Random places, vertices of the tiling, and places along its borders.
            let ring = &cells[(x as usize) * 6 + y as usize].0[0];
            let corner = |n: usize| ring.exterior().0[n];
            let place = match snap {
                0 => at(x, y),
                1 => at(corner(2).x, corner(2).y),
                _ => at(
                    corner(0).x + share * (corner(1).x - corner(0).x),
                    corner(0).y + share * (corner(1).y - corner(0).y),
                ),
            };
            let holding = cells.iter().filter(|cell| contains(cell, place)).count();
            prop_assert!(holding <= 1);
            let well_inside = |v: f64| v > 0.0 && v < 6.0;
            if well_inside(place.longitude) && well_inside(place.latitude) {
                prop_assert_eq!(holding, 1);
            }
        }
    }
}
