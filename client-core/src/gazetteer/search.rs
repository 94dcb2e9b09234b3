//! The gazetteer: entries indexed by their words, and the ranking of what a query may mean.

use super::crossing::{MEET_M, nearest};
use super::entry::{NamedPlace, NamedPlaceKind};
use super::house::{Stands, stands};
use super::query::{Reading, read};
use super::score::{Asked, Index, Likeness, Seen};
use crate::geography::distance_m;
use crate::model::Coordinates;

/// Letters of a query that are read; a typed place has at most 120.
const LONGEST: usize = 200;
/// Entries looked at closely per reading.
const CLOSELY: usize = 60;
/// Ways tried on each side of a crossing.
const SIDES: usize = 12;
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
/// Of a street without a number, one that reaches further is not sure, metres.
const SURE_REACH_M: f64 = 150.0;

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
    /// Indexes entries.
    pub fn new(entries: Vec<NamedPlace>) -> Self {
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
        let (mut found, mut seen) = (Vec::new(), Seen::new());
        let end = query.char_indices().nth(LONGEST).map(|(at, _)| at);
        let query = &query[..end.unwrap_or(query.len())];
        for (text, communes) in self.index.without_commune(query) {
            let readings = read(&text);
            for reading in &readings.places {
                self.places(reading, &communes, &mut seen, &mut found);
            }
            for (one, other) in &readings.crossings {
                self.crossing((one, other), &communes, &mut seen, &mut found);
            }
        }
        if let Some(near) = near {
            for candidate in &mut found {
                let away_m = distance_m(candidate.at, near);
                candidate.fit += NEARNESS * (-away_m / FADES_M).exp();
            }
        }
        ranked(found, limit)
    }

    fn places(&self, reading: &Reading, communes: &[u32], seen: &mut Seen, found: &mut Vec<Found>) {
        let asked = Asked::new(&self.index, reading, seen);
        for likeness in asked.best(&self.index, communes, CLOSELY) {
            let entry = &self.entries[likeness.place as usize];
            let mut candidate = placed(entry, reading, &likeness);
            candidate.fit -= LATER_PART * reading.part.min(1) as f64;
            found.push(candidate);
        }
    }

    fn crossing(
        &self,
        (one, other): (&Reading, &Reading),
        communes: &[u32],
        seen: &mut Seen,
        found: &mut Vec<Found>,
    ) {
        let mut streets = |reading: &Reading| -> Vec<Likeness> {
            let asked = Asked::new(&self.index, reading, seen);
            let mut best = asked.best(&self.index, communes, CLOSELY);
            best.retain(|l| self.entries[l.place as usize].kind == NamedPlaceKind::Street);
            best.truncate(SIDES);
            best
        };
        let (ones, others) = (streets(one), streets(other));
        for a in &ones {
            for b in others.iter().filter(|b| b.place != a.place) {
                let (first, second) = (self.entry(a), self.entry(b));
                if distance_m(first.at, second.at) > first.reach_m + second.reach_m + MEET_M * 4.0 {
                    continue;
                }
                if let Some((at, apart_m)) = nearest(first, second).filter(|(_, m)| *m <= MEET_M) {
                    found.push(Found {
                        kind: FoundKind::Crossing,
                        label: labelled(&format!("{} × {}", first.name, second.name), first),
                        at,
                        accuracy_m: ADDRESS_ACCURACY_M + apart_m / 2.0,
                        // That they meet speaks for both.
                        fit: f64::midpoint(a.fit, b.fit) + NUMBER_THERE,
                    });
                }
            }
        }
    }

    fn entry(&self, likeness: &Likeness) -> &NamedPlace {
        &self.entries[likeness.place as usize]
    }
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
fn ranked(mut found: Vec<Found>, limit: usize) -> Answer {
    found.sort_by(|a, b| b.fit.total_cmp(&a.fit).then(a.label.cmp(&b.label)));
    let Some(best) = found.first().cloned() else {
        return Answer::default();
    };
    // Among all of them: another place of the same name is a rival too.
    let rival = found
        .iter()
        .find(|other| distance_m(other.at, best.at) > SAME_PLACE_M)
        .map_or(0.0, |rival| rival.fit);
    let gap = best.fit - rival;
    let mut kept: Vec<Found> = Vec::new();
    for candidate in found {
        let same = |other: &Found| {
            distance_m(other.at, candidate.at) <= SAME_PLACE_M
                && (other.kind == candidate.kind || other.label == candidate.label)
        };
        if kept.len() < limit && !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    let vague = best.kind == FoundKind::Street && best.accuracy_m > SURE_REACH_M;
    let confident = best.fit >= SURE_FIT && gap >= SURE_GAP && !vague;
    Answer {
        found: kept,
        gap,
        confident,
    }
}
