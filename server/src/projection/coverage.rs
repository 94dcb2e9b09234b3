//! How much of a sector was walked: the streets that teams declared, else what they answered.
//!
//! It must never take silence for a walk: a sector that nobody closed a round in has no coverage.
//! The board, the indicators, the estimate and publication ask here, so that one rule holds for all
//! (decision 0145).

use super::{RoundLine, View, ViewError};
use maraude_core::model::{Coverage, DocumentId, Night, SectorId};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Declared streets that make up this share of the length of a sector's streets are the whole of it.
pub const WHOLE_SHARE: f64 = 0.95;

/// A street of a sector, as far as it lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetRow {
    /// What a team declares.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// Its length in the sector, metres.
    pub length_m: u32,
}

/// Streets of a round's sector that its team declared walked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreetsWalked {
    /// Length of each in the sector, metres, by key; never empty.
    pub walked: BTreeMap<String, u32>,
    /// Length of all streets of the sector, metres.
    pub all_m: u32,
}

impl StreetsWalked {
    /// Length declared walked, metres.
    pub fn walked_m(&self) -> u32 {
        self.walked.values().sum()
    }

    fn is_whole(&self) -> bool {
        f64::from(self.walked_m()) >= WHOLE_SHARE * f64::from(self.all_m)
    }
}

/// In part, unless it is the whole.
fn whole_or_part(is_whole: bool) -> Coverage {
    if is_whole {
        Coverage::Full
    } else {
        Coverage::Partial
    }
}

impl RoundLine {
    /// How much of its sector was walked: what the declared streets come to where there are any, what
    /// the team answered otherwise. None before the round is closed.
    pub fn coverage(&self) -> Option<Coverage> {
        self.closed_at?;
        match &self.streets {
            Some(streets) => Some(whole_or_part(streets.is_whole() && !self.leaves_more())),
            None => self.answered,
        }
    }

    /// All its streets were walked, and still its team says that something was not: a park, a stair,
    /// no street.
    fn leaves_more(&self) -> bool {
        let whole = self.streets.as_ref().is_some_and(StreetsWalked::is_whole);
        whole && self.answered != Some(Coverage::Full)
    }
}

/// What became of a sector in one night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walk {
    /// How much of it was walked, by the rounds that are closed; none where none is.
    pub coverage: Option<Coverage>,
    /// Length of the streets declared walked, rounds under way included, metres; none where no
    /// street was declared.
    pub walked_m: Option<u32>,
}

/// What the rounds of one sector in one night come to: their streets together, or the widest answer of
/// those that declared none. Two teams that each walked half say *in part*, and are the whole.
pub fn walk_of<'a>(rounds: impl Iterator<Item = &'a RoundLine>) -> Walk {
    let (mut closed, mut all) = (StreetsWalked::default(), StreetsWalked::default());
    let mut answered: Option<Coverage> = None;
    let mut leaves_more = false;
    for round in rounds {
        let is_closed = round.closed_at.is_some();
        leaves_more |= is_closed && round.leaves_more();
        match &round.streets {
            Some(streets) => {
                let into = if is_closed { &mut closed } else { &mut all };
                into.walked.extend(streets.walked.clone());
                into.all_m = streets.all_m;
            }
            None if is_closed => {
                answered = answered
                    .into_iter()
                    .chain(round.answered)
                    .min_by_key(|c| width(*c));
            }
            None => {}
        }
    }
    let is_whole = closed.is_whole() && !leaves_more;
    let told = (!closed.walked.is_empty()).then(|| whole_or_part(is_whole));
    all.walked.extend(closed.walked);
    Walk {
        coverage: answered.into_iter().chain(told).min_by_key(|c| width(*c)),
        walked_m: (!all.walked.is_empty()).then(|| all.walked_m()),
    }
}

/// The sector was walked whole in that night.
pub fn is_walked_whole(rounds: &[RoundLine], sector: SectorId, night: Night) -> bool {
    let own = |round: &&RoundLine| round.sector == Some(sector) && round.night == night;
    walk_of(rounds.iter().filter(own)).coverage == Some(Coverage::Full)
}

/// The wider the sooner: the whole is 0.
pub fn width(coverage: Coverage) -> u8 {
    match coverage {
        Coverage::Full => 0,
        Coverage::Partial => 1,
        Coverage::NotWalked => 2,
    }
}

/// Adds to rounds the streets of their sector that they declared.
pub(super) fn add_streets(
    connection: &Connection,
    rounds: &mut [RoundLine],
) -> Result<(), ViewError> {
    let all = lengths(connection)?;
    let mut query = connection.prepare_cached(
        "SELECT walked.document, street.street, street.length_m
         FROM walked JOIN round ON round.document = walked.document
         JOIN street ON street.sector = round.sector AND street.street = walked.street",
    )?;
    let mut found: BTreeMap<DocumentId, BTreeMap<String, u32>> = BTreeMap::new();
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let round = found
            .entry(DocumentId::from_bytes(row.get(0)?))
            .or_default();
        round.insert(row.get(1)?, row.get(2)?);
    }
    for round in rounds {
        let all_m = round.sector.and_then(|sector| all.get(&sector));
        round.streets = found
            .remove(&round.document)
            .zip(all_m)
            .map(|(walked, all_m)| StreetsWalked {
                walked,
                all_m: *all_m,
            });
    }
    Ok(())
}

