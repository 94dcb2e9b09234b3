//! Promises of the whole run, on small invented nights.

use super::*;
use crate::comparison::Field;
use crate::slot::{Dimension, Gender, Place};
use crate::thresholds::at_thresholds;
use maraude_core::model::{
    AccountId, Answer, Contact, Coordinates, DecisionId, DeviceId, LocalGroupId, Night,
    ObservationId, ObservationKind, TeamId,
};
use proptest::prelude::*;

const NIGHT: &str = "2026-01-22";
const TEN_PM_MS: i64 = 1_769_115_600_000;

pub(crate) fn observation(
    number: u8,
    team: u8,
    minute: i64,
    (east_m, north_m): (f64, f64),
) -> LinkageObservation {
    let night: Night = NIGHT.parse().unwrap();
    let mut made = LinkageObservation::individual(
        ObservationId::from_random([number; 16]),
        night,
        (
            TeamId::from_random([team; 16]),
            DeviceId::from_random([team; 16]),
        ),
        TEN_PM_MS + minute * 60_000,
    );
    made.place = Some(Place {
        coordinates: Coordinates {
            longitude: 3.87 + east_m / 80_510.0,
            latitude: 43.61 + north_m / 111_195.0,
        },
        accuracy_m: Some(10.0),
    });
    made.contact = Contact::Answered;
    made
}

pub(crate) fn man(mut of: LinkageObservation, age: &str, language: &str) -> LinkageObservation {
    of.gender = Answer::Known(Gender::Man);
    of.age = Answer::Known(age.parse().unwrap());
    of.language = Answer::Known(language.to_owned());
    of
}

pub(crate) fn refusal(mut of: LinkageObservation) -> LinkageObservation {
    of.contact = Contact::Refused;
    for answer in [
        &mut of.language,
        &mut of.marks,
        &mut of.pseudonym,
        &mut of.shelter,
    ] {
        *answer = Answer::Refused;
    }
    of.gender = Answer::Refused;
    of.age = Answer::Refused;
    of
}

pub(crate) fn group(mut of: LinkageObservation, men: u32, women: u32) -> LinkageObservation {
    of.kind = ObservationKind::Group;
    of.people = men + women;
    of.men = Answer::Known(men);
    of.women = Answer::Known(women);
    of
}

pub(crate) fn slot(of: &LinkageObservation) -> SlotRef {
    SlotRef {
        observation: of.id,
        slot: 0,
    }
}

pub(crate) fn decision(number: u8, one: SlotRef, other: SlotRef, verdict: Verdict) -> Decision {
    Decision {
        id: DecisionId::from_random([number; 16]),
        one: one.min(other),
        other: one.max(other),
        verdict,
        reason: None,
        author: AccountId::from_random([1; 16]),
        decided_at: TEN_PM_MS + i64::from(number),
        undone_at: None,
    }
}

fn run(observations: &[LinkageObservation], decisions: &[Decision]) -> Linkage {
    link(observations, decisions, &Parameters::default())
}

pub(crate) fn together(of: &Linkage, one: SlotRef, other: SlotRef) -> bool {
    of.clusters
        .iter()
        .any(|cluster| cluster.slots.contains(&one) && cluster.slots.contains(&other))
}

#[test]
fn the_same_man_met_by_two_teams_becomes_one_proposal() {
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let far = man(observation(3, 2, 90, (600.0, 0.0)), "25-34", "fr");
    let found = run(&[first.clone(), again.clone(), far], &[]);
    let shown: Vec<_> = found
        .pairs
        .iter()
        .filter(|p| p.verdict != PairVerdict::Distinct)
        .collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!((shown[0].one, shown[0].other), (slot(&first), slot(&again)));
    assert!(together(&found, slot(&first), slot(&again)));
    let steps = &shown[0].explanation.steps;
    assert_eq!(steps[0].field, Field::Prior);
    assert!((steps.last().unwrap().sum - shown[0].match_weight).abs() < 0.01);
    assert_eq!(shown[0].explanation.rules, [BlockingRule::Near]);
    assert!(found.distinct(Unit::Street).estimate < 2.2);
}

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
fn members_of_group_rows_who_look_alike_stand_for_each_other() {
    let ours = group(observation(1, 1, 0, (0.0, 0.0)), 3, 0);
    let theirs = group(observation(2, 2, 40, (3.0, 3.0)), 3, 0);
    let alike = run(&[ours.clone(), theirs.clone()], &[]);
    let least = alike.pairs.iter().map(|pair| pair.match_probability);
    assert!(least.fold(1.0, f64::min) > 0.34, "{:?}", alike.pairs);
}

