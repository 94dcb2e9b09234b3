//! An invented city and invented nights, drawn from a seed.

use crate::area::{AreaShape, AreaSources, AreaTree};
use crate::attribute::{Gender, Household, Profile};
use crate::disclosure::{CountedNight, Heading, Release, Settings, consolidate};
use crate::indicator::{CountedPlace, Unit};
use crate::plane::Plane;
use geo::{Coord, MultiPolygon, Rect};
use maraude_core::model::{Coordinates, SleepingPlace};

/// xorshift64*: enough for tests.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit.max(1)
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mostly men alone in open places, of whom a third is known by sight only.
    pub fn profile(&mut self) -> Profile {
        let ages = ["0-17", "18-24", "25-39", "40-54", "55-69", "70+"];
        let age = ages[[0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5][self.below(12) as usize]];
        let place = match self.below(8) {
            0..=3 => SleepingPlace::Street,
            4 => SleepingPlace::Tent,
            5 => SleepingPlace::Vehicle,
            _ => SleepingPlace::Station,
        };
        let met = self.below(3) > 0;
        Profile {
            age: age.parse().ok().filter(|_| met),
            gender: match self.below(10) {
                0 => None,
                1 => Some(Gender::Woman),
                _ => Some(Gender::Man),
            },
            household: met.then_some(match self.below(12) {
                0 => Household::Couple,
                1 => Household::Family,
                2 | 3 => Household::Group,
                _ => Household::Alone,
            }),
            sleeping_place: (self.below(9) > 0).then_some(place),
            duration: None,
        }
    }

    /// Sizes of street groups: mostly one.
    pub fn group(&mut self) -> u32 {
        match self.below(20) {
            0..=13 => 1,
            14..=16 => 2,
            17 => 3,
            18 => 4,
            _ => 5 + self.below(6) as u32,
        }
    }
}

/// South-west corner of the invented city in the plane, off the grid on purpose.
pub const CORNER: Coord<f64> = Coord {
    x: 3_831_437.0,
    y: 2_292_819.0,
};

fn block(x: f64, y: f64, wide: f64, high: f64) -> MultiPolygon<f64> {
    let low = Coord {
        x: CORNER.x + x,
        y: CORNER.y + y,
    };
    let high = Coord {
        x: low.x + wide,
        y: low.y + high,
    };
    Plane::new().unproject(&MultiPolygon(vec![Rect::new(low, high).to_polygon()]))
}

fn shape(code: &str, residents: u32, boundary: MultiPolygon<f64>) -> AreaShape {
    AreaShape {
        code: code.to_owned(),
        name: format!("Lieu {code}"),
        residents: Some(residents),
        boundary,
    }
}

/// Twelve communes of 4 km around a city of 8 km by 8 km with 8 quartiers of 2 sous-quartiers.
pub fn sources() -> AreaSources {
    let mut communes = vec![shape(
        "V",
        200_000,
        block(4_000.0, 4_000.0, 8_000.0, 8_000.0),
    )];
    let mut number: u32 = 0;
    for row in 0..4_u32 {
        for column in 0..4_u32 {
            if (1..3).contains(&row) && (1..3).contains(&column) {
                continue;
            }
            number += 1;
            let residents = if number.is_multiple_of(3) {
                2_000
            } else {
                8_000
            };
            let (x, y) = (f64::from(column) * 4_000.0, f64::from(row) * 4_000.0);
            let name = format!("C{number:02}");
            communes.push(shape(&name, residents, block(x, y, 4_000.0, 4_000.0)));
        }
    }
    let (mut quartiers, mut parts) = (Vec::new(), Vec::new());
    for index in 0..8_u32 {
        let x = 4_000.0 + f64::from(index % 4) * 2_000.0;
        let y = 4_000.0 + f64::from(index / 4) * 4_000.0;
        quartiers.push(shape(
            &format!("Q{index}"),
            25_000,
            block(x, y, 2_000.0, 4_000.0),
        ));
        for half in 0..2 {
            let code = format!("Q{index}{}", ["a", "b"][half]);
            let y = y + half as f64 * 2_000.0;
            parts.push(shape(&code, 12_000, block(x, y, 2_000.0, 2_000.0)));
        }
    }
    AreaSources {
        code: "P".to_owned(),
        name: "Le périmètre".to_owned(),
        communes,
        quartiers,
        sous_quartiers: parts,
    }
}