fn lengths(connection: &Connection) -> Result<BTreeMap<SectorId, u32>, ViewError> {
    let sql = "SELECT sector, SUM(length_m) FROM street GROUP BY sector";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok((SectorId::from_bytes(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl View {
    /// Length of all streets of each sector, metres; a sector without known streets is left out.
    pub fn street_lengths(&self) -> Result<BTreeMap<SectorId, u32>, ViewError> {
        self.read(lengths)
    }

    /// Replaces the streets of all sectors.
    pub fn put_streets(&self, sectors: &[(SectorId, Vec<StreetRow>)]) -> Result<(), ViewError> {
        self.write(|connection| {
            connection.execute("DELETE FROM street", [])?;
            let mut insert = connection.prepare_cached(
                "INSERT INTO street (sector, street, name, length_m) VALUES (?, ?, ?, ?)",
            )?;
            for (sector, streets) in sectors {
                for street in streets {
                    let (key, name) = (&street.key, &street.name);
                    insert.execute(params![sector.as_bytes(), key, name, street.length_m])?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::TeamId;

    const SECTOR: SectorId = SectorId::from_bytes([7; 16]);

    fn night() -> Night {
        "2026-01-22".parse().unwrap()
    }

    fn round(closed: bool, answered: Option<Coverage>, streets: &[(&str, u32)]) -> RoundLine {
        let walked: BTreeMap<String, u32> = streets
            .iter()
            .map(|(key, m)| ((*key).to_owned(), *m))
            .collect();
        RoundLine {
            document: DocumentId::from_bytes([1; 16]),
            team: TeamId::from_bytes([2; 16]),
            sector: Some(SECTOR),
            night: night(),
            paper: false,
            departed_at: Some(1),
            closed_at: closed.then_some(2),
            answered,
            streets: (!walked.is_empty()).then_some(StreetsWalked {
                walked,
                all_m: 1_000,
            }),
            zero_found: false,
            other_team: false,
            late: false,
            last_received_at: 3,
            devices: Vec::new(),
        }
    }

    fn check(rounds: &[RoundLine], coverage: Option<Coverage>, walked_m: Option<u32>) {
        let expected = Walk { coverage, walked_m };
        assert_eq!(walk_of(rounds.iter()), expected, "{rounds:?}");
        let whole = coverage == Some(Coverage::Full);
        assert_eq!(is_walked_whole(rounds, SECTOR, night()), whole);
    }

    #[test]
    fn declared_streets_say_more_than_the_answer() {
        use Coverage::{Full, NotWalked, Partial};
        // Without streets the answer stays.
        check(&[round(true, Some(Full), &[])], Some(Full), None);
        check(&[round(true, Some(NotWalked), &[])], Some(NotWalked), None);
        // With streets, they speak: too few are no whole, enough are.
        check(
            &[round(true, Some(Full), &[("a", 400)])],
            Some(Partial),
            Some(400),
        );
        check(
            &[round(true, Some(Full), &[("a", 950)])],
            Some(Full),
            Some(950),
        );
        check(
            &[round(true, Some(Full), &[("a", 949)])],
            Some(Partial),
            Some(949),
        );
        check(
            &[round(true, Some(NotWalked), &[("a", 10)])],
            Some(Partial),
            Some(10),
        );
        // All streets, and still something that is none was left out: the team says so.
        check(
            &[round(true, Some(Partial), &[("a", 1_000)])],
            Some(Partial),
            Some(1_000),
        );
    }

    #[test]
    fn two_rounds_of_a_sector_add_up_their_streets_once_each() {
        use Coverage::{Full, Partial};
        let one = round(true, Some(Partial), &[("a", 500), ("b", 200)]);
        let other = round(true, Some(Partial), &[("b", 200), ("c", 300)]);
        check(&[one.clone(), other], Some(Full), Some(1_000));
        // Negative control: the same streets twice are no more than once.
        check(&[one.clone(), one.clone()], Some(Partial), Some(700));
        let silent = round(true, Some(Full), &[]);
        check(&[one, silent], Some(Full), Some(700));
    }

    #[test]
    fn a_round_under_way_tells_its_streets_and_covers_nothing_yet() {
        let walking = round(false, None, &[("a", 1_000)]);
        check(std::slice::from_ref(&walking), None, Some(1_000));
        assert_eq!(walking.coverage(), None);
        check(&[], None, None);
    }
}
