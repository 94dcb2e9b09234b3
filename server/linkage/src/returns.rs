//! People who are met again on another night and sleep elsewhere: how many there are, from those whom
//! their marks or their pseudonym tell again wherever they sleep.
//!
//! Nothing finds most of them one by one. It must never decide that two slots are one: `score` takes
//! from it how likely somebody sleeps anywhere else, `count` how many doubles are out of reach.
//!
//! # Formula
//! Of people met alone, g(i, j) = 1 / (1 + 2^−(bits of what both tell + bits of the prior)) over pairs
//! that rare marks or a pseudonym put side by side, at any distance. R = (Σ far g − q·Σ control g) /
//! Σ near P·g: far are pairs of two nights beyond the reach of the place, control are pairs of one
//! night at least [`CONTROL_FROM_M`] apart, who are two people, q the ratio of how many pairs there are of
//! both. What marks are worth falls out: the same people are recognised by the same marks near
//! and far. The variance of R is clustered by the people of either side; μ = R / (1 + R) is held by a
//! Beta prior.
//!
//! # Source
//! Two-way clustering: Cameron, Gelbach & Miller (2011), JBES 29, pp. 238–249.

use crate::blocking::{Candidate, POSTING_CAP, RARE_WORDS, Rules, has_slots, other_night_reach_m};
use crate::comparison::{Field, Level, place_of};
use crate::explain::BlockingRule;
use crate::ground::Located;
use crate::parameters::{Parameters, Weights, log2_odds};
use crate::score::{Link, Members, Scoring};
use maraude_core::model::Night;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What is held, before a campaign teaches it, of people who come back and sleep elsewhere: a third,
/// as six returns would tell it, so that nearly anything is possible.
const BEFORE: (f64, f64) = (2.0, 4.0);
/// People a night before anybody was counted.
const PEOPLE: f64 = 1_000.0;
/// Two people of one night so far apart are two, but for the few who walked there, metres.
const CONTROL_FROM_M: f64 = 1_500.0;
/// Control pairs must be at least this share of the pairs they stand for.
const CONTROL_SHARE: f64 = 0.05;
/// Pairs looked at to learn how many are control pairs.
const LOOKED_AT: usize = 100_000;
/// Fewer returns recognised near teach nothing.
const FEWEST: f64 = 3.0;
/// A share is held within these where its own certainty is worked out.
const SHARES: (f64, f64) = (0.05, 0.95);
/// The same campaign, the same draws.
const SEED: u64 = 0x0052_4554_5552_4E53;

/// People who come back on another night, as a campaign teaches it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Returns {
    /// Slots of a night, on average.
    pub people_a_night: f64,
    /// Returns that marks or a pseudonym tell near where they slept: what the share rests on.
    pub near: f64,
    /// The same elsewhere, people who look alike by chance taken out.
    pub elsewhere: f64,
    /// Of a Beta distribution of the share of returns that sleep elsewhere: the weight of these...
    pub moved: f64,
    /// ... and of those who stayed.
    pub stayed: f64,
}

impl Default for Returns {
    fn default() -> Self {
        Self {
            people_a_night: PEOPLE,
            near: 0.0,
            elsewhere: 0.0,
            moved: BEFORE.0,
            stayed: BEFORE.1,
        }
    }
}

impl Returns {
    /// Share of returns that sleep elsewhere.
    pub fn share(&self) -> f64 {
        self.moved / (self.moved + self.stayed)
    }

    /// Its 95 % interval.
    pub fn interval(&self) -> [f64; 2] {
        let (mean, deviation) = self.log_ratio();
        [-1.96, 1.96].map(|z| 1.0 / (1.0 + (-(mean + z * deviation)).exp()))
    }

    /// Logarithm of the returns elsewhere for each return near, and its standard deviation: those of the
    /// odds of the Beta distribution, by the first terms of the digamma and trigamma functions.
    pub(crate) fn log_ratio(&self) -> (f64, f64) {
        let digamma = |x: f64| x.ln() - 0.5 / x - 1.0 / (12.0 * x * x);
        let trigamma = |x: f64| 1.0 / x + 0.5 / (x * x) + 1.0 / (6.0 * x * x * x);
        let (a, b) = (self.moved, self.stayed);
        (digamma(a) - digamma(b), (trigamma(a) + trigamma(b)).sqrt())
    }

