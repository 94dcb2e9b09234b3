//! Correcting a consolidated release on its own partition.
//!
//! It must never let two releases differ by a few people: a figure that would move by 1 to k-1
//! keeps its value, and wider totals are added up from what their parts now show. Where what moved
//! beside what stayed would tell too much of somebody withheld, the whole around them stays as it was.

use super::consolidated::CountedNight;
use super::large::rounded;
use super::leaves::leaf_of;
use super::placed::{Holding, Placed, holdings, place_all};
use super::published::{Erratum, Figure, Heading, Published, Stage};
use super::release::{DisclosureError, Release};
use super::settings::Settings;
use super::verify::Finding;
use super::{sentence, sites};
use crate::area::{AreaTree, Level};
use crate::indicator::Unit;
use std::collections::{BTreeMap, BTreeSet};

/// The release that corrects `earlier`.
///
/// # Errors
/// When `earlier` is provisional, when the areas are not the same, or when its own check fails.
pub fn correct(
    heading: &Heading,
    earlier: &Release,
    tree: &AreaTree,
    night: CountedNight<'_>,
    settings: &Settings,
) -> Result<Release, DisclosureError> {
    let before = earlier.published();
    if before.stage == Stage::Provisional {
        return Err(DisclosureError::NothingToCorrect);
    }
    let large = before.areas.iter().filter(|a| a.level != Level::Leaf);
    if !large
        .map(|a| &a.code)
        .eq(tree.areas().iter().map(|a| &a.code))
    {
        return Err(DisclosureError::OtherAreas);
    }
    if earlier
        .fingerprint()
        .is_some_and(|was| was != tree.fingerprint())
    {
        return Err(DisclosureError::OtherAreas);
    }
    let placed = place_all(tree, night.places, settings);
    let mut kept = BTreeSet::new();
    loop {
        let tried = corrected(heading, earlier, tree, &placed, &kept, settings);
        let Err(DisclosureError::RuleBroken(finding)) = &tried else {
            return tried;
        };
        match around(tree, before, finding, &kept) {
            Some(whole) => kept.insert(whole),
            None => return tried,
        };
    }
}

/// The narrowest whole around what a finding names that is not kept as it was yet.
fn around(
    tree: &AreaTree,
    before: &Published,
    finding: &Finding,
    kept: &BTreeSet<usize>,
) -> Option<usize> {
    let areas = tree.areas();
    let named = before.areas.iter().find(|area| area.code == finding.cell);
    // A leaf stands in the release alone, its whole in the tree too.
    let whole = named.and_then(|area| area.parent.as_deref());
    let whole = whole.and_then(|code| areas.iter().position(|area| area.code == code));
    let wholes = std::iter::successors(whole, |index| areas[*index].parent);
    let mut left = wholes.chain([AreaTree::ROOT]);
    left.find(|index| !kept.contains(index))
}

/// The correction in which these areas keep the figures they had, with everything inside them.
fn corrected(
    heading: &Heading,
    earlier: &Release,
    tree: &AreaTree,
    placed: &[Placed],
    kept: &BTreeSet<usize>,
    settings: &Settings,
) -> Result<Release, DisclosureError> {
    let before = earlier.published();
    let mut figures = street(earlier, tree, placed, kept, settings);
    for unit in [Unit::Squat, Unit::Bidonville, Unit::Partner] {
        let held = holdings(tree, placed, unit);
        for (code, figure) in site_figures(before, tree, &held, unit, settings) {
            figures.insert((code, unit), figure);
        }
    }
    let mut published = before.clone();
    for area in &mut published.areas {
        for (unit, figure) in &mut area.figures {
            if let Some(new) = figures.get(&(area.code.clone(), *unit)) {
                *figure = *new;
            }
        }
    }
    published.attributes = Vec::new();
    published.corrects = Some(before.heading.number);
    published.errata = errata(before, &published);
    let told: Vec<(Unit, Figure)> = published.areas[AreaTree::ROOT]
        .figures
        .iter()
        .map(|(unit, figure)| (*unit, *figure))
        .collect();
    published.stage = Stage::Correction;
    published.sentence = sentence::consolidated(&told, heading.exercise);
    published.settings = settings.lines();
    published.heading = heading.clone();
    let partition = earlier.partition().to_vec();
    let earlier = std::slice::from_ref(before);
    Ok(Release::checked(published, partition, earlier)?.on(tree))
}

