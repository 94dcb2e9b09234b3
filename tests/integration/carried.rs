//! A tablet without network: its sealed work as a file, carried by another tablet or handed in by a
//! person. Nothing is lost, and whatever comes twice counts once.

use data_encoding::BASE64;
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_core::sync::Rescue;
use maraude_core::tablet::Event;
use maraude_server::http::contract::{AuditLine, RescueTaken, RescueUpload};
use maraude_tests::console::Console;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};

fn stuck(world: &mut World, people: i64) -> (SimulatedTablet, String) {
    let mut tablet = world.tablet(0).unwrap();
    tablet.go_offline();
    let plan = &world.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    for men in 1..=people {
        let heads = ("n_men", Answer::Known(AnswerValue::Integer(men)));
        let place = AnswerValue::Choice("doorway".to_owned());
        let place = ("sleeping_place", Answer::Known(place));
        tablet
            .fill(FormKind::Count, None, None, &[heads, place])
            .unwrap();
    }
    tablet.kill_and_start();
    tablet.send(Event::SaveOutbox);
    let file = tablet.given.take().unwrap();
    (tablet, file)
}

fn held(world: &World) -> usize {
    world.round(0).unwrap().0.observations.len()
}

#[test]
fn a_file_comes_by_a_courier_by_the_console_and_by_its_own_tablet_and_counts_once() {
    let mut world = World::new().unwrap();
    let (mut origin, file) = stuck(&mut world, 4);
    let mut courier = world.tablet(1).unwrap();
    courier.send(Event::Carry { file: file.clone() });
    courier.send_everything().unwrap();
    courier.send(Event::SendNow);
    assert_eq!(held(&world), 4);
    let carried = courier.view().outbox.carried;
    assert_eq!((carried[0].waiting, carried[0].label.as_str()), (0, "T1"));
    assert!(carried[0].code.is_some(), "a signed receipt came back");

    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let path = format!("/api/campaigns/{}/rescue", world.plan.campaign);
    let upload = RescueUpload { file };
    for _ in 0..2 {
        let taken: RescueTaken = console.post(&path, &upload).unwrap();
        assert_eq!(taken.tablet, "T1");
        assert!(taken.kept >= 4 && taken.refused.is_empty() && taken.set_aside == 0);
        assert_eq!(held(&world), 4);
    }
    origin.go_online();
    origin.send_everything().unwrap();
    assert_eq!(held(&world), 4);
    assert_eq!(origin.view().outbox.unsent, 0);
}

#[test]
fn a_damaged_or_foreign_file_is_refused_whole_and_a_wrong_signature_is_set_aside() {
    let mut world = World::new().unwrap();
    let (_, file) = stuck(&mut world, 3);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let path = format!("/api/campaigns/{}/rescue", world.plan.campaign);
    let hand_in = |bytes: &[u8]| {
        let upload = RescueUpload {
            file: BASE64.encode(bytes),
        };
        console
            .post::<_, RescueTaken>(&path, &upload)
            .map_err(|error| error.to_string())
    };
    let bytes = BASE64.decode(file.as_bytes()).unwrap();
    let mut damaged = bytes.clone();
    let at = damaged.len() - 60;
    damaged[at] ^= 1;
    assert!(hand_in(&damaged).unwrap_err().contains("rescue-damaged"));
    let half = &bytes[..bytes.len() / 2];
    assert!(hand_in(half).unwrap_err().contains("rescue-cut-short"));
    assert!(hand_in(b"PK").unwrap_err().contains("rescue-unreadable"));
    assert_eq!(
        world
            .engine()
            .unwrap()
            .log()
            .open_quarantine(10)
            .unwrap()
            .len(),
        0
    );
    // Somebody repaired the checksums of a forged piece: the gate finds it, the rest enters.
    let mut forged = Rescue::parse(&bytes, world.plan.campaign).unwrap();
    let first = forged.envelopes[0].len() - 1;
    forged.envelopes[0][first] ^= 1;
    let taken = hand_in(&forged.to_bytes()).unwrap();
    assert_eq!(taken.refused[0].code, "envelope-signature");
    assert!(taken.refused[0].kept);
    let taken = hand_in(&bytes).unwrap();
    assert!(taken.refused.is_empty());
    assert_eq!(held(&world), 3);
}

#[test]
fn handing_a_file_in_leaves_a_line_in_the_audit() {
    let mut world = World::new().unwrap();
    let (_, file) = stuck(&mut world, 1);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let path = format!("/api/campaigns/{}/rescue", world.plan.campaign);
    let _: RescueTaken = console.post(&path, &RescueUpload { file }).unwrap();
    // A coordinator may not read the audit; what is written there is read as the command does.
    assert!(console.get::<Vec<AuditLine>>("/api/audit").is_err());
    assert!(world.audited("rescue-imported"));
}
