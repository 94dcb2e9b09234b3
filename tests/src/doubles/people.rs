//! Who sleeps in the street: households, what may be seen of them and told by them. Invented.

use super::World;
use crate::dice::Dice;
use maraude_linkage::{Gender, Household};

/// Somebody.
#[derive(Debug, Clone)]
pub(super) struct Somebody {
    pub gender: Gender,
    pub age: f64,
    pub language: &'static str,
    /// Things that strike, by index of [`MARKS`], each with a colour.
    pub marks: Vec<(usize, usize)>,
    /// What the keyed pseudonym would be, if it is given.
    pub pseudonym: Option<u32>,
}

/// People who sleep in one place together.
#[derive(Debug, Clone)]
pub(super) struct Stay {
    /// Who, by index.
    pub people: Vec<u32>,
    pub household: Household,
    pub shelter: Shelter,
    pub dogs: u32,
    pub tents: u32,
    /// They rarely answer.
    pub shy: bool,
}

/// Where they sleep, as the format codes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shelter {
    Open,
    Tent,
    Vehicle,
    Squat,
    Hut,
    CarPark,
    Hall,
}

impl Shelter {
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "none",
            Self::Tent => "tent",
            Self::Vehicle => "vehicle",
            Self::Squat => "squat",
            Self::Hut => "hut",
            Self::CarPark => "carpark",
            Self::Hall => "hall",
        }
    }

    /// Chance to be seen by a team that comes by, against that of somebody in the open.
    pub fn visible(self) -> f64 {
        match self {
            Self::Open => 1.0,
            Self::Tent => 0.98,
            Self::Hut => 0.92,
            Self::Vehicle | Self::CarPark => 0.75,
            Self::Squat => 0.70,
            Self::Hall => 0.62,
        }
    }
}

pub(super) const SHELTERS: [(Shelter, f64); 7] = [
    (Shelter::Open, 0.52),
    (Shelter::Tent, 0.13),
    (Shelter::Vehicle, 0.09),
    (Shelter::Squat, 0.08),
    (Shelter::Hut, 0.03),
    (Shelter::CarPark, 0.06),
    (Shelter::Hall, 0.09),
];

/// One thing that strikes.
pub(super) struct Thing {
    /// Words for it: a team takes the first, sometimes another.
    pub usual: &'static [&'static str],
    /// Words for it that no list of the engine knows: each world uses some.
    pub own: &'static [&'static str],
    /// It has a colour.
    pub coloured: bool,
}

const fn thing(usual: &'static [&'static str], own: &'static [&'static str]) -> Thing {
    Thing {
        usual,
        own,
        coloured: false,
    }
}

const fn coloured(usual: &'static [&'static str], own: &'static [&'static str]) -> Thing {
    Thing {
        usual,
        own,
        coloured: true,
    }
}

pub(super) const MARKS: [Thing; 28] = [
    coloured(
        &["veste", "blouson", "manteau"],
        &["caban", "polaire", "perfecto"],
    ),
    coloured(&["bonnet", "bonnet de laine"], &["cagoule", "chapka"]),
    coloured(&["casquette"], &["béret", "visière"]),
    coloured(&["écharpe", "foulard"], &["cache-cou", "chèche"]),
    coloured(&["duvet", "sac de couchage"], &["sarcophage"]),
    coloured(&["couverture", "plaid"], &["couette", "édredon"]),
    coloured(&["sac à dos", "gros sac"], &["baluchon", "besace"]),
    coloured(&["valise", "valise à roulettes"], &["trolley"]),
    thing(&["barbe", "barbu"], &["collier de poils"]),
    thing(&["lunettes"], &["binocles"]),
    thing(&["caddie", "chariot"], &["charrette"]),
    thing(&["béquilles", "bequille"], &["cannes anglaises"]),
    thing(&["fauteuil roulant"], &["chaise roulante"]),
    thing(&["tatouage cou", "tatoué au cou"], &["dessin nuque"]),
    thing(&["tatouage main"], &["dessin poignet"]),
    thing(&["cheveux longs"], &["tignasse"]),
    thing(&["crâne rasé", "chauve"], &["boule à zéro"]),
    thing(&["dreadlocks", "locks"], &["rastas"]),
    thing(&["guitare"], &["instrument"]),
    coloured(&["vélo", "bicyclette"], &["VTT"]),
    thing(&["cicatrice joue"], &["balafre"]),
    thing(&["bras plâtré", "plâtre au bras"], &["attelle"]),
    thing(&["trottinette"], &["patinette"]),
    coloured(&["parapluie"], &["ombrelle"]),
    thing(&["pansement main"], &["bandage"]),
    thing(&["boite", "boîte pour la quête"], &["gobelet"]),
    thing(&["matelas", "carton et matelas"], &["paillasse"]),
    thing(&["poussette"], &["landau"]),
];
const FAMILIAR: [f64; 28] = [
    10.0, 8.0, 5.0, 3.0, 7.0, 6.0, 8.0, 4.0, 9.0, 5.0, 3.0, 2.0, 1.0, 1.0, 1.0, 3.0, 2.0, 1.0, 1.0,
    2.0, 0.6, 0.6, 0.6, 1.0, 0.8, 0.8, 2.0, 0.5,
];
pub(super) const COLOURS: [&str; 8] = [
    "noir", "bleu", "gris", "rouge", "vert", "marron", "blanc", "jaune",
];
const LANGUAGES: [&str; 14] = [
    "fr", "ar", "ro", "en", "es", "pl", "bg", "ka", "ti", "sq", "pt", "uk", "ps", "so",
];

