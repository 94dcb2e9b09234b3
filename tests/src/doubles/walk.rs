//! Which team comes by which stay, and when: sectors walked, borders looked over, a control pass,
//! roving vans.

use super::World;
use super::ground::{Ground, Metres, NIGHT_S, apart_m};
use crate::dice::Dice;

/// A team in front of a stay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    pub stay: usize,
    pub team: u32,
    /// Second of the night.
    pub at_s: f64,
    /// How well this team looks, against a team in its own sector.
    pub care: f64,
}

/// Breadth of the strips a sector is walked in, metres.
const STRIP_M: f64 = 90.0;
/// Two stays are side by side within, metres.
const BESIDE_M: f64 = 15.0;

type Stop = (usize, Metres, f64);

/// All passages, in the order of time. Whether anybody is seen is another matter.
pub(super) fn meetings(world: &World, ground: &Ground, dice: &mut Dice) -> Vec<Meeting> {
    let mut found = Vec::new();
    let mut own: Vec<Vec<Stop>> = vec![Vec::new(); ground.sectors.len()];
    let mut looked: Vec<Vec<Stop>> = vec![Vec::new(); ground.sectors.len()];
    for (stay, places) in ground.places.iter().enumerate() {
        for at in std::iter::once(places.first).chain(places.then.map(|(_, there)| there)) {
            for (rank, sector) in ground.near(at, world.border_m).into_iter().enumerate() {
                if rank == 0 {
                    own[sector].push((stay, at, 1.0));
                    looked[sector].push((stay, at, 1.0));
                } else if dice.chance(world.border_visit) {
                    looked[sector].push((stay, at, 0.95));
                }
            }
        }
    }
    for (sector, stops) in looked.into_iter().enumerate() {
        let begins = dice.between(0.0, 0.8) * 3_600.0;
        let lasts = dice.between(3.5, 4.3) * 3_600.0;
        walk(
            (world, ground),
            sector as u32,
            stops,
            (begins, begins + lasts),
            &mut found,
            dice,
        );
    }
    let mut team = ground.sectors.len() as u32;
    control(world, ground, &own, &mut team, &mut found, dice);
    vans(world, ground, &mut team, &mut found, dice);
    found.sort_by(|a, b| {
        a.at_s
            .total_cmp(&b.at_s)
            .then((a.team, a.stay).cmp(&(b.team, b.stay)))
    });
    found
}

/// Strips from north to south, back and forth.
fn walk(
    (world, ground): (&World, &Ground),
    team: u32,
    mut stops: Vec<Stop>,
    (begins, ends): (f64, f64),
    found: &mut Vec<Meeting>,
    dice: &mut Dice,
) {
    stops.sort_by(|(_, a, _), (_, b, _)| {
        let strip = |at: &Metres| (-at[1] / STRIP_M).floor();
        let along = |at: &Metres| {
            if strip(at).rem_euclid(2.0) < 1.0 {
                at[0]
            } else {
                -at[0]
            }
        };
        strip(a)
            .total_cmp(&strip(b))
            .then(along(a).total_cmp(&along(b)))
    });
    let step = (ends - begins) / stops.len().max(1) as f64;
    let mut met = std::collections::BTreeSet::new();
    let mut last: Option<(Metres, f64)> = None;
    for (turn, (stay, at, care)) in stops.into_iter().enumerate() {
        let usual_s = begins + (turn as f64 + dice.between(0.0, 0.8)) * step;
        let at_s = match last {
            Some((before, then_s))
                if apart_m(before, at) < BESIDE_M && dice.chance(world.hurried) =>
            {
                then_s + dice.between(5.0, 60.0)
            }
            _ => usual_s,
        };
        last = Some((at, at_s));
        if apart_m(ground.places[stay].at(at_s), at) < 1.0 && met.insert(stay) {
            found.push(Meeting {
                stay,
                team,
                at_s,
                care,
            });
        }
    }
}

/// Some sectors are walked again, later, by teams that check.
fn control(
    world: &World,
    ground: &Ground,
    own: &[Vec<Stop>],
    team: &mut u32,
    found: &mut Vec<Meeting>,
    dice: &mut Dice,
) {
    let care = dice.between(0.75, 1.0);
    for stops in own {
        if dice.chance(world.control) {
            let begins = dice.between(2.5, 4.2) * 3_600.0;
            let stops = stops
                .iter()
                .map(|&(stay, at, _)| (stay, at, care))
                .collect();
            walk(
                (world, ground),
                *team,
                stops,
                (begins, begins + 4_000.0),
                found,
                dice,
            );
            *team += 1;
        }
    }
}

/// Vans stop here and there, at any hour, over a wide part of the ground.
fn vans(world: &World, ground: &Ground, team: &mut u32, found: &mut Vec<Meeting>, dice: &mut Dice) {
    let number = (world.vans * ground.sectors.len() as f64).round().max(1.0) as u32;
    let reach_m = dice.between(500.0, 1_200.0);
    let mut tree = vec![Vec::new(); ground.sectors.len()];
    for (stay, places) in ground.places.iter().enumerate() {
        if let Some(&sector) = ground.near(places.first, 0.0).first() {
            tree[sector].push(stay);
        }
    }
    for _ in 0..number {
        let centre = dice.pick(&ground.places).first;
        let around: Vec<usize> = ground
            .near(centre, reach_m)
            .into_iter()
            .flat_map(|sector| tree[sector].iter().copied())
            .collect();
        if around.is_empty() {
            continue;
        }
        let mut met = std::collections::BTreeSet::new();
        for _ in 0..dice.whole(8, 25) {
            let stay = *dice.pick(&around);
            if met.insert(stay) {
                found.push(Meeting {
                    stay,
                    team: *team,
                    at_s: dice.between(0.0, NIGHT_S),
                    care: 1.0,
                });
            }
        }
        *team += 1;
    }
}