    /// For any one slot of another night: how likely somebody who comes back is there because they
    /// sleep elsewhere, and all places are alike to them.
    pub(crate) fn elsewhere_odds(&self) -> f64 {
        self.share() / self.people_a_night
    }
}

/// What is counted over pairs of people met alone.
#[derive(Default)]
struct Seen {
    /// Each pair with what it adds: `P·g` near, `g` far, `g` among the control.
    near: Vec<(u32, u32, f64)>,
    far: Vec<(u32, u32, f64)>,
    control: Vec<(u32, u32, f64)>,
}

/// Slots of a night, on average; at least one.
pub(crate) fn people_a_night(scoring: &Scoring<'_>) -> f64 {
    let mut nights: Vec<Night> = scoring
        .around
        .observations
        .iter()
        .map(|of| of.night)
        .collect();
    nights.sort_unstable();
    nights.dedup();
    (scoring.slots.len() as f64 / nights.len().max(1) as f64).max(1.0)
}

/// What these links, weighed under these parameters, teach of returns.
pub(crate) fn learn(scoring: &Scoring<'_>, links: &[Link], of: &Parameters) -> Returns {
    let mut made = of.returns;
    let first = scoring.around.observations.first().map(|of| of.night);
    if (scoring.around.observations.iter()).all(|of| Some(of.night) == first) {
        return made;
    }
    let seen = seen(scoring, links, of);
    let Some(ratio) = control_ratio(scoring) else {
        return made;
    };
    let sum = |pairs: &[(u32, u32, f64)]| pairs.iter().map(|(.., value)| value).sum::<f64>();
    made.near = sum(&seen.near);
    made.elsewhere = (sum(&seen.far) - ratio * sum(&seen.control)).max(0.0);
    if made.near < FEWEST {
        return made;
    }
    let odds = made.elsewhere / made.near;
    let variance = variance(&seen, ratio, odds) / made.near.powi(2);
    let share = odds / (1.0 + odds);
    let held = share.clamp(SHARES.0, SHARES.1);
    // So many returns, of which one knew where each sleeps, would tell as much.
    let told = held * (1.0 - held) * (1.0 + odds).powi(4) / variance.max(f64::MIN_POSITIVE);
    let told = told.min(made.near + made.elsewhere);
    made.moved = BEFORE.0 + told * share;
    made.stayed = BEFORE.1 + told * (1.0 - share);
    made
}

/// Who was met alone and has a place.
fn alone(scoring: &Scoring<'_>) -> Vec<Option<Located>> {
    let parties = scoring.around.parties;
    let place = |(row, party): (usize, &usize)| {
        let is_alone = parties.people[*party] == 1 && parties.together[*party] == 1;
        scoring.around.places[row].filter(|_| is_alone)
    };
    parties
        .of_observation
        .iter()
        .enumerate()
        .map(place)
        .collect()
}