/// Everybody, and the stays they form.
pub(super) struct Everybody {
    pub people: Vec<Somebody>,
    pub stays: Vec<Stay>,
}

pub(super) fn draw(world: &World, number: u32, dice: &mut Dice) -> Everybody {
    // Each world speaks its own mix.
    let french = dice.between(0.40, 0.65);
    let languages: Vec<(&'static str, f64)> = LANGUAGES
        .iter()
        .enumerate()
        .map(|(rank, &code)| {
            let share = dice.between(0.5, 1.5) / (rank as f64 + 0.5);
            (code, if rank == 0 { french * 8.0 } else { share })
        })
        .collect();
    let marks: Vec<(usize, f64)> = FAMILIAR.iter().copied().enumerate().collect();
    let mut made = Everybody {
        people: Vec::new(),
        stays: Vec::new(),
    };
    while made.people.len() < number as usize {
        let stay = stay(world, &mut made.people, (&languages, &marks), dice);
        made.stays.push(stay);
    }
    made
}

type Mix<'a> = (&'a [(&'static str, f64)], &'a [(usize, f64)]);

fn stay(world: &World, people: &mut Vec<Somebody>, mix: Mix<'_>, dice: &mut Dice) -> Stay {
    let shelter = dice.weighted(&SHELTERS);
    let household = if dice.chance(world.together) {
        dice.weighted(&[
            (Household::Couple, 0.35),
            (Household::Family, 0.15),
            (Household::Group, 0.50),
        ])
    } else {
        Household::Alone
    };
    let others = match household {
        Household::Alone => 0,
        Household::Couple => 1,
        Household::Family => dice.whole(1, 4),
        Household::Group => dice.weighted(&[(1, 0.42), (2, 0.30), (3, 0.16), (5, 0.12)]),
    };
    let first = people.len() as u32;
    let head = adult(world, mix, dice);
    people.push(head.clone());
    for member in 0..others {
        let mut next = adult(world, mix, dice);
        if dice.chance(0.8) {
            next.language = head.language;
        }
        match household {
            Household::Couple if dice.chance(0.9) => {
                next.gender = opposite(head.gender);
                next.age = (head.age + 5.0 * dice.normal()).clamp(18.0, 80.0);
            }
            Household::Family if member > 0 || dice.chance(0.4) => {
                next.age = dice.between(0.0, 17.9);
                next.gender = if dice.chance(0.5) {
                    Gender::Woman
                } else {
                    Gender::Man
                };
            }
            Household::Family => next.gender = opposite(head.gender),
            _ => {}
        }
        people.push(next);
    }
    let number = people.len() as u32 - first;
    Stay {
        people: (first..first + number).collect(),
        household,
        shelter,
        dogs: if dice.chance(world.dogs) {
            dice.whole(1, 2)
        } else {
            0
        },
        tents: if shelter == Shelter::Tent {
            1 + (number - 1) / 3
        } else {
            0
        },
        shy: dice.chance(world.refuses),
    }
}

fn opposite(gender: Gender) -> Gender {
    if gender == Gender::Man {
        Gender::Woman
    } else {
        Gender::Man
    }
}

fn adult(world: &World, (languages, marks): Mix<'_>, dice: &mut Dice) -> Somebody {
    let mut worn = Vec::new();
    for _ in 0..3 {
        if dice.chance(world.marked) {
            let mark = dice.weighted(marks);
            if !worn.iter().any(|(other, _)| *other == mark) {
                worn.push((mark, dice.whole(0, COLOURS.len() as u32 - 1) as usize));
            }
        }
    }
    Somebody {
        gender: if dice.chance(world.women) {
            Gender::Woman
        } else {
            Gender::Man
        },
        age: (39.0 + 13.0 * dice.normal()).clamp(18.0, 80.0),
        language: dice.weighted(languages),
        marks: worn,
        pseudonym: dice
            .chance(world.pseudonym)
            .then(|| dice.whole(0, 400_000_000)),
    }
}
