//! Totals by part: sectors, communes, situations, squats and bidonvilles.
//!
//! It must never add up lines of the figure (design D14), nor a head-count and the people met at its
//! door. *Ce soir* and publication call it.

use super::Reviewed;
use crate::projection::{Counting, LastingPlace, ObservationLine, Unit, counting, lasting_places};
use maraude_core::model::{ObservationId, SlotRef, TimestampMs};
use maraude_linkage::{Dimension, Unit as Subject};
use std::collections::{BTreeMap, BTreeSet};

/// Distinct people in the street of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetPart {
    /// What the total is parted by.
    pub dimension: Dimension,
    /// The part; none for people of whom it is not known.
    pub code: Option<String>,
    /// The figure: a person seen in several parts counts where they were seen first.
    pub distinct: u32,
    /// 95 % interval of the estimate, in which such a person counts in equal shares.
    pub interval: [u32; 2],
}

impl Reviewed {
    /// Distinct people in the street by part. The figures of a dimension add up to the street's
    /// figure, and the estimates behind the intervals to its estimate.
    ///
    /// # Shape
    /// By dimension, then code, people of unknown part last.
    pub fn street_parts(&self) -> Vec<StreetPart> {
        let mut first_seen: BTreeMap<(Dimension, Option<&str>), u32> = BTreeMap::new();
        let counted = |slot: &SlotRef| {
            let line = self.line(slot.observation)?;
            let counts = line.unit() == Unit::Street && counting(line) == Counting::Counted;
            counts.then_some((line.observed_at, slot.observation))
        };
        let parts = || {
            let all = self.linkage.parts.iter();
            all.filter(|part| part.unit == Subject::Street)
        };
        let dimensions: BTreeSet<Dimension> = parts().map(|part| part.dimension).collect();
        for cluster in &self.linkage.clusters {
            let first = cluster.slots.iter().filter_map(counted).min();
            let Some(seen) = first.and_then(|(_, id)| self.compared(id)) else {
                continue;
            };
            for &dimension in &dimensions {
                let key = (dimension, seen.belongs.of(dimension));
                *first_seen.entry(key).or_insert(0) += 1;
            }
        }
        let mut found: Vec<StreetPart> = parts()
            .map(|part| StreetPart {
                dimension: part.dimension,
                distinct: first_seen
                    .get(&(part.dimension, part.code.as_deref()))
                    .copied()
                    .unwrap_or(0),
                code: part.code.clone(),
                interval: [part.count.low.floor() as u32, part.count.high.ceil() as u32],
            })
            .collect();
        found.sort_by(|a, b| {
            let key = |of: &StreetPart| (of.dimension, of.code.is_none());
            key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
        });
        found
    }

    /// Squats and bidonvilles among lines. Whoever was met at several doors of a line of the figure
    /// is of the place they were seen at first, as in the parts of the street: people met at the
    /// doors add up to the people there are.
    pub fn lasting_places(&self, lines: &[ObservationLine]) -> Vec<LastingPlace> {
        places_of(lines, &|id| self.clusters_of(id).to_vec())
    }
}

/// The same, given the clusters that hold somebody of an observation.
pub(super) fn places_of(
    lines: &[ObservationLine],
    clusters_of: &dyn Fn(ObservationId) -> Vec<u32>,
) -> Vec<LastingPlace> {
    let first = first_met(lines, clusters_of);
    lasting_places(lines, &|met| {
        let here = met.iter().map(|line| {
            let held = clusters_of(line.observation.id).into_iter();
            let first_here = held.filter(|cluster| {
                first.get(&(*cluster, line.unit())) == Some(&line.observation.id)
            });
            first_here.count() as u32
        });
        here.sum()
    })
}

/// The observation that saw each person first, among those that count people met at squats
/// or bidonvilles, each line of the figure apart.
fn first_met(
    lines: &[ObservationLine],
    clusters_of: &dyn Fn(ObservationId) -> Vec<u32>,
) -> BTreeMap<(u32, Unit), ObservationId> {
    let mut first: BTreeMap<(u32, Unit), (TimestampMs, ObservationId)> = BTreeMap::new();
    let counted = lines.iter().filter(|line| {
        let lasting = matches!(line.unit(), Unit::Squat | Unit::Bidonville);
        lasting && counting(line) == Counting::Counted
    });
    for line in counted {
        let seen = (line.observed_at, line.observation.id);
        for cluster in clusters_of(line.observation.id) {
            let known = first.entry((cluster, line.unit())).or_insert(seen);
            *known = (*known).min(seen);
        }
    }
    let named = first.into_iter().map(|(of, (_, id))| (of, id));
    named.collect()
}

#[cfg(test)]
mod tests;
