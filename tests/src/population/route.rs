//! Routes: which team comes by which stay, and when.

use super::World;
use super::ground::{Ground, Metres};
use super::stay::{NIGHT_S, Stay};
use crate::dice::Dice;
use maraude_core::model::SleepingPlace;

/// A team in front of a stay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    pub stay: usize,
    pub team: u32,
    pub sector: usize,
    /// Second of the night.
    pub at_s: u32,
}

/// How far beyond its border a team looks, metres.
const OVER_THE_BORDER_M: f64 = 60.0;

/// Breadth of the strips a sector is walked in, metres.
const STRIP_M: f64 = 90.0;

/// Sectors to teams, one after the other: with fewer teams than sectors some walk two.
pub(super) fn assign(ground: &Ground, teams: u32) -> Vec<Option<u32>> {
    (0..ground.sectors.len() as u32)
        .map(|sector| (teams > 0).then(|| sector % teams))
        .collect()
}

/// All visits, in the order of time.
pub(super) fn visits(
    ground: &Ground,
    world: &World,
    stays: &[Stay],
    team_of_sector: &[Option<u32>],
    dice: &mut Dice,
) -> Vec<Visit> {
    let mut found = Vec::new();
    for (sector, team) in team_of_sector.iter().enumerate() {
        let Some(team) = *team else { continue };
        let walked: Vec<usize> = (0..team_of_sector.len())
            .filter(|&other| team_of_sector[other] == Some(team) && !ground.sectors[other].empty)
            .collect();
        let Some(turn) = walked.iter().position(|&own| own == sector) else {
            continue;
        };
        let share = NIGHT_S / walked.len() as u32;
        let begins = share * turn as u32 + dice.whole(120, 900);
        let ends = share * (turn as u32 + 1) - 300;
        found.extend(walk(
            ground,
            world,
            stays,
            (sector, team),
            (begins, ends),
            dice,
        ));
    }
    second_pass(ground, world, stays, team_of_sector, &mut found, dice);
    found.sort_by_key(|visit| (visit.at_s, visit.team, visit.stay));
    found
}

/// A walk through a sector in strips from north to south, looking a little over the border.
fn walk(
    ground: &Ground,
    world: &World,
    stays: &[Stay],
    (sector, team): (usize, u32),
    (begins, ends): (u32, u32),
    dice: &mut Dice,
) -> Vec<Visit> {
    let shape = &ground.sectors[sector];
    let mut stops: Vec<(usize, Metres)> = Vec::new();
    for (index, stay) in stays.iter().enumerate() {
        for at in std::iter::once(stay.at).chain(stay.moves.map(|(_, there)| there)) {
            let seen = shape.holds(at)
                || (shape.border_m(at) <= OVER_THE_BORDER_M && dice.chance(world.border_visit));
            if seen {
                stops.push((index, at));
            }
        }
    }
    stops.sort_by(|(_, a), (_, b)| {
        let strip = |m: &Metres| (-m.north / STRIP_M).floor();
        let along = |m: &Metres| {
            if strip(m).rem_euclid(2.0) < 1.0 {
                m.east
            } else {
                -m.east
            }
        };
        strip(a)
            .total_cmp(&strip(b))
            .then(along(a).total_cmp(&along(b)))
    });
    let step = f64::from(ends.saturating_sub(begins)) / stops.len().max(1) as f64;
    let mut visits: Vec<Visit> = Vec::new();
    for (turn, (stay, at)) in stops.into_iter().enumerate() {
        let at_s = begins + ((turn as f64 + dice.between(0.0, 0.8)) * step) as u32;
        let there = stays[stay].at(at_s).to(at) < 1.0;
        let again = visits
            .iter()
            .any(|visit| visit.stay == stay && visit.team == team);
        if there && !again && dice.chance(detection(stays[stay].place)) {
            visits.push(Visit {
                stay,
                team,
                sector,
                at_s,
            });
        }
    }
    visits
}

/// Chance that a team that walks by sees them.
fn detection(place: SleepingPlace) -> f64 {
    match place {
        SleepingPlace::CommonParts => 0.55,
        SleepingPlace::CarPark | SleepingPlace::Vehicle => 0.70,
        SleepingPlace::Bridge | SleepingPlace::Park => 0.80,
        SleepingPlace::OnTheMove => 0.60,
        _ => 0.93,
    }
}

/// Some are met again by a team that only passes through.
fn second_pass(
    ground: &Ground,
    world: &World,
    stays: &[Stay],
    team_of_sector: &[Option<u32>],
    found: &mut Vec<Visit>,
    dice: &mut Dice,
) {
    let teams: Vec<(usize, u32)> = team_of_sector
        .iter()
        .enumerate()
        .filter(|(sector, _)| !ground.sectors[*sector].empty)
        .filter_map(|(sector, team)| Some((sector, (*team)?)))
        .collect();
    for stay in 0..stays.len() {
        if teams.is_empty() || !dice.chance(world.second_pass) {
            continue;
        }
        let &(sector, team) = dice.pick(&teams);
        let at_s = dice.whole(NIGHT_S / 2, NIGHT_S);
        if !found
            .iter()
            .any(|visit| visit.stay == stay && visit.team == team)
        {
            found.push(Visit {
                stay,
                team,
                sector,
                at_s,
            });
        }
    }
}
