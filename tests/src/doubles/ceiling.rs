//! How far any threshold, and any numbering of people whom nothing tells apart, could go: what stands
//! between a run and a perfect one.
//!
//! It looks at the truth and must never set a parameter. `cargo xtask simulate --ceiling` prints it.

use super::Night;
use super::judge::{is_one, somebody};
use maraude_core::model::{ObservationKind, SlotRef};
use maraude_linkage::{Linkage, LinkageObservation};
use std::collections::{HashMap, HashSet};

/// What no better weighing of the same pairs can pass.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ceiling {
    /// Doubles that blocking puts side by side and weighing does not rule out.
    pub compared: f64,
    /// Doubles of whom the row tells nothing but a number: one of several men of a group row and a man
    /// filed by himself, or in another row.
    pub numbered: f64,
    /// Pair F1 at the best threshold, chosen with the truth, rules of clusters left aside.
    pub best_threshold: f64,
    /// Pair F1 of the clusters, if people whom nothing tells apart were numbered right.
    pub renumbered: f64,
}

/// Measures a run.
pub fn ceiling(night: &Night, linkage: &Linkage) -> Ceiling {
    let rows: HashMap<_, _> = night.observations.iter().map(|of| (of.id, of)).collect();
    let mut slots_of: HashMap<u32, Vec<SlotRef>> = HashMap::new();
    for (id, people) in &night.truth {
        for (slot, who) in people.iter().enumerate() {
            if let Some(who) = who {
                slots_of.entry(*who).or_default().push(SlotRef {
                    observation: *id,
                    slot: slot as u16,
                });
            }
        }
    }
    let alike = |slot: SlotRef| -> Vec<u32> {
        let row = rows[&slot.observation];
        let people = &night.truth[&slot.observation];
        let number = 0..people.len() as u16;
        let same = number.filter(|other| look(row, *other) == look(row, slot.slot));
        same.filter_map(|other| people[usize::from(other)])
            .collect()
    };
    let (mut doubles, mut numbered) = (0, 0);
    for met in slots_of.values() {
        for (place, a) in met.iter().enumerate() {
            for b in &met[place + 1..] {
                doubles += 1;
                numbered += usize::from(alike(*a).len() > 1 || alike(*b).len() > 1);
            }
        }
    }
    let (mut held, mut right) = (0, 0);
    for cluster in &linkage.clusters {
        for (place, a) in cluster.slots.iter().enumerate() {
            for b in &cluster.slots[place + 1..] {
                held += 1;
                let (ours, theirs) = (alike(*a), alike(*b));
                let one =
                    somebody(night, *a).is_some() && somebody(night, *a) == somebody(night, *b);
                right += usize::from(one || ours.iter().any(|who| theirs.contains(who)));
            }
        }
    }
    let told: HashSet<(SlotRef, SlotRef)> = linkage
        .pairs
        .iter()
        .filter(|pair| is_one(night, pair))
        .map(|pair| (pair.one, pair.other))
        .collect();
    let share = |part: usize| part as f64 / doubles.max(1) as f64;
    Ceiling {
        compared: share(told.len()),
        numbered: share(numbered),
        best_threshold: best_threshold(night, linkage, doubles),
        renumbered: 2.0 * right as f64 / (held + doubles).max(1) as f64,
    }
}

/// F1 is twice the right pairs by the held and the true ones.
fn best_threshold(night: &Night, linkage: &Linkage, doubles: usize) -> f64 {
    let mut pairs: Vec<(f64, bool)> = linkage
        .pairs
        .iter()
        .map(|pair| (pair.match_probability, is_one(night, pair)))
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut right) = (0.0_f64, 0);
    for (place, (_, one)) in pairs.iter().enumerate() {
        right += usize::from(*one);
        best = best.max(2.0 * right as f64 / (place + 1 + doubles) as f64);
    }
    best
}

/// What a row tells of one of its people, as far as it tells several apart: of a group, men, women,
/// minors and others.
fn look(row: &LinkageObservation, slot: u16) -> u8 {
    if row.kind != ObservationKind::Group {
        return 0;
    }
    let number = |answer: &maraude_core::model::Answer<u32>| answer.known().copied().unwrap_or(0);
    let men = number(&row.men);
    let women = men + number(&row.women);
    let minors = women + number(&row.minors);
    let bounds = [men, women, minors];
    bounds
        .iter()
        .filter(|bound| u32::from(slot) >= **bound)
        .count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubles::judge::judge;
    use maraude_linkage::{Parameters, link};

    #[test]
    fn a_ceiling_is_above_what_a_run_reaches() {
        for seed in [1, 2, 3] {
            let night = Night::draw(500, seed);
            let linkage = link(&night.observations, &[], &Parameters::default());
            let (quality, found) = (judge(&night, &linkage), ceiling(&night, &linkage));
            assert!(
                found.renumbered >= quality.f1 - 1e-9,
                "{found:?} {quality:?}"
            );
            assert!(found.best_threshold > 0.9 * quality.f1, "{found:?}");
            assert!((quality.compared - found.compared).abs() < 1e-9);
            assert!((0.0..1.0).contains(&found.numbered));
        }
    }
}
