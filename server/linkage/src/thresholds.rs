//! What would change at another threshold: the figure, the pairs joined, and how right they would be.
//!
//! How right is what the run's own probabilities say: a promise of the model, not of the night. It must
//! never change a threshold. The console's page on quality shows it.

use crate::linkage::{Run, with_run};
use crate::parameters::Parameters;
use crate::slot::{LinkageObservation, Unit};
use maraude_core::model::Decision;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The night if pairs stood as one from this probability on, until somebody decides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AtThreshold {
    /// 0..1.
    pub probability: f64,
    /// Distinct people in the street: clusters.
    pub street: u32,
    /// Pairs of slots in one cluster.
    pub joined: u32,
    /// Of these, the share expected to be one person; 1 where nothing is joined.
    pub expected_precision: f64,
    /// Of the doubles expected among compared pairs, the share that is joined.
    pub expected_recall: f64,
}

/// The night at several thresholds, under a frozen snapshot.
///
/// # Shape
/// One row per threshold, in the order given.
pub fn at_thresholds(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    snapshot: &Parameters,
    thresholds: &[f64],
) -> Vec<AtThreshold> {
    with_run(observations, decisions, snapshot, &mut |_| {}, |run, _| {
        let rows = thresholds.iter().map(|probability| row(&run, *probability));
        rows.collect()
    })
}

fn row(run: &Run<'_>, probability: f64) -> AtThreshold {
    let partition = run.partition(probability);
    let mut cluster_of = vec![0; run.slots.len()];
    for (number, members) in partition.iter().enumerate() {
        for slot in members {
            cluster_of[*slot] = number;
        }
    }
    let mut held: HashMap<(u32, u32), f64> = HashMap::new();
    for link in run.links {
        for member in link.members() {
            let share = link.probability * f64::from(member.within);
            let known = held.entry((member.one, member.other)).or_insert(share);
            *known = known.max(share);
        }
    }
    let together =
        |(one, other): &(u32, u32)| cluster_of[*one as usize] == cluster_of[*other as usize];
    let right: f64 = sorted_sum(held.iter().filter(|(pair, _)| together(pair)));
    let all: f64 = sorted_sum(held.iter());
    let joined: usize = partition.iter().map(|c| c.len() * (c.len() - 1) / 2).sum();
    let in_street = |slot: &usize| {
        let of = &run.around.observations[run.slots[*slot].observation];
        of.in_figure && of.unit == Unit::Street
    };
    AtThreshold {
        probability,
        street: partition.iter().filter(|c| c.iter().any(in_street)).count() as u32,
        joined: joined as u32,
        expected_precision: if joined == 0 {
            1.0
        } else {
            right / joined as f64
        },
        expected_recall: if all > 0.0 { right / all } else { 1.0 },
    }
}

/// A sum that does not depend on the order of a map.
fn sorted_sum<'a>(of: impl Iterator<Item = (&'a (u32, u32), &'a f64)>) -> f64 {
    let mut values: Vec<f64> = of.map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}
