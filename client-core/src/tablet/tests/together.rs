use super::platform::Platform;
use super::server::Server;
use crate::model::{Answer, AnswerValue};
use crate::tablet::{ConflictValue, ConflictView, Custody, Event};
use std::cell::RefCell;
use std::rc::Rc;

/// Two tablets of one team on one round, offline, sharing one entry.
fn two_with_one_entry() -> (Rc<RefCell<Server>>, Platform, Platform) {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut one = Platform::ready(&server, 0);
    let mut other = Platform::ready(&server, 1);
    one.go_offline();
    other.go_offline();
    one.set_out();
    other.set_out();
    one.count(2);
    one.go_online();
    other.go_online();
    assert_eq!(
        server.borrow().rounds().len(),
        1,
        "they meet in one document"
    );
    assert_eq!(other.view().round.unwrap().entries.len(), 1);
    one.go_offline();
    other.go_offline();
    (server, one, other)
}

fn edit(tablet: &mut Platform, question: &str, number: i64) {
    let id = tablet.view().round.unwrap().entries[0].id;
    tablet.send(Event::EditObservation { observation: id });
    tablet.answer(question, AnswerValue::Integer(number));
    tablet.send(Event::SaveForm);
}

fn meet(one: &mut Platform, other: &mut Platform) {
    one.go_online();
    other.go_online();
    one.send(Event::SendNow);
}

#[test]
fn two_tablets_that_start_offline_meet_in_one_round() {
    let (server, mut one, mut other) = two_with_one_entry();
    one.count(1);
    other.count(4);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        let round = tablet.view().round.unwrap();
        assert_eq!(round.totals.street_at_least, 7);
        assert!(
            round
                .entries
                .iter()
                .all(|entry| entry.custody == Custody::OnServer)
        );
    }
    assert_eq!(server.borrow().rounds()[0].departures.len(), 2);
}

#[test]
fn edits_of_different_fields_both_survive() {
    let (_, mut one, mut other) = two_with_one_entry();
    edit(&mut one, "n_dogs", 1);
    edit(&mut other, "n_tents", 2);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        let entry = tablet.view().round.unwrap().entries.remove(0);
        assert_eq!(entry.facts.len(), 4, "men, place, dogs, tents");
        assert!(entry.conflicts.is_empty());
    }
}

#[test]
fn edits_of_one_field_show_both_values() {
    let (_, mut one, mut other) = two_with_one_entry();
    edit(&mut one, "n_dogs", 1);
    edit(&mut other, "n_dogs", 3);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        let entry = tablet.view().round.unwrap().entries.remove(0);
        assert_eq!(entry.conflicts.len(), 1);
        let conflict = &entry.conflicts[0];
        assert!(conflict.label.is_some(), "the question's own words");
        assert_eq!(numbers(conflict), [1, 3]);
    }
}

fn numbers(conflict: &ConflictView) -> Vec<i64> {
    let number = |value: &ConflictValue| match value.answer {
        Some(Answer::Known(AnswerValue::Integer(number))) => number,
        _ => panic!("a number"),
    };
    let mut numbers: Vec<i64> = conflict.values.iter().map(number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn a_conflict_is_settled_on_either_value_and_on_both_tablets() {
    for wanted in [2, 5] {
        let (_, mut one, mut other) = two_with_one_entry();
        edit(&mut one, "n_men", 2 + 3);
        edit(&mut other, "n_men", 1);
        edit(&mut other, "n_men", 2);
        edit(&mut other, "n_men", 7);
        edit(&mut other, "n_men", 2);
        edit(&mut other, "n_dogs", 1);
        meet(&mut one, &mut other);
        let entry = one.view().round.unwrap().entries.remove(0);
        assert_eq!(entry.conflicts.len(), 1, "heads follow from the answer");
        let conflict = &entry.conflicts[0];
        assert_eq!(numbers(conflict), [2, 5]);
        let is_wanted = |value: &ConflictValue| {
            value.answer == Some(Answer::Known(AnswerValue::Integer(wanted)))
        };
        let choice = conflict.values.iter().position(is_wanted).unwrap();
        one.send(Event::Settle {
            observation: entry.id,
            field: conflict.field.clone(),
            choice: choice as u32,
        });
        meet(&mut one, &mut other);
        other.send(Event::SendNow);
        for tablet in [&one, &other] {
            let entry = tablet.view().round.unwrap().entries.remove(0);
            assert!(entry.conflicts.is_empty());
            assert_eq!(i64::from(entry.heads.at_least()), wanted);
        }
    }
}

#[test]
fn two_counters_edited_apart_are_counted_together() {
    let (_, mut one, mut other) = two_with_one_entry();
    edit(&mut one, "n_women", 1);
    edit(&mut other, "n_minors", 1);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        let round = tablet.view().round.unwrap();
        assert_eq!(
            round.entries[0].heads.at_least(),
            4,
            "2 men, 1 woman, 1 minor"
        );
        assert!(round.entries[0].conflicts.is_empty());
        assert_eq!(round.totals.street_at_least, 4);
    }
}

#[test]
fn an_edit_open_while_a_colleague_writes_keeps_the_colleagues_work() {
    let (_, mut one, mut other) = two_with_one_entry();
    let id = one.view().round.unwrap().entries[0].id;
    one.send(Event::EditObservation { observation: id });
    edit(&mut other, "n_dogs", 2);
    other.go_online();
    one.go_online();
    one.answer("n_tents", AnswerValue::Integer(1));
    one.send(Event::SaveForm);
    let entry = one.view().round.unwrap().entries.remove(0);
    assert_eq!(entry.facts.len(), 4);
    assert!(entry.conflicts.is_empty());
}

fn walk(tablet: &mut Platform, streets: &[&str], walked: bool) {
    let streets = streets.iter().map(|key| (*key).to_owned()).collect();
    tablet.send(Event::WalkStreets { streets, walked });
}

fn walked(tablet: &Platform) -> Vec<String> {
    tablet.view().round.unwrap().walked
}

#[test]
fn streets_ticked_on_two_tablets_are_the_teams_and_either_may_take_one_back() {
    let (server, mut one, mut other) = two_with_one_entry();
    walk(&mut one, &["rue_longue", "place_ronde"], true);
    walk(&mut other, &["rue_longue", "quai_bas"], true);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        assert_eq!(walked(tablet), ["place_ronde", "quai_bas", "rue_longue"]);
    }
    one.go_offline();
    other.go_offline();
    walk(&mut other, &["rue_longue"], false);
    meet(&mut one, &mut other);
    for tablet in [&one, &other] {
        assert_eq!(walked(tablet), ["place_ronde", "quai_bas"]);
    }
    assert_eq!(
        server.borrow().rounds()[0].walked(),
        ["place_ronde", "quai_bas"]
    );
}
