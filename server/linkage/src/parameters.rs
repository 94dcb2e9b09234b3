//! Parameters of the model: a frozen, dated snapshot that a run is a function of.
//!
//! Defaults are experts' starting priors; training may replace them, never silently. It must
//! never look at observations.

use crate::comparison::{Field, Level, Part};
use crate::frequencies::Frequencies;
use serde::{Deserialize, Serialize};

/// How often a level is met among pairs of one person and among pairs of two.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LevelParameters {
    /// The field.
    pub field: Field,
    /// The level.
    pub level: Level,
    /// P(level given same).
    pub m_probability: f64,
    /// P(level given different).
    pub u_probability: f64,
}

impl LevelParameters {
    /// log2(m/u).
    pub fn bits(&self) -> f64 {
        (self.m_probability / self.u_probability).log2()
    }
}

/// Everything a run depends on besides observations and decisions.
///
/// # Source
/// Fellegi & Sunter (1969), JASA 64, pp. 1183–1210; starting values are experts' ranges for a
/// night count, to be estimated again on each night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// m and u by field and level.
    pub levels: Vec<LevelParameters>,
    /// Prior that a person seen by one team is among those another team filed within metres; where
    /// a run starts from before the night teaches its own.
    pub prior_other_team: f64,
    /// Same team: first without contact, interviewed at least `at_once_minutes` later.
    pub prior_seen_then_interviewed: f64,
    /// The same within `at_once_minutes`: a team that finds two people side by side.
    pub prior_at_once: f64,
    /// Same team, two tablets within `two_tablets_minutes`: entered twice.
    pub prior_two_tablets: f64,
    /// Same team otherwise.
    pub prior_same_team: f64,
    /// Two nights of one campaign.
    pub prior_other_night: f64,
    /// Bits when one side is alone and the other in a group.
    pub alone_or_together_bits: f64,
    /// See `prior_at_once`.
    pub at_once_minutes: f64,
    /// See `prior_two_tablets`.
    pub two_tablets_minutes: f64,
    /// People per square metre whom the first team missed, where nobody else was seen.
    pub floor_per_m2: f64,
    /// The same for one team, which finds people side by side.
    pub same_team_floor_per_m2: f64,
    /// The observer does not stand on the person: standard deviation, metres.
    pub observer_sigma_m: f64,
    /// Accuracy held where a position has none, metres.
    pub unknown_accuracy_m: f64,
    /// Share of fixes three times worse than they say.
    pub bad_fix_share: f64,
    /// Share of people who moved after `moving_hours`.
    pub moved_share: f64,
    /// See `moved_share`.
    pub moving_hours: f64,
    /// Somebody who moved is at least this far, metres...
    pub moved_from_m: f64,
    /// ... plus an exponential of this mean, metres.
    pub moved_mean_m: f64,
    /// Fastest walk, metres per second.
    pub walking_speed_m_s: f64,
    /// Below this distance the walking rule is not applied, metres.
    pub walking_from_m: f64,
    /// Blocking radius within a night, metres.
    pub block_radius_m: f64,
    /// It grows to so many standard deviations.
    pub block_sigmas: f64,
    /// Blocking radius across nights, metres.
    pub other_night_radius_m: f64,
    /// Pairs found by rare marks lie within, metres.
    pub marks_radius_m: f64,
    /// From here a pair is held to be one without asking.
    pub auto_probability: f64,
    /// From here it is shown for review.
    pub review_probability: f64,
    /// From here a pair stands as one until somebody decides: the most probable partition.
    pub held_same_probability: f64,
    /// Term frequencies; absent: those of the observations at hand.
    pub frequencies: Option<Frequencies>,
}

/// Default m and u: field, level, m, u.
const LEVELS: &[(Field, Level, f64, f64)] = &[
    (Field::Gender, Level::Equal, 0.78, 0.55),
    (Field::Gender, Level::EqualWoman, 0.17, 0.06),
    (Field::Gender, Level::DifferentSeen, 0.05, 0.283),
    (Field::Gender, Level::DifferentAnswered, 0.0125, 0.283),
    (Field::AgeBand, Level::Equal, 0.50, 0.20),
    (Field::AgeBand, Level::MostlyOverlapping, 0.30, 0.15),
    (Field::AgeBand, Level::Overlapping, 0.24, 0.20),
    (Field::AgeBand, Level::Neighbouring, 0.20, 0.20),
    (Field::AgeBand, Level::NeighbouringAnswered, 0.12, 0.20),
    (Field::AgeBand, Level::ApartSeen, 0.0375, 0.30),
    (Field::AgeBand, Level::ApartAnswered, 0.0125, 0.40),
    (Field::GroupSize, Level::Equal, 0.70, 0.35),
    (Field::GroupSize, Level::OffByOne, 0.12, 0.34),
    (Field::GroupSize, Level::FarOff, 0.0125, 0.40),
    (Field::Household, Level::Equal, 0.95, 0.48),
    (Field::Household, Level::DifferentSeen, 0.12, 0.48),
    (Field::Household, Level::DifferentAnswered, 0.0156, 0.50),
    (Field::Language, Level::DifferentSeen, 0.10, 0.40),
    (Field::Shelter, Level::DifferentSeen, 0.14, 0.40),
    (Field::Tents, Level::BothSome, 0.20, 0.05),
    (Field::Tents, Level::BothNone, 0.72, 0.67),
    (Field::Tents, Level::OneOnly, 0.08, 0.20),
    (Field::Dogs, Level::BothSome, 0.16, 0.02),
    (Field::Dogs, Level::BothNone, 0.80, 0.74),
    (Field::Dogs, Level::OneOnly, 0.05, 0.20),
    (Field::Marks, Level::NoCommonWord, 0.40, 0.60),
    (Field::Pseudonym, Level::Equal, 0.80, 0.0125),
    (Field::Pseudonym, Level::DifferentSeen, 0.20, 0.80),
    (Field::AlreadySurveyed, Level::SaidYes, 0.60, 0.15),
    (Field::AlreadySurveyed, Level::SaidNo, 0.10, 0.80),
];

