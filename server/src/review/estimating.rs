//! The part not seen, from the campaign's own partitions: who was met by how many teams, on which nights,
//! in which pass over a sector; and sectors nobody walked.
//!
//! It must never touch the figure, nor hide a refusal: an estimate is a second line (design D14).

use super::Reviewed;
use crate::projection::{Counting, RoundLine, Unit, counting, is_walked_whole};
use maraude_core::document::Plan;
use maraude_core::model::{Night, SectorId, SlotRef, TeamId, ZoneId};
use maraude_linkage::{Cluster, Dimension, partitions};
use maraude_observatory::estimation::{
    Assumption, EXPANSION_ASSUMPTIONS, Estimate, Frequencies, FrequenciesEstimate, Lists,
    ListsEstimate, Refusal, Stratum, TwoLists, expansion, pooled, pooled_frequencies, pooled_lists,
};
use std::collections::{BTreeMap, BTreeSet};

/// Ways to link that are drawn.
const WAYS: usize = 24;
/// Of five lists the models are a thousand: fewer ways are fitted.
const WAYS_OF_MANY_LISTS: usize = 4;

/// What an estimate is counted from.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// Lists of people by name, with how many are in each, on average over the ways; and how many are
    /// in more than one.
    Lists {
        /// Code of each list, or number of the pass.
        lists: Vec<(String, f64)>,
        /// In more than one.
        in_common: f64,
    },
    /// People met by one team, by two, and so on, on average over the ways.
    Met(Vec<f64>),
    /// By zone: sectors, walked ones, people counted there.
    Sectors(Vec<Ground>),
}

/// Sectors of one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Name of the zone; none for sectors of no zone.
    pub zone: Option<String>,
    /// Sectors there are.
    pub sectors: u32,
    /// Walked to the end.
    pub walked: u32,
    /// Distinct people of the figure seen in these.
    pub people: u32,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// One estimate.
    One(Estimate),
    /// A bound and two models.
    Frequencies(FrequenciesEstimate),
    /// All models of several lists.
    Models(ListsEstimate),
}

/// One way to estimate, what it was given, and what it says or why it refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// `passes`, `nights`, `met` or `sectors`.
    pub code: &'static str,
    /// What it was given.
    pub counted: Counted,
    /// What it says.
    pub outcome: Result<Outcome, Refusal>,
    /// What must hold.
    pub assumptions: &'static [Assumption],
}

impl Reviewed {
    /// Every estimate this campaign allows, refusals included. Blocks: partitions are drawn the first
    /// time.
    pub fn estimates(&self, plan: &Plan, rounds: &[RoundLine]) -> Vec<Method> {
        let met: Vec<Vec<Met>> = self.ways().iter().map(|way| self.met(way)).collect();
        let mut methods = vec![times_met(&met)];
        methods.extend(nights(&met));
        methods.extend(self.passes(&met));
        methods.extend(self.sectors(plan, rounds));
        methods
    }

    /// Sampled partitions, drawn once.
    fn ways(&self) -> &[Vec<Cluster>] {
        self.ways.get_or_init(|| {
            let all: Vec<_> = self.compared.values().cloned().collect();
            partitions(&all, &self.decisions, &self.linkage.parameters, WAYS)
        })
    }

    /// Where and by whom each person of a partition was met in the street.
    fn met(&self, way: &[Cluster]) -> Vec<Met> {
        let meeting = |slot: &SlotRef| {
            let line = self.line(slot.observation)?;
            let counted = line.unit() == Unit::Street && counting(line) == Counting::Counted;
            counted.then_some(Meeting {
                night: line.night,
                team: line.team,
                sector: line.sector,
            })
        };
        let people = way
            .iter()
            .map(|of| Met(of.slots.iter().filter_map(meeting).collect()));
        people.filter(|of| !of.0.is_empty()).collect()
    }

    /// Sectors that two teams or more walked in one night: the team that began, and the others.
    fn passes(&self, met: &[Vec<Met>]) -> Option<Method> {
        let mut began: BTreeMap<(SectorId, Night), BTreeMap<TeamId, i64>> = BTreeMap::new();
        for line in self.lines.values() {
            if let Some(sector) = line.sector {
                let teams = began.entry((sector, line.night)).or_default();
                let at = teams.entry(line.team).or_insert(line.observed_at);
                *at = (*at).min(line.observed_at);
            }
        }
        let first: BTreeMap<(SectorId, Night), TeamId> = began
            .into_iter()
            .filter(|(_, teams)| teams.len() > 1)
            .filter_map(|(ground, teams)| {
                let first = teams.into_iter().min_by_key(|(team, at)| (*at, *team))?;
                Some((ground, first.0))
            })
            .collect();
        if first.is_empty() {
            return None;
        }
        let pass_of = |of: &Meeting| {
            let first = first.get(&(of.sector?, of.night))?;
            Some(usize::from(*first != of.team))
        };
        let names = ["1".to_owned(), "2".to_owned()];
        Some(of_lists("passes", &names, met, pass_of))
    }

