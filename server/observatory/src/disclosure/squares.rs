//! Squares of the grid inside one large area: which ones it needs, how long the borders are that
//! they share inside it, and the shape of several together.
//!
//! It must never look at counts. The splitting into leaves calls it.

use crate::plane::joined;
use geo::{
    Area, BooleanOps, BoundingRect, Coord, Euclidean, Length, LineString, MultiLineString,
    MultiPolygon, Polygon, Rect,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A square of the grid, by its size and its column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Square {
    /// Side, metres.
    pub size_m: u32,
    /// North of the grid's origin, in sides.
    pub row: i64,
    /// East of the grid's origin, in sides.
    pub column: i64,
}

impl Square {
    /// The square of this size that holds a place of the plane (south and west edges included).
    pub fn holding(at: Coord<f64>, size_m: u32) -> Self {
        let side = f64::from(size_m);
        Self {
            size_m,
            row: (at.y / side).floor() as i64,
            column: (at.x / side).floor() as i64,
        }
    }

    /// As INSEE names squares: size, northing and easting of the south-west corner, in metres.
    pub fn code(self) -> String {
        let side = i64::from(self.size_m);
        format!("{side}mN{}E{}", self.row * side, self.column * side)
    }

    fn corner(self, up: i64, right: i64) -> Coord<f64> {
        let side = i64::from(self.size_m);
        Coord {
            x: ((self.column + right) * side) as f64,
            y: ((self.row + up) * side) as f64,
        }
    }

    fn rect(self) -> Rect<f64> {
        Rect::new(self.corner(0, 0), self.corner(1, 1))
    }

    /// Distance from a place to this square; 0 inside.
    pub fn distance_m(self, at: Coord<f64>) -> f64 {
        let (low, high) = (self.corner(0, 0), self.corner(1, 1));
        let gap = |v: f64, from: f64, to: f64| (from - v).max(v - to).max(0.0);
        gap(at.x, low.x, high.x).hypot(gap(at.y, low.y, high.y))
    }

    /// The squares of a smaller size inside this one.
    fn parts(self, size_m: u32) -> impl Iterator<Item = Self> {
        let times = i64::from(self.size_m / size_m.max(1)).max(1);
        (0..times).flat_map(move |up| {
            (0..times).map(move |right| Self {
                size_m,
                row: self.row * times + up,
                column: self.column * times + right,
            })
        })
    }
}

/// A piece of ground inside the area smaller than this needs no square, square metres.
const SLIVER_M2: f64 = 1.0;

/// The squares of one size that cover an area, or only the ones inside `within`.
pub fn covering(shape: &MultiPolygon<f64>, size_m: u32, within: &[Square]) -> Vec<Square> {
    let Some(bounds) = shape.bounding_rect() else {
        return Vec::new();
    };
    let candidates: Vec<Square> = if within.is_empty() {
        let (low, high) = (
            Square::holding(bounds.min(), size_m),
            Square::holding(bounds.max(), size_m),
        );
        (low.row..=high.row)
            .flat_map(|row| {
                (low.column..=high.column).map(move |column| Square {
                    size_m,
                    row,
                    column,
                })
            })
            .collect()
    } else {
        within
            .iter()
            .flat_map(|square| square.parts(size_m))
            .collect()
    };
    candidates
        .into_iter()
        .filter(|square| {
            shape
                .intersection(&square.rect().to_polygon())
                .unsigned_area()
                > SLIVER_M2
        })
        .collect()
}

/// Lengths, metres, of the borders that these squares share inside the area, by pair of positions
/// in the list (smaller first).
pub fn borders(shape: &MultiPolygon<f64>, squares: &[Square]) -> BTreeMap<(usize, usize), f64> {
    let position: BTreeMap<Square, usize> =
        squares.iter().enumerate().map(|(i, s)| (*s, i)).collect();
    let mut shared = BTreeMap::new();
    for (index, square) in squares.iter().enumerate() {
        let east = Square {
            column: square.column + 1,
            ..*square
        };
        let north = Square {
            row: square.row + 1,
            ..*square
        };
        let corner = square.corner(1, 1);
        for (other, start) in [(east, square.corner(0, 1)), (north, square.corner(1, 0))] {
            let Some(&other) = position.get(&other) else {
                continue;
            };
            let edge = MultiLineString(vec![LineString(vec![start, corner])]);
            let length = Euclidean.length(&shape.clip(&edge, false));
            if length > 0.0 {
                shared.insert((index.min(other), index.max(other)), length);
            }
        }
    }
    shared
}

/// The ground of several squares inside an area, with a corner at every `grain_m` of the grid's
/// lines so that neighbours of other sizes have the same corners.
pub fn ground(
    shape: &MultiPolygon<f64>,
    squares: &BTreeSet<Square>,
    grain_m: u32,
) -> MultiPolygon<f64> {
    let rects: Vec<MultiPolygon<f64>> = squares
        .iter()
        .map(|s| MultiPolygon(vec![s.rect().to_polygon()]))
        .collect();
    let inside = shape.intersection(&joined(&rects));
    let kept = |p: &Polygon<f64>| p.unsigned_area() > SLIVER_M2;
    MultiPolygon(
        inside
            .into_iter()
            .filter(kept)
            .map(|p| with_corners(&p, grain_m))
            .collect(),
    )
}

fn with_corners(polygon: &Polygon<f64>, grain_m: u32) -> Polygon<f64> {
    let holes = polygon.interiors().iter();
    Polygon::new(
        ring_with_corners(polygon.exterior(), grain_m),
        holes.map(|ring| ring_with_corners(ring, grain_m)).collect(),
    )
}

/// Two coordinates of one grid line differ by no more than this after clipping, metres.
const SAME_LINE_M: f64 = 1e-3;

fn ring_with_corners(ring: &LineString<f64>, grain_m: u32) -> LineString<f64> {
    let grain = f64::from(grain_m.max(1));
    let mut corners = Vec::with_capacity(ring.0.len());
    for line in ring.lines() {
        corners.push(line.start);
        let upright = (line.start.x - line.end.x).abs() < SAME_LINE_M;
        let level = (line.start.y - line.end.y).abs() < SAME_LINE_M;
        if upright == level {
            continue;
        }
        let (from, to) = if upright {
            (line.start.y, line.end.y)
        } else {
            (line.start.x, line.end.x)
        };
        let (low, high) = (from.min(to), from.max(to));
        let mut steps: Vec<f64> = Vec::new();
        let mut step = ((low + SAME_LINE_M) / grain).floor() * grain + grain;
        while step < high - SAME_LINE_M {
            steps.push(step);
            step += grain;
        }
        if from > to {
            steps.reverse();
        }
        corners.extend(steps.into_iter().map(|v| {
            if upright {
                Coord {
                    x: line.start.x,
                    y: v,
                }
            } else {
                Coord {
                    x: v,
                    y: line.start.y,
                }
            }
        }));
    }
    corners.extend(ring.0.last());
    LineString(corners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(x0: f64, y0: f64, x1: f64, y1: f64) -> MultiPolygon<f64> {
        MultiPolygon(vec![
            Rect::new(Coord { x: x0, y: y0 }, Coord { x: x1, y: y1 }).to_polygon(),
        ])
    }

    #[test]
    fn squares_cover_an_area_and_share_only_the_border_inside_it() {
        let shape = block(100.0, 0.0, 800.0, 150.0);
        let squares = covering(&shape, 400, &[]);
        assert_eq!(squares.len(), 2);
        let shared = borders(&shape, &squares);
        assert!((shared[&(0, 1)] - 150.0).abs() < 1e-6);
        assert_eq!(covering(&shape, 200, &squares[..1]).len(), 2);
    }

    #[test]
    fn grounds_of_all_squares_tile_the_area() {
        let shape = block(100.0, 30.0, 1_900.0, 950.0);
        let squares = covering(&shape, 400, &[]);
        let total: f64 = squares
            .iter()
            .map(|s| ground(&shape, &BTreeSet::from([*s]), 200).unsigned_area())
            .sum();
        assert!((total - shape.unsigned_area()).abs() < 1e-3);
    }
}
