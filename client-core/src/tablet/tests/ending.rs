use super::platform::Platform;
use super::stories::on_a_round;
use crate::tablet::{Destruction, Event, Phase, PlatformReport};

const DAY_MS: i64 = 24 * 3_600_000;

/// A tablet that saved three observations without network, and is never brought to one.
fn left_in_a_drawer() -> (
    std::rc::Rc<std::cell::RefCell<super::server::Server>>,
    Platform,
) {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    for men in 1..=3 {
        tablet.count(men);
    }
    (server, tablet)
}

fn is_ended(tablet: &Platform) -> bool {
    let cause = Destruction::Ended;
    tablet.view().phase == Phase::Destroyed { cause }
}

fn warns(tablet: &Platform) -> bool {
    let checks = tablet.view().checks;
    checks.iter().any(|check| check.code == "campaign-ends")
}

#[test]
fn after_the_campaign_what_can_be_read_goes_and_what_is_sealed_still_leaves() {
    let (server, mut tablet) = left_in_a_drawer();
    for (days, warned) in [(20, false), (5, true), (4, true)] {
        tablet.now += days * DAY_MS;
        tablet.kill_and_start();
        tablet.unlock();
        tablet.send(Event::Checked(PlatformReport::default()));
        assert_eq!(
            (warns(&tablet), is_ended(&tablet)),
            (warned, false),
            "{days}"
        );
        assert_ne!(tablet.message(), "campaign-over");
    }
    // Over: said at the first start, done at one of a later day.
    tablet.now += 3 * DAY_MS;
    for _ in 0..2 {
        tablet.kill_and_start();
        tablet.unlock();
        assert_eq!(tablet.message(), "campaign-over");
        assert!(!is_ended(&tablet));
    }
    tablet.now += DAY_MS;
    tablet.kill_and_start();
    assert!(is_ended(&tablet));
    let left: Vec<&str> = tablet.files.keys().map(String::as_str).collect();
    assert_eq!(
        left,
        ["device", "outbox"],
        "no key, no plan, no place, no round"
    );
    assert_eq!(tablet.view().outbox.unsent, 3);
    tablet.kill_and_start();
    assert!(is_ended(&tablet));
    tablet.go_online();
    assert_eq!(server.borrow().observations(), 3);
}

#[test]
fn a_clock_years_ahead_destroys_nothing_and_unsent_work_outlives_even_one_that_stays_so() {
    let (server, mut tablet) = left_in_a_drawer();
    let right = tablet.now;
    tablet.now += 2_000 * DAY_MS;
    tablet.kill_and_start();
    assert!(!is_ended(&tablet), "said, not done");
    tablet.now = right + 60_000;
    tablet.kill_and_start();
    tablet.unlock();
    assert_ne!(tablet.message(), "campaign-over", "taken back");
    assert!(tablet.files.keys().any(|name| name.starts_with("round-")));
    // Wrong again: said again first.
    tablet.now += 2_000 * DAY_MS;
    tablet.kill_and_start();
    assert!(!is_ended(&tablet));
    tablet.now += 2 * DAY_MS;
    tablet.kill_and_start();
    assert!(is_ended(&tablet));
    tablet.go_online();
    assert_eq!(
        server.borrow().observations(),
        3,
        "sealed work leaves all the same"
    );
}

#[test]
fn a_tablet_that_knows_of_no_end_or_meets_the_server_in_time_keeps_what_it_holds() {
    let (_, mut tablet) = left_in_a_drawer();
    // Negative control of the first test: the same drawer, a plan without an end.
    let text = String::from_utf8(tablet.files["device"].clone()).unwrap();
    let known = format!("\"last_night\":\"{}\"", super::server::NIGHT);
    assert!(text.contains(&known));
    let without = text.replace(&known, "\"last_night\":null");
    tablet.files.insert("device".into(), without.into_bytes());
    for _ in 0..3 {
        tablet.now += 400 * DAY_MS;
        tablet.kill_and_start();
        tablet.unlock();
        assert!(tablet.view().round.is_some() && !is_ended(&tablet));
    }
}
