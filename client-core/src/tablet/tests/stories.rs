use super::platform::{PIN, Platform};
use super::server::{CODES, Server, site};
use crate::form::FormKind;
use crate::model::{
    Answer, AnswerValue, Contact, Coordinates, Coverage, ObservationKind, Position, PositionSource,
    WithdrawalReason,
};
use crate::tablet::{Custody, Event, Phase, Tone};
use std::cell::RefCell;
use std::rc::Rc;

pub(super) fn world() -> Rc<RefCell<Server>> {
    Rc::new(RefCell::new(Server::new()))
}

pub(super) fn on_a_round() -> (Rc<RefCell<Server>>, Platform) {
    let server = world();
    let mut tablet = Platform::ready(&server, 0);
    tablet.set_out();
    (server, tablet)
}

#[test]
fn a_code_is_redeemed_once_and_a_weak_pin_is_refused() {
    let server = world();
    let mut tablet = Platform::new(&server, 1);
    assert_eq!(tablet.view().phase, Phase::Fresh);
    tablet.send(Event::Enrol {
        code: "Z7M2-9XQP-04RT".into(),
    });
    assert_eq!(tablet.message(), "code-unknown");
    tablet.online = false;
    tablet.send(Event::Enrol {
        code: CODES[0].to_lowercase(),
    });
    assert_eq!(
        (tablet.view().phase, tablet.message()),
        (Phase::Fresh, "unreachable".into())
    );
    tablet.online = true;
    tablet.send(Event::Enrol {
        code: CODES[0].into(),
    });
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
    assert_eq!(
        tablet.view().enrolment.unwrap().campaign_name,
        "Nuit d'essai"
    );
    tablet.kill_and_start();
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
    tablet.send(Event::ChoosePin {
        pin: "000000".into(),
        cost: None,
    });
    assert_eq!(tablet.message(), "weak-pin");
    let mut other = Platform::new(&server, 2);
    other.send(Event::Enrol {
        code: CODES[0].into(),
    });
    assert_eq!(other.message(), "code-used");
}

#[test]
fn a_link_of_another_server_is_refused_and_the_words_are_those_of_the_keys() {
    let server = world();
    let mut tablet = Platform::new(&server, 1);
    let link = |mark: &str| format!("https://example.org/#enrol={}&server={mark}", CODES[0]);
    tablet.send(Event::Enrol {
        code: link("K7M29XQP04RTK7M29XQP"),
    });
    assert_eq!(tablet.message(), "other-server");
    assert_eq!(tablet.view().phase, Phase::Fresh);
    // Negative control: the mark of this server is taken.
    let server = world();
    let mut tablet = Platform::new(&server, 2);
    let key = server.borrow().server_key();
    let campaign = crate::model::CampaignId::from_random([0xca; 16]);
    tablet.send(Event::Enrol {
        code: link(&crate::sync::server_mark(campaign, &key)),
    });
    assert_eq!(tablet.view().phase, Phase::ChoosePin);
    let words = tablet.view().check_words.unwrap();
    let device_key = server.borrow().device_key(0);
    let expected = crate::sync::enrolment_words(campaign, &key, &device_key);
    assert_eq!(words, expected, "the console shows the same");
}

#[test]
fn a_night_offline_then_everything_arrives_with_receipts() {
    let (server, mut tablet) = on_a_round();
    let view = tablet.view();
    assert_eq!(view.coordination_number.as_deref(), Some("04 00 00 00 00"));
    let round = view.round.unwrap();
    assert_eq!((round.team.as_str(), round.sites.len()), ("E1", 1));
    assert_eq!(round.sector.unwrap().polygons.len(), 1);
    tablet.go_offline();
    for men in 1..=5 {
        tablet.count(men);
        assert_eq!(tablet.message(), "saved");
    }
    let view = tablet.view();
    assert_eq!(view.round.as_ref().unwrap().totals.street_at_least, 15);
    assert_eq!(view.outbox.unsent, 5);
    assert!(
        view.outbox.receipts[0].acknowledged > 0,
        "the departure went before"
    );
    let entries = view.round.unwrap().entries;
    assert!(
        entries
            .iter()
            .all(|entry| entry.custody == Custody::OnTablet)
    );
    tablet.go_online();
    let view = tablet.view();
    assert_eq!(view.outbox.unsent, 0);
    assert_eq!(
        server.borrow().told.left,
        Some(0),
        "the console is told no more than is left"
    );
    assert_eq!(server.borrow().observations(), 5);
    let entries = view.round.unwrap().entries;
    assert!(
        entries
            .iter()
            .all(|entry| entry.custody == Custody::OnServer)
    );
    assert_eq!(view.outbox.receipts[0].code.len(), 19);
    assert_eq!(view.outbox.receipts[0].sector.as_deref(), Some("S1"));
    server.borrow_mut().read_all = true;
    tablet.send(Event::SendNow);
    let entries = tablet.view().round.unwrap().entries;
    assert!(entries.iter().all(|entry| entry.custody == Custody::Read));
}

