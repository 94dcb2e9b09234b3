use super::platform::Platform;
use super::server::{Server, sector, team};
use super::stories::{on_a_round, world};
use crate::model::{AnswerValue, Coverage};
use crate::sync::{Receiver, Rescue};
use crate::tablet::encoding::{from_base64, to_base64};
use crate::tablet::{Custody, Event};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

type Shared = Rc<RefCell<Server>>;

/// A tablet on a round without network, three people recorded, and another one of the team.
fn two_of_a_team() -> (Shared, Platform, Platform) {
    let (server, mut giver) = on_a_round();
    giver.go_offline();
    for men in 1..=3 {
        giver.count(men);
    }
    let mut receiver = Platform::ready(&server, 1);
    receiver.go_offline();
    (server, giver, receiver)
}

fn call_of(receiver: &mut Platform) -> String {
    receiver.send(Event::CallForRound);
    receiver.given.take().expect("a call")
}

fn pack_for(giver: &mut Platform, call: String) -> String {
    giver.send(Event::GiveRound { call });
    giver.given.take().expect("a pack")
}

fn take(receiver: &mut Platform, pack: &str) {
    receiver.send(Event::ReceiveRound { pack: pack.into() });
    receiver.send(Event::AcceptRound);
}

/// From one tablet to the other, the words compared on both.
fn pass(giver: &mut Platform, receiver: &mut Platform) -> String {
    let call = call_of(receiver);
    let pack = pack_for(giver, call);
    receiver.send(Event::ReceiveRound { pack: pack.clone() });
    let gives = giver.view().handover.expect("the giver shows words");
    let takes = receiver.view().handover.expect("the receiver shows words");
    assert_eq!(gives.words, takes.words);
    assert_eq!((gives.gives, takes.gives), (true, false));
    assert_eq!(gives.sector.as_deref(), Some("S1 Les Quais"));
    assert_eq!((gives.sector, gives.night), (takes.sector, takes.night));
    receiver.send(Event::AcceptRound);
    assert_eq!(receiver.message(), "round-received");
    giver.send(Event::RoundGiven);
    assert_eq!(giver.message(), "round-given");
    pack
}

fn heads(tablet: &Platform) -> Vec<u32> {
    let entries = tablet.view().round.expect("a round").entries;
    let mut heads: Vec<u32> = entries.iter().map(|e| e.heads.at_least()).collect();
    heads.sort_unstable();
    heads
}

#[test]
fn the_round_goes_on_elsewhere_and_a_giver_that_is_never_seen_again_loses_nothing() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    pass(&mut giver, &mut receiver);
    assert_eq!(heads(&receiver), [1, 2, 3]);
    assert!(!receiver.view().round.unwrap().sites.is_empty());
    receiver.count(7);
    // The receiver writes on top of what the giver had not sent: it depends on it.
    let id = receiver.view().round.unwrap().entries[1].id;
    receiver.send(Event::EditObservation { observation: id });
    receiver.answer("n_dogs", AnswerValue::Integer(2));
    receiver.send(Event::SaveForm);
    for entry in receiver.view().round.unwrap().entries {
        assert_eq!(entry.custody, Custody::OnTablet, "none is on the server");
    }
    receiver.kill_and_start();
    receiver.unlock();
    assert_eq!(heads(&receiver), [1, 2, 3, 7], "kept over a restart");
    receiver.go_online();
    assert_eq!(server.borrow().observations(), 4);
    for entry in receiver.view().round.unwrap().entries {
        assert_eq!(entry.custody, Custody::OnServer);
    }
    let rounds = server.borrow().rounds();
    assert_eq!(rounds.len(), 1, "the same round");
    let mut from = rounds[0].departures.iter().map(|d| d.took_over_from);
    let giver_id = giver.view().enrolment.unwrap().device;
    assert!(from.any(|from| from == Some(giver_id)));

    // Seen again after all, it brings nothing twice.
    giver.go_online();
    assert_eq!(giver.view().outbox.unsent, 0);
    assert_eq!(server.borrow().observations(), 4);
}

