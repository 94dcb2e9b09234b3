//! Tablets and servers of every version ever shipped stay welcome: what a tablet of it kept opens, its
//! outbox is taken in by a server that began with it, and the bytes its client sent are read.
//!
//! `tests/fixtures/nights/vN.cbor` is a night in the middle as version N left it, written once when the
//! version ships and kept for ever. `MARAUDE_WRITE_NIGHT=vN` writes one that is not there yet.

use crate::packed::{Files, bare, keep, load, packed, path};
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, TimestampMs};
use maraude_core::sync::{MEDIA_TYPE, decode_answer, encode_request};
use maraude_core::tablet::{Custody, Event, Phase};
use maraude_tests::enrolment;
use maraude_tests::hostile::HostileTablet;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Versions that shipped.
const VERSIONS: [&str; 1] = ["v1"];

/// Where they are kept.
const NIGHTS: &str = "nights";

/// A night in the middle.
#[derive(Serialize, Deserialize)]
struct Night {
    now: TimestampMs,
    /// A tablet's storage, locked: entries sent, entries waiting, a form half filled.
    tablet: Files,
    /// Entries as it showed them: how many heads, and whether the server had them.
    entries: Vec<(u32, bool)>,
    /// The server's data folder and its key.
    server: Files,
    master: ByteBuf,
    /// A request of another tablet of the version, as it left it, and the token it uploads under.
    request: ByteBuf,
    token: String,
}

