//! Tables by attribute under attack: one linear program per table over its cells, its sums with the
//! plain head-counts, and its sums with the perimeter.
//!
//! It must never know more than the published figures. Releases check themselves with it; the
//! building of tables asks it which cell still gives too much away.

use super::linear::System;
use super::{Finding, Rule};
use crate::area::Level;
use crate::attribute::Attribute;
use crate::disclosure::published::{AttributeFigure, Figure, Published, Stage};
use crate::disclosure::settings::Settings;
use crate::indicator::Unit;

/// One row of a table: an area, its plain head-count and its categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub code: String,
    pub total: Figure,
    pub cells: Vec<Figure>,
}

/// One table: the perimeter, then communes, and what the communes that are not told hold at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    pub attribute: Attribute,
    /// The first is the perimeter.
    pub rows: Vec<Row>,
    /// Exact head-counts of communes without a row, added up.
    pub known_elsewhere: u32,
}

/// What is wrong, and in which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFinding {
    pub row: usize,
    pub finding: Finding,
}

/// Checks the tables of a release.
pub fn check(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = shape(published, settings);
    for attribute in Attribute::ALL {
        if let Some(grid) = grid(published, attribute) {
            let found = attack(&grid, settings);
            findings.extend(found.into_iter().map(|found| found.finding));
        }
    }
    findings
}

/// The table of an attribute as it is published; none where it is not told.
fn grid(published: &Published, attribute: Attribute) -> Option<Grid> {
    let mut rows = Vec::new();
    let mut known_elsewhere = 0;
    for area in &published.areas {
        let total = area.figures.get(&Unit::Street).copied();
        let cells: Vec<Figure> = attribute
            .categories()
            .iter()
            .filter_map(|category| cell(&published.attributes, &area.code, attribute, category))
            .collect();
        if !cells.is_empty() {
            rows.push(Row {
                code: area.code.clone(),
                total: total.unwrap_or(Figure::Withheld),
                cells,
            });
        } else if let (Level::Commune, Some(Figure::Exact(people))) = (area.level, total) {
            known_elsewhere += people;
        }
    }
    let complete = |row: &Row| row.cells.len() == attribute.categories().len();
    (!rows.is_empty() && rows.iter().all(complete)).then_some(Grid {
        attribute,
        rows,
        known_elsewhere,
    })
}

fn cell(
    told: &[AttributeFigure],
    code: &str,
    attribute: Attribute,
    category: &str,
) -> Option<Figure> {
    told.iter()
        .find(|one| one.code == code && one.attribute == attribute && one.category == category)
        .map(|one| one.figure)
}

/// Levels, thresholds, roundings, and rows that are whole.
fn shape(published: &Published, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |told: &AttributeFigure, reason: String| {
        let cell = format!("{} {}={}", told.code, told.attribute.code(), told.category);
        findings.push(Finding::new(Rule::Threshold, &cell, reason));
    };
    let (k, to) = (settings.leaf_minimum_people, settings.attribute_rounding);
    for told in &published.attributes {
        let area = published.areas.iter().find(|area| area.code == told.code);
        let level = area.map(|area| area.level);
        let total = published.figure(&told.code, Unit::Street);
        if published.stage != Stage::Consolidated {
            say(told, "only a consolidated release has tables".to_owned());
        }
        if !matches!(level, Some(Level::Perimeter | Level::Commune)) {
            say(told, "no table is told at this level".to_owned());
        }
        if total.is_none_or(|total| total.shown().is_none()) {
            say(told, "the area's own head-count is withheld".to_owned());
        }
        let same =
            |other: &&AttributeFigure| other.code == told.code && other.attribute == told.attribute;
        let row: Vec<&AttributeFigure> = published.attributes.iter().filter(same).collect();
        let root = published.areas.first().map(|area| area.code.as_str());
        let rooted = published
            .attributes
            .iter()
            .any(|one| Some(one.code.as_str()) == root && one.attribute == told.attribute);
        if !rooted {
            say(told, "the perimeter's row is missing".to_owned());
        }
        let whole = row.iter().map(|one| one.category.as_str()).eq(told
            .attribute
            .categories()
            .iter()
            .copied());
        if !whole {
            say(
                told,
                "the categories of the row are not all there".to_owned(),
            );
        }
        match told.figure {
            Figure::Exact(people) if people < k => say(told, format!("{people} is under {k}")),
            Figure::Rounded { people, to: base } => {
                let fits = base == to && people % to == 0 && level == Some(Level::Perimeter);
                if !fits {
                    say(told, format!("{people} is not rounded as the settings say"));
                }
            }
            Figure::Exact(_) | Figure::Withheld => {}
        }
    }
    findings
}

/// Bounds that anybody reads off a figure.
fn bounds(figure: Figure, slack: u32) -> (f64, f64) {
    match figure {
        Figure::Exact(people) => (f64::from(people), f64::from(people)),
        Figure::Rounded { people, .. } => {
            let (people, slack) = (f64::from(people), f64::from(slack));
            ((people - slack).max(0.0), people + slack)
        }
        Figure::Withheld => (0.0, f64::INFINITY),
    }
}