/// Figures that are not what they were.
fn errata(before: &Published, after: &Published) -> Vec<Erratum> {
    let mut errata = Vec::new();
    for area in &after.areas {
        for (unit, now) in &area.figures {
            let was = before.figure(&area.code, *unit).unwrap_or(Figure::Withheld);
            if was != *now {
                errata.push(Erratum {
                    code: area.code.clone(),
                    unit: *unit,
                    was,
                    now: *now,
                });
            }
        }
    }
    errata
}

/// A number moves only by `step` or more, and only to a value that may be shown.
fn moved(before: u32, now: u32, step: u32, allowed: bool) -> u32 {
    if allowed && before.abs_diff(now) >= step {
        now
    } else {
        before
    }
}

struct StreetState {
    figure: Figure,
    known_before: u32,
    known: u32,
    hidden: u32,
}

fn street(
    earlier: &Release,
    tree: &AreaTree,
    placed: &[Placed],
    kept: &BTreeSet<usize>,
    settings: &Settings,
) -> BTreeMap<(String, Unit), Figure> {
    let before = earlier.published();
    let held = holdings(tree, placed, Unit::Street);
    let k = settings.street_minimum_people;
    let mut figures = BTreeMap::new();
    let mut states: Vec<Option<StreetState>> = tree.areas().iter().map(|_| None).collect();
    for index in (0..tree.areas().len()).rev() {
        let area = &tree.areas()[index];
        let was = before
            .figure(&area.code, Unit::Street)
            .unwrap_or(Figure::Withheld);
        let inside: u32 = area.children.iter().map(|&c| held[c].people).sum();
        let mut state = StreetState {
            figure: was,
            known_before: 0,
            known: 0,
            hidden: held[index].people.saturating_sub(inside),
        };
        if area.children.is_empty() {
            let leaves = street_leaves(earlier, &area.code, index, placed, settings);
            state.known_before = leaves.iter().map(|leaf| leaf.before).sum();
            state.known = leaves.iter().map(|leaf| leaf.now).sum();
            let counted: u32 = leaves.iter().map(|leaf| leaf.counted).sum();
            state.hidden = state.hidden.saturating_sub(counted);
            figures.extend(
                leaves
                    .into_iter()
                    .map(|leaf| ((leaf.code, Unit::Street), Figure::Exact(leaf.now))),
            );
        }
        for &child in &area.children {
            let Some(part) = &states[child] else { continue };
            state.known_before += part.known_before;
            state.known += part.known;
            state.hidden += part.hidden;
        }
        let parent = area
            .parent
            .and_then(|parent| before.figure(&tree.areas()[parent].code, Unit::Street));
        settle(&mut state, was, k);
        // A part that was 0 inside a withheld whole: growing would tell the whole.
        let inside_withheld = parent == Some(Figure::Withheld);
        if inside_withheld || kept.contains(&index) || tells_few(was, state.figure, k) {
            state.figure = was;
            state.known = state.known_before;
            restore(earlier, tree, index, &mut figures);
        }
        figures.insert((area.code.clone(), Unit::Street), state.figure);
        states[index] = Some(state);
    }
    figures
}

/// Parts that moved both ways may leave their whole a few people away.
fn tells_few(was: Figure, now: Figure, k: u32) -> bool {
    match (was, now) {
        (Figure::Exact(was), Figure::Exact(now)) => was != now && was.abs_diff(now) < k,
        _ => false,
    }
}

/// Puts back the earlier figures of everything inside an area.
fn restore(
    earlier: &Release,
    tree: &AreaTree,
    index: usize,
    figures: &mut BTreeMap<(String, Unit), Figure>,
) {
    let mut inside: BTreeSet<&str> = BTreeSet::from([tree.areas()[index].code.as_str()]);
    for area in &earlier.published().areas {
        if area
            .parent
            .as_deref()
            .is_some_and(|parent| inside.contains(parent))
        {
            inside.insert(&area.code);
            if let Some(figure) = area.figures.get(&Unit::Street) {
                figures.insert((area.code.clone(), Unit::Street), *figure);
            }
        }
    }
}

