//! Many random cities: nobody below a threshold can be computed, and an exporter with one rule
//! taken out is caught. `cargo xtask proof disclosure` runs it for longer.

mod compared;
mod edge;
mod moves;
mod series;

use super::city::{Dice, at, counted, heading, night, random_sources, walked};
use crate::area::{AreaTree, Level};
use crate::disclosure::consolidated::unchecked;
use crate::disclosure::placed::{Holding, Placed, place_all};
use crate::disclosure::verify::check;
use crate::disclosure::{
    AttributeFigure, CountedNight, Figure, ProvisionalFigures, Published, Settings, Stage,
    consolidate, correct, provisional,
};
use crate::indicator::{CountedPlace, Unit};
use geo::MultiPolygon;
use series::{Series, Tally};
use std::collections::BTreeMap;

/// How many cities; `MARAUDE_CITIES` asks for more.
fn cities() -> u64 {
    let asked = std::env::var("MARAUDE_CITIES").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(40)
}

struct City {
    tree: AreaTree,
    places: Vec<CountedPlace>,
    ground: MultiPolygon<f64>,
}

impl City {
    fn drawn(seed: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(7_919) + 17);
        let minimum = Settings::default().commune_minimum_residents;
        let tree = AreaTree::build(&random_sources(&mut dice), minimum).unwrap();
        let street = dice.below(450) as u32;
        let mut places = night(seed, street);
        match seed % 3 {
            0 => make_sites_small(&mut places),
            1 => make_one_site_large(&mut places),
            _ => {}
        }
        Self {
            tree,
            places,
            ground: walked(dice.below(3)),
        }
    }

    /// What an exporter with these settings writes, under the settings it should have had.
    fn published(&self, settings: &Settings) -> Published {
        let night = CountedNight {
            places: &self.places,
            walked: &self.ground,
        };
        let (mut published, _) = unchecked(heading(1), &self.tree, night, settings);
        published.settings = Settings::default().lines();
        published
    }

    /// What was said at 2 a.m. of this night: of people inside the perimeter, as of any figure.
    fn provisional(&self, seed: u64) -> Published {
        let placed = self.placed();
        let street = placed.iter().filter(|place| place.unit == Unit::Street);
        let people: u32 = street.map(|place| place.people).sum();
        let missing = (seed % 20) as u32;
        let figures = ProvisionalFigures {
            people: people.saturating_sub(missing),
            low: people.saturating_sub(2 * missing),
            high: people + missing,
            rounds_in: 7,
            rounds_expected: 8,
        };
        let said = provisional(heading(1), &self.tree, figures, &Settings::default()).unwrap();
        said.published().clone()
    }

    /// Some people less, some elsewhere: corrected, and attacked with all that was said before.
    fn corrected(&self, seed: u64, earlier: &[Published]) {
        let (settings, mut dice) = (Settings::default(), Dice::new(seed + 9));
        let night = |places| CountedNight {
            places,
            walked: &self.ground,
        };
        let first = consolidate(heading(2), &self.tree, night(&self.places), &settings).unwrap();
        let mut places = self.places.clone();
        places.truncate(places.len() - dice.below(places.len() as u64 / 3 + 1) as usize);
        let again = night(&places);
        let corrected = correct(&heading(3), &first, &self.tree, again, &settings).unwrap();
        let mut all = earlier.to_vec();
        all.push(first.published().clone());
        let found = check(corrected.published(), &all);
        assert_eq!(found, vec![], "city {seed}, corrected");
    }

    fn placed(&self) -> Vec<Placed> {
        place_all(&self.tree, &self.places, &Settings::default())
    }
}

/// Few and small sites, which only the fewest people of a figure keeps back.
fn make_sites_small(places: &mut Vec<CountedPlace>) {
    let mut left = 4;
    places.retain(|place| {
        let site = place.unit != Unit::Street;
        left -= i32::from(site && left > 0);
        !site || left > 0
    });
    for place in places.iter_mut().filter(|place| place.unit != Unit::Street) {
        place.people_at_least = 1 + place.people_at_least % 2;
        place.people_at_most = place.people_at_least;
    }
}

