//! Bytes drawn and damaged without end against the four readers of what comes from outside: the gate,
//! the frames of `/sync`, the batches of `/api/sync`, and the rows of the log.
//!
//! Inputs grow from honest ones, checksums repaired, and those that got furthest are kept to be
//! damaged again. Each target runs for a second here; `cargo xtask proof fuzz` for as long as asked.
//! Each has a control: the same loop finds a fault planted in what it reads.

use crate::malformed::{forgets_the_author, log_is_sound};
use maraude_core::document::{Actor, Document, DocumentKind, document_id};
use maraude_core::gate::{GateLimits, Prescan, admit_under_actors, hash_of_change, prescan};
use maraude_core::model::{DeviceId, DocumentId};
use maraude_core::sync::{decode_request, encode_request};
use maraude_server::store::{Log, StoreError, StoredChange};
use maraude_server::sync::Gate;
use maraude_server::sync::facade::{Facade, document_text};
use maraude_tests::dice::Dice;
use maraude_tests::hostile::HostileTablet;
use maraude_tests::world::World;
use std::time::{Duration, Instant};

/// Inputs kept to be damaged again.
const CORPUS: usize = 400;

/// How long one input may take, however the machine is loaded.
const SLOW: Duration = Duration::from_secs(2);

fn budget() -> Duration {
    let asked = std::env::var("MARAUDE_FUZZ_SECONDS").ok();
    Duration::from_secs(asked.and_then(|text| text.parse().ok()).unwrap_or(1))
}

/// What an input came to: whether it got further than those before, or what it broke.
type Verdict = Result<bool, String>;

/// Damages inputs until the time is up; one that got further is kept. How many, or what was broken.
fn run(
    seed: u64,
    seeds: Vec<Vec<u8>>,
    budget: Duration,
    mut try_one: impl FnMut(&mut Dice, &[u8]) -> Verdict,
) -> Result<u64, String> {
    let (mut dice, mut corpus) = (Dice::new(seed), seeds);
    let (since, mut tried) = (Instant::now(), 0);
    while since.elapsed() < budget {
        let mut input = dice.pick(&corpus).clone();
        if dice.chance(0.2) {
            let other = dice.pick(&corpus).clone();
            let (from, to) = (place(&mut dice, &input), place(&mut dice, &other));
            input.truncate(from);
            input.extend_from_slice(&other[to..]);
        }
        for _ in 0..dice.whole(0, 4) {
            damage(&mut dice, &mut input);
        }
        let began = Instant::now();
        if try_one(&mut dice, &input)? && input.len() < 64 * 1024 {
            if corpus.len() < CORPUS {
                corpus.push(input);
            } else {
                let place = dice.whole(0, CORPUS as u32 - 1) as usize;
                corpus[place] = input;
            }
        }
        if began.elapsed() > SLOW {
            return Err(format!("an input took {:?}", began.elapsed()));
        }
        tried += 1;
    }
    Ok(tried)
}

/// How long a loop may look for a planted fault; it usually takes a moment.
const FOUND_WITHIN: Duration = Duration::from_mins(1);

/// What a loop over a planted fault says of it.
fn found(target: &str, told: Result<(), String>) {
    let told = told.expect_err("the planted fault was not found");
    println!("fuzz {target}: the planted fault is found: {told}");
}

/// The damage is in what is read: a promise broken is told, and a panic of ours too.
fn or_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.map_err(|_| "a reader panicked".to_owned())
}

fn place(dice: &mut Dice, bytes: &[u8]) -> usize {
    dice.whole(0, bytes.len() as u32) as usize
}

