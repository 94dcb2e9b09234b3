use super::platform::Platform;
use super::stories::on_a_round;
use crate::tablet::encoding::{from_base64, to_base64};
use crate::tablet::{CarriedView, Event, Phase};

/// A tablet without network that saved three observations, one of them marked, and a courier of the
/// same campaign.
fn two_tablets() -> (
    std::rc::Rc<std::cell::RefCell<super::server::Server>>,
    Platform,
    Platform,
) {
    let (server, mut origin) = on_a_round();
    origin.go_offline();
    for men in 1..=3 {
        origin.count(men);
    }
    let courier = Platform::ready(&server, 1);
    (server, origin, courier)
}

fn file_of(tablet: &mut Platform) -> String {
    tablet.send(Event::SaveOutbox);
    assert_eq!(tablet.message(), "rescue-made");
    tablet.given.take().unwrap()
}

fn carried(tablet: &Platform) -> CarriedView {
    tablet.view().outbox.carried[0].clone()
}

#[test]
fn a_locked_tablet_s_work_reaches_the_server_by_another_and_counts_once() {
    let (server, mut origin, mut courier) = two_tablets();
    origin.send(Event::Lock);
    let file = file_of(&mut origin);
    courier.send(Event::Lock);
    courier.go_offline();
    courier.send(Event::Carry { file: file.clone() });
    assert_eq!(courier.message(), "rescue-carried");
    assert_eq!(
        (carried(&courier).waiting, carried(&courier).delivered),
        (3, 0)
    );
    assert_eq!(
        courier.view().outbox.unsent,
        0,
        "its own work is another matter"
    );
    courier.send(Event::Carry { file: file.clone() });
    assert_eq!(courier.message(), "rescue-known");
    courier.kill_and_start();
    assert_eq!(carried(&courier).waiting, 3, "kept over a restart");
    courier.go_online();
    assert_eq!(server.borrow().observations(), 3);
    let told = carried(&courier);
    assert_eq!((told.waiting, told.delivered), (0, 3));
    assert!(told.code.is_some_and(|code| code.len() == 19));
    // Carried again after it arrived: nothing happens twice.
    courier.send(Event::Carry { file });
    assert_eq!(server.borrow().observations(), 3);
    // The tablet it came from learns at its next contact that all is there.
    assert_eq!(origin.view().outbox.unsent, 3);
    origin.go_online();
    assert_eq!(origin.view().outbox.unsent, 0);
    assert_eq!(server.borrow().observations(), 3);
}

#[test]
fn what_is_carried_is_passed_on_with_one_s_own_work() {
    let (server, mut origin, mut courier) = two_tablets();
    let file = file_of(&mut origin);
    courier.set_out();
    courier.go_offline();
    courier.count(7);
    courier.send(Event::Carry { file });
    let both = file_of(&mut courier);
    let mut third = Platform::ready(&server, 2);
    third.send(Event::Carry { file: both });
    assert_eq!(server.borrow().observations(), 4);
    courier.go_online();
    assert_eq!(carried(&courier).waiting, 0);
    assert_eq!(server.borrow().observations(), 4);
}

#[test]
fn a_damaged_cut_or_foreign_file_changes_nothing() {
    let (_, mut origin, mut courier) = two_tablets();
    let file = from_base64(&file_of(&mut origin)).unwrap();
    let campaign = courier.view().enrolment.unwrap().campaign;
    courier.go_offline();
    let before = courier.files.clone();
    let mut check = |bytes: &[u8], code: &str| {
        courier.send(Event::Carry {
            file: to_base64(bytes),
        });
        assert_eq!(courier.message(), code);
        assert!(
            courier.files == before,
            "{code}: the files are as they were"
        );
        assert!(courier.view().outbox.carried.is_empty());
    };
    let mut damaged = file.clone();
    let at = damaged.len() - 60;
    damaged[at] ^= 1;
    check(&damaged, "rescue-damaged");
    check(&file[..file.len() / 2], "rescue-cut-short");
    check(b"%PDF-1.7", "rescue-unreadable");
    check(b"", "rescue-unreadable");
    let mut foreign = crate::sync::Rescue::parse(&file, campaign).unwrap();
    foreign.campaign = crate::model::CampaignId::from_random([1; 16]);
    check(&foreign.to_bytes(), "rescue-other-campaign");
}