#[test]
fn without_what_the_giver_had_not_sent_its_people_would_be_missing() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    let call = call_of(&mut receiver);
    let call = Receiver::parse(&from_base64(&call).unwrap()).unwrap();
    let (_, mut handover) = giver.tablet.as_ref().unwrap().handover().unwrap();
    assert!(!handover.unsent.is_empty());
    handover.unsent.clear();
    let pack = to_base64(&handover.seal(&call, [9; 32]).unwrap());
    take(&mut receiver, &pack);
    assert_eq!(heads(&receiver), [1, 2, 3], "on the tablet they are seen");
    let before = server.borrow().observations();
    // The server in memory takes no change without what it depends on.
    let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| receiver.go_online()));
    assert!(sent.is_err());
    assert_eq!(before, 0);
    drop(giver.tablet.take());
}

fn walked(street: &str) -> Event {
    let streets = vec![street.to_owned()];
    Event::WalkStreets {
        streets,
        walked: true,
    }
}

#[test]
fn what_was_handed_over_is_only_read_until_it_is_taken_back() {
    let (_, mut giver, mut receiver) = two_of_a_team();
    let call = call_of(&mut receiver);
    pack_for(&mut giver, call);
    giver.send(Event::RoundGiven);
    giver.kill_and_start();
    giver.unlock();
    let handed = giver.view().round.unwrap().handed.unwrap();
    assert_eq!((handed.to.as_str(), handed.received), ("T1", false));
    let id = giver.view().round.unwrap().entries[0].id;
    for event in [
        Event::OpenForm {
            form: crate::form::FormKind::Count,
            site: None,
        },
        Event::EditObservation { observation: id },
        Event::CloseRound {
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: false,
        },
        Event::Withdraw {
            observation: id,
            reason: crate::model::WithdrawalReason::Mistake,
        },
        walked("rue_longue"),
    ] {
        let before = giver.files.clone();
        giver.send(event);
        assert_eq!(giver.message(), "round-handed");
        assert!(giver.view().form.is_none() && giver.files == before);
    }
    giver.send(Event::TakeRoundBack);
    assert_eq!(giver.message(), "round-taken-back");
    giver.count(4);
    assert_eq!(heads(&giver), [1, 2, 3, 4]);
}

#[test]
fn a_round_that_somebody_took_is_not_taken_back_but_may_be_handed_back() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    pass(&mut giver, &mut receiver);
    receiver.count(7);
    receiver.go_online();
    giver.go_online();
    assert!(giver.view().round.unwrap().handed.unwrap().received);
    giver.send(Event::TakeRoundBack);
    assert_eq!(giver.message(), "handover-received");
    giver.go_offline();
    receiver.go_offline();
    receiver.count(8);
    pass(&mut receiver, &mut giver);
    assert!(giver.view().round.unwrap().handed.is_none());
    giver.count(9);
    assert_eq!(heads(&giver), [1, 2, 3, 7, 8, 9]);
    giver.go_online();
    assert_eq!(server.borrow().observations(), 6);
}

#[test]
fn what_is_recorded_after_the_pack_was_made_makes_it_void() {
    let count = |giver: &mut Platform| giver.count(4);
    let walk = |giver: &mut Platform| giver.send(walked("rue_longue"));
    for record in [count as fn(&mut Platform), walk] {
        let (_, mut giver, mut receiver) = two_of_a_team();
        let call = call_of(&mut receiver);
        pack_for(&mut giver, call);
        record(&mut giver);
        giver.send(Event::RoundGiven);
        let view = giver.view();
        assert!(view.handover.is_none() && view.round.unwrap().handed.is_none());
    }
}

#[test]
fn a_round_passes_through_three_tablets_and_the_last_one_brings_it_all() {
    let (server, mut first, mut second) = two_of_a_team();
    pass(&mut first, &mut second);
    second.count(7);
    let mut third = Platform::ready(&server, 2);
    third.go_offline();
    pass(&mut second, &mut third);
    third.count(8);
    assert_eq!(heads(&third), [1, 2, 3, 7, 8]);
    third.go_online();
    assert_eq!(server.borrow().observations(), 5);
    assert_eq!(server.borrow().rounds()[0].departures.len(), 3);
}

