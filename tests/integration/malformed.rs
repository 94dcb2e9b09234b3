//! An enrolled tablet sends damaged bytes at every depth: the server lives, lets nothing wrong in,
//! and serves the tablet beside it throughout.

use maraude_core::document::{Actor, Document, document_id};
use maraude_core::gate::{Admission, GateLimits, admit, hash_of_change};
use maraude_core::sync::decode_request;
use maraude_tests::hostile::HostileTablet;
use maraude_tests::world::World;
use std::time::Instant;

/// Malformed inputs of a run of the tests; `MARAUDE_MALFORMED` asks for more.
const INPUTS: usize = 10_000;

/// Honest changes of one envelope that mutants are made of, and mutants of each.
const TARGETS: usize = 8;
const MUTANTS: usize = 12;

fn inputs() -> usize {
    let asked = std::env::var("MARAUDE_MALFORMED").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(INPUTS)
}

/// Everything the log holds passes the gate again, under its author's name.
fn log_is_sound(world: &World) {
    let engine = world.engine().unwrap();
    for stored in engine.log().documents().unwrap() {
        let actor = Actor::new(engine.server_device(), [0; 8]);
        let mut again = Document::new(actor);
        for change in engine.log().changes(stored.document).unwrap() {
            let bytes = [change.change.bytes];
            let limits = GateLimits::default();
            let author = change.change.device;
            let kind = stored.name.kind();
            let Admission { refused, .. } = admit(&mut again, kind, &bytes, author, true, &limits);
            assert!(refused.is_empty(), "{refused:?}");
        }
        let held = engine.document(&stored.name).unwrap();
        assert_eq!(held.heads(), again.heads());
    }
}

#[test]
fn no_malformed_input_kills_the_server_enters_or_holds_anybody_up() {
    let mut world = World::new().unwrap();
    let mut hostile = HostileTablet::enrol(&mut world, 0, 3).unwrap();
    let mut honest = HostileTablet::enrol(&mut world, 1, 4).unwrap();
    let since = Instant::now();
    let (mut sent, mut entered, mut panics, mut honest_saves) = (0, 0, 0, 0);
    while sent < inputs() {
        let mut changes = Vec::new();
        for _ in 0..TARGETS {
            let mut written = hostile.write().unwrap();
            let target = written.pop().unwrap();
            changes.extend(written);
            changes.extend((0..MUTANTS).map(|_| hostile.mutant(&target)));
        }
        // Honest work among the damaged is let in.
        let own = hostile.write().unwrap();
        changes.extend(own.iter().cloned());
        let envelope = hostile.seal(&world, changes).unwrap();
        let damaged = [hostile.damage(&envelope), hostile.damage(&envelope)];
        let request = hostile.request(&world, vec![envelope.clone()]);
        let torn = hostile.damaged_request(&request);
        if let Ok(read) = decode_request(&torn) {
            // Refused or not: what it does to the log is looked at below.
            let _ = world.exchange(hostile.device, read);
        }
        let [first, last] = damaged;
        let told = hostile.send(&world, vec![first, envelope, last]).unwrap();
        for receipt in &told.receipts {
            entered += receipt.changes.len();
            let codes = receipt.quarantined.iter().map(|refused| &refused.code);
            panics += codes.filter(|code| *code == "change-panics").count();
        }
        for change in own {
            let wanted = hash_of_change(&change).unwrap().0;
            let mut entered = told.receipts.iter().flat_map(|receipt| &receipt.changes);
            assert!(
                entered.any(|hash| hash.as_slice() == wanted),
                "honest work was held up"
            );
        }
        let beside = honest.write().unwrap();
        honest_saves += beside.len();
        let beside = honest.seal(&world, beside).unwrap();
        let told = honest.send(&world, vec![beside]).unwrap();
        assert!(
            told.receipts[0].quarantined.is_empty(),
            "the tablet beside was held up"
        );
        sent += TARGETS * MUTANTS + 3;
    }
    log_is_sound(&world);
    let id = document_id(&honest.name);
    let held = world.engine().unwrap().log().changes(id).unwrap();
    assert_eq!(held.len(), honest_saves);
    println!(
        "{sent} malformed inputs in {:.0} s: 0 process deaths, 0 wrong accepts ({entered} sound \
         changes entered), {panics} panics contained, {honest_saves} honest saves beside them",
        since.elapsed().as_secs_f64()
    );
    assert!(entered < sent / 2);
}
