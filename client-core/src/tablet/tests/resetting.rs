use super::platform::{PIN, Platform};
use super::server::Server;
use super::stories::on_a_round;
use crate::sync::reset_words;
use crate::tablet::{Effect, Event, Phase};
use std::cell::RefCell;
use std::rc::Rc;

const NEW_PIN: &str = "864213";

/// Locked, with three observations of which nothing was sent.
fn locked() -> (Rc<RefCell<Server>>, Platform) {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    for men in 1..=3 {
        tablet.count(men);
    }
    tablet.send(Event::Lock);
    (server, tablet)
}

fn choose(tablet: &mut Platform, pin: &str) {
    tablet.send(Event::ChoosePin {
        pin: pin.into(),
        cost: None,
    });
}

fn try_pin(tablet: &mut Platform, pin: &str) -> bool {
    tablet.send(Event::Unlock {
        pin: pin.into(),
        awake_ms: None,
    });
    tablet.view().phase == Phase::Unlocked
}

#[test]
fn a_forgotten_pin_is_reset_by_the_coordination_and_everything_is_still_there() {
    let (server, mut tablet) = locked();
    assert!(tablet.view().reset.unwrap().possible);
    tablet.go_online();
    tablet.send(Event::ForgotPin);
    let asked = tablet.view().reset.unwrap();
    let key = server.borrow().told.asked_with.unwrap();
    let enrolment = tablet.view().enrolment.unwrap();
    let server_key = server.borrow().server_key();
    let expected = reset_words(enrolment.campaign, &server_key, enrolment.device, &key);
    assert_eq!(
        asked.words,
        Some(expected),
        "both screens show the same words"
    );
    tablet.wait_ms(20_000);
    assert!(
        matches!(tablet.view().phase, Phase::Locked { .. }),
        "nobody allowed it"
    );
    server.borrow_mut().told.allows_reset = true;
    tablet.wait_ms(20_000);
    assert_eq!(tablet.view().phase, Phase::NewPin);
    choose(&mut tablet, "111111");
    assert_eq!(tablet.message(), "weak-pin");
    choose(&mut tablet, NEW_PIN);
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    assert_eq!(tablet.shown_as_saved(), [1, 2, 3]);
    assert_eq!(server.borrow().observations(), 3);
    tablet.kill_and_start();
    assert!(!try_pin(&mut tablet, PIN), "the old one is no more");
    assert!(try_pin(&mut tablet, NEW_PIN));
    tablet.count(4);
    // What was given has served: the share is another one now, and a second reset works like the
    // first.
    tablet.send(Event::SendNow);
    tablet.send(Event::Lock);
    tablet.send(Event::ForgotPin);
    tablet.wait_ms(20_000);
    choose(&mut tablet, PIN);
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    assert_eq!(tablet.shown_as_saved(), [1, 2, 3, 4]);
}

#[test]
fn a_tablet_whose_share_never_arrived_says_that_it_cannot_be_reset() {
    let server = Rc::new(RefCell::new(Server::new()));
    server.borrow_mut().told.keeps_no_share = true;
    server.borrow_mut().told.allows_reset = true;
    let mut tablet = Platform::ready(&server, 0);
    tablet.send(Event::Lock);
    assert!(!tablet.view().reset.unwrap().possible);
    tablet.send(Event::ForgotPin);
    tablet.wait_ms(60_000);
    assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
    tablet.unlock();
    assert_eq!(
        tablet.view().phase,
        Phase::Unlocked,
        "the PIN goes on opening it"
    );
    server.borrow_mut().told.keeps_no_share = false;
    tablet.send(Event::SendNow);
    tablet.send(Event::Lock);
    assert!(tablet.view().reset.unwrap().possible);
}

#[test]
fn the_share_of_one_tablet_resets_no_other_and_a_vault_is_not_opened_without_it() {
    let (server, mut tablet) = locked();
    let mut other = Platform::ready(&server, 1);
    other.send(Event::Lock);
    let swap = |server: &mut Server| {
        let mut shares: Vec<_> = server.told.shares.values().cloned().collect();
        shares.reverse();
        for (kept, other) in server.told.shares.values_mut().zip(shares) {
            *kept = other;
        }
        server.told.allows_reset = true;
    };
    swap(&mut server.borrow_mut());
    tablet.go_online();
    tablet.send(Event::ForgotPin);
    tablet.wait_ms(60_000);
    assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
    // Negative control: with its own share it opens.
    swap(&mut server.borrow_mut());
    tablet.wait_ms(60_000);
    assert_eq!(tablet.view().phase, Phase::NewPin);
}

