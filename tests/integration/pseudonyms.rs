//! Two teams meet one person, who gives two letters, two letters and a year: linkage tells, and
//! nobody else can. Then the campaign's key is destroyed, and what was found stays found.

use maraude_core::document::DocumentName;
use maraude_core::form::{FormKind, PseudonymFields};
use maraude_core::model::{Answer, AnswerValue, Campaign, ObservationId, SlotRef};
use maraude_core::tablet::Event;
use maraude_linkage::BlockingRule;
use maraude_server::app::{ErasingError, ErasureWish, ForgetWish, ForgottenCertificate};
use maraude_server::http::contract::{Command, PseudonymState, Quality};
use maraude_server::maintenance::{BackupOrder, back_up};
use maraude_server::review::{Reviewed, Sources};
use maraude_server::store::Pseudonyms;
use maraude_tests::console::Console;
use maraude_tests::population::{Fix, Metres};
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, TEN_PM, World};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What the person says, longer than anybody should type: none of it may be kept.
const GIVEN: &str = "Quirzabelle";
const FAMILY: &str = "Xwyndthorpe";
const YEAR: u16 = 1957;

/// A mark that is kept in clear in the view: the search finds it.
const MARK: &str = "écharpe rayée de vert";

fn choice(code: &str) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Choice(code.to_owned()))
}

/// An interview at a place; `told` is given on the card that seals.
fn interview(
    tablet: &mut SimulatedTablet,
    (minute, east): (i64, f64),
    told: Option<(&str, &str)>,
) -> ObservationId {
    tablet.until(TEN_PM + minute * 60_000);
    tablet.stand_at(Some(Fix {
        at: Metres { east, north: 10.0 }.degrees(),
        accuracy_m: 8.0,
    }));
    tablet.send(Event::OpenForm {
        form: FormKind::Interview,
        site: None,
    });
    let answers = [
        ("consent", choice("yes")),
        ("sleeping_place", choice("doorway")),
        ("household", choice("alone")),
        ("gender", choice("m")),
        ("age_band", choice("40-54")),
        ("marks", Answer::Known(AnswerValue::Text(MARK.to_owned()))),
    ];
    for (question, answer) in answers {
        tablet.send(Event::Answer {
            question: question.to_owned(),
            answer,
        });
    }
    if let Some((given, family)) = told {
        tablet.send(Event::Seal {
            question: "pseudonym".to_owned(),
            given: given.to_owned(),
            family: family.to_owned(),
            birth_year: YEAR,
        });
    }
    tablet.save().unwrap()
}

/// The campaign asks for pseudonyms from here on.
fn ask_for_them(world: &World) -> String {
    let engine = world.engine().unwrap();
    let key = engine.draw_pseudonym_key().unwrap().key().unwrap().public();
    let campaign = engine.plan().unwrap().campaign.clone().unwrap();
    let asking = Campaign {
        pseudonym_key: Some(key.clone()),
        ..campaign
    };
    let name = DocumentName::Plan {
        campaign: asking.id,
    };
    engine.author(&name, |w| w.put_campaign(&asking)).unwrap();
    key
}

fn out(world: &mut World, team: usize) -> SimulatedTablet {
    let mut tablet = world.tablet(team).unwrap();
    let plan = &world.plan;
    (tablet.set_out(plan.teams[team], Some(plan.sectors[team]), plan.night)).unwrap();
    tablet
}

fn reviewed(world: &World) -> Arc<Reviewed> {
    let (app, campaign) = (world.app(), world.plan.campaign);
    let live = app.live_view(campaign).unwrap();
    live.catch_up().unwrap();
    let engine = app.engine(campaign).unwrap();
    let sources = Sources {
        view: &live,
        log: engine.log().as_ref(),
        now: world.clock.now(),
    };
    app.review(campaign).at(sources, u64::MAX).unwrap()
}

fn slot(observation: ObservationId) -> SlotRef {
    SlotRef {
        observation,
        slot: 0,
    }
}

