//! A forgotten PIN: the tablet asks, a coordinator who compared the words allows, a new PIN opens.

use maraude_core::tablet::{Event, Phase};
use maraude_server::http::contract::{AllowPinReset, PinResetLine};
use maraude_tests::console::Console;
use maraude_tests::tablet::{PIN, SimulatedTablet};
use maraude_tests::world::{COORDINATOR, PASSWORD, World};

fn locked(world: &mut World) -> SimulatedTablet {
    let mut tablet = world.tablet(0).unwrap();
    tablet.send(Event::SendNow);
    tablet.send(Event::Lock);
    assert!(
        tablet.view().reset.unwrap().possible,
        "its share is on the server"
    );
    tablet
}

fn asked(world: &World, console: &Console) -> Vec<PinResetLine> {
    let path = format!("/api/campaigns/{}/pin-resets", world.plan.campaign);
    console.get(&path).unwrap()
}

fn allow(world: &World, console: &Console, line: &PinResetLine) -> Result<(), String> {
    let path = format!(
        "/api/campaigns/{}/devices/{}/reset-pin",
        world.plan.campaign, line.device
    );
    let body = AllowPinReset {
        asks_with: line.asks_with.clone(),
    };
    console
        .order_nothing(&path, &body)
        .map_err(|error| error.to_string())
}

#[test]
fn a_pin_is_reset_for_the_words_that_were_read_and_no_others() {
    let mut world = World::new().unwrap();
    let mut tablet = locked(&mut world);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    assert!(asked(&world, &console).is_empty());
    tablet.send(Event::ForgotPin);
    let first = asked(&world, &console).remove(0);
    let words = tablet.view().reset.unwrap().words.unwrap();
    assert_eq!(
        (first.words_fr.as_str(), first.words_en.as_str()),
        (words.fr.as_str(), words.en.as_str())
    );
    // Asked anew: what was read before is allowed no more.
    tablet.send(Event::RememberedPin);
    tablet.send(Event::ForgotPin);
    let refused = allow(&world, &console, &first).unwrap_err();
    assert!(refused.contains("reset-not-asked"), "{refused}");
    let second = asked(&world, &console).remove(0);
    assert_ne!(second.words_fr, first.words_fr);
    allow(&world, &console, &second).unwrap();
    assert!(world.audited("pin-reset-allowed"));
    tablet.until(tablet.now() + 20_000);
    assert_eq!(tablet.view().phase, Phase::NewPin);
    tablet.send(Event::ChoosePin {
        pin: "864213".into(),
        cost: None,
    });
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    tablet.send(Event::SendNow);
    assert!(
        asked(&world, &console).is_empty(),
        "the new share ends the request"
    );
    tablet.kill_and_start();
    tablet.send(Event::Unlock {
        pin: PIN.into(),
        awake_ms: None,
    });
    assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
    assert!(tablet.view().reset.unwrap().possible);
}

#[test]
fn a_revoked_tablet_gets_nothing_and_an_old_request_is_over() {
    let mut world = World::new().unwrap();
    let mut tablet = locked(&mut world);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    tablet.send(Event::ForgotPin);
    let line = asked(&world, &console).remove(0);
    world.clock.advance(3_700_000);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    assert!(asked(&world, &console).is_empty());
    assert!(
        allow(&world, &console, &line)
            .unwrap_err()
            .contains("reset-not-asked")
    );
    let mut other = locked(&mut world);
    other.send(Event::ForgotPin);
    let line = asked(&world, &console).remove(0);
    world.revoke(line.device.parse().unwrap()).unwrap();
    assert!(
        allow(&world, &console, &line)
            .unwrap_err()
            .contains("not-found")
    );
    other.until(other.now() + 60_000);
    assert_ne!(other.view().phase, Phase::NewPin);
}
