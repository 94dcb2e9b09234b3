//! Nights of Montpellier's size: what must come out does.

use super::city;
use super::city::{Dice, heading};
use crate::area::{AreaShape, AreaSources, AreaTree, Level};
use crate::disclosure::rings::{Rings, from_rings};
use crate::disclosure::verify::check;
use crate::disclosure::{
    CountedNight, ProvisionalFigures, Release, Settings, consolidate, provisional,
};
use crate::indicator::{CountedPlace, Unit};
use geo::{Area, BoundingRect, MultiPolygon};
use maraude_core::geography::contains;
use maraude_core::model::Coordinates;
use std::path::PathBuf;

/// How many nights; `MARAUDE_CITIES` asks for more, as of random cities.
fn nights(few: u64) -> u64 {
    let asked = std::env::var("MARAUDE_CITIES").ok();
    let asked = asked.and_then(|count| count.parse::<u64>().ok());
    asked.map_or(few, |count| count.clamp(few, 100))
}

/// The folder of real layers, where there is one.
fn geodata() -> Option<PathBuf> {
    let folder = std::env::var_os("MARAUDE_GEODATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    folder
        .join("mtp_quartiers_2014.geojson")
        .exists()
        .then_some(folder)
}

fn layer(folder: &std::path::Path, file: &str) -> Vec<AreaShape> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let root: serde_json::Value = serde_json::from_str(&text).unwrap();
    root["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| {
            let coordinates = feature["geometry"]["coordinates"].clone();
            let rings: Rings = if feature["geometry"]["type"] == "Polygon" {
                vec![serde_json::from_value(coordinates).unwrap()]
            } else {
                serde_json::from_value(coordinates).unwrap()
            };
            let properties = &feature["properties"];
            AreaShape {
                code: properties["code"].as_str().unwrap().to_owned(),
                name: properties["nom"].as_str().unwrap().to_owned(),
                residents: properties["population"].as_u64().map(|n| n as u32),
                boundary: from_rings(&rings),
            }
        })
        .collect()
}

fn real_tree(folder: &std::path::Path) -> AreaTree {
    let sources = AreaSources {
        code: "243400017".to_owned(),
        name: "Montpellier Méditerranée Métropole".to_owned(),
        communes: layer(folder, "m3m_communes_2018.geojson"),
        quartiers: layer(folder, "mtp_quartiers_2014.geojson"),
        sous_quartiers: layer(folder, "mtp_sous_quartiers_2014.geojson"),
    };
    AreaTree::build(&sources, 5_000).unwrap()
}

fn somewhere(dice: &mut Dice, boundary: &MultiPolygon<f64>) -> Coordinates {
    let bounds = boundary.bounding_rect().unwrap();
    loop {
        let here = Coordinates {
            longitude: bounds.min().x + dice.unit() * bounds.width(),
            latitude: bounds.min().y + dice.unit() * bounds.height(),
        };
        if contains(boundary, here) {
            return here;
        }
    }
}

/// 240 people in the street, 35 squats, 12 bidonvilles; 2 to 6 % of street people outside the
/// city, by turns; the centre holds about half of the city's.
fn night(tree: &AreaTree, city: &str, seed: u64) -> Vec<CountedPlace> {
    let mut dice = Dice::new(seed);
    let percent = 2 + (seed % 5) as u32;
    let of = |level: Level, parent: Option<&str>| -> Vec<usize> {
        (0..tree.areas().len())
            .filter(|&i| tree.areas()[i].level == level)
            .filter(|&i| {
                let above = tree.areas()[i]
                    .parent
                    .map(|p| tree.areas()[p].code.as_str());
                parent.is_none_or(|code| above == Some(code))
            })
            .collect()
    };
    let quartiers = of(Level::Quartier, Some(city));
    let others: Vec<usize> = of(Level::Commune, None)
        .into_iter()
        .filter(|&i| tree.areas()[i].code != city)
        .collect();
    let densest = *quartiers
        .iter()
        .max_by_key(|&&i| (tree.areas()[i].children.len(), i))
        .unwrap();
    let mut places = Vec::new();
    let mut put = |dice: &mut Dice, unit, index: usize, people| {
        let place = somewhere(dice, &tree.areas()[index].boundary);
        places.push(city::counted(unit, Some(place), people));
    };
    let (mut left, mut outside) = (240_u32, 240 * percent / 100);
    while left > 0 {
        let mut people = dice.group().min(left);
        let index = if outside > 0 {
            people = people.min(outside);
            outside -= people;
            others[dice.below(others.len() as u64) as usize]
        } else if dice.below(2) == 0 {
            densest
        } else {
            quartiers[dice.below(quartiers.len() as u64) as usize]
        };
        left -= people;
        put(&mut dice, Unit::Street, index, people);
    }
    for (unit, number) in [(Unit::Squat, 35), (Unit::Bidonville, 12)] {
        for _ in 0..number {
            let index = if dice.below(100) < 15 {
                others[dice.below(others.len() as u64) as usize]
            } else {
                quartiers[dice.below(quartiers.len() as u64) as usize]
            };
            let people = 5 + dice.below(40) as u32;
            put(&mut dice, unit, index, people);
        }
    }
    places
}

