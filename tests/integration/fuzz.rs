//! Bytes drawn and damaged without end against the four readers of what comes from outside: the gate,
//! the frames of `/sync`, the batches of `/api/sync`, and the rows of the log.
//!
//! Inputs grow from honest ones, checksums repaired, and those that got furthest are kept to be
//! damaged again. Each target runs for a second here; `cargo xtask proof fuzz` for as long as asked.

use maraude_core::document::{Actor, Document, DocumentKind, document_id};
use maraude_core::gate::{GateLimits, Prescan, admit, hash_of_change, prescan};
use maraude_core::model::DeviceId;
use maraude_core::sync::{decode_request, encode_request};
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

/// Damages inputs until the time is up; an input that `try_one` calls new is kept. How many.
fn run(seed: u64, seeds: Vec<Vec<u8>>, mut try_one: impl FnMut(&mut Dice, &[u8]) -> bool) -> u64 {
    let (mut dice, mut corpus) = (Dice::new(seed), seeds);
    let (since, mut tried) = (Instant::now(), 0);
    while since.elapsed() < budget() {
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
        if try_one(&mut dice, &input) && input.len() < 64 * 1024 {
            if corpus.len() < CORPUS {
                corpus.push(input);
            } else {
                let place = dice.whole(0, CORPUS as u32 - 1) as usize;
                corpus[place] = input;
            }
        }
        assert!(
            began.elapsed() < SLOW,
            "an input took {:?}",
            began.elapsed()
        );
        tried += 1;
    }
    tried
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

#[test]
fn gate() {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 11).unwrap();
    let seeds: Vec<Vec<u8>> = (0..20).flat_map(|_| tablet.write().unwrap()).collect();
    let mut seen = std::collections::HashSet::<String>::new();
    let (mut entered, limits) = (0_u64, GateLimits::default());
    let device = tablet.device;
    let tried = run(1, seeds, |dice, input| {
        let input = if dice.chance(0.9) && input.len() > 12 {
            tablet.mutant(input)
        } else {
            input.to_vec()
        };
        let scanned = prescan(&input, &limits);
        let mut document = Document::new(Actor::new(device, [0; 8]));
        let batch = [input];
        let kind = DocumentKind::Round;
        let admission = admit(&mut document, kind, &batch, device, true, &limits);
        let all = admission.accepted.len() + admission.known.len() + admission.refused.len();
        assert_eq!(all, 1, "each change is decided once");
        if let Some(change) = admission.accepted.first() {
            // What entered is what was sent, and a document that holds it is saved and read back.
            assert_eq!(Some(change.hash), hash_of_change(&batch[0]));
            let saved = document.snapshot();
            let again = Document::load(Actor::new(device, [1; 8]), &[&saved]).unwrap();
            assert_eq!(again.heads(), document.heads());
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
        seen.insert(format!("{depth:?}"))
    });
    println!(
        "fuzz gate: {tried} inputs, {} ways told apart, {entered} entered",
        seen.len()
    );
    assert!(tried > 0 && entered > 0, "control: something gets through");
}

#[test]
fn frame() {
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
    let tried = run(2, vec![join.clone(), sync], |_, input| {
        let said = converse(&world, tablet.device, &[&join, input]);
        answered += u64::from(said.as_ref().is_ok_and(|said| !said.is_empty()));
        said.is_ok()
    });
    println!("fuzz frame: {tried} messages, {answered} answered");
    assert!(answered > 0, "control: an honest message is answered");
    // The tablet beside is served.
    let own = tablet.write().unwrap();
    let envelope = tablet.seal(&world, own).unwrap();
    assert_eq!(
        tablet.send(&world, vec![envelope]).unwrap().receipts.len(),
        1
    );
}

#[test]
fn batch() {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 13).unwrap();
    let mut seeds = Vec::new();
    for _ in 0..8 {
        let own = tablet.write().unwrap();
        let envelope = tablet.seal(&world, own).unwrap();
        seeds.push(encode_request(&tablet.request(&world, vec![envelope])));
    }
    let (mut read, mut receipts) = (0_u64, 0);
    let device = tablet.device;
    let tried = run(3, seeds, |dice, input| {
        let Ok(mut request) = decode_request(input) else {
            return false;
        };
        for envelope in &mut request.envelopes {
            if dice.chance(0.5) && envelope.len() > 80 {
                *envelope = tablet.damage(envelope).into();
            }
        }
        read += 1;
        let sent = request.envelopes.len();
        let answer = world.exchange(device, request).unwrap();
        assert!(answer.receipts.len() + answer.refused.len() <= sent);
        receipts += answer.receipts.len();
        true
    });
    println!("fuzz batch: {tried} requests, {read} read, {receipts} receipts");
    assert!(receipts > 0, "control: an honest envelope gets a receipt");
}

#[test]
fn storage_rows() {
    let mut world = World::new().unwrap();
    let mut tablet = HostileTablet::enrol(&mut world, 0, 14).unwrap();
    let own: Vec<Vec<u8>> = (0..5).flat_map(|_| tablet.write().unwrap()).collect();
    let envelope = tablet.seal(&world, own).unwrap();
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
    let tried = run(4, seeds, |dice, input| {
        let (position, bytes) = dice.pick(&rows);
        put(*position, input);
        match log.changes(document) {
            // Never other bytes than those that were let in.
            Ok(read) => {
                assert_eq!(read, sound);
                same += 1;
            }
            Err(_) => named += 1,
        }
        put(*position, bytes);
        false
    });
    println!("fuzz storage rows: {tried} rows, {named} named as damaged, {same} as they were");
    assert!(named > 0, "control: damage is seen");
    assert_eq!(log.changes(document).unwrap(), sound);
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
