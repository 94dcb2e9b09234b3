//! The attack: a linear program over all published figures tries to compute what was withheld, and
//! another tries to compute who was added or removed between two releases.

use super::linear::System;
use super::{Finding, Rule};
use crate::area::Level;
use crate::disclosure::published::{Figure, Published, PublishedArea, Stage};
use crate::disclosure::settings::Settings;
use crate::indicator::Unit;
use std::collections::BTreeMap;

/// Attacks one release, with the provisional ones of the same nights in hand.
pub fn alone(published: &Published, earlier: &[Published], settings: &Settings) -> Vec<Finding> {
    if published.stage == Stage::Provisional {
        return Vec::new();
    }
    let ranges: Vec<[u32; 2]> = earlier
        .iter()
        .filter(|before| before.stage == Stage::Provisional && before.meets(published))
        .filter_map(|before| before.range)
        .collect();
    Unit::ALL
        .into_iter()
        .flat_map(|unit| attack_unit(published, unit, &ranges, settings))
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

/// The program of one unit: a variable per area, and for each whole the people in none of its
/// parts.
struct Program<'a> {
    cells: Cells<'a>,
    system: System,
}

impl<'a> Program<'a> {
    /// `elsewhere`: people may be in no part even where some part is withheld. An attacker who
    /// trusts that everybody was placed does without, as long as the figures allow.
    fn of(published: &'a Published, unit: Unit, known: &Known<'_>, elsewhere: bool) -> Self {
        let cells = cells(published, unit);
        let mut system = System::default();
        for index in 0..cells.areas.len() {
            let (low, high) = known.bounds(&cells, index, unit);
            system.variable(low, high);
        }
        for (whole, parts) in &cells.parts {
            let mut terms: Vec<(usize, f64)> = parts.iter().map(|&part| (part, 1.0)).collect();
            if elsewhere || !parts.iter().any(|&part| cells.withheld(part)) {
                terms.push((system.variable(0.0, f64::INFINITY), 1.0));
            }
            terms.push((*whole, -1.0));
            system.sum_is_zero(terms);
            if unit == Unit::Street {
                known.not_all_zero(&cells, *whole, &mut system);
            }
        }
        Self { cells, system }
    }
}

impl Cells<'_> {
    fn withheld(&self, index: usize) -> bool {
        self.areas[index].1 == Figure::Withheld
    }
}

/// What the printed rules and other releases of the same nights tell beside the figures.
struct Known<'a> {
    stage: Stage,
    settings: &'a Settings,
    /// Of the perimeter's street figure: where provisional releases said it was.
    ranges: &'a [[u32; 2]],
}

impl Known<'_> {
    /// What a reader of the rules cannot exclude for one area.
    fn bounds(&self, cells: &Cells<'_>, index: usize, unit: Unit) -> (f64, f64) {
        let (area, figure) = cells.areas[index];
        let (mut low, mut high) = figure.bounds().map_or((0.0, f64::INFINITY), |[low, high]| {
            (f64::from(low), f64::from(high))
        });
        let street = unit == Unit::Street && self.stage == Stage::Consolidated;
        if street && cells.withheld(index) && !cells.parts.contains_key(&index) {
            // Withheld for being few: nothing else withholds an area without parts.
            high = f64::from(self.settings.street_minimum_people.saturating_sub(1));
            if area.walked && self.settings.zero_minimum_areas < 2 {
                low = 1.0;
            }
        }
        if unit == Unit::Street && area.level == Level::Perimeter {
            let step = f64::from(self.settings.provisional_rounding);
            for [least, most] in self.ranges {
                let (least, most) = (f64::from(*least) - step, f64::from(*most) + step);
                // Figures that leave the range show that more was found since.
                if least <= high && most >= low {
                    (low, high) = (low.max(least), high.min(most));
                }
            }
        }
        (low, high)
    }

    /// Zeros of walked parts are shown together: several that are withheld are not all zero.
    fn not_all_zero(&self, cells: &Cells<'_>, whole: usize, system: &mut System) {
        let least = self.settings.zero_minimum_areas as usize;
        let walked: Vec<usize> = cells.parts[&whole]
            .iter()
            .copied()
            .filter(|&part| cells.withheld(part) && cells.areas[part].0.walked)
            .collect();
        let told = self.stage == Stage::Consolidated && !cells.withheld(whole);
        if told && least > 1 && walked.len() >= least {
            let mut terms: Vec<(usize, f64)> = walked.iter().map(|&part| (part, 1.0)).collect();
            terms.push((system.variable(1.0, f64::INFINITY), -1.0));
            system.sum_is_zero(terms);
        }
    }
}

fn attack_unit(
    published: &Published,
    unit: Unit,
    ranges: &[[u32; 2]],
    settings: &Settings,
) -> Vec<Finding> {
    let known = Known {
        stage: published.stage,
        settings,
        ranges,
    };
    let strict = Program::of(published, unit, &known, false);
    if strict.system.range(&[]).is_some() {
        return judge_all(&strict, unit, settings);
    }
    judge_all(&Program::of(published, unit, &known, true), unit, settings)
}

fn judge_all(program: &Program<'_>, unit: Unit, settings: &Settings) -> Vec<Finding> {
    let cells = &program.cells;
    let minimum = f64::from(match unit {
        Unit::Street => settings.street_minimum_people,
        _ => settings.site_minimum_people,
    });
    let mut findings = Vec::new();
    let mut judge = |cell: &PublishedArea, of: &[usize], what: &str| match program.system.range(of)
    {
        None => findings.push(Finding::new(
            Rule::Attack,
            &cell.code,
            format!("the {} figures contradict each other", unit.code()),
        )),
        Some(found) => {
            let (low, high) = found.whole();
            let small = unit != Unit::Street || low < minimum;
            let alone = of.len() == 1;
            // Of several areas it may be known that somebody is in one of them.
            let left = found.values() + f64::from(u8::from(!alone && low > 0.5 && low < 1.5));
            if left < f64::from(settings.attack_minimum_values)
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
    for (index, (area, _)) in cells.areas.iter().enumerate() {
        if cells.withheld(index) {
            judge(area, &[index], "the withheld");
        }
    }
    for (whole, parts) in &cells.parts {
        let hidden: Vec<usize> = parts
            .iter()
            .copied()
            .filter(|&p| cells.withheld(p))
            .collect();
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
        let shared = before.meets(published);
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
    let mut system = System::default();
    for (area, figure) in &cells.areas {
        let (low, high) = match (*figure, before.figure(&area.code, unit)) {
            (Figure::Exact(now), Some(Figure::Exact(then))) => {
                let change = f64::from(now) - f64::from(then);
                (change, change)
            }
            (now, Some(then)) => match (now.bounds(), then.bounds()) {
                (Some(now), Some(then)) => (
                    f64::from(now[0]) - f64::from(then[1]),
                    f64::from(now[1]) - f64::from(then[0]),
                ),
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
