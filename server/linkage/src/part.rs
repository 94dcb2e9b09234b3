//! Parts of totals: which cells of the table of counts a slot belongs to.
//!
//! A person seen in two parts counts half in each, so that the parts of a dimension add up to the
//! total of their subject. It must never weigh anything. `outcome` makes the cells, `count` fills
//! them.

use crate::count::DistinctCount;
use crate::slot::{Dimension, LinkageObservation, Slot, Unit};
use maraude_core::model::SlotRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Distinct people of one subject in one part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartCount {
    /// The subject.
    pub unit: Unit,
    /// What it is parted by.
    pub dimension: Dimension,
    /// The part; none for people of whom it is not known.
    pub code: Option<String>,
    /// How many, and how surely.
    pub count: DistinctCount,
}

/// Subjects, in the order of their cells.
pub(crate) const UNITS: [Unit; 4] = [Unit::Street, Unit::Squat, Unit::Bidonville, Unit::Partner];
/// Dimensions, in the order of a slot's cells.
const DIMENSIONS: [Dimension; 3] = [Dimension::Sector, Dimension::Commune, Dimension::Situation];

type Key = (usize, Dimension, Option<String>);

/// The cells: one per subject, then one per subject and part that is met.
pub(crate) struct Cells {
    /// Names of the cells of parts; none where whoever asked has names of their own.
    keys: Vec<Key>,
    number: usize,
    /// Subject of each slot; none for one that does not count.
    pub unit: Vec<Option<usize>>,
    /// Cells of the parts of each slot that counts.
    pub parts: Vec<Vec<usize>>,
}

impl Cells {
    /// Of all slots; a dimension in which nothing is known has no cells.
    pub fn of(observations: &[LinkageObservation], slots: &[Slot]) -> Self {
        let told: Vec<Dimension> = DIMENSIONS
            .into_iter()
            .filter(|of| observations.iter().any(|o| o.belongs.of(*of).is_some()))
            .collect();
        let unit_of = |observation: &LinkageObservation| {
            let place = UNITS.iter().position(|unit| *unit == observation.unit);
            place.filter(|_| observation.in_figure)
        };
        let mut numbers: BTreeMap<Key, usize> = BTreeMap::new();
        let mut by_observation: Vec<Vec<usize>> = Vec::with_capacity(observations.len());
        for observation in observations {
            let Some(unit) = unit_of(observation) else {
                by_observation.push(Vec::new());
                continue;
            };
            let cell = |dimension: &Dimension| {
                let code = observation.belongs.of(*dimension).map(str::to_owned);
                let fresh = UNITS.len() + numbers.len();
                *numbers.entry((unit, *dimension, code)).or_insert(fresh)
            };
            by_observation.push(told.iter().map(cell).collect());
        }
        let mut keys: Vec<(usize, Key)> = numbers.into_iter().map(|(key, at)| (at, key)).collect();
        keys.sort_unstable();
        Self {
            number: UNITS.len() + keys.len(),
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            unit: slots
                .iter()
                .map(|slot| unit_of(&observations[slot.observation]))
                .collect(),
            parts: slots
                .iter()
                .map(|slot| by_observation[slot.observation].clone())
                .collect(),
        }
    }

    /// So many cells after those of subjects, a slot being in those told of it.
    pub fn told(
        observations: &[LinkageObservation],
        slots: &[Slot],
        told: &BTreeMap<SlotRef, Vec<usize>>,
        number: usize,
    ) -> Self {
        let parts = |slot: &Slot| {
            let of = told.get(&slot.at).into_iter().flatten();
            of.filter(|cell| **cell < number)
                .map(|cell| UNITS.len() + cell)
                .collect()
        };
        Self {
            keys: Vec::new(),
            number: UNITS.len() + number,
            parts: slots.iter().map(parts).collect(),
            ..Self::of(observations, slots)
        }
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Adds so much of a slot to all its cells.
    pub fn add(&self, into: &mut [f64], slot: usize, share: f64) {
        if let Some(unit) = self.unit[slot] {
            into[unit] += share;
            for &part in &self.parts[slot] {
                into[part] += share;
            }
        }
    }

    /// The cells of parts with their counts, in order.
    pub fn named(self, counts: &[DistinctCount]) -> Vec<PartCount> {
        let mut named: Vec<PartCount> = self
            .keys
            .into_iter()
            .zip(&counts[UNITS.len()..])
            .map(|((unit, dimension, code), count)| PartCount {
                unit: UNITS[unit],
                dimension,
                code,
                count: *count,
            })
            .collect();
        named.sort_by(|a, b| {
            let key = |of: &PartCount| (of.unit, of.dimension);
            key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
        });
        named
    }
}
