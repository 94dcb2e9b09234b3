//! An R-tree over areas: which one holds a place, and how surely.
//!
//! It must never know where areas come from: layers and the plan's sectors are indexed alike.

use geo::MultiPolygon;
use maraude_core::geography::{
    BandedBoundary, Bounds, Membership, contains, distance_to_border_m, membership,
};
use maraude_core::model::Coordinates;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

type IndexedBox = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Areas with what they stand for, indexed.
pub struct AreaIndex<T> {
    areas: Vec<(T, MultiPolygon<f64>)>,
    /// Each boundary, ready for many places.
    banded: Vec<BandedBoundary>,
    boxes: RTree<IndexedBox>,
    bounds: Option<Bounds>,
}

impl<T> Default for AreaIndex<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> AreaIndex<T> {
    /// Indexes areas; empty ones are kept and hold nothing.
    pub fn new(areas: Vec<(T, MultiPolygon<f64>)>) -> Self {
        let mut bounds: Option<Bounds> = None;
        let mut boxes = Vec::with_capacity(areas.len());
        for (n, (_, boundary)) in areas.iter().enumerate() {
            if let Some(b) = Bounds::of(boundary) {
                let rectangle = Rectangle::from_corners([b.west, b.south], [b.east, b.north]);
                boxes.push(GeomWithData::new(rectangle, n));
                bounds = Some(bounds.map_or(b, |all| all.union(b)));
            }
        }
        let boundaries = areas.iter().map(|(_, boundary)| boundary);
        Self {
            banded: boundaries.map(BandedBoundary::new).collect(),
            areas,
            boxes: RTree::bulk_load(boxes),
            bounds,
        }
    }

    /// No area at all.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The box around all areas.
    pub fn bounds(&self) -> Option<Bounds> {
        self.bounds
    }

    /// All areas, in the order given.
    pub fn areas(&self) -> &[(T, MultiPolygon<f64>)] {
        &self.areas
    }

    /// The areas that hold a place, in the order given: one at most where they tile the ground.
    pub fn holding(&self, at: Coordinates) -> Vec<&(T, MultiPolygon<f64>)> {
        let place = AABB::from_point([at.longitude, at.latitude]);
        let mut found: Vec<usize> = self
            .boxes
            .locate_in_envelope_intersecting(place)
            .map(|indexed| indexed.data)
            .filter(|n| self.banded[*n].holds(at))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|n| &self.areas[n]).collect()
    }

    /// The first area that holds a place known to `accuracy_m`, and how surely.
    pub fn locate(&self, at: Coordinates, accuracy_m: Option<f64>) -> Option<(&T, Membership)> {
        let (label, boundary) = self.holding(at).into_iter().next()?;
        membership(boundary, at, accuracy_m).map(|how| (label, how))
    }

    /// Some area holds the place, or reaches within `within_m` of it.
    pub fn reaches(&self, at: Coordinates, within_m: f64) -> bool {
        self.near(at, within_m).next().is_some()
    }

    /// The areas that hold a place or lie within `within_m` of it, in the order given.
    pub fn near(
        &self,
        at: Coordinates,
        within_m: f64,
    ) -> impl Iterator<Item = &(T, MultiPolygon<f64>)> {
        let around = Bounds {
            west: at.longitude,
            south: at.latitude,
            east: at.longitude,
            north: at.latitude,
        }
        .grown(within_m);
        let around = AABB::from_corners([around.west, around.south], [around.east, around.north]);
        let mut found: Vec<usize> = self
            .boxes
            .locate_in_envelope_intersecting(around)
            .map(|indexed| indexed.data)
            .filter(|n| {
                let boundary = &self.areas[*n].1;
                contains(boundary, at) || distance_to_border_m(boundary, at) <= within_m
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|n| &self.areas[n])
    }
}
