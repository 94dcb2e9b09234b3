//! People met on several nights whom nothing finds, because they sleep elsewhere: how many there are for
//! each return that is found.
//!
//! It must never look at what was told of people. `count` takes them out.

use crate::comparison::Level;
use crate::count::Sampling;
use crate::explain::BlockingRule;
use crate::returns::Returns;
use crate::slot::LinkageObservation;
use maraude_core::model::Night;
use std::collections::{BTreeMap, HashMap};

/// Of the people of a night whom nothing links to another at most this share was met on it.
const MOST_HIDDEN: f64 = 0.9;

/// Night of each observation, by number, in order.
pub(crate) fn nights(observations: &[LinkageObservation]) -> Vec<u32> {
    let mut all: Vec<Night> = observations.iter().map(|of| of.night).collect();
    all.sort_unstable();
    all.dedup();
    let number = |of: &LinkageObservation| all.binary_search(&of.night).unwrap_or(0) as u32;
    observations.iter().map(number).collect()
}

/// People met on several nights whom nothing finds, because they sleep elsewhere.
///
/// # Formula
/// h(k, l) = κ·M(k, l), κ = (1 − φ)(1 + R) − 1, M returns found between two nights, φ the part of them found
/// elsewhere, R returns elsewhere for each near. Of the n(k) people of night k, r(k, l) = (M + h)/n(k) were
/// met on night l, and of those whom nothing links to it h/(n(k) − M) were. Who moved is hidden from all nights
/// before at once: a share α = Σ h/(n − M) / Σ r of those new on night k came back, and 1 − Π (1 − r) of
/// them were met on any night before. Of two nights this is h.
#[derive(Default)]
pub(crate) struct Hidden {
    returns: Option<Returns>,
    far_share: f64,
    /// Distinct people of each night, and those whom no earlier night knows.
    people: Vec<f64>,
    new: Vec<f64>,
    /// Returns found, by the later and the earlier night.
    met: BTreeMap<(u32, u32), f64>,
}

impl Hidden {
    /// Hidden returns for each that is found, so many standard deviations from the usual.
    pub fn at(&self, deviations: f64) -> f64 {
        let Some(returns) = &self.returns else {
            return 0.0;
        };
        let (mean, deviation) = returns.log_ratio();
        let ratio = (mean + deviation * deviations).exp();
        let each = ((1.0 - self.far_share) * (1.0 + ratio) - 1.0).max(0.0);
        let nights = self.people.len();
        // By night: Σ h/(n − M), Σ r, Π (1 − r).
        let mut of_night = vec![(0.0, 0.0, 1.0); nights];
        for ((later, _), met) in &self.met {
            let people = self.people[*later as usize].max(1.0);
            let unknown = (people - met).max(1.0);
            let back = (met * (1.0 + each) / people).min(1.0);
            let (apart, all, never) = &mut of_night[*later as usize];
            *apart += (each * met / unknown).min(MOST_HIDDEN);
            *all += back;
            *never *= 1.0 - back;
        }
        let still_new: Vec<f64> = (self.new.iter().zip(of_night))
            .map(|(new, (apart, all, never))| {
                let came_back = if all > 0.0 {
                    (apart / all).min(1.0)
                } else {
                    0.0
                };
                new * (1.0 - came_back * (1.0 - never))
            })
            .collect();
        let sum = |of: &[f64]| of.iter().sum::<f64>();
        let found = sum(&self.people) - sum(&self.new);
        (sum(&self.new) - sum(&still_new)) / found.max(1.0)
    }
}

impl Sampling<'_> {
    /// People met on two nights whom nothing finds.
    pub fn hidden(&self) -> Hidden {
        if self.has_one_night() {
            return Hidden::default();
        }
        let nights = self
            .nights
            .iter()
            .max()
            .map_or(1, |last| *last as usize + 1);
        let mut made = Hidden {
            returns: Some(self.returns),
            people: vec![0.0; nights],
            new: vec![0.0; nights],
            ..Hidden::default()
        };
        let mut night_of: HashMap<u32, u32> = HashMap::new();
        for (outing, night) in self.outings.iter().zip(&self.nights) {
            night_of.insert(*outing, *night);
        }
        let before = |one: u32, other: u32| {
            let order = |slot: u32| (self.night(slot), self.outing(slot), slot);
            order(one) < order(other)
        };
        for (slot, met) in self.known(before, |_, _| true).iter().enumerate() {
            let own = self.night(slot as u32);
            // By night: how likely nobody of it met the same person.
            let mut unknown: BTreeMap<u32, f64> = BTreeMap::new();
            for (outing, sum) in met {
                *unknown.entry(night_of[outing]).or_insert(1.0) *= 1.0 - sum.min(1.0);
            }
            let here = unknown.remove(&own).unwrap_or(1.0);
            made.people[own as usize] += here;
            made.new[own as usize] += here * unknown.values().product::<f64>();
            for (night, unknown) in unknown {
                *made.met.entry((own, night)).or_insert(0.0) += here * (1.0 - unknown);
            }
        }
        let (mut all, mut far) = (0.0, 0.0);
        for link in self.links.iter().filter(|of| of.kind == Level::OtherNight) {
            let number = link.probability * link.members().len() as f64;
            all += number;
            if !link.rules.holds(BlockingRule::NearOtherNight) {
                far += number;
            }
        }
        made.far_share = far / all.max(f64::MIN_POSITIVE);
        made
    }
}