#[test]
fn members_filed_one_by_one_go_to_those_they_fit() {
    let mut members = Vec::new();
    for (team, minute) in [(1, 0), (2, 40)] {
        for (place, (age, language)) in [("18-24", "fr"), ("40-54", "ro"), ("65-120", "ti")]
            .into_iter()
            .enumerate()
        {
            let number = team * 10 + place as u8;
            let made = observation(number, team, minute, (f64::from(team), 0.0));
            let mut made = man(made, age, language);
            made.local_group = Some(LocalGroupId::from_random([team; 16]));
            members.push(made);
        }
    }
    let apart = run(&members, &[]);
    let slot_of = |number: u8| slot(&observation(number, 1, 0, (0.0, 0.0)));
    for place in 0..3 {
        assert!(
            together(&apart, slot_of(10 + place), slot_of(20 + place)),
            "{:?}",
            apart.pairs
        );
    }
}

#[test]
fn two_men_in_one_doorway_stay_two() {
    let one = man(observation(1, 1, 0, (0.0, 0.0)), "25-34", "fr");
    let beside = man(observation(2, 1, 1, (1.0, 0.0)), "25-34", "fr");
    let found = run(&[one.clone(), beside.clone()], &[]);
    assert!(!together(&found, slot(&one), slot(&beside)));
    assert!(found.distinct(Unit::Street).estimate > 1.8);
    // Even when another team meets both again, each keeps to itself.
    let again = man(observation(3, 2, 40, (2.0, 1.0)), "25-34", "fr");
    let beside_again = man(observation(4, 2, 41, (1.0, 2.0)), "25-34", "fr");
    let found = run(&[one.clone(), beside.clone(), again, beside_again], &[]);
    assert!(!together(&found, slot(&one), slot(&beside)));
    assert!(found.clusters.len() >= 2);
}

#[test]
fn two_members_of_one_group_are_never_compared() {
    let mut one = man(observation(1, 1, 0, (0.0, 0.0)), "25-34", "fr");
    let mut other = man(observation(2, 1, 30, (0.0, 0.0)), "25-34", "fr");
    for member in [&mut one, &mut other] {
        member.local_group = Some(LocalGroupId::from_random([9; 16]));
    }
    let found = run(
        &[one, other, group(observation(3, 1, 0, (0.0, 0.0)), 2, 1)],
        &[],
    );
    let same = |p: &&ScoredPair| p.one.observation == p.other.observation;
    assert_eq!(found.pairs.iter().filter(same).count(), 0);
    let members = [
        ObservationId::from_random([1; 16]),
        ObservationId::from_random([2; 16]),
    ];
    let barred = |p: &&ScoredPair| {
        members.contains(&p.one.observation) && members.contains(&p.other.observation)
    };
    assert_eq!(found.pairs.iter().filter(barred).count(), 0);
}

#[test]
fn a_refusal_is_counted_but_never_linked_on_absent_answers() {
    let known = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let declined = refusal(observation(2, 2, 30, (3.0, 0.0)));
    let found = run(&[known.clone(), declined.clone()], &[]);
    assert!(!together(&found, slot(&known), slot(&declined)));
    let pair = &found.pairs[0];
    assert_ne!(pair.verdict, PairVerdict::Auto);
    let fields: Vec<Field> = pair
        .explanation
        .steps
        .iter()
        .map(|step| step.field)
        .collect();
    assert_eq!(
        fields,
        [Field::Prior, Field::Distance],
        "absent answers add nothing"
    );
    assert_eq!(found.clusters.len(), 2);
}