#[test]
fn a_damaged_cut_foreign_or_old_pack_changes_nothing() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    let mut third = Platform::ready(&server, 2);
    third.go_offline();
    let call = call_of(&mut receiver);
    let pack = pack_for(&mut giver, call.clone());
    let for_third = {
        let call = call_of(&mut third);
        pack_for(&mut giver, call)
    };
    let before = receiver.files.clone();
    let mut check = |bytes: &[u8], code: &str| {
        take(&mut receiver, &to_base64(bytes));
        assert_eq!(receiver.message(), code);
        assert!(receiver.files == before, "{code}");
        assert!(receiver.view().round.is_none());
    };
    let whole = from_base64(&pack).unwrap();
    let mut damaged = whole.clone();
    damaged[300] ^= 1;
    check(&damaged, "handover-damaged");
    check(&whole[..whole.len() / 2], "handover-cut-short");
    check(b"%PDF-1.7", "handover-unreadable");
    check(b"", "handover-unreadable");
    check(&from_base64(&call).unwrap(), "handover-unreadable");
    check(&from_base64(&for_third).unwrap(), "handover-other-tablet");
    // A call that no pack answers, on the giving side.
    for (call, code) in [
        (pack.clone(), "handover-unreadable"),
        (call_of(&mut giver), "handover-other-tablet"),
    ] {
        giver.send(Event::GiveRound { call });
        assert_eq!(giver.message(), code);
        assert!(giver.given.take().is_none());
    }
    // Taken once; the same pack does not open again.
    take(&mut receiver, &pack);
    assert_eq!(receiver.message(), "round-received");
    let rounds = receiver.files.clone();
    take(&mut receiver, &pack);
    assert_eq!(receiver.message(), "handover-not-awaited");
    assert!(receiver.files == rounds);
}

#[test]
fn a_tablet_of_another_team_or_campaign_is_refused_on_either_side() {
    let (server, mut giver, _) = two_of_a_team();
    server.borrow_mut().told.other_team = true;
    let mut stranger = Platform::ready(&server, 2);
    stranger.go_offline();
    let call = call_of(&mut stranger);
    giver.send(Event::GiveRound { call: call.clone() });
    assert_eq!(giver.message(), "handover-other-team");
    assert!(giver.given.take().is_none());
    // A giver that does not look: the receiving tablet does.
    let call = Receiver::parse(&from_base64(&call).unwrap()).unwrap();
    let (_, handover) = giver.tablet.as_ref().unwrap().handover().unwrap();
    let pack = to_base64(&handover.seal(&call, [9; 32]).unwrap());
    stranger.send(Event::ReceiveRound { pack });
    assert_eq!(stranger.message(), "handover-other-team");
    let foreign = Receiver {
        campaign: crate::model::CampaignId::from_random([1; 16]),
        team: team(),
        ..call
    };
    giver.send(Event::GiveRound {
        call: to_base64(&foreign.to_bytes()),
    });
    assert_eq!(giver.message(), "handover-other-campaign");
}

#[test]
fn a_receiver_dies_anywhere_while_it_takes_a_round_and_reads_the_pack_again() {
    let mut died = 0;
    for dies_after in 0..20 {
        let (server, mut giver, mut receiver) = two_of_a_team();
        let call = call_of(&mut receiver);
        let pack = pack_for(&mut giver, call);
        receiver.send(Event::ReceiveRound { pack: pack.clone() });
        receiver.dies_after = Some(dies_after);
        receiver.send(Event::AcceptRound);
        if !receiver.is_dead() {
            break;
        }
        died += 1;
        receiver.kill_and_start();
        receiver.unlock();
        take(&mut receiver, &pack);
        let taken = receiver.message();
        assert!(
            taken == "round-received" || taken == "handover-not-awaited",
            "killed at {dies_after}: {taken}"
        );
        assert_eq!(heads(&receiver), [1, 2, 3], "killed at {dies_after}");
        receiver.count(7);
        receiver.go_online();
        assert_eq!(server.borrow().observations(), 4, "killed at {dies_after}");
    }
    assert!(died > 5, "{died}");
}