/// Files under a folder that hold some bytes.
fn holding(folder: &Path, piece: &[u8]) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path)
                && bytes.windows(piece.len()).any(|here| here == piece)
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// Everything that would tell who it is: the names, what is sealed of them, and the pseudonym.
fn traces(pseudonym: &str) -> Vec<Vec<u8>> {
    let fields = PseudonymFields::of(GIVEN, FAMILY, YEAR).unwrap();
    let mut traces = vec![
        GIVEN.as_bytes().to_vec(),
        FAMILY.as_bytes().to_vec(),
        fields.bytes().to_vec(),
        pseudonym.as_bytes().to_vec(),
    ];
    traces.push(
        data_encoding::HEXLOWER
            .decode(pseudonym.as_bytes())
            .unwrap(),
    );
    traces.push(data_encoding::BASE64.encode(fields.bytes()).into_bytes());
    traces
}

fn assert_nowhere(world: &World, tablets: &[&SimulatedTablet], pseudonym: &str) {
    // Control: what is kept in clear is found by the same search.
    assert!(!holding(world.data(), MARK.as_bytes()).is_empty());
    for trace in traces(pseudonym) {
        assert_eq!(holding(world.data(), &trace), Vec::<String>::new());
        for tablet in tablets {
            let shown = serde_json::to_vec(&tablet.view()).unwrap();
            let held = tablet.files.values().chain([&shown]);
            let told = held.filter(|bytes| bytes.windows(trace.len()).any(|here| here == trace));
            assert_eq!(told.count(), 0);
        }
    }
}

