//! Finer than the large areas: squares of the grid, joined until each group holds enough people
//! and spots, street people only.
//!
//! It must never return a group under its threshold. Consolidated releases call it.

use super::placed::{Holding, Placed};
use super::settings::Settings;
use super::squares::{Square, borders, covering};
use geo::{Coord, MultiPolygon};
use std::collections::{BTreeMap, BTreeSet};

/// Squares joined, and what they hold.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub squares: BTreeSet<Square>,
    pub held: Holding,
}

/// The leaves of one area; empty when it stays whole.
///
/// A node is split at the widest size at which at least two groups of its squares pass; a failing
/// square joins the neighbour with which it shares the longest border (ties by the neighbour's
/// first square), failing ones taken in the order of the grid.
pub fn split(shape: &MultiPolygon<f64>, places: &[&Placed], settings: &Settings) -> Vec<Leaf> {
    let mut whole = Holding::default();
    for place in places {
        whole.add(place);
    }
    // Two leaves need twice the people and, as spots may straddle them, no more is certain.
    if whole.people < 2 * settings.leaf_minimum_people {
        return Vec::new();
    }
    let mut leaves = Vec::new();
    split_node(
        shape,
        &BTreeSet::new(),
        places,
        &settings.square_sizes_m,
        settings,
        &mut leaves,
    );
    if leaves.len() < 2 {
        return Vec::new();
    }
    // What is published is what `leaf_of` says, for corrections must find the same places again.
    let mut counted: Vec<Leaf> = leaves
        .into_iter()
        .map(|squares| Leaf {
            squares,
            held: Holding::default(),
        })
        .collect();
    counted.sort_by(|one, other| one.squares.first().cmp(&other.squares.first()));
    let sets: Vec<BTreeSet<Square>> = counted.iter().map(|leaf| leaf.squares.clone()).collect();
    for place in places {
        if let Some(index) = place.at.and_then(|at| leaf_of(&sets, at)) {
            counted[index].held.add(place);
        }
    }
    if counted
        .iter()
        .all(|leaf| leaf.held.passes_as_leaf(settings))
    {
        counted
    } else {
        Vec::new()
    }
}

/// Which of these leaves holds a place: the one with its square, else the nearest.
pub fn leaf_of(leaves: &[BTreeSet<Square>], at: Coord<f64>) -> Option<usize> {
    let far = |leaf: &BTreeSet<Square>| {
        leaf.iter()
            .map(|square| {
                if Square::holding(at, square.size_m) == *square {
                    -1.0
                } else {
                    square.distance_m(at)
                }
            })
            .fold(f64::INFINITY, f64::min)
    };
    (0..leaves.len()).min_by(|&one, &other| far(&leaves[one]).total_cmp(&far(&leaves[other])))
}

fn split_node(
    shape: &MultiPolygon<f64>,
    squares: &BTreeSet<Square>,
    places: &[&Placed],
    sizes: &[u32],
    settings: &Settings,
    leaves: &mut Vec<BTreeSet<Square>>,
) {
    let people: u32 = places.iter().map(|place| place.people).sum();
    if people >= 2 * settings.leaf_minimum_people {
        let within: Vec<Square> = squares.iter().copied().collect();
        for (step, &size_m) in sizes.iter().enumerate() {
            let groups = passing_groups(shape, &covering(shape, size_m, &within), places, settings);
            if groups.len() >= 2 {
                for (group, inside) in groups {
                    split_node(shape, &group, &inside, &sizes[step + 1..], settings, leaves);
                }
                return;
            }
        }
    }
    leaves.push(squares.clone());
}

struct Group<'a> {
    squares: BTreeSet<Square>,
    held: Holding,
    places: Vec<&'a Placed>,
}