#[test]
fn what_was_saved_is_edited_withdrawn_undone_and_restored() {
    let (server, mut tablet) = on_a_round();
    tablet.count(2);
    let id = tablet.view().round.unwrap().entries[0].id;
    tablet.send(Event::EditObservation { observation: id });
    tablet.answer("n_women", AnswerValue::Integer(1));
    tablet.send(Event::SaveForm);
    assert_eq!(tablet.shown_as_saved(), [3]);
    tablet.send(Event::Undo);
    assert_eq!(
        (tablet.message(), tablet.shown_as_saved()),
        ("undone".into(), vec![2])
    );
    tablet.send(Event::Withdraw {
        observation: id,
        reason: WithdrawalReason::Twice,
    });
    let round = tablet.view().round.unwrap();
    assert_eq!(round.entries[0].withdrawn, Some(WithdrawalReason::Twice));
    assert_eq!(round.totals.street_at_least, 0);
    tablet.send(Event::Undo);
    assert_eq!(tablet.view().round.unwrap().entries[0].withdrawn, None);
    tablet.count(7);
    tablet.send(Event::Undo);
    assert_eq!(tablet.view().round.unwrap().totals.street_at_least, 2);
    let withdrawn = tablet.view().round.unwrap().entries[0].id;
    tablet.wait_ms(60_000);
    tablet.send(Event::Restore {
        observation: withdrawn,
    });
    assert_eq!(tablet.view().round.unwrap().totals.street_at_least, 9);
    assert_eq!(server.borrow().observations(), 2);
}

#[test]
fn an_undo_comes_too_late_after_ten_seconds() {
    let (_, mut tablet) = on_a_round();
    tablet.count(2);
    assert!(tablet.view().message.unwrap().undo_until.is_some());
    tablet.wait_ms(11_000);
    tablet.send(Event::Undo);
    assert_eq!(tablet.shown_as_saved(), [2]);
}

#[test]
fn a_sleeper_is_completed_into_an_interview_of_the_same_person() {
    let (_, mut tablet) = on_a_round();
    tablet.open(FormKind::NoContact);
    tablet.choose("reason", "asleep");
    tablet.choose("sleeping_place", "tent");
    tablet.choose("heads_unknown", "unknown");
    tablet.send(Event::SaveForm);
    let entry = tablet.view().round.unwrap().entries.remove(0);
    assert!(entry.completable);
    assert_eq!((entry.contact, entry.heads.at_most()), (Contact::Asleep, 3));
    tablet.send(Event::CompleteObservation {
        observation: entry.id,
    });
    let form = tablet.view().form.unwrap();
    let read_aloud = &form.cards[0].questions[0].label["fr"];
    assert!(
        read_aloud.contains("Vos réponses servent à compter"),
        "{read_aloud}"
    );
    assert!(!read_aloud.contains('{'));
    tablet.choose("consent", "yes");
    tablet.send(Event::SaveForm);
    let entries = tablet.view().round.unwrap().entries;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].id, entries[0].contact),
        (entry.id, Contact::Answered)
    );
    assert_eq!(entries[0].kind, ObservationKind::Individual);
}

#[test]
fn a_known_place_opens_with_its_kind_and_is_ticked_off() {
    let (_, mut tablet) = on_a_round();
    tablet.send(Event::OpenForm {
        form: FormKind::Site,
        site: Some(site()),
    });
    tablet.answer("counted", AnswerValue::Integer(28));
    tablet.send(Event::SaveForm);
    let round = tablet.view().round.unwrap();
    assert!(round.sites[0].counted);
    assert_eq!(
        (round.totals.sites_at_least, round.totals.street_at_least),
        (28, 0)
    );
    assert_eq!(
        round.entries[0].position.unwrap().source,
        PositionSource::Site
    );
}

