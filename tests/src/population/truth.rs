//! A drawn night against its truth: observations made through the real forms, linked by the real
//! model, and judged.

use super::{Encounter, Population};
use maraude_core::form::{Draft, Questionnaire, Submission, questionnaire};
use maraude_core::model::{
    Coordinates, DeviceId, Night, Observation, ObservationId, Position, PositionSource, SlotRef,
    Stamp, TeamId, TimestampMs,
};
use maraude_linkage::{Linkage, LinkageObservation, Unit};
use maraude_server::review::{Seen, candidate};
use std::collections::{BTreeMap, BTreeSet};

/// How well a run did against the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Pairs in one cluster that are one person.
    pub precision: f64,
    /// Pairs of one person that are in one cluster.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// (estimate − people) / people.
    pub count_error: f64,
    /// The interval holds the number of people.
    pub covered: bool,
    /// Pairs of one person.
    pub true_pairs: usize,
    /// Pairs to review, per 100 observations.
    pub review_load: f64,
}

/// A night as observations, with who is in each slot.
pub struct Judged {
    /// As linkage reads them.
    pub observations: Vec<LinkageObservation>,
    truth: BTreeMap<SlotRef, Option<u32>>,
}

impl Judged {
    /// The street observations of a night, filled in the real forms.
    pub fn of(night: &Population, start: TimestampMs) -> Self {
        let form = questionnaire("night-count-1");
        let mut made = Self {
            observations: Vec::new(),
            truth: BTreeMap::new(),
        };
        for (index, encounter) in night.encounters.iter().enumerate() {
            if !encounter.is_street() {
                continue;
            }
            let id = ObservationId::from_random(filled(index as u32 + 1));
            let observation = fill(form, encounter, id, start);
            let seen = Seen {
                observation: &observation,
                team: TeamId::from_random(filled(encounter.team + 1)),
                night: Night::of(start, 60),
                observed_at: observation.observed_at,
                position: observation.position(),
                unit: Unit::Street,
                in_figure: true,
                sector: None,
                commune: None,
                pseudonym: None,
            };
            for (slot, who) in encounter.people.iter().enumerate() {
                let slot = slot as u16;
                let slot = SlotRef {
                    observation: id,
                    slot,
                };
                made.truth.insert(slot, *who);
            }
            made.observations.push(candidate(form, &seen));
        }
        made
    }

    /// Judges a run.
    pub fn judge(&self, linkage: &Linkage) -> Quality {
        let person = |slot: &SlotRef| self.truth.get(slot).copied().flatten();
        let mut right = 0_usize;
        let mut held = 0_usize;
        for cluster in &linkage.clusters {
            let slots = &cluster.slots;
            for (place, one) in slots.iter().enumerate() {
                for other in &slots[place + 1..] {
                    held += 1;
                    right += usize::from(person(one).is_some() && person(one) == person(other));
                }
            }
        }
        let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
        for who in self.truth.values().flatten() {
            *seen.entry(*who).or_default() += 1;
        }
        let true_pairs: usize = seen.values().map(|times| times * (times - 1) / 2).sum();
        let precision = right as f64 / held.max(1) as f64;
        let recall = right as f64 / true_pairs.max(1) as f64;
        let people = self.truth.values().flatten().collect::<BTreeSet<_>>().len() as f64;
        let count = linkage.distinct(Unit::Street);
        let review = linkage
            .pairs
            .iter()
            .filter(|pair| pair.verdict == maraude_linkage::PairVerdict::Review)
            .count();
        Quality {
            precision,
            recall,
            f1: 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE),
            count_error: (count.estimate - people) / people,
            covered: (count.low..=count.high).contains(&people),
            true_pairs,
            review_load: 100.0 * review as f64 / self.observations.len() as f64,
        }
    }
}

fn filled(number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn fill(
    form: &Questionnaire,
    of: &Encounter,
    id: ObservationId,
    start: TimestampMs,
) -> Observation {
    let at = start + i64::from(of.at_s) * 1_000;
    let device = DeviceId::from_random(filled(of.team * 2 + of.tablet + 1));
    let mut draft = Draft::new(of.form, id, None, at);
    draft.fix = of.fix.map(|fix| Position {
        coordinates: Coordinates {
            longitude: fix.at[0],
            latitude: fix.at[1],
        },
        accuracy_m: Some(fix.accuracy_m),
        source: PositionSource::Fix,
        fixed_at: Some(at),
    });
    for (name, answer) in &of.answers {
        draft
            .answer(form, name, answer.clone())
            .unwrap_or_else(|error| panic!("{:?} {name}: {error}", of.form));
    }
    let stamp = Stamp { device, at };
    let submission = Submission {
        stamp,
        organisation: None,
    };
    draft
        .submit(form, submission)
        .unwrap_or_else(|error| panic!("{:?}: {error:?}", of.form))
}

#[cfg(test)]
mod tests {
    use super::super::{Ground, Size};
    use super::*;
    use maraude_linkage::{Parameters, link};

    /// Figures of one run, for the printed line.
    fn median(all: &[Quality], of: fn(&Quality) -> f64) -> f64 {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn the_default_model_finds_doubles_on_worlds_it_was_not_made_for() {
        let size = Size {
            stays: 230,
            teams: 6,
        };
        let all: Vec<Quality> = (100..112)
            .map(|seed| {
                let night = Population::draw(Ground::montpellier(), size, seed);
                let judged = Judged::of(&night, 1_769_115_600_000);
                judged.judge(&link(&judged.observations, &[], &Parameters::default()))
            })
            .collect();
        let of = |field| median(&all, field);
        println!(
            "12 worlds, medians: precision {:.2}, recall {:.2}, F1 {:.2}, count error {:+.3}, \
             {:.0} pairs to review per 100 observations",
            of(|q| q.precision),
            of(|q| q.recall),
            of(|q| q.f1),
            of(|q| q.count_error),
            of(|q| q.review_load)
        );
        assert!(of(|q| q.precision) >= 0.8 && of(|q| q.f1) >= 0.5);
        assert!(of(|q| q.count_error.abs()) <= 0.08);
    }
}
