//! A fault planted in what is published, one per rule: `verify` must name it.

use super::city::{at, counted, heading, night, release, walked};
use crate::area::Level;
use crate::disclosure::verify::check;
use crate::disclosure::{Figure, Published, Rule};
use crate::indicator::Unit;

fn sound() -> Published {
    let release = release(&night(7, 300), &walked(2));
    let published = release.published().clone();
    assert_eq!(check(&published, &[]), vec![]);
    assert!(published.areas.iter().any(|area| area.level == Level::Leaf));
    published
}

fn caught(rule: Rule, plant: impl FnOnce(&mut Published) -> String) {
    let mut published = sound();
    let cell = plant(&mut published);
    let findings = check(&published, &[]);
    assert!(
        findings.iter().any(|f| f.rule == rule && f.cell == cell),
        "{rule:?} in {cell} is not among {findings:?}"
    );
}

fn first(published: &mut Published, level: Level) -> &mut crate::disclosure::PublishedArea {
    published
        .areas
        .iter_mut()
        .find(|area| area.level == level)
        .unwrap()
}

fn set(published: &mut Published, level: Level, unit: Unit, figure: Figure) -> String {
    let area = first(published, level);
    area.figures.insert(unit, figure);
    area.code.clone()
}

#[test]
fn figures_under_their_threshold_are_caught() {
    caught(Rule::Threshold, |p| {
        set(p, Level::Leaf, Unit::Street, Figure::Exact(10))
    });
    caught(Rule::Threshold, |p| {
        set(p, Level::Quartier, Unit::Street, Figure::Exact(4))
    });
    caught(Rule::Threshold, |p| {
        set(p, Level::Commune, Unit::Squat, Figure::Exact(3))
    });
    caught(Rule::Threshold, |p| {
        let code = set(p, Level::Quartier, Unit::Street, Figure::Exact(0));
        first(p, Level::Quartier).walked = false;
        code
    });
}

#[test]
fn units_told_too_finely_are_caught() {
    caught(Rule::Threshold, |p| {
        set(p, Level::Quartier, Unit::Squat, Figure::Exact(40))
    });
    caught(Rule::Threshold, |p| {
        set(p, Level::Leaf, Unit::Bidonville, Figure::Exact(40))
    });
    caught(Rule::Threshold, |p| {
        set(p, Level::Commune, Unit::Partner, Figure::Exact(40))
    });
    caught(Rule::Threshold, |p| {
        set(p, Level::Leaf, Unit::Street, Figure::Withheld)
    });
}

#[test]
fn leaves_that_do_not_tile_are_caught() {
    let parent = |p: &mut Published| first(p, Level::Leaf).parent.clone().unwrap();
    caught(Rule::Tiling, |p| {
        let whole = parent(p);
        let index = p.areas.iter().position(|a| a.level == Level::Leaf).unwrap();
        p.areas.remove(index);
        whole
    });
    caught(Rule::Tiling, |p| {
        let whole = parent(p);
        let boundary = p
            .areas
            .iter()
            .find(|a| a.code == whole)
            .unwrap()
            .boundary
            .clone();
        first(p, Level::Leaf).boundary = boundary;
        whole
    });
    caught(Rule::Tiling, |p| {
        let code = first(p, Level::Leaf).code.clone();
        first(p, Level::Leaf).parent = Some("nowhere".to_owned());
        code
    });
}

#[test]
fn parts_that_do_not_add_up_are_caught() {
    caught(Rule::Sum, |p| {
        let whole = first(p, Level::Leaf).parent.clone().unwrap();
        set(p, Level::Leaf, Unit::Street, Figure::Exact(4_000));
        whole
    });
    caught(Rule::Sum, |p| {
        let whole = first(p, Level::Leaf).parent.clone().unwrap();
        let area = p.areas.iter_mut().find(|a| a.code == whole).unwrap();
        let people = area.figures[&Unit::Street].shown().unwrap();
        area.figures.insert(Unit::Street, Figure::Exact(people + 3));
        whole
    });
}

#[test]
fn missing_settings_are_caught() {
    caught(Rule::Settings, |p| {
        p.settings.pop();
        p.heading.campaign.clone()
    });
}

/// The rule of complements is taken out: two people in the only commune that is withheld.
#[test]
fn a_total_that_tells_a_small_complement_is_caught() {
    let mut places: Vec<_> = (0..30)
        .map(|i| {
            counted(
                Unit::Street,
                Some(at(4_100.0 + f64::from(i) * 240.0, 5_000.0)),
                1,
            )
        })
        .collect();
    places.push(counted(Unit::Street, Some(at(1_000.0, 1_000.0)), 2));
    let release = release(&places, &walked(2));
    assert!(matches!(
        release.published().figure("P", Unit::Street),
        Some(Figure::Rounded { people: 30, .. })
    ));
    let mut published = release.published().clone();
    published.areas[0]
        .figures
        .insert(Unit::Street, Figure::Exact(32));
    let findings = check(&published, &[]);
    assert!(
        findings
            .iter()
            .any(|f| f.rule == Rule::Attack && f.cell == "C01"),
        "{findings:?}"
    );
}

/// Rounding to the nearest, instead of from what is known, can be cut by the parts' own figures.
#[test]
fn a_squat_alone_outside_the_city_is_not_told_by_the_total() {
    let mut places: Vec<_> = (0..6)
        .map(|i| {
            counted(
                Unit::Squat,
                Some(at(4_500.0 + f64::from(i) * 900.0, 5_000.0)),
                20,
            )
        })
        .collect();
    places.push(counted(Unit::Squat, Some(at(1_000.0, 1_000.0)), 41));
    let release = release(&places, &walked(2));
    let figure = |code: &str| release.published().figure(code, Unit::Squat);
    assert_eq!(figure("V"), Some(Figure::Exact(120)));
    assert_eq!(figure("P"), Some(Figure::Rounded { people: 160, to: 5 }));
    let mut published = release.published().clone();
    for area in &mut published.areas {
        if area.level == Level::Commune && area.code != "V" && area.code != "C01" {
            area.figures.remove(&Unit::Squat);
        }
    }
    published.areas[0]
        .figures
        .insert(Unit::Squat, Figure::Exact(161));
    let findings = check(&published, &[]);
    assert!(
        findings.iter().any(|f| f.rule == Rule::Attack),
        "{findings:?}"
    );
}

#[test]
fn two_releases_a_few_people_apart_are_caught() {
    let before = sound();
    let mut after = before.clone();
    after.heading = heading(2);
    after.stage = crate::disclosure::Stage::Correction;
    after.attributes.clear();
    assert_eq!(check(&after, std::slice::from_ref(&before)), vec![]);
    let leaf = set(&mut after, Level::Leaf, Unit::Street, Figure::Exact(25));
    let was = before.figure(&leaf, Unit::Street).unwrap().shown().unwrap();
    assert!(
        was.abs_diff(25) < 11 && was != 25,
        "choose another number: {was}"
    );
    let findings = check(&after, std::slice::from_ref(&before));
    assert!(
        findings
            .iter()
            .any(|f| f.rule == Rule::Difference && f.cell == leaf),
        "{findings:?}"
    );
    after.stage = crate::disclosure::Stage::Consolidated;
    let findings = check(&after, &[before]);
    assert!(
        findings
            .iter()
            .any(|f| f.reason.contains("consolidated before"))
    );
}