/// Groups of these squares that all pass; fewer than two when they cannot.
fn passing_groups<'a>(
    shape: &MultiPolygon<f64>,
    squares: &[Square],
    places: &[&'a Placed],
    settings: &Settings,
) -> Vec<(BTreeSet<Square>, Vec<&'a Placed>)> {
    if squares.len() < 2 {
        return Vec::new();
    }
    let mut sorted = squares.to_vec();
    sorted.sort_unstable();
    let mut groups: BTreeMap<usize, Group<'a>> = sorted
        .iter()
        .enumerate()
        .map(|(index, square)| {
            let group = Group {
                squares: BTreeSet::from([*square]),
                held: Holding::default(),
                places: Vec::new(),
            };
            (index, group)
        })
        .collect();
    let singles: Vec<BTreeSet<Square>> = sorted.iter().map(|s| BTreeSet::from([*s])).collect();
    let numbers: BTreeMap<Square, usize> = sorted
        .iter()
        .enumerate()
        .map(|(index, square)| (*square, index))
        .collect();
    let size_m = sorted[0].size_m;
    for &place in places {
        let found = place.at.and_then(|at| {
            let number = numbers.get(&Square::holding(at, size_m)).copied();
            number.or_else(|| leaf_of(&singles, at))
        });
        if let Some(group) = found.and_then(|index| groups.get_mut(&index)) {
            group.held.add(place);
            group.places.push(place);
        }
    }
    let mut shared = borders(shape, &sorted);
    while groups.len() > 1 {
        let failing = groups
            .iter()
            .find(|(_, group)| !group.held.passes_as_leaf(settings))
            .map(|(index, _)| *index);
        let Some(failing) = failing else { break };
        let Some(neighbour) = neighbour(&groups, &shared, failing) else {
            break;
        };
        join(&mut groups, &mut shared, failing, neighbour);
    }
    let all = groups.into_values();
    all.map(|group| (group.squares, group.places)).collect()
}

/// The group with the longest common border, ties by number; without any border, the nearest.
fn neighbour(
    groups: &BTreeMap<usize, Group<'_>>,
    shared: &BTreeMap<(usize, usize), f64>,
    of: usize,
) -> Option<usize> {
    let bordering = groups
        .keys()
        .filter(|&&other| other != of)
        .filter_map(|&other| Some((other, *shared.get(&(of.min(other), of.max(other)))?)))
        .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))
        .map(|(other, _)| other);
    bordering.or_else(|| {
        let far = |other: usize| apart(&groups[&of].squares, &groups[&other].squares);
        groups
            .keys()
            .copied()
            .filter(|&other| other != of)
            .min_by_key(|&other| (far(other), other))
    })
}

/// Distance between two groups on the grid, in squares.
fn apart(one: &BTreeSet<Square>, other: &BTreeSet<Square>) -> i64 {
    let steps = |a: &Square, b: &Square| (a.row - b.row).abs() + (a.column - b.column).abs();
    one.iter()
        .flat_map(|a| other.iter().map(move |b| steps(a, b)))
        .min()
        .unwrap_or(i64::MAX)
}

fn join(
    groups: &mut BTreeMap<usize, Group<'_>>,
    shared: &mut BTreeMap<(usize, usize), f64>,
    one: usize,
    other: usize,
) {
    let (kept, gone) = (one.min(other), one.max(other));
    let Some(joined) = groups.remove(&gone) else {
        return;
    };
    if let Some(group) = groups.get_mut(&kept) {
        group.held.join(&joined.held);
        group.squares.extend(joined.squares);
        group.places.extend(joined.places);
    }
    let of_gone: Vec<((usize, usize), f64)> = shared
        .iter()
        .filter(|((a, b), _)| *a == gone || *b == gone)
        .map(|(pair, length)| (*pair, *length))
        .collect();
    for ((a, b), length) in of_gone {
        shared.remove(&(a, b));
        let third = if a == gone { b } else { a };
        if third != kept {
            *shared
                .entry((kept.min(third), kept.max(third)))
                .or_insert(0.0) += length;
        }
    }
}