fn seen(scoring: &Scoring<'_>, links: &[Link], of: &Parameters) -> Seen {
    let alone = alone(scoring);
    let weights = Weights::of(of);
    let prior = log2_odds(of.prior(Level::OtherNight)) + of.returns.elsewhere_odds().log2();
    let weight = |bits: f32| 1.0 / (1.0 + (-prior - f64::from(bits)).exp2());
    let row = |slot: u32| scoring.slots[slot as usize].observation;
    let mut seen = Seen::default();
    for link in links.iter().filter(|of| of.kind == Level::OtherNight) {
        let Members::Single([pair]) = &link.members else {
            continue;
        };
        let recognised = [BlockingRule::Pseudonym, BlockingRule::RareMarks];
        if link.rules.holds(BlockingRule::NearOtherNight)
            && recognised.iter().any(|rule| link.rules.holds(*rule))
            && [pair.one, pair.other]
                .iter()
                .all(|slot| alone[row(*slot)].is_some())
        {
            let value = link.probability * weight(weights.sum(&link.shared));
            seen.near.push((pair.one, pair.other, value));
        }
    }
    let observations = scoring.around.observations;
    for (one, other) in recognised(scoring) {
        let (a, b) = (one as usize, other as usize);
        let Some((here, there)) = alone[a].zip(alone[b]) else {
            continue;
        };
        let metres = here.distance_m(&there);
        let one_night = observations[a].night == observations[b].night;
        let wanted = if one_night {
            metres > CONTROL_FROM_M
        } else {
            metres > other_night_reach_m(here.accuracy_m, there.accuracy_m, of)
        };
        if !wanted {
            continue;
        }
        let slots = (scoring.first_slot[a], scoring.first_slot[b]);
        let candidate = Candidate {
            one,
            other,
            rules: Rules::of(BlockingRule::RareMarks),
        };
        let mut told = scoring
            .single(&candidate, slots, Level::OtherNight, None)
            .shared;
        // Asked within a night alone.
        told.levels[place_of(Field::AlreadySurveyed)] = None;
        let found = (slots.0, slots.1, weight(weights.sum(&told)));
        if one_night {
            seen.control.push(found);
        } else {
            seen.far.push(found);
        }
    }
    seen
}

