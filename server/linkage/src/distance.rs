//! What metres say: how likely the distance is for one person, against how many *other* people
//! are met around there.
//!
//! # Formula
//! bits = log2( f(d) / g ), with s² = (a₁² + a₂²)/2.295 + σ₀² (a = 68 % radius), f the density per
//! square metre of (1−π)·[0.93·Rayleigh(s) + 0.07·Rayleigh(3s)] + π·moved(d), and g the density of
//! other people there, from what both teams filed around, the two parties left out.

use crate::blocking::Candidate;
use crate::comparison::{Field, Level, Part};
use crate::ground::Located;
use crate::parameters::Parameters;
use crate::party::Parties;
use crate::slot::LinkageObservation;
use std::f64::consts::PI;

/// A 68 % radius of a two-dimensional normal is 1.515 standard deviations; squared.
const RADIUS_TO_SIGMA_SQUARE: f64 = 2.295;
/// Smoothing of the local density beyond the accuracy of the places, metres.
const KERNEL_M: f64 = 20.0;
/// A bad fix is so many times worse than it says.
const BAD_FIX_FACTOR: f64 = 3.0;
/// Distance evidence is kept within these bits.
const BITS_RANGE: (f64, f64) = (-14.0, 8.0);
/// Least bits of the distance of two nights.
const OTHER_NIGHT_LEAST_BITS: f64 = -60.0;

/// Standard deviation per axis of the difference of two places, metres.
pub(crate) fn sigma_m(one_m: f64, other_m: f64, p: &Parameters) -> f64 {
    let square = (one_m * one_m + other_m * other_m) / RADIUS_TO_SIGMA_SQUARE;
    (square + p.observer_sigma_m * p.observer_sigma_m).sqrt()
}

/// How many other people are met around each observation, per square metre, by outing.
#[derive(Default)]
pub(crate) struct Density {
    pub around: Vec<Vec<(u32, f64)>>,
}

impl Density {
    /// From the candidates found near each other on one night.
    pub fn of(
        observations: &[LinkageObservation],
        people: &[usize],
        places: &[Option<Located>],
        outings: &[u32],
        near: &[Candidate],
    ) -> Self {
        let mut around: Vec<Vec<(u32, f64)>> = vec![Vec::new(); observations.len()];
        for pair in near {
            let (one, other) = (pair.one as usize, pair.other as usize);
            let Some((a, b)) = places[one].zip(places[other]) else {
                continue;
            };
            if observations[one].night != observations[other].night {
                continue;
            }
            let density = kernel(&a, &b);
            for (here, there) in [(one, other), (other, one)] {
                let theirs = outings[there];
                let more = people[there] as f64 * density;
                match around[here]
                    .iter_mut()
                    .find(|(outing, _)| *outing == theirs)
                {
                    Some((_, sum)) => *sum += more,
                    None => around[here].push((theirs, more)),
                }
            }
        }
        Self { around }
    }

    /// People of an outing around an observation, a party of theirs left out.
    fn without(&self, here: usize, theirs: u32, party: f64) -> f64 {
        let all = self.around[here]
            .iter()
            .find(|(outing, _)| *outing == theirs);
        (all.map_or(0.0, |(_, sum)| *sum) - party).max(0.0)
    }
}

pub(crate) fn kernel(a: &Located, b: &Located) -> f64 {
    let square = (a.accuracy_m * a.accuracy_m + b.accuracy_m * b.accuracy_m)
        / RADIUS_TO_SIGMA_SQUARE
        + KERNEL_M * KERNEL_M;
    let d = a.distance_m(b);
    (-d * d / (2.0 * square)).exp() / (2.0 * PI * square)
}

/// Everything the evidence of a distance looks at.
pub(crate) struct Surroundings<'a> {
    pub observations: &'a [LinkageObservation],
    pub people: &'a [usize],
    pub places: &'a [Option<Located>],
    pub parties: &'a Parties,
    pub density: &'a Density,
    /// Number of the outing of each observation.
    pub outings: &'a [u32],
    pub parameters: &'a Parameters,
}

impl Surroundings<'_> {
    /// The evidence of the distance of two observations, and the distance; none where one has no
    /// place.
    pub fn evidence(&self, one: usize, other: usize) -> Option<(Part, f32)> {
        let (a, b) = self.places[one].zip(self.places[other])?;
        let p = self.parameters;
        let sigma = sigma_m(a.accuracy_m, b.accuracy_m, p);
        let metres = a.distance_m(&b);
        let apart_ms = self.observations[one].observed_at - self.observations[other].observed_at;
        let hours = apart_ms.abs() as f64 / 3_600_000.0;
        let same = density_if_same(metres, sigma, hours, p);
        let others = self.others_per_m2(one, other);
        let time = self.time_ratio(one, other);
        // What else brings somebody there on another night is weighed beside it.
        let one_night = self.observations[one].night == self.observations[other].night;
        let least = if one_night {
            BITS_RANGE.0
        } else {
            OTHER_NIGHT_LEAST_BITS
        };
        let level = match metres / sigma {
            sigmas if sigmas <= 1.0 => Level::WithinOneSigma,
            sigmas if sigmas <= 2.0 => Level::WithinTwoSigma,
            sigmas if sigmas <= 3.0 => Level::WithinThreeSigma,
            sigmas if sigmas <= 6.0 => Level::WithinSixSigma,
            _ => Level::Beyond,
        };
        let part = Part {
            field: Field::Distance,
            level,
            bits: (same * time / others).log2().clamp(least, BITS_RANGE.1),
            shares: None,
        };
        Some((part, metres as f32))
    }

    /// Other people per square metre about the pair.
    fn others_per_m2(&self, one: usize, other: usize) -> f64 {
        let (x, y) = (self.outings[one], self.outings[other]);
        let party_at = |here: usize, party_of: usize| -> f64 {
            self.parties.observations[self.parties.of_observation[party_of]]
                .iter()
                .filter(|&&member| member != here)
                .filter_map(|&member| {
                    let (a, b) = self.places[here].zip(self.places[member])?;
                    Some(self.people[member] as f64 * kernel(&a, &b))
                })
                .sum()
        };
        if x == y {
            let there = |here, them| self.density.without(here, x, party_at(here, them));
            return self.parameters.same_team_floor_per_m2
                + f64::midpoint(there(one, other), there(other, one));
        }
        let own = |here, ours| self.density.without(here, ours, 0.0);
        let theirs = |here, them, outing| self.density.without(here, outing, party_at(here, them));
        let sum = own(one, x) + theirs(one, other, y) + own(other, y) + theirs(other, one, x);
        self.parameters.floor_per_m2 + sum / 4.0
    }
}

/// Density per square metre of the distance, if they are one person.
fn density_if_same(d: f64, sigma: f64, hours: f64, p: &Parameters) -> f64 {
    let normal = |s: f64| (-d * d / (2.0 * s * s)).exp() / (2.0 * PI * s * s);
    let stayed =
        (1.0 - p.bad_fix_share) * normal(sigma) + p.bad_fix_share * normal(BAD_FIX_FACTOR * sigma);
    let moved = if d >= p.moved_from_m {
        (-(d - p.moved_from_m) / p.moved_mean_m).exp() / (p.moved_mean_m * 2.0 * PI * d)
    } else {
        0.0
    };
    let share = p.moved_share * (hours / p.moving_hours).min(1.0);
    ((1.0 - share) * stayed + share * moved).max(f64::MIN_POSITIVE)
}
