//! From candidates to links: evidence summed, groups aligned, rivals made to share.
//!
//! A link is of two slots, or of two parties whose members go one to one. It must never decide
//! anything; `cluster` and `linkage` do.

use crate::assignment::fit;
use crate::blocking::{Candidate, Rules};
use crate::comparison::{
    Evidence, Field, Level, Pairing, Part, compare_people, compare_rows, place_of,
};
use crate::distance::Surroundings;
use crate::frequencies::Terms;
use crate::parameters::{Parameters, Weights, log2_odds};
use crate::party::outing;
use crate::slot::{LinkageObservation, Slot};
use crate::train::Tally;
use maraude_core::model::ObservationKind;

/// Two members that go together.
#[derive(Clone, Copy)]
pub(crate) struct Aligned {
    /// The smaller slot.
    pub one: u32,
    /// The other.
    pub other: u32,
    /// Probability that they go together if the link holds.
    pub within: f32,
    /// What is told of these two.
    pub evidence: Evidence,
}

/// Two slots, or two parties, that may be the same.
#[derive(Clone)]
pub(crate) struct Link {
    /// What was held before looking: the prior's level.
    pub kind: Level,
    pub rules: Rules,
    /// Metres, where both have a place.
    pub distance_m: Option<f32>,
    /// Evidence of the place.
    pub place: Option<Part>,
    /// What the link's members have in common.
    pub shared: Evidence,
    /// Members, one to one; a single pair for people met one by one.
    pub members: Members,
    /// Bits of how the members fit, groups only.
    pub fit_bits: f64,
    /// What these two teams' prior is above that of all, bits.
    pub shift: f32,
    /// log2 of the odds alone.
    pub bits: f64,
    /// Probability after rivals shared.
    pub probability: f64,
}

/// Members of a link.
#[derive(Clone)]
pub(crate) enum Members {
    /// Two slots.
    Single([Aligned; 1]),
    /// Two groups.
    Several(Vec<Aligned>),
}

impl Link {
    /// Members, one to one.
    pub fn members(&self) -> &[Aligned] {
        match &self.members {
            Members::Single(one) => one,
            Members::Several(all) => all,
        }
    }

    /// The same link with its slots renamed.
    pub fn renamed(&self, name: impl Fn(u32) -> u32) -> Self {
        let mut made = self.clone();
        let members = match &mut made.members {
            Members::Single(one) => &mut one[..],
            Members::Several(all) => &mut all[..],
        };
        for member in members {
            (member.one, member.other) = (name(member.one), name(member.other));
        }
        made
    }

    /// Two parties and not two people.
    pub fn is_of_groups(&self) -> bool {
        matches!(self.members, Members::Several(_))
    }

    /// Bits of the place: on another night somebody who comes back may sleep anywhere.
    pub fn place_bits(&self, parameters: &Parameters) -> f64 {
        let there = self.place.map_or(NO_PLACE_BITS, |part| part.bits);
        if self.kind == Level::OtherNight {
            (there.exp2() + parameters.returns.elsewhere_odds()).log2()
        } else {
            there
        }
    }

    /// Bits under a prior and weights.
    pub fn weigh(&mut self, parameters: &Parameters, weights: &Weights) {
        self.bits = log2_odds(parameters.prior(self.kind))
            + f64::from(self.shift)
            + self.place_bits(parameters)
            + f64::from(weights.sum(&self.shared))
            + self.fit_bits;
    }
}

/// Held for the place when one side has none: they could have met anywhere.
const NO_PLACE_BITS: f64 = -8.0;
/// Below these odds alone, in bits, a link is not worth keeping.
const NEGLIGIBLE_BITS: f64 = -11.0;

/// What scoring looks at.
pub(crate) struct Scoring<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub terms: &'a Terms,
    /// First slot of each observation, and the end of the last.
    pub first_slot: &'a [u32],
}

/// Links, and what they were made from where learning changes more than their weights.
pub(crate) struct Links {
    pub links: Vec<Link>,
    /// Candidates between two groups, by parties.
    groups: Vec<((u32, u32), Candidate)>,
}