/// The new figure of an area, and what of it is now known to anyone.
fn settle(state: &mut StreetState, was: Figure, k: u32) {
    match was {
        Figure::Exact(people) => {
            let hidden_before = people.saturating_sub(state.known_before);
            let allowed = state.hidden >= k || (state.hidden == 0 && hidden_before == 0);
            let hidden = moved(hidden_before, state.hidden, k, allowed);
            state.known += hidden;
            state.known_before = people;
            state.hidden = 0;
            state.figure = Figure::Exact(state.known);
        }
        Figure::Rounded { to, .. } => {
            state.figure = rounded(state.known, state.hidden, to);
        }
        Figure::Withheld => {
            state.hidden += state.known;
            state.known = 0;
            state.known_before = 0;
        }
    }
}

struct CorrectedLeaf {
    code: String,
    before: u32,
    counted: u32,
    now: u32,
}

fn street_leaves(
    earlier: &Release,
    parent: &str,
    index: usize,
    placed: &[Placed],
    settings: &Settings,
) -> Vec<CorrectedLeaf> {
    let own: Vec<_> = earlier
        .partition()
        .iter()
        .filter(|leaf| leaf.parent == parent)
        .collect();
    let sets: Vec<BTreeSet<_>> = own.iter().map(|leaf| leaf.squares.clone()).collect();
    let mut held = vec![Holding::default(); own.len()];
    for place in placed
        .iter()
        .filter(|p| p.unit == Unit::Street && p.held_by == index)
    {
        let whole = sets.len() == 1 && sets[0].is_empty();
        let found = place.at.and_then(|at| leaf_of(&sets, at));
        if let Some(found) = found.or(whole.then_some(0)) {
            held[found].add(place);
        }
    }
    own.iter()
        .zip(held)
        .map(|(leaf, held)| {
            let figure = earlier.published().figure(&leaf.code, Unit::Street);
            let before = figure.and_then(Figure::shown).unwrap_or(0);
            let allowed = held.passes_as_leaf(settings);
            CorrectedLeaf {
                code: leaf.code.clone(),
                before,
                counted: held.people,
                now: moved(before, held.people, settings.leaf_minimum_people, allowed),
            }
        })
        .collect()
}

fn site_figures(
    before: &Published,
    tree: &AreaTree,
    held: &[Holding],
    unit: Unit,
    settings: &Settings,
) -> Vec<(String, Figure)> {
    let k = settings.site_minimum_people;
    let was = |index: usize| {
        before
            .figure(&tree.areas()[index].code, unit)
            .unwrap_or(Figure::Withheld)
    };
    let (mut known_before, mut known) = (0, 0);
    let (mut figures, mut shown) = (Vec::new(), Vec::new());
    for (index, held) in held.iter().enumerate().skip(1) {
        if let Figure::Exact(people) = was(index) {
            let allowed = held.passes_as_sites(settings);
            let now = moved(people, held.people, k, allowed);
            known_before += people;
            known += now;
            shown.push(index);
            figures.push((tree.areas()[index].code.clone(), Figure::Exact(now)));
        }
    }
    let hidden = sites::remainder(held, &shown);
    let perimeter = match was(AreaTree::ROOT) {
        Figure::Exact(people) => {
            let hidden_before = people.saturating_sub(known_before);
            let allowed = hidden.passes_as_sites(settings);
            Figure::Exact(known + moved(hidden_before, hidden.people, k, allowed))
        }
        Figure::Rounded { .. } => rounded(known, hidden.people, settings.complement_rounding),
        Figure::Withheld => Figure::Withheld,
    };
    if tells_few(was(AreaTree::ROOT), perimeter, k) {
        return Vec::new();
    }
    figures.push((tree.areas()[AreaTree::ROOT].code.clone(), perimeter));
    figures
}