#[test]
fn a_pack_in_other_hands_brings_the_unsent_work_in_and_shows_nothing() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    giver.open(crate::form::FormKind::Count);
    giver.answer("n_men", AnswerValue::Integer(5));
    giver.answer("note", AnswerValue::Text("MARQUEUR-PASSE".into()));
    giver.choose("sleeping_place", "hospital");
    giver.send(Event::SaveForm);
    let call = call_of(&mut receiver);
    let pack = pack_for(&mut giver, call);
    let bytes = from_base64(&pack).unwrap();
    let marked = |bytes: &[u8]| bytes.windows(8).any(|eight| eight == b"MARQUEUR");
    assert!(!marked(&bytes), "a filmed screen shows nothing");
    let mut courier = Platform::ready(&server, 2);
    courier.send(Event::Carry { file: pack.clone() });
    assert_eq!(courier.message(), "rescue-carried");
    assert_eq!(server.borrow().observations(), 4);
    assert!(!courier.files.values().any(|file| marked(file)));
    let campaign = giver.view().enrolment.unwrap().campaign;
    let unsent = Rescue::parse(&bytes, campaign).unwrap();
    assert_eq!(unsent.envelopes.len(), 1, "sealed anew as one");
    // Negative control: it is in what the receiver reads.
    take(&mut receiver, &pack);
    let shown = serde_json::to_vec(&receiver.view().round).unwrap();
    assert!(marked(&shown));
}

#[test]
fn once_it_arrived_neither_copy_opens_any_more_nor_does_the_pack() {
    let (server, mut giver, mut receiver) = two_of_a_team();
    let pack = pass(&mut giver, &mut receiver);
    server.borrow_mut().safe = true;
    receiver.send(Event::CloseRound {
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: false,
    });
    receiver.go_online();
    giver.go_online();
    for tablet in [&mut receiver, &mut giver] {
        let rounds =
            |files: &BTreeMap<String, Vec<u8>>| files.keys().any(|name| name.starts_with("round-"));
        assert!(rounds(&tablet.files), "before: it is there");
        tablet.wait_ms(20 * 60_000);
        assert!(!rounds(&tablet.files), "shredded");
    }
    receiver.send(Event::ReceiveRound { pack: pack.clone() });
    assert_eq!(receiver.message(), "handover-not-awaited");
    // A call that nobody answered is over with the next shredding: its key is gone too.
    let (_, mut giver, mut receiver) = two_of_a_team();
    let call = call_of(&mut receiver);
    let pack = pack_for(&mut giver, call);
    receiver.set_out();
    receiver.go_online();
    receiver.send(Event::CloseRound {
        coverage: Coverage::NotWalked,
        not_walked: None,
        zero_found: false,
    });
    receiver.wait_ms(26 * 3_600_000);
    receiver.send(Event::ReceiveRound { pack });
    assert_eq!(receiver.message(), "handover-not-awaited");
}

#[test]
fn nothing_is_received_in_the_middle_of_a_form_nor_kept_over_a_lock() {
    let (_, mut giver, mut receiver) = two_of_a_team();
    let call = call_of(&mut receiver);
    let pack = pack_for(&mut giver, call);
    receiver.set_out();
    receiver.open(crate::form::FormKind::Count);
    receiver.send(Event::ReceiveRound { pack: pack.clone() });
    assert_eq!(receiver.message(), "form-first");
    receiver.send(Event::DiscardForm);
    take(&mut receiver, &pack);
    assert_eq!(heads(&receiver), [1, 2, 3], "both were out: one round");
    // Locked in between, what came is forgotten: it is read again.
    let (_, mut giver, mut receiver) = two_of_a_team();
    let call = call_of(&mut receiver);
    let pack = pack_for(&mut giver, call);
    receiver.send(Event::ReceiveRound { pack: pack.clone() });
    receiver.send(Event::Lock);
    receiver.unlock();
    assert!(receiver.view().handover.is_none());
    take(&mut receiver, &pack);
    assert_eq!(receiver.message(), "round-received");
}

#[test]
fn a_round_begun_without_network_passes_with_its_beginning() {
    let server = world();
    let mut giver = Platform::ready(&server, 0);
    giver.go_offline();
    giver.set_out();
    giver.count(2);
    let mut receiver = Platform::ready(&server, 1);
    receiver.go_offline();
    pass(&mut giver, &mut receiver);
    receiver.count(3);
    receiver.go_online();
    let rounds = server.borrow().rounds();
    assert_eq!(rounds[0].key.unwrap().sector, Some(sector()));
    assert_eq!(server.borrow().observations(), 2);
}
