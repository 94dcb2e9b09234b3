//! The server's log is put back from an older copy: found out, named, and nothing is lost.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationId};
use maraude_core::tablet::{Custody, Event};
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use std::collections::BTreeSet;

fn record(tablet: &mut SimulatedTablet, men: i64) {
    let place = AnswerValue::Choice("doorway".to_owned());
    let answers = [
        ("n_men", Answer::Known(AnswerValue::Integer(men))),
        ("sleeping_place", Answer::Known(place)),
    ];
    tablet.fill(FormKind::Count, None, None, &answers).unwrap();
    tablet.send_everything().unwrap();
}

/// Exchanges until the tablet has told and offered everything.
fn offer_all(tablets: &mut [&mut SimulatedTablet]) {
    for _ in 0..4 {
        for tablet in tablets.iter_mut() {
            tablet.send(Event::SendNow);
            tablet.send_everything().unwrap();
        }
    }
}

fn on_disk(server: &RealServer) -> BTreeSet<ObservationId> {
    let round = server.round_on_disk().unwrap();
    round.observations.iter().map(|seen| seen.id).collect()
}

#[test]
fn an_older_copy_of_the_log_is_found_out_and_nothing_is_lost() {
    let mut server = RealServer::prepare(3, None).unwrap();
    server.start().unwrap();
    let mut one = server.tablet(1).unwrap();
    let mut other = server.tablet(2).unwrap();
    let mut locked = server.tablet(3).unwrap();
    record(&mut one, 1);
    record(&mut other, 2);
    server.kill().unwrap();
    server.copy_log("older").unwrap();
    server.start().unwrap();
    // Each has seen the other's entries: what comes later rests on them.
    for men in 3..9 {
        record(&mut one, men);
        record(&mut other, 10 + men);
        record(&mut locked, 20 + men);
    }
    offer_all(&mut [&mut one, &mut other, &mut locked]);
    locked.send(Event::Lock);
    server.kill().unwrap();
    let saved = on_disk(&server);
    assert_eq!(saved.len(), 20);

    server.put_log_back("older").unwrap();
    assert_eq!(on_disk(&server).len(), 2, "the copy is an older one");
    server.start().unwrap();
    // The locked tablet comes first, and tells; what it holds needs its PIN.
    locked.send(Event::SendNow);
    offer_all(&mut [&mut one, &mut other]);
    locked.unlock();
    offer_all(&mut [&mut locked, &mut one, &mut other]);
    let listed = server.command(&["campaign", "list", "--json"]).unwrap();
    assert!(listed.contains("went_back_at"), "{listed}");
    let kept_aside = server.command(&["quarantine", "list", "--json"]).unwrap();
    server.kill().unwrap();
    assert_eq!(on_disk(&server), saved);
    assert_eq!(kept_aside.trim(), "[]", "what waited was let in");
    for tablet in [&one, &other, &locked] {
        let entries = tablet.entries();
        assert!(entries.len() >= 6);
        let arrived = |custody| matches!(custody, Custody::OnServer | Custody::Read);
        assert!(entries.iter().all(|entry| arrived(entry.custody)));
    }
}

/// Without what tablets give back, nobody would have known: the same epoch, the same answers.
#[test]
fn a_copy_made_at_the_end_is_no_restoration() {
    let mut server = RealServer::prepare(1, None).unwrap();
    server.start().unwrap();
    let mut one = server.tablet(1).unwrap();
    record(&mut one, 1);
    server.kill().unwrap();
    server.copy_log("same").unwrap();
    server.put_log_back("same").unwrap();
    server.start().unwrap();
    record(&mut one, 2);
    let listed = server.command(&["campaign", "list", "--json"]).unwrap();
    assert!(!listed.contains("went_back_at"), "{listed}");
    server.kill().unwrap();
    assert_eq!(on_disk(&server).len(), 2);
}