    /// Unwalked sectors, from walked ones of their zone; none where all were walked, or none.
    fn sectors(&self, plan: &Plan, rounds: &[RoundLine]) -> Option<Method> {
        let nights: BTreeSet<Night> = rounds.iter().map(|round| round.night).collect();
        let full = |sector: SectorId| {
            let mut each = nights.iter();
            each.any(|night| is_walked_whole(rounds, sector, *night))
        };
        let people: BTreeMap<String, u32> = (self.street_parts().into_iter())
            .filter(|part| part.dimension == Dimension::Sector)
            .filter_map(|part| Some((part.code?, part.distinct)))
            .collect();
        let mut zones: BTreeMap<Option<ZoneId>, (u32, Vec<u32>)> = BTreeMap::new();
        for sector in &plan.sectors {
            let (sectors, counted) = zones.entry(sector.zone).or_default();
            *sectors += 1;
            if full(sector.id) {
                counted.push(people.get(&sector.code).copied().unwrap_or(0));
            }
        }
        let walked: usize = zones.values().map(|(_, counted)| counted.len()).sum();
        if walked == 0 || walked == plan.sectors.len() {
            return None;
        }
        let name = |id: &ZoneId| plan.zones.iter().find(|zone| zone.id == *id);
        let told = zones.iter().map(|(zone, (sectors, counted))| Ground {
            zone: zone.and_then(|id| Some(name(&id)?.name.clone())),
            sectors: *sectors,
            walked: counted.len() as u32,
            people: counted.iter().sum(),
        });
        let strata: Vec<Stratum> = zones
            .values()
            .map(|(sectors, counted)| Stratum {
                sectors: *sectors,
                counted: counted.clone(),
            })
            .collect();
        Some(Method {
            code: "sectors",
            counted: Counted::Sectors(told.collect()),
            outcome: expansion(&strata).map(Outcome::One),
            assumptions: &EXPANSION_ASSUMPTIONS,
        })
    }
}

/// Where and by whom somebody was met.
struct Meeting {
    night: Night,
    team: TeamId,
    sector: Option<SectorId>,
}

/// Every meeting of one person.
struct Met(Vec<Meeting>);

fn mean(values: impl ExactSizeIterator<Item = u32>) -> f64 {
    let number = values.len().max(1) as f64;
    values.map(f64::from).sum::<f64>() / number
}

/// How many teams met each person.
fn times_met(ways: &[Vec<Met>]) -> Method {
    let made: Vec<Frequencies> = ways
        .iter()
        .map(|people| {
            let mut met: Vec<u32> = Vec::new();
            for person in people {
                let outings: BTreeSet<(TeamId, Night)> =
                    person.0.iter().map(|of| (of.team, of.night)).collect();
                let times = outings.len();
                met.resize(met.len().max(times), 0);
                met[times - 1] += 1;
            }
            Frequencies {
                met,
                occasions: None,
            }
        })
        .collect();
    let longest = made.iter().map(|of| of.met.len()).max().unwrap_or(0);
    let of = |times: usize| {
        mean(
            made.iter()
                .map(|of| of.met.get(times).copied().unwrap_or(0)),
        )
    };
    Method {
        code: "met",
        counted: Counted::Met((0..longest).map(of).collect()),
        outcome: pooled_frequencies(&made).map(Outcome::Frequencies),
        assumptions: &Frequencies::ASSUMPTIONS,
    }
}

/// Nights as lists, where there are several.
fn nights(ways: &[Vec<Met>]) -> Option<Method> {
    let meetings = ways.first()?.iter().flat_map(|person| &person.0);
    let nights: BTreeSet<Night> = meetings.map(|of| of.night).collect();
    let nights: Vec<Night> = nights.into_iter().collect();
    if nights.len() < 2 {
        return None;
    }
    let names: Vec<String> = nights.iter().map(ToString::to_string).collect();
    let list = |of: &Meeting| nights.binary_search(&of.night).ok();
    Some(of_lists("nights", &names, ways, list))
}

