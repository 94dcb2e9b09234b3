//! Single rules, by hand.

use super::city::{at, counted, heading, release, sources, tree, walked};
use crate::area::{AreaTree, Level};
use crate::disclosure::{Figure, ProvisionalFigures, Settings, Stage, provisional};
use crate::indicator::Unit;

#[test]
fn small_communes_are_grouped_and_parts_nest() {
    let tree = tree();
    let communes: Vec<&str> = tree
        .areas()
        .iter()
        .filter(|area| area.level == Level::Commune)
        .map(|area| area.code.as_str())
        .collect();
    assert!(communes.contains(&"V"));
    assert!(
        communes.iter().any(|code| code.contains('+')),
        "{communes:?}"
    );
    assert!(communes.len() < 13);
    let of = |level| tree.areas().iter().filter(|a| a.level == level).count();
    assert_eq!((of(Level::Quartier), of(Level::SousQuartier)), (8, 16));
    let found = tree.locate(at(5_000.0, 5_000.0)).unwrap();
    assert_eq!(tree.areas()[found].code, "Q0a");
    assert_eq!(tree.locate(at(-2_000.0, 0.0)), None);
    assert_eq!(
        AreaTree::build(&crate::area::AreaSources::default(), 5_000).unwrap_err(),
        crate::area::AreaTreeError::NoGround
    );
}

#[test]
fn a_perimeter_without_communes_still_has_leaves() {
    let mut alone = sources();
    alone.communes.truncate(1);
    alone.quartiers.clear();
    alone.sous_quartiers.clear();
    let tree = AreaTree::build(&alone, 5_000).unwrap();
    assert_eq!(tree.areas().len(), 1);
}

#[test]
fn zero_is_shown_only_where_everything_was_walked() {
    let places: Vec<_> = (0..20)
        .map(|i| {
            counted(
                Unit::Street,
                // Ten in each half of the quartier.
                Some(at(
                    4_100.0 + f64::from(i) * 95.0,
                    f64::from(5 + i % 2 * 2) * 1_000.0,
                )),
                1,
            )
        })
        .collect();
    let all = release(&places, &walked(2));
    assert_eq!(
        all.published().figure("C01", Unit::Street),
        Some(Figure::Exact(0))
    );
    assert_eq!(
        all.published().figure("P", Unit::Street),
        Some(Figure::Exact(20))
    );
    let none = release(&places, &walked(0));
    assert_eq!(
        none.published().figure("C01", Unit::Street),
        Some(Figure::Withheld)
    );
    assert_eq!(
        none.published().figure("P", Unit::Street),
        Some(Figure::Rounded { people: 20, to: 5 })
    );
}

#[test]
fn one_big_camp_is_no_leaf() {
    let mut places: Vec<_> = (0..3)
        .map(|i| {
            counted(
                Unit::Street,
                Some(at(4_300.0 + f64::from(i) * 500.0, 4_300.0)),
                1,
            )
        })
        .collect();
    places.push(counted(Unit::Street, Some(at(4_900.0, 5_600.0)), 80));
    let release = release(&places, &walked(2));
    assert!(
        release
            .published()
            .areas
            .iter()
            .all(|area| area.level != Level::Leaf)
    );
    assert_eq!(
        release.published().figure("Q0a", Unit::Street),
        Some(Figure::Exact(83))
    );
}

#[test]
fn a_provisional_release_is_one_rounded_sentence() {
    let figures = ProvisionalFigures {
        people: 237,
        low: 221,
        high: 262,
        rounds_in: 7,
        rounds_expected: 8,
    };
    let release = provisional(heading(1), &tree(), figures, &Settings::default()).unwrap();
    let published = release.published();
    assert_eq!(published.stage, Stage::Provisional);
    assert_eq!(published.areas.len(), 1);
    assert_eq!(
        published.sentence.fr,
        "EXERCICE. Chiffre provisoire : environ 240 personnes à la rue (entre 220 et 270) ; \
         7 maraudes rendues sur 8 attendues (87 %)."
    );
    assert_eq!(
        published.figure("P", Unit::Street),
        Some(Figure::Rounded {
            people: 240,
            to: 10
        })
    );
}
