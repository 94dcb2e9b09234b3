//! Parts of a territory made of sectors, for people who work on figures and may not see small cells.
//!
//! It must never pass a part by its number of people alone: a part with one place points at it.
//! `server/src/publication` calls it for comparisons; what it lets through is rounded there, because
//! sectors do not nest in the areas of releases.

use super::gathering::chained;
use super::settings::Settings;
use crate::indicator::{CountedPlace, Unit};
use crate::plane::Plane;
use geo::Coord;

/// People, and how they spread over spots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// People.
    pub people: u32,
    /// Spots they are at.
    pub spots: u32,
    /// People at the largest.
    pub largest: u32,
}

impl Spread {
    /// Of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            spots: self.spots + other.spots,
            largest: self.largest.max(other.largest),
        }
    }

    fn passes(self, people: u32, spots: u32, share_percent: u32) -> bool {
        self.people >= people
            && self.spots >= spots
            && u64::from(self.largest) * 100 <= u64::from(self.people) * u64::from(share_percent)
    }

    /// The rule of leaves.
    pub fn passes_as_leaf(self, settings: &Settings) -> bool {
        self.passes(
            settings.leaf_minimum_people,
            settings.leaf_minimum_spots,
            settings.maximum_share_percent,
        )
    }

    /// The rule of squats, bidonvilles and partners.
    pub fn passes_as_sites(self, settings: &Settings) -> bool {
        self.passes(
            settings.site_minimum_people,
            settings.site_minimum_spots,
            settings.maximum_share_percent,
        )
    }
}

/// Whether how many people two campaigns counted on common ground may be told at all: they are no small
/// number, nor is what they leave of the whole.
pub fn is_ground_told(here: [Spread; 2], elsewhere: [Spread; 2], settings: &Settings) -> bool {
    let stands = |spread: &Spread| spread.passes_as_leaf(settings);
    here.iter().all(stands) && elsewhere.iter().all(|of| of.people == 0 || stands(of))
}

/// Which parts are told of two campaigns: those that pass both times, while what is withheld passes
/// together; else the smallest that is told goes with it.
pub fn told_parts(parts: &[[Spread; 2]], settings: &Settings) -> Vec<bool> {
    let passes = |part: &[Spread; 2]| part.iter().all(|one| one.passes_as_leaf(settings));
    let mut told: Vec<bool> = parts.iter().map(passes).collect();
    loop {
        let mut withheld = [Spread::default(); 2];
        for (part, _) in parts.iter().zip(&told).filter(|(_, told)| !**told) {
            withheld = [withheld[0].and(part[0]), withheld[1].and(part[1])];
        }
        let nobody = withheld == [Spread::default(); 2];
        if nobody || passes(&withheld) {
            return told;
        }
        let shown = (0..parts.len()).filter(|number| told[*number]);
        let smallest = shown.min_by_key(|number| {
            let [before, after] = parts[*number];
            (before.people.min(after.people), *number)
        });
        match smallest {
            Some(number) => told[number] = false,
            None => return told,
        }
    }
}

/// The spot of each counted place in the street, by the smallest index among its members; none of
/// others, nor where no tablet, pin or known place tells.
pub fn spots(places: &[CountedPlace], settings: &Settings) -> Vec<Option<usize>> {
    let plane = Plane::new();
    let street = places.iter().enumerate();
    let street: Vec<(usize, Coord<f64>)> = street
        .filter(|(_, place)| place.unit == Unit::Street)
        .filter_map(|(number, place)| Some((number, plane.metres(place.coordinates?)?)))
        .collect();
    let coords: Vec<Coord<f64>> = street.iter().map(|(_, at)| *at).collect();
    let mut found = vec![None; places.len()];
    let spots = chained(&coords, f64::from(settings.spot_radius_m));
    for ((number, _), spot) in street.iter().zip(spots) {
        found[*number] = Some(street[spot].0);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(people: u32, spots: u32) -> Spread {
        Spread {
            people,
            spots,
            largest: people.div_ceil(spots.max(1)),
        }
    }

    #[test]
    fn a_part_is_told_where_it_passes_both_times_and_none_can_be_subtracted() {
        let check = |parts: &[[Spread; 2]], expected: &[bool]| {
            assert_eq!(told_parts(parts, &Settings::default()), expected);
        };
        check(&[[of(40, 9); 2], [of(30, 8); 2]], &[true, true]);
        // Few people, or few spots, either time; alone it would be the rest: the smallest goes too.
        let few = [of(40, 9), of(7, 4)];
        check(
            &[[of(40, 9); 2], few, [of(30, 8); 2]],
            &[true, false, false],
        );
        let one_spot = [of(40, 1), of(40, 9)];
        check(&[[of(50, 9); 2], one_spot], &[false, false]);
        check(&[few], &[false]);
        // Two that pass together stay alone.
        let half = [of(8, 2); 2];
        check(&[[of(50, 9); 2], half, half], &[true, false, false]);
        check(&[[of(50, 9); 2], [Spread::default(); 2]], &[true, false]);
        check(&[], &[]);
    }
}
