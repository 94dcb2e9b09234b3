//! What a night teaches: how often the same people are met twice, and how their answers agree.
//!
//! u comes from certain non-matches nearby: people one team filed near each other are distinct. m
//! and the priors come from EM, held by the parameters they start from; a result that makes no
//! sense is set aside and said. Decisions teach nothing, and the order of observations is not seen.
//!
//! # Formula
//! m = (Σγ of the level + α·m₀) / (Σγ + α), u = (n of the level + β·u₀) / (n + β),
//! ρ = (Σγ + s·ρ₀) / (M + s), M = slots × outings that filed somebody within 50 m, Σγ over both ends
//! of their links, near or far; then the same for each pair of teams (`meetings`). What people say
//! of having been met already is counted apart (`asked`).
//!
//! # Source
//! Fellegi & Sunter (1969); maximum a posteriori EM as in Enamorado, Fifield & Imai (2019), APSR 113.

use crate::asked::Asked;
use crate::blocking::has_slots;
use crate::comparison::{FIELDS, Field, Level, place_of};
use crate::competition::Rivals;
use crate::meetings::{Meetings, Opportunity, OutingPrior};
use crate::parameters::{LEVEL_COUNT, LevelParameters, Parameters, Weights, levels_of};
use crate::returns::{self, people_a_night};
use crate::score::{Link, Scoring};
use crate::twins::may_be_twins;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Strength of the starting m, in pairs of one person.
const M_STRENGTH: f64 = 50.0;
/// Strength of the starting u, in pairs of two people.
const U_STRENGTH: f64 = 200.0;
/// Strength of the experts' u of equal terms, in terms seen.
const TERMS_STRENGTH: f64 = 100.0;
/// Strength of a starting prior, in opportunities.
const PRIOR_STRENGTH: f64 = 40.0;
/// A learnt prior stays within these.
const PRIOR_RANGE: (f64, f64) = (0.000_5, 0.8);
/// A team was there when it filed somebody this near, metres.
const THERE_M: f32 = 50.0;
/// About so many links teach a night; more would say the same.
const ENOUGH: usize = 60_000;
/// Pseudonyms of one outing looked at, at most: more would say the same.
const ENOUGH_NAMES: usize = 300;
/// Most rounds of EM.
const ROUNDS: usize = 12;
/// Largest change of a prior that still counts.
const SETTLED: f64 = 1e-3;

/// Kinds of pairs whose prior a night teaches. People of one team side by side are what u is counted
/// from: they cannot teach how often they are one person.
const LEARNT: [Level; 4] = [
    Level::OtherTeam,
    Level::SeenThenInterviewed,
    Level::TwoTablets,
    Level::OtherNight,
];

/// What became of learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Training {
    /// The parameters were given frozen.
    #[default]
    Given,
    /// The night taught them.
    Learnt,
    /// What it taught makes no sense: the starting parameters stand.
    FellBack,
}

/// Levels counted among pairs of two people.
#[derive(Default)]
pub(crate) struct Tally {
    counts: Counts,
    /// Rarity of words in common: sum and number.
    marks: (f64, f64),
}

/// By field, whether both answered, and level.
struct Counts([[[f64; LEVEL_COUNT]; 2]; FIELDS.len()]);

impl Default for Counts {
    fn default() -> Self {
        Self([[[0.0; LEVEL_COUNT]; 2]; FIELDS.len()])
    }
}

impl Tally {
    /// A link of one team that is nobody entered twice: two people, nearly surely.
    pub fn see(&mut self, link: &Link) {
        if link.kind != Level::SameTeam {
            return;
        }
        count(&mut self.counts, link, 1.0);
        if link.shared.level(Field::Marks) == Some(Level::CommonWords) {
            self.marks.0 += f64::from(link.shared.rarity[2]);
            self.marks.1 += 1.0;
        }
    }
}

/// Adds a link's levels, so many times.
fn count(into: &mut Counts, link: &Link, times: f64) {
    for field in FIELDS {
        let level = match (link.shared.level(field), field) {
            (None, Field::GroupSize) => Some(Level::BothAlone),
            (level, _) => level,
        };
        if let Some(level) = level {
            into.0[place_of(field)][usize::from(link.shared.answered)][level as usize] += times;
        }
    }
}

