//! A boundary whose edges are sorted into bands of latitude, for many questions about one boundary.
//!
//! It answers as [`super::contains`] does, for every place: a band holds each edge that reaches into
//! it, so that nothing but edges that cannot be crossed is left out.

use super::containment::{crossing, polygon_rings};
use crate::model::Coordinates;
use geo::{Coord, LineString, MultiPolygon, Polygon};

/// Edges that a band holds, about.
const EDGES_PER_BAND: usize = 2;

/// Bands of one polygon at most.
const MOST_BANDS: usize = 4_096;

/// A boundary, ready for many places.
#[derive(Debug, Clone, Default)]
pub struct BandedBoundary {
    polygons: Vec<Bands>,
}

impl BandedBoundary {
    /// Sorts the edges of a boundary.
    pub fn new(boundary: &MultiPolygon<f64>) -> Self {
        Self {
            polygons: boundary.0.iter().filter_map(Bands::of).collect(),
        }
    }

    /// Whether the boundary holds a place; half-open as [`super::contains`] is.
    pub fn holds(&self, at: Coordinates) -> bool {
        self.polygons.iter().any(|polygon| polygon.hold(at))
    }
}

/// The edges of one polygon, its holes' included.
#[derive(Debug, Clone)]
struct Bands {
    south: f64,
    north: f64,
    per_degree: f64,
    /// Where the edges of each band begin; one more than there are bands.
    starts: Vec<u32>,
    edges: Vec<[Coord<f64>; 2]>,
}

impl Bands {
    fn of(polygon: &Polygon<f64>) -> Option<Self> {
        let edges: Vec<[Coord<f64>; 2]> = polygon_rings(polygon)
            .flat_map(LineString::lines)
            .map(|line| [line.start, line.end])
            .collect();
        let first = edges.first()?[0].y;
        let latitudes = edges.iter().flatten().map(|end| end.y);
        let (south, north) = latitudes.fold((first, first), |(s, n), y| (s.min(y), n.max(y)));
        let count = (edges.len() / EDGES_PER_BAND).clamp(1, MOST_BANDS);
        let height = north - south;
        let per_degree = if height > 0.0 {
            count as f64 / height
        } else {
            0.0
        };
        let mut bands: Vec<Vec<[Coord<f64>; 2]>> = vec![Vec::new(); count];
        for edge in edges {
            let [from, to] = edge.map(|end| band(end.y, south, per_degree, count));
            for band in &mut bands[from.min(to)..=from.max(to)] {
                band.push(edge);
            }
        }
        let mut starts = vec![0];
        for band in &bands {
            starts.push(starts[starts.len() - 1] + band.len() as u32);
        }
        Some(Self {
            south,
            north,
            per_degree,
            starts,
            edges: bands.concat(),
        })
    }

    fn hold(&self, at: Coordinates) -> bool {
        if at.latitude < self.south || at.latitude > self.north {
            return false;
        }
        let count = self.starts.len() - 1;
        let band = band(at.latitude, self.south, self.per_degree, count);
        let own = self.starts[band] as usize..self.starts[band + 1] as usize;
        let mut inside = false;
        for [start, end] in &self.edges[own] {
            if crossing(*start, *end, at.latitude).is_some_and(|x| at.longitude < x) {
                inside = !inside;
            }
        }
        inside
    }
}

/// The band of a latitude: never less for one further north.
fn band(latitude: f64, south: f64, per_degree: f64, count: usize) -> usize {
    (((latitude - south) * per_degree) as usize).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::super::contains;
    use super::*;
    use proptest::prelude::*;

    /// A star around a place: corners at these distances from it.
    fn star(x: f64, y: f64, reaches: &[f64]) -> LineString<f64> {
        let corner = |(number, reach): (usize, &f64)| {
            let angle = std::f64::consts::TAU * number as f64 / reaches.len() as f64;
            (x + reach * angle.cos(), y + reach * angle.sin())
        };
        let mut ring: Vec<(f64, f64)> = reaches.iter().enumerate().map(corner).collect();
        ring.push(ring[0]);
        ring.into()
    }

    proptest! {
        #[test]
        fn it_answers_as_the_boundary_itself_does(
            outer in prop::collection::vec(0.4..1.0_f64, 3..60),
            hole in prop::collection::vec(0.05..0.3_f64, 3..12),
            beside in prop::collection::vec(0.2..0.6_f64, 3..9),
            places in prop::collection::vec((-1.2..3.2_f64, -1.2..1.2_f64), 40),
        ) {
            let boundary = MultiPolygon(vec![
                Polygon::new(star(0.0, 0.0, &outer), vec![star(0.0, 0.0, &hole)]),
                Polygon::new(star(2.0, 0.1, &beside), Vec::new()),
            ]);
            let banded = BandedBoundary::new(&boundary);
            // Random places, and the corners themselves.
            let corners = boundary.0.iter().flat_map(polygon_rings).flat_map(|ring| ring.0.clone());
            let all = places.into_iter().chain(corners.map(|corner| (corner.x, corner.y)));
            for (longitude, latitude) in all {
                let at = Coordinates { longitude, latitude };
                prop_assert_eq!(banded.holds(at), contains(&boundary, at), "{:?}", at);
            }
        }
    }

    #[test]
    fn an_empty_or_flat_boundary_holds_nothing() {
        let at = Coordinates {
            longitude: 0.5,
            latitude: 0.0,
        };
        let flat = LineString::from(vec![(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)]);
        for boundary in [
            MultiPolygon(Vec::new()),
            MultiPolygon(vec![Polygon::new(flat, Vec::new())]),
            MultiPolygon(vec![Polygon::new(LineString(Vec::new()), Vec::new())]),
        ] {
            assert!(!BandedBoundary::new(&boundary).holds(at));
        }
        let square = star(0.5, 0.0, &[0.4; 4]);
        let boundary = MultiPolygon(vec![Polygon::new(square, Vec::new())]);
        assert!(BandedBoundary::new(&boundary).holds(at), "negative control");
    }
}
