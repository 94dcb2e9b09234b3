//! Clocks off by years, backups put back, tablets copied: named to the coordination, nothing lost.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_core::tablet::{Custody, Event};
use maraude_server::http::contract::Tonight;
use maraude_tests::console::Console;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};

/// Milliseconds of a year.
const YEAR_MS: i64 = 365 * 86_400_000;

fn set_out(world: &World, tablet: &mut SimulatedTablet) {
    let plan = &world.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
}

/// Saves and sends; what was sent before is known to be on the server by then.
fn record(tablet: &mut SimulatedTablet, men: i64) {
    let place = AnswerValue::Choice("doorway".to_owned());
    let answers = [
        ("n_men", Answer::Known(AnswerValue::Integer(men))),
        ("sleeping_place", Answer::Known(place)),
    ];
    tablet.fill(FormKind::Count, None, None, &answers).unwrap();
    tablet.send_everything().unwrap();
    tablet.send(Event::SendNow);
}

fn men(world: &World) -> Vec<u32> {
    let round = world.round(0).unwrap().0;
    let heads = round.observations.iter().map(|seen| seen.heads.at_least());
    let mut men: Vec<u32> = heads.collect();
    men.sort_unstable();
    men
}

fn tonight(world: &World) -> Tonight {
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let path = format!("/api/campaigns/{}/tonight", world.plan.campaign);
    console.get(&path).unwrap()
}

/// What the coordination is told of tablets' clocks and memories.
fn told(world: &World) -> Vec<(String, String)> {
    let about = ["clock-off", "tablet-went-back", "tablet-cloned"];
    let alerts = tonight(world).alerts.into_iter();
    let mut told: Vec<(String, String)> = alerts
        .filter(|alert| about.contains(&alert.code.as_str()))
        .map(|alert| (alert.code, alert.about))
        .collect();
    told.sort();
    told
}

fn pair(code: &str, about: &str) -> (String, String) {
    (code.to_owned(), about.to_owned())
}

#[test]
fn a_clock_off_by_years_is_named_and_its_work_counts_in_its_night() {
    for years in [-6, 5] {
        let mut world = World::new().unwrap();
        let right = world.tablet(0).unwrap();
        let code = world.code(0).unwrap();
        let wrong = world.clock.now() + years * YEAR_MS;
        let mut tablet = SimulatedTablet::enrolled(&world.base, &code, 9, wrong).unwrap();
        set_out(&world, &mut tablet);
        record(&mut tablet, 3);
        let arrived = |custody| matches!(custody, Custody::OnServer | Custody::Read);
        assert!(tablet.entries().iter().all(|entry| arrived(entry.custody)));
        assert_eq!(men(&world), [3]);
        let board = tonight(&world);
        assert_eq!(board.night, Some(world.plan.night));
        assert_eq!(board.figures.street_filed[0], 3);
        assert_eq!(told(&world), [pair("clock-off", "T2")]);
        drop(right);
    }
}

#[test]
fn a_backup_put_back_is_named_and_nothing_is_lost() {
    let mut world = World::new().unwrap();
    let mut tablet = world.tablet(0).unwrap();
    set_out(&world, &mut tablet);
    record(&mut tablet, 1);
    record(&mut tablet, 2);
    let mut restored = tablet.copied(77);
    record(&mut tablet, 3);
    record(&mut tablet, 4);
    // Control: a tablet that dies and starts again has lost no memory.
    tablet.kill_and_start();
    tablet.unlock();
    record(&mut tablet, 5);
    assert_eq!(told(&world), []);
    drop(tablet);

    restored.unlock();
    record(&mut restored, 6);
    record(&mut restored, 7);
    assert_eq!(told(&world), [pair("tablet-went-back", "T1")]);
    assert_eq!(men(&world), [1, 2, 3, 4, 5, 6, 7]);
    let kept = world.engine().unwrap().log().open_quarantine(10).unwrap();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn two_tablets_with_one_memory_are_named_and_nothing_is_lost() {
    let mut world = World::new().unwrap();
    let mut one = world.tablet(0).unwrap();
    let colleague = world.tablet(0).unwrap();
    set_out(&world, &mut one);
    record(&mut one, 1);
    let mut clone = one.copied(78);
    clone.unlock();
    for men in 1..4 {
        record(&mut one, 2 * men);
        record(&mut clone, 2 * men + 1);
    }
    assert_eq!(told(&world), [pair("tablet-cloned", "T1")]);
    assert_eq!(men(&world), [1, 2, 3, 4, 5, 6, 7]);
    let arrived = |custody| matches!(custody, Custody::OnServer | Custody::Read);
    for tablet in [&one, &clone] {
        assert!(tablet.entries().iter().all(|entry| arrived(entry.custody)));
    }
    drop(colleague);
}
