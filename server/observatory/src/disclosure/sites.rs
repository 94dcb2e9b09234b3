//! People in squats, in bidonvilles and at partners': perimeter and communes only, and never
//! finer; partners at the perimeter only.
//!
//! It must never show a figure that rests on one or two places. Consolidated releases call it.

use super::large::rounded;
use super::placed::Holding;
use super::published::Figure;
use super::settings::Settings;
use crate::area::{AreaTree, Level};
use crate::indicator::Unit;

/// Figures by area; none where the unit is never told.
pub fn figures(
    tree: &AreaTree,
    held: &[Holding],
    unit: Unit,
    settings: &Settings,
) -> Vec<Option<Figure>> {
    let told = |level| match unit {
        Unit::Street => false,
        Unit::Partner => level == Level::Perimeter,
        Unit::Squat | Unit::Bidonville => matches!(level, Level::Perimeter | Level::Commune),
    };
    let whole = held[AreaTree::ROOT].passes_as_sites(settings);
    let mut figures: Vec<Option<Figure>> = tree
        .areas()
        .iter()
        .zip(held)
        .map(|(area, held)| {
            let stands = whole && held.passes_as_sites(settings);
            told(area.level).then_some(if stands {
                Figure::Exact(held.people)
            } else {
                Figure::Withheld
            })
        })
        .collect();
    if whole {
        figures[AreaTree::ROOT] = Some(perimeter(tree, held, &figures, settings));
    }
    figures
}

/// The perimeter's figure: exact when what the communes' figures leave open passes the same rule,
/// else rounded.
fn perimeter(
    tree: &AreaTree,
    held: &[Holding],
    figures: &[Option<Figure>],
    settings: &Settings,
) -> Figure {
    let total = held[AreaTree::ROOT].people;
    let shown: Vec<usize> = (1..figures.len())
        .filter(|&index| matches!(figures[index], Some(Figure::Exact(_))))
        .collect();
    if shown.is_empty() {
        return Figure::Exact(total);
    }
    let known: u32 = shown.iter().map(|&index| held[index].people).sum();
    let hidden = remainder(held, &shown);
    let communes = &tree.areas()[AreaTree::ROOT].children;
    let untold = communes.iter().filter(|c| !shown.contains(c)).count();
    // A lone withheld commune would be known to the head from an exact total.
    if (untold != 1 && hidden.passes_as_sites(settings)) || (untold == 0 && hidden.people == 0) {
        return Figure::Exact(total);
    }
    rounded(known, hidden.people, settings.complement_rounding)
}

/// What the perimeter holds outside the areas whose figure is shown.
pub fn remainder(held: &[Holding], shown: &[usize]) -> Holding {
    let mut left = held[AreaTree::ROOT].clone();
    for &index in shown {
        left.leave_out(&held[index]);
    }
    left
}
