//! Groups: members go one to one, and are never one another.

use super::*;
use crate::slot::Household;

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

/// Two people filed from one place by one team, so many seconds apart, and the same two by another
/// as a group.
fn filed_without_a_group(
    apart_m: f64,
    seconds: i64,
    change: impl Fn(&mut LinkageObservation),
) -> Linkage {
    let two = [(1, "25-34", "fr"), (2, "40-54", "ar")].map(|(number, age, language)| {
        let (east_m, later) = if number == 2 {
            (apart_m, seconds)
        } else {
            (0.0, 0)
        };
        let mut of = man(observation(number, 1, 1, (east_m, 0.0)), age, language);
        of.observed_at += later * 1_000;
        change(&mut of);
        of
    });
    let row = group(observation(3, 2, 40, (4.0, 0.0)), 2, 0);
    run(&[two[0].clone(), two[1].clone(), row], &[])
}

fn with(household: Household) -> impl Fn(&mut LinkageObservation) {
    move |of| of.household = Answer::Known(household)
}

fn as_a_group(of: &Linkage) -> bool {
    of.pairs.iter().any(|pair| pair.size == 2)
}

#[test]
fn rows_of_one_household_and_one_fix_are_seen_together() {
    let check = |apart_m, seconds, household| {
        as_a_group(&filed_without_a_group(apart_m, seconds, with(household)))
    };
    assert!(check(0.0, 0, Household::Couple));
    // Whatever the clock shows: no second is the border of a spell.
    for seconds in [1, 59, 60, 61, 100, 120] {
        assert!(check(0.0, seconds, Household::Couple), "{seconds} s later");
    }
    // A step aside, a long pause, or people who say they are alone, are no group.
    assert!(!check(1.0, 0, Household::Couple));
    assert!(!check(0.0, 121, Household::Couple));
    assert!(!check(0.0, 0, Household::Alone));
    // A number told says it too.
    let told = |of: &mut LinkageObservation| of.seen_together = Answer::Known(2);
    assert!(as_a_group(&filed_without_a_group(0.0, 30, told)));
}

#[test]
fn strangers_filed_quickly_from_one_fix_are_no_household() {
    // A tablet takes a fix again for some seconds: two sleepers of one doorway, nothing told.
    assert!(!as_a_group(&filed_without_a_group(0.0, 15, |of| {
        of.contact = Contact::Asleep;
    })));
    // One told of a partner, the other told nothing: not two of one household.
    assert!(!as_a_group(&filed_without_a_group(0.0, 15, |of| {
        if of.id == ObservationId::from_random([1; 16]) {
            of.household = Answer::Known(Household::Couple);
        }
    })));
}

#[test]
fn two_couples_side_by_side_are_two_parties() {
    let couple = |number: u8, seconds: i64| {
        let mut of = man(observation(number, 1, 0, (0.0, 0.0)), "25-34", "fr");
        of.observed_at += seconds * 1_000;
        of.household = Answer::Known(Household::Couple);
        of
    };
    let rows = [couple(1, 0), couple(2, 10), couple(3, 20), couple(4, 30)];
    let keys = crate::party::party_keys(&rows.iter().collect::<Vec<_>>());
    assert!(keys[0].is_some() && keys[0] == keys[1] && keys[2] == keys[3]);
    assert_ne!(keys[1], keys[2]);
}

#[test]
fn of_slots_that_look_alike_the_first_is_whom_the_row_describes() {
    let mut row = group(observation(9, 2, 40, (4.0, 0.0)), 2, 0);
    row.marks = Answer::Known("béquille bleue".to_owned());
    for marked in [0, 1] {
        let mut members = [1, 2].map(|number| observation(number, 1, 0, (0.0, 0.0)));
        for member in &mut members {
            member.local_group = Some(LocalGroupId::from_random([1; 16]));
            member.marks = Answer::Known("valise rouge".to_owned());
            member.gender = Answer::Known(Gender::Man);
        }
        members[marked].marks = Answer::Known("béquille bleue".to_owned());
        let whom = slot(&members[marked]);
        let found = run(&[members[0].clone(), members[1].clone(), row.clone()], &[]);
        let pair = found
            .pairs
            .iter()
            .find(|pair| [pair.one, pair.other].contains(&whom));
        let pair = pair.unwrap();
        assert_eq!(pair.one.slot.max(pair.other.slot), 0, "{:?}", found.pairs);
    }
}
