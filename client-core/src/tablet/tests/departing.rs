//! *Avant de partir* names a device that does not suit, and enrolling again forgets nothing unsent.

use super::platform::{PIN, Platform};
use super::server::CODES;
use super::stories::{on_a_round, world};
use crate::form::FormKind;
use crate::model::Coverage;
use crate::sync::WipeReason;
use crate::tablet::{Check, Destruction, Event, Phase, PlatformReport, Tone};

fn checks(tablet: &mut Platform, found: PlatformReport) -> Vec<Check> {
    tablet.send(Event::Checked(found));
    tablet.view().checks
}

fn line(checks: &[Check], code: &str) -> (Tone, Option<String>) {
    let found = checks.iter().find(|check| check.code == code);
    let found = found.unwrap_or_else(|| panic!("no line {code}"));
    (found.tone, found.detail.clone())
}

#[test]
fn an_unsuitable_device_is_named_with_each_reason_and_the_departure_keeps_them() {
    let server = world();
    let mut tablet = Platform::ready(&server, 0);
    let found = PlatformReport {
        storage_backend: "opfs".into(),
        storage_free_bytes: Some(5_000_000_000),
        wake_lock: Some(false),
        ..PlatformReport::default()
    };
    let good = checks(&mut tablet, found.clone());
    assert_eq!(line(&good, "device"), (Tone::Good, None));
    assert_eq!(line(&good, "wake-lock"), (Tone::Notice, None));
    let poor = PlatformReport {
        storage_backend: "indexeddb".into(),
        storage_free_bytes: Some(1_000_000),
        apple_tab: true,
        ..found
    };
    let poor = checks(&mut tablet, poor);
    let reasons = "storage-fallback no-room apple-tab".to_owned();
    assert_eq!(line(&poor, "device"), (Tone::Problem, Some(reasons)));
    tablet.set_out();
    let round = server.borrow().rounds().remove(0);
    let warnings = &round.departures[0].warnings;
    assert!(warnings.contains(&"apple-tab".to_owned()), "{warnings:?}");
    assert!(!warnings.contains(&"device".to_owned()));
}

#[test]
fn a_clock_far_from_the_server_s_is_told_in_minutes() {
    let server = world();
    let mut tablet = Platform::ready(&server, 0);
    tablet.now -= 30 * 60_000;
    tablet.wait_ms(1);
    server.borrow_mut().told.clock_ms = 30 * 60_000;
    tablet.send(Event::SendNow);
    let told = line(&tablet.view().checks, "clock");
    assert_eq!(told, (Tone::Notice, Some("31".into())));
}

#[test]
fn a_closed_round_says_so_whoever_closed_it_and_opens_again() {
    let (server, mut tablet) = on_a_round();
    let mut colleague = Platform::ready(&server, 1);
    colleague.set_out();
    colleague.send(Event::CloseRound {
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: true,
    });
    tablet.send(Event::SendNow);
    let round = tablet.view().round.unwrap();
    assert!(round.closed.is_some() && round.closed_elsewhere);
    tablet.open(FormKind::Count);
    assert!(tablet.view().form.is_none());
    assert_eq!(tablet.message(), "round-is-closed");
    tablet.send(Event::ReopenRound);
    tablet.count(2);
    assert_eq!(tablet.shown_as_saved(), [2]);
    assert!(!colleague.view().round.unwrap().closed_elsewhere);
}

#[test]
fn the_round_at_hand_is_the_same_after_a_lock() {
    let (_, mut tablet) = on_a_round();
    let (team, night) = (super::server::team(), super::server::night());
    tablet.send(Event::StartRound {
        team,
        sector: None,
        night,
    });
    assert!(tablet.view().round.unwrap().sector.is_none());
    let older = tablet.view().rounds.iter().position(|r| r.sector.is_some());
    tablet.send(Event::OpenRound {
        index: older.unwrap() as u32,
    });
    tablet.send(Event::Lock);
    tablet.unlock();
    assert!(tablet.view().round.unwrap().sector.is_some());
}

fn enrol(tablet: &mut Platform, number: usize) {
    tablet.send(Event::Enrol {
        code: CODES[number].into(),
    });
}