/// Parameters as this night teaches them, and what became of it.
pub(crate) fn learn(
    scoring: &Scoring<'_>,
    links: &[Link],
    tally: &Tally,
    given: &Parameters,
) -> (Parameters, Training) {
    if !given.learns {
        return (given.clone(), Training::Given);
    }
    let mut start = of_terms(given, scoring);
    start.returns.people_a_night = people_a_night(scoring);
    let start = &start;
    let mut learnt = start.clone();
    set_u(&mut learnt, start, tally);
    set_pseudonym_u(&mut learnt, start, scoring);
    let taught = &mut sample(scoring, links);
    let met = opportunities(scoring, taught);
    let asked = Asked::of(scoring, links, taught);
    let mut rivals = Rivals::of(taught, |slot| scoring.outing(slot));
    for _ in 0..ROUNDS {
        let weights = Weights::of(&learnt);
        for link in taught.iter_mut() {
            link.weigh(&learnt, &weights);
        }
        rivals.compete(taught, SETTLED, |_| None);
        let change = set_priors(&mut learnt, start, taught, &met);
        met.pairs.shift(scoring, (taught, &met.ends), &learnt);
        set_m(&mut learnt, start, taught);
        asked.set_u(&mut learnt, start, taught);
        if change < SETTLED {
            break;
        }
    }
    if taught.len() == links.len() {
        learnt.outings = met.named(scoring, taught, &learnt);
        learnt.returns = returns::learn(scoring, taught, &learnt);
    } else {
        let (links, outings) = of_all(scoring, links, &learnt);
        learnt.outings = outings;
        learnt.returns = returns::learn(scoring, &links, &learnt);
    }
    learnt.learns = false;
    if makes_sense(&learnt) {
        (learnt, Training::Learnt)
    } else {
        let mut kept = given.clone();
        kept.learns = false;
        (kept, Training::FellBack)
    }
}

/// Where u starts for languages and shelters: how often two random ones of this night are equal.
fn of_terms(start: &Parameters, scoring: &Scoring<'_>) -> Parameters {
    let mut made = start.clone();
    for level in &mut made.levels {
        let (equal, number) = match level.field {
            Field::Language => scoring.terms.equal[0],
            Field::Shelter => scoring.terms.equal[1],
            _ => continue,
        };
        let share = if level.level == Level::Equal {
            equal
        } else {
            1.0 - equal
        };
        let known = number / (number + TERMS_STRENGTH);
        level.u_probability += known * (share - level.u_probability);
    }
    made
}

/// The links that teach: all, or in a large night all between some pairs of outings.
fn sample(scoring: &Scoring<'_>, links: &[Link]) -> Vec<Link> {
    let every = (links.len() / ENOUGH + 1) as u32;
    let teaches = |link: &&Link| {
        let member = &link.members()[0];
        let (one, other) = (scoring.outing(member.one), scoring.outing(member.other));
        (one + other).is_multiple_of(every) || (one == other && may_be_twins(link))
    };
    links.iter().filter(teaches).cloned().collect()
}

/// All links with their probabilities, and the priors of all pairs of teams, where only some of them
/// taught the rest.
fn of_all(
    scoring: &Scoring<'_>,
    links: &[Link],
    learnt: &Parameters,
) -> (Vec<Link>, Vec<OutingPrior>) {
    let mut links = links.to_vec();
    let weights = Weights::of(learnt);
    for link in &mut links {
        link.weigh(learnt, &weights);
    }
    Rivals::of(&links, |slot| scoring.outing(slot)).compete(&mut links, SETTLED, |_| None);
    let named = opportunities(scoring, &links).named(scoring, &links, learnt);
    (links, named)
}

/// Slots that could have been met again, by kind of link and outing.
struct Opportunities {
    number: BTreeMap<Level, f64>,
    /// The same by pair of teams.
    pairs: Meetings,
    /// For each link, how many of its members' ends are such a slot.
    ends: Vec<u32>,
}

/// A slot, facing an outing that filed somebody near it.
fn opportunities(scoring: &Scoring<'_>, links: &[Link]) -> Opportunities {
    let outing = |slot: u32| scoring.outing(slot);
    let ends = |link: &Link| -> Vec<Opportunity> {
        let members = link.members().iter();
        members
            .flat_map(|m| [(m.one, outing(m.other)), (m.other, outing(m.one))])
            .map(|(slot, faced)| (link.kind, slot, faced))
            .collect()
    };
    let mut met: Vec<Opportunity> = links
        .iter()
        .filter(|link| is_there(link))
        .flat_map(ends)
        .collect();
    met.sort_unstable();
    met.dedup();
    let mut number = BTreeMap::new();
    for (kind, _, _) in &met {
        *number.entry(*kind).or_insert(0.0) += 1.0;
    }
    let of_link = |link: &Link| {
        let found = ends(link).into_iter();
        found.filter(|end| met.binary_search(end).is_ok()).count() as u32
    };
    Opportunities {
        number,
        pairs: Meetings::of(scoring, &met),
        ends: links.iter().map(of_link).collect(),
    }
}

impl Opportunities {
    fn named(&self, scoring: &Scoring<'_>, links: &[Link], of: &Parameters) -> Vec<OutingPrior> {
        let prior = of.prior(Level::OtherTeam);
        self.pairs.named(scoring, (links, &self.ends), prior)
    }
}

fn is_there(link: &Link) -> bool {
    link.distance_m.is_some_and(|metres| metres <= THERE_M)
}

/// Sets the priors; answers the largest change.
fn set_priors(
    learnt: &mut Parameters,
    start: &Parameters,
    links: &[Link],
    opportunities: &Opportunities,
) -> f64 {
    let mut held: BTreeMap<Level, f64> = BTreeMap::new();
    for (link, ends) in links.iter().zip(&opportunities.ends) {
        *held.entry(link.kind).or_default() += link.probability * f64::from(*ends);
    }
    let mut change = 0.0_f64;
    for (&kind, &number) in opportunities
        .number
        .iter()
        .filter(|(kind, _)| LEARNT.contains(kind))
    {
        let held = held.get(&kind).copied().unwrap_or(0.0);
        let value = (held + PRIOR_STRENGTH * start.prior(kind)) / (number + PRIOR_STRENGTH);
        let value = value.clamp(PRIOR_RANGE.0, PRIOR_RANGE.1);
        change = change.max((value - learnt.prior(kind)).abs());
        learnt.set_prior(kind, value);
    }
    change
}

