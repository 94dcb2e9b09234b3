//! A running round passes to another tablet of the team without network; the one that gave it is
//! never seen again. The server holds every observation of it all the same, once.

use data_encoding::BASE64;
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, Coverage};
use maraude_core::tablet::Event;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use sha2::{Digest, Sha256};

/// Bytes of a pack before the length of what is sealed.
const HEAD: usize = 73;

fn count(tablet: &mut SimulatedTablet, men: i64) {
    let heads = ("n_men", Answer::Known(AnswerValue::Integer(men)));
    let place = AnswerValue::Choice("doorway".to_owned());
    let place = ("sleeping_place", Answer::Known(place));
    tablet
        .fill(FormKind::Count, None, None, &[heads, place])
        .unwrap();
}

/// A tablet on a round without network, and another one of its team, without network either.
fn out(world: &mut World) -> (SimulatedTablet, SimulatedTablet) {
    let mut giver = world.tablet(0).unwrap();
    let mut receiver = world.tablet(0).unwrap();
    giver.go_offline();
    receiver.go_offline();
    let plan = &world.plan;
    giver
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    for men in 1..=4 {
        count(&mut giver, men);
    }
    (giver, receiver)
}

fn pack(giver: &mut SimulatedTablet, receiver: &mut SimulatedTablet) -> String {
    receiver.send(Event::CallForRound);
    let call = receiver.given.take().unwrap();
    giver.send(Event::GiveRound { call });
    giver.given.take().unwrap()
}

fn take(receiver: &mut SimulatedTablet, pack: String) {
    receiver.send(Event::ReceiveRound { pack });
    receiver.send(Event::AcceptRound);
    assert_eq!(receiver.entries().len(), 4);
}

/// The same pack without what the giver had not sent.
fn without_unsent(pack: &str) -> String {
    let bytes = BASE64.decode(pack.as_bytes()).unwrap();
    let sealed = u32::from_be_bytes(bytes[HEAD..HEAD + 4].try_into().unwrap()) as usize;
    let mut left = bytes[..HEAD + 4 + sealed].to_vec();
    let length = (left.len() + 32) as u32;
    left[5..9].copy_from_slice(&length.to_be_bytes());
    let hash: [u8; 32] = Sha256::digest(&left).into();
    left.extend_from_slice(&hash);
    assert!(left.len() < bytes.len());
    BASE64.encode(&left)
}

fn held(world: &World) -> usize {
    world
        .round(0)
        .map_or(0, |(round, _)| round.observations.len())
}

fn set_aside(world: &World) -> usize {
    let log = world.engine().unwrap();
    log.log().open_quarantine(100).unwrap().len()
}

#[test]
fn a_giver_that_is_never_seen_again_loses_nothing() {
    let mut world = World::new().unwrap();
    let (mut giver, mut receiver) = out(&mut world);
    let pack = pack(&mut giver, &mut receiver);
    take(&mut receiver, pack);
    drop(giver);
    for men in [11, 12] {
        count(&mut receiver, men);
    }
    receiver.close_round(Coverage::Full, false).unwrap();
    receiver.kill_and_start();
    receiver.unlock();
    receiver.go_online();
    receiver.send_everything().unwrap();
    receiver.send(Event::SendNow);
    assert_eq!(held(&world), 6);
    assert_eq!(set_aside(&world), 0);
    let (round, issues) = world.round(0).unwrap();
    assert_eq!(issues, []);
    assert!(round.is_closed());
    let took_over = |d: &maraude_core::model::Departure| d.took_over_from.is_some();
    assert_eq!(round.departures.iter().filter(|d| took_over(d)).count(), 1);
}

/// Bytes that a screen shows as codes (`PRACTICAL_BYTES` of the screens), and of one code.
const PRACTICAL_BYTES: usize = 50_000;
const PIECE_BYTES: usize = 480;

#[test]
fn a_whole_night_fits_on_a_screen() {
    let mut world = World::new().unwrap();
    let (mut giver, mut receiver) = out(&mut world);
    for men in 5..=60 {
        count(&mut giver, men);
        if men == 30 || men == 60 {
            let bytes = pack(&mut giver, &mut receiver).len() / 4 * 3;
            let codes = bytes.div_ceil(PIECE_BYTES);
            println!("{men} observations, nothing sent: {bytes} bytes, {codes} codes");
            assert!(bytes < PRACTICAL_BYTES);
            giver.send(Event::LeaveHandover);
        }
    }
}

#[test]
fn without_the_part_it_carries_the_giver_s_people_are_missing_until_the_giver_comes() {
    let mut world = World::new().unwrap();
    let (mut giver, mut receiver) = out(&mut world);
    let whole = pack(&mut giver, &mut receiver);
    take(&mut receiver, without_unsent(&whole));
    count(&mut receiver, 11);
    receiver.go_online();
    receiver.send_everything().unwrap();
    assert_eq!(held(&world), 0, "not even what rests on them");
    assert!(set_aside(&world) > 0, "kept, and shown to the coordination");
    // Nothing is lost by it: whatever brings the missing part lets all of it in.
    receiver.send(Event::Carry { file: whole });
    receiver.send_everything().unwrap();
    receiver.send(Event::SendNow);
    assert_eq!(held(&world), 5);
    assert_eq!(set_aside(&world), 0);
    giver.go_online();
    giver.send_everything().unwrap();
    assert_eq!(held(&world), 5);
}

#[test]
fn what_arrives_by_both_ways_counts_once_whichever_comes_first() {
    for giver_first in [true, false] {
        let mut world = World::new().unwrap();
        let (mut giver, mut receiver) = out(&mut world);
        let pack = pack(&mut giver, &mut receiver);
        take(&mut receiver, pack);
        count(&mut receiver, 11);
        let mut tablets = [&mut giver, &mut receiver];
        if !giver_first {
            tablets.reverse();
        }
        for tablet in tablets {
            tablet.go_online();
            tablet.send_everything().unwrap();
        }
        assert_eq!(held(&world), 5, "giver first: {giver_first}");
        assert_eq!(set_aside(&world), 0);
        assert_eq!(giver.view().outbox.unsent, 0);
    }
}

#[test]
fn a_tablet_of_another_team_is_refused() {
    let mut world = World::new().unwrap();
    let (mut giver, _) = out(&mut world);
    let mut stranger = world.tablet(1).unwrap();
    stranger.send(Event::CallForRound);
    let call = stranger.given.take().unwrap();
    giver.send(Event::GiveRound { call });
    assert!(giver.given.is_none());
    assert_eq!(giver.view().message.unwrap().code, "handover-other-team");
}