fn files(tablet: &Platform) -> Vec<&str> {
    tablet.files.keys().map(String::as_str).collect()
}

#[test]
fn a_tablet_joins_another_campaign_once_all_is_sent_wherever_it_dies() {
    for dies_after in [None, Some(1), Some(2), Some(3), Some(5)] {
        let (server, mut tablet) = on_a_round();
        tablet.go_offline();
        tablet.count(3);
        tablet.online = true;
        enrol(&mut tablet, 1);
        assert_eq!(tablet.message(), "send-first", "{dies_after:?}");
        assert_eq!(tablet.view().phase, Phase::Unlocked);
        tablet.go_online();
        assert_eq!(server.borrow().observations(), 1);
        tablet.open(FormKind::Count);
        enrol(&mut tablet, 1);
        assert_eq!(tablet.message(), "form-first");
        tablet.send(Event::DiscardForm);
        server.borrow_mut().told.other_campaign = true;
        tablet.dies_after = dies_after;
        enrol(&mut tablet, 1);
        if dies_after.is_some() {
            tablet.kill_and_start();
            // Dead before the answer was kept: the code is given again, with the same key.
            server.borrow_mut().told.forgives_codes = true;
            if matches!(tablet.view().phase, Phase::Locked { .. }) {
                tablet.unlock();
                enrol(&mut tablet, 1);
            }
        }
        assert_eq!(tablet.view().phase, Phase::ChoosePin, "{dies_after:?}");
        assert_eq!(files(&tablet), ["device"], "{dies_after:?}");
        let view = tablet.view();
        assert_eq!(view.enrolment.unwrap().campaign_name, "Nuit réelle");
        assert!(view.outbox.receipts.is_empty() && view.rounds.is_empty());
        tablet.send(Event::ChoosePin {
            pin: PIN.into(),
            cost: None,
        });
        assert_eq!(tablet.view().phase, Phase::Unlocked);
        tablet.kill_and_start();
        assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
        tablet.unlock();
        assert_eq!(tablet.view().phase, Phase::Unlocked, "{dies_after:?}");
    }
}

#[test]
fn a_locked_tablet_is_not_enrolled_over_and_a_revoked_one_says_why_it_is_closed() {
    let (server, mut tablet) = on_a_round();
    tablet.send(Event::Lock);
    enrol(&mut tablet, 1);
    assert_eq!(tablet.message(), "unlock-first");
    server.borrow_mut().revoked = true;
    server.borrow_mut().told.orders = Some(WipeReason::Revoked);
    tablet.send(Event::Network { online: true });
    let cause = Destruction::Revoked;
    assert_eq!(tablet.view().phase, Phase::Destroyed { cause });
    server.borrow_mut().told.orders = None;
    server.borrow_mut().revoked = false;
    enrol(&mut tablet, 1);
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
}

#[test]
fn a_tablet_enrolled_again_asks_for_its_plan_at_once() {
    let (server, mut tablet) = on_a_round();
    tablet.send(Event::SendNow);
    server.borrow_mut().revoked = true;
    server.borrow_mut().told.orders = Some(WipeReason::Revoked);
    tablet.send(Event::SendNow);
    server.borrow_mut().told.orders = None;
    server.borrow_mut().revoked = false;
    enrol(&mut tablet, 1);
    tablet.send(Event::ChoosePin {
        pin: PIN.into(),
        cost: None,
    });
    assert_eq!(tablet.view().phase, Phase::Unlocked);
    assert!(tablet.view().plan.is_some());
}

#[test]
fn sealed_work_of_one_campaign_is_never_left_for_the_server_of_another() {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    tablet.count(3);
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
    server.borrow_mut().told.other_campaign = true;
    enrol(&mut tablet, 1);
    assert_eq!(tablet.message(), "send-first");
    assert_eq!(tablet.view().phase, Phase::Destroyed { cause });
    assert_eq!(tablet.view().outbox.unsent, 1);
    tablet.go_online();
    tablet.send(Event::SendNow);
    assert_eq!(server.borrow().observations(), 1);
    server.borrow_mut().told.forgives_codes = true;
    enrol(&mut tablet, 1);
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
}

