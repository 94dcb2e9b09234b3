//! What became of each sector: walked, walked and nobody there, in part, not visited.
//!
//! It must never tell whoever works on figures alone in which sector nobody was: that is a count of
//! people, and a small one. `publication::indicators` calls it.

use super::indicators::Reader;
use super::prepare::walked_sectors;
use crate::projection::{Counting, ObservationLine, RoundLine, counting, walk_of};
use maraude_core::document::Plan;
use maraude_core::model::{Coverage, Night, SectorId};
use std::collections::{BTreeMap, BTreeSet};

/// What may become of a sector, in the order of the screen.
const COVERAGE: [&str; 6] = [
    "walked",
    ZERO,
    "partial",
    "under_way",
    "not_walked",
    "not_visited",
];

/// Walked whole, and nobody there.
const ZERO: &str = "zero";

/// A sector over all nights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectorWalk {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `walked`, `zero`, `partial`, `under_way`, `not_walked` or `not_visited`.
    pub state: &'static str,
    /// Streets declared walked, night by night, and all streets of those nights, metres; none where no
    /// street was declared.
    pub streets_m: Option<[u32; 2]>,
}

impl SectorWalk {
    /// As that person may read it.
    pub(super) fn told_to(self, reader: Reader) -> Self {
        match reader {
            Reader::Figures if self.state == ZERO => Self {
                state: COVERAGE[0],
                ..self
            },
            _ => self,
        }
    }
}

/// Sectors by what became of them; each stands once.
pub(super) fn by_state(walks: &[SectorWalk]) -> Vec<(&'static str, u32)> {
    let number = |code: &str| walks.iter().filter(|walk| walk.state == code).count() as u32;
    let each = COVERAGE.into_iter().map(|code| (code, number(code)));
    each.collect()
}

/// What became of each sector of the plan.
pub(super) fn sector_walks(
    plan: &Plan,
    rounds: &[RoundLine],
    lines: &[ObservationLine],
    lengths: &BTreeMap<SectorId, u32>,
) -> Vec<SectorWalk> {
    let walked = walked_sectors(plan, rounds);
    let with_people: BTreeSet<SectorId> = lines
        .iter()
        .filter(|line| counting(line) == Counting::Counted)
        .filter_map(|line| line.sector)
        .collect();
    let state = |sector: SectorId| {
        let of = || {
            rounds
                .iter()
                .filter(move |round| round.sector == Some(sector))
        };
        let some = |coverage| of().any(|round| round.coverage() == Some(coverage));
        if walked.contains(&sector) {
            return if with_people.contains(&sector) {
                "walked"
            } else {
                ZERO
            };
        }
        if of().any(|round| round.closed_at.is_none() && round.departed_at.is_some()) {
            "under_way"
        } else if some(Coverage::Full) || some(Coverage::Partial) {
            "partial"
        } else if some(Coverage::NotWalked) {
            "not_walked"
        } else {
            "not_visited"
        }
    };
    let sectors = plan.sectors.iter().map(|sector| SectorWalk {
        code: sector.code.clone(),
        name: sector.name.clone(),
        state: state(sector.id),
        streets_m: lengths
            .get(&sector.id)
            .and_then(|all_m| streets_m(rounds, sector.id, *all_m)),
    });
    sectors.collect()
}

/// Of the nights in which streets of the sector were declared.
fn streets_m(rounds: &[RoundLine], sector: SectorId, all_m: u32) -> Option<[u32; 2]> {
    let own = |round: &&RoundLine| round.sector == Some(sector);
    let nights: BTreeSet<Night> = rounds.iter().filter(own).map(|round| round.night).collect();
    let declared = nights.into_iter().filter_map(|night| {
        let of_night = rounds
            .iter()
            .filter(own)
            .filter(|round| round.night == night);
        walk_of(of_night).walked_m
    });
    declared
        .map(|walked_m| [walked_m, all_m])
        .reduce(|[a, b], [c, d]| [a + c, b + d])
}

#[cfg(test)]
mod tests;
