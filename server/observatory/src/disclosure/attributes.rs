//! Tables of people in the street by attribute: the perimeter and communes, one attribute at a time,
//! with primary and secondary suppression.
//!
//! It must never let a sum, a complement or a rounded total give back what it withholds.
//! Consolidated releases call it.

use super::placed::{Holding, Placed};
use super::published::{AttributeFigure, Figure, PublishedArea};
use super::settings::Settings;
use super::verify::tables::{Grid, Row, attack};
use crate::area::{AreaTree, Level};
use crate::attribute::Attribute;
use crate::indicator::Unit;

/// The tables that may be shown.
///
/// *Primary suppression*: a category is shown from `leaf_minimum_people` people at
/// `leaf_minimum_spots` spots, none above `maximum_share_percent`; a zero is not shown. The
/// perimeter's category is rounded where the people outside the communes that tell it are too few.
/// *Secondary suppression*: while the people behind a row's withheld categories do not pass together,
/// or a linear program computes some group more narrowly than head-counts alone do, the smallest
/// category of that row is withheld too. Nothing tells the two apart.
pub fn tables(
    tree: &AreaTree,
    placed: &[Placed],
    areas: &[PublishedArea],
    settings: &Settings,
) -> Vec<AttributeFigure> {
    let told: Vec<usize> = (0..tree.areas().len())
        .filter(|&index| matches!(areas[index].level, Level::Perimeter | Level::Commune))
        .filter(|&index| street_figure(areas, index).shown().is_some())
        .collect();
    if told.first() != Some(&AreaTree::ROOT) {
        return Vec::new();
    }
    let mut figures = Vec::new();
    for attribute in Attribute::ALL {
        let table = Table::counted(tree, placed, &told, attribute);
        let grid = table.settled(areas, settings);
        let shows = |row: &Row| row.cells.iter().any(|cell| *cell != Figure::Withheld);
        if !grid.rows.iter().any(shows) {
            continue;
        }
        for row in &grid.rows {
            for (category, figure) in attribute.categories().iter().zip(&row.cells) {
                figures.push(AttributeFigure {
                    code: row.code.clone(),
                    attribute,
                    category: (*category).to_owned(),
                    figure: *figure,
                });
            }
        }
    }
    let position = |told: &AttributeFigure| areas.iter().position(|area| area.code == told.code);
    figures.sort_by_key(position);
    figures
}

fn street_figure(areas: &[PublishedArea], index: usize) -> Figure {
    let figure = areas[index].figures.get(&Unit::Street).copied();
    figure.unwrap_or(Figure::Withheld)
}

/// Who is of which category, before anything is withheld.
struct Table {
    attribute: Attribute,
    /// Areas that may have a row; the first is the perimeter.
    told: Vec<usize>,
    /// By row, then category.
    held: Vec<Vec<Holding>>,
}

impl Table {
    fn counted(tree: &AreaTree, placed: &[Placed], told: &[usize], attribute: Attribute) -> Self {
        let empty = vec![Holding::default(); attribute.categories().len()];
        let mut held = vec![empty; told.len()];
        for place in placed.iter().filter(|place| place.unit == Unit::Street) {
            let category = attribute.category_of(&place.profile);
            for index in tree.up_from(place.held_by) {
                if let Some(row) = told.iter().position(|&one| one == index) {
                    held[row][category].add(place);
                }
            }
        }
        Self {
            attribute,
            told: told.to_vec(),
            held,
        }
    }

    fn settled(&self, areas: &[PublishedArea], settings: &Settings) -> Grid {
        let mut cells: Vec<Vec<Figure>> =
            self.held.iter().map(|row| primary(row, settings)).collect();
        loop {
            for (row, of) in cells.iter_mut().enumerate().skip(1) {
                let total = street_figure(areas, self.told[row]);
                withhold_few(&self.held[row], of, total, settings);
            }
            self.complements(areas, &mut cells, settings);
            let total = street_figure(areas, AreaTree::ROOT);
            withhold_few(&self.held[0], &mut cells[0], total, settings);
            let (grid, rows) = self.grid(areas, &cells);
            let found = attack(&grid, settings);
            let Some(first) = found.first() else {
                return grid;
            };
            // The row that fails, else the perimeter's, else any that still shows something.
            let mut order = [rows[first.row], 0].into_iter().chain(1..cells.len());
            let smallest =
                order.find_map(|row| Some((row, smallest_shown(&self.held[row], &cells[row])?)));
            match smallest {
                Some((row, category)) => cells[row][category] = Figure::Withheld,
                None => return grid,
            }
        }
    }

