//! Comparison levels: how two slots agree on one field. No weights here.
//!
//! A refusal, a sleeper or a question that was not put adds no evidence: a field is compared only
//! when both sides hold a value. `score` turns levels into bits.

use crate::frequencies::Terms;
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
    /// Both seen alone.
    BothAlone,
    /// One alone, the other in a group.
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
    /// P(level given same) and P(level given different), where bits come from these.
    pub shares: Option<(f64, f64)>,
}

/// Fields that are compared, in the order of [`Field`], and their number.
pub(crate) const FIELDS: [Field; 11] = [
    Field::Gender,
    Field::AgeBand,
    Field::GroupSize,
    Field::Household,
    Field::Language,
    Field::Shelter,
    Field::Tents,
    Field::Dogs,
    Field::Marks,
    Field::Pseudonym,
    Field::AlreadySurveyed,
];

/// Place of a field in [`FIELDS`].
pub(crate) const fn place_of(field: Field) -> usize {
    field as usize - Field::Gender as usize
}

/// The levels two slots reach, and how much rarer than usual equal terms are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    pub levels: [Option<Level>; FIELDS.len()],
    /// Bits above (below) the usual for language, shelter, marks, age and household.
    pub rarity: [f32; 5],
    /// Both answered; for "already surveyed": the earlier did.
    pub answered: bool,
}

impl Evidence {
    pub fn none(answered: bool) -> Self {
        Self {
            levels: [None; FIELDS.len()],
            rarity: [0.0; 5],
            answered,
        }
    }

    pub fn set(&mut self, field: Field, level: Level) {
        self.levels[place_of(field)] = Some(level);
    }

    pub fn level(&self, field: Field) -> Option<Level> {
        self.levels[place_of(field)]
    }

    /// Rarity of the terms of a field.
    pub fn rarity(&self, field: usize) -> f32 {
        rarity_of(FIELDS[field]).map_or(0.0, |place| self.rarity[place])
    }

    /// Takes the levels of another where it has them.
    pub fn take(&mut self, field: Field, other: &Self) {
        let place = place_of(field);
        self.levels[place] = other.levels[place];
        if let Some(place) = rarity_of(field) {
            self.rarity[place] = other.rarity[place];
        }
    }

    /// Something of the people themselves was compared.
    pub fn of_person(&self) -> bool {
        FIELDS
            .iter()
            .any(|field| *field != Field::GroupSize && self.level(*field).is_some())
    }
}

/// Place of a field's terms among the rarities.
const fn rarity_of(field: Field) -> Option<usize> {
    match field {
        Field::Language => Some(0),
        Field::Shelter => Some(1),
        Field::Marks => Some(2),
        Field::AgeBand => Some(3),
        Field::Household => Some(4),
        _ => None,
    }
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
}

/// How far apart two age intervals may be and still be neighbours, years.
const NEIGHBOUR_GAP_YEARS: u8 = 8;

/// What is told of the two people themselves.
pub(crate) fn compare_people(pair: &Pairing<'_>) -> Evidence {
    let mut found = Evidence::none(pair.both_answered());
    if let Some((a, b)) = both(&pair.earlier.1.gender, &pair.later.1.gender) {
        let level = match (a == b, a) {
            (true, Gender::Man) => Level::Equal,
            (true, Gender::Woman | Gender::Other) => Level::EqualWoman,
            (false, _) if found.answered => Level::DifferentAnswered,
            (false, _) => Level::DifferentSeen,
        };
        found.set(Field::Gender, level);
    }
    if let Some((a, b)) = both(&pair.earlier.1.age, &pair.later.1.age) {
        found.set(Field::AgeBand, age_level(*a, *b, found.answered));
    }
    found
}

/// What is told of the two observations: everything but gender and age.
pub(crate) fn compare_rows(pair: &Pairing<'_>, terms: &Terms, found: &mut Evidence) {
    let (one, other) = (pair.earlier.0, pair.later.0);
    let rows = (pair.earlier.1.observation, pair.later.1.observation);
    let group = |o: &LinkageObservation| o.kind == ObservationKind::Group;
    let alike = group(one) == group(other);
    if let Some((a, b)) = both(&one.household, &other.household).filter(|_| alike) {
        let level = match (a == b, found.answered) {
            (true, _) => Level::Equal,
            (false, true) => Level::DifferentAnswered,
            (false, false) => Level::DifferentSeen,
        };
        found.set(Field::Household, level);
        found.rarity[4] = terms.rows[rows.0].household;
    }
    if one.kind == ObservationKind::Individual && other.kind == one.kind {
        found.rarity[3] = terms.rows[rows.0].age;
    }
    let equal = |same: bool| {
        if same {
            Level::Equal
        } else {
            Level::DifferentSeen
        }
    };
    if let Some((a, b)) = both(&one.language, &other.language) {
        found.set(Field::Language, equal(a == b));
        found.rarity[0] = terms.rows[rows.0].language;
    }
    if let Some((a, b)) = both(&one.shelter, &other.shelter) {
        found.set(Field::Shelter, equal(a == b));
        found.rarity[1] = terms.rows[rows.0].shelter;
    }
    presence(Field::Tents, both(&one.tents, &other.tents), found);
    presence(Field::Dogs, both(&one.dogs, &other.dogs), found);
    if !terms.rows[rows.0].things.is_empty() && !terms.rows[rows.1].things.is_empty() {
        let common = terms.common_bits(rows.0, rows.1);
        let level = if common.is_some() {
            Level::CommonWords
        } else {
            Level::NoCommonWord
        };
        found.set(Field::Marks, level);
        found.rarity[2] = common.unwrap_or(0.0);
    }
    if let Some((a, b)) = both(&one.pseudonym, &other.pseudonym) {
        found.set(Field::Pseudonym, equal(a == b));
    }
    already_surveyed(pair, found);
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

fn presence(field: Field, counts: Option<(&u32, &u32)>, found: &mut Evidence) {
    if let Some((a, b)) = counts {
        let level = match (*a > 0, *b > 0) {
            (true, true) => Level::BothSome,
            (false, false) => Level::BothNone,
            _ => Level::OneOnly,
        };
        found.set(field, level);
    }
}

/// The later team asks whether the person was met tonight. It says something of an earlier contact
/// in which the person answered; a sleeper or a refusal does not know.
fn already_surveyed(pair: &Pairing<'_>, found: &mut Evidence) {
    if pair.earlier.0.night != pair.later.0.night {
        return;
    }
    if let Answer::Known(yes) = pair.later.0.already_surveyed
        && pair.earlier.0.answered()
    {
        let level = if yes { Level::SaidYes } else { Level::SaidNo };
        found.set(Field::AlreadySurveyed, level);
    }
}