#[test]
fn a_form_that_lacks_something_says_so_and_shows_where() {
    let (_, mut tablet) = on_a_round();
    tablet.open(FormKind::NoContact);
    tablet.choose("reason", "observed");
    tablet.send(Event::GoToCard { card: 3 });
    tablet.send(Event::SaveForm);
    assert_eq!(tablet.message(), "form-incomplete");
    let form = tablet.view().form.unwrap();
    assert!(!form.can_save);
    assert_eq!(form.current, 1);
    assert!(form.cards[1].questions[0].problem.is_some());
}

#[test]
fn a_fix_never_holds_up_a_save() {
    let (_, mut tablet) = on_a_round();
    tablet.open(FormKind::Count);
    assert_eq!(tablet.located, 1);
    assert!(tablet.view().form.unwrap().locating);
    tablet.answer("n_men", AnswerValue::Integer(1));
    tablet.choose("sleeping_place", "street");
    tablet.send(Event::TypePlace {
        text: "Devant la halle".into(),
    });
    tablet.send(Event::SaveForm);
    let entry = tablet.view().round.unwrap().entries.remove(0);
    assert_eq!(
        (entry.position, entry.typed_place.as_deref()),
        (None, Some("Devant la halle"))
    );
    let at = tablet.now;
    let fix = Position {
        coordinates: Coordinates {
            longitude: 3.87,
            latitude: 43.6,
        },
        accuracy_m: Some(8.0),
        source: PositionSource::Fix,
        fixed_at: Some(at),
    };
    tablet.send(Event::Fixed {
        position: Some(fix),
    });
    assert_eq!(tablet.view().here, Some(fix));
    tablet.open(FormKind::Count);
    assert_eq!(
        tablet.view().form.unwrap().position,
        Some(fix),
        "fresh and good: used again"
    );
    assert_eq!(tablet.located, 1);
    tablet.send(Event::DiscardForm);
    tablet.wait_ms(31 * 60_000);
    assert_eq!(tablet.view().here, None);
}

#[test]
fn a_form_stays_filled_when_the_disk_refuses_and_a_retry_works() {
    let (_, mut tablet) = on_a_round();
    tablet.open(FormKind::Count);
    tablet.answer("n_men", AnswerValue::Integer(4));
    tablet.choose("sleeping_place", "street");
    tablet.disk_full = true;
    tablet.send(Event::SaveForm);
    let view = tablet.view();
    assert_eq!(view.message.unwrap().code, "not-saved");
    let form = view.form.unwrap();
    assert!(form.not_saved && form.can_save);
    assert_eq!(form.heads.at_least(), 4);
    assert!(view.round.unwrap().entries.is_empty());
    tablet.disk_full = false;
    tablet.send(Event::SaveForm);
    assert_eq!(tablet.shown_as_saved(), [4]);
    tablet.kill_and_start();
    tablet.unlock();
    assert_eq!(tablet.shown_as_saved(), [4]);
}

#[test]
fn a_draft_is_found_again_on_the_same_card() {
    let (_, mut tablet) = on_a_round();
    tablet.open(FormKind::Interview);
    tablet.choose("consent", "yes");
    tablet.send(Event::GoToCard { card: 2 });
    tablet.choose("sleeping_place", "park");
    for way in ["killed", "locked"] {
        if way == "killed" {
            tablet.kill_and_start();
        } else {
            tablet.send(Event::Lock);
        }
        assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
        assert!(tablet.view().form.is_none() && tablet.view().round.is_none());
        tablet.unlock();
        let form = tablet.view().form.expect(way);
        assert_eq!((form.form, form.current), (FormKind::Interview, 2));
        let chosen = Answer::Known(AnswerValue::Choice("park".into()));
        assert_eq!(form.cards[2].questions[0].answer, chosen);
    }
    tablet.send(Event::DiscardForm);
    tablet.kill_and_start();
    tablet.unlock();
    assert!(tablet.view().form.is_none());
}

