//! One person's erasure, from the slip of paper to the last tablet: nothing of what was erased is in
//! any file of the server or the tablets, and nothing of anybody else is lost.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationId};
use maraude_server::app::{ErasingError, ErasureCertificate, ErasureWish};
use maraude_server::maintenance::{BackupOrder, back_up};
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use std::collections::BTreeSet;
use std::path::Path;

/// Written in what will be erased, and nowhere else.
pub(super) const MARKER: &str = "manteau orange, chien noir nommé Zibeline";

/// What is answered of somebody else.
const OTHER: &str = "sac bleu";

pub(super) fn person(tablet: &mut SimulatedTablet, note: &str) -> ObservationId {
    let text = |text: &str| Answer::Known(AnswerValue::Text(text.to_owned()));
    let choice = |code: &str| Answer::Known(AnswerValue::Choice(code.to_owned()));
    let answers = [
        ("consent", choice("yes")),
        ("sleeping_place", choice("doorway")),
        ("marks", text(note)),
    ];
    tablet
        .fill(FormKind::Interview, None, None, &answers)
        .unwrap()
}

pub(super) fn out(world: &mut World) -> SimulatedTablet {
    let mut tablet = world.tablet(0).unwrap();
    let plan = &world.plan;
    (tablet.set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)).unwrap();
    tablet
}

pub(super) fn code_of(tablet: &SimulatedTablet, id: ObservationId) -> String {
    let entries = tablet.entries();
    let entry = entries.iter().find(|entry| entry.id == id).unwrap();
    entry
        .paper_code
        .clone()
        .expect("somebody who answered has a code")
}

fn ids(tablet: &SimulatedTablet) -> BTreeSet<ObservationId> {
    tablet.entries().iter().map(|entry| entry.id).collect()
}

/// Files under a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path)
                && bytes
                    .windows(text.len())
                    .any(|piece| piece == text.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

pub(super) fn wish(world: &World, code: &str, observation: ObservationId) -> ErasureWish {
    ErasureWish {
        campaign: world.plan.campaign,
        code: code.to_owned(),
        observation,
        author: "command".to_owned(),
        reason: "demande reçue le 3 février".to_owned(),
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the slip of paper to the last tablet"
)]
fn what_a_person_had_erased_is_nowhere_and_nothing_else_is_lost() {
    let mut world = World::new().unwrap();
    let (mut one, mut late) = (out(&mut world), out(&mut world));
    let erased = person(&mut one, MARKER);
    let other = person(&mut one, OTHER);
    for tablet in [&mut one, &mut late] {
        tablet.send_everything().unwrap();
        tablet.send_everything().unwrap();
    }
    assert_eq!(ids(&late), [erased, other].into());
    let code = code_of(&one, erased);
    // From here on without network: it goes on, about the one who leaves and about others.
    late.go_offline();
    let answer = Answer::Known(AnswerValue::Integer(2));
    late.edit(erased, &[("n_dogs", answer.clone())]).unwrap();
    late.edit(other, &[("n_dogs", answer)]).unwrap();
    let met_later = person(&mut late, OTHER);

    let campaign = world.plan.campaign;
    let live = world.app().live_view(campaign).unwrap();
    live.catch_up().unwrap();
    // Control: the view holds it in clear before, so that the search would find it.
    assert!(!holding(world.data(), MARKER).is_empty());
    let copies = tempfile::tempdir().unwrap();
    let order = BackupOrder {
        out: copies.path().to_owned(),
        same_disk_counts: false,
        keep: None,
    };
    back_up(
        world.app().campaigns(),
        &order,
        world.clock.now(),
        &|_, _| Ok(()),
    )
    .unwrap();

    let sloppy = code.to_lowercase().replace('-', " ");
    let found = world
        .app()
        .find_person(campaign, &sloppy, "command")
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].held.values().any(|text| text == MARKER));
    let wrong = world
        .app()
        .find_person(campaign, "ABCD-EFGH-JKM", "command");
    assert!(matches!(
        wrong,
        Err(ErasingError::Code | ErasingError::Unknown)
    ));
    let mut short = wish(&world, &code, erased);
    short.reason = "x".to_owned();
    assert!(matches!(
        world.app().erase_person(&short),
        Err(ErasingError::Ending(_))
    ));

    let signed = world
        .app()
        .erase_person(&wish(&world, &code, erased))
        .unwrap();
    let certificate: ErasureCertificate = serde_json::from_str(&signed.certificate).unwrap();
    assert_eq!(certificate.erased.documents.len(), 1);
    assert_eq!(certificate.copies_reached.len(), 1);
    assert!(certificate.view_made_anew && certificate.copies_not_reached.is_empty());
    assert!(world.audited("person-erased") && world.audited("person-read"));
    assert_eq!(holding(world.data(), MARKER), Vec::<String>::new());
    let again = world.app().erase_person(&wish(&world, &code, erased));
    assert!(matches!(again, Err(ErasingError::Unknown)));

    // The tablet that is there learns it, forgets it, and says so.
    for _ in 0..3 {
        one.send_everything().unwrap();
    }
    assert_eq!(ids(&one), [other].into());
    let said = one.view().message.map(|message| message.code);
    assert_eq!(said.as_deref(), Some("round-reissued"));
    assert_eq!(
        one.files
            .keys()
            .filter(|name| name.starts_with("round-"))
            .count(),
        1
    );

    // The one that was away brings its work about the others, and nothing back.
    late.go_online();
    for _ in 0..3 {
        late.send_everything().unwrap();
    }
    assert_eq!(ids(&late), [other, met_later].into());
    assert_eq!(late.acknowledged().len(), 2);
    for _ in 0..2 {
        one.send_everything().unwrap();
    }
    assert_eq!(ids(&one), [other, met_later].into());
    let dogs = |tablet: &SimulatedTablet| {
        let entries = tablet.entries();
        let entry = entries.iter().find(|entry| entry.id == other).unwrap();
        entry.facts.len()
    };
    assert_eq!(dogs(&one), dogs(&late));
    live.catch_up().unwrap();
    assert_eq!(holding(world.data(), MARKER), Vec::<String>::new());

    // Nor after locking, starting again and opening.
    for tablet in [&mut one, &mut late] {
        tablet.kill_and_start();
        tablet.unlock();
        tablet.send_everything().unwrap();
        assert_eq!(ids(tablet), [other, met_later].into());
        assert!(tablet.view().outbox.unsent == 0);
    }
    // They go on in the round that took the former's place.
    let more = person(&mut one, OTHER);
    one.send_everything().unwrap();
    late.send_everything().unwrap();
    assert_eq!(ids(&late), [other, met_later, more].into());
    world.restart().unwrap();
    let live = world.app().live_view(campaign).unwrap();
    live.catch_up().unwrap();
    assert_eq!(live.view().observation_ids().unwrap().len(), 3);
    assert_eq!(holding(world.data(), MARKER), Vec::<String>::new());
}
