//! What is drawn anew for each world, from ranges.

use crate::dice::Dice;

/// The parameters of one world.
#[derive(Debug, Clone)]
pub struct World {
    /// People per hectare, on average over the ground.
    pub people_per_ha: f64,
    /// Share of stays in places where many sleep.
    pub crowded: f64,
    /// Share of stays within a few metres of another.
    pub beside: f64,
    /// Share of women.
    pub women: f64,
    /// Share of stays of several people.
    pub together: f64,
    /// Share of stays with dogs.
    pub dogs: f64,
    /// Chance that somebody has a mark, for each of three.
    pub marked: f64,
    /// Share of people who would give what a pseudonym is made of.
    pub pseudonym: f64,
    /// Share of stays that move during the night.
    pub moves: f64,
    /// How far beyond its border a team looks, metres, and how often.
    pub border_m: f64,
    /// Chance that a team visits a stay it sees over its border.
    pub border_visit: f64,
    /// Share of sectors that a control team walks again.
    pub control: f64,
    /// Roving vans per sector.
    pub vans: f64,
    /// Chance to be seen in the open; elsewhere less.
    pub detection: f64,
    /// Share of people who sleep when met.
    pub asleep: f64,
    /// Share of people who decline.
    pub refuses: f64,
    /// Share of people only seen.
    pub observed: f64,
    /// Median accuracy of a fix, metres.
    pub accuracy_m: f64,
    /// Share of fixes worse than they say.
    pub bad_fix: f64,
    /// Share of observations without a fix.
    pub no_fix: f64,
    /// Share of values written down wrong.
    pub slip: f64,
    /// Share of questions left blank by those who answer.
    pub blank: f64,
    /// Share of households filed as one group row.
    pub group_rows: f64,
    /// Share of observations that the team's other tablet enters too.
    pub entered_twice: f64,
    /// Share of people seen asleep whom the same team interviews later.
    pub interviewed_later: f64,
    /// Share of people who remember, and say, that they were met already.
    pub remembers: f64,
    /// How often a team files somebody within seconds of whom it saw beside.
    pub hurried: f64,
    /// Share of stays that are at the same place the next night, and of those that are not seen then.
    pub stays_put: f64,
    /// See `stays_put`.
    pub absent: f64,
    /// Share of things told by a word that no list of the engine knows.
    pub own_words: f64,
}

impl World {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        Self {
            people_per_ha: dice.between(0.3, 1.2),
            crowded: dice.between(0.15, 0.45),
            beside: dice.between(0.10, 0.25),
            women: dice.between(0.10, 0.20),
            together: dice.between(0.15, 0.35),
            dogs: dice.between(0.06, 0.16),
            marked: dice.between(0.25, 0.60),
            pseudonym: dice.between(0.05, 0.40),
            moves: dice.between(0.05, 0.15),
            border_m: dice.between(25.0, 70.0),
            border_visit: dice.between(0.30, 0.70),
            control: dice.between(0.02, 0.10),
            vans: dice.between(0.03, 0.10),
            detection: dice.between(0.75, 0.92),
            asleep: dice.between(0.15, 0.35),
            refuses: dice.between(0.08, 0.20),
            observed: dice.between(0.08, 0.25),
            accuracy_m: dice.between(7.0, 18.0),
            bad_fix: dice.between(0.02, 0.08),
            no_fix: dice.between(0.02, 0.06),
            slip: dice.between(0.02, 0.08),
            blank: dice.between(0.04, 0.15),
            group_rows: dice.between(0.0, 0.6),
            entered_twice: dice.between(0.005, 0.015),
            interviewed_later: dice.between(0.03, 0.12),
            remembers: dice.between(0.55, 0.85),
            hurried: dice.between(0.2, 0.8),
            stays_put: dice.between(0.5, 0.85),
            absent: dice.between(0.1, 0.3),
            own_words: dice.between(0.0, 0.3),
        }
    }
}
