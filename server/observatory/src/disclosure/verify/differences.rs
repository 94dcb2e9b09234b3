//! Parts add up to their whole, and no two figures tell a few people by their difference.

use super::{Finding, Rule};
use crate::area::Level;
use crate::disclosure::published::{Figure, Published, PublishedArea, Stage};
use crate::disclosure::settings::Settings;
use crate::indicator::Unit;

/// Sums and nested differences inside one release.
pub fn sums(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for whole in &published.areas {
        for (unit, figure) in &whole.figures {
            let parts: Vec<(&PublishedArea, Figure)> = published
                .areas
                .iter()
                .filter(|area| area.parent.as_deref() == Some(&whole.code))
                .filter_map(|area| Some((area, *area.figures.get(unit)?)))
                .collect();
            if let Some(reason) = sum_fault(whole, *figure, *unit, &parts, settings) {
                findings.push(Finding::new(Rule::Sum, &whole.code, reason));
            }
        }
    }
    findings.extend(nested(published, settings));
    if published.stage == Stage::Consolidated {
        findings.extend(zeros(published, settings));
    }
    findings
}

/// Zeros of walked parts stand together or not at all: one that is shown beside a withheld walked
/// part would tell that somebody is there.
fn zeros(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for whole in &published.areas {
        if whole.figures.get(&Unit::Street) == Some(&Figure::Exact(0)) {
            continue;
        }
        let parts = published
            .areas
            .iter()
            .filter(|area| area.parent.as_deref() == Some(&whole.code) && area.walked)
            .filter_map(|area| area.figures.get(&Unit::Street));
        let (mut shown, mut withheld) = (0, 0);
        for figure in parts {
            shown += u32::from(*figure == Figure::Exact(0));
            withheld += u32::from(*figure == Figure::Withheld);
        }
        if shown > 0 && (withheld > 0 || shown < settings.zero_minimum_areas) {
            let reason = format!("{shown} zeros are shown beside {withheld} withheld walked parts");
            findings.push(Finding::new(Rule::Threshold, &whole.code, reason));
        }
    }
    findings
}

fn sum_fault(
    whole: &PublishedArea,
    figure: Figure,
    unit: Unit,
    parts: &[(&PublishedArea, Figure)],
    settings: &Settings,
) -> Option<String> {
    if parts.is_empty() {
        return None;
    }
    let open = parts.iter().any(|(_, part)| *part == Figure::Withheld);
    let all_exact = parts
        .iter()
        .all(|(_, part)| matches!(part, Figure::Exact(_)));
    let low: u32 = parts
        .iter()
        .map(|(_, part)| part.bounds().map_or(0, |[low, _]| low))
        .sum();
    let shown = parts.iter().any(|(_, part)| *part != Figure::Withheld);
    let leaves = parts.iter().any(|(part, _)| part.level == Level::Leaf);
    match figure {
        Figure::Exact(people) if low > people => Some(format!(
            "{} parts add up to {low}, above {people}",
            unit.code()
        )),
        Figure::Exact(people) if all_exact && !open && unit == Unit::Street => {
            let left = people - low;
            (left > 0 && left < settings.street_minimum_people)
                .then(|| format!("{left} people are in no part"))
        }
        Figure::Rounded { people, to } if low >= people + to => {
            Some(format!("parts add up to {low}, above {people}"))
        }
        Figure::Withheld | Figure::Rounded { .. } if leaves => {
            Some("has leaves though its own figure is not exact".to_owned())
        }
        Figure::Withheld if shown && (unit == Unit::Street || whole.level != Level::Perimeter) => {
            Some("is withheld though its parts are shown".to_owned())
        }
        _ => None,
    }
}

/// No exact figure a few people above one inside it.
fn nested(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let exact = |area: &PublishedArea| match area.figures.get(&Unit::Street) {
        Some(Figure::Exact(people)) => Some(*people),
        _ => None,
    };
    for inner in &published.areas {
        let Some(few) = exact(inner) else { continue };
        let mut above = inner.parent.as_deref();
        while let Some(code) = above {
            let Some(outer) = published.areas.iter().find(|area| area.code == code) else {
                break;
            };
            if let Some(many) = exact(outer) {
                let left = many.saturating_sub(few);
                if left > 0 && left < settings.street_minimum_people {
                    let reason = format!("{left} people are in {} outside it", outer.code);
                    findings.push(Finding::new(Rule::Difference, &inner.code, reason));
                }
            }
            above = outer.parent.as_deref();
        }
    }
    findings
}

/// No figure of the same area a few people away from an earlier one, for the same nights; a night
/// consolidated once.
pub fn between(published: &Published, earlier: &[Published], settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for before in earlier {
        if !before.meets(published) || before.stage == Stage::Provisional {
            continue;
        }
        if published.stage == Stage::Provisional {
            // Whoever knows the consolidated figure learns what changed since.
            let reason = "a provisional figure comes after a consolidated one".to_owned();
            let campaign = &published.heading.campaign;
            findings.push(Finding::new(Rule::Difference, campaign, reason));
            continue;
        }
        if published.stage == Stage::Consolidated {
            let reason = "these nights were consolidated before".to_owned();
            findings.push(Finding::new(
                Rule::Difference,
                &published.heading.campaign,
                reason,
            ));
        }
        for area in &published.areas {
            let Some(was) = before.areas.iter().find(|a| a.code == area.code) else {
                let reason = "is on another partition than before".to_owned();
                findings.push(Finding::new(Rule::Difference, &area.code, reason));
                continue;
            };
            for (unit, figure) in &area.figures {
                let step = match (unit, area.level) {
                    (Unit::Street, Level::Leaf) => settings.leaf_minimum_people,
                    (Unit::Street, _) => settings.street_minimum_people,
                    _ => settings.site_minimum_people,
                };
                let (Figure::Exact(now), Some(Figure::Exact(then))) =
                    (*figure, was.figures.get(unit).copied())
                else {
                    continue;
                };
                let apart = now.abs_diff(then);
                if apart > 0 && apart < step {
                    let reason = format!("{then} became {now}: the few who differ are told");
                    findings.push(Finding::new(Rule::Difference, &area.code, reason));
                }
            }
        }
    }
    findings
}
