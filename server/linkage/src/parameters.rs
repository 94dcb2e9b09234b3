//! Parameters of the model: a frozen, dated snapshot that a run is a function of.
//!
//! Defaults are experts' starting priors; training may replace them, never silently. It must
//! never look at observations.

use crate::comparison::{Evidence, FIELDS, Field, Level, Part, place_of};
use crate::frequencies::Frequencies;
use crate::meetings::OutingPrior;
use crate::party::Outing;
use crate::returns::Returns;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How often a level is met among pairs of one person and among pairs of two.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LevelParameters {
    /// The field.
    pub field: Field,
    /// The level.
    pub level: Level,
    /// Of pairs in which both answered; for "already surveyed", in which the earlier did.
    pub both_answered: bool,
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
    /// m and u by field and level; where a run starts from before the night teaches its own.
    pub levels: Vec<LevelParameters>,
    /// The night teaches m, u and priors; a frozen snapshot is used as it stands.
    pub learns: bool,
    /// Mean rarity of the words in common of two people, bits.
    pub usual_mark_bits: f64,
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
    /// Priors of two teams of one night, in order; all others have `prior_other_team`.
    pub outings: Vec<OutingPrior>,
    /// People who come back on another night; where a run starts from before the nights teach it.
    pub returns: Returns,
    /// Term frequencies; absent: those of the observations at hand.
    pub frequencies: Option<Frequencies>,
}

/// Default m and u: field, level, m, u. What depends on whether both answered has its own levels.
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
    (Field::GroupSize, Level::BothAlone, 0.62, 0.50),
    (Field::GroupSize, Level::AloneOrTogether, 0.05, 0.161),
    (Field::GroupSize, Level::Equal, 0.25, 0.10),
    (Field::GroupSize, Level::OffByOne, 0.035, 0.08),
    (Field::GroupSize, Level::FarOff, 0.0055, 0.14),
    (Field::Household, Level::Equal, 0.95, 0.48),
    (Field::Household, Level::DifferentSeen, 0.12, 0.48),
    (Field::Household, Level::DifferentAnswered, 0.0156, 0.50),
    (Field::Language, Level::Equal, 0.90, 0.32),
    (Field::Language, Level::DifferentSeen, 0.10, 0.40),
    (Field::Shelter, Level::Equal, 0.86, 0.36),
    (Field::Shelter, Level::DifferentSeen, 0.14, 0.40),
    (Field::Tents, Level::BothSome, 0.20, 0.05),
    (Field::Tents, Level::BothNone, 0.72, 0.67),
    (Field::Tents, Level::OneOnly, 0.08, 0.20),
    (Field::Dogs, Level::BothSome, 0.16, 0.02),
    (Field::Dogs, Level::BothNone, 0.80, 0.74),
    (Field::Dogs, Level::OneOnly, 0.05, 0.20),
    (Field::Marks, Level::CommonWords, 0.60, 0.25),
    (Field::Marks, Level::NoCommonWord, 0.40, 0.60),
    (Field::Pseudonym, Level::Equal, 0.80, 0.0125),
    (Field::Pseudonym, Level::DifferentSeen, 0.20, 0.80),
    (Field::AlreadySurveyed, Level::SaidYes, 0.60, 0.15),
    (Field::AlreadySurveyed, Level::SaidNo, 0.10, 0.80),
];

/// The levels of a field among pairs in which both answered, or not: they exclude each other.
pub(crate) fn levels_of(field: Field, both_answered: bool) -> impl Iterator<Item = Level> {
    let elsewhere = move |level: Level| {
        let answered = matches!(
            level,
            Level::DifferentAnswered | Level::NeighbouringAnswered | Level::ApartAnswered
        );
        let seen = matches!(level, Level::Neighbouring | Level::ApartSeen)
            || (level == Level::DifferentSeen && matches!(field, Field::Gender | Field::Household));
        (answered && !both_answered) || (seen && both_answered)
    };
    LEVELS
        .iter()
        .filter(move |(of, level, _, _)| *of == field && !elsewhere(*level))
        .map(|(_, level, _, _)| *level)
}

