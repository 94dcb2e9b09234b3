//! Nights of any size with known truth, to judge linkage: who was met by whom, and written down how.
//!
//! The ground grows with the people, so that a night of 100,000 is a larger city and not a denser
//! crowd. Every parameter of a world is drawn from a range: nothing may be tuned to one world. It
//! needs neither forms nor server; `cargo xtask simulate` and the engine's tests drive it. The
//! nights of the demo are `population`'s: another generator, through the real forms.

pub mod arrivals;
pub mod ceiling;
mod filing;
mod ground;
pub mod judge;
pub mod measure;
mod people;
mod table;
mod walk;
mod world;

pub use table::{save, write_csv};
pub use world::World;

use crate::dice::Dice;
use maraude_core::model::{ObservationId, TimestampMs};
use maraude_linkage::LinkageObservation;
use std::collections::HashMap;

/// A night and its truth.
pub struct Night {
    /// What was drawn for this world.
    pub world: World,
    /// What the teams wrote down.
    pub observations: Vec<LinkageObservation>,
    /// Who is in each slot of an observation; none where a team counted somebody who is not there.
    pub truth: HashMap<ObservationId, Vec<Option<u32>>>,
    /// Sectors.
    pub sectors: usize,
    /// People who sleep there, met or not.
    pub people: usize,
}

/// 22:00 on the night of 22 January 2026, in French winter time.
pub(crate) const START_MS: TimestampMs = 1_769_115_600_000;

impl Night {
    /// Draws a night of about so many people.
    pub fn draw(people: u32, seed: u64) -> Self {
        Self::draw_several(people, 1, seed)
    }

    /// The same people on so many nights in a row.
    pub fn draw_several(people: u32, nights: u32, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let world = World::draw(&mut dice);
        let everybody = people::draw(&world, people, &mut dice.fork());
        let mut ground = ground::Ground::draw(&world, &everybody, &mut dice.fork());
        let mut made = Self {
            people: everybody.people.len(),
            sectors: ground.sectors.len(),
            observations: Vec::new(),
            truth: HashMap::new(),
            world: world.clone(),
        };
        for night in 0..nights {
            if night > 0 {
                ground.next_night(&world, &mut dice.fork());
            }
            let meetings = walk::meetings(&world, &ground, &mut dice.fork());
            let met = (meetings.as_slice(), night);
            let filed = filing::file(&world, &everybody, &ground, met, &mut dice.fork());
            made.observations.extend(filed.observations);
            made.truth.extend(filed.truth);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Slots, people seen, doubles as a share of slots.
    fn told(of: &Night) -> (usize, usize, f64) {
        let slots: usize = of.truth.values().map(Vec::len).sum();
        let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
        for who in of.truth.values().flatten().flatten() {
            *seen.entry(*who).or_default() += 1;
        }
        let doubles = slots - seen.len();
        (slots, seen.len(), doubles as f64 / slots as f64)
    }

    #[test]
    fn the_same_seed_draws_the_same_night() {
        let (one, same, other) = (
            Night::draw(300, 5),
            Night::draw(300, 5),
            Night::draw(300, 6),
        );
        assert_eq!(one.observations, same.observations);
        assert_ne!(one.observations, other.observations);
    }

    #[test]
    fn a_night_has_doubles_whatever_its_size() {
        for (people, seed) in [
            (500, 1),
            (500, 2),
            (500, 3),
            (2_000, 4),
            (2_000, 5),
            (8_000, 6),
        ] {
            let night = Night::draw(people, seed);
            let (slots, seen, doubles) = told(&night);
            assert!(
                seen * 10 >= night.people * 5,
                "seed {seed}: {seen} of {}",
                night.people
            );
            assert!(slots <= night.people * 2, "seed {seed}");
            assert!((0.03..0.40).contains(&doubles), "seed {seed}: {doubles}");
            let mean = night.people as f64 / night.sectors as f64;
            assert!(
                (10.0..60.0).contains(&mean),
                "seed {seed}: {mean} people a sector"
            );
        }
    }

    #[test]
    fn a_larger_night_is_not_a_denser_one() {
        let spread = |people: u32| {
            let night = Night::draw(people, 11);
            let norths: Vec<f64> = night
                .observations
                .iter()
                .filter_map(|of| of.place.map(|place| place.coordinates.latitude))
                .collect();
            let low = norths.iter().copied().fold(f64::INFINITY, f64::min);
            norths.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low
        };
        let ratio = spread(8_000) / spread(500);
        assert!(
            (2.5..6.5).contains(&ratio),
            "16 times the people, {ratio} times the side"
        );
    }
}
