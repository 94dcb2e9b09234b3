//! The attack: a linear program over all published figures tries to compute what was withheld, and
//! another tries to compute who was added or removed between two releases.

use super::linear::System;
use super::{Finding, Rule};
use crate::area::Level;
use crate::disclosure::published::{Figure, Published, PublishedArea, Stage};
use crate::disclosure::settings::Settings;
use crate::indicator::Unit;
use std::collections::BTreeMap;

/// Attacks one release with nothing else in hand.
pub fn alone(published: &Published, settings: &Settings) -> Vec<Finding> {
    if published.stage == Stage::Provisional {
        return Vec::new();
    }
    Unit::ALL
        .into_iter()
        .flat_map(|unit| attack_unit(published, unit, settings))
        .collect()
}

/// Areas that tell a unit, and the parts of each, by position in the release.
struct Cells<'a> {
    areas: Vec<(&'a PublishedArea, Figure)>,
    parts: BTreeMap<usize, Vec<usize>>,
}

fn cells(published: &Published, unit: Unit) -> Cells<'_> {
    let areas: Vec<(&PublishedArea, Figure)> = published
        .areas
        .iter()
        .filter_map(|area| Some((area, *area.figures.get(&unit)?)))
        .collect();
    let position: BTreeMap<&str, usize> = areas
        .iter()
        .enumerate()
        .map(|(index, (area, _))| (area.code.as_str(), index))
        .collect();
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, (area, _)) in areas.iter().enumerate() {
        if let Some(whole) = area.parent.as_deref().and_then(|code| position.get(code)) {
            parts.entry(*whole).or_default().push(index);
        }
    }
    Cells { areas, parts }
}

fn attack_unit(published: &Published, unit: Unit, settings: &Settings) -> Vec<Finding> {
    let cells = cells(published, unit);
    let slack = f64::from(settings.rounding_error());
    let mut system = System::default();
    for (_, figure) in &cells.areas {
        match figure {
            Figure::Exact(people) => system.variable(f64::from(*people), f64::from(*people)),
            Figure::Rounded { people, .. } => {
                let people = f64::from(*people);
                system.variable((people - slack).max(0.0), people + slack)
            }
            Figure::Withheld => system.variable(0.0, f64::INFINITY),
        };
    }
    let withheld = |index: &usize| cells.areas[*index].1 == Figure::Withheld;
    for (whole, parts) in &cells.parts {
        let mut terms: Vec<(usize, f64)> = parts.iter().map(|&part| (part, 1.0)).collect();
        if !parts.iter().any(withheld) {
            // People in no part: an attacker needs them only where all parts are told.
            terms.push((system.variable(0.0, f64::INFINITY), 1.0));
        }
        terms.push((*whole, -1.0));
        system.sum_is_zero(terms);
    }
    let minimum = f64::from(match unit {
        Unit::Street => settings.street_minimum_people,
        _ => settings.site_minimum_people,
    });
    let mut findings = Vec::new();
    let mut judge = |cell: &PublishedArea, of: &[usize], what: &str| match system.range(of) {
        None => findings.push(Finding::new(
            Rule::Attack,
            &cell.code,
            format!("the {} figures contradict each other", unit.code()),
        )),
        Some(found) => {
            let (low, high) = found.whole();
            let small = unit != Unit::Street || low < minimum;
            let alone = of.len() == 1;
            if found.values() < f64::from(settings.attack_minimum_values)
                && if alone { small } else { low < minimum }
            {
                findings.push(Finding::new(
                    Rule::Attack,
                    &cell.code,
                    format!("{what} {} can be computed: {low} to {high}", unit.code()),
                ));
            }
        }
    };
    for (index, (area, figure)) in cells.areas.iter().enumerate() {
        if *figure == Figure::Withheld {
            judge(area, &[index], "the withheld");
        }
    }
    for (whole, parts) in &cells.parts {
        let hidden: Vec<usize> = parts.iter().copied().filter(withheld).collect();
        if hidden.len() > 1 {
            judge(cells.areas[*whole].0, &hidden, "the sum of its withheld");
        }
    }
    findings
}

/// Attacks the changes between a release and each earlier one of the same nights.
pub fn between(published: &Published, earlier: &[Published], settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for before in earlier {
        let nights = &before.heading.nights;
        let shared = nights.iter().any(|n| published.heading.nights.contains(n));
        if shared && before.stage != Stage::Provisional && published.stage != Stage::Provisional {
            for unit in Unit::ALL {
                findings.extend(attack_change(published, before, unit, settings));
            }
        }
    }
    findings
}

/// No change is larger; the solver is given bounds, for it can cycle on variables without any.
const OPEN_CHANGE: f64 = 1e6;

/// How much each area changed is a variable; those withheld or in no part must not be pinned to a
/// few people.
fn attack_change(
    published: &Published,
    before: &Published,
    unit: Unit,
    settings: &Settings,
) -> Vec<Finding> {
    let cells = cells(published, unit);
    let open = (-OPEN_CHANGE, OPEN_CHANGE);
    let slack = f64::from(2 * settings.rounding_error());
    let mut system = System::default();
    for (area, figure) in &cells.areas {
        let (low, high) = match (*figure, before.figure(&area.code, unit)) {
            (Figure::Exact(now), Some(Figure::Exact(then))) => {
                let change = f64::from(now) - f64::from(then);
                (change, change)
            }
            (now, Some(then)) => match (now.shown(), then.shown()) {
                (Some(now), Some(then)) => {
                    let change = f64::from(now) - f64::from(then);
                    (change - slack, change + slack)
                }
                _ => open,
            },
            _ => open,
        };
        system.variable(low, high);
    }
    let mut targets: Vec<(usize, &PublishedArea)> = Vec::new();
    for (index, (area, figure)) in cells.areas.iter().enumerate() {
        if *figure == Figure::Withheld {
            targets.push((index, area));
        }
    }
    for (whole, parts) in &cells.parts {
        let mut terms: Vec<(usize, f64)> = parts.iter().map(|&part| (part, 1.0)).collect();
        if !parts
            .iter()
            .any(|&part| cells.areas[part].1 == Figure::Withheld)
        {
            let elsewhere = system.variable(open.0, open.1);
            targets.push((elsewhere, cells.areas[*whole].0));
            terms.push((elsewhere, 1.0));
        }
        terms.push((*whole, -1.0));
        system.sum_is_zero(terms);
    }
    let leafy = cells
        .areas
        .iter()
        .any(|(area, _)| area.level == Level::Leaf);
    let step = f64::from(if leafy {
        settings.street_minimum_people
    } else {
        settings.site_minimum_people
    });
    targets
        .into_iter()
        .filter_map(|(index, area)| {
            let found = system.range(&[index])?;
            let (low, high) = found.whole();
            let pinned = (high - low).abs() < 0.5 && low.abs() > 0.5 && low.abs() < step;
            pinned.then(|| {
                let reason = format!("a change of {low} {} can be computed", unit.code());
                Finding::new(Rule::Attack, &area.code, reason)
            })
        })
        .collect()
}