fn wish(world: &World, name: &str) -> ForgetWish {
    ForgetWish {
        campaign: world.plan.campaign,
        confirmation: name.to_owned(),
        author: "command".to_owned(),
        reason: "doublons décidés le 3 février".to_owned(),
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the card that seals to the key that is destroyed"
)]
fn one_person_met_by_two_teams_is_found_by_a_pseudonym_that_nobody_can_read() {
    let mut world = World::new().unwrap();
    ask_for_them(&world);
    let (mut one, mut two) = (out(&mut world, 0), out(&mut world, 1));
    one.go_offline();
    two.go_offline();
    let told = Some((GIVEN, FAMILY));
    let first = interview(&mut one, (20, -100.0), told);
    // The other team hears the name, and writes it its own way.
    let again = Some(("QUI-", "x'w"));
    let second = interview(&mut two, (60, 100.0), again);
    let other = interview(&mut two, (62, 120.0), Some(("Ab", "Cd")));
    for tablet in [&mut one, &mut two] {
        world.catch_up_with(tablet);
        tablet.go_online();
        tablet.send_everything().unwrap();
    }
    let colleague = {
        let mut colleague = out(&mut world, 0);
        colleague.send_everything().unwrap();
        colleague.send_everything().unwrap();
        assert_eq!(colleague.entries().len(), 1);
        colleague
    };

    let before = reviewed(&world);
    let pair = before.pair(slot(first), slot(second)).unwrap();
    assert!(
        pair.explanation.rules.contains(&BlockingRule::Pseudonym),
        "{pair:?}"
    );
    let apart = before.pair(slot(first), slot(other));
    assert!(apart.is_none_or(|apart| apart.match_weight < pair.match_weight));
    let pseudonym = before
        .compared(first)
        .unwrap()
        .pseudonym
        .known()
        .unwrap()
        .clone();
    assert_eq!(
        before.compared(second).unwrap().pseudonym.known(),
        Some(&pseudonym)
    );
    assert_nowhere(&world, &[&one, &two, &colleague], &pseudonym);
    // Whoever reads an observation reads that it was given, and not even what was sealed.
    let line = before.line(first).unwrap();
    assert_eq!(line.observation.answers["pseudonym"], choice("given"));
    let entries = one.entries();
    let code = entries[0].paper_code.clone().unwrap();
    let found = (world.app())
        .find_person(world.plan.campaign, &code, "command")
        .unwrap();
    assert_eq!(found[0].held["a.pseudonym"], "given");

    let copies = tempfile::tempdir().unwrap();
    let order = BackupOrder {
        out: copies.path().to_owned(),
        same_disk_counts: false,
        keep: None,
    };
    let now = world.clock.now();
    back_up(world.app().campaigns(), &order, now, &|_, _| Ok(())).unwrap();
    let name = world.engine().unwrap().plan().unwrap();
    let name = name.campaign.clone().unwrap().name;
    let misspelt = world.app().forget_pseudonyms(&wish(&world, "une autre"));
    assert!(matches!(misspelt, Err(ErasingError::Ending(_))));
    assert!(
        world
            .app()
            .keys()
            .pseudonyms(world.plan.campaign)
            .unwrap()
            .key()
            .is_some()
    );
    let signed = world.app().forget_pseudonyms(&wish(&world, &name)).unwrap();
    let certificate: ForgottenCertificate = serde_json::from_str(&signed.certificate).unwrap();
    assert!(certificate.key_destroyed);
    assert_eq!(
        (certificate.pseudonyms, certificate.copies_reached.len()),
        (2, 1)
    );
    assert!(world.audited("pseudonyms-forgotten"));

    // What was found stays found, here and after a restart; nothing of it is a pseudonym.
    for restart in [false, true] {
        if restart {
            world.restart().unwrap();
        }
        let keys = world.app().keys().pseudonyms(world.plan.campaign).unwrap();
        assert!(matches!(keys, Pseudonyms::Forgotten));
        let after = reviewed(&world);
        assert_eq!(after.linkage.pairs, before.linkage.pairs);
        assert_eq!(after.linkage.clusters, before.linkage.clusters);
        let number = |id| {
            after
                .compared(id)
                .unwrap()
                .pseudonym
                .known()
                .unwrap()
                .clone()
        };
        assert_eq!(number(first), number(second));
        assert_ne!(number(first), number(other));
        assert_ne!(number(first), pseudonym);
    }
    assert_nowhere(&world, &[&one, &two, &colleague], &pseudonym);

    // Tablets ask no longer; one that had not heard seals in vain.
    two.base.clone_from(&world.base);
    two.go_offline();
    let late = interview(&mut two, (70, 140.0), told);
    world.catch_up_with(&two);
    two.go_online();
    two.send_everything().unwrap();
    let after = reviewed(&world);
    assert!(after.compared(late).unwrap().pseudonym.known().is_none());
    two.send_everything().unwrap();
    two.send(Event::OpenForm {
        form: FormKind::Interview,
        site: None,
    });
    two.send(Event::Answer {
        question: "consent".to_owned(),
        answer: choice("yes"),
    });
    let cards = two.view().form.unwrap().cards;
    assert!(cards.iter().all(|card| card.name != "pseudonym"));
    // One who is erased leaves no number either.
    let wish = ErasureWish {
        campaign: world.plan.campaign,
        code: code.clone(),
        observation: first,
        author: "command".to_owned(),
        reason: "demande reçue le 3 février".to_owned(),
    };
    let numbered = || {
        let numbers = world
            .engine()
            .unwrap()
            .log()
            .meta("pseudonym-numbers")
            .unwrap();
        let numbers =
            ciborium::from_reader::<BTreeMap<ObservationId, String>, _>(&numbers.unwrap()[..]);
        numbers.unwrap().contains_key(&first)
    };
    assert!(numbered());
    world.app().erase_person(&wish).unwrap();
    assert!(!numbered());
    // Nor is another key ever drawn for this campaign.
    let drawn = world.engine().unwrap().draw_pseudonym_key().unwrap();
    assert!(matches!(drawn, Pseudonyms::Forgotten));
}