fn damage(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = place(dice, bytes);
    let value = dice.whole(0, 255) as u8;
    match dice.whole(0, 5) {
        0 if at < bytes.len() => {
            bytes.remove(at);
        }
        1 => bytes.insert(at, value),
        2 if at < bytes.len() => bytes[at] ^= 1 << (value % 8),
        3 => {
            let end = (at + usize::from(value)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let claims = [
                &[0xff; 9][..],
                &[0x80; 10],
                &[0; 4],
                &[0x7f; 3],
                &[0x9b, 0xff],
            ];
            let piece = dice.pick(&claims).to_vec();
            bytes.splice(at..at, piece);
        }
        _ if at < bytes.len() => bytes[at] = value,
        _ => bytes.truncate(at),
    }
}

/// What tells two inputs apart: how far the gate read them.
type Depth = (Result<Prescan, &'static str>, usize, Vec<&'static str>);

fn fuzz_gate(gate: Gate, budget: Duration) -> Result<(), String> {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 11).unwrap();
    let seeds: Vec<Vec<u8>> = (0..20).flat_map(|_| tablet.write().unwrap()).collect();
    let mut seen = std::collections::HashSet::<String>::new();
    let (mut entered, limits) = (0_u64, GateLimits::default());
    let device = tablet.device;
    let tried = run(1, seeds, budget, |dice, input| {
        let input = if dice.chance(0.9) && input.len() > 12 {
            tablet.mutant(input)
        } else {
            input.to_vec()
        };
        let scanned = prescan(&input, &limits);
        let mut document = Document::new(Actor::new(device, [0; 8]));
        let batch = [input];
        let kind = DocumentKind::Round;
        let admission = or_panic(|| gate(&mut document, kind, &batch, device, &[], true, &limits))?;
        let all = admission.accepted.len() + admission.known.len() + admission.refused.len();
        if all != 1 {
            return Err("a change is not decided once".to_owned());
        }
        if let Some(change) = admission.accepted.first() {
            // What entered is what was sent and the author's own, and a document that holds it is
            // saved and read back.
            let own = change_is_by(&change.bytes, device);
            let sent = Some(change.hash) == hash_of_change(&batch[0]);
            let saved = document.snapshot();
            let again = Document::load(Actor::new(device, [1; 8]), &[&saved]);
            let reads = again.is_ok_and(|again| again.heads() == document.heads());
            if !(own && sent && reads) {
                return Err(format!(
                    "wrong accept: own {own}, as sent {sent}, reads {reads}"
                ));
            }
            entered += 1;
        }
        let codes = admission
            .refused
            .iter()
            .map(|(_, refusal, _)| refusal.code());
        let depth: Depth = (
            scanned.map_err(|refusal| refusal.code()),
            admission.accepted.len(),
            codes.collect(),
        );
        Ok(seen.insert(format!("{depth:?}")))
    })?;
    println!(
        "fuzz gate: {tried} inputs, {} ways told apart, {entered} entered",
        seen.len()
    );
    assert!(tried > 0 && entered > 0, "control: something gets through");
    Ok(())
}

fn change_is_by(change: &[u8], device: DeviceId) -> bool {
    let actors = maraude_core::gate::actors_of_changes(&[change.to_vec()], &GateLimits::default());
    let by = |actor: &Vec<u8>| Actor::from_slice(actor).map(|actor| actor.device());
    actors.iter().all(|actor| by(actor) == Some(device))
}

#[test]
fn gate() {
    fuzz_gate(admit_under_actors, budget()).unwrap();
}

#[test]
fn a_gate_that_forgets_a_rule_is_found() {
    found("gate", fuzz_gate(forgets_the_author, FOUND_WITHIN));
}

/// What stands between a frame's bytes and the server.
type Reading = fn(&[u8]);

/// A reader that believes how long a byte string says it is.
fn trusts_a_length(frame: &[u8]) {
    let mut after = frame
        .iter()
        .enumerate()
        .skip_while(|(_, byte)| **byte != 0x58);
    if let (Some((at, _)), Some((_, length))) = (after.next(), after.next()) {
        let text = &frame[at + 2..at + 2 + usize::from(*length)];
        assert_eq!(text.len(), usize::from(*length));
    }
}

fn fuzz_frame(reading: Reading, budget: Duration) -> Result<(), String> {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 12).unwrap();
    let changes = tablet.write().unwrap();
    let mut message = vec![0x42, 0, 0, 0, changes.len() as u8];
    for change in &changes {
        message.extend([0x80 | change.len() as u8 & 0x7f, (change.len() >> 7) as u8]);
        message.extend(change);
    }
    let text = document_text(document_id(&tablet.name));
    let cbor = |fields: &[(&str, ciborium::Value)]| {
        let fields = fields.iter().cloned();
        let map = fields.map(|(name, value)| (name.into(), value)).collect();
        let mut bytes = Vec::new();
        ciborium::into_writer(&ciborium::Value::Map(map), &mut bytes).unwrap();
        bytes
    };
    let join = cbor(&[("type", "join".into()), ("senderId", "fuzz".into())]);
    let sync = cbor(&[
        ("type", "sync".into()),
        ("documentId", text.into()),
        ("data", ciborium::Value::Bytes(message)),
    ]);
    let mut answered = 0_u64;
    let device = tablet.device;
    let tried = run(2, vec![join.clone(), sync], budget, |_, input| {
        let said = or_panic(|| {
            reading(input);
            converse(&world, device, &[&join, input])
        })?;
        answered += u64::from(said.as_ref().is_ok_and(|said| !said.is_empty()));
        Ok(said.is_ok())
    })?;
    println!("fuzz frame: {tried} messages, {answered} answered");
    assert!(answered > 0, "control: an honest message is answered");
    // The tablet beside is served.
    let own = tablet.write().unwrap();
    let envelope = tablet.seal(own).unwrap();
    assert_eq!(
        tablet.send(&world, vec![envelope]).unwrap().receipts.len(),
        1
    );
    Ok(())
}

#[test]
fn frame() {
    fuzz_frame(|_| (), budget()).unwrap();
}

#[test]
fn a_frame_reader_that_trusts_a_length_is_found() {
    found("frame", fuzz_frame(trusts_a_length, FOUND_WITHIN));
}

