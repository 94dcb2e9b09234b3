//! Sampled partitions by name: ways the slots may be parted into people, for whatever is counted from them.
//!
//! It must never tell one of them as the truth. The estimates of the part not seen are counted over
//! all.

use crate::cluster::Cluster;
use crate::count::Sampling;
use crate::linkage::{clusters, with_run};
use crate::parameters::Parameters;
use crate::slot::LinkageObservation;
use maraude_core::model::Decision;

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
        let sampling = Sampling {
            slots: run.slots,
            parties: run.around.parties,
            links: run.links,
            outings: run.around.outings,
            different: &run.constraints.different,
            same: &run.constraints.same,
        };
        let drawn = sampling.partitions(&start, number).into_iter();
        drawn.map(|ways| clusters(run.slots, ways)).collect()
    })
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
}