/// One squat and one camp that hold nearly everybody, which only the largest share keeps back.
fn make_one_site_large(places: &mut Vec<CountedPlace>) {
    places.push(counted(Unit::Squat, Some(at(5_000.0, 5_000.0)), 9_000));
    places.push(counted(Unit::Street, Some(at(5_300.0, 5_300.0)), 90));
}

/// What somebody who knows every place sees wrong: spots and shares, zeros told of ground not
/// walked, false figures.
fn seen_with_the_truth(city: &City, published: &Published) -> Vec<String> {
    let settings = Settings::default();
    let placed = city.placed();
    let tolerance = f64::from(settings.walked_tolerance_percent);
    let walked = city.tree.walked(&city.ground, tolerance);
    let mut seen = Vec::new();
    for (index, area) in city.tree.areas().iter().enumerate() {
        for (unit, figure) in &published.areas[index].figures {
            let mut held = Holding::default();
            for place in placed.iter().filter(|place| place.unit == *unit) {
                if city.tree.up_from(place.held_by).any(|one| one == index) {
                    held.add(place);
                }
            }
            let Figure::Exact(people) = figure else {
                continue;
            };
            if *people != held.people {
                seen.push(format!("{} is not {people} {}", area.code, unit.code()));
            }
            if *unit != Unit::Street && !held.passes_as_sites(&settings) {
                seen.push(format!("{} rests on few {}", area.code, unit.code()));
            }
            if *people == 0 && !walked[index] {
                seen.push(format!("{} is 0 though not walked", area.code));
            }
        }
    }
    seen.extend(leaves_on_few_spots(city, published, &placed, &settings));
    seen.extend(categories_on_few_spots(city, published, &placed, &settings));
    seen
}

/// Leaves by their boundary in the plane: a place near a border may be in either, so only leaves
/// all of whose places are well inside are judged.
fn leaves_on_few_spots(
    city: &City,
    published: &Published,
    placed: &[Placed],
    settings: &Settings,
) -> Vec<String> {
    let plane = crate::plane::Plane::new();
    let mut seen = Vec::new();
    for leaf in published
        .areas
        .iter()
        .filter(|area| area.level == Level::Leaf)
    {
        let mut held = Holding::default();
        for place in placed.iter().filter(|place| place.unit == Unit::Street) {
            let parent = &city.tree.areas()[place.held_by].code;
            let inside = place
                .at
                .and_then(|at| plane.degrees(at))
                .is_some_and(|at| maraude_core::geography::contains(&leaf.boundary, at));
            if inside && Some(parent) == leaf.parent.as_ref() {
                held.add(place);
            }
        }
        let told = leaf.figures[&Unit::Street].shown().unwrap_or(0);
        if held.people == told && !held.passes_as_leaf(settings) {
            seen.push(format!("{} rests on few spots", leaf.code));
        }
    }
    seen
}

/// Who is behind a cell of a table by attribute.
fn held_of(city: &City, placed: &[Placed], told: &AttributeFigure) -> Holding {
    let index = city.tree.index(&told.code).unwrap();
    let mut held = Holding::default();
    for place in placed.iter().filter(|place| place.unit == Unit::Street) {
        let category = told.attribute.category_of(&place.profile);
        let of = told.attribute.categories()[category] == told.category;
        if of && city.tree.up_from(place.held_by).any(|one| one == index) {
            held.add(place);
        }
    }
    held
}

fn categories_on_few_spots(
    city: &City,
    published: &Published,
    placed: &[Placed],
    settings: &Settings,
) -> Vec<String> {
    let mut seen = Vec::new();
    for told in &published.attributes {
        let Figure::Exact(people) = told.figure else {
            continue;
        };
        let held = held_of(city, placed, told);
        if held.people != people || !held.passes_as_leaf(settings) {
            seen.push(format!("{} {} rests on few", told.code, told.category));
        }
    }
    seen
}

