//! Promises on random cities.

use super::city::{at, counted, heading, night, release, tree, walked};
use crate::area::{AreaTree, Level};
use crate::disclosure::{
    CountedNight, Figure, Release, Settings, correct, ledger_conflicts, ledger_lines, verify,
};
use crate::indicator::{CountedPlace, Unit};
use crate::tabulate::tabulate;
use proptest::prelude::*;

fn leaves(release: &Release) -> Vec<(&str, u32)> {
    release
        .published()
        .areas
        .iter()
        .filter(|area| area.level == Level::Leaf)
        .map(|area| {
            let figure = area.figures[&Unit::Street];
            (area.parent.as_deref().unwrap(), figure.shown().unwrap())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every rule is checked inside `consolidate`; here figures are held against the truth.
    #[test]
    fn figures_are_true_and_no_leaf_is_below_its_threshold(
        seed in 0_u64..1_000_000, street in 0_u32..500, ground in 0_u64..3,
    ) {
        let places = night(seed, street);
        let release = release(&places, &walked(ground));
        let table = tabulate(&tree(), &places);
        let tree = tree();
        for (index, area) in tree.areas().iter().enumerate() {
            for (unit, figure) in &release.published().areas[index].figures {
                let tally = table.by_area.get(&(index, *unit)).copied().unwrap_or_default();
                match figure {
                    Figure::Exact(people) => prop_assert_eq!(*people, tally.people_at_least),
                    Figure::Rounded { people, to } => {
                        prop_assert!(people.abs_diff(tally.people_at_least) < *to, "{}", area.code);
                    }
                    Figure::Withheld => {}
                }
            }
        }
        let leaves = leaves(&release);
        prop_assert!(leaves.iter().all(|(_, people)| *people >= 11));
        for (parent, _) in &leaves {
            let sum: u32 = leaves.iter().filter(|l| l.0 == *parent).map(|l| l.1).sum();
            let whole = release.published().figure(parent, Unit::Street);
            prop_assert_eq!(whole, Some(Figure::Exact(sum)));
        }
        let people = table.by_area.get(&(AreaTree::ROOT, Unit::Street));
        if people.is_some_and(|tally| tally.people_at_least >= 5) {
            prop_assert!(release.published().figure("P", Unit::Street).unwrap().shown().is_some());
        }
    }

    #[test]
    fn the_order_of_places_changes_no_byte_and_frozen_releases_reopen(
        seed in 0_u64..1_000_000, turn in 1_usize..50,
    ) {
        let places = night(seed, 240);
        let first = release(&places, &walked(seed));
        let mut turned = places.clone();
        turned.rotate_left(turn % places.len());
        turned.reverse();
        let second = release(&turned, &walked(seed));
        prop_assert_eq!(first.to_frozen(), second.to_frozen());
        let reopened = Release::from_frozen(&first.to_frozen()).unwrap();
        prop_assert_eq!(reopened.to_frozen(), first.to_frozen());
    }

    /// Somebody alone who moves inside a square of 200 m, and stays alone, changes no byte.
    #[test]
    fn moving_one_person_inside_a_finest_cell_changes_no_byte(seed in 0_u64..1_000_000) {
        let (places, alone) = night_with_one_apart(seed);
        let mut moved = places.clone();
        moved[alone.index] = counted(Unit::Street, Some(at(alone.x + 90.0, alone.y + 70.0)), 1);
        prop_assert_ne!(&places, &moved);
        let ground = walked(seed);
        prop_assert_eq!(
            release(&places, &ground).to_frozen(),
            release(&moved, &ground).to_frozen()
        );
    }

    #[test]
    fn a_correction_tells_no_few_people(
        seed in 0_u64..1_000_000, changes in 0_usize..60, ground in 0_u64..3,
    ) {
        let settings = Settings::default();
        let places = night(seed, 240);
        let first = release(&places, &walked(ground));
        let mut corrected = night(seed.wrapping_add(1), 200);
        corrected.truncate(changes);
        corrected.extend(places.iter().skip(changes / 2).cloned());
        let ground = walked(ground);
        let again = CountedNight { places: &corrected, walked: &ground };
        let second = correct(&heading(2), &first, &tree(), again, &settings).unwrap();
        let earlier = [first.published().clone()];
        prop_assert_eq!(verify::check(second.published(), &earlier), vec![]);
        let codes = |release: &Release| -> Vec<String> {
            release.published().areas.iter().map(|area| area.code.clone()).collect()
        };
        prop_assert_eq!(codes(&first), codes(&second));
        for (before, after) in first.published().areas.iter().zip(&second.published().areas) {
            if before.level == Level::Leaf {
                let (was, now) = (before.figures[&Unit::Street], after.figures[&Unit::Street]);
                let apart = was.shown().unwrap().abs_diff(now.shown().unwrap());
                prop_assert!(apart == 0 || apart >= 11);
            }
        }
        prop_assert_eq!(ledger_conflicts(&ledger_lines(&first), &second, &settings), vec![]);
    }
}

struct Alone {
    index: usize,
    x: f64,
    y: f64,
}

/// A night, and one more person alone in the middle of a square of the grid.
fn night_with_one_apart(seed: u64) -> (Vec<CountedPlace>, Alone) {
    let mut places = night(seed, 240);
    let up = |v: f64| (v / 200.0).ceil() * 200.0;
    let corner = super::city::CORNER;
    // 50 m inside the south-west corner of a square, in the middle of the first sous-quartier.
    let x = up(corner.x + 4_700.0) + 50.0 - corner.x;
    let y = up(corner.y + 4_700.0) + 50.0 - corner.y;
    let near = |place: &CountedPlace| {
        place.coordinates.is_some_and(|c| {
            let here = at(x, y);
            maraude_core::geography::distance_m(c, here) < 250.0
        })
    };
    places.retain(|place| !near(place));
    places.push(counted(Unit::Street, Some(at(x, y)), 1));
    let index = places.len() - 1;
    (places, Alone { index, x, y })
}