fn set_u(learnt: &mut Parameters, start: &Parameters, tally: &Tally) {
    blend(
        &tally.counts,
        start,
        U_STRENGTH,
        |level| level.u_probability,
        |level, value| {
            level.u_probability = value;
        },
    )
    .clone_into(&mut learnt.levels);
    let (sum, number) = tally.marks;
    learnt.usual_mark_bits = (sum + U_STRENGTH * start.usual_mark_bits) / (number + U_STRENGTH);
}

/// Pseudonyms of people whom one team filed anywhere: neighbours alone are too few to tell how rarely
/// two people have the same.
fn set_pseudonym_u(learnt: &mut Parameters, start: &Parameters, scoring: &Scoring<'_>) {
    let mut by_outing: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, of) in scoring.around.observations.iter().enumerate() {
        if has_slots(of) && of.pseudonym.known().is_some() {
            by_outing
                .entry(scoring.around.outings[row])
                .or_default()
                .push(row);
        }
    }
    let mut counts = Counts::default();
    let of_field = &mut counts.0[place_of(Field::Pseudonym)];
    for rows in by_outing.values() {
        let rows = &rows[..rows.len().min(ENOUGH_NAMES)];
        for (place, &one) in rows.iter().enumerate() {
            for &other in &rows[place + 1..] {
                let parties = &scoring.around.parties.of_observation;
                let two = scoring.around.kind(one, other) == Level::SameTeam;
                if two && parties[one] != parties[other] {
                    let [a, b] = [one, other].map(|row| &scoring.around.observations[row]);
                    let level = if a.pseudonym == b.pseudonym {
                        Level::Equal
                    } else {
                        Level::DifferentSeen
                    };
                    of_field[usize::from(a.answered() && b.answered())][level as usize] += 1.0;
                }
            }
        }
    }
    // Whether both answered changes nothing of how many share a pseudonym.
    for level in [Level::Equal, Level::DifferentSeen] {
        let all = of_field[0][level as usize] + of_field[1][level as usize];
        of_field[0][level as usize] = all;
        of_field[1][level as usize] = all;
    }
    let taught = blend(
        &counts,
        start,
        U_STRENGTH,
        |level| level.u_probability,
        |level, value| level.u_probability = value,
    );
    let of_names = |of: &LevelParameters| of.field == Field::Pseudonym;
    for (level, taught) in learnt.levels.iter_mut().zip(taught) {
        if of_names(level) {
            level.u_probability = taught.u_probability;
        }
    }
}

fn set_m(learnt: &mut Parameters, start: &Parameters, links: &[Link]) {
    let mut counts = Counts::default();
    for link in links.iter().filter(|link| link.kind == Level::OtherTeam) {
        count(&mut counts, link, link.probability);
    }
    let with_m = blend(
        &counts,
        start,
        M_STRENGTH,
        |level| level.m_probability,
        |level, value| {
            level.m_probability = value;
        },
    );
    for (level, taught) in learnt.levels.iter_mut().zip(with_m) {
        level.m_probability = taught.m_probability;
    }
}

/// The levels of `start`, one of the two probabilities replaced by counts held by where it starts.
fn blend(
    counts: &Counts,
    start: &Parameters,
    strength: f64,
    of: fn(&LevelParameters) -> f64,
    set: fn(&mut LevelParameters, f64),
) -> Vec<LevelParameters> {
    let mut levels = start.levels.clone();
    for level in &mut levels {
        let (field, answered) = (level.field, level.both_answered);
        let number = |level| counts.0[place_of(field)][usize::from(answered)][level as usize];
        let all: f64 = levels_of(field, answered).map(number).sum();
        let started: f64 = start
            .levels
            .iter()
            .filter(|other| (other.field, other.both_answered) == (field, answered))
            .map(of)
            .sum();
        let held = strength * of(level) / started;
        set(level, (number(level.level) + held) / (all + strength));
    }
    levels
}

/// Agreement must speak for one person, and difference against.
fn makes_sense(of: &Parameters) -> bool {
    let finite = of.levels.iter().all(|level| level.bits().is_finite());
    let against = [
        Level::DifferentSeen,
        Level::DifferentAnswered,
        Level::ApartSeen,
        Level::ApartAnswered,
    ];
    let strong = [
        Field::Gender,
        Field::AgeBand,
        Field::Household,
        Field::Language,
    ];
    finite
        && of
            .levels
            .iter()
            .filter(|level| strong.contains(&level.field))
            .all(|level| {
                let value = level.bits();
                (!against.contains(&level.level) || value <= 0.0)
                    && (level.level != Level::Equal || value >= -0.5)
            })
}