impl Default for Parameters {
    fn default() -> Self {
        Self {
            levels: LEVELS
                .iter()
                .map(|&(field, level, m, u)| LevelParameters {
                    field,
                    level,
                    m_probability: m,
                    u_probability: u,
                })
                .collect(),
            prior_other_team: 0.30,
            prior_seen_then_interviewed: 0.12,
            prior_at_once: 0.02,
            prior_two_tablets: 0.02,
            prior_same_team: 0.003,
            prior_other_night: 0.05,
            alone_or_together_bits: -2.0,
            at_once_minutes: 10.0,
            two_tablets_minutes: 12.0,
            floor_per_m2: 2.5e-5,
            same_team_floor_per_m2: 1.3e-4,
            observer_sigma_m: 6.0,
            unknown_accuracy_m: 25.0,
            bad_fix_share: 0.07,
            moved_share: 0.10,
            moving_hours: 3.0,
            moved_from_m: 80.0,
            moved_mean_m: 600.0,
            walking_speed_m_s: 1.6,
            walking_from_m: 150.0,
            block_radius_m: 120.0,
            block_sigmas: 3.5,
            other_night_radius_m: 60.0,
            marks_radius_m: 3_500.0,
            auto_probability: 0.98,
            review_probability: 0.25,
            held_same_probability: 0.5,
            frequencies: None,
        }
    }
}

/// Largest bits of an equal term, however rare.
const TERM_CAP_BITS: f64 = 4.5;
/// Share of equal terms among pairs of one person.
const TERM_M: f64 = 0.88;
/// Words are written by hand: part of their rarity that is kept, and the most they may add.
const MARK_SHARE: f64 = 0.6;
const MARK_CAP_BITS: f64 = 9.0;

/// Parameters as looked up for each pair.
pub(crate) struct Weights {
    bits: Vec<((Field, Level), f64)>,
}

impl Weights {
    pub fn of(parameters: &Parameters) -> Self {
        let mut bits: Vec<_> = parameters
            .levels
            .iter()
            .map(|level| ((level.field, level.level), level.bits()))
            .collect();
        bits.sort_by_key(|(key, _)| *key);
        Self { bits }
    }

    /// A level's part; a level without parameters adds nothing.
    pub fn part(&self, field: Field, level: Level) -> Part {
        let bits = self
            .bits
            .binary_search_by_key(&(field, level), |(key, _)| *key)
            .map_or(0.0, |index| self.bits[index].1);
        Part { field, level, bits }
    }

    /// Equal terms: the rarer, the more they say.
    pub fn equal_term(field: Field, frequency: f64) -> Part {
        Part {
            field,
            level: Level::Equal,
            bits: (TERM_M / frequency).log2().clamp(0.0, TERM_CAP_BITS),
        }
    }

    /// Bits of words in common, from the sum of their rarities.
    pub fn mark_bits(rarity_bits: f64) -> f64 {
        (rarity_bits * MARK_SHARE).min(MARK_CAP_BITS)
    }
}

/// log2 of the odds of a probability.
pub(crate) fn log2_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_bits_stay_in_the_experts_ranges() {
        let w = Weights::of(&Parameters::default());
        let check = |field, level, low: f64, high: f64| {
            let bits = w.part(field, level).bits;
            assert!((low..=high).contains(&bits), "{field:?} {level:?}: {bits}");
        };
        check(Field::Gender, Level::Equal, 0.4, 0.6);
        check(Field::Gender, Level::EqualWoman, 1.4, 1.6);
        check(Field::Gender, Level::DifferentSeen, -2.6, -2.4);
        check(Field::Gender, Level::DifferentAnswered, -4.6, -4.4);
        check(Field::AgeBand, Level::Equal, 1.0, 1.5);
        check(Field::AgeBand, Level::Neighbouring, -0.1, 0.1);
        check(Field::AgeBand, Level::ApartSeen, -3.1, -2.9);
        check(Field::AgeBand, Level::ApartAnswered, -5.1, -4.9);
        check(Field::GroupSize, Level::Equal, 0.9, 1.1);
        check(Field::GroupSize, Level::OffByOne, -1.6, -1.4);
        check(Field::GroupSize, Level::FarOff, -5.1, -4.9);
        check(Field::Household, Level::Equal, 0.9, 1.1);
        check(Field::Household, Level::DifferentAnswered, -5.1, -4.9);
        check(Field::Dogs, Level::BothSome, 2.9, 3.1);
        check(Field::Dogs, Level::OneOnly, -2.1, -1.9);
        check(Field::Tents, Level::BothSome, 1.9, 2.1);
        check(Field::Pseudonym, Level::Equal, 5.0, 7.0);
        check(Field::Pseudonym, Level::DifferentSeen, -2.1, -1.9);
        check(Field::AlreadySurveyed, Level::SaidYes, 1.9, 2.1);
        check(Field::AlreadySurveyed, Level::SaidNo, -3.1, -2.9);
        assert!(w.part(Field::Rivals, Level::Several).bits.abs() < f64::EPSILON);
    }
}
