use super::platform::Platform;
use super::server::Server;
use crate::model::AnswerValue;
use crate::tablet::{Event, Phase};
use std::cell::RefCell;
use std::rc::Rc;

/// Every saved entry holds another number of people, so that none can stand for another.
const ENTRIES: i64 = 25;

/// Sets out and records until it dies; what it showed as saved, with the number of storage
/// operations done by then.
fn night(tablet: &mut Platform) -> Vec<(usize, Vec<u32>)> {
    let mut shown = vec![(0, Vec::new())];
    tablet.set_out();
    for men in 1..=ENTRIES {
        if tablet.is_dead() {
            break;
        }
        tablet.count(men);
        if men == 9 && !tablet.is_dead() {
            // One is corrected: 8 becomes 107, which no other entry holds.
            let id = tablet.view().round.unwrap().entries[1].id;
            tablet.send(Event::EditObservation { observation: id });
            tablet.answer("n_women", AnswerValue::Integer(99));
            tablet.send(Event::SaveForm);
        }
        if !tablet.is_dead() {
            let done = tablet.deaths.as_ref().map_or(0, Vec::len);
            shown.push((done, tablet.shown_as_saved()));
        }
    }
    shown
}

#[test]
fn killed_at_every_storage_operation_nothing_shown_as_saved_is_lost() {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut tablet = Platform::ready(&server, 0);
    tablet.go_offline();
    tablet.deaths = Some(Vec::new());
    let shown = night(&mut tablet);
    assert_eq!(shown.last().unwrap().1.len(), ENTRIES as usize);
    let deaths = tablet.deaths.take().unwrap();
    assert!(deaths.len() > 100, "{}", deaths.len());
    for (at, left) in deaths.into_iter().enumerate() {
        let (_, shown) = shown.iter().rev().find(|(done, _)| *done <= at).unwrap();
        tablet.files = left;
        tablet.kill_and_start();
        tablet.unlock();
        assert_eq!(tablet.view().phase, Phase::Unlocked, "killed at {at}");
        let found = tablet.shown_as_saved();
        for heads in shown {
            // A correction that reached the disk without being said to be saved may be there.
            let there = found.contains(heads) || found.contains(&(heads + 99));
            assert!(there, "killed at {at}: {heads} is lost: {found:?}");
        }
        assert!(found.len() <= shown.len() + 1, "killed at {at}: {found:?}");
        // What was found goes on.
        if tablet.view().round.is_some() {
            tablet.send(Event::DiscardForm);
            tablet.count(98);
            assert_eq!(tablet.message(), "saved", "killed at {at}");
        }
    }
}

#[test]
fn after_a_kill_everything_found_reaches_the_server() {
    for dies_after in [5, 17, 40, 41, 42, 43] {
        let server = Rc::new(RefCell::new(Server::new()));
        let mut tablet = Platform::ready(&server, 0);
        tablet.go_offline();
        tablet.dies_after = Some(dies_after);
        let shown = night(&mut tablet);
        tablet.kill_and_start();
        tablet.unlock();
        let found = tablet.shown_as_saved();
        tablet.go_online();
        assert_eq!(tablet.view().outbox.unsent, 0, "{dies_after}");
        assert_eq!(server.borrow().observations(), found.len(), "{dies_after}");
        assert!(found.len() >= shown.last().unwrap().1.len());
    }
}

#[test]
fn more_than_two_hundred_changes_are_rewritten_and_read_back() {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut tablet = Platform::ready(&server, 0);
    tablet.set_out();
    for n in 0..210 {
        tablet.count(n % 9 + 1);
    }
    let log = tablet
        .files
        .iter()
        .find(|(name, _)| name.starts_with("round-"));
    assert!(log.unwrap().1.len() < 60_000, "{}", log.unwrap().1.len());
    tablet.kill_and_start();
    tablet.unlock();
    assert_eq!(tablet.shown_as_saved().len(), 210);
    assert_eq!(server.borrow().observations(), 210);
}
