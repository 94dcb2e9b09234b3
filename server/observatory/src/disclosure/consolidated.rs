//! *Consolidée*: all levels, once.
//!
//! It must never be built from undecided doubles. `server/src/publication` calls it.

use super::leaves::{Leaf, split};
use super::placed::{Holding, Placed, holdings, place_all};
use super::published::{Figure, Heading, Published, PublishedArea, Stage};
use super::release::{DisclosureError, FrozenLeaf, Release};
use super::settings::Settings;
use super::{attributes, large, rings, sentence, sites, squares};
use crate::area::{AreaTree, Level};
use crate::indicator::{CountedPlace, Unit};
use crate::plane::Plane;
use geo::MultiPolygon;
use std::collections::{BTreeMap, BTreeSet};

/// A night as counted.
#[derive(Debug, Clone, Copy)]
pub struct CountedNight<'a> {
    /// Distinct people after review, by place.
    pub places: &'a [CountedPlace],
    /// The ground that was fully walked (WGS 84).
    pub walked: &'a MultiPolygon<f64>,
}

/// Builds the consolidated release of a night.
///
/// # Errors
/// [`DisclosureError::RuleBroken`] when its own check finds a fault: nothing is let through.
pub fn consolidate(
    heading: Heading,
    tree: &AreaTree,
    night: CountedNight<'_>,
    settings: &Settings,
) -> Result<Release, DisclosureError> {
    let (published, partition) = unchecked(heading, tree, night, settings);
    Ok(Release::checked(published, partition, &[])?.on(tree))
}

/// What would be published, before the check of every rule.
pub(super) fn unchecked(
    heading: Heading,
    tree: &AreaTree,
    night: CountedNight<'_>,
    settings: &Settings,
) -> (Published, Vec<FrozenLeaf>) {
    let placed = place_all(tree, night.places, settings);
    let walked = tree.walked(night.walked, f64::from(settings.walked_tolerance_percent));
    let mut areas = large_areas(tree, &placed, &walked, settings);
    let (leaves, partition) = leaf_areas(tree, &placed, &areas, settings);
    areas.extend(leaves);
    let told: Vec<(Unit, Figure)> = areas[AreaTree::ROOT]
        .figures
        .iter()
        .map(|(unit, figure)| (*unit, *figure))
        .collect();
    let attributes = attributes::tables(tree, &placed, &areas, settings);
    let published = Published {
        stage: Stage::Consolidated,
        settings: settings.lines(),
        sentence: sentence::consolidated(&told, heading.exercise),
        heading,
        areas,
        attributes,
        range: None,
        corrects: None,
        errata: Vec::new(),
    };
    (published, partition)
}

fn large_areas(
    tree: &AreaTree,
    placed: &[Placed],
    walked: &[bool],
    settings: &Settings,
) -> Vec<PublishedArea> {
    let street = holdings(tree, placed, Unit::Street);
    let counts: Vec<u32> = street.iter().map(|held| held.people).collect();
    let mut figures: Vec<BTreeMap<Unit, Figure>> = large::figures(tree, &counts, walked, settings)
        .into_iter()
        .map(|figure| BTreeMap::from([(Unit::Street, figure)]))
        .collect();
    for unit in [Unit::Squat, Unit::Bidonville, Unit::Partner] {
        let held = holdings(tree, placed, unit);
        let told = sites::figures(tree, &held, unit, settings);
        for (figures, told) in figures.iter_mut().zip(told) {
            figures.extend(told.map(|figure| (unit, figure)));
        }
    }
    tree.areas()
        .iter()
        .zip(figures)
        .enumerate()
        .map(|(index, (area, figures))| PublishedArea {
            code: area.code.clone(),
            name: area.name.clone(),
            level: area.level,
            parent: area.parent.map(|parent| tree.areas()[parent].code.clone()),
            walked: walked[index],
            boundary: rings::rounded(&area.boundary),
            figures,
        })
        .collect()
}

/// Leaves of every smallest area whose own figure is shown exactly.
fn leaf_areas(
    tree: &AreaTree,
    placed: &[Placed],
    areas: &[PublishedArea],
    settings: &Settings,
) -> (Vec<PublishedArea>, Vec<FrozenLeaf>) {
    let plane = Plane::new();
    let (mut published, mut partition) = (Vec::new(), Vec::new());
    for (index, area) in tree.areas().iter().enumerate() {
        let exact = matches!(areas[index].figures[&Unit::Street], Figure::Exact(_));
        if !area.children.is_empty() || !exact {
            continue;
        }
        for (number, leaf) in area_leaves(index, area, placed, settings)
            .iter()
            .enumerate()
        {
            let code = leaf_code(&area.code, leaf);
            let grain_m = settings.square_sizes_m.last().copied().unwrap_or(1);
            let whole = leaf.squares.is_empty();
            let boundary = if whole {
                area.boundary.clone()
            } else {
                plane.unproject(&squares::ground(&area.shape, &leaf.squares, grain_m))
            };
            published.push(PublishedArea {
                code: code.clone(),
                name: if whole {
                    area.name.clone()
                } else {
                    format!("{} · {}", area.name, number + 1)
                },
                level: Level::Leaf,
                parent: Some(area.code.clone()),
                walked: areas[index].walked,
                boundary: rings::rounded(&boundary),
                figures: BTreeMap::from([(Unit::Street, Figure::Exact(leaf.held.people))]),
            });
            partition.push(FrozenLeaf {
                code,
                parent: area.code.clone(),
                squares: leaf.squares.clone(),
            });
        }
    }
    (published, partition)
}

fn area_leaves(
    index: usize,
    area: &crate::area::LargeArea,
    placed: &[Placed],
    settings: &Settings,
) -> Vec<Leaf> {
    let street = placed
        .iter()
        .filter(|p| p.unit == Unit::Street && p.held_by == index);
    let (inside, unplaced): (Vec<&Placed>, Vec<&Placed>) = street.partition(|p| p.at.is_some());
    let left_out: u32 = unplaced.iter().map(|p| p.people).sum();
    // The leaves' sum would tell how few are in none of them.
    let few_left_out = left_out > 0 && left_out < settings.street_minimum_people;
    let leaves = if few_left_out {
        Vec::new()
    } else {
        split(&area.shape, &inside, settings)
    };
    if !leaves.is_empty() {
        return leaves;
    }
    // An area that is not split is its own leaf, where it passes as one.
    let mut held = Holding::default();
    for place in inside.iter().chain(&unplaced) {
        held.add(place);
    }
    let whole = Leaf {
        squares: BTreeSet::new(),
        held,
    };
    if whole.held.passes_as_leaf(settings) {
        vec![whole]
    } else {
        Vec::new()
    }
}

fn leaf_code(parent: &str, leaf: &Leaf) -> String {
    let first = leaf.squares.first().map(|square| square.code());
    let more = leaf.squares.len().saturating_sub(1);
    let suffix = if more > 0 {
        format!("+{more}")
    } else {
        String::new()
    };
    let first = first.unwrap_or_else(|| "all".to_owned());
    format!("{parent}/{first}{suffix}")
}
