//! The indicators of a campaign as the console shows them: people by unit and by trait, contacts,
//! coverage; each count of people in the street with the interval of linkage.
//!
//! It must never reach a file that leaves. Who works on figures alone reads what the rules of releases
//! let through, and only once the campaign is locked: counts that move while teams are out tell of
//! whoever was just met. `http::indicators` calls it.

use super::archive::contacts;
use super::coverage::{SectorWalk, by_state, sector_walks};
use super::prepare::{Prepared, Sources};
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, Unit as Line, ViewError, counting,
};
use crate::review::Reviewed;
use maraude_core::model::{CampaignState, ObservationId, SlotRef};
use maraude_linkage::DistinctCount;
use maraude_observatory::attribute::Duration;
use maraude_observatory::breakdown::Breakdown;
use maraude_observatory::disclosure::{Figure, Inner, Settings, withhold_small};
use maraude_observatory::indicator::{CountedPlace, Unit};
use std::collections::BTreeMap;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Sees observations: every count is told.
    Coordination,
    /// Works on figures alone: small counts are withheld.
    Figures,
}

/// A count of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The unit or the category.
    pub code: &'static str,
    /// Squats, bidonvilles or partners they are at.
    pub places: Option<u32>,
    /// Distinct people; none where withheld.
    pub people: Option<u32>,
    /// In the street, the 95 % interval of linkage; elsewhere at least and at most as told.
    pub interval: Option<[u32; 2]>,
}

/// People in the street by category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What they are told apart by.
    pub breakdown: Breakdown,
    /// By category, in order.
    pub rows: Vec<Row>,
}

/// How contacts went. Observations, not people: no linkage is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contacts {
    /// Counted observations by code; none where withheld.
    pub rows: Vec<(&'static str, Option<u32>)>,
    /// Who was asked, and who answered in whole or in part; none where withheld.
    pub asked_answered: Option<[u32; 2]>,
}

/// What keeps the figures from being consolidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsettled {
    /// Teams may still send.
    pub open: bool,
    /// Pairs that wait for a coordinator.
    pub pairs: u32,
    /// Observations that wait for a ruling.
    pub doubtful: u32,
}

impl Unsettled {
    /// Nothing does.
    pub fn is_settled(self) -> bool {
        !self.open && self.pairs == 0 && self.doubtful == 0
    }
}

/// Everything the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicators {
    /// What keeps them provisional.
    pub unsettled: Unsettled,
    /// People by unit, lines that are never added up.
    pub units: Vec<Row>,
    /// People in the street by category; empty while `waits`.
    pub tables: Vec<Table>,
    /// How contacts went; none while `waits`.
    pub contacts: Option<Contacts>,
    /// Why tables and contacts are not told yet: `campaign-open`, `no-perimeter`.
    pub waits: Option<&'static str>,
    /// Sectors by what became of them.
    pub coverage: Vec<(&'static str, u32)>,
    /// Each sector by itself, in the order of the plan.
    pub sectors: Vec<SectorWalk>,
    /// People in the street beyond the perimeter, whom no figure holds; withheld from `Figures`.
    pub outside: Option<u32>,
}

/// The indicators of a campaign.
///
/// # Errors
/// When the view fails.
pub fn indicators(
    sources: Sources<'_>,
    prepared: &Prepared,
    settings: &Settings,
    reader: Reader,
) -> Result<Indicators, ViewError> {
    let (lines, _) = sources.view.lines(&ObservationFilter::default())?;
    let plan = sources.view.plan()?;
    let rounds = sources.view.rounds(None)?;
    let lengths = sources.view.street_lengths()?;
    let walks = sector_walks(&plan, &rounds, &lines, &lengths);
    let people = People::of(sources.reviewed, prepared);
    let state = prepared.campaign.state;
    let unsettled = Unsettled {
        open: !matches!(state, CampaignState::Locked | CampaignState::Archived),
        pairs: prepared.to_review,
        doubtful: prepared.doubtful,
    };
    let inner = match (reader, &prepared.tree) {
        (Reader::Figures, Ok(tree)) => Some(Inner::of(tree, &people.places, settings)),
        _ => None,
    };
    let waits = match (reader, &inner) {
        (Reader::Coordination, _) => None,
        (Reader::Figures, None) => Some("no-perimeter"),
        (Reader::Figures, Some(_)) => unsettled.open.then_some("campaign-open"),
    };
    let units = Unit::ALL.into_iter().map(|unit| {
        let row = people.unit(unit);
        match (reader, &inner) {
            (Reader::Coordination, _) => row,
            (Reader::Figures, inner) => {
                let figure = inner.as_ref().map_or(Figure::Withheld, |of| of.unit(unit));
                let known_elsewhere = unit == Unit::Street;
                withheld(row, figure, known_elsewhere)
            }
        }
    });
    let tables = Breakdown::ALL.into_iter().map(|breakdown| {
        let mut rows = people.rows(breakdown);
        if let Some(inner) = &inner {
            let figures = inner.row(breakdown).into_iter();
            let told = rows.into_iter().zip(figures);
            rows = told
                .map(|(row, figure)| withheld(row, figure, false))
                .collect();
        }
        Table { breakdown, rows }
    });
    Ok(Indicators {
        unsettled,
        units: units.collect(),
        tables: waits.map_or_else(|| tables.collect(), |_| Vec::new()),
        contacts: waits
            .is_none()
            .then(|| told_contacts(&lines, settings, reader)),
        waits,
        coverage: by_state(&walks),
        sectors: walks.into_iter().map(|walk| walk.told_to(reader)).collect(),
        outside: (reader == Reader::Coordination).then_some(prepared.outside),
    })
}