#[test]
fn a_round_closes_with_nobody_found_opens_again_and_is_shredded_once_safe() {
    let (server, mut tablet) = on_a_round();
    tablet.send(Event::CloseRound {
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: true,
    });
    assert_eq!(tablet.view().round.unwrap().closed, Some(Coverage::Full));
    tablet.open(FormKind::Count);
    assert!(
        tablet.view().form.is_none(),
        "a closed round takes nothing new"
    );
    tablet.send(Event::ReopenRound);
    assert_eq!(tablet.view().round.unwrap().closed, None);
    tablet.count(1);
    tablet.send(Event::CloseRound {
        coverage: Coverage::Partial,
        not_walked: Some("Rue barrée".into()),
        zero_found: false,
    });
    let held = |tablet: &Platform| {
        let mut files = tablet.files.keys();
        files.any(|name| name.starts_with("round-") || name.starts_with("brief-"))
    };
    server.borrow_mut().safe = true;
    tablet.send(Event::SendNow);
    assert!(
        held(&tablet),
        "a quarter of an hour is left for a second thought"
    );
    tablet.wait_ms(16 * 60_000);
    assert!(!held(&tablet));
    tablet.wait_ms(20 * 60_000);
    tablet.send(Event::SendNow);
    assert!(!held(&tablet), "and nothing of it comes back by itself");
    let view = tablet.view();
    assert!(view.round.is_none() && view.rounds.is_empty());
    assert_eq!(
        view.outbox.receipts.len(),
        1,
        "the receipt outlives the round"
    );
    let round = server.borrow().rounds().remove(0);
    assert_eq!(round.closures.len(), 2);
    assert!(round.is_closed());
}

#[test]
fn a_closed_round_goes_after_a_day_even_locked_and_never_before_it_arrived() {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    tablet.count(1);
    tablet.send(Event::CloseRound {
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: false,
    });
    tablet.send(Event::Lock);
    tablet.wait_ms(50 * 3_600_000);
    let held = |tablet: &Platform| tablet.files.keys().any(|name| name.starts_with("round-"));
    assert!(held(&tablet));
    tablet.go_online();
    assert_eq!(server.borrow().observations(), 1);
    tablet.wait_ms(25 * 3_600_000);
    assert!(!held(&tablet));
    tablet.unlock();
    assert!(tablet.view().rounds.is_empty());
}

#[test]
fn the_check_list_warns_and_never_keeps_anybody_from_leaving() {
    let server = world();
    let mut tablet = Platform::ready(&server, 0);
    let checks = tablet.view().checks;
    let tone = |code: &str| {
        checks
            .iter()
            .find(|check| check.code == code)
            .map(|c| c.tone)
    };
    assert_eq!(tone("plan"), Some(Tone::Good));
    assert_eq!(tone("map"), Some(Tone::Notice));
    assert_eq!(tone("clock"), Some(Tone::Good), "90 seconds away");
    assert_eq!(tone("device"), Some(Tone::Good));
    tablet.set_out();
    let round = server.borrow().rounds().remove(0);
    assert!(round.departures[0].warnings.contains(&"map".to_owned()));
    assert_eq!(PIN.len(), 6);
}

#[test]
fn a_ticked_street_is_on_disk_at_once_and_none_is_shown_that_is_not() {
    let (server, mut tablet) = on_a_round();
    tablet.go_offline();
    let walk = |streets: &[&str], walked| Event::WalkStreets {
        streets: streets.iter().map(|key| (*key).to_owned()).collect(),
        walked,
    };
    let shown = |tablet: &Platform| tablet.view().round.unwrap().walked;
    tablet.send(walk(&["rue_longue", "", &"x".repeat(95)], true));
    assert_eq!(
        shown(&tablet),
        ["rue_longue"],
        "a key that fits no field is none"
    );
    tablet.disk_full = true;
    tablet.send(walk(&["place_ronde"], true));
    assert_eq!(tablet.message(), "not-saved");
    assert_eq!(shown(&tablet), ["rue_longue"]);
    tablet.disk_full = false;
    tablet.send(walk(&["quai_bas"], true));
    tablet.send(walk(&["rue_longue"], false));
    tablet.kill_and_start();
    tablet.unlock_offline();
    assert_eq!(shown(&tablet), ["quai_bas"]);
    // A gesture on too many takes as many as one change may hold, and the rest at the next.
    let many: Vec<String> = (0..400).map(|n| format!("rue_{n}")).collect();
    let streets = many.clone();
    tablet.send(Event::WalkStreets {
        streets,
        walked: true,
    });
    assert_eq!(shown(&tablet).len(), 301);
    tablet.send(Event::WalkStreets {
        streets: many[300..].to_vec(),
        walked: true,
    });
    assert_eq!(shown(&tablet).len(), 401);
    tablet.close_with("");
    tablet.go_online();
    assert_eq!(server.borrow().rounds()[0].walked().len(), 401);
}
