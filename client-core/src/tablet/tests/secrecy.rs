use super::platform::Platform;
use super::server::Server;
use crate::form::FormKind;
use crate::model::{AnswerValue, Coverage};
use crate::sync::WipeReason;
use crate::tablet::{Destruction, Event, Phase};
use std::cell::RefCell;
use std::rc::Rc;

fn night() -> (Rc<RefCell<Server>>, Platform) {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut tablet = Platform::ready(&server, 0);
    tablet.set_out();
    tablet.go_offline();
    for men in 1..=6 {
        tablet.count(men);
    }
    (server, tablet)
}

#[test]
fn ten_wrong_pins_destroy_the_vault_and_lose_nothing_that_was_saved() {
    let (server, mut tablet) = night();
    tablet.send(Event::Lock);
    let mut tries = 0;
    while !matches!(tablet.view().phase, Phase::Destroyed { .. }) {
        tablet.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms: None,
        });
        tries += 1;
        if let Phase::Locked { next_try_at, .. } = tablet.view().phase {
            tablet.now = next_try_at.unwrap_or(tablet.now);
        }
        assert!(tries <= 10);
    }
    assert_eq!(tries, 10);
    let left: Vec<&str> = tablet.files.keys().map(String::as_str).collect();
    assert_eq!(left, ["device", "outbox"]);
    tablet.kill_and_start();
    let cause = Destruction::WrongPins;
    assert_eq!(tablet.view().phase, Phase::Destroyed { cause });
    assert_eq!(tablet.view().outbox.unsent, 6);
    tablet.go_online();
    assert_eq!(server.borrow().observations(), 6);
    assert_eq!(tablet.view().outbox.unsent, 0);
}

#[test]
fn a_wrong_pin_is_counted_before_it_is_answered() {
    let (_, mut tablet) = night();
    tablet.send(Event::Lock);
    for expected in [9, 8] {
        // The process dies right after the count reached the disk.
        tablet.dies_after = Some(1);
        tablet.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms: None,
        });
        tablet.kill_and_start();
        let Phase::Locked { tries_left, .. } = tablet.view().phase else {
            panic!("locked");
        };
        assert_eq!(tries_left, expected);
    }
    tablet.disk_full = true;
    tablet.unlock();
    assert_eq!(
        tablet.message(),
        "not-stored",
        "a try that cannot be counted is not made"
    );
    tablet.disk_full = false;
    tablet.unlock();
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    tablet.send(Event::Lock);
    let Phase::Locked { tries_left, .. } = tablet.view().phase else {
        panic!("locked");
    };
    assert_eq!(tries_left, 10, "the right PIN forgives the wrong ones");
}

#[test]
fn no_try_is_made_before_its_time() {
    let (_, mut tablet) = night();
    tablet.send(Event::Lock);
    for _ in 0..5 {
        tablet.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms: None,
        });
    }
    tablet.unlock();
    assert_eq!(tablet.message(), "wait-before-pin");
    tablet.now += 61_000;
    tablet.unlock();
    assert_eq!(tablet.view().phase, Phase::Unlocked);
}

#[test]
fn no_answer_place_or_key_is_readable_in_the_files() {
    let (_, mut tablet) = night();
    tablet.open(FormKind::Count);
    tablet.answer("n_men", AnswerValue::Integer(1));
    tablet.choose("sleeping_place", "hospital");
    tablet.answer("marks", AnswerValue::Text("MARQUEUR-VISIBLE".into()));
    tablet.answer("note", AnswerValue::Text("MARQUEUR-NOTE".into()));
    tablet.send(Event::TypePlace {
        text: "MARQUEUR-LIEU".into(),
    });
    let check = |tablet: &Platform| {
        for (name, bytes) in &tablet.files {
            for marker in [
                "MARQUEUR",
                "hospital",
                "doorway",
                "sleeping_place",
                "Les Quais",
            ] {
                let found = bytes
                    .windows(marker.len())
                    .any(|part| part == marker.as_bytes());
                assert!(!found, "{marker} in {name}");
            }
        }
    };
    check(&tablet);
    tablet.send(Event::SaveForm);
    check(&tablet);
    let device = String::from_utf8(tablet.files["device"].clone()).unwrap();
    assert!(
        device.contains("\"unsealed_signing\":null"),
        "the signing key is in the vault"
    );
    // Negative control: the markers would be found if they were there.
    tablet
        .files
        .insert("control".into(), b"..MARQUEUR..".to_vec());
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&tablet))).is_err());
}

#[test]
fn a_destroyed_tablet_may_enrol_anew_and_still_hands_in_the_old_work() {
    let (server, mut tablet) = night();
    tablet.send(Event::Lock);
    for _ in 0..10 {
        tablet.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms: None,
        });
        tablet.now += 4_000_000;
    }
    let cause = Destruction::WrongPins;
    assert_eq!(tablet.view().phase, Phase::Destroyed { cause });
    tablet.online = true;
    tablet.send(Event::Enrol {
        code: super::server::CODES[1].into(),
    });
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
    tablet.go_online();
    tablet.wait_ms(600_000);
    assert_eq!(server.borrow().observations(), 6);
}

