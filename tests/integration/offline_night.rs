//! A night without network, a power cut in the middle, a bad network afterwards: everything that
//! was shown as saved arrives, once.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, Coverage, ObservationId, WithdrawalReason};
use maraude_core::tablet::{Custody, Event};
use maraude_tests::population::{Fix, Metres};
use maraude_tests::tablet::{Loss, SimulatedTablet};
use maraude_tests::world::{TEN_PM, World};
use std::collections::BTreeSet;

const ENTRIES: i64 = 25;
const MINUTE_MS: i64 = 60_000;

fn record(tablet: &mut SimulatedTablet, number: i64) -> ObservationId {
    let at = Metres {
        east: -700.0 + 50.0 * number as f64,
        north: 20.0 * number as f64,
    };
    let fix = (number % 5 != 0).then(|| Fix {
        at: at.degrees(),
        accuracy_m: 9.0,
    });
    let choice = |code: &str| Answer::Known(AnswerValue::Choice(code.to_owned()));
    let one = Answer::Known(AnswerValue::Integer(1 + number % 4));
    let (form, answers) = match number % 3 {
        0 => (
            FormKind::NoContact,
            vec![
                ("reason", choice("asleep")),
                ("sleeping_place", choice("doorway")),
                ("people_at_least", one),
            ],
        ),
        1 => (
            FormKind::Count,
            vec![("n_men", one), ("sleeping_place", choice("square"))],
        ),
        _ => (
            FormKind::Interview,
            vec![
                ("consent", choice("yes")),
                ("sleeping_place", choice("street")),
                ("household", choice("alone")),
                ("gender", choice("f")),
                ("age_band", choice("25-39")),
            ],
        ),
    };
    tablet.fill(form, None, fix, &answers).unwrap()
}

#[test]
fn a_night_offline_a_power_cut_and_a_bad_network_lose_nothing() {
    let mut world = World::new().unwrap();
    let mut tablet = world.tablet(0).unwrap();
    tablet.go_offline();
    let plan = &world.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    let mut saved = BTreeSet::new();
    for number in 0..ENTRIES {
        tablet.until(TEN_PM + (number + 1) * 6 * MINUTE_MS);
        let id = record(&mut tablet, number);
        assert!(saved.insert(id), "each save is a new observation");
        if number == 12 {
            tablet.kill_and_start();
            tablet.unlock();
            let found: BTreeSet<_> = tablet.entries().iter().map(|entry| entry.id).collect();
            assert_eq!(found, saved, "what was saved is there after the power cut");
        }
    }
    let first = *saved.first().unwrap();
    tablet.send(Event::Withdraw {
        observation: first,
        reason: WithdrawalReason::Mistake,
    });
    tablet.close_round(Coverage::Full, false).unwrap();
    let entries = tablet.entries();
    assert!(
        entries
            .iter()
            .all(|entry| entry.custody == Custody::OnTablet)
    );

    // Locked, over a network that loses most of everything, with a server that restarts.
    tablet.send(Event::Lock);
    tablet.loss = Loss {
        requests: 0.6,
        answers: 0.6,
    };
    world.catch_up_with(&tablet);
    world.restart().unwrap();
    tablet.base.clone_from(&world.base);
    tablet.go_online();
    tablet.send_everything().unwrap();
    assert!(tablet.failures > 0, "the network was bad");

    let (round, issues) = world.round(0).unwrap();
    assert_eq!(issues, []);
    let arrived: BTreeSet<_> = round.observations.iter().map(|seen| seen.id).collect();
    assert_eq!(arrived, saved);
    assert_eq!(round.observations.len(), ENTRIES as usize, "nothing twice");
    let withdrawn: Vec<_> = round
        .observations
        .iter()
        .filter(|seen| !seen.stands())
        .collect();
    assert_eq!((withdrawn.len(), withdrawn[0].id), (1, first));
    assert!(round.is_closed());

    tablet.loss = Loss::default();
    tablet.unlock();
    tablet.send_everything().unwrap();
    let view = tablet.view();
    assert_eq!(view.outbox.unsent, 0);
    assert!(
        view.outbox
            .receipts
            .iter()
            .any(|receipt| receipt.acknowledged > 0)
    );
}

#[test]
fn a_tablet_whose_clock_jumped_gets_through_without_storming_the_server() {
    let mut world = World::new().unwrap();
    let mut tablet = world.tablet(0).unwrap();
    let plan = &world.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    tablet.go_offline();
    record(&mut tablet, 1);
    // Somebody sets the tablet three hours ahead; the server knows nothing of it.
    tablet.until(TEN_PM + 180 * MINUTE_MS);
    let before = tablet.requests;
    tablet.go_online();
    tablet.send_everything().unwrap();
    assert!(
        tablet.requests - before <= 10,
        "{}",
        tablet.requests - before
    );
    assert_eq!(world.round(0).unwrap().0.observations.len(), 1);
}