impl Scoring<'_> {
    /// Every link of the candidates that is worth keeping, without probabilities yet; what pairs
    /// of one team show is told to `tally`.
    pub fn compare(
        &self,
        candidates: &[Candidate],
        (parameters, weights): (&Parameters, &Weights),
        tally: &mut Tally,
    ) -> Links {
        let mut found = Links {
            links: Vec::new(),
            groups: Vec::new(),
        };
        let parties = self.around.parties;
        for candidate in candidates {
            let (one, other) = (candidate.one as usize, candidate.other as usize);
            let (x, y) = (parties.of_observation[one], parties.of_observation[other]);
            if parties.people[x] > 1 && parties.people[y] > 1 {
                let key = (x.min(y) as u32, x.max(y) as u32);
                found.groups.push((key, *candidate));
                continue;
            }
            let kind = self.around.kind(one, other);
            let place = self.around.evidence(one, other);
            let shift = self.shift(kind, one, other, weights);
            for a in self.slots_of(one) {
                for b in self.slots_of(other) {
                    let mut link = self.single(candidate, (a, b), kind, place);
                    link.shift = shift;
                    link.weigh(parameters, weights);
                    tally.see(&link);
                    if link.bits > NEGLIGIBLE_BITS {
                        found.links.push(link);
                    }
                }
            }
        }
        found
            .groups
            .sort_unstable_by_key(|(key, of)| (*key, of.one, of.other));
        self.align_groups(&mut found, (parameters, weights), tally);
        found
    }

    /// Links again under other weights: those of groups are aligned anew.
    pub fn again(&self, found: &mut Links, (parameters, weights): (&Parameters, &Weights)) {
        found.links.retain(|link| !link.is_of_groups());
        for link in &mut found.links {
            let first = &link.members()[0];
            let row = |slot: u32| self.slots[slot as usize].observation;
            link.shift = self.shift(link.kind, row(first.one), row(first.other), weights);
            link.weigh(parameters, weights);
        }
        self.align_groups(found, (parameters, weights), &mut Tally::default());
        found.links.sort_by_key(|link| {
            let first = &link.members()[0];
            (first.one, first.other)
        });
    }

    /// Outing of a slot.
    pub fn outing(&self, slot: u32) -> u32 {
        self.around.outings[self.slots[slot as usize].observation]
    }

    /// What the prior of two observations' teams is above that of all.
    fn shift(&self, kind: Level, one: usize, other: usize, weights: &Weights) -> f32 {
        if kind != Level::OtherTeam || weights.has_no_outings() {
            return 0.0;
        }
        let [a, b] = [one, other].map(|of| outing(&self.around.observations[of]));
        weights.shift(a.min(b), a.max(b))
    }

    fn slots_of(&self, observation: usize) -> std::ops::Range<u32> {
        self.first_slot[observation]..self.first_slot[observation + 1]
    }

    fn side(&self, slot: u32) -> (&LinkageObservation, &Slot) {
        let slot = &self.slots[slot as usize];
        (&self.around.observations[slot.observation], slot)
    }

    pub fn single(
        &self,
        of: &Candidate,
        (one, other): (u32, u32),
        kind: Level,
        place: Option<(Part, f32)>,
    ) -> Link {
        let pairing = Pairing::of(self.side(one), self.side(other));
        let mut evidence = compare_people(&pairing);
        compare_rows(&pairing, self.terms, &mut evidence);
        if let Some(level) = self.sizes(of) {
            evidence.set(Field::GroupSize, level);
            // One alone and a household of several differ already by their number.
            if level == Level::AloneOrTogether
                && evidence.level(Field::Household) != Some(Level::Equal)
            {
                evidence.levels[place_of(Field::Household)] = None;
            }
        } else {
            // Two people met alone agree on that already.
            evidence.levels[place_of(Field::Household)] = None;
        }
        Link {
            kind,
            rules: of.rules,
            distance_m: place.map(|(_, metres)| metres),
            place: place.map(|(part, _)| part),
            shared: evidence,
            members: Members::Single([Aligned {
                one: one.min(other),
                other: one.max(other),
                within: 1.0,
                evidence,
            }]),
            fit_bits: 0.0,
            shift: 0.0,
            bits: 0.0,
            probability: 0.0,
        }
    }

    /// What the numbers of people seen together say; nothing when both were alone.
    fn sizes(&self, of: &Candidate) -> Option<Level> {
        let parties = self.around.parties;
        let together = |of: u32| parties.together[parties.of_observation[of as usize]];
        let (x, y) = (together(of.one), together(of.other));
        match (x > 1, y > 1) {
            (false, false) => None,
            (true, true) => Some(match x.abs_diff(y) {
                0 => Level::Equal,
                1 => Level::OffByOne,
                _ => Level::FarOff,
            }),
            _ => Some(Level::AloneOrTogether),
        }
    }

    fn align_groups(
        &self,
        found: &mut Links,
        (parameters, weights): (&Parameters, &Weights),
        tally: &mut Tally,
    ) {
        let groups = std::mem::take(&mut found.groups);
        for run in groups.chunk_by(|a, b| a.0 == b.0) {
            let rows: Vec<Candidate> = run.iter().map(|(_, candidate)| *candidate).collect();
            let mut link = self.align(&rows, weights);
            let (one, other) = (rows[0].one as usize, rows[0].other as usize);
            link.shift = self.shift(link.kind, one, other, weights);
            link.weigh(parameters, weights);
            tally.see(&link);
            if link.bits > NEGLIGIBLE_BITS {
                found.links.push(link);
            }
        }
        found.groups = groups;
    }

    /// Two groups, from all candidates between their rows: what they share counts once.
    fn align(&self, rows: &[Candidate], weights: &Weights) -> Link {
        let parties = self.around.parties;
        let party = |row: u32| parties.of_observation[row as usize];
        let (x, y) = (party(rows[0].one), party(rows[0].other));
        let slots = |party: usize| -> Vec<u32> {
            let all = parties.observations[party].iter();
            all.flat_map(|&row| self.slots_of(row)).collect()
        };
        let (ours, theirs) = (slots(x.min(y)), slots(x.max(y)));
        let row_of = |slot: u32| self.slots[slot as usize].observation;
        let counted =
            |slot: u32| self.around.observations[row_of(slot)].kind == ObservationKind::Group;
        let compared: Vec<Vec<Evidence>> = ours
            .iter()
            .map(|&a| {
                theirs
                    .iter()
                    .map(|&b| self.member(a, b, counted(a) || counted(b)))
                    .collect()
            })
            .collect();
        let mut bits: Vec<Vec<f64>> = compared
            .iter()
            .map(|row| {
                row.iter()
                    .map(|evidence| f64::from(weights.sum(evidence)))
                    .collect()
            })
            .collect();
        self.tell_first(&ours, &theirs, weights, &mut bits);
        let fitted = fit(&bits);
        let all_counted = ours.iter().chain(&theirs).all(|&slot| counted(slot));
        let members = fitted
            .aligned
            .iter()
            .map(|&(i, j, within)| Aligned {
                one: ours[i].min(theirs[j]),
                other: ours[i].max(theirs[j]),
                within: within_alike(within, &compared[i], j, all_counted) as f32,
                evidence: compared[i][j],
            })
            .collect();
        let places: Vec<(Part, f32)> = rows
            .iter()
            .filter_map(|row| self.around.evidence(row.one as usize, row.other as usize))
            .collect();
        let rules = rows
            .iter()
            .skip(1)
            .fold(rows[0].rules, |all, row| all.with(row.rules));
        let place = middle(places);
        Link {
            kind: self
                .around
                .kind(rows[0].one as usize, rows[0].other as usize),
            rules,
            distance_m: place.map(|(_, metres)| metres),
            place: place.map(|(part, _)| part),
            shared: self.shared(rows, weights),
            members: Members::Several(members),
            fit_bits: fitted.bits,
            shift: 0.0,
            bits: 0.0,
            probability: 0.0,
        }
    }

    /// Of slots of a group row that look alike, the first stands for whom the row describes: this
    /// breaks ties and is no evidence.
    fn tell_first(&self, ours: &[u32], theirs: &[u32], weights: &Weights, bits: &mut [Vec<f64>]) {
        let counted = |slot: u32| {
            let of = self.slots[slot as usize].observation;
            self.around.observations[of].kind == ObservationKind::Group
        };
        let first = |slot: u32| {
            let of = &self.slots[slot as usize];
            let start = self.first_slot[of.observation];
            let alike = |other: u32| {
                let other = &self.slots[other as usize];
                (&other.gender, &other.age) == (&of.gender, &of.age)
            };
            !(start..slot).any(alike)
        };
        for (i, &a) in ours.iter().enumerate() {
            for (j, &b) in theirs.iter().enumerate() {
                let told = match (counted(a), counted(b)) {
                    (true, false) => first(a),
                    (false, true) => first(b),
                    _ => false,
                };
                if told {
                    let pairing = Pairing::of(self.side(a), self.side(b));
                    let mut rows = compare_people(&pairing);
                    compare_rows(&pairing, self.terms, &mut rows);
                    let personal =
                        PERSONAL.map(|field| f64::from(weights.field(&rows, place_of(field))));
                    bits[i][j] += TIE_SHARE * personal.iter().sum::<f64>();
                }
            }
        }
    }

    /// What is told of two members; of a group row only what its slots tell.
    fn member(&self, one: u32, other: u32, counted: bool) -> Evidence {
        let pairing = Pairing::of(self.side(one), self.side(other));
        let mut evidence = compare_people(&pairing);
        if !counted {
            let mut rows = evidence;
            compare_rows(&pairing, self.terms, &mut rows);
            for field in PERSONAL {
                evidence.take(field, &rows);
            }
            evidence.take(Field::AgeBand, &rows);
        }
        evidence
    }

    /// What two groups share: of each field the first pair of rows that tells it, and of what a
    /// group row tells of one of its members the best.
    fn shared(&self, rows: &[Candidate], weights: &Weights) -> Evidence {
        let mut found: Option<Evidence> = None;
        for row in rows {
            let (one, other) = (row.one as usize, row.other as usize);
            let counted = |of: usize| self.around.observations[of].kind == ObservationKind::Group;
            let first = |of: usize| self.first_slot[of];
            let pairing = Pairing::of(self.side(first(one)), self.side(first(other)));
            let mut told = compare_people(&pairing);
            compare_rows(&pairing, self.terms, &mut told);
            let kept = found.get_or_insert(Evidence::none(told.answered));
            if kept.answered == told.answered {
                for field in COMMON {
                    if kept.level(field).is_none() {
                        kept.take(field, &told);
                    }
                }
            }
            if counted(one) || counted(other) {
                for field in PERSONAL {
                    let place = place_of(field);
                    let better = weights.field(&told, place) > weights.field(kept, place);
                    if told.level(field).is_some() && (kept.level(field).is_none() || better) {
                        kept.take(field, &told);
                    }
                }
            }
        }
        let mut kept = found.unwrap_or_else(|| Evidence::none(false));
        if let Some(level) = self.sizes(&rows[0]) {
            kept.set(Field::GroupSize, level);
        }
        kept
    }
}

/// In two group rows, members who look the same are told apart by their place in the row alone: they
/// stand for each other.
fn within_alike(within: f64, row: &[Evidence], j: usize, counted: bool) -> f64 {
    let alike = row.iter().filter(|other| **other == row[j]).count();
    if counted {
        (within * alike as f64).min(1.0)
    } else {
        within
    }
}

/// Part of the evidence that breaks ties, too small to be evidence.
const TIE_SHARE: f64 = 1e-3;
/// Told of each member.
const PERSONAL: [Field; 4] = [
    Field::Language,
    Field::Marks,
    Field::Pseudonym,
    Field::AlreadySurveyed,
];
/// Told of a group as a whole.
const COMMON: [Field; 4] = [Field::Household, Field::Shelter, Field::Tents, Field::Dogs];

/// The place of two groups is that of the pair of rows in the middle.
fn middle(mut places: Vec<(Part, f32)>) -> Option<(Part, f32)> {
    places.sort_by(|a, b| a.0.bits.total_cmp(&b.0.bits).then(a.1.total_cmp(&b.1)));
    places.get(places.len() / 2).copied()
}
