//! What the coordination decided, act by act, with what each changed in the figure.
//!
//! The acts that stand are taken again one after the other, on today's observations and under today's
//! parameters: the figure without any of them, and the effect of each, add up to today's figure. It
//! must never count an act that was undone. The committee's log calls it.

use super::Reviewed;
use super::candidates::candidate;
use super::parts::places_of;
use super::state::seen;
use crate::projection::{Counting, ObservationLine, Strands, Unit, counting};
use maraude_core::model::{
    AccountId, Adjudication, Correction, Decision, ObservationId, Ruling, TimestampMs,
};
use maraude_linkage::{LinkageObservation, Live};
use std::collections::{BTreeMap, BTreeSet};

/// Observations times acts up to which effects are told: beyond, taking all acts again would take
/// minutes.
const TOLD_UP_TO: usize = 20_000_000;

/// What somebody decided at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Pairs of slots: one, or all that parted or moved somebody in a group.
    Decisions(Vec<Decision>),
    /// Whether an observation counts.
    Ruling(Adjudication),
    /// Which strands of a sector that was recorded more than once count: a ruling on each.
    Strands(Vec<Adjudication>),
    /// Where an observation is.
    Correction(Correction),
}

impl Act {
    /// When.
    pub fn at(&self) -> TimestampMs {
        match self {
            Self::Decisions(all) => all.first().map_or(0, |first| first.decided_at),
            Self::Strands(all) => all.first().map_or(0, |first| first.decided_at),
            Self::Ruling(ruling) => ruling.decided_at,
            Self::Correction(correction) => correction.decided_at,
        }
    }

    /// Who; none for an act without decision.
    pub fn author(&self) -> Option<AccountId> {
        match self {
            Self::Decisions(all) => all.first().map(|first| first.author),
            Self::Strands(all) => all.first().map(|first| first.author),
            Self::Ruling(ruling) => Some(ruling.author),
            Self::Correction(correction) => Some(correction.author),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Decisions(all) => all.first().and_then(|first| first.reason.as_deref()),
            Self::Strands(all) => all.first().and_then(|first| first.reason.as_deref()),
            Self::Ruling(ruling) => ruling.reason.as_deref(),
            Self::Correction(correction) => correction.reason.as_deref(),
        }
    }

    /// When it was undone.
    pub fn undone_at(&self) -> Option<TimestampMs> {
        match self {
            Self::Decisions(all) => all.first().and_then(|first| first.undone_at),
            Self::Strands(all) => all.first().and_then(|first| first.undone_at),
            Self::Ruling(ruling) => ruling.undone_at,
            Self::Correction(correction) => correction.undone_at,
        }
    }
}

/// People by line of the figure, at least; the street's line, and those that hold somebody. Lines
/// are never added up.
pub type Figure = BTreeMap<Unit, u32>;

/// What an act changed in one line of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The line.
    pub unit: Unit,
    /// People more, or fewer.
    pub people: i64,
}

/// An act with its effect.
#[derive(Debug, Clone, PartialEq)]
pub struct ActMade {
    /// The act.
    pub act: Act,
    /// Lines it changed; none where it has no effect that can be told: it was undone, it moved a
    /// place, or there are too many to take again.
    pub effects: Option<Vec<Effect>>,
}

/// All acts, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The figure had nobody decided anything.
    pub before: Figure,
    /// The acts.
    pub acts: Vec<ActMade>,
    /// The figure today.
    pub now: Figure,
}

impl Reviewed {
    /// The history of a campaign, given all its rulings and corrections, and what its sectors'
    /// strands are made of.
    pub fn history(
        &self,
        rulings: Vec<Adjudication>,
        corrections: Vec<Correction>,
        strands: &Strands,
    ) -> History {
        let mut acts: Vec<Act> = batches(&self.decisions);
        let (on_strands, rulings): (Vec<_>, Vec<_>) =
            (rulings.into_iter()).partition(|ruling| strands.named(ruling.observation).is_some());
        acts.extend(sector_by_sector(on_strands, strands));
        acts.extend(rulings.into_iter().map(Act::Ruling));
        acts.extend(corrections.into_iter().map(Act::Correction));
        acts.sort_by_key(Act::at);
        let told = acts.len().saturating_mul(self.compared.len()) <= TOLD_UP_TO;
        let mut replay = Replay::without_acts(self, if told { &acts } else { &[] }, strands);
        let before = replay.figure();
        let mut last = before.clone();
        let acts = acts.into_iter().map(|act| {
            let counts = told && act.undone_at().is_none() && replay.take(&act);
            let effects = counts.then(|| {
                let after = replay.figure();
                let changed = difference(&last, &after);
                last = after;
                changed
            });
            ActMade { act, effects }
        });
        let acts: Vec<ActMade> = acts.collect();
        let now = if told { last } else { before.clone() };
        History { before, acts, now }
    }
}

/// Decisions taken by one person at one instant, undone or not together.
fn batches(decisions: &[Decision]) -> Vec<Act> {
    let mut found: BTreeMap<_, Vec<Decision>> = BTreeMap::new();
    for decision in decisions {
        let of = (decision.decided_at, decision.author, decision.undone_at);
        found.entry(of).or_default().push(decision.clone());
    }
    found.into_values().map(Act::Decisions).collect()
}

