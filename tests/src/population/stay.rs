//! Stays: where people sleep tonight, and where some of them move to.

use super::World;
use super::ground::{Ground, Metres};
use super::people::{Person, adult, child, companion};
use crate::dice::Dice;
use maraude_core::model::SleepingPlace;

/// One stay.
#[derive(Debug, Clone)]
pub struct Stay {
    /// Who, by index.
    pub people: Vec<u32>,
    /// Household code.
    pub household: &'static str,
    /// Where.
    pub at: Metres,
    /// What kind of place.
    pub place: SleepingPlace,
    /// Tents.
    pub tents: u32,
    /// Dogs.
    pub dogs: u32,
    /// They leave at this second of the night for another place.
    pub moves: Option<(u32, Metres)>,
}

impl Stay {
    /// Where they are at a second of the night.
    pub fn at(&self, second: u32) -> Metres {
        match self.moves {
            Some((from, there)) if second >= from => there,
            _ => self.at,
        }
    }
}

const PLACES: [(SleepingPlace, f64); 11] = [
    (SleepingPlace::Street, 0.27),
    (SleepingPlace::Doorway, 0.20),
    (SleepingPlace::Square, 0.10),
    (SleepingPlace::Park, 0.09),
    (SleepingPlace::Tent, 0.09),
    (SleepingPlace::Vehicle, 0.06),
    (SleepingPlace::CarPark, 0.05),
    (SleepingPlace::Station, 0.05),
    (SleepingPlace::CommonParts, 0.04),
    (SleepingPlace::Bridge, 0.03),
    (SleepingPlace::OnTheMove, 0.02),
];

/// A stay "near the border" is at most so far from it, metres.
const BORDER_M: f64 = 35.0;
/// People sleep next to others: share of stays within a few metres of an earlier one.
const BESIDE_ANOTHER: f64 = 0.22;
/// The night, seconds.
pub(super) const NIGHT_S: u32 = 4 * 3600;

pub(super) fn draw(
    ground: &Ground,
    world: &World,
    number: u32,
    people: &mut Vec<Person>,
    dice: &mut Dice,
) -> Vec<Stay> {
    let weights: Vec<(usize, f64)> = ground
        .sectors
        .iter()
        .enumerate()
        .filter(|(_, sector)| !sector.empty)
        .map(|(index, _)| (index, dice.between(0.6, 1.6)))
        .collect();
    let mut stays: Vec<Stay> = Vec::new();
    for _ in 0..number {
        let near = (!stays.is_empty() && dice.chance(BESIDE_ANOTHER)).then(|| dice.pick(&stays).at);
        let at = if let Some(near) = near {
            near.plus(6.0 * dice.normal(), 6.0 * dice.normal())
        } else {
            let border = dice.chance(world.border);
            somewhere(ground, dice.weighted(&weights), border, dice)
        };
        let (members, household) = together(world, people, dice);
        let place = dice.weighted(&PLACES);
        let tents = if place == SleepingPlace::Tent {
            1 + (members.len() as u32 - 1) / 3
        } else {
            0
        };
        let dogs = if dice.chance(0.11) {
            dice.whole(1, 2)
        } else {
            0
        };
        let moves = dice.chance(world.moves).then(|| {
            let far = 80.0 + dice.exponential(350.0);
            let angle = dice.between(0.0, std::f64::consts::TAU);
            let there = at.plus(far * angle.cos(), far * angle.sin());
            (dice.whole(NIGHT_S / 6, NIGHT_S * 5 / 6), there)
        });
        stays.push(Stay {
            people: members,
            household,
            at,
            place,
            tents,
            dogs,
            moves,
        });
    }
    stays
}

fn somewhere(ground: &Ground, sector: usize, border: bool, dice: &mut Dice) -> Metres {
    let shape = &ground.sectors[sector];
    let corners = shape.corners();
    let range = |of: fn(&Metres) -> f64| {
        let values: Vec<f64> = corners.iter().map(of).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (
            low,
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    };
    let (east, north) = (range(|m| m.east), range(|m| m.north));
    let shared = |at: Metres| {
        ground
            .sectors
            .iter()
            .enumerate()
            .any(|(index, other)| index != sector && other.border_m(at) <= BORDER_M)
    };
    loop {
        let at = Metres {
            east: dice.between(east.0, east.1),
            north: dice.between(north.0, north.1),
        };
        if shape.holds(at) && (!border || shared(at)) {
            return at;
        }
    }
}

fn together(world: &World, people: &mut Vec<Person>, dice: &mut Dice) -> (Vec<u32>, &'static str) {
    let mut members = vec![people.len() as u32];
    let first = adult(world, dice);
    people.push(first.clone());
    let mut join = |people: &mut Vec<Person>, person: Person| {
        members.push(people.len() as u32);
        people.push(person);
    };
    let household = if dice.chance(world.together) {
        dice.weighted(&[("couple", 0.25), ("family", 0.12), ("group", 0.63)])
    } else {
        "alone"
    };
    match household {
        "couple" => join(people, companion(world, &first, true, dice)),
        "family" => {
            if dice.chance(0.6) {
                join(people, companion(world, &first, true, dice));
            }
            for _ in 0..dice.whole(1, 3) {
                join(people, child(&first, dice));
            }
        }
        "group" => {
            let others = dice.weighted(&[(1, 0.5), (2, 0.28), (3, 0.13), (5, 0.09)]);
            for _ in 0..others {
                join(people, companion(world, &first, false, dice));
            }
        }
        _ => {}
    }
    (members, household)
}
