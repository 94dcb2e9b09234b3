//! No figure under its threshold, and none at a level where its unit is never told.

use super::{Finding, Rule};
use crate::area::Level;
use crate::disclosure::published::{Figure, Published, PublishedArea, Stage};
use crate::disclosure::settings::Settings;
use crate::indicator::Unit;
use std::collections::BTreeSet;

/// Checks every figure by itself, and the nesting of areas.
pub fn check(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = nesting(published);
    for area in &published.areas {
        for (unit, figure) in &area.figures {
            let reason = if published.stage == Stage::Provisional {
                provisional(area, *unit, *figure, settings)
            } else {
                fault(area, *unit, *figure, settings)
            };
            if let Some(reason) = reason {
                findings.push(Finding::new(Rule::Threshold, &area.code, reason));
            }
        }
    }
    findings
}

fn provisional(
    area: &PublishedArea,
    unit: Unit,
    figure: Figure,
    settings: &Settings,
) -> Option<String> {
    let ten = settings.provisional_rounding;
    let rounded = match figure {
        Figure::Withheld => true,
        Figure::Rounded { people, to } => to == ten && people % ten == 0,
        Figure::Exact(_) => false,
    };
    (area.level != Level::Perimeter || unit != Unit::Street || !rounded)
        .then(|| "a provisional release says the perimeter to the nearest ten only".to_owned())
}

fn fault(area: &PublishedArea, unit: Unit, figure: Figure, settings: &Settings) -> Option<String> {
    let told = match unit {
        Unit::Street => true,
        Unit::Partner => area.level == Level::Perimeter,
        Unit::Squat | Unit::Bidonville => {
            matches!(area.level, Level::Perimeter | Level::Commune)
        }
    };
    if !told {
        return Some(format!("{} are never told at this level", unit.code()));
    }
    let to_be_rounded = match unit {
        Unit::Street => area.level != Level::Leaf,
        _ => area.level == Level::Perimeter,
    };
    let minimum = match (unit, area.level) {
        (Unit::Street, Level::Leaf) => settings.leaf_minimum_people,
        (Unit::Street, _) => settings.street_minimum_people,
        _ => settings.site_minimum_people,
    };
    match figure {
        Figure::Withheld if area.level == Level::Leaf => {
            Some("a leaf is never withheld".to_owned())
        }
        Figure::Exact(0) if unit == Unit::Street && area.level != Level::Leaf => {
            (!area.walked).then(|| "zero is shown though not fully walked".to_owned())
        }
        Figure::Exact(people) if people < minimum => {
            Some(format!("{people} {} is under {minimum}", unit.code()))
        }
        Figure::Rounded { people, to } => {
            let unit_of = settings.complement_rounding.max(1);
            let step = to == unit_of || (unit == Unit::Street && to % unit_of == 0);
            let fits = to_be_rounded && step && people % to == 0;
            (!fits).then(|| format!("{people} is not rounded as the settings say"))
        }
        Figure::Withheld | Figure::Exact(_) => None,
    }
}

/// Codes are unique, each area comes after the one it is a part of, leaves have no parts and no
/// large area beside them.
fn nesting(published: &Published) -> Vec<Finding> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut findings = Vec::new();
    let mut say = |area: &PublishedArea, reason: &str| {
        findings.push(Finding::new(Rule::Tiling, &area.code, reason.to_owned()));
    };
    for area in &published.areas {
        match &area.parent {
            None if area.level != Level::Perimeter => say(area, "is a part of nothing"),
            Some(parent) if !seen.contains(parent.as_str()) => {
                say(area, "is a part of an unknown area");
            }
            _ => {}
        }
        if !seen.insert(&area.code) {
            say(area, "this code is there twice");
        }
        let parts = published
            .areas
            .iter()
            .filter(|part| part.parent.as_deref() == Some(&area.code));
        let levels: BTreeSet<Level> = parts.map(|part| part.level).collect();
        if levels.len() > 1 || levels.iter().any(|level| *level <= area.level) {
            say(area, "its parts are not of one finer level");
        }
    }
    findings
}