fn fuzz_batch(mut world: World, budget: Duration) -> Result<(), String> {
    let mut tablet = HostileTablet::enrol(&mut world, 0, 13).unwrap();
    let mut seeds = Vec::new();
    for _ in 0..8 {
        let own = tablet.write().unwrap();
        let envelope = tablet.seal(own).unwrap();
        seeds.push(encode_request(
            &tablet.request(world.clock.now(), vec![envelope]),
        ));
    }
    let (mut read, mut receipts) = (0_u64, 0);
    let device = tablet.device;
    let tried = run(3, seeds, budget, |dice, input| {
        let Ok(mut request) = decode_request(input) else {
            return Ok(false);
        };
        if dice.chance(0.3) {
            let target = tablet.write().unwrap().pop().unwrap();
            let mutants = (0..4).map(|_| tablet.mutant(&target)).collect();
            request.envelopes.push(tablet.seal(mutants).unwrap().into());
        }
        for envelope in &mut request.envelopes {
            if dice.chance(0.5) && envelope.len() > 80 {
                *envelope = tablet.damage(envelope).into();
            }
        }
        read += 1;
        let sent = request.envelopes.len();
        let answer = or_panic(|| world.exchange(device, request).unwrap())?;
        if answer.receipts.len() + answer.refused.len() > sent {
            return Err("more was answered than was sent".to_owned());
        }
        receipts += answer.receipts.len();
        if read.is_power_of_two() {
            log_is_sound(&world)?;
        }
        Ok(true)
    })?;
    log_is_sound(&world)?;
    println!("fuzz batch: {tried} requests, {read} read, {receipts} receipts");
    assert!(receipts > 0, "control: an honest envelope gets a receipt");
    Ok(())
}

#[test]
fn batch() {
    fuzz_batch(World::new().unwrap(), budget()).unwrap();
}

#[test]
fn a_server_that_takes_foreign_work_is_found() {
    let world = World::behind(forgets_the_author).unwrap();
    found("batch", fuzz_batch(world, FOUND_WITHIN));
}

/// How a document's changes are read from the log.
type Changes = fn(&dyn Log, DocumentId) -> Result<Vec<StoredChange>, StoreError>;

/// The log's own.
fn tells_damage(log: &dyn Log, document: DocumentId) -> Result<Vec<StoredChange>, StoreError> {
    log.changes(document)
}

/// A reader that leaves out what it cannot open, and says nothing.
fn leaves_out_damage(log: &dyn Log, document: DocumentId) -> Result<Vec<StoredChange>, StoreError> {
    log.changes(document).or(Ok(Vec::new()))
}

fn fuzz_rows(changes: Changes, budget: Duration) -> Result<(), String> {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 14).unwrap();
    let own: Vec<Vec<u8>> = (0..5).flat_map(|_| tablet.write().unwrap()).collect();
    let envelope = tablet.seal(own).unwrap();
    tablet.send(&world, vec![envelope]).unwrap();
    let engine = world.engine().unwrap();
    let log = engine.log().clone();
    let document = document_id(&tablet.name);
    let sound = log.changes(document).unwrap();
    let file = world
        .data()
        .join(format!("campaigns/{}/log.db", world.plan.campaign));
    let disk = rusqlite::Connection::open(file).unwrap();
    let rows: Vec<(i64, Vec<u8>)> = {
        let mut statement = disk.prepare("SELECT position, bytes FROM changes").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let put = |position: i64, bytes: &[u8]| {
        let sql = "UPDATE changes SET bytes = ?2 WHERE position = ?1";
        disk.execute(sql, rusqlite::params![position, bytes])
            .unwrap();
    };
    let (mut named, mut same) = (0_u64, 0_u64);
    let seeds = rows.iter().map(|(_, bytes)| bytes.clone()).collect();
    let tried = run(4, seeds, budget, |dice, input| {
        let (position, bytes) = dice.pick(&rows);
        put(*position, input);
        let read = or_panic(|| changes(&*log, document))?;
        put(*position, bytes);
        match read {
            // Never other bytes than those that were let in.
            Ok(read) if read != sound => Err("other changes are read than were let in".to_owned()),
            Ok(_) => {
                same += 1;
                Ok(false)
            }
            Err(_) => {
                named += 1;
                Ok(false)
            }
        }
    })?;
    println!("fuzz storage rows: {tried} rows, {named} named as damaged, {same} as they were");
    assert!(named > 0, "control: damage is seen");
    assert_eq!(log.changes(document).unwrap(), sound);
    Ok(())
}

#[test]
fn storage_rows() {
    fuzz_rows(tells_damage, budget()).unwrap();
}

#[test]
fn a_reader_of_rows_that_leaves_out_damage_is_found() {
    found("storage rows", fuzz_rows(leaves_out_damage, FOUND_WITHIN));
}

/// What a connection hears when it says these, one after the other.
fn converse(world: &World, device: DeviceId, said: &[&[u8]]) -> Result<Vec<Vec<u8>>, String> {
    let (engine, pool) = (world.engine().unwrap(), world.pool());
    let mut facade = Facade::new(engine, pool, device, "server".to_owned());
    let mut heard = Vec::new();
    for bytes in said {
        let answer = world.block_on(facade.receive(bytes));
        heard = answer.map_err(|error| {
            assert_ne!(error.code(), "broken", "{error}");
            error.to_string()
        })?;
    }
    Ok(heard)
}