#[test]
fn a_courier_dies_anywhere_while_it_takes_a_file_on_and_holds_all_or_nothing() {
    let (_, mut origin, _) = two_tablets();
    let file = file_of(&mut origin);
    for dies_after in 0..2 {
        let (_, _, mut courier) = two_tablets();
        courier.go_offline();
        courier.dies_after = Some(dies_after);
        courier.send(Event::Carry { file: file.clone() });
        courier.kill_and_start();
        let carried = courier.view().outbox.carried;
        let waiting: u32 = carried.iter().map(|one| one.waiting).sum();
        assert!(waiting <= 3);
        courier.send(Event::Carry { file: file.clone() });
        assert_eq!(courier.view().outbox.carried[0].waiting, 3);
    }
}

#[test]
fn the_courier_holds_nothing_it_could_read() {
    let (_, mut origin, mut courier) = two_tablets();
    origin.open(crate::form::FormKind::Count);
    origin.answer("n_men", crate::model::AnswerValue::Integer(1));
    origin.answer(
        "note",
        crate::model::AnswerValue::Text("MARQUEUR-PORTE".into()),
    );
    origin.choose("sleeping_place", "hospital");
    origin.send(Event::SaveForm);
    let file = file_of(&mut origin);
    courier.send(Event::Lock);
    courier.go_offline();
    courier.send(Event::Carry { file: file.clone() });
    let holds_marker = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.values().any(|bytes| {
            ["MARQUEUR", "hospital", "sleeping_place"]
                .iter()
                .any(|marker| bytes.windows(marker.len()).any(|w| w == marker.as_bytes()))
        })
    };
    assert!(!holds_marker(&courier.files));
    let bytes = from_base64(&file).unwrap();
    let mut given = std::collections::BTreeMap::from([("file".to_owned(), bytes)]);
    assert!(!holds_marker(&given), "nor does the file itself");
    // Negative control: the marker would be found if it were there.
    given.insert("control".into(), b"..MARQUEUR..".to_vec());
    assert!(holds_marker(&given));
}

#[test]
fn a_destroyed_tablet_still_gives_its_file_and_a_restored_server_is_brought_it_again() {
    // Offline from the start: all of the round is in the file.
    let server = super::stories::world();
    let mut origin = Platform::ready(&server, 0);
    origin.go_offline();
    origin.set_out();
    for men in 1..=3 {
        origin.count(men);
    }
    let mut courier = Platform::ready(&server, 1);
    origin.send(Event::Lock);
    for _ in 0..10 {
        origin.send(Event::Unlock {
            pin: "864213".into(),
            awake_ms: None,
        });
        origin.now += 4_000_000;
    }
    assert!(matches!(origin.view().phase, Phase::Destroyed { .. }));
    let file = file_of(&mut origin);
    courier.send(Event::Carry { file });
    assert_eq!(server.borrow().observations(), 3);
    server.borrow_mut().restore_from_nothing();
    courier.send(Event::SendNow);
    courier.send(Event::SendNow);
    assert_eq!(server.borrow().observations(), 3);
    assert_eq!(carried(&courier).delivered, 4);
    // A day later it lets go of them.
    courier.now += 25 * 3_600_000;
    courier.send(Event::SendNow);
    server.borrow_mut().restore_from_nothing();
    courier.send(Event::SendNow);
    courier.send(Event::SendNow);
    assert_eq!(server.borrow().observations(), 0);
}

#[test]
fn a_tablet_with_nothing_to_send_says_so() {
    let (_, _, mut courier) = two_tablets();
    courier.send(Event::SaveOutbox);
    assert_eq!(courier.message(), "rescue-nothing");
    assert!(courier.given.is_none());
}
