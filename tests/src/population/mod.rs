//! A night with its truth: who sleeps where, which team meets whom, and what it writes down.
//!
//! Everything is drawn from a seed, and the parameters of the world too, from ranges: nothing may
//! be tuned to one world. People and known places are invented.

mod ground;
mod landmarks;
mod meeting;
mod people;
mod route;
mod stay;
mod truth;

pub use ground::{Ground, KnownPlace, Metres, SectorShape};
pub use landmarks::{LANDMARKS, typed_beside};
pub use meeting::{Encounter, Fix, Outcome};
pub use people::Person;
pub use stay::Stay;
pub use truth::{Judged, Quality};

use crate::dice::Dice;
use maraude_core::model::{ObservationKind, SleepingPlace};

/// How large a night is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Stays in the street.
    pub stays: u32,
    /// Teams that go out.
    pub teams: u32,
}

/// What is drawn anew for each world.
#[derive(Debug, Clone)]
pub struct World {
    /// Share of women.
    pub women: f64,
    /// Share of stays with more than one person.
    pub together: f64,
    /// Share of stays drawn near a sector's border.
    pub border: f64,
    /// Chance that the neighbouring team also visits a border stay.
    pub border_visit: f64,
    /// Chance that another team comes by later.
    pub second_pass: f64,
    /// Share of stays that move during the night.
    pub moves: f64,
    /// Share of people who sleep when met.
    pub asleep: f64,
    /// Share of people who decline.
    pub refuses: f64,
    /// Median accuracy of a fix, metres.
    pub accuracy_m: f64,
    /// Share of fixes far off what they say.
    pub bad_fix: f64,
    /// Share of observations without a fix.
    pub no_fix: f64,
    /// Share of wrong or missing traits.
    pub slip: f64,
    /// Share of observations that the team's other tablet enters too.
    pub entered_twice: f64,
    /// Share of people seen asleep whom the same team interviews later.
    pub interviewed_later: f64,
}

impl World {
    fn draw(dice: &mut Dice) -> Self {
        Self {
            women: dice.between(0.10, 0.20),
            together: dice.between(0.20, 0.35),
            border: dice.between(0.15, 0.30),
            border_visit: dice.between(0.30, 0.65),
            second_pass: dice.between(0.01, 0.06),
            moves: dice.between(0.05, 0.15),
            asleep: dice.between(0.15, 0.35),
            refuses: dice.between(0.10, 0.22),
            accuracy_m: dice.between(8.0, 18.0),
            bad_fix: dice.between(0.02, 0.07),
            no_fix: dice.between(0.02, 0.06),
            slip: dice.between(0.03, 0.10),
            entered_twice: dice.between(0.005, 0.015),
            interviewed_later: dice.between(0.05, 0.15),
        }
    }
}

/// A night and its truth.
pub struct Population {
    /// The ground it lies on.
    pub ground: Ground,
    /// What was drawn for this world.
    pub world: World,
    /// Everybody in the street.
    pub people: Vec<Person>,
    /// Where they sleep.
    pub stays: Vec<Stay>,
    /// What the teams record, in the order of time.
    pub encounters: Vec<Encounter>,
    /// Team of each sector; none for a sector nobody is sent to.
    pub team_of_sector: Vec<Option<u32>>,
}

impl Population {
    /// Draws a night.
    pub fn draw(ground: Ground, size: Size, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let world = World::draw(&mut dice);
        let mut people = Vec::new();
        let stays = stay::draw(&ground, &world, size.stays, &mut people, &mut dice.fork());
        let team_of_sector = route::assign(&ground, size.teams);
        let visits = route::visits(&ground, &world, &stays, &team_of_sector, &mut dice.fork());
        let mut encounters = meeting::record(&world, &stays, &people, &visits, &mut dice.fork());
        meeting::record_places(
            &ground,
            &world,
            &team_of_sector,
            &mut encounters,
            &mut dice.fork(),
        );
        encounters.sort_by_key(|encounter| (encounter.at_s, encounter.team, encounter.tablet));
        Self {
            ground,
            world,
            people,
            stays,
            encounters,
            team_of_sector,
        }
    }

    /// People in the street whom at least one team recorded, one by one or in a group.
    pub fn distinct_met(&self) -> usize {
        let met: std::collections::BTreeSet<u32> = self
            .encounters
            .iter()
            .filter(|encounter| encounter.is_street())
            .flat_map(|encounter| encounter.people.iter().flatten().copied())
            .collect();
        met.len()
    }
}

impl Encounter {
    /// It is of people met in the street, one by one or in a group.
    pub fn is_street(&self) -> bool {
        matches!(
            self.kind,
            ObservationKind::Individual | ObservationKind::Group
        )
    }
}

/// The code of a sleeping place in the questionnaire.
pub(crate) fn place_code(place: SleepingPlace) -> String {
    match serde_json::to_value(place) {
        Ok(serde_json::Value::String(code)) => code,
        _ => "other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(seed: u64) -> Population {
        Population::draw(
            Ground::montpellier(),
            Size {
                stays: 230,
                teams: 6,
            },
            seed,
        )
    }

    #[test]
    fn the_same_seed_draws_the_same_night() {
        let (one, same, other) = (night(7), night(7), night(8));
        let told = |of: &Population| {
            let lines: Vec<_> = of
                .encounters
                .iter()
                .map(|e| (e.at_s, e.team, e.people.clone()))
                .collect();
            lines
        };
        assert_eq!(told(&one), told(&same));
        assert_ne!(told(&one), told(&other));
    }

    #[test]
    fn a_night_has_what_a_night_has() {
        for seed in 1..=10 {
            let night = night(seed);
            let street = night.encounters.iter().filter(|e| e.is_street()).count();
            let slots: usize = night
                .encounters
                .iter()
                .filter(|e| e.is_street())
                .map(|e| e.people.len())
                .sum();
            let doubles = slots - night.distinct_met();
            let of = |outcome| {
                night
                    .encounters
                    .iter()
                    .filter(|e| e.outcome == outcome)
                    .count()
            };
            assert!(
                night.encounters.len() >= 230,
                "seed {seed}: {}",
                night.encounters.len()
            );
            assert!(
                doubles * 100 >= slots * 3 && doubles * 100 <= slots * 35,
                "seed {seed}: {doubles} of {slots}"
            );
            assert!(of(Outcome::Asleep) * 100 >= street * 8, "seed {seed}");
            assert!(of(Outcome::Refused) * 100 >= street * 4, "seed {seed}");
            assert!(
                night
                    .encounters
                    .iter()
                    .any(|e| e.fix.is_none() && e.is_street())
            );
            let sites = night
                .encounters
                .iter()
                .filter(|e| e.kind == ObservationKind::Site)
                .count();
            assert!(sites >= 10, "seed {seed}: {sites}");
        }
    }
}