impl Default for Parameters {
    fn default() -> Self {
        let levels = [false, true].into_iter().flat_map(|both_answered| {
            FIELDS.into_iter().flat_map(move |field| {
                levels_of(field, both_answered).filter_map(move |level| {
                    let row = LEVELS.iter().find(|row| (row.0, row.1) == (field, level))?;
                    Some(LevelParameters {
                        field,
                        level,
                        both_answered,
                        m_probability: row.2,
                        u_probability: row.3,
                    })
                })
            })
        });
        Self {
            levels: levels.collect(),
            learns: true,
            usual_mark_bits: 4.0,
            prior_other_team: 0.30,
            prior_seen_then_interviewed: 0.12,
            prior_at_once: 0.02,
            prior_two_tablets: 0.02,
            prior_same_team: 0.003,
            prior_other_night: 0.05,
            at_once_minutes: 10.0,
            two_tablets_minutes: 12.0,
            floor_per_m2: 2.5e-5,
            same_team_floor_per_m2: 1.3e-4,
            observer_sigma_m: 6.0,
            unknown_accuracy_m: 25.0,
            bad_fix_share: 0.10,
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
            auto_probability: 0.955,
            review_probability: 0.25,
            held_same_probability: 0.27,
            outings: Vec::new(),
            returns: Returns::default(),
            frequencies: None,
        }
    }
}

impl Parameters {
    /// The prior of each kind of pair.
    pub fn priors(&self) -> [(Level, f64); 6] {
        const KINDS: [Level; 6] = [
            Level::OtherTeam,
            Level::SeenThenInterviewed,
            Level::SeenThenInterviewedAtOnce,
            Level::TwoTablets,
            Level::SameTeam,
            Level::OtherNight,
        ];
        KINDS.map(|kind| (kind, self.prior(kind)))
    }

    /// The prior of a kind of pair.
    pub(crate) fn prior(&self, kind: Level) -> f64 {
        match kind {
            Level::SeenThenInterviewed => self.prior_seen_then_interviewed,
            Level::SeenThenInterviewedAtOnce => self.prior_at_once,
            Level::TwoTablets => self.prior_two_tablets,
            Level::SameTeam => self.prior_same_team,
            Level::OtherNight => self.prior_other_night,
            _ => self.prior_other_team,
        }
    }

    pub(crate) fn set_prior(&mut self, kind: Level, probability: f64) {
        match kind {
            Level::SeenThenInterviewed => self.prior_seen_then_interviewed = probability,
            Level::SeenThenInterviewedAtOnce => self.prior_at_once = probability,
            Level::TwoTablets => self.prior_two_tablets = probability,
            Level::SameTeam => self.prior_same_team = probability,
            Level::OtherNight => self.prior_other_night = probability,
            _ => self.prior_other_team = probability,
        }
    }
}

/// Most and least bits of one field.
const FIELD_BITS: (f32, f32) = (-7.0, 9.0);
/// Most bits of a pseudonym: as many as a campaign has seen differ.
const PSEUDONYM_CAP_BITS: f32 = 13.0;
/// Largest bits of an equal term, however rare.
const TERM_CAP_BITS: f32 = 5.0;
/// Largest shift of an equal age or household, bits: these are few, and told by the eye.
const TERM_SHIFT_BITS: f32 = 2.0;
/// Words are written by hand: part of their rarity that is kept.
const MARK_SHARE: f32 = 0.6;
/// Number of levels.
pub(crate) const LEVEL_COUNT: usize = Level::DecidedDifferent as usize + 1;

/// Parameters as looked up for each pair.
#[derive(Clone)]
pub(crate) struct Weights {
    bits: [[[f32; LEVEL_COUNT]; 2]; FIELDS.len()],
    /// m and u by field, level, and whether both answered.
    shares: HashMap<(Field, Level, bool), (f64, f64)>,
    usual_mark_bits: f32,
    /// By how much the prior of two teams is above that of all, bits.
    outings: HashMap<(Outing, Outing), f32>,
}