fn shown(release: &Release, level: Level, unit: Unit) -> usize {
    release
        .published()
        .areas
        .iter()
        .filter(|area| area.level == level)
        .filter(|area| area.figures.get(&unit).is_some_and(|f| f.shown().is_some()))
        .count()
}

/// The figure of 2 a.m.: three quarters of the rounds are in.
fn at_two(tree: &AreaTree) -> Release {
    let figures = ProvisionalFigures {
        people: 228,
        low: 219,
        high: 251,
        rounds_in: 9,
        rounds_expected: 12,
    };
    provisional(heading(1), tree, figures, &Settings::default()).unwrap()
}

/// How many of these nights show the perimeter, the city and enough quartiers, after a provisional
/// figure; every night is attacked together with it.
fn nights_come_out(tree: &AreaTree, city: &str, nights: u64, quartiers: usize) {
    let walked = [
        MultiPolygon(Vec::new()),
        tree.areas()[tree.index(city).unwrap()].boundary.clone(),
        tree.areas()[AreaTree::ROOT].boundary.clone(),
    ];
    let before = [at_two(tree).published().clone()];
    let (mut come_out, mut leaves, mut parts) = (0, 0, 0);
    for seed in 0..nights {
        let places = night(tree, city, seed);
        let night = CountedNight {
            places: &places,
            walked: &walked[(seed / 5 % 3) as usize],
        };
        let release = consolidate(heading(2), tree, night, &Settings::default()).unwrap();
        let published = release.published();
        assert_eq!(check(published, &before), vec![], "night {seed}");
        let perimeter = &tree.areas()[AreaTree::ROOT].code;
        let totals = [Unit::Street, Unit::Squat, Unit::Bidonville]
            .into_iter()
            .all(|unit| {
                let told = |code: &str| published.figure(code, unit).unwrap().shown().is_some();
                told(perimeter) && told(city)
            });
        let enough = shown(&release, Level::Quartier, Unit::Street) >= quartiers;
        come_out += u32::from(totals && enough);
        leaves += shown(&release, Level::Leaf, Unit::Street);
        parts += shown(&release, Level::SousQuartier, Unit::Street);
    }
    println!(
        "{nights} nights of 240 people, 2 to 6 % outside the city, after a provisional figure: \
         perimeter, city and at least {quartiers} quartiers in {come_out}; on average {} \
         sous-quartiers and {} leaves shown",
        parts / nights as usize,
        leaves / nights as usize
    );
    assert!(
        u64::from(come_out) * 100 >= nights * 95,
        "only {come_out} of {nights}"
    );
}

/// The demo's shape: eight sectors of about 700 m round the centre, 220 people in the street.
fn demo_leaves(tree: &AreaTree, centre: Coordinates, nights: u64) -> usize {
    let ground = MultiPolygon(Vec::new());
    let shape = |seed: u64| {
        let mut dice = Dice::new(seed + 1_000);
        let mut places = Vec::new();
        let mut left = 220_u32;
        while left > 0 {
            let people = dice.group().min(left);
            left -= people;
            let sector = dice.below(8);
            let (column, row) = ((sector % 4) as f64 - 2.0, (sector / 4) as f64 - 1.0);
            let here = Coordinates {
                longitude: centre.longitude + (column + dice.unit()) * 0.0087,
                latitude: centre.latitude + (row + dice.unit()) * 0.0063,
            };
            places.push(city::counted(Unit::Street, Some(here), people));
        }
        let night = CountedNight {
            places: &places,
            walked: &ground,
        };
        let release = consolidate(heading(1), tree, night, &Settings::default()).unwrap();
        shown(&release, Level::Leaf, Unit::Street)
    };
    let all: Vec<usize> = (0..nights).map(shape).collect();
    println!("leaves of demo nights: {all:?}");
    all.into_iter().min().unwrap()
}

#[test]
fn an_invented_city_of_that_size_shows_perimeter_city_and_quartiers() {
    nights_come_out(&city::tree(), "V", nights(20), 5);
    assert!(demo_leaves(&city::tree(), city::at(7_000.0, 8_000.0), 20) >= 6);
}

#[test]
fn montpellier_shows_perimeter_city_and_five_of_seven_quartiers() {
    let Some(folder) = geodata() else {
        println!("no real layers here (MARAUDE_GEODATA): skipped");
        return;
    };
    let tree = real_tree(&folder);
    let of = |level| tree.areas().iter().filter(|a| a.level == level).count();
    println!("{} communes or groups", of(Level::Commune));
    assert_eq!((of(Level::Quartier), of(Level::SousQuartier)), (7, 31));
    let whole = tree.areas()[0].shape.unsigned_area() / 1e6;
    assert!((whole - 439.24).abs() < 2.0, "{whole} km²");
    nights_come_out(&tree, "34172", nights(100), 5);
    let comedie = Coordinates {
        longitude: 3.8795,
        latitude: 43.6085,
    };
    assert!(demo_leaves(&tree, comedie, 20) >= 6);
}
