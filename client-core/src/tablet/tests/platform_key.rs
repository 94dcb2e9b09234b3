use super::platform::{PIN, Platform};
use super::server::{CODES, Server};
use super::stories::on_a_round;
use crate::tablet::encoding::to_base64;
use crate::tablet::event::GivenKey;
use crate::tablet::{Event, Phase};
use std::cell::RefCell;
use std::rc::Rc;

const NEW_PIN: &str = "864213";

/// What the platform's key gives.
fn key(secret: u8) -> Event {
    Event::PlatformKey {
        key: Some(GivenKey {
            name: "credential".to_owned(),
            secret: to_base64(&[secret; 32]),
        }),
    }
}

fn choose(tablet: &mut Platform, pin: &str) {
    tablet.send(Event::ChoosePin {
        pin: pin.into(),
        cost: None,
    });
}

fn opens(tablet: &mut Platform, given: Option<u8>, pin: &str) -> bool {
    if let Some(secret) = given {
        tablet.send(key(secret));
    }
    tablet.send(Event::Unlock {
        pin: pin.into(),
        awake_ms: None,
    });
    tablet.view().phase == Phase::Unlocked
}

fn tries_left(tablet: &Platform) -> u8 {
    match tablet.view().phase {
        Phase::Locked { tries_left, .. } => tries_left,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vault_made_with_the_platform_s_key_opens_with_key_and_pin_only() {
    let server = Rc::new(RefCell::new(Server::new()));
    let mut tablet = Platform::new(&server, 1);
    let code = format!("https://example.org/#enrol={}", CODES[0]);
    tablet.send(Event::Enrol { code });
    tablet.send(key(7));
    choose(&mut tablet, PIN);
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    assert_eq!(tablet.view().platform_key.as_deref(), Some("credential"));
    // A copy of the disk, with the PIN.
    tablet.kill_and_start();
    assert_eq!(tablet.view().platform_key.as_deref(), Some("credential"));
    let left = tries_left(&tablet);
    assert!(!opens(&mut tablet, None, PIN));
    assert_eq!(tablet.message(), "platform-key-needed");
    assert_eq!(tries_left(&tablet), left, "nothing was tried");
    assert!(!opens(&mut tablet, Some(8), PIN), "another tablet's key");
    assert_eq!(tries_left(&tablet), left - 1);
    assert!(!opens(&mut tablet, Some(7), NEW_PIN));
    assert!(!opens(&mut tablet, None, PIN), "what was given served once");
    assert!(opens(&mut tablet, Some(7), PIN), "control");
    assert!(tablet.view().plan.is_some());
}

#[test]
fn an_open_vault_is_put_behind_the_platform_s_key_and_behind_the_pin_alone_again() {
    let (_server, mut tablet) = on_a_round();
    tablet.count(1);
    assert_eq!(tablet.view().platform_key, None);
    let without = tablet.files["vault"].clone();
    tablet.send(key(7));
    assert_eq!(tablet.message(), "platform-key-on");
    tablet.count(2);
    tablet.send(Event::Lock);
    assert!(!opens(&mut tablet, None, PIN));
    assert!(opens(&mut tablet, Some(7), PIN));
    assert_eq!(tablet.shown_as_saved(), [1, 2]);
    tablet.send(Event::PlatformKey { key: None });
    assert_eq!(tablet.message(), "platform-key-off");
    assert_eq!(tablet.view().platform_key, None);
    tablet.kill_and_start();
    assert!(opens(&mut tablet, None, PIN));
    assert_eq!(tablet.shown_as_saved(), [1, 2]);
    assert_ne!(tablet.files["vault"], without, "under another vault key");
    let odd = GivenKey {
        name: "x".to_owned(),
        secret: "AAAA".to_owned(),
    };
    tablet.send(Event::PlatformKey { key: Some(odd) });
    assert_eq!(tablet.message(), "platform-key-needed", "no 32 bytes");
    assert_eq!(tablet.view().platform_key, None);
}

#[test]
fn where_the_platform_s_key_is_gone_the_outbox_leaves_and_the_coordination_lets_in() {
    let (server, mut tablet) = on_a_round();
    tablet.send(key(7));
    tablet.go_offline();
    for men in 1..=3 {
        tablet.count(men);
    }
    tablet.send(Event::Lock);
    tablet.go_online();
    tablet.wait_ms(60_000);
    assert_eq!(server.borrow().observations(), 3, "sent while locked");
    assert!(!opens(&mut tablet, None, PIN));
    server.borrow_mut().told.allows_reset = true;
    tablet.send(Event::ForgotPin);
    tablet.wait_ms(20_000);
    assert_eq!(tablet.view().phase, Phase::NewPin);
    choose(&mut tablet, NEW_PIN);
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    assert_eq!(tablet.shown_as_saved(), [1, 2, 3]);
    assert_eq!(tablet.view().platform_key, None, "until it is added again");
    tablet.send(Event::Lock);
    assert!(opens(&mut tablet, None, NEW_PIN));
}