fn answers(men: i64) -> [(&'static str, Answer<AnswerValue>); 2] {
    let place = AnswerValue::Choice("doorway".to_owned());
    [
        ("n_men", Answer::Known(AnswerValue::Integer(men))),
        ("sleeping_place", Answer::Known(place)),
    ]
}

fn shown(tablet: &SimulatedTablet) -> Vec<(u32, bool)> {
    let there = |custody| matches!(custody, Custody::OnServer | Custody::Read);
    let entries = tablet.entries().into_iter();
    let mut shown: Vec<_> = entries
        .map(|entry| (entry.heads.at_least(), there(entry.custody)))
        .collect();
    shown.sort_unstable();
    shown
}

/// A night of the present version, left in the middle.
fn present() -> Night {
    let mut world = World::new().unwrap();
    let mut tablet = world.tablet(0).unwrap();
    let plan = &world.plan;
    let (team, sector, night) = (plan.teams[0], plan.sectors[0], plan.night);
    tablet.set_out(team, Some(sector), night).unwrap();
    for men in 1..=3 {
        tablet
            .fill(FormKind::Count, None, None, &answers(men))
            .unwrap();
    }
    tablet.send_everything().unwrap();
    tablet.go_offline();
    for men in 4..=6 {
        tablet
            .fill(FormKind::Count, None, None, &answers(men))
            .unwrap();
    }
    let entries = shown(&tablet);
    // A form is left half filled.
    let form = FormKind::Count;
    tablet.send(Event::OpenForm { form, site: None });
    let [(question, answer), _] = answers(9);
    let question = question.to_owned();
    tablet.send(Event::Answer { question, answer });
    let code = world.code(0).unwrap();
    let agent = ureq::Agent::new_with_defaults();
    let other = enrolment::enrol(&agent, &world.base, &code, 8).unwrap();
    let mut writing = HostileTablet::of(&other, &world.plan);
    let changes = writing.write().unwrap();
    let envelope = writing.seal(changes).unwrap();
    let request = encode_request(&writing.request(tablet.now(), vec![envelope]));
    let (now, files) = (tablet.now(), tablet.files.clone());
    drop(tablet);
    let (server, master) = world.left_behind().unwrap();
    Night {
        now,
        tablet: packed(files),
        entries,
        server: packed(server),
        master: master.into(),
        request: request.into(),
        token: other.upload_token,
    }
}

#[test]
fn a_night_that_is_not_kept_yet_is_written_once() {
    let Ok(version) = std::env::var("MARAUDE_WRITE_NIGHT") else {
        // Nothing is asked for: what is kept is all there.
        return assert!(
            VERSIONS
                .iter()
                .all(|version| path(NIGHTS, version).exists())
        );
    };
    keep(NIGHTS, &version, &present());
}

/// Everything of a version is welcome here.
fn check(night: Night) {
    let master = night.master.into_vec();
    let world = World::found(&bare(night.server), &master, night.now).unwrap();
    let before = world.round(0).unwrap().0.observations.len();
    let sent = night.entries.iter().filter(|(_, there)| *there).count();
    assert_eq!(before, sent, "what the server had");

    let files = bare(night.tablet);
    let mut tablet = SimulatedTablet::over(&world.base, files, 3, night.now);
    assert!(matches!(tablet.view().phase, Phase::Locked { .. }));
    // What waits leaves by itself, sealed as it is.
    tablet.send(Event::SendNow);
    let there = world.round(0).unwrap().0.observations.len();
    assert_eq!(there, night.entries.len(), "sent while locked");
    tablet.unlock();
    let heads = |(heads, _): &(u32, bool)| *heads;
    let told: Vec<u32> = night.entries.iter().map(heads).collect();
    assert_eq!(shown(&tablet).iter().map(heads).collect::<Vec<_>>(), told);
    assert!(
        tablet.view().form.is_some(),
        "the form half filled is there"
    );
    // The night goes on, in the present version.
    tablet.send(Event::DiscardForm);
    tablet
        .fill(FormKind::Count, None, None, &answers(7))
        .unwrap();
    tablet.send_everything().unwrap();
    let after = shown(&tablet);
    assert_eq!(after.len(), night.entries.len() + 1);
    assert!(after.iter().all(|(_, there)| *there), "{after:?}");
    let round = world.round(0).unwrap().0;
    assert_eq!(round.observations.len(), after.len());

    let told = post(&world, &night.token, &night.request);
    let answer = decode_answer(&told.1).unwrap();
    assert_eq!(
        (told.0, answer.receipts.len(), answer.refused.len()),
        (200, 1, 0)
    );
    assert_eq!(answer.receipts[0].quarantined, vec![]);
    assert!(!world.round(0).unwrap().0.closures.is_empty());
}

fn post(world: &World, token: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let request = agent.post(format!("{}/api/sync", world.base));
    let request = request
        .header("content-type", MEDIA_TYPE)
        .header("authorization", format!("Bearer {token}"));
    let mut answer = request.send(body).unwrap();
    let code = answer.status().as_u16();
    (code, answer.body_mut().read_to_vec().unwrap())
}

#[test]
fn what_every_version_left_is_opened_and_its_clients_are_served() {
    for version in VERSIONS {
        check(load(NIGHTS, version));
    }
}

#[test]
fn what_this_version_leaves_is_opened_by_it() {
    check(present());
}

/// Controls: files that are not what they were, and a protocol nobody speaks, are told apart.
#[test]
fn a_night_that_was_damaged_is_seen() {
    let mut night: Night = load(NIGHTS, "v1");
    let world = World::found(&bare(night.server), &night.master, night.now).unwrap();
    let number = night.request.iter().position(|byte| *byte == b'p').unwrap() + "protocol".len();
    assert_eq!(
        night.request[number], 1,
        "the version, first of the request"
    );
    night.request[number] = 2;
    assert_eq!(post(&world, &night.token, &night.request).0, 400);
    let heads = |shown: &[(u32, bool)]| shown.iter().map(|(heads, _)| *heads).collect::<Vec<_>>();
    let files = bare(night.tablet);
    let misses = |name: &String| {
        let mut damaged = files.clone();
        if let Some(bytes) = damaged.get_mut(name) {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        let mut tablet = SimulatedTablet::over(&world.base, damaged, 3, night.now);
        tablet.unlock();
        heads(&shown(&tablet)) != heads(&night.entries)
    };
    assert!(!misses(&"none".to_owned()), "as it was left it opens");
    assert!(files.keys().any(misses));
}
