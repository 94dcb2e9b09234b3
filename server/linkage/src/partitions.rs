//! Sampled partitions by name: ways the slots may be parted into people, for whatever is counted from them.
//!
//! It must never tell one of them as the truth. The estimates of the part not seen are counted over
//! all.

use crate::cluster::Cluster;
use crate::count::{DistinctCount, Sampling};
use crate::hidden::nights;
use crate::linkage::Run;
use crate::linkage::{clusters, with_run};
use crate::parameters::Parameters;
use crate::part::{Cells, UNITS};
use crate::slot::LinkageObservation;
use maraude_core::model::{Decision, SlotRef};
use std::collections::BTreeMap;

/// So many ways to part the slots, equally likely under a frozen snapshot, spread over what is not known
/// of its parameters. The same observations, the same ways.
pub fn partitions(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    snapshot: &Parameters,
    number: usize,
) -> Vec<Vec<Cluster>> {
    with_run(observations, decisions, snapshot, &mut |_| {}, |run, _| {
        let start = run.partition(snapshot.held_same_probability);
        let drawn = sampling(&run).partitions(&start, number).into_iter();
        drawn.map(|ways| clusters(run.slots, ways)).collect()
    })
}

/// Distinct people by cell, `cells` telling the cells of each slot, counted as the total of their subject
/// is: whoever is in two cells of a kind counts half in each. The same interval, of 95 %.
pub fn counts_by(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    snapshot: &Parameters,
    (cells, number): (&BTreeMap<SlotRef, Vec<usize>>, usize),
) -> Vec<DistinctCount> {
    with_run(observations, decisions, snapshot, &mut |_| {}, |run, _| {
        let start = run.partition(snapshot.held_same_probability);
        let cells = Cells::told(run.around.observations, run.slots, cells, number);
        sampling(&run).counts(&start, &cells).split_off(UNITS.len())
    })
}

fn sampling<'a>(run: &'a Run<'_>) -> Sampling<'a> {
    Sampling {
        slots: run.slots,
        parties: run.around.parties,
        links: run.links,
        outings: run.around.outings,
        nights: nights(run.around.observations),
        returns: run.learnt.returns,
        different: &run.constraints.different,
        same: &run.constraints.same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::link;
    use crate::linkage::tests::{decision, man, observation, slot};
    use maraude_core::model::Verdict;

    #[test]
    fn ways_differ_where_there_is_doubt_and_hold_all_slots_and_decisions() {
        let near = |number: u8, team: u8, east_m: f64| {
            man(
                observation(number, team, 30 * i64::from(team), (east_m, 0.0)),
                "40-54",
                "ro",
            )
        };
        let night = [
            near(1, 1, 0.0),
            near(2, 2, 9.0),
            near(3, 2, 14.0),
            near(4, 3, 400.0),
        ];
        let snapshot = link(&night, &[], &Parameters::default()).parameters;
        let decided = [decision(1, slot(&night[2]), slot(&night[3]), Verdict::Same)];
        let ways = partitions(&night, &decided, &snapshot, 40);
        assert_eq!(ways.len(), 40);
        for way in &ways {
            assert_eq!(way.iter().map(|of| of.slots.len()).sum::<usize>(), 4);
            let held = [slot(&night[2]), slot(&night[3])];
            assert!(
                way.iter()
                    .any(|of| held.iter().all(|slot| of.slots.contains(slot)))
            );
        }
        let people: std::collections::BTreeSet<usize> = ways.iter().map(Vec::len).collect();
        assert!(people.len() > 1, "{people:?}");
        assert_eq!(ways, partitions(&night, &decided, &snapshot, 40));
    }

    #[test]
    fn parts_of_any_kind_are_counted_as_the_total_is() {
        let near = |number: u8, team: u8, east_m: f64| {
            man(
                observation(number, team, 30 * i64::from(team), (east_m, 0.0)),
                "40-54",
                "ro",
            )
        };
        let night = [
            near(1, 1, 0.0),
            near(2, 2, 9.0),
            near(3, 2, 14.0),
            near(4, 3, 400.0),
        ];
        let of = link(&night, &[], &Parameters::default());
        let cells = night.iter().enumerate().map(|(number, of)| {
            // Everybody, then the first two and the last two.
            (slot(of), vec![0, 1 + number / 2])
        });
        let cells = cells.collect();
        let found = counts_by(&night, &[], &of.parameters, (&cells, 3));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        let whole = of.distinct(crate::slot::Unit::Street);
        close(found[0].estimate, whole.estimate);
        close(found[0].low, whole.low);
        close(found[0].high, whole.high);
        close(found[1].estimate + found[2].estimate, whole.estimate);
        // Four people filed, at most; nobody of the second part is sure to be two.
        assert!(found[1].high <= 2.0 && found[1].low < 2.0, "{found:?}");
        // A slot in no cell is counted in none.
        let none = counts_by(&night, &[], &of.parameters, (&BTreeMap::new(), 1));
        close(none[0].high, 0.0);
    }
}