/// What one person said of the strands of one sector at one instant, undone or not together.
fn sector_by_sector(rulings: Vec<Adjudication>, strands: &Strands) -> Vec<Act> {
    let mut found: BTreeMap<_, Vec<Adjudication>> = BTreeMap::new();
    for ruling in rulings {
        let sector = strands
            .named(ruling.observation)
            .map(|of| (of.night, of.sector));
        let of = (ruling.decided_at, ruling.author, ruling.undone_at, sector);
        found.entry(of).or_default().push(ruling);
    }
    found.into_values().map(Act::Strands).collect()
}

fn difference(before: &Figure, after: &Figure) -> Vec<Effect> {
    let units: BTreeSet<Unit> = before.keys().chain(after.keys()).copied().collect();
    let people = |of: &Figure, unit: Unit| i64::from(of.get(&unit).copied().unwrap_or(0));
    let changes = units.into_iter().map(|unit| Effect {
        unit,
        people: people(after, unit) - people(before, unit),
    });
    changes.filter(|effect| effect.people != 0).collect()
}

/// The night as acts are taken again.
struct Replay<'a> {
    reviewed: &'a Reviewed,
    strands: &'a Strands,
    lines: Vec<ObservationLine>,
    place: BTreeMap<ObservationId, usize>,
    live: Live,
    decisions: Vec<Decision>,
    on_strands: BTreeMap<ObservationId, Ruling>,
}

impl<'a> Replay<'a> {
    /// The night had none of these acts been taken.
    fn without_acts(reviewed: &'a Reviewed, acts: &[Act], strands: &'a Strands) -> Self {
        let lines: Vec<ObservationLine> = reviewed.lines.values().cloned().collect();
        let place: BTreeMap<ObservationId, usize> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| (line.observation.id, at))
            .collect();
        let compared: Vec<LinkageObservation> = reviewed.compared.values().cloned().collect();
        let decisions = if acts.is_empty() {
            reviewed.decisions.clone()
        } else {
            Vec::new()
        };
        let mut replay = Self {
            reviewed,
            strands,
            live: Live::new(&compared, &decisions, &reviewed.linkage.parameters),
            lines,
            place,
            decisions,
            on_strands: BTreeMap::new(),
        };
        let mut touched = BTreeSet::new();
        for act in acts {
            let Act::Ruling(ruling) = act else { continue };
            let Some(at) = replay.place.get(&ruling.observation) else {
                continue;
            };
            replay.lines[*at].ruling = None;
            touched.insert(*at);
        }
        if acts.iter().any(|act| matches!(act, Act::Strands(_))) {
            touched.extend(replay.stand());
        }
        replay.compare(touched);
        replay
    }

    /// Takes an act again; whether it can change the figure.
    fn take(&mut self, act: &Act) -> bool {
        match act {
            Act::Decisions(all) => {
                self.decisions.extend_from_slice(all);
                self.live.decide(&self.decisions);
                true
            }
            Act::Ruling(ruling) => {
                let Some(at) = self.place.get(&ruling.observation).copied() else {
                    return false;
                };
                self.lines[at].ruling = Some(ruling.ruling);
                self.compare([at]);
                true
            }
            Act::Strands(all) => {
                let rulings = all.iter().map(|one| (one.observation, one.ruling));
                self.on_strands.extend(rulings);
                let touched = self.stand();
                self.compare(touched);
                true
            }
            Act::Correction(_) => false,
        }
    }

    /// Lets every line stand as the rulings on strands taken so far say; those that changed.
    fn stand(&mut self) -> Vec<usize> {
        let standings = self.strands.standings(&self.on_strands);
        let mut changed = Vec::new();
        for (at, line) in self.lines.iter_mut().enumerate() {
            let standing = standings.of(line.document, line.observation.created.device);
            if line.standing != standing {
                line.standing = standing;
                changed.push(at);
            }
        }
        changed
    }

    /// Tells linkage of lines that changed.
    fn compare(&mut self, lines: impl IntoIterator<Item = usize>) {
        let (mut told, mut gone) = (Vec::new(), Vec::new());
        for line in lines.into_iter().map(|at| &self.lines[at]) {
            match seen(line, &self.reviewed.pseudonyms) {
                Some(of) => told.push(candidate(self.reviewed.form, &of)),
                None => gone.push(line.observation.id),
            }
        }
        self.live.update(&told, &gone);
    }

    fn figure(&self) -> Figure {
        let counted = || {
            let all = self.lines.iter();
            all.filter(|line| counting(line) == Counting::Counted)
        };
        let of_street = counted().filter(|line| line.unit() == Unit::Street);
        let street: BTreeSet<u32> = of_street
            .flat_map(|line| self.live.clusters_of(line.observation.id))
            .collect();
        let mut figure = Figure::from([(Unit::Street, street.len() as u32)]);
        for place in places_of(&self.lines, &|id| self.live.clusters_of(id)) {
            *figure.entry(place.unit).or_default() += place.people[0];
        }
        for line in counted().filter(|line| line.unit() == Unit::Partner) {
            *figure.entry(Unit::Partner).or_default() += line.observation.heads.at_least();
        }
        figure.retain(|unit, people| *unit == Unit::Street || *people > 0);
        figure
    }
}

#[cfg(test)]
mod strand_tests;
#[cfg(test)]
mod tests;