/// Bounds that anybody reads off a head-count.
fn head_count(figure: Figure) -> (f64, f64) {
    let told = figure.bounds();
    told.map_or((0.0, f64::INFINITY), |[low, high]| {
        (f64::from(low), f64::from(high))
    })
}

/// The program: variables of every cell, of every total, and of the people in no row.
struct Attack<'a> {
    grid: &'a Grid,
    system: System,
    cells: Vec<Vec<usize>>,
    totals: Vec<usize>,
    elsewhere: Vec<usize>,
    /// Most people that head-counts leave outside the communes with a row.
    most_elsewhere: f64,
}

impl<'a> Attack<'a> {
    fn of(grid: &'a Grid, settings: &Settings) -> Self {
        let mut system = System::default();
        let count = grid.attribute.categories().len();
        let (mut cells, mut totals) = (Vec::new(), Vec::new());
        for row in &grid.rows {
            let (low, high) = head_count(row.total);
            let total = system.variable(low, high);
            let of: Vec<usize> = row
                .cells
                .iter()
                .map(|figure| {
                    let (low, high) = bounds(*figure, settings.attribute_rounding);
                    system.variable(low, high)
                })
                .collect();
            let mut sum: Vec<(usize, f64)> = of.iter().map(|&cell| (cell, 1.0)).collect();
            sum.push((total, -1.0));
            system.sum_is_zero(sum);
            cells.push(of);
            totals.push(total);
        }
        let elsewhere: Vec<usize> = (0..count)
            .map(|_| system.variable(0.0, f64::INFINITY))
            .collect();
        let all_elsewhere = system.variable(f64::from(grid.known_elsewhere), f64::INFINITY);
        let mut sum: Vec<(usize, f64)> = elsewhere.iter().map(|&cell| (cell, 1.0)).collect();
        sum.push((all_elsewhere, -1.0));
        system.sum_is_zero(sum);
        for (category, other) in elsewhere.iter().enumerate() {
            let parts = cells.iter().skip(1).map(|row| (row[category], 1.0));
            let mut sum: Vec<(usize, f64)> = parts.collect();
            sum.push((*other, 1.0));
            sum.push((cells[0][category], -1.0));
            system.sum_is_zero(sum);
        }
        let high = |row: &Row| head_count(row.total).1;
        let low = |row: &Row| head_count(row.total).0;
        let most_elsewhere = high(&grid.rows[0]) - grid.rows.iter().skip(1).map(low).sum::<f64>();
        Self {
            grid,
            system,
            cells,
            totals,
            elsewhere,
            most_elsewhere: most_elsewhere.max(0.0),
        }
    }
}

/// Which cells, sums of withheld cells, complements and totals can be computed.
pub fn attack(grid: &Grid, settings: &Settings) -> Vec<RowFinding> {
    let program = Attack::of(grid, settings);
    let k = f64::from(settings.leaf_minimum_people);
    let mut findings = Vec::new();
    let mut judge = |row: usize, of: &[usize], most: f64, few_only: bool, what: &str| {
        let table = grid.attribute.code();
        let cell = format!("{} {table}={what}", grid.rows[row].code);
        let reason = match program.system.range(of) {
            None => "the figures contradict each other".to_owned(),
            Some(found) => {
                let (low, high) = found.whole();
                let narrow = found.values() < k.min(most + 1.0);
                if !narrow || (few_only && low >= k) {
                    return;
                }
                format!("can be computed: {low} to {high}")
            }
        };
        let finding = Finding::new(Rule::Attack, &cell, reason);
        findings.push(RowFinding { row, finding });
    };
    let categories = grid.attribute.categories();
    // Everybody is somewhere: contradictions show even where nothing is withheld.
    judge(0, &[program.totals[0]], 0.0, false, "total");
    for (index, row) in grid.rows.iter().enumerate() {
        let most = head_count(row.total).1;
        let hidden: Vec<usize> = (0..categories.len())
            .filter(|&category| row.cells[category] == Figure::Withheld)
            .collect();
        if hidden.len() == categories.len() {
            continue;
        }
        for &category in &hidden {
            let cell = program.cells[index][category];
            judge(index, &[cell], most, false, categories[category]);
        }
        if hidden.len() > 1 {
            let all: Vec<usize> = hidden.iter().map(|&c| program.cells[index][c]).collect();
            judge(index, &all, most, true, "withheld");
        }
        if matches!(row.total, Figure::Rounded { .. }) {
            let left = f64::from(settings.attack_minimum_values) - 1.0;
            judge(index, &[program.totals[index]], left, false, "total");
        }
    }
    if program.grid.rows.len() > 1 {
        for (category, &other) in program.elsewhere.iter().enumerate() {
            judge(
                0,
                &[other],
                program.most_elsewhere,
                true,
                categories[category],
            );
        }
    }
    findings
}