#[test]
fn a_clock_set_forward_does_not_shorten_the_wait_after_wrong_pins() {
    let (_, mut tablet) = on_a_round();
    tablet.send(Event::Lock);
    let wrong = |tablet: &mut Platform, awake_ms| {
        tablet.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms,
        });
    };
    let left = |tablet: &Platform| match tablet.view().phase {
        Phase::Locked { tries_left, .. } => tries_left,
        phase => panic!("{phase:?}"),
    };
    for _ in 0..6 {
        tablet.now += 10 * 60_000;
        let awake_ms = Some(tablet.now as u64 % 1_000_000_000);
        wrong(&mut tablet, awake_ms);
    }
    assert_eq!(left(&tablet), 4);
    let awake = tablet.now as u64 % 1_000_000_000;
    // Five minutes to wait: the clock is set three hours ahead after one of them.
    tablet.now += 3 * 3_600_000;
    wrong(&mut tablet, Some(awake + 60_000));
    assert_eq!(
        (left(&tablet), tablet.message()),
        (4, "wait-before-pin".into())
    );
    let Phase::Locked { next_try_at, .. } = tablet.view().phase else {
        panic!("locked");
    };
    assert!(next_try_at.is_some_and(|at| at > tablet.now + 3 * 60_000));
    // Started again, the time served so far is not known: a minute, whatever the clock says.
    tablet.kill_and_start();
    wrong(&mut tablet, Some(59_000));
    assert_eq!(left(&tablet), 4);
    wrong(&mut tablet, Some(61_000));
    assert_eq!(left(&tablet), 3);
    // Negative control: by the clock alone the same try would have counted.
    tablet.now += 3 * 3_600_000;
    wrong(&mut tablet, None);
    assert_eq!(left(&tablet), 2);
}

#[test]
fn a_fresh_tablet_of_a_running_team_gets_its_round_in_one_round_trip() {
    let (server, mut first) = on_a_round();
    for men in 1..=3 {
        first.count(men);
    }
    let mut fresh = Platform::ready(&server, 1);
    fresh.send(Event::SendNow);
    let before = server.borrow().requests;
    fresh.set_out();
    assert_eq!(server.borrow().requests, before + 1, "one round trip");
    assert_eq!(fresh.shown_as_saved(), [1, 2, 3]);
}

/// Another tablet's entry, as a tablet with many assignments sees it.
fn seen_of_a_colleague(follow_cap: usize) -> Vec<u32> {
    let server = world();
    server.borrow_mut().assign_many(150);
    server.borrow_mut().told.follow_cap = Some(follow_cap);
    let mut tablet = Platform::ready(&server, 0);
    tablet.set_out();
    let mut colleague = Platform::ready(&server, 1);
    colleague.set_out();
    colleague.count(4);
    tablet.send(Event::SendNow);
    tablet.shown_as_saved()
}

#[test]
fn with_many_assignments_the_round_at_hand_is_followed_before_other_places() {
    assert_eq!(seen_of_a_colleague(crate::sync::FOLLOW_CAP), [4]);
    // Negative control: the server does leave out what comes after its cap.
    assert!(seen_of_a_colleague(1).is_empty());
}

#[test]
fn what_the_server_refuses_waits_behind_newer_work() {
    let (server, mut tablet) = on_a_round();
    let refused = server.borrow().rounds()[0].document;
    server.borrow_mut().told.no_room_for = Some(refused);
    tablet.count(1);
    assert_eq!(tablet.view().outbox.unsent, 1);
    let (team, night) = (super::server::team(), super::server::night());
    tablet.go_offline();
    tablet.send(Event::StartRound {
        team,
        sector: None,
        night,
    });
    for men in 2..=5 {
        tablet.count(men);
    }
    tablet.go_online();
    tablet.wait_ms(600_000);
    let view = tablet.view();
    assert_eq!(view.outbox.unsent, 1, "the refused one alone is left");
    assert_eq!(view.outbox.last_problem.as_deref(), Some("nothing-taken"));
    server.borrow_mut().told.no_room_for = None;
    tablet.wait_ms(1_200_000);
    assert_eq!(tablet.view().outbox.unsent, 0);
    assert_eq!(server.borrow().observations(), 5);
}
