//! Nights of Montpellier's size: what must come out does.

use super::city;
use super::city::{Dice, heading};
use crate::area::{AreaShape, AreaSources, AreaTree, Level};
use crate::disclosure::rings::{Rings, from_rings};
use crate::disclosure::{CountedNight, Release, Settings, consolidate};
use crate::indicator::{CountedPlace, Unit};
use geo::{Area, BoundingRect, MultiPolygon};
use maraude_core::geography::contains;
use maraude_core::model::Coordinates;
use std::path::PathBuf;

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

/// 240 people in the street, 35 squats, 12 bidonvilles; 4 % of street people outside the city;
/// the centre holds about half of the city's.
fn night(tree: &AreaTree, city: &str, seed: u64) -> Vec<CountedPlace> {
    let mut dice = Dice::new(seed);
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
    let (mut left, mut outside) = (240_u32, 240 * 4 / 100);
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

fn nights_come_out(tree: &AreaTree, city: &str, nights: u64, quartiers: usize) {
    let ground = tree.areas()[tree.index(city).unwrap()].boundary.clone();
    let mut fewest = (usize::MAX, usize::MAX);
    for seed in 0..nights {
        let places = night(tree, city, seed);
        let night = CountedNight {
            places: &places,
            walked: &ground,
        };
        let release = consolidate(heading(1), tree, night, &Settings::default()).unwrap();
        let perimeter = &tree.areas()[AreaTree::ROOT].code;
        for unit in [Unit::Street, Unit::Squat, Unit::Bidonville] {
            for code in [perimeter.as_str(), city] {
                let figure = release.published().figure(code, unit).unwrap();
                assert!(figure.shown().is_some(), "night {seed}: {code} {unit:?}");
            }
        }
        fewest.0 = fewest.0.min(shown(&release, Level::Quartier, Unit::Street));
        fewest.1 = fewest.1.min(shown(&release, Level::Leaf, Unit::Street));
    }
    println!(
        "{nights} nights: at least {} quartiers and {} leaves",
        fewest.0, fewest.1
    );
    assert!(fewest.0 >= quartiers, "only {} quartiers", fewest.0);
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
    nights_come_out(&city::tree(), "V", 20, 5);
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
    nights_come_out(&tree, "34172", 20, 5);
    let comedie = Coordinates {
        longitude: 3.8795,
        latitude: 43.6085,
    };
    assert!(demo_leaves(&tree, comedie, 20) >= 6);
}
