//! A change from the server ends the core: it is found, set aside, and the round goes on.

use super::platform::Platform;
use super::server::Server;
use crate::document::{Document, DocumentKind};
use crate::gate::{Admission, GateLimits, admit_from_server};
use crate::tablet::{Event, PlatformReport};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Somebody writes this in a note, and the core dies of it.
const DEADLY: &str = "DEADLY-NOTE";

/// A gate with a bug, which lets others in first.
fn deadly(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    limits: &GateLimits,
) -> Admission {
    let admission = admit_from_server(document, kind, changes, limits);
    let marked = |bytes: &Vec<u8>| bytes.windows(DEADLY.len()).any(|w| w == DEADLY.as_bytes());
    assert!(!changes.iter().any(marked), "on purpose");
    admission
}

/// What a browser does: the core is gone with the panic, its last words are written, and a new one
/// starts, which asks for the PIN. True when it died.
fn send(tablet: &mut Platform, words_are_written: bool, event: Event) -> bool {
    let words = tablet.tablet.as_ref().unwrap().last_words();
    if catch_unwind(AssertUnwindSafe(|| tablet.send(event))).is_ok() {
        assert!(words.operations().is_empty(), "nothing is left in hand");
        return false;
    }
    tablet.tablet = None;
    if words_are_written {
        tablet.write(words.operations());
    }
    tablet.start();
    true
}

fn with_the_bug(tablet: &mut Platform) {
    tablet.tablet.as_mut().unwrap().gate = deadly;
}

/// How often a tablet dies before it takes in what its colleague wrote.
fn deaths(words_are_written: bool) -> (usize, Rc<RefCell<Server>>, Platform) {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut one = Platform::ready(&server, 0);
    let mut other = Platform::ready(&server, 1);
    one.set_out();
    other.set_out();
    other.go_offline();
    one.count(1);
    one.close_with(DEADLY);
    one.count(2);
    one.send(Event::SendNow);
    other.online = true;
    let mut deaths = 0;
    for _ in 0..6 {
        with_the_bug(&mut other);
        if !send(&mut other, words_are_written, Event::SendNow) {
            break;
        }
        deaths += 1;
        with_the_bug(&mut other);
        other.unlock_offline();
    }
    (deaths, server, other)
}

#[test]
fn a_change_that_ends_the_core_ends_it_twice_and_no_more() {
    let (died, server, mut other) = deaths(true);
    assert_eq!(died, 2, "once with its batch, once alone");
    // What came before it is there, and work goes on: nothing saved here was lost.
    assert_eq!(other.view().round.unwrap().entries.len(), 1);
    other.count(5);
    other.send(Event::SendNow);
    assert_eq!(server.borrow().observations(), 3);
    other.send(Event::Checked(PlatformReport::default()));
    let view = other.view();
    let told = |check: &&crate::tablet::Check| check.code == "change-set-aside";
    let told = view.checks.iter().find(told).expect("it is named");
    assert_eq!(told.detail.as_deref(), Some("1"));
    let named = server.borrow().told.set_aside.clone();
    assert_eq!(named.len(), 1, "the coordination is told");
    // It is remembered with the rest, and the next start does not die of it either.
    other.kill_and_start();
    with_the_bug(&mut other);
    other.unlock();
    assert!(!send(&mut other, true, Event::SendNow));
    // Control: without the last words it dies of the same each time.
    assert_eq!(deaths(false).0, 6);
}

#[test]
fn what_is_set_aside_is_sealed_like_everything_else() {
    let (_, _, other) = deaths(true);
    let held = |bytes: &Vec<u8>| bytes.windows(DEADLY.len()).any(|w| w == DEADLY.as_bytes());
    assert!(!other.files.values().any(held));
    // Control: unsealed, the bytes would be found.
    let control = [DEADLY.as_bytes().to_vec()];
    assert!(control.iter().any(held));
}

#[test]
fn what_is_set_aside_outlives_the_rewriting_of_a_long_log() {
    let (_, server, mut other) = deaths(true);
    for men in 0..210 {
        other.count(men);
    }
    other.kill_and_start();
    with_the_bug(&mut other);
    other.unlock();
    assert!(!send(&mut other, true, Event::SendNow));
    assert_eq!(server.borrow().told.set_aside.len(), 1);
}