/// Pairs of observations with a pseudonym or rare marks in common, as blocking finds them, at any
/// distance, in order.
fn recognised(scoring: &Scoring<'_>) -> Vec<(u32, u32)> {
    let mut by_name: HashMap<&str, Vec<u32>> = HashMap::new();
    let mut by_marks: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    let observations = (0_u32..).zip(scoring.around.observations);
    for (row, of) in observations.filter(|(_, of)| has_slots(of)) {
        if let Some(name) = of.pseudonym.known() {
            by_name.entry(name).or_default().push(row);
        }
        let rare = scoring.terms.rarest(row as usize, RARE_WORDS);
        for (place, &first) in rare.iter().enumerate() {
            for &second in &rare[place + 1..] {
                by_marks.entry((first, second)).or_default().push(row);
            }
        }
    }
    let mut pairs = Vec::new();
    let lists = by_name.values().chain(by_marks.values());
    for list in lists.filter(|list| list.len() <= POSTING_CAP) {
        for (place, &one) in list.iter().enumerate() {
            pairs.extend(list[place + 1..].iter().map(|&other| (one, other)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// How many pairs of two nights there are for each control pair; none where these are too few.
fn control_ratio(scoring: &Scoring<'_>) -> Option<f64> {
    let mut by_night: BTreeMap<Night, Vec<Located>> = BTreeMap::new();
    for (of, place) in scoring.around.observations.iter().zip(alone(scoring)) {
        if let Some(place) = place.filter(|_| has_slots(of)) {
            by_night.entry(of.night).or_default().push(place);
        }
    }
    let all: f64 = by_night.values().map(|of| of.len() as f64).sum();
    let squares: f64 = by_night.values().map(|of| (of.len() as f64).powi(2)).sum();
    let (across, within) = ((all * all - squares) / 2.0, (squares - all) / 2.0);
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut pick = |number: usize| (rng.next_u64() % number as u64) as usize;
    let (mut far, mut looked) = (0_usize, 0_usize);
    for places in by_night.values().filter(|of| of.len() > 1) {
        let pairs = (places.len() as f64).powi(2) / squares * LOOKED_AT as f64;
        for _ in 0..pairs as usize {
            let (a, b) = (pick(places.len()), pick(places.len()));
            if a != b {
                looked += 1;
                far += usize::from(places[a].distance_m(&places[b]) > CONTROL_FROM_M);
            }
        }
    }
    let control = within * far as f64 / looked.max(1) as f64;
    (control > CONTROL_SHARE * across).then(|| across / control)
}

/// Variance of Σ far − q·Σ control − R·Σ near: of the people of the first side, plus those of the second,
/// less what both hold.
fn variance(seen: &Seen, ratio: f64, odds: f64) -> f64 {
    let parts = [
        (&seen.near, -odds),
        (&seen.far, 1.0),
        (&seen.control, -ratio),
    ];
    let (mut first, mut second) = (BTreeMap::new(), BTreeMap::new());
    let mut each = 0.0;
    for (pairs, factor) in parts {
        for (one, other, value) in pairs {
            let value = factor * value;
            *first.entry(*one).or_insert(0.0) += value;
            *second.entry(*other).or_insert(0.0) += value;
            each += value * value;
        }
    }
    let squares = |of: &BTreeMap<u32, f64>| of.values().map(|sum| sum * sum).sum::<f64>();
    (squares(&first) + squares(&second) - each).max(each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::link;
    use crate::linkage::tests::{man, observation};
    use crate::slot::{LinkageObservation, Unit};
    use maraude_core::model::Answer;

    const AGES: [&str; 4] = ["18-24", "30-34", "45-49", "65-69"];
    const LANGUAGES: [&str; 3] = ["fr", "ro", "ti"];
    const PEOPLE: u8 = 40;

    /// Forty people 500 m apart on two nights, ten to a team; the last `moved` of them sleep 7 km
    /// away on the second. The first `named` tell a pseudonym.
    fn two_nights(moved: u8, named: u8) -> Vec<LinkageObservation> {
        let met = |night: u8, who: u8| {
            let north_m = if night == 1 && who >= PEOPLE - moved {
                7_000.0
            } else {
                0.0
            };
            let at = (500.0 * f64::from(who), north_m);
            let (team, minute) = (1 + who / 10, i64::from(night) * 1_440 + i64::from(who));
            let told = usize::from(who);
            let of = observation(1 + who + night * PEOPLE, team, minute, at);
            let mut of = man(of, AGES[told % 4], LANGUAGES[told % 3]);
            if night == 1 {
                of.night = "2026-01-23".parse().unwrap();
            }
            if who < named || who >= PEOPLE - named / 2 {
                of.pseudonym = Answer::Known(format!("p{who}"));
            }
            of
        };
        let nights = (0..2).flat_map(|night| (0..PEOPLE).map(move |who| (night, who)));
        nights.map(|(night, who)| met(night, who)).collect()
    }

    fn told(moved: u8, named: u8) -> (Returns, f64, [f64; 2]) {
        let run = link(&two_nights(moved, named), &[], &Parameters::default());
        let count = run.distinct(Unit::Street);
        (
            run.parameters.returns,
            count.estimate,
            [count.low, count.high],
        )
    }

    #[test]
    fn who_sleeps_elsewhere_is_told_by_who_is_recognised() {
        let (returns, estimate, [low, high]) = told(20, 40);
        assert!((0.35..0.60).contains(&returns.share()), "{returns:?}");
        assert!(low <= 40.0 && 40.0 <= high, "{low} {high}");
        assert!((estimate - 40.0).abs() < 8.0, "{estimate}");
        // Nobody moved, and everybody is recognised: hardly anybody is taken out unseen.
        let (returns, estimate, [low, high]) = told(0, 40);
        assert!(returns.share() < 0.15, "{returns:?}");
        assert!(low <= 40.0 && 40.0 <= high, "{low} {high}");
        assert!((estimate - 40.0).abs() < 6.0, "{estimate}");
    }

    #[test]
    fn without_anybody_recognised_nearly_anything_is_possible() {
        let (returns, ..) = told(20, 0);
        assert_eq!((returns.moved, returns.stayed), BEFORE);
        let [low, high] = returns.interval();
        assert!(low < 0.1 && high > 0.7, "{low} {high}");
    }

    #[test]
    fn one_night_teaches_nothing_of_returns() {
        let night = &two_nights(0, 40)[..usize::from(PEOPLE)];
        let run = link(night, &[], &Parameters::default());
        let learnt = run.parameters.returns;
        assert_eq!((learnt.moved, learnt.stayed), BEFORE);
        assert!((learnt.people_a_night - 40.0).abs() < f64::EPSILON);
    }
}
