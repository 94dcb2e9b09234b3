//! Whatever the night: order, symmetry, undoing, decisions honoured, parts that add up.

use super::*;
use proptest::prelude::*;

/// A crowded small night: what proptest draws observations from.
fn anyone() -> impl Strategy<Value = Vec<LinkageObservation>> {
    let one = (
        1_u8..5,
        0_i64..180,
        0_u32..150,
        0_u32..150,
        0_u8..6,
        0_u8..8,
        1_u32..4,
    );
    prop::collection::vec(one, 2..14).prop_map(|drawn| {
        drawn
            .into_iter()
            .enumerate()
            .map(|(index, (team, minute, east, north, age, kind, size))| {
                let place = (f64::from(east), f64::from(north));
                let made = observation(index as u8 + 1, team, minute, place);
                let ages = ["18-24", "25-34", "25-39", "40-54", "55-69", "70+"];
                match kind {
                    0 => refusal(made),
                    1 => group(made, size, 1),
                    2 => LinkageObservation {
                        place: None,
                        ..man(made, ages[age as usize], "fr")
                    },
                    _ => man(
                        made,
                        ages[age as usize],
                        if age % 2 == 0 { "fr" } else { "ro" },
                    ),
                }
            })
            .collect()
    })
}

pub(crate) fn some_decisions(
    of: &[LinkageObservation],
    drawn: &[(usize, usize, u8)],
) -> Vec<Decision> {
    drawn
        .iter()
        .enumerate()
        .filter_map(|(index, &(a, b, verdict))| {
            let (a, b) = (&of[a % of.len()], &of[b % of.len()]);
            let verdict =
                [Verdict::Same, Verdict::Different, Verdict::Unsure][verdict as usize % 3];
            (a.id != b.id).then(|| decision(index as u8 + 1, slot(a), slot(b), verdict))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_arrival_changes_nothing(
        all in anyone(),
        drawn in prop::collection::vec((0_usize..20, 0_usize..20, 0_u8..3), 0..6),
        turn in 0_usize..13,
    ) {
        let decisions = some_decisions(&all, &drawn);
        let mut turned = all.clone();
        turned.rotate_left(turn % all.len());
        turned.reverse();
        let mut later = decisions.clone();
        later.reverse();
        prop_assert_eq!(run(&all, &decisions), run(&turned, &later));
    }

    #[test]
    fn parts_add_up_to_their_total(
        all in anyone(),
        drawn in prop::collection::vec((0_usize..20, 0_usize..20, 0_u8..3), 0..6),
        parts in prop::collection::vec((0_u8..4, 0_u8..3), 14),
    ) {
        let decisions = some_decisions(&all, &drawn);
        let mut all = all;
        for (of, (sector, situation)) in all.iter_mut().zip(parts) {
            of.belongs.sector = (sector > 0).then(|| format!("S{sector}"));
            of.belongs.situation = Some(format!("p{situation}"));
            of.unit = if situation == 2 { Unit::Squat } else { Unit::Street };
        }
        let found = run(&all, &decisions);
        for unit in [Unit::Street, Unit::Squat] {
            let total = found.distinct(unit).estimate;
            for dimension in [Dimension::Sector, Dimension::Situation] {
                if !all.iter().any(|of| of.belongs.of(dimension).is_some()) {
                    continue;
                }
                let of = |part: &&PartCount| (part.unit, part.dimension) == (unit, dimension);
                let sum: f64 = found.parts.iter().filter(of).map(|p| p.count.estimate).sum();
                prop_assert!((sum - total).abs() < 1e-6, "{sum} {total}");
            }
            prop_assert!(found.parts.iter().all(|p| p.dimension != Dimension::Commune));
        }
    }

    #[test]
    fn a_pair_is_symmetric(all in anyone(), told in (any::<bool>(), any::<bool>())) {
        // Swapping the two identifiers swaps the sides and changes no weight: not even that of what
        // only the later side is asked.
        let (mut a, mut b) = (all[0].clone(), all[1].clone());
        a.already_surveyed = Answer::Known(told.0);
        b.already_surveyed = Answer::Known(told.1);
        let weight = |of: &Linkage| of.pairs.first().map(|p| (p.match_weight * 1e6).round());
        let swapped = (LinkageObservation { id: b.id, ..a.clone() }, LinkageObservation { id: a.id, ..b.clone() });
        if a.observed_at != b.observed_at {
            prop_assert_eq!(weight(&run(&[a, b], &[])), weight(&run(&[swapped.0, swapped.1], &[])));
        }
    }

    #[test]
    fn a_decision_then_its_undoing_restores_everything(
        all in anyone(),
        drawn in prop::collection::vec((0_usize..20, 0_usize..20, 0_u8..3), 1..6),
    ) {
        let before = run(&all, &[]);
        let mut decisions = some_decisions(&all, &drawn);
        for decision in &mut decisions {
            decision.undone_at = Some(decision.decided_at + 1);
        }
        prop_assert_eq!(before, run(&all, &decisions));
    }

    #[test]
    fn decisions_are_always_honoured_or_reported(
        all in anyone(),
        drawn in prop::collection::vec((0_usize..20, 0_usize..20, 0_u8..3), 0..10),
    ) {
        let decisions = some_decisions(&all, &drawn);
        let found = run(&all, &decisions);
        for decision in &decisions {
            if found.contradictions.iter().any(|c| c.decision == decision.id) {
                continue;
            }
            let one = together(&found, decision.one, decision.other);
            match decision.verdict {
                Verdict::Same => prop_assert!(one),
                Verdict::Different => prop_assert!(!one),
                Verdict::Unsure => {}
            }
        }
        let slots: usize = found.clusters.iter().map(|c| c.slots.len()).sum();
        let distinct: std::collections::BTreeSet<_> = found.clusters.iter().flat_map(|c| &c.slots).collect();
        prop_assert_eq!(slots, distinct.len());
        for cluster in &found.clusters {
            let observations: std::collections::BTreeSet<_> = cluster.slots.iter().map(|s| s.observation).collect();
            prop_assert_eq!(observations.len(), cluster.slots.len());
        }
    }
}
