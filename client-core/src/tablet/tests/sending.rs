use super::platform::Platform;
use super::stories::{on_a_round, world};
use crate::document::DocumentName;
use crate::model::{CampaignId, Team, TeamId};
use crate::tablet::{Custody, Event};

#[test]
fn a_locked_tablet_goes_on_sending() {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    tablet.count(3);
    tablet.send(Event::Lock);
    assert!(tablet.view().round.is_none() && tablet.view().plan.is_none());
    tablet.kill_and_start();
    assert_eq!(tablet.view().outbox.unsent, 1);
    tablet.go_online();
    assert_eq!(server.borrow().observations(), 1);
    assert_eq!(tablet.view().outbox.unsent, 0);
}

#[test]
fn the_network_comes_back_without_anybody_saying_so() {
    let (server, mut tablet) = on_a_round();
    tablet.online = false;
    tablet.count(3);
    assert_eq!(
        tablet.view().outbox.last_problem.as_deref(),
        Some("unreachable")
    );
    tablet.wait_ms(60_000);
    tablet.online = true;
    tablet.wait_ms(400_000);
    assert_eq!(server.borrow().observations(), 1);
    assert_eq!(tablet.view().outbox.last_problem, None);
}

#[test]
fn a_restored_server_is_offered_everything_again() {
    let (server, mut tablet) = on_a_round();
    for men in 1..=4 {
        tablet.count(men);
    }
    assert_eq!(server.borrow().observations(), 4);
    server.borrow_mut().restore_from_nothing();
    tablet.send(Event::SendNow);
    assert_eq!(server.borrow().observations(), 4);
    assert_eq!(tablet.view().outbox.unsent, 0);
    assert_eq!(server.borrow().rounds()[0].departures.len(), 1);
}

#[test]
fn a_receipt_the_server_did_not_sign_proves_nothing() {
    let (server, mut tablet) = on_a_round();
    server.borrow_mut().forges = true;
    tablet.count(1);
    let view = tablet.view();
    assert_eq!(view.outbox.unsent, 1);
    assert_eq!(
        view.outbox.last_problem.as_deref(),
        Some("receipt-not-signed")
    );
    assert_eq!(view.round.unwrap().entries[0].custody, Custody::OnTablet);
}

#[test]
fn a_tablet_refused_its_session_still_hands_in_what_it_holds() {
    let (server, mut tablet) = on_a_round();
    server.borrow_mut().revoked = true;
    tablet.kill_and_start();
    tablet.unlock();
    tablet.count(2);
    assert_eq!(server.borrow().observations(), 1);
    assert_eq!(tablet.view().outbox.unsent, 0);
}

#[test]
fn what_does_not_fit_in_one_answer_comes_with_the_next_at_once() {
    let server = world();
    let mut tablet = Platform::ready(&server, 0);
    for number in 0..7_u8 {
        let (name, team) = plan_with_team(number);
        server.borrow_mut().author(name, |w| w.put_team(&team));
    }
    server.borrow_mut().told.changes = Some(2);
    let asked = server.borrow().requests;
    tablet.send(Event::SendNow);
    assert_eq!(tablet.view().plan.unwrap().teams.len(), 8);
    let asked = server.borrow().requests - asked;
    assert!(
        (4..8).contains(&asked),
        "{asked} requests for 7 changes, 2 at a time"
    );
}

fn plan_with_team(number: u8) -> (DocumentName, Team) {
    let campaign = CampaignId::from_random([0xca; 16]);
    let team = Team {
        id: TeamId::from_random([number; 16]),
        code: format!("N{number}"),
        organisation: None,
        professional: false,
    };
    (DocumentName::Plan { campaign }, team)
}

#[test]
fn the_log_s_end_is_given_back_even_after_a_kill() {
    let (server, mut tablet) = on_a_round();
    server.borrow_mut().told.log_end = 9;
    tablet.count(3);
    assert_eq!(tablet.view().outbox.unsent, 0);
    tablet.kill_and_start();
    tablet.unlock();
    tablet.send(Event::SendNow);
    assert_eq!(server.borrow().told.given_back, Some(vec![9; 3]));
}

#[test]
fn what_an_answer_told_without_being_stored_is_not_given_back() {
    let (server, mut tablet) = on_a_round();
    server.borrow_mut().told.log_end = 9;
    tablet.count(3);
    server.borrow_mut().told.rounds_were_heard = true;
    // Answers that say nothing new are not written: a tablet that dies after them has not gone back.
    server.borrow_mut().told.log_end = 10;
    tablet.send(Event::SendNow);
    tablet.send(Event::SendNow);
    assert_eq!(server.borrow().told.given_back, Some(vec![9; 3]));
    // Control: one that says something is.
    tablet.count(2);
    tablet.send(Event::SendNow);
    assert_eq!(server.borrow().told.given_back, Some(vec![10; 3]));
}