    /// The perimeter's categories, each from what the communes tell of it now.
    fn complements(&self, areas: &[PublishedArea], cells: &mut [Vec<Figure>], settings: &Settings) {
        let all = street_figure(areas, AreaTree::ROOT);
        for category in 0..self.attribute.categories().len() {
            if cells[0][category] == Figure::Withheld {
                continue;
            }
            let whole = &self.held[0][category];
            let mut outside = whole.clone();
            let (mut known, mut told_of) = (0, 0);
            for (row, told) in cells.iter().enumerate().skip(1) {
                if let Figure::Exact(people) = told[category] {
                    known += people;
                    if let Figure::Exact(of) = street_figure(areas, self.told[row]) {
                        told_of += of;
                    }
                    outside.leave_out(&self.held[row][category]);
                }
            }
            // Head-counts say themselves that nobody is elsewhere.
            let nobody = outside.people == 0 && all == Figure::Exact(told_of);
            let open = known == 0 || nobody || outside.passes_as_leaf(settings);
            cells[0][category] = if open {
                Figure::Exact(whole.people)
            } else {
                let to = settings.attribute_rounding.max(1);
                // Few people outside: from what is known alone, amid what the whole may be.
                let few = outside.people < settings.leaf_minimum_people;
                let about = if few {
                    known + to
                } else {
                    whole.people + to / 2
                };
                Figure::Rounded {
                    people: about / to * to,
                    to,
                }
            };
        }
    }

    /// The table as it would be published, and which of our rows each of its rows is.
    fn grid(&self, areas: &[PublishedArea], cells: &[Vec<Figure>]) -> (Grid, Vec<usize>) {
        let shown = |row: usize| cells[row].iter().any(|cell| *cell != Figure::Withheld);
        let rows: Vec<usize> = (0..self.told.len())
            .filter(|&row| row == 0 || shown(row))
            .collect();
        let elsewhere = (0..self.told.len()).filter(|row| !rows.contains(row));
        let exact = elsewhere.filter_map(|row| match street_figure(areas, self.told[row]) {
            Figure::Exact(people) => Some(people),
            Figure::Rounded { .. } | Figure::Withheld => None,
        });
        let grid = Grid {
            attribute: self.attribute,
            known_elsewhere: exact.sum(),
            rows: rows
                .iter()
                .map(|&row| Row {
                    code: areas[self.told[row]].code.clone(),
                    total: street_figure(areas, self.told[row]),
                    cells: cells[row].clone(),
                })
                .collect(),
        };
        (grid, rows)
    }
}

/// While the people behind a row's withheld categories do not pass together, its smallest category joins
/// them. Only an exact head-count tells how many they are.
pub fn withhold_few(row: &[Holding], cells: &mut [Figure], total: Figure, settings: &Settings) {
    let exact = |cells: &[Figure]| {
        matches!(total, Figure::Exact(_))
            && !cells
                .iter()
                .any(|cell| matches!(cell, Figure::Rounded { .. }))
    };
    while exact(cells) {
        let mut hidden = Holding::default();
        let mut count = 0;
        for (held, cell) in row.iter().zip(cells.iter()) {
            if *cell == Figure::Withheld {
                hidden.join(held);
                count += 1;
            }
        }
        if count == 0 || (count > 1 && hidden.passes_as_leaf(settings)) {
            return;
        }
        match smallest_shown(row, cells) {
            Some(category) => cells[category] = Figure::Withheld,
            None => return,
        }
    }
}

/// Each category by itself.
pub fn primary(row: &[Holding], settings: &Settings) -> Vec<Figure> {
    row.iter()
        .map(|held| {
            if held.passes_as_leaf(settings) {
                Figure::Exact(held.people)
            } else {
                Figure::Withheld
            }
        })
        .collect()
}

/// The category with the fewest people among those shown; ties by its order.
fn smallest_shown(held: &[Holding], cells: &[Figure]) -> Option<usize> {
    (0..cells.len())
        .filter(|&category| cells[category] != Figure::Withheld)
        .min_by_key(|&category| (held[category].people, category))
}
