//! What people answer to "already surveyed tonight?" when nobody had met them: neighbours of one team are
//! two people, yet one of them may well have been met, by another team, and says so.
//!
//! # Formula
//! u(yes) = Σ (1 − q)·1(yes) / Σ (1 − q), over slots that were asked, q = probability that somebody
//! interviewed them before, by the links of this round. Held by where it starts.

use crate::comparison::{Field, Level};
use crate::parameters::Parameters;
use crate::score::{Link, Scoring};
use maraude_core::model::{Answer, ObservationKind};
use std::collections::{HashMap, HashSet};

/// Strength of where it starts, in people asked.
const STRENGTH: f64 = 40.0;

/// Slots that were asked, and what they said.
pub(crate) struct Asked {
    said: Vec<(u32, bool)>,
    /// For each link that teaches, the slot that was asked after the other had answered.
    later: Vec<Option<u32>>,
}

impl Asked {
    /// `links` are all, `taught` those that teach: a slot with a link that does not is left out.
    pub fn of(scoring: &Scoring<'_>, links: &[Link], taught: &[Link]) -> Self {
        let ends = |link: &Link| {
            let members = link.members().iter();
            members.map(|m| (m.one, m.other)).collect::<Vec<_>>()
        };
        let mut left_out: HashSet<u32> = HashSet::new();
        if links.len() > taught.len() {
            let known: HashSet<(u32, u32)> = taught.iter().flat_map(ends).collect();
            let others = links.iter().flat_map(ends).filter(|of| !known.contains(of));
            left_out.extend(others.flat_map(|(one, other)| [one, other]));
        }
        let row =
            |slot: u32| &scoring.around.observations[scoring.slots[slot as usize].observation];
        let said = (0..scoring.slots.len() as u32).filter_map(|slot| {
            let of = row(slot);
            match of.already_surveyed {
                Answer::Known(yes)
                    if of.kind == ObservationKind::Individual && !left_out.contains(&slot) =>
                {
                    Some((slot, yes))
                }
                _ => None,
            }
        });
        let later = |link: &Link| {
            link.shared.level(Field::AlreadySurveyed)?;
            let first = &link.members()[0];
            let key = |slot: u32| (row(slot).observed_at, scoring.slots[slot as usize].at);
            Some(if key(first.one) <= key(first.other) {
                first.other
            } else {
                first.one
            })
        };
        Self {
            said: said.collect(),
            later: taught.iter().map(later).collect(),
        }
    }

    /// Sets u of both answers.
    pub fn set_u(&self, learnt: &mut Parameters, start: &Parameters, taught: &[Link]) {
        let mut met: HashMap<u32, f64> = HashMap::new();
        for (link, later) in taught.iter().zip(&self.later) {
            if let Some(later) = later {
                *met.entry(*later).or_default() += link.probability;
            }
        }
        let (mut yes, mut all) = (0.0, 0.0);
        for (slot, said) in &self.said {
            let nobody = 1.0 - met.get(slot).copied().unwrap_or(0.0).min(1.0);
            all += nobody;
            yes += if *said { nobody } else { 0.0 };
        }
        let of = |level: Level| {
            let found = start
                .levels
                .iter()
                .find(|of| (of.field, of.level) == (Field::AlreadySurveyed, level));
            found.map_or(0.5, |of| of.u_probability)
        };
        let (started_yes, started_no) = (of(Level::SaidYes), of(Level::SaidNo));
        let started = started_yes / (started_yes + started_no);
        let share = (yes + STRENGTH * started) / (all + STRENGTH);
        for level in &mut learnt.levels {
            match (level.field, level.level) {
                (Field::AlreadySurveyed, Level::SaidYes) => level.u_probability = share,
                (Field::AlreadySurveyed, Level::SaidNo) => level.u_probability = 1.0 - share,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::link;
    use crate::linkage::tests::{man, observation};

    /// The share of people nobody had met who say yes, as a night teaches it: twelve people met by
    /// one team and again by another, which hears yes, or twelve met by the second alone, which hears
    /// it too.
    fn taught(met_before: bool) -> f64 {
        let ages = ["18-24", "30-34", "45-49", "65-69"];
        let mut night = Vec::new();
        for place in 0..12_u8 {
            let at = (300.0 * f64::from(place), 0.0);
            let told = |of| man(of, ages[usize::from(place) % 4], "ro");
            if met_before {
                night.push(told(observation(place + 1, 1, i64::from(place), at)));
            }
            let mut again = told(observation(place + 101, 2, 60 + i64::from(place), at));
            again.already_surveyed = Answer::Known(true);
            night.push(again);
        }
        let found = link(&night, &[], &Parameters::default()).parameters;
        let yes = (Field::AlreadySurveyed, Level::SaidYes);
        let level = found.levels.iter().find(|of| (of.field, of.level) == yes);
        level.unwrap().u_probability
    }

    #[test]
    fn a_yes_of_somebody_who_was_met_is_no_yes_of_nobody() {
        let (met, never) = (taught(true), taught(false));
        assert!(met < 0.25 && never > met + 0.1, "{met} {never}");
    }
}