impl Weights {
    pub fn of(parameters: &Parameters) -> Self {
        let mut made = Self {
            bits: [[[0.0; LEVEL_COUNT]; 2]; FIELDS.len()],
            shares: (parameters.levels.iter())
                .map(|of| {
                    let key = (of.field, of.level, of.both_answered);
                    (key, (of.m_probability, of.u_probability))
                })
                .collect(),
            usual_mark_bits: parameters.usual_mark_bits as f32,
            outings: (parameters.outings.iter())
                .map(|of| {
                    let own = log2_odds(of.probability);
                    let shift = own - log2_odds(parameters.prior_other_team);
                    ((of.one, of.other), shift as f32)
                })
                .collect(),
        };
        for level in &parameters.levels {
            made.bits[place_of(level.field)][usize::from(level.both_answered)]
                [level.level as usize] = level.bits() as f32;
        }
        for table in &mut made.bits[place_of(Field::GroupSize)] {
            let alone = table[Level::BothAlone as usize];
            for bits in table {
                *bits -= alone;
            }
        }
        made
    }

    /// All pairs of teams have one prior.
    pub fn has_no_outings(&self) -> bool {
        self.outings.is_empty()
    }

    /// By how much the prior of two outings, in order, is above that of all, bits.
    pub fn shift(&self, one: Outing, other: Outing) -> f32 {
        self.outings.get(&(one, other)).copied().unwrap_or(0.0)
    }

    /// Bits of a field; 0 where nothing was compared.
    pub fn field(&self, evidence: &Evidence, field: usize) -> f32 {
        let Some(level) = evidence.levels[field] else {
            return 0.0;
        };
        let usual = self.bits[field][usize::from(evidence.answered)][level as usize];
        let rarity = evidence.rarity(field);
        let bits = match (FIELDS[field], level) {
            (Field::Language | Field::Shelter, Level::Equal) => (usual + rarity).min(TERM_CAP_BITS),
            (Field::AgeBand | Field::Household, Level::Equal) => {
                usual + rarity.clamp(-TERM_SHIFT_BITS, TERM_SHIFT_BITS)
            }
            (Field::Marks, Level::CommonWords) => {
                usual + MARK_SHARE * (rarity - self.usual_mark_bits)
            }
            _ => usual,
        };
        let most = match FIELDS[field] {
            Field::Pseudonym => PSEUDONYM_CAP_BITS,
            _ => FIELD_BITS.1,
        };
        bits.clamp(FIELD_BITS.0, most)
    }

    /// All bits.
    pub fn sum(&self, evidence: &Evidence) -> f32 {
        (0..FIELDS.len())
            .map(|field| self.field(evidence, field))
            .sum()
    }

    /// The parts, for the explanation.
    pub fn parts(&self, evidence: &Evidence) -> impl Iterator<Item = Part> {
        FIELDS.into_iter().enumerate().filter_map(|(place, field)| {
            Some(Part {
                field,
                level: evidence.levels[place]?,
                bits: f64::from(self.field(evidence, place)),
                shares: {
                    let key = (field, evidence.levels[place]?, evidence.answered);
                    self.shares.get(&key).copied()
                },
            })
        })
    }
}

/// log2 of the odds of a probability.
pub(crate) fn log2_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(field: Field, level: Level) -> f64 {
        let answered = levels_of(field, true).any(|of| of == level);
        let mut evidence = Evidence::none(answered);
        evidence.set(field, level);
        evidence.rarity[2] = 4.0;
        let all = Weights::of(&Parameters::default()).sum(&evidence);
        f64::from(all)
    }

    #[test]
    fn default_bits_stay_in_the_experts_ranges() {
        let check = |field, level, low: f64, high: f64| {
            let bits = bits(field, level);
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
        check(Field::Marks, Level::CommonWords, 1.0, 1.5);
        assert!(
            Weights::of(&Parameters::default())
                .sum(&Evidence::none(true))
                .abs()
                < f32::EPSILON
        );
    }

    #[test]
    fn levels_of_a_field_exclude_each_other() {
        let of = |answered| levels_of(Field::Gender, answered).collect::<Vec<_>>();
        assert_eq!(
            of(true),
            [Level::Equal, Level::EqualWoman, Level::DifferentAnswered]
        );
        assert_eq!(
            of(false),
            [Level::Equal, Level::EqualWoman, Level::DifferentSeen]
        );
    }
}