/// Two figures of one subject, the second a sum of disjoint parts of the first: what lies between
/// is nobody, or enough people. Parts are drawn, many times a city.
fn filter_pairs(published: &Published, unit: Unit, dice: &mut Dice) -> (u64, Option<String>) {
    let exact: BTreeMap<&str, (Option<&str>, u32)> = published
        .areas
        .iter()
        .filter_map(|area| match area.figures.get(&unit) {
            Some(Figure::Exact(people)) => {
                Some((area.code.as_str(), (area.parent.as_deref(), *people)))
            }
            _ => None,
        })
        .collect();
    let parents: BTreeMap<&str, Option<&str>> = published
        .areas
        .iter()
        .map(|area| (area.code.as_str(), area.parent.as_deref()))
        .collect();
    let inside = |code: &str, whole: &str| {
        let mut above = parents[code];
        while let Some(one) = above {
            if one == whole {
                return true;
            }
            above = parents[one];
        }
        false
    };
    let codes: Vec<&str> = exact.keys().copied().collect();
    let mut tried = 0;
    for _ in 0..if codes.is_empty() { 0 } else { 40 } {
        let whole = codes[dice.below(codes.len() as u64) as usize];
        let mut parts: Vec<&str> = Vec::new();
        let start = dice.below(codes.len() as u64) as usize;
        let all_but = dice.below(4);
        for code in codes.iter().cycle().skip(start).take(codes.len()) {
            let apart = parts
                .iter()
                .all(|part| part != code && !inside(code, part) && !inside(part, code));
            if inside(code, whole) && apart && (all_but == 0 || dice.below(6) > 0) {
                parts.push(code);
            }
        }
        if parts.is_empty() {
            continue;
        }
        tried += 1;
        let sum: u32 = parts.iter().map(|part| exact[part].1).sum();
        let people = exact[whole].1;
        let left = people.checked_sub(sum);
        if left.is_none_or(|left| left > 0 && left < 5) {
            return (
                tried,
                Some(format!("{people} in {whole} less {sum} in {parts:?}")),
            );
        }
    }
    (tried, None)
}

/// Publishes some cities and attacks them; panics where anybody can be computed.
fn attacked(seeds: std::ops::Range<u64>) -> Tally {
    let (settings, mut tally) = (Settings::default(), Tally::default());
    for seed in seeds {
        let city = City::drawn(seed);
        let published = city.published(&settings);
        let earlier = [city.provisional(seed)];
        assert_eq!(check(&published, &earlier), vec![], "city {seed}");
        let seen = seen_with_the_truth(&city, &published);
        assert!(seen.is_empty(), "city {seed}: {seen:?}");
        for unit in Unit::ALL {
            let (tried, found) = filter_pairs(&published, unit, &mut Dice::new(seed + 1));
            assert_eq!(found, None, "city {seed}: {unit:?}");
            tally.pairs += tried;
        }
        if seed % 4 == 0 {
            tally.corrections += 1;
            city.corrected(seed, &earlier);
        }
        tally.figures += u64::from(published.shown_count());
        tally.told += published.attributes.len() as u64;
        let by_attribute = published.attributes.iter();
        tally.shown += by_attribute
            .filter(|one| one.figure.shown().is_some())
            .count() as u64;
    }
    tally
}

#[test]
fn in_random_cities_no_group_below_the_threshold_can_be_computed() {
    let (count, mut series) = (cities(), Series::begun());
    while series.cities < count {
        series.next(count, attacked);
    }
    let Tally {
        figures,
        told,
        shown,
        pairs,
        corrections,
    } = series.tally;
    println!(
        "{count} random cities, each after a provisional release, {corrections} of them corrected, all \
         releases attacked together; {figures} figures shown ({shown} of {told} cells of tables by \
         attribute), {pairs} filter pairs of all subjects: nothing below a threshold can be computed, \
         nothing withheld is left fewer than 5 values ({:.0} s)",
        series.seconds
    );
}

/// One rule taken out of the exporter, while the files still print the full settings.
fn weakened() -> Vec<(&'static str, Settings)> {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        settings
    };
    vec![
        (
            "fewest people in the street",
            with(|s| s.street_minimum_people = 1),
        ),
        (
            "fewest people of a site figure",
            with(|s| s.site_minimum_people = 1),
        ),
        (
            "fewest spots of a site figure",
            with(|s| s.site_minimum_spots = 1),
        ),
        (
            "largest share of one spot",
            with(|s| s.maximum_share_percent = 100),
        ),
        (
            "fewest people of a leaf",
            with(|s| s.leaf_minimum_people = 1),
        ),
        ("fewest spots of a leaf", with(|s| s.leaf_minimum_spots = 1)),
        (
            "rounding of complements",
            with(|s| s.complement_rounding = 1),
        ),
        (
            "enough numbers left for what is withheld",
            with(|s| s.attack_minimum_values = 1),
        ),
        (
            "zeros of a whole together",
            with(|s| s.zero_minimum_areas = 1),
        ),
        (
            "zero only where walked",
            with(|s| s.walked_tolerance_percent = 100),
        ),
    ]
}

