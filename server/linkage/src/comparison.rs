//! Comparison levels: how two slots agree on one field. No weights here.
//!
//! A refusal, a sleeper or a question that was not put adds no evidence: a field is compared only
//! when both sides hold a value. `score` turns levels into bits.

use crate::frequencies::Frequencies;
use crate::parameters::Weights;
use crate::slot::{Gender, LinkageObservation, Slot};
use maraude_core::model::{AgeInterval, Answer, ObservationKind};
use serde::{Deserialize, Serialize};

/// A compared field, in the order of the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What was held before looking at the pair.
    Prior,
    /// Metres between them, against accuracy and local density.
    Distance,
    /// Apparent or declared sex.
    Gender,
    /// Age interval.
    AgeBand,
    /// People seen together.
    GroupSize,
    /// With whom the person sleeps.
    Household,
    /// Language spoken.
    Language,
    /// Shelter.
    Shelter,
    /// Tents.
    Tents,
    /// Dogs.
    Dogs,
    /// Distinguishing marks.
    Marks,
    /// Keyed pseudonym.
    Pseudonym,
    /// "Already surveyed tonight", told to the later team.
    AlreadySurveyed,
    /// Whether the other members of the two groups agree.
    Companions,
    /// Others of the same team who could be the one.
    Rivals,
    /// A coordinator's decision.
    Decision,
}

/// A graded agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Prior: two teams, one night.
    OtherTeam,
    /// Prior: one team, first without contact, at least ten minutes later with answers.
    SeenThenInterviewed,
    /// Prior: one team, first without contact, at once afterwards with answers.
    SeenThenInterviewedAtOnce,
    /// Prior: one team, two tablets, within minutes.
    TwoTablets,
    /// Prior: one team otherwise.
    SameTeam,
    /// Prior: two nights.
    OtherNight,
    /// Prior: one alone, the other in a group.
    AloneOrTogether,
    /// Distance below its standard deviation.
    WithinOneSigma,
    /// Below twice.
    WithinTwoSigma,
    /// Below three times.
    WithinThreeSigma,
    /// Below six times.
    WithinSixSigma,
    /// Farther: only somebody who moved.
    Beyond,
    /// Equal.
    Equal,
    /// Equal, and women are few in the street.
    EqualWoman,
    /// Different, somebody only saw.
    DifferentSeen,
    /// Different, both answered.
    DifferentAnswered,
    /// Much in common.
    MostlyOverlapping,
    /// Something in common.
    Overlapping,
    /// Next to each other.
    Neighbouring,
    /// Next to each other, both answered.
    NeighbouringAnswered,
    /// Far apart, somebody only saw.
    ApartSeen,
    /// Far apart, both answered.
    ApartAnswered,
    /// One off.
    OffByOne,
    /// More than one off.
    FarOff,
    /// Both have some.
    BothSome,
    /// One has some, the other none.
    OneOnly,
    /// Neither has any.
    BothNone,
    /// Words in common.
    CommonWords,
    /// No word in common.
    NoCommonWord,
    /// The later said yes.
    SaidYes,
    /// The later said no although the earlier had answered.
    SaidNo,
    /// They agree.
    Agree,
    /// They do not.
    Disagree,
    /// There are others.
    Several,
    /// Decided one person.
    DecidedSame,
    /// Decided two people.
    DecidedDifferent,
}

/// One part of the evidence: a field, the level reached, its bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub field: Field,
    pub level: Level,
    pub bits: f64,
}

/// Two slots side by side, the one seen first on the left.
pub(crate) struct Pairing<'a> {
    pub earlier: (&'a LinkageObservation, &'a Slot),
    pub later: (&'a LinkageObservation, &'a Slot),
}

impl<'a> Pairing<'a> {
    /// In the order of time, then of identifiers: comparison is symmetric.
    pub fn of(
        one: (&'a LinkageObservation, &'a Slot),
        other: (&'a LinkageObservation, &'a Slot),
    ) -> Self {
        let key = |side: &(&LinkageObservation, &Slot)| (side.0.observed_at, side.1.at);
        let (earlier, later) = if key(&one) <= key(&other) {
            (one, other)
        } else {
            (other, one)
        };
        Self { earlier, later }
    }

    fn both_answered(&self) -> bool {
        self.earlier.0.answered() && self.later.0.answered()
    }

    fn some_group(&self) -> bool {
        let group = |o: &LinkageObservation| o.kind == ObservationKind::Group;
        group(self.earlier.0) || group(self.later.0)
    }
}

/// How far apart two age intervals may be and still be neighbours, years.
const NEIGHBOUR_GAP_YEARS: u8 = 8;