#[test]
fn a_purged_campaign_s_tablet_destroys_everything_locked_or_not_wherever_it_dies() {
    for locked in [false, true] {
        for dies_after in [None, Some(1), Some(2), Some(4)] {
            let (server, mut tablet) = night();
            server.borrow_mut().told.orders = Some(WipeReason::Purged);
            if locked {
                tablet.send(Event::Lock);
            }
            tablet.online = true;
            tablet.dies_after = dies_after;
            tablet.send(Event::Network { online: true });
            if dies_after.is_some() {
                tablet.kill_and_start();
            } else {
                assert_eq!(tablet.message(), "campaign-purged");
            }
            assert_eq!(tablet.view().phase, Phase::Fresh, "{locked} {dies_after:?}");
            let left: Vec<&str> = tablet.files.keys().map(String::as_str).collect();
            assert_eq!(left, ["device"], "{locked} {dies_after:?}");
            assert_eq!(server.borrow().observations(), 0, "nothing was taken in");
            server.borrow_mut().told.orders = None;
            tablet.send(Event::Enrol {
                code: super::server::CODES[1].into(),
            });
            assert_eq!(tablet.view().phase, Phase::ChoosePin, "it serves again");
        }
    }
}

#[test]
fn a_revoked_tablet_destroys_its_vault_and_hands_in_what_it_holds() {
    let (server, mut tablet) = night();
    server.borrow_mut().revoked = true;
    server.borrow_mut().told.orders = Some(WipeReason::Revoked);
    tablet.go_online();
    assert_eq!(tablet.message(), "tablet-revoked");
    let cause = Destruction::Revoked;
    assert_eq!(tablet.view().phase, Phase::Destroyed { cause });
    assert_eq!(server.borrow().observations(), 6);
    let left: Vec<&str> = tablet.files.keys().map(String::as_str).collect();
    assert_eq!(left, ["device", "outbox"]);
}

#[test]
fn a_tablet_with_nothing_to_send_asks_whether_it_was_revoked() {
    let server = Rc::new(RefCell::new(Server::new()));
    for locked in [false, true] {
        let mut tablet = Platform::ready(&server, usize::from(locked));
        server.borrow_mut().revoked = true;
        server.borrow_mut().told.orders = Some(WipeReason::Revoked);
        tablet.kill_and_start();
        if !locked {
            tablet.unlock();
        }
        tablet.send(Event::Network { online: true });
        let cause = Destruction::Revoked;
        assert_eq!(
            tablet.view().phase,
            Phase::Destroyed { cause },
            "locked: {locked}"
        );
        server.borrow_mut().revoked = false;
        server.borrow_mut().told.orders = None;
    }
}

#[test]
fn an_order_the_server_did_not_sign_destroys_nothing() {
    for reason in [WipeReason::Purged, WipeReason::Revoked] {
        let (server, mut tablet) = night();
        server.borrow_mut().forges = true;
        server.borrow_mut().told.orders = Some(reason);
        tablet.go_online();
        assert_eq!(tablet.view().phase, Phase::Unlocked);
        assert!(tablet.files.len() > 2);
        assert_eq!(tablet.view().outbox.unsent, 6);
    }
}

#[test]
fn a_shredded_round_opens_with_no_pin_even_where_its_file_was_copied_before() {
    const MARKER: &str = "MARQUEUR-LIEU";
    let (server, mut tablet) = night();
    tablet.open(FormKind::Count);
    tablet.answer("n_men", AnswerValue::Integer(1));
    tablet.choose("sleeping_place", "doorway");
    tablet.send(Event::TypePlace {
        text: MARKER.into(),
    });
    tablet.send(Event::SaveForm);
    tablet.go_online();
    let copied = tablet.files.clone();
    let back = |tablet: &mut Platform, all: bool| {
        for (name, bytes) in &copied {
            if all || name.starts_with("round-") {
                tablet.files.insert(name.clone(), bytes.clone());
            }
        }
        tablet.kill_and_start();
        tablet.unlock_offline();
        serde_json::to_string(&tablet.view()).unwrap()
    };
    tablet.send(Event::CloseRound {
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: false,
    });
    server.borrow_mut().safe = true;
    tablet.send(Event::SendNow);
    tablet.wait_ms(16 * 60_000);
    let rounds = |tablet: &Platform| tablet.files.keys().any(|name| name.starts_with("round-"));
    assert!(!rounds(&tablet));
    let seen = back(&mut tablet, false);
    assert!(!seen.contains(MARKER) && tablet.view().round.is_none());
    // Control: with the keys of then, the same file opens.
    let seen = back(&mut tablet, true);
    assert!(seen.contains(MARKER) && tablet.view().round.is_some());
}
