//! Somebody moves by a few hundred metres.

use super::{City, cities};
use crate::area::Level;
use crate::disclosure::tests::city::Dice;
use crate::disclosure::{Published, PublishedArea, Settings};
use crate::indicator::{CountedPlace, Unit};

/// Cities in which somebody moves, at most: each is published twice.
const MOST_MOVES: u64 = 2_000;

/// A metre around a place is in a leaf. What is published of a border is rounded: who is beside it
/// may be counted in either leaf.
fn well_inside(plane: &crate::plane::Plane, leaf: &PublishedArea, at: geo::Coord) -> bool {
    let around = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    around.into_iter().all(|(east, north)| {
        let beside = geo::Coord {
            x: at.x + east,
            y: at.y + north,
        };
        plane
            .degrees(beside)
            .is_some_and(|at| maraude_core::geography::contains(&leaf.boundary, at))
    })
}

/// Somebody who moves inside a leaf may change the partition, for spots and squares decide it, and
/// with it what is published: in what share of moves is told. Where the partition stays, no area
/// changes.
#[test]
fn moving_one_person_inside_a_leaf_changes_nothing_while_the_partition_is_the_same() {
    let plane = crate::plane::Plane::new();
    let (mut moves, mut split_anew, mut changed) = (0_u32, 0_u32, 0_u32);
    for seed in 0..cities().min(MOST_MOVES) {
        let mut city = City::drawn(seed);
        let settings = Settings::default();
        let before = city.published(&settings);
        let mut dice = Dice::new(seed + 5);
        let alone =
            |place: &&CountedPlace| place.unit == Unit::Street && place.people_at_least == 1;
        let Some(from) = city
            .places
            .iter()
            .find(alone)
            .and_then(|place| place.coordinates)
        else {
            continue;
        };
        let Some(start) = plane.metres(from) else {
            continue;
        };
        let mut leaves = before.areas.iter().filter(|a| a.level == Level::Leaf);
        let Some(leaf) = leaves.find(|leaf| well_inside(&plane, leaf, start)) else {
            continue;
        };
        let step = |dice: &mut Dice| (dice.unit() - 0.5) * 600.0;
        let end = geo::Coord {
            x: start.x + step(&mut dice),
            y: start.y + step(&mut dice),
        };
        let to = plane
            .degrees(end)
            .filter(|_| well_inside(&plane, leaf, end));
        let Some(to) = to else { continue };
        let index = city.places.iter().position(|place| alone(&place)).unwrap();
        city.places[index].coordinates = Some(to);
        let after = city.published(&settings);
        moves += 1;
        changed += u32::from(before != after);
        let partition = |published: &Published| -> Vec<String> {
            let areas = published.areas.iter();
            areas.map(|area| area.code.clone()).collect()
        };
        if partition(&before) == partition(&after) {
            assert_eq!(before.areas, after.areas, "city {seed}");
        } else {
            split_anew += 1;
        }
    }
    println!(
        "{moves} moves inside a leaf: {changed} ({:.1} %) changed a published byte, {split_anew} of \
         them by another partition",
        100.0 * f64::from(changed) / f64::from(moves.max(1))
    );
    assert!(moves > 0);
}
