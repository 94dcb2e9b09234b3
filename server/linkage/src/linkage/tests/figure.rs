//! What is told of a run: the figure and its parts, what was compared, thresholds, frozen parameters.

use super::*;

#[test]
fn what_was_compared_is_told_by_rule_and_weight() {
    let mut first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let mut again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    for side in [&mut first, &mut again] {
        side.pseudonym = Answer::Known("k7".to_owned());
    }
    let found = run(&[first, again], &[]);
    assert_eq!(found.compared.pairs, 1);
    let rules: Vec<_> = found.compared.by_rule.into_iter().collect();
    assert_eq!(
        rules,
        [(BlockingRule::Near, 1), (BlockingRule::Pseudonym, 1)]
    );
    assert_eq!(found.compared.by_bits.values().sum::<u32>(), 1);
    assert_eq!(found.training, Training::Learnt);
}

#[test]
fn frozen_parameters_are_used_as_they_stand() {
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let taught = run(&[first.clone(), again.clone()], &[]);
    let frozen = link(&[first, again], &[], &taught.parameters);
    assert_eq!(frozen.training, Training::Given);
    assert_eq!(frozen.parameters, taught.parameters);
    assert_eq!(
        (frozen.pairs, frozen.clusters),
        (taught.pairs, taught.clusters)
    );
}

#[test]
fn doubtful_people_and_other_subjects_stay_out_of_the_street_figure() {
    let street = observation(1, 1, 0, (0.0, 0.0));
    let mut doubtful = observation(2, 1, 10, (900.0, 0.0));
    doubtful.in_figure = false;
    let mut squat = observation(3, 1, 20, (1_800.0, 0.0));
    squat.unit = Unit::Squat;
    let mut site = observation(4, 1, 30, (2_700.0, 0.0));
    site.kind = ObservationKind::Site;
    site.people = 40;
    let found = run(&[street, doubtful, squat, site], &[]);
    assert_eq!(found.distinct(Unit::Street).estimate, 1.0);
    assert_eq!(found.distinct(Unit::Squat).estimate, 1.0);
    assert_eq!(found.clusters.len(), 3);
}

#[test]
fn a_man_met_in_two_sectors_counts_half_in_each() {
    let mut first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let mut again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let mut alone = man(observation(3, 2, 90, (600.0, 0.0)), "25-34", "fr");
    for (of, sector) in [(&mut first, "S1"), (&mut again, "S2"), (&mut alone, "S2")] {
        of.belongs.sector = Some(sector.to_owned());
    }
    let same = decision(1, slot(&first), slot(&again), Verdict::Same);
    let found = run(&[first, again, alone], &[same]);
    let counts: Vec<f64> = found.parts.iter().map(|p| p.count.estimate).collect();
    assert_eq!(counts, [0.5, 1.5], "{:?}", found.parts);
}

#[test]
fn a_lower_threshold_joins_more_and_the_one_in_force_gives_the_figure() {
    let mut all = Vec::new();
    for couple in 0..6_u8 {
        let east = f64::from(couple) * 400.0;
        let apart = f64::from(couple) * 12.0;
        all.push(man(
            observation(couple * 2 + 1, 1, i64::from(couple), (east, 0.0)),
            "40-54",
            "ro",
        ));
        all.push(man(
            observation(couple * 2 + 2, 2, 60, (east + apart, 0.0)),
            "40-54",
            "ro",
        ));
    }
    let found = run(&all, &[]);
    let in_force = Parameters::default().held_same_probability;
    let rows = at_thresholds(&all, &[], &found.parameters, &[0.05, in_force, 0.95, 1.0]);
    assert!(
        rows.windows(2).all(|two| two[0].street <= two[1].street),
        "{rows:?}"
    );
    assert!(rows[0].joined > rows[3].joined, "{rows:?}");
    assert_eq!(rows[1].street as usize, found.clusters.len());
    assert_eq!((rows[3].joined, rows[3].street), (0, 12));
    assert!(
        rows.iter()
            .all(|row| row.expected_recall <= 1.0 && row.expected_precision <= 1.0)
    );
}

#[test]
fn contradictory_decisions_are_reported() {
    let a = observation(1, 1, 0, (0.0, 0.0));
    let b = observation(2, 2, 40, (5.0, 0.0));
    let c = observation(3, 3, 80, (8.0, 0.0));
    let decisions = [
        decision(1, slot(&a), slot(&b), Verdict::Same),
        decision(2, slot(&b), slot(&c), Verdict::Same),
        decision(3, slot(&a), slot(&c), Verdict::Different),
    ];
    let found = run(&[a.clone(), b.clone(), c.clone()], &decisions);
    assert_eq!(found.contradictions.len(), 1);
    assert!(!together(&found, slot(&a), slot(&c)));
    assert!(together(&found, slot(&a), slot(&b)));
}