#[test]
fn ten_wrong_pins_destroy_although_a_reset_is_asked_for() {
    let (server, mut tablet) = locked();
    tablet.send(Event::ForgotPin);
    for _ in 0..10 {
        tablet.send(Event::Unlock {
            pin: "135790".into(),
            awake_ms: None,
        });
        tablet.now += 4_000_000;
    }
    assert!(matches!(tablet.view().phase, Phase::Destroyed { .. }));
    server.borrow_mut().told.allows_reset = true;
    tablet.go_online();
    tablet.wait_ms(60_000);
    assert!(matches!(tablet.view().phase, Phase::Destroyed { .. }));
    assert_eq!(
        server.borrow().observations(),
        3,
        "what was saved still leaves"
    );
}

#[test]
fn a_request_ends_after_an_hour_or_when_the_pin_comes_back_to_mind() {
    let (server, mut tablet) = locked();
    tablet.go_online();
    tablet.send(Event::ForgotPin);
    let words = tablet.view().reset.unwrap().words;
    tablet.send(Event::ForgotPin);
    assert_eq!(tablet.view().reset.unwrap().words, words, "asked once");
    tablet.kill_and_start();
    assert_eq!(
        tablet.view().reset.unwrap().words,
        words,
        "kept over a restart"
    );
    tablet.send(Event::RememberedPin);
    assert_eq!(tablet.view().reset.unwrap().words, None);
    tablet.send(Event::ForgotPin);
    assert_ne!(tablet.view().reset.unwrap().words, words, "another key");
    tablet.now += 3_700_000;
    server.borrow_mut().told.allows_reset = true;
    tablet.wait_ms(60_000);
    tablet.send(Event::Tick);
    assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
    assert_eq!(tablet.view().reset.unwrap().words, None);
}

#[test]
fn a_tablet_dies_anywhere_while_its_pin_is_reset_and_opens_with_one_of_the_two() {
    for dies_after in 0..2 {
        let (server, mut tablet) = locked();
        tablet.go_online();
        server.borrow_mut().told.allows_reset = true;
        tablet.send(Event::ForgotPin);
        tablet.wait_ms(20_000);
        assert_eq!(tablet.view().phase, Phase::NewPin);
        tablet.dies_after = Some(dies_after);
        choose(&mut tablet, NEW_PIN);
        tablet.kill_and_start();
        if tablet.view().phase == Phase::NewPin {
            choose(&mut tablet, NEW_PIN);
        }
        let opens = tablet.view().phase == Phase::Unlocked
            || try_pin(&mut tablet, NEW_PIN)
            || try_pin(&mut tablet, PIN);
        assert!(opens, "{dies_after}");
        assert_eq!(tablet.shown_as_saved(), [1, 2, 3]);
    }
}

#[test]
fn asked_twice_before_the_first_is_on_disk_it_is_one_request() {
    let (_, mut tablet) = locked();
    let dispatch = |tablet: &mut Platform, event: Event| {
        let (now, seed) = (tablet.now, tablet.seed());
        let door = tablet.tablet.as_mut().unwrap();
        door.dispatch(event, now, seed)
    };
    let mut effects = dispatch(&mut tablet, Event::ForgotPin);
    effects.extend(dispatch(&mut tablet, Event::ForgotPin));
    let mut written = 0;
    let mut words = None;
    while let Some(effect) = effects.pop() {
        if let Effect::Store { ticket, operations } = effect {
            written += 1;
            tablet.write(operations);
            effects.extend(dispatch(&mut tablet, Event::Stored { ticket }));
            let shown = tablet.view().reset.unwrap().words;
            assert!(words.is_none() || words == shown, "other words on screen");
            words = shown;
        }
    }
    assert!(words.is_some());
    assert_eq!(written, 1);
}
