//! Probabilities against decisions: of the pairs the model held to be one with so much, how many
//! coordinators decided to be one.
//!
//! It must never change a probability. Pairs to review are taken by their probability, never by what they
//! are, so within a range the decided stand for the others; pairs outside review are hardly ever
//! decided, and of these it says little. The console's page on quality shows it.
//!
//! # Source
//! Interval of a share: Wilson (1927), JASA 22, pp. 209–212.

use crate::linkage::with_run;
use crate::parameters::Parameters;
use crate::slot::LinkageObservation;
use maraude_core::model::{Decision, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lower ends of the ranges; the last goes to 1.
const RANGES: [f64; 6] = [0.05, 0.25, 0.4, 0.6, 0.8, 0.955];
/// Two-sided 95 % of a normal.
const Z_95: f64 = 1.96;

/// Pairs of one range of probabilities, before anybody decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// From this probability on.
    pub from: f64,
    /// Below this one; 1 holds all.
    pub to: f64,
    /// Compared pairs in the range, decided or not.
    pub pairs: u32,
    /// Of these, the pairs a standing decision is about.
    pub decided: u32,
    /// Of these, the pairs decided to be one person.
    pub same: u32,
    /// Mean probability of the decided.
    pub expected: f64,
    /// 95 % interval of the share decided to be one; 0 to 1 where nothing is decided.
    pub interval: [f64; 2],
}

/// What standing decisions say of the probabilities a run would give without any decision, under a frozen
/// snapshot. *Unsure* is no label; an undone decision is none.
///
/// # Shape
/// One row per range, in order.
pub fn reliability(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    snapshot: &Parameters,
) -> Vec<Reliability> {
    let labels = labels(decisions);
    let held = with_run(observations, &[], snapshot, &mut |_| {}, |run, _| {
        let mut held: BTreeMap<(SlotRef, SlotRef), f64> = BTreeMap::new();
        for link in run.links {
            for member in link.members() {
                let [a, b] = [member.one, member.other].map(|slot| run.slots[slot as usize].at);
                let probability = link.probability * f64::from(member.within);
                let known = held.entry((a.min(b), a.max(b))).or_insert(probability);
                *known = known.max(probability);
            }
        }
        held
    });
    let ends = RANGES.iter().skip(1).copied().chain([1.0]);
    RANGES
        .iter()
        .copied()
        .zip(ends)
        .map(|of| range(of, &held, &labels))
        .collect()
}

/// What the newest standing decision on each pair says.
fn labels(decisions: &[Decision]) -> BTreeMap<(SlotRef, SlotRef), bool> {
    let mut standing: Vec<&Decision> = decisions
        .iter()
        .filter(|of| of.undone_at.is_none())
        .collect();
    standing.sort_by_key(|of| (of.decided_at, of.id));
    let mut labels = BTreeMap::new();
    for of in standing {
        let pair = (of.one.min(of.other), of.one.max(of.other));
        match of.verdict {
            Verdict::Same => labels.insert(pair, true),
            Verdict::Different => labels.insert(pair, false),
            Verdict::Unsure => labels.remove(&pair),
        };
    }
    labels
}

fn range(
    (from, to): (f64, f64),
    held: &BTreeMap<(SlotRef, SlotRef), f64>,
    labels: &BTreeMap<(SlotRef, SlotRef), bool>,
) -> Reliability {
    let is_in = |of: f64| of >= from && (of < to || to >= 1.0);
    let within = held.iter().filter(|(_, probability)| is_in(**probability));
    let (mut pairs, mut decided, mut same, mut sum) = (0, 0, 0, 0.0);
    for (pair, probability) in within {
        pairs += 1;
        if let Some(one) = labels.get(pair) {
            decided += 1;
            same += u32::from(*one);
            sum += probability;
        }
    }
    Reliability {
        from,
        to,
        pairs,
        decided,
        same,
        expected: sum / f64::from(decided.max(1)),
        interval: wilson(same, decided),
    }
}

fn wilson(same: u32, decided: u32) -> [f64; 2] {
    if decided == 0 {
        return [0.0, 1.0];
    }
    let (n, share) = (f64::from(decided), f64::from(same) / f64::from(decided));
    let middle = share + Z_95 * Z_95 / (2.0 * n);
    let half = Z_95 * (share * (1.0 - share) / n + Z_95 * Z_95 / (4.0 * n * n)).sqrt();
    let all = 1.0 + Z_95 * Z_95 / n;
    [
        ((middle - half) / all).max(0.0),
        ((middle + half) / all).min(1.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::link;
    use crate::linkage::tests::{decision, man, observation, slot};

    #[test]
    fn an_interval_of_a_share_is_wilsons() {
        // 8 of 10: the published interval of the score test.
        let [low, high] = wilson(8, 10);
        assert!(
            (low - 0.490_2).abs() < 5e-4 && (high - 0.943_3).abs() < 5e-4,
            "{low} {high}"
        );
        let [low, high] = wilson(0, 0);
        assert!(
            low < f64::EPSILON && high > 1.0 - f64::EPSILON,
            "{low} {high}"
        );
    }

    /// Decided pairs, and those decided to be one, over all ranges.
    fn counted(of: &[Reliability]) -> (u32, u32) {
        let sum = |part: fn(&Reliability) -> u32| of.iter().map(part).sum();
        (sum(|of| of.decided), sum(|of| of.same))
    }

    #[test]
    fn a_decision_stands_beside_what_was_held_before_it_and_goes_when_it_is_undone() {
        let near = |number: u8, team: u8, east_m: f64| {
            let of = observation(number, team, 30 * i64::from(team), (east_m, 0.0));
            man(of, "40-54", "ro")
        };
        let night = [
            near(1, 1, 0.0),
            near(2, 2, 9.0),
            near(3, 3, 400.0),
            near(4, 4, 409.0),
        ];
        let snapshot = link(&night, &[], &Parameters::default()).parameters;
        let mut decided = vec![
            decision(1, slot(&night[0]), slot(&night[1]), Verdict::Different),
            decision(2, slot(&night[2]), slot(&night[3]), Verdict::Same),
        ];
        let before = reliability(&night, &[], &snapshot);
        assert_eq!(counted(&before), (0, 0));
        let told = reliability(&night, &decided, &snapshot);
        assert_eq!(counted(&told), (2, 1));
        // Decisions move no probability: the same pairs stand in the same ranges.
        let pairs = |of: &[Reliability]| of.iter().map(|of| of.pairs).collect::<Vec<_>>();
        assert_eq!(pairs(&told), pairs(&before));
        let bin = told.iter().find(|of| of.decided > 0).unwrap();
        assert!((bin.from..bin.to).contains(&bin.expected), "{bin:?}");
        decided[1].undone_at = Some(decided[1].decided_at + 1);
        assert_eq!(counted(&reliability(&night, &decided, &snapshot)), (1, 0));
        decided[0].verdict = Verdict::Unsure;
        assert_eq!(counted(&reliability(&night, &decided, &snapshot)), (0, 0));
    }
}