#[test]
fn who_refuses_or_does_not_know_is_written_so_and_a_campaign_that_does_not_ask_never_does() {
    let mut world = World::new().unwrap();
    let mut tablet = out(&mut world, 0);
    let asked = |tablet: &SimulatedTablet| {
        let cards = tablet.view().form.map_or_else(Vec::new, |form| form.cards);
        cards.iter().any(|card| card.name == "pseudonym")
    };
    let begin = |tablet: &mut SimulatedTablet, consent: &str| {
        tablet.send(Event::OpenForm {
            form: FormKind::Interview,
            site: None,
        });
        tablet.send(Event::Answer {
            question: "consent".to_owned(),
            answer: choice(consent),
        });
    };
    begin(&mut tablet, "yes");
    assert!(!asked(&tablet));
    // Sealing without a key is not taken.
    tablet.send(Event::Seal {
        question: "pseudonym".to_owned(),
        given: GIVEN.to_owned(),
        family: FAMILY.to_owned(),
        birth_year: YEAR,
    });
    let said = tablet.view().message.map(|message| message.code);
    assert_eq!(said.as_deref(), Some("pseudonym-not-taken"));
    tablet.send(Event::DiscardForm);

    ask_for_them(&world);
    tablet.send_everything().unwrap();
    begin(&mut tablet, "no");
    assert!(!asked(&tablet));
    tablet.send(Event::DiscardForm);
    for state in [Answer::Refused, Answer::DoesNotKnow] {
        let text = Answer::Known(AnswerValue::Text("en clair".to_owned()));
        let answers = [
            ("consent", choice("yes")),
            ("sleeping_place", choice("doorway")),
            // Nothing readable is ever taken here.
            ("pseudonym", text),
            ("pseudonym", state.clone()),
        ];
        tablet.stand_at(None);
        begin(&mut tablet, "yes");
        assert!(asked(&tablet));
        tablet.send(Event::TypePlace {
            text: "quai".to_owned(),
        });
        for (question, answer) in answers {
            tablet.send(Event::Answer {
                question: question.to_owned(),
                answer,
            });
        }
        tablet.send(Event::DismissMessage);
        let id = tablet.save().unwrap();
        tablet.send_everything().unwrap();
        let reviewed = reviewed(&world);
        assert_eq!(
            reviewed.line(id).unwrap().observation.answers["pseudonym"],
            state
        );
        assert!(reviewed.compared(id).unwrap().pseudonym.known().is_none());
    }
}

#[test]
fn the_binary_asks_at_the_coordination_s_order_logs_nothing_of_it_and_forgets_on_command() {
    let mut server = RealServer::prepare(1, None).unwrap();
    server.log_everything();
    server.start().unwrap();
    let campaign = server.plan.campaign;
    let console = Console::log_in(&server.base, COORDINATOR, PASSWORD).unwrap();
    let state = || console.detail(campaign).unwrap().pseudonyms;
    assert_eq!(state(), PseudonymState::Off);
    let order = |pseudonyms: Option<bool>| {
        let detail = console.detail(campaign).unwrap();
        let command = Command::SetDetails {
            name: detail.summary.name,
            nights: detail.summary.nights,
            coordination_number: detail.coordination_number,
            lock_minutes: None,
            legal: detail.legal,
            retention: detail.retention,
            pseudonyms,
        };
        console.order(campaign, &command)
    };
    order(Some(true)).unwrap();
    assert_eq!(state(), PseudonymState::Asked);
    // Whoever says nothing of it changes nothing of it.
    order(None).unwrap();
    assert_eq!(state(), PseudonymState::Asked);
    let mut tablet = server.tablet(7).unwrap();
    interview(&mut tablet, (0, 10.0), Some((GIVEN, FAMILY)));
    tablet.send_everything().unwrap();
    console.doubles(campaign).unwrap();
    let page = console.observations(campaign, "").unwrap();
    assert_eq!(page.rows.len(), 1);
    let quality: Quality = console
        .get(&format!("/api/campaigns/{campaign}/quality"))
        .unwrap();
    assert_eq!(quality.pseudonyms, PseudonymState::Asked);

    order(Some(false)).unwrap();
    assert_eq!(state(), PseudonymState::Kept);
    let (id, name) = (
        campaign.to_string(),
        console.detail(campaign).unwrap().summary.name,
    );
    let forget = ["campaign", "forget-pseudonyms", &id, "--confirm", &name];
    let reason = ["--reason", "doublons décidés le 3 février"];
    let told = server
        .command(&[&forget[..], &reason[..]].concat())
        .unwrap();
    assert!(told.contains("certificate"), "{told}");
    assert_eq!(state(), PseudonymState::Forgotten);
    assert!(order(Some(true)).is_err());
    // Control: the log is there, down to its smallest words.
    let log = server.logged().unwrap();
    assert!(log.windows(5).any(|word| word == b"TRACE") && log.len() > 10_000);
    let fields = PseudonymFields::of(GIVEN, FAMILY, YEAR).unwrap();
    for trace in [GIVEN.as_bytes(), FAMILY.as_bytes(), &fields.bytes()[..]] {
        assert!(!log.windows(trace.len()).any(|here| here == trace));
        assert_eq!(holding(&server.data(), trace), Vec::<String>::new());
    }
    assert!(!holding(&server.data(), MARK.as_bytes()).is_empty());
}
