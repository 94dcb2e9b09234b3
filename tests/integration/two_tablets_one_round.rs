//! Two tablets of one team start the same round offline: one document, nothing lost.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, IssueCode};
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;

fn heads(number: i64) -> (&'static str, Answer<AnswerValue>) {
    ("n_men", Answer::Known(AnswerValue::Integer(number)))
}

fn number(question: &'static str, value: i64) -> (&'static str, Answer<AnswerValue>) {
    (question, Answer::Known(AnswerValue::Integer(value)))
}

fn doorway() -> (&'static str, Answer<AnswerValue>) {
    let code = AnswerValue::Choice("doorway".to_owned());
    ("sleeping_place", Answer::Known(code))
}

fn both_out(world: &mut World) -> (SimulatedTablet, SimulatedTablet) {
    let mut a = world.tablet(0).unwrap();
    let mut b = world.tablet(0).unwrap();
    for tablet in [&mut a, &mut b] {
        tablet.go_offline();
        let plan = &world.plan;
        tablet
            .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
            .unwrap();
    }
    (a, b)
}

fn meet(a: &mut SimulatedTablet, b: &mut SimulatedTablet) {
    for _ in 0..2 {
        for tablet in [&mut *a, &mut *b] {
            tablet.go_online();
            tablet.send_everything().unwrap();
        }
    }
}

#[test]
fn two_tablets_that_start_offline_meet_in_one_document() {
    let mut world = World::new().unwrap();
    let (mut a, mut b) = both_out(&mut world);
    for men in 1..=3 {
        a.fill(FormKind::Count, None, None, &[heads(men), doorway()])
            .unwrap();
        b.fill(FormKind::Count, None, None, &[heads(10 + men), doorway()])
            .unwrap();
    }
    meet(&mut a, &mut b);
    let (round, issues) = world.round(0).unwrap();
    assert_eq!(round.observations.len(), 6);
    assert_eq!(round.departures.len(), 2);
    assert_eq!(issues, []);
    let people = |tablet: &SimulatedTablet| {
        let mut heads: Vec<u32> = tablet
            .entries()
            .iter()
            .map(|e| e.heads.at_least())
            .collect();
        heads.sort_unstable();
        heads
    };
    assert_eq!(people(&a), [1, 2, 3, 11, 12, 13]);
    assert_eq!(people(&a), people(&b));
}

#[test]
fn different_fields_edited_offline_both_survive() {
    let mut world = World::new().unwrap();
    let (mut a, mut b) = both_out(&mut world);
    let seen = a
        .fill(FormKind::Count, None, None, &[heads(2), doorway()])
        .unwrap();
    meet(&mut a, &mut b);
    for tablet in [&mut a, &mut b] {
        tablet.go_offline();
    }
    a.edit(seen, &[number("n_dogs", 1)]).unwrap();
    b.edit(seen, &[number("n_tents", 2)]).unwrap();
    meet(&mut a, &mut b);
    let (round, issues) = world.round(0).unwrap();
    let answers = &round.observations[0].answers;
    assert_eq!(answers["n_dogs"], number("n_dogs", 1).1);
    assert_eq!(answers["n_tents"], number("n_tents", 2).1);
    // Who edited last, and when, is the only field both wrote.
    let fought: Vec<_> = issues
        .iter()
        .filter_map(|issue| issue.field.as_deref())
        .collect();
    assert!(
        fought.iter().all(|field| field.starts_with("edited")),
        "{fought:?}"
    );
    for tablet in [&a, &b] {
        assert_eq!(tablet.entries().len(), 1);
    }
}

#[test]
fn one_field_edited_twice_shows_both_values_on_every_tablet() {
    let mut world = World::new().unwrap();
    let (mut a, mut b) = both_out(&mut world);
    let seen = a
        .fill(FormKind::Count, None, None, &[heads(2), doorway()])
        .unwrap();
    meet(&mut a, &mut b);
    for tablet in [&mut a, &mut b] {
        tablet.go_offline();
    }
    a.edit(seen, &[heads(3)]).unwrap();
    b.edit(seen, &[heads(5)]).unwrap();
    meet(&mut a, &mut b);
    let (_, issues) = world.round(0).unwrap();
    let conflict = issues
        .iter()
        .find(|issue| {
            issue
                .field
                .as_deref()
                .is_some_and(|field| field.ends_with("n_men"))
        })
        .unwrap();
    assert_eq!(conflict.code, IssueCode::Conflict);
    let mut values = conflict.values.clone();
    values.sort();
    assert_eq!(values, ["3", "5"]);
    for tablet in [&a, &b] {
        let entry = &tablet.entries()[0];
        let shown = entry.conflicts.iter().any(|issue| issue.values.len() == 2);
        assert!(shown, "{:?}", entry.conflicts);
    }
    // A third edit, over both, settles it.
    a.edit(seen, &[heads(4)]).unwrap();
    meet(&mut a, &mut b);
    let (round, issues) = world.round(0).unwrap();
    assert_eq!(round.observations[0].heads.at_least(), 4);
    let left: Vec<_> = issues
        .iter()
        .filter_map(|issue| issue.field.as_deref())
        .collect();
    assert!(
        !left.iter().any(|field| field.ends_with("n_men")),
        "{left:?}"
    );
}
