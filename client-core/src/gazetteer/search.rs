//! The gazetteer: entries indexed by their words, and the ranking of what a query may mean.

use super::crossing::{MEET_M, nearest};
use super::entry::{NamedPlace, NamedPlaceKind};
use super::house::{Stands, stands};
use super::meeting::{Meetings, Span};
use super::query::{Reading, read};
use super::score::{Asked, Index, Likeness, Seen};
use super::within::{is_named, street_key};
use crate::geography::distance_m;
use crate::model::Coordinates;
use std::collections::BTreeMap;

/// Letters of a query that are read; a typed place has at most 120.
const LONGEST: usize = 200;
/// Entries looked at closely per reading.
const CLOSELY: usize = 60;
/// Ways tried on each side of a crossing.
const SIDES: usize = 12;
/// A way that fits worse than this on its side of a crossing is not meant.
const SIDE_LEAST: f64 = 0.5;
/// Each word left out beside the name of a way that meets another, and the most of them.
const LEFT_OUT: f64 = 0.02;
const MOST_LEFT_OUT: usize = 3;
/// Two ways that are said to meet and each fit so well are shown where they come nearest, though they
/// do not meet, if that is within so many metres; the further apart the worse it fits. Never sure.
const WELL_NAMED: f64 = 0.8;
const NEARLY_MEET_M: f64 = 300.0;
const DO_NOT_MEET: f64 = -0.1;
/// A way alone is half of what was told where two are said to meet: it fits worse, and is never sure.
const HALF_TOLD: f64 = -0.12;
/// A place named after the words that say where beside is worth less than the first.
const LATER_PART: f64 = 0.05;
/// The number asked for is on that street, or is not.
const NUMBER_THERE: f64 = 0.04;
const NUMBER_NOWHERE: f64 = -0.08;
const NUMBER_OF_A_LANDMARK: f64 = -0.15;
/// Most that a street with many numbers is ahead of one without.
const IMPORTANCE: f64 = 0.02;
/// Most that nearness adds, and the distance over which it fades, metres.
const NEARNESS: f64 = 0.06;
const FADES_M: f64 = 1_000.0;
/// Candidates nearer to each other than this are one place, metres.
const SAME_PLACE_M: f64 = 60.0;

/// A candidate is sure alone from this score, this far ahead of the next.
const SURE_FIT: f64 = 0.86;
const SURE_GAP: f64 = 0.10;
/// Two addresses or crossings whose fits differ by no more than this cannot be told apart.
const ALIKE: f64 = 0.03;
/// Of a street without a number, one that reaches further is not sure, metres.
const SURE_REACH_M: f64 = 150.0;
/// Two ways that meet in several places further off than this are not sure.
const SURE_CROSSING_M: f64 = ADDRESS_ACCURACY_M + SAME_PLACE_M;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoundKind {
    /// The very number.
    Address,
    /// A number between two others.
    Interpolated,
    /// A street as a whole.
    Street,
    /// A landmark.
    Landmark,
    /// Where two ways meet.
    Crossing,
}

impl FoundKind {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Interpolated => "interpolated",
            Self::Street => "street",
            Self::Landmark => "landmark",
            Self::Crossing => "crossing",
        }
    }
}

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// As people read it: number, street, commune.
    pub label: String,
    /// Where.
    pub at: Coordinates,
    /// How far from there it may be, metres.
    pub accuracy_m: f64,
    /// How well it fits: 0 to about 1.1. Only for ranking and thresholds.
    pub fit: f64,
}

/// Candidates, best first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Candidates, best first, no two of one place.
    pub found: Vec<Found>,
    /// Score of the first less that of the next.
    pub gap: f64,
    /// The first may be taken without asking anybody.
    pub confident: bool,
}

/// Streets and landmarks, ready to be searched.
#[derive(Default)]
pub struct Gazetteer {
    entries: Vec<NamedPlace>,
    index: Index,
}

impl Gazetteer {
    /// Indexes entries; ways without a name are left out: nobody can mean them by one.
    pub fn new(mut entries: Vec<NamedPlace>) -> Self {
        entries.retain(|entry| is_named(&street_key(&entry.name)));
        let index = Index::of(&entries);
        Self { entries, index }
    }

