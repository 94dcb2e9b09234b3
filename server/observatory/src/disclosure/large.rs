//! Plain head-counts of people in the street on the large areas: which figures stand, which are
//! rounded because a complement is too small, which are withheld.
//!
//! It must never let a wider total reveal a small complement. Consolidated releases call it.

use super::published::Figure;
use super::settings::Settings;
use crate::area::AreaTree;

/// What is known of one area while the rule climbs the tree.
#[derive(Debug, Clone, Copy, Default)]
pub struct Climb {
    /// People that anyone can add up from exact figures inside it.
    pub known: u32,
    /// People in parts whose figure is withheld, and people that are in none of its parts.
    pub hidden: u32,
    /// Some part is withheld, or somebody is in no part.
    pub has_hidden: bool,
}

/// Figures of all areas.
///
/// An area is shown from `street_minimum_people`, or at 0 when it was fully walked. Let `known` be
/// what exact figures inside it add up to and `hidden` the people behind withheld ones: when
/// something is withheld and `hidden` is under the minimum, the area's own total is replaced by
/// `known` rounded up to a multiple of `complement_rounding`. That value depends on published
/// figures alone, so it says nothing of the hidden people but that they are few.
pub fn figures(
    tree: &AreaTree,
    counts: &[u32],
    walked: &[bool],
    settings: &Settings,
) -> Vec<Figure> {
    let shown: Vec<bool> = tree
        .areas()
        .iter()
        .enumerate()
        .map(|(index, area)| {
            !area.below_size
                && (counts[index] >= settings.street_minimum_people
                    || (counts[index] == 0 && walked[index]))
        })
        .collect();
    settle(tree, &shown, settings, |index| {
        own_people(tree, counts, index)
    })
    .into_iter()
    .map(|(figure, _)| figure)
    .collect()
}

/// People counted in an area but in none of its parts (all of them where it has no parts).
pub fn own_people(tree: &AreaTree, counts: &[u32], index: usize) -> u32 {
    let parts: u32 = tree.areas()[index]
        .children
        .iter()
        .map(|&c| counts[c])
        .sum();
    counts[index].saturating_sub(parts)
}

/// Climbs from the smallest areas to the perimeter. `own` tells the people of an area that are in
/// none of its parts.
pub fn settle(
    tree: &AreaTree,
    shown: &[bool],
    settings: &Settings,
    own: impl Fn(usize) -> u32,
) -> Vec<(Figure, Climb)> {
    let mut settled = vec![(Figure::Withheld, Climb::default()); tree.areas().len()];
    for index in (0..tree.areas().len()).rev() {
        let children = &tree.areas()[index].children;
        let people = own(index);
        if children.is_empty() {
            settled[index] = if shown[index] {
                (Figure::Exact(people), exactly(people))
            } else {
                (Figure::Withheld, withheld(people))
            };
            continue;
        }
        let mut climb = Climb {
            known: 0,
            hidden: people,
            has_hidden: people > 0,
        };
        for &child in children {
            let (figure, inner) = settled[child];
            match figure {
                Figure::Exact(people) => climb.known += people,
                Figure::Rounded { .. } => {
                    climb.known += inner.known;
                    climb.hidden += inner.hidden;
                    climb.has_hidden = true;
                }
                Figure::Withheld => {
                    climb.hidden += inner.known + inner.hidden;
                    climb.has_hidden = true;
                }
            }
        }
        settled[index] = if !shown[index] {
            (Figure::Withheld, withheld(climb.known + climb.hidden))
        } else if climb.has_hidden && climb.hidden < settings.street_minimum_people {
            let to = settings.complement_rounding;
            (
                Figure::Rounded {
                    people: climb.known.div_ceil(to) * to,
                    to,
                },
                climb,
            )
        } else {
            let people = climb.known + climb.hidden;
            (Figure::Exact(people), exactly(people))
        };
    }
    settled
}

fn exactly(people: u32) -> Climb {
    Climb {
        known: people,
        ..Climb::default()
    }
}

fn withheld(people: u32) -> Climb {
    Climb {
        hidden: people,
        has_hidden: true,
        ..Climb::default()
    }
}