fn caught(city: &City, published: &Published) -> bool {
    !check(published, &[]).is_empty() || !seen_with_the_truth(city, published).is_empty()
}

#[test]
fn an_exporter_with_one_rule_taken_out_is_caught() {
    let mut cities: Vec<City> = (0..12).map(City::drawn).collect();
    let mut empty_around = City::drawn(12);
    // The city alone was walked, and nobody is around it.
    let (tree, ground) = (&empty_around.tree, walked(1));
    let in_the_city = |place: &CountedPlace| {
        let held = place.coordinates.and_then(|at| tree.locate(at));
        held.is_some_and(|held| tree.up_from(held).any(|one| tree.areas()[one].code == "V"))
    };
    empty_around.places = empty_around
        .places
        .iter()
        .filter(|p| in_the_city(p))
        .cloned()
        .collect();
    empty_around.ground = ground;
    cities.push(empty_around);
    for (rule, settings) in weakened() {
        let found = cities
            .iter()
            .filter(|city| caught(city, &city.published(&settings)))
            .count();
        println!(
            "without « {rule} »: caught in {found} of {} cities",
            cities.len()
        );
        assert!(found > 0, "without « {rule} » nothing is seen");
    }
}

/// How many of 12 cities are caught when these cells of tables by attribute show the truth.
fn caught_when_told(open: impl Fn(Figure, &Holding) -> bool) -> u32 {
    let mut found = 0;
    for seed in 0..12 {
        let city = City::drawn(seed);
        let mut published = city.published(&Settings::default());
        let placed = city.placed();
        for told in &mut published.attributes {
            let held = held_of(&city, &placed, told);
            if open(told.figure, &held) {
                told.figure = Figure::Exact(held.people);
            }
        }
        found += u32::from(!check(&published, &[]).is_empty());
    }
    found
}

#[test]
fn tables_without_secondary_suppression_or_rounding_are_caught() {
    let settings = Settings::default();
    let found = caught_when_told(|figure, held| {
        figure == Figure::Withheld && held.passes_as_leaf(&settings)
    });
    println!("without « secondary suppression »: caught in {found} of 12 cities");
    assert!(found > 0);
    let found = caught_when_told(|figure, _| matches!(figure, Figure::Rounded { .. }));
    println!("without « rounding in tables by attribute »: caught in {found} of 12 cities");
    assert!(found > 0);
    let found = caught_when_told(|figure, held| {
        figure == Figure::Withheld && !held.passes_as_leaf(&settings)
    });
    println!("without « primary suppression »: caught in {found} of 12 cities");
    assert!(found > 0);
}

#[test]
fn a_provisional_figure_that_is_not_rounded_is_caught() {
    let city = City::drawn(3);
    let figures = ProvisionalFigures {
        people: 237,
        low: 221,
        high: 262,
        rounds_in: 7,
        rounds_expected: 8,
    };
    let settings = Settings {
        provisional_rounding: 1,
        ..Settings::default()
    };
    let exact = provisional(heading(1), &city.tree, figures, &settings).unwrap();
    let mut published = exact.published().clone();
    published.settings = Settings::default().lines();
    assert_eq!(published.stage, Stage::Provisional);
    assert!(!check(&published, &[]).is_empty());
}

/// A correction counted afresh, as if nothing had been told before.
#[test]
fn a_correction_without_memory_is_caught() {
    let mut found = 0;
    for seed in 0..12 {
        let city = City::drawn(seed);
        let before = city.published(&Settings::default());
        let mut later = city;
        let street = later
            .places
            .iter()
            .filter(|place| place.unit == Unit::Street);
        let few = street.count().min(2);
        later.places.drain(..few);
        let mut after = later.published(&Settings::default());
        after.heading = heading(2);
        after.stage = Stage::Correction;
        after.attributes.clear();
        found += u32::from(!check(&after, &[before]).is_empty());
    }
    println!("a correction without memory: caught in {found} of 12 cities");
    assert!(found > 0);
}