/// A city like [`sources`] with fewer communes, other numbers of residents, fewer parts.
pub fn random_sources(dice: &mut Dice) -> AreaSources {
    let mut drawn = sources();
    for _ in 0..dice.below(7) {
        let last = drawn.communes.len() as u64 - 1;
        drawn.communes.remove(1 + dice.below(last) as usize);
    }
    for commune in drawn.communes.iter_mut().skip(1) {
        commune.residents = Some(500 + dice.below(15_000) as u32);
    }
    if dice.below(4) == 0 {
        drawn.sous_quartiers.clear();
    }
    if dice.below(8) == 0 {
        drawn.quartiers.clear();
        drawn.sous_quartiers.clear();
    }
    drawn
}

pub fn tree() -> AreaTree {
    AreaTree::build(&sources(), Settings::default().commune_minimum_residents).unwrap()
}

/// A place of the plane, in degrees, metres east and north of the city's corner.
pub fn at(x: f64, y: f64) -> Coordinates {
    Plane::new()
        .degrees(Coord {
            x: CORNER.x + x,
            y: CORNER.y + y,
        })
        .unwrap()
}

pub fn counted(unit: Unit, coordinates: Option<Coordinates>, people: u32) -> CountedPlace {
    CountedPlace {
        unit,
        coordinates,
        within: None,
        people_at_least: people,
        people_at_most: people + people / 4,
        profile: Profile::default(),
    }
}

/// A night: street people mostly in the city and mostly in a few streets, some unplaced; squats
/// and bidonvilles.
pub fn night(seed: u64, street: u32) -> Vec<CountedPlace> {
    let mut dice = Dice::new(seed);
    let mut told = Dice::new(seed ^ 0x5eed);
    let mut places = Vec::new();
    let mut left = street;
    let outside = dice.below(10);
    while left > 0 {
        let people = dice.group().min(left);
        left -= people;
        let coordinates = if dice.below(100) < 2 {
            None
        } else if dice.below(100) < outside {
            Some(at(dice.unit() * 16_000.0, dice.unit() * 16_000.0))
        } else {
            let narrow = if dice.below(3) == 0 { 8_000.0 } else { 3_000.0 };
            Some(at(
                4_500.0 + dice.unit() * (narrow - 600.0),
                4_500.0 + dice.unit() * narrow,
            ))
        };
        let mut place = counted(Unit::Street, coordinates, people);
        place.profile = told.profile();
        places.push(place);
    }
    let sites = [
        (Unit::Squat, 35, 60),
        (Unit::Bidonville, 12, 90),
        (Unit::Partner, 4, 40),
    ];
    for (unit, number, size) in sites {
        for _ in 0..dice.below(number + 1) {
            let wide = if dice.below(8) == 0 {
                16_000.0
            } else {
                7_900.0
            };
            let from = if wide > 8_000.0 { 0.0 } else { 4_050.0 };
            let place = at(from + dice.unit() * wide, from + dice.unit() * wide);
            places.push(counted(unit, Some(place), 1 + dice.below(size) as u32));
        }
    }
    places
}

/// The ground walked: nothing, the city, or everything.
pub fn walked(choice: u64) -> MultiPolygon<f64> {
    match choice % 3 {
        0 => MultiPolygon(Vec::new()),
        1 => block(3_900.0, 3_900.0, 8_200.0, 8_200.0),
        _ => block(-100.0, -100.0, 16_200.0, 16_200.0),
    }
}

pub fn heading(number: u32) -> Heading {
    Heading {
        campaign: "Nuit inventée".to_owned(),
        nights: vec!["2026-01-22".to_owned()],
        exercise: true,
        number,
    }
}

pub fn release(places: &[CountedPlace], ground: &MultiPolygon<f64>) -> Release {
    let night = CountedNight {
        places,
        walked: ground,
    };
    consolidate(heading(1), &tree(), night, &Settings::default()).unwrap()
}
