//! Where the stays lie, and the sectors that are cut around them.

use super::World;
use super::people::{Everybody, Shelter};
use crate::dice::Dice;

/// Metres east and north of the south-west corner.
pub(super) type Metres = [f64; 2];

/// Metres between two places.
pub(super) fn apart_m(one: Metres, other: Metres) -> f64 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

/// A stay's places in the night.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub first: Metres,
    /// From this second on they are elsewhere.
    pub then: Option<(f64, Metres)>,
}

impl Places {
    /// Where they are at a second of the night.
    pub fn at(&self, second: f64) -> Metres {
        match self.then {
            Some((from, there)) if second >= from => there,
            _ => self.first,
        }
    }
}

/// A sector: a rectangle of a cut of the ground.
#[derive(Debug, Clone, Copy)]
pub(super) struct SectorBox {
    pub low: Metres,
    pub high: Metres,
}

impl SectorBox {
    /// Metres from a place to it, 0 inside.
    pub fn away_m(&self, at: Metres) -> f64 {
        let beyond = |axis: usize| {
            (self.low[axis] - at[axis])
                .max(at[axis] - self.high[axis])
                .max(0.0)
        };
        beyond(0).hypot(beyond(1))
    }
}

enum Cut {
    Sector(usize),
    At(usize, f64, Box<(Cut, Cut)>),
}

/// The ground of a night.
pub(super) struct Ground {
    /// By stay.
    pub places: Vec<Places>,
    pub sectors: Vec<SectorBox>,
    cut: Cut,
}

/// The night, seconds.
pub(super) const NIGHT_S: f64 = 5.5 * 3600.0;
/// Where nobody looks, metres from the corner.
const FAR_M: f64 = 50_000.0;
/// Stays of a sector, fewest and most.
const STAYS: (u32, u32) = (15, 30);

impl Ground {
    /// Places everybody and cuts sectors of 15 to 30 stays.
    pub fn draw(world: &World, everybody: &Everybody, dice: &mut Dice) -> Self {
        let side_m = (everybody.people.len() as f64 / world.people_per_ha).sqrt() * 100.0;
        let number = everybody.stays.len();
        let crowds: Vec<(Metres, f64)> = (0..(number / 40).max(2))
            .map(|_| {
                let at = [dice.between(0.0, side_m), dice.between(0.0, side_m)];
                (at, dice.between(25.0, 90.0))
            })
            .collect();
        let mut places: Vec<Places> = Vec::with_capacity(number);
        for stay in &everybody.stays {
            let kept = |metres: f64| metres.clamp(0.0, side_m);
            let first = if dice.chance(world.beside) && !places.is_empty() {
                let near = dice.pick(&places).first;
                let apart = if stay.shelter == Shelter::Tent {
                    9.0
                } else {
                    5.0
                };
                near.map(|metres| kept(metres + apart * dice.normal()))
            } else if dice.chance(world.crowded) {
                let &(at, spread) = dice.pick(&crowds);
                at.map(|metres| kept(metres + spread * dice.normal()))
            } else {
                [dice.between(0.0, side_m), dice.between(0.0, side_m)]
            };
            let then = dice.chance(world.moves).then(|| {
                let far = 80.0 + dice.exponential(600.0);
                let angle = dice.between(0.0, std::f64::consts::TAU);
                let there = [first[0] + far * angle.cos(), first[1] + far * angle.sin()];
                (dice.between(0.1, 0.9) * NIGHT_S, there.map(kept))
            });
            places.push(Places { first, then });
        }
        let mut sectors = Vec::new();
        let all: Vec<usize> = (0..number).collect();
        let whole = SectorBox {
            low: [0.0, 0.0],
            high: [side_m, side_m],
        };
        let cut = split(&places, all, whole, &mut sectors, dice);
        Self {
            places,
            sectors,
            cut,
        }
    }

    /// The next night: some stay, some sleep elsewhere, some are far from all sectors.
    pub fn next_night(&mut self, world: &World, dice: &mut Dice) {
        for places in &mut self.places {
            places.then = None;
            if dice.chance(world.absent) {
                places.first = [-FAR_M, -FAR_M];
            } else if !dice.chance(world.stays_put) {
                let sector = dice.pick(&self.sectors);
                places.first = [0, 1].map(|axis| dice.between(sector.low[axis], sector.high[axis]));
            }
        }
    }

    /// Sectors within so many metres of a place, its own first.
    pub fn near(&self, at: Metres, metres: f64) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![&self.cut];
        while let Some(cut) = open.pop() {
            match cut {
                Cut::Sector(index) if self.sectors[*index].away_m(at) <= metres => {
                    found.push(*index);
                }
                Cut::Sector(_) => {}
                Cut::At(axis, value, halves) => {
                    if at[*axis] - metres <= *value {
                        open.push(&halves.0);
                    }
                    if at[*axis] + metres >= *value {
                        open.push(&halves.1);
                    }
                }
            }
        }
        found.sort_by(|&a, &b| {
            let away = |sector: usize| self.sectors[sector].away_m(at);
            away(a).total_cmp(&away(b)).then(a.cmp(&b))
        });
        found
    }
}

fn split(
    places: &[Places],
    mut stays: Vec<usize>,
    bounds: SectorBox,
    sectors: &mut Vec<SectorBox>,
    dice: &mut Dice,
) -> Cut {
    if stays.len() <= dice.whole(STAYS.0 + 8, STAYS.1) as usize {
        sectors.push(bounds);
        return Cut::Sector(sectors.len() - 1);
    }
    let axis = usize::from(bounds.high[1] - bounds.low[1] > bounds.high[0] - bounds.low[0]);
    stays.sort_by(|&a, &b| places[a].first[axis].total_cmp(&places[b].first[axis]));
    let middle = (stays.len() as f64 * dice.between(0.42, 0.58)) as usize;
    let value = places[stays[middle]].first[axis];
    let rest = stays.split_off(middle);
    let (mut left, mut right) = (bounds, bounds);
    left.high[axis] = value;
    right.low[axis] = value;
    let one = split(places, stays, left, sectors, dice);
    let other = split(places, rest, right, sectors, dice);
    Cut::At(axis, value, Box::new((one, other)))
}