/// A row as a release would tell it. The street's total is told by *Estimation* too.
fn withheld(row: Row, figure: Figure, known_elsewhere: bool) -> Row {
    if known_elsewhere || figure != Figure::Withheld {
        return row;
    }
    Row {
        code: row.code,
        places: None,
        people: None,
        interval: None,
    }
}

/// Counted places, and what linkage says of the people in the street among them.
struct People {
    places: Vec<CountedPlace>,
    /// Everybody in the street, then the categories of each breakdown.
    counts: Vec<DistinctCount>,
}

impl People {
    fn of(reviewed: &Reviewed, prepared: &Prepared) -> Self {
        let mut places = prepared.places.clone();
        let mut cells: BTreeMap<SlotRef, Vec<usize>> = BTreeMap::new();
        let in_figure = |id: ObservationId| {
            reviewed.line(id).is_some_and(|line| {
                line.unit() == Line::Street && counting(line) == Counting::Counted
            })
        };
        for (place, number) in places.iter_mut().zip(&prepared.street_clusters) {
            let slots = &reviewed.linkage.clusters[*number].slots;
            let told = slots.iter().filter(|slot| in_figure(slot.observation));
            // Whoever answers for a group tells of themselves alone.
            let answers = told.clone().filter(|slot| slot.slot == 0);
            place.profile.duration = answers
                .filter_map(|slot| reviewed.duration_told(slot.observation))
                .find_map(|code| Duration::of_answer(&code));
            // All slots of a person are of the person's categories.
            let mut of = vec![0];
            for (start, breakdown) in starts() {
                of.push(start + breakdown.category_of(&place.profile));
            }
            cells.extend(told.map(|slot| (*slot, of.clone())));
        }
        let counts = reviewed.counts_by(&cells, number_of_cells());
        Self { places, counts }
    }

    fn unit(&self, unit: Unit) -> Row {
        let of = || self.places.iter().filter(|place| place.unit == unit);
        let least = of().map(|place| place.people_at_least).sum();
        let most: u32 = of().map(|place| place.people_at_most).sum();
        let street = unit == Unit::Street;
        Row {
            code: unit.code(),
            places: (!street).then(|| of().count() as u32),
            people: Some(least),
            interval: Some(if street {
                whole(&self.counts[0])
            } else {
                [least, most]
            }),
        }
    }

    fn rows(&self, breakdown: Breakdown) -> Vec<Row> {
        let start = starts()
            .find(|(_, of)| *of == breakdown)
            .map_or(0, |(at, _)| at);
        let mut found = vec![0; breakdown.categories().len()];
        for place in self
            .places
            .iter()
            .filter(|place| place.unit == Unit::Street)
        {
            found[breakdown.category_of(&place.profile)] += place.people_at_least;
        }
        let rows = breakdown.categories().iter().zip(found).enumerate();
        rows.map(|(number, (code, people))| Row {
            code,
            places: None,
            people: Some(people),
            interval: Some(whole(&self.counts[start + number])),
        })
        .collect()
    }
}

/// The first cell of each breakdown; cell 0 is everybody.
fn starts() -> impl Iterator<Item = (usize, Breakdown)> {
    Breakdown::ALL.into_iter().scan(1, |next, breakdown| {
        let start = *next;
        *next += breakdown.categories().len();
        Some((start, breakdown))
    })
}

fn number_of_cells() -> usize {
    let sizes = Breakdown::ALL.into_iter().map(|of| of.categories().len());
    1 + sizes.sum::<usize>()
}

fn whole(of: &DistinctCount) -> [u32; 2] {
    [of.low.floor() as u32, of.high.ceil() as u32]
}

/// Contacts: whoever sees observations reads each kind, others three kinds that hold more.
fn told_contacts(lines: &[ObservationLine], settings: &Settings, reader: Reader) -> Contacts {
    let counts = contacts(lines);
    let sum = |codes: &[&str]| {
        codes
            .iter()
            .filter_map(|code| counts.get(code))
            .sum::<u32>()
    };
    let (answered, declined) = (sum(&["answered", "partial"]), sum(&["refused", "language"]));
    let asked_answered = Some([answered + declined, answered]);
    match reader {
        Reader::Coordination => {
            let each = CONTACTS.into_iter().map(|code| (code, Some(sum(&[code]))));
            Contacts {
                rows: each.collect(),
                asked_answered,
            }
        }
        Reader::Figures => {
            let others = sum(&["asleep", "unsafe", "observed"]);
            let told = withhold_small(&[answered, declined, others], settings);
            let codes = ["answered_or_partial", "declined", "not_asked"];
            Contacts {
                asked_answered: asked_answered.filter(|_| told[0].is_some() && told[1].is_some()),
                rows: codes.into_iter().zip(told).collect(),
            }
        }
    }
}

/// Kinds of contact, in the order of the screen.
const CONTACTS: [&str; 7] = [
    "answered", "partial", "refused", "language", "asleep", "unsafe", "observed",
];

#[cfg(test)]
mod tests;