#[test]
fn seen_asleep_then_interviewed_by_the_same_team_is_proposed_not_linked() {
    let mut asleep = observation(1, 1, 0, (0.0, 0.0));
    asleep.contact = Contact::Asleep;
    asleep.gender = Answer::Known(Gender::Man);
    let met = man(observation(2, 1, 45, (4.0, 0.0)), "40-54", "fr");
    let found = run(&[asleep.clone(), met.clone()], &[]);
    assert_eq!(
        found.pairs[0].verdict,
        PairVerdict::Review,
        "{:?}",
        found.pairs
    );
    assert!(!together(&found, slot(&asleep), slot(&met)));
    let same = decision(1, slot(&asleep), slot(&met), Verdict::Same);
    assert!(together(
        &run(&[asleep.clone(), met.clone()], &[same]),
        slot(&asleep),
        slot(&met)
    ));
}

#[test]
fn nobody_walks_faster_than_a_walk() {
    let mut one = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let mut other = man(observation(2, 2, 5, (2_500.0, 0.0)), "40-54", "ro");
    for side in [&mut one, &mut other] {
        side.pseudonym = Answer::Known("k7".to_owned());
    }
    assert!(run(&[one.clone(), other.clone()], &[]).pairs.is_empty());
    other.observed_at += 60 * 60_000;
    assert_eq!(run(&[one, other], &[]).pairs.len(), 1);
}

#[test]
fn two_groups_link_member_by_member() {
    let ours = group(observation(1, 1, 0, (0.0, 0.0)), 2, 1);
    let theirs = group(observation(2, 2, 40, (5.0, 5.0)), 2, 1);
    let found = run(&[ours.clone(), theirs.clone()], &[]);
    assert_eq!(found.pairs.len(), 3);
    assert!(found.pairs.iter().all(|pair| pair.size == 3));
    assert_eq!(found.clusters.len(), 3, "{:?}", found.pairs);
    assert!(found.distinct(Unit::Street).estimate < 3.8);
    // One decision goes for all three, either way.
    let same = decision(1, slot(&ours), slot(&theirs), Verdict::Same);
    assert_eq!(
        run(&[ours.clone(), theirs.clone()], &[same])
            .distinct(Unit::Street)
            .high,
        3.0
    );
    let different = decision(1, slot(&ours), slot(&theirs), Verdict::Different);
    assert_eq!(
        run(&[ours, theirs], &[different])
            .distinct(Unit::Street)
            .low,
        6.0
    );
}

#[test]
fn people_of_a_group_met_one_by_one_go_to_slots_of_their_own() {
    let row = group(observation(1, 1, 0, (0.0, 0.0)), 2, 0);
    let first = man(observation(2, 2, 40, (4.0, 0.0)), "25-34", "fr");
    let second = man(observation(3, 2, 42, (0.0, 4.0)), "40-54", "ar");
    let found = run(&[row, first.clone(), second.clone()], &[]);
    let slots: std::collections::BTreeSet<u16> = found
        .pairs
        .iter()
        .filter(|pair| pair.one.observation != pair.other.observation)
        .filter(|pair| {
            [first.id, second.id].contains(&pair.other.observation)
                != [first.id, second.id].contains(&pair.one.observation)
        })
        .map(|pair| {
            if [first.id, second.id].contains(&pair.one.observation) {
                pair.other.slot
            } else {
                pair.one.slot
            }
        })
        .collect();
    assert_eq!(slots.len(), 2, "{:?}", found.pairs);
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
    fn a_pair_is_symmetric(all in anyone()) {
        // Swapping the two identifiers swaps the sides and changes no weight.
        let (a, b) = (all[0].clone(), all[1].clone());
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