    /// Its entries.
    pub fn entries(&self) -> &[NamedPlace] {
        &self.entries
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Nothing is imported.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a query may mean, best first; `near` is where the team stands.
    pub fn search(&self, query: &str, near: Option<Coordinates>, limit: usize) -> Answer {
        let (mut found, mut seen, mut told) = (Vec::new(), Seen::new(), false);
        let end = query.char_indices().nth(LONGEST).map(|(at, _)| at);
        let query = &query[..end.unwrap_or(query.len())];
        for (text, communes) in self.index.without_commune(query) {
            let readings = read(&text);
            for reading in &readings.places {
                self.places(reading, &communes, &mut seen, &mut found);
            }
            told |= readings.meetings.told;
            let half = found.iter_mut().filter(|_| readings.meetings.told);
            for street in half.filter(|one| one.found.kind == FoundKind::Street) {
                street.found.fit += HALF_TOLD;
            }
            self.crossings(&readings.meetings, &communes, &mut seen, &mut found);
        }
        if let Some(near) = near {
            for candidate in &mut found {
                let away_m = distance_m(candidate.found.at, near);
                candidate.found.fit += NEARNESS * (-away_m / FADES_M).exp();
            }
        }
        ranked(found, limit, told)
    }

    fn places(
        &self,
        reading: &Reading,
        communes: &[u32],
        seen: &mut Seen,
        found: &mut Vec<Candidate>,
    ) {
        let asked = Asked::new(&self.index, reading, seen);
        for likeness in asked.best(&self.index, communes, CLOSELY) {
            let entry = &self.entries[likeness.place as usize];
            let mut placed = placed(entry, reading, &likeness);
            placed.fit -= LATER_PART * reading.part as f64;
            found.push(Candidate {
                found: placed,
                of: [likeness.place; 2],
            });
        }
    }

    fn crossings(
        &self,
        read: &Meetings,
        communes: &[u32],
        seen: &mut Seen,
        found: &mut Vec<Candidate>,
    ) {
        let mut ways = |span: &Span| -> Vec<(u32, f64)> {
            let asked = Asked::new(&self.index, &span.reading, seen);
            let lost = LEFT_OUT * span.left_out.min(MOST_LEFT_OUT) as f64;
            let best = asked.best(&self.index, communes, CLOSELY / 2).into_iter();
            let streets = best.filter(|l| self.entry(l.place).kind == NamedPlaceKind::Street);
            streets.map(|l| (l.place, l.fit - lost)).collect()
        };
        let ways: Vec<Vec<(u32, f64)>> = read.spans.iter().map(&mut ways).collect();
        for meeting in &read.likely {
            let ones = likeliest(&ways, &meeting.ones);
            let others = likeliest(&ways, &meeting.others);
            for one in &ones {
                let others = others.iter().filter(|other| other.0 != one.0);
                found.extend(others.filter_map(|other| self.crossing(*one, *other, read.told)));
            }
        }
    }

    /// Where two ways meet, or nearly do.
    fn crossing(&self, one: (u32, f64), other: (u32, f64), told: bool) -> Option<Candidate> {
        let (first, second) = (self.entry(one.0), self.entry(other.0));
        let named = told && one.1.min(other.1) >= WELL_NAMED;
        let within_m = if named { NEARLY_MEET_M } else { MEET_M };
        if distance_m(first.at, second.at) > first.reach_m + second.reach_m + within_m * 4.0 {
            return None;
        }
        let meets = nearest(first, second, within_m)?;
        // That they meet speaks for both.
        let (speaks, accuracy_m) = if meets.apart_m <= MEET_M {
            let off_m = meets.spread_m.max(meets.apart_m / 2.0);
            (NUMBER_THERE, ADDRESS_ACCURACY_M + off_m)
        } else {
            let speaks = DO_NOT_MEET * (1.0 + meets.apart_m / NEARLY_MEET_M);
            (speaks, SURE_CROSSING_M + meets.apart_m / 2.0)
        };
        let found = Found {
            kind: FoundKind::Crossing,
            label: labelled(&format!("{} × {}", first.name, second.name), first),
            at: meets.at,
            accuracy_m,
            fit: f64::midpoint(one.1, other.1) + speaks,
        };
        Some(Candidate {
            found,
            of: [one.0, other.0],
        })
    }

    fn entry(&self, place: u32) -> &NamedPlace {
        &self.entries[place as usize]
    }
}

/// A candidate and the entries it is of.
struct Candidate {
    found: Found,
    of: [u32; 2],
}

/// Ways by the words of one side of a crossing, each by those that fit it best.
fn likeliest(ways: &[Vec<(u32, f64)>], spans: &[usize]) -> Vec<(u32, f64)> {
    let mut fits: BTreeMap<u32, f64> = BTreeMap::new();
    for (place, fit) in spans.iter().flat_map(|span| &ways[*span]) {
        let best = fits.entry(*place).or_default();
        *best = best.max(*fit);
    }
    let mut best: Vec<(u32, f64)> = fits.into_iter().collect();
    best.retain(|(_, fit)| *fit >= SIDE_LEAST);
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    best.truncate(SIDES);
    best
}

/// How far people stand from the door they name, metres.
const ADDRESS_ACCURACY_M: f64 = 20.0;
/// How far a number between two others may be from where it is put, metres.
const BETWEEN_ACCURACY_M: f64 = 40.0;
/// How far around a landmark its name is used, metres.
const LANDMARK_ACCURACY_M: f64 = 50.0;

fn placed(entry: &NamedPlace, reading: &Reading, likeness: &Likeness) -> Found {
    let mut found = Found {
        kind: match entry.kind {
            NamedPlaceKind::Street => FoundKind::Street,
            NamedPlaceKind::Landmark => FoundKind::Landmark,
        },
        label: labelled(&entry.name, entry),
        at: entry.at,
        accuracy_m: entry.reach_m.max(LANDMARK_ACCURACY_M),
        fit: likeness.fit + IMPORTANCE * importance(entry),
    };
    let asked = reading.number.as_ref().filter(|_| !likeness.took_number);
    let Some((number, suffix)) = asked else {
        return found;
    };
    if entry.kind == NamedPlaceKind::Landmark {
        found.fit += NUMBER_OF_A_LANDMARK;
        return found;
    }
    let shown = format!(
        "{number}{}{suffix}",
        if suffix.is_empty() { "" } else { " " }
    );
    let (kind, at, accuracy_m) = match stands(entry, *number, suffix) {
        Stands::There(at) => (FoundKind::Address, at, ADDRESS_ACCURACY_M),
        Stands::Beside(at) => (FoundKind::Address, at, BETWEEN_ACCURACY_M),
        Stands::Between(at) => (FoundKind::Interpolated, at, BETWEEN_ACCURACY_M),
        Stands::Nowhere => {
            found.fit += NUMBER_NOWHERE;
            return found;
        }
    };
    Found {
        kind,
        label: labelled(&format!("{shown} {}", entry.name), entry),
        at,
        accuracy_m,
        fit: found.fit + NUMBER_THERE,
    }
}

/// 0 to 1: a long street is meant more often than a path of its name.
fn importance(entry: &NamedPlace) -> f64 {
    ((1.0 + entry.numbers.len() as f64).ln() / 6.0).min(1.0)
}

fn labelled(name: &str, entry: &NamedPlace) -> String {
    if entry.commune.is_empty() {
        name.to_owned()
    } else {
        format!("{name}, {}", entry.commune)
    }
}

/// Best first; of candidates of one place the best stays.
fn ranked(mut candidates: Vec<Candidate>, limit: usize, two_told: bool) -> Answer {
    candidates.sort_by(|a, b| {
        let by_fit = b.found.fit.total_cmp(&a.found.fit);
        by_fit.then_with(|| a.found.label.cmp(&b.found.label))
    });
    let Some(first) = candidates.first() else {
        return Answer::default();
    };
    // Among all of them: another place of the same name is a rival too.
    let rival = candidates.iter().find(|other| is_rival(other, first));
    let best = first.found.clone();
    let gap = best.fit - rival.map_or(0.0, |rival| rival.found.fit);
    let mut kept: Vec<Found> = Vec::new();
    for candidate in candidates.into_iter().map(|candidate| candidate.found) {
        let same = |other: &Found| {
            distance_m(other.at, candidate.at) <= SAME_PLACE_M
                && (other.kind == candidate.kind || other.label == candidate.label)
        };
        if kept.len() < limit && !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    let vague = match best.kind {
        FoundKind::Street => two_told || best.accuracy_m > SURE_REACH_M,
        FoundKind::Crossing => best.accuracy_m > SURE_CROSSING_M,
        _ => false,
    };
    let confident = best.fit >= SURE_FIT && gap >= SURE_GAP && !vague;
    Answer {
        found: kept,
        gap,
        confident,
    }
}

/// It may be meant as well as the first.
fn is_rival(other: &Candidate, first: &Candidate) -> bool {
    let away_m = distance_m(other.found.at, first.found.at);
    match (first.found.kind, other.found.kind) {
        // Its street says less than a number or a crossing, and nothing else.
        (FoundKind::Crossing | FoundKind::Address | FoundKind::Interpolated, FoundKind::Street) => {
            away_m > SAME_PLACE_M && !first.of.contains(&other.of[0])
        }
        // Two that fit alike and are called otherwise are two, however near.
        (FoundKind::Address | FoundKind::Crossing, kind) if kind == first.found.kind => {
            let alike = other.found.fit > first.found.fit - ALIKE;
            away_m > SAME_PLACE_M || alike && other.found.label != first.found.label
        }
        _ => away_m > SAME_PLACE_M,
    }
}
