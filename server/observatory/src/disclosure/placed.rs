//! Counted places with their area, their spot and their place in the plane: what thresholds are
//! checked against.
//!
//! It must never leave this module tree. The rules of large areas, sites and leaves read it.

use super::gathering::chained;
use super::settings::Settings;
use crate::area::AreaTree;
use crate::attribute::Profile;
use crate::indicator::{CountedPlace, Unit};
use crate::plane::Plane;
use crate::tabulate::resolve_area;
use geo::Coord;
use std::collections::BTreeMap;

/// A counted place, ready for the rules.
#[derive(Debug, Clone)]
pub struct Placed {
    pub unit: Unit,
    /// Index of the smallest area that holds it.
    pub held_by: usize,
    /// In the plane; absent when not placed.
    pub at: Option<Coord<f64>>,
    pub people: u32,
    pub people_at_most: u32,
    pub profile: Profile,
    /// Its spot.
    pub spot_key: usize,
}

/// People and how they spread over spots.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    pub people: u32,
    pub shares: BTreeMap<usize, u32>,
}

impl Holding {
    pub fn add(&mut self, place: &Placed) {
        self.people += place.people;
        *self.shares.entry(place.spot_key).or_insert(0) += place.people;
    }

    pub fn join(&mut self, other: &Self) {
        self.people += other.people;
        for (key, people) in &other.shares {
            *self.shares.entry(*key).or_insert(0) += people;
        }
    }

    /// Takes out what another one, a part of this, holds.
    pub fn leave_out(&mut self, part: &Self) {
        self.people = self.people.saturating_sub(part.people);
        for (key, people) in &part.shares {
            if let Some(share) = self.shares.get_mut(key) {
                *share = share.saturating_sub(*people);
            }
        }
        self.shares.retain(|_, people| *people > 0);
    }

    /// Enough people, enough spots, none above its share.
    pub fn passes(&self, people: u32, spots: u32, share_percent: u32) -> bool {
        let largest = self.shares.values().copied().max().unwrap_or(0);
        self.people >= people
            && self.shares.len() >= spots as usize
            && u64::from(largest) * 100 <= u64::from(self.people) * u64::from(share_percent)
    }

    /// The rule of leaves.
    pub fn passes_as_leaf(&self, settings: &Settings) -> bool {
        self.passes(
            settings.leaf_minimum_people,
            settings.leaf_minimum_spots,
            settings.maximum_share_percent,
        )
    }

    /// The rule of squats, bidonvilles and partners.
    pub fn passes_as_sites(&self, settings: &Settings) -> bool {
        self.passes(
            settings.site_minimum_people,
            settings.site_minimum_spots,
            settings.maximum_share_percent,
        )
    }
}

/// Places inside the perimeter, in an order that does not depend on the input's.
pub fn place_all(tree: &AreaTree, places: &[CountedPlace], settings: &Settings) -> Vec<Placed> {
    let plane = Plane::new();
    let mut placed: Vec<Placed> = places
        .iter()
        .filter(|place| place.people_at_least > 0)
        .filter_map(|place| {
            Some(Placed {
                unit: place.unit,
                held_by: resolve_area(tree, place)?,
                at: place.coordinates.and_then(|at| plane.metres(at)),
                people: place.people_at_least,
                people_at_most: place.people_at_most.max(place.people_at_least),
                profile: place.profile,
                spot_key: 0,
            })
        })
        .collect();
    let key = |c: Option<Coord<f64>>| c.map(|c| (c.x.to_bits(), c.y.to_bits()));
    placed.sort_by_key(|p| {
        let counts = (p.people, p.people_at_most);
        (p.unit, key(p.at), p.held_by, counts)
    });
    for (index, place) in placed.iter_mut().enumerate() {
        place.spot_key = index;
    }
    let street: Vec<usize> = (0..placed.len())
        .filter(|&index| placed[index].unit == Unit::Street && placed[index].at.is_some())
        .collect();
    let coords: Vec<Coord<f64>> = street.iter().filter_map(|&i| placed[i].at).collect();
    let spots = chained(&coords, f64::from(settings.spot_radius_m));
    for (&index, spot) in street.iter().zip(spots) {
        placed[index].spot_key = street[spot];
    }
    placed
}

/// What each area holds of one unit, its parts included.
pub fn holdings(tree: &AreaTree, placed: &[Placed], unit: Unit) -> Vec<Holding> {
    let mut held = vec![Holding::default(); tree.areas().len()];
    for place in placed.iter().filter(|p| p.unit == unit) {
        for index in tree.up_from(place.held_by) {
            held[index].add(place);
        }
    }
    held
}