/// People by the lists they are in, `list` telling the list of a meeting.
fn of_lists(
    code: &'static str,
    names: &[String],
    ways: &[Vec<Met>],
    list: impl Fn(&Meeting) -> Option<usize>,
) -> Method {
    let ways = if names.len() > 4 {
        &ways[..ways.len().min(WAYS_OF_MANY_LISTS)]
    } else {
        ways
    };
    // By way, people by the set of lists they are in: bit i is list i.
    let made: Vec<BTreeMap<u32, u32>> = ways
        .iter()
        .map(|people| {
            let mut found: BTreeMap<u32, u32> = BTreeMap::new();
            for person in people {
                let lists = person.0.iter().filter_map(&list);
                let set = lists.fold(0, |set, of| set | 1_u32 << of.min(31));
                if set > 0 {
                    *found.entry(set).or_default() += 1;
                }
            }
            found
        })
        .collect();
    let sum = |way: &BTreeMap<u32, u32>, of: &dyn Fn(u32) -> bool| -> u32 {
        let held = way.iter().filter(|(set, _)| of(**set));
        held.map(|(_, number)| number).sum()
    };
    let each = |of: &dyn Fn(u32) -> bool| mean(made.iter().map(|way| sum(way, of)));
    let told = (0..names.len()).map(|place| {
        let people = each(&|set| set >> place.min(31) & 1 == 1);
        (names[place].clone(), people)
    });
    let counted = Counted::Lists {
        lists: told.collect(),
        in_common: each(&|set| set.count_ones() > 1),
    };
    let (outcome, assumptions): (_, &[Assumption]) = if names.len() == 2 {
        let two = made.iter().map(|way| TwoLists {
            first: sum(way, &|set| set & 1 == 1),
            second: sum(way, &|set| set & 2 == 2),
            both: sum(way, &|set| set == 3),
        });
        let two: Vec<TwoLists> = two.collect();
        (pooled(&two).map(Outcome::One), &TwoLists::ASSUMPTIONS)
    } else {
        let several: Result<Vec<Lists>, Refusal> = made
            .iter()
            .map(|way| Lists::of(&patterns(way, names.len())))
            .collect();
        let made = several.and_then(|ways| pooled_lists(&ways));
        (made.map(Outcome::Models), &Lists::ASSUMPTIONS)
    };
    Method {
        code,
        counted,
        outcome,
        assumptions,
    }
}

/// Counts by pattern, `11…1` first and `0…01` last, the first list on the left; none for more lists
/// than models are made of.
fn patterns(way: &BTreeMap<u32, u32>, lists: usize) -> Vec<u32> {
    if lists > 5 {
        return Vec::new();
    }
    (1..1_u32 << lists)
        .rev()
        .map(|pattern| {
            // The first list is the pattern's highest digit, and a set's lowest bit.
            let set = pattern.reverse_bits() >> (32 - lists);
            way.get(&set).copied().unwrap_or(0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(night: &str, team: u8, sector: u8) -> Meeting {
        Meeting {
            night: night.parse().unwrap(),
            team: TeamId::from_random([team; 16]),
            sector: Some(SectorId::from_random([sector; 16])),
        }
    }

    /// So many people met by each set of teams.
    fn people(sets: &[(&[u8], usize)]) -> Vec<Met> {
        let met = |teams: &[u8]| {
            let each = teams.iter().map(|team| meeting("2026-01-22", *team, 1));
            Met(each.collect())
        };
        let all = sets
            .iter()
            .flat_map(|(teams, number)| (0..*number).map(move |_| met(teams)));
        all.collect()
    }

    #[test]
    fn two_lists_are_those_of_the_two_teams() {
        let ways = [people(&[(&[1, 2], 40), (&[1], 160), (&[2], 60)])];
        let names = ["1".to_owned(), "2".to_owned()];
        let list = |of: &Meeting| Some(usize::from(of.team != TeamId::from_random([1; 16])));
        let told = of_lists("passes", &names, &ways, list);
        let Ok(Outcome::One(estimate)) = told.outcome else {
            panic!("{told:?}")
        };
        // Chapman: 201 · 101 / 41 − 1.
        assert!((estimate.people - 494.146).abs() < 1e-3, "{estimate:?}");
        let lists = vec![("1".to_owned(), 200.0), ("2".to_owned(), 100.0)];
        assert_eq!(
            told.counted,
            Counted::Lists {
                lists,
                in_common: 40.0
            }
        );
    }

    #[test]
    fn patterns_go_from_all_lists_to_the_last_alone() {
        // Bit 0 is the first list: 7 people in it alone, 3 in the last alone, 1 in all.
        let way = BTreeMap::from([(0b001, 7), (0b100, 3), (0b111, 1)]);
        assert_eq!(patterns(&way, 3), [1, 0, 0, 7, 0, 0, 3]);
        assert!(Lists::of(&patterns(&way, 6)).is_err());
    }

    #[test]
    fn people_are_counted_by_how_many_teams_met_them() {
        let ways = [
            people(&[(&[1], 50), (&[1, 2], 20), (&[1, 2, 3], 4)]),
            people(&[(&[1], 54), (&[1, 2], 18), (&[1, 2, 3], 4)]),
        ];
        let told = times_met(&ways);
        assert_eq!(told.counted, Counted::Met(vec![52.0, 19.0, 4.0]));
        assert!(matches!(told.outcome, Ok(Outcome::Frequencies(of)) if of.chao.people > 140.0));
        let thin = times_met(&[people(&[(&[1], 50), (&[1, 2], 4)])]);
        let refused = Err(Refusal::TooFewMetTwice {
            found: 4,
            needed: 5,
        });
        assert_eq!(thin.outcome, refused);
    }

    #[test]
    fn one_night_is_no_list() {
        assert!(nights(&[people(&[(&[1], 3)])]).is_none());
    }
}