/// The evidence of what is known of the two people, place and prior left out.
pub(crate) fn attributes(pair: &Pairing<'_>, w: &Weights, words: &Frequencies) -> Vec<Part> {
    let mut parts = Vec::with_capacity(10);
    let (one, other) = (pair.earlier.0, pair.later.0);
    gender(pair, w, &mut parts);
    age(pair, w, &mut parts);
    if !pair.some_group()
        && let Some((a, b)) = both(&one.household, &other.household)
    {
        let level = if a == b {
            Level::Equal
        } else if pair.both_answered() {
            Level::DifferentAnswered
        } else {
            Level::DifferentSeen
        };
        parts.push(w.part(Field::Household, level));
    }
    if let Some((a, b)) = both(&one.language, &other.language) {
        parts.push(if a == b {
            Weights::equal_term(Field::Language, words.language(a))
        } else {
            w.part(Field::Language, Level::DifferentSeen)
        });
    }
    if let Some((a, b)) = both(&one.shelter, &other.shelter) {
        parts.push(if a == b {
            Weights::equal_term(Field::Shelter, words.shelter(a))
        } else {
            w.part(Field::Shelter, Level::DifferentSeen)
        });
    }
    presence(Field::Tents, both(&one.tents, &other.tents), w, &mut parts);
    presence(Field::Dogs, both(&one.dogs, &other.dogs), w, &mut parts);
    if both(&one.marks, &other.marks).is_some() {
        let common = words.common_mark_bits(one, other);
        parts.push(if common > 0.0 {
            Part {
                field: Field::Marks,
                level: Level::CommonWords,
                bits: Weights::mark_bits(common),
            }
        } else {
            w.part(Field::Marks, Level::NoCommonWord)
        });
    }
    if let Some((a, b)) = both(&one.pseudonym, &other.pseudonym) {
        let level = if a == b {
            Level::Equal
        } else {
            Level::DifferentSeen
        };
        parts.push(w.part(Field::Pseudonym, level));
    }
    already_surveyed(pair, w, &mut parts);
    parts
}

/// Gender both answered and different, and ages far apart: never one person without a decision.
pub(crate) fn contradict(pair: &Pairing<'_>) -> bool {
    let gender = matches!(
        both(&pair.earlier.1.gender, &pair.later.1.gender),
        Some((a, b)) if a != b
    );
    let age = matches!(
        both(&pair.earlier.1.age, &pair.later.1.age),
        Some((a, b)) if a.gap_years(*b) > NEIGHBOUR_GAP_YEARS
    );
    pair.both_answered() && gender && age
}

fn both<'a, T>(one: &'a Answer<T>, other: &'a Answer<T>) -> Option<(&'a T, &'a T)> {
    one.known().zip(other.known())
}

fn gender(pair: &Pairing<'_>, w: &Weights, parts: &mut Vec<Part>) {
    if let Some((a, b)) = both(&pair.earlier.1.gender, &pair.later.1.gender) {
        let level = if a == b {
            match a {
                Gender::Man => Level::Equal,
                Gender::Woman | Gender::Other => Level::EqualWoman,
            }
        } else if pair.both_answered() {
            Level::DifferentAnswered
        } else {
            Level::DifferentSeen
        };
        parts.push(w.part(Field::Gender, level));
    }
}

fn age(pair: &Pairing<'_>, w: &Weights, parts: &mut Vec<Part>) {
    if let Some((a, b)) = both(&pair.earlier.1.age, &pair.later.1.age) {
        parts.push(w.part(Field::AgeBand, age_level(*a, *b, pair.both_answered())));
    }
}

fn age_level(a: AgeInterval, b: AgeInterval, answered: bool) -> Level {
    if a == b {
        return Level::Equal;
    }
    if a.overlaps(b) {
        let common = f64::from(a.to_years.min(b.to_years) - a.from_years.max(b.from_years)) + 1.0;
        let widest = f64::from(a.to_years.max(b.to_years) - a.from_years.min(b.from_years)) + 1.0;
        return if common / widest >= 0.5 {
            Level::MostlyOverlapping
        } else {
            Level::Overlapping
        };
    }
    match (a.gap_years(b) <= NEIGHBOUR_GAP_YEARS, answered) {
        (true, false) => Level::Neighbouring,
        (true, true) => Level::NeighbouringAnswered,
        (false, false) => Level::ApartSeen,
        (false, true) => Level::ApartAnswered,
    }
}

fn presence(field: Field, counts: Option<(&u32, &u32)>, w: &Weights, parts: &mut Vec<Part>) {
    if let Some((a, b)) = counts {
        let level = match (*a > 0, *b > 0) {
            (true, true) => Level::BothSome,
            (false, false) => Level::BothNone,
            _ => Level::OneOnly,
        };
        parts.push(w.part(field, level));
    }
}

/// The later team asks whether the person was met tonight; a "no" speaks only against an earlier
/// contact in which the person answered.
fn already_surveyed(pair: &Pairing<'_>, w: &Weights, parts: &mut Vec<Part>) {
    if pair.earlier.0.night != pair.later.0.night {
        return;
    }
    match pair.later.0.already_surveyed {
        Answer::Known(true) => parts.push(w.part(Field::AlreadySurveyed, Level::SaidYes)),
        Answer::Known(false) if pair.earlier.0.answered() => {
            parts.push(w.part(Field::AlreadySurveyed, Level::SaidNo));
        }
        _ => {}
    }
}
