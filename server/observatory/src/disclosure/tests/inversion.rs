//! The rules turned round by brute force: of every way people can be spread over a small tree,
//! those that give the same published figures are what somebody who knows the program cannot tell
//! apart.

use crate::area::{AreaTree, LargeArea, Level};
use crate::disclosure::large::figures;
use crate::disclosure::{Figure, Settings};
use geo::MultiPolygon;
use std::collections::{BTreeMap, BTreeSet};

/// A tree from each area's parent; the first is the perimeter.
fn tree(parents: &[usize]) -> AreaTree {
    let mut areas: Vec<LargeArea> = Vec::new();
    for (index, &parent) in parents.iter().enumerate() {
        let whole = (index > 0).then_some(parent);
        if let Some(whole) = whole {
            areas[whole].children.push(index);
        }
        areas.push(LargeArea {
            code: index.to_string(),
            name: String::new(),
            level: Level::Commune,
            parent: whole,
            children: Vec::new(),
            boundary: MultiPolygon(Vec::new()),
            shape: MultiPolygon(Vec::new()),
        });
    }
    AreaTree { areas }
}

/// Every count of the areas without parts from 0 to `most`, added up in those around them.
fn nights(tree: &AreaTree, most: u32) -> Vec<Vec<u32>> {
    let cells: Vec<usize> = (0..tree.areas().len())
        .filter(|&index| tree.areas()[index].children.is_empty())
        .collect();
    let all = (most + 1).pow(cells.len() as u32);
    (0..all)
        .map(|mut number| {
            let mut counts = vec![0; tree.areas().len()];
            for &cell in &cells {
                for index in tree.up_from(cell) {
                    counts[index] += number % (most + 1);
                }
                number /= most + 1;
            }
            counts
        })
        .collect()
}

/// The fewest numbers that any withheld area or total keeps, over all nights, and where; and
/// whether a zero is always among them.
fn narrowest(tree: &AreaTree, walked: &[bool], most: u32, settings: &Settings) -> (usize, bool) {
    let mut alike: BTreeMap<String, Vec<Vec<u32>>> = BTreeMap::new();
    for counts in nights(tree, most) {
        let told = figures(tree, &counts, walked, settings);
        alike.entry(format!("{told:?}")).or_default().push(counts);
    }
    let (mut fewest, mut zero) = (usize::MAX, true);
    for nights in alike.values() {
        let told = figures(tree, &nights[0], walked, settings);
        for (index, figure) in told.iter().enumerate() {
            if *figure == Figure::Withheld {
                let numbers: BTreeSet<u32> = nights.iter().map(|counts| counts[index]).collect();
                fewest = fewest.min(numbers.len());
                // That nobody is anywhere is told.
                zero &= index == AreaTree::ROOT || numbers.contains(&0);
            }
        }
    }
    (fewest, zero)
}

/// A perimeter of three; a city of two quartiers beside a commune; three quartiers of two; one
/// whole of four.
fn trees() -> Vec<Vec<usize>> {
    vec![
        vec![0, 0, 0, 0],
        vec![0, 0, 0, 1, 1],
        vec![0, 0, 0, 1, 1, 2, 2],
        vec![0, 0, 0, 1, 1, 1],
        vec![0, 0, 0, 0, 0],
    ]
}

#[test]
fn whoever_knows_the_program_keeps_five_numbers_for_every_withheld_figure() {
    let settings = Settings::default();
    for parents in trees() {
        let tree = tree(&parents);
        let count = tree.areas().len();
        let mixed: Vec<bool> = (0..count)
            .map(|index| index > 0 && index % 2 == 0)
            .collect();
        for walked in [vec![true; count], vec![false; count], mixed] {
            // Counts stop at 7, above which an area is shown as it is: numbers are missing there
            // only.
            let (fewest, zero) = narrowest(&tree, &walked, 7, &settings);
            assert!(fewest >= 5, "{parents:?} {walked:?}: {fewest} numbers");
            assert!(
                zero,
                "{parents:?} {walked:?}: a withheld figure is not zero"
            );
        }
    }
}

#[test]
fn without_the_rules_the_program_is_turned_round() {
    let four = tree(&trees()[4]);
    let walked = vec![true; 5];
    let without = Settings {
        attack_minimum_values: 1,
        ..Settings::default()
    };
    assert_eq!(narrowest(&four, &walked, 7, &without).0, 1);
    let zeros_alone = Settings {
        zero_minimum_areas: 1,
        ..Settings::default()
    };
    let (fewest, zero) = narrowest(&four, &walked, 7, &zeros_alone);
    assert!(fewest < 5 || !zero);
}
