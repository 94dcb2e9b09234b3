//! What must not enter, one by one.

use super::*;
use crate::document::{Actor, ChangeHash, GENESIS};
use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, Change, ExpandedChange, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;
use std::time::Instant;

fn refusal(document: &mut Document, device: u8, change: &[u8]) -> Option<Refusal> {
    let before = document.heads();
    let admission = admitted(document, device, &[change.to_vec()]);
    let refusal = admission.refused.first().map(|(_, refusal, bytes)| {
        assert_eq!(bytes, change, "kept as it came");
        *refusal
    });
    assert_eq!(refusal.is_some(), document.heads() == before);
    refusal
}

/// Writes a change with automerge under device 1 and asks for its refusal.
fn check(expected: Refusal, write: impl FnOnce(&mut Transaction<'_>, &ObjId)) {
    let mut document = round();
    let change = crafted(&document, Actor::new(sample::device(1), [77; 8]), write);
    assert_eq!(
        refusal(&mut document, 1, change.raw_bytes()),
        Some(expected)
    );
}

fn observation_key() -> String {
    format!("observation:{}", sample::observation(1, 4).id)
}

fn new_key() -> String {
    format!("observation:{}", sample::observation(1, 200).id)
}

fn existing(transaction: &Transaction<'_>, objects: &ObjId) -> ObjId {
    let found = transaction.get(objects, observation_key().as_str());
    found.unwrap().unwrap().1
}

#[test]
fn only_entries_and_scalars_enter() {
    let shape = Refusal::Shape;
    check(shape, |t, _| t.put(ROOT, "schema", 2).unwrap());
    check(shape, |t, _| {
        t.put_object(ROOT, "objects", ObjType::Map).unwrap();
    });
    check(shape, |t, _| t.delete(ROOT, "objects").unwrap());
    check(shape, |t, objects| {
        t.delete(objects, observation_key().as_str()).unwrap();
    });
    check(shape, |t, objects| {
        t.put(objects, new_key().as_str(), 1).unwrap();
    });
    check(shape, |t, objects| {
        let entry = existing(t, objects);
        t.delete(entry, "note").unwrap();
    });
    for kind in [ObjType::List, ObjType::Text, ObjType::Map] {
        check(shape, |t, objects| {
            let entry = existing(t, objects);
            t.put_object(entry, "note", kind).unwrap();
        });
    }
    check(shape, |t, objects| {
        t.put_object(objects, new_key().as_str(), ObjType::List)
            .unwrap();
    });
    check(shape, |t, objects| {
        let entry = existing(t, objects);
        t.put(&entry, "seen", ScalarValue::counter(1)).unwrap();
    });
}

#[test]
fn keys_names_and_lengths_are_bounded() {
    for key in [
        "observation",
        "observation:1",
        "person:b98b5cc1-c2d4-4a63-9a49-5a4c38d9d4f1",
        "sector:b98b5cc1-c2d4-4a63-9a49-5a4c38d9d4f1",
        "observation:B98B5CC1-C2D4-4A63-9A49-5A4C38D9D4F1",
        "observation:b98b5cc1-c2d4-4a63-9a49-5a4c38d9d4f1:x",
    ] {
        check(Refusal::Key, |t, objects| {
            t.put_object(objects, key, ObjType::Map).unwrap();
        });
    }
    check(Refusal::TooLong, |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "note", "a".repeat(2_049)).unwrap();
    });
    check(Refusal::TooLong, |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "b".repeat(97).as_str(), 1).unwrap();
    });
    check(Refusal::CreationField, |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "created", "0 nobody").unwrap();
    });
    check(Refusal::ForeignStamp, |t, objects| {
        let entry = t
            .put_object(objects, new_key().as_str(), ObjType::Map)
            .unwrap();
        let stamp = format!("5 {}", sample::device(2));
        t.put(entry, "created", stamp).unwrap();
    });
}

#[test]
fn an_entry_is_made_once() {
    let mut server = round();
    let twin = crafted(
        &Document::new(sample::actor(9)),
        sample::actor(9),
        |t, objects| {
            t.put_object(objects, observation_key().as_str(), ObjType::Map)
                .unwrap();
        },
    );
    let twin = twin.raw_bytes();
    assert_eq!(refusal(&mut server, 9, twin), Some(Refusal::KeyExists));
}

#[test]
fn an_unknown_field_and_an_odd_value_enter() {
    let mut document = round();
    let change = crafted(&document, sample::actor(9), |t, objects| {
        let entry = existing(t, objects);
        t.put(&entry, "drone", vec![1_u8, 2]).unwrap();
        t.put(&entry, "heads", "many").unwrap();
        t.put(&entry, "contact", 3.5).unwrap();
        t.put(&entry, "v", 9).unwrap();
    });
    assert_eq!(refusal(&mut document, 9, change.raw_bytes()), None);
}

#[test]
fn nobody_writes_under_another_name_or_without_the_right() {
    let mut document = round();
    let change = crafted(&document, sample::actor(2), |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "note", "x").unwrap();
    });
    let raw = change.raw_bytes();
    assert_eq!(refusal(&mut document, 1, raw), Some(Refusal::ForeignActor));
    let author = sample::device(2);
    let kind = DocumentKind::Round;
    let closed = admit(
        &mut document,
        kind,
        &[raw.to_vec()],
        author,
        false,
        &limits(),
    );
    assert_eq!(closed.refused[0].1, Refusal::ReadOnly);
    assert_eq!(refusal(&mut document, 2, raw), None);
}

#[test]
fn what_hangs_in_the_air_waits_and_what_hangs_on_a_refusal_falls() {
    let mut tablet = round();
    let mut server = tablet.clone();
    let first = tablet
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 5));
        })
        .unwrap();
    let second = tablet
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 6));
        })
        .unwrap();
    assert_eq!(
        refusal(&mut server, 1, &second.bytes),
        Some(Refusal::MissingDependencies)
    );
    // The first is refused for its author: its dependant falls, the honest one beside it enters.
    let mut other = Document::load(sample::actor(3), &[&server.snapshot()]).unwrap();
    let honest = other
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(3, 7));
        })
        .unwrap();
    let foreign = crafted(&server, sample::actor(2), |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "note", "x").unwrap();
    });
    let mut over = server.clone();
    over.apply(&[foreign.raw_bytes().to_vec()]).unwrap();
    let mut over = Document::load(sample::actor(3), &[&over.snapshot()]).unwrap();
    let dependant = over
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(3, 8));
        })
        .unwrap();
    let batch = [
        foreign.raw_bytes().to_vec(),
        dependant.bytes.clone(),
        honest.bytes.clone(),
    ];
    let admission = admitted(&mut server, 3, &batch);
    let why: Vec<Refusal> = admission.refused.iter().map(|(_, why, _)| *why).collect();
    assert_eq!(why, [Refusal::ForeignActor, Refusal::DependsOnRefused]);
    assert_eq!(admission.accepted, [honest]);
    let whole = admitted(&mut server, 1, &[second.bytes.clone(), first.bytes.clone()]);
    assert_eq!(whole.accepted, [first, second], "in causal order");
}

#[test]
fn a_clone_of_an_actor_is_found_out() {
    let mut tablet = round();
    let mut copy = tablet.clone();
    let mut server = tablet.clone();
    let one = tablet
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 5));
        })
        .unwrap();
    let other = copy
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 6));
        })
        .unwrap();
    assert_eq!(refusal(&mut server, 1, &one.bytes), None);
    assert_eq!(
        refusal(&mut server, 1, &other.bytes),
        Some(Refusal::Sequence)
    );
}

#[test]
fn another_first_change_never_enters() {
    let mut document = round();
    let mut stranger = Automerge::new().with_actor(sample::actor(1).as_bytes().as_slice().into());
    let mut transaction = stranger.transaction();
    transaction
        .put_object(ROOT, "objects", ObjType::Map)
        .unwrap();
    transaction.commit();
    let change = stranger.get_last_local_change().unwrap();
    assert_eq!(
        refusal(&mut document, 1, change.raw_bytes()),
        Some(Refusal::NotDescended)
    );
    let admission = admitted(&mut document, 1, &[GENESIS.to_vec()]);
    assert_eq!(admission.known.len(), 1);
    let whole = round().snapshot();
    assert_eq!(refusal(&mut document, 1, &whole), Some(Refusal::NotAChange));
}

/// A change as it would be if something in it were different.
fn altered(change: &Change, alter: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut expanded = change.decode();
    alter(&mut expanded);
    Change::from(expanded).raw_bytes().to_vec()
}

#[test]
fn nobody_hides_an_edit_they_have_not_seen() {
    let mut server = round();
    let mut colleague = Document::load(sample::actor(2), &[&server.snapshot()]).unwrap();
    let mut edited = sample::observation(1, 4);
    edited.note = Some("le vrai".into());
    let edit = colleague
        .commit(sample::AT, |w| w.put_observation(&edited))
        .unwrap();
    let blind = crafted(&server, sample::actor(3), |t, objects| {
        let entry = existing(t, objects);
        t.put(entry, "note", "le faux").unwrap();
    });
    let edit_change = Change::try_from(edit.bytes.as_slice()).unwrap();
    let target = automerge::legacy::OpId::new(edit_change.start_op().get(), edit_change.actor_id());
    assert_eq!(refusal(&mut server, 2, &edit.bytes), None);
    let hiding = altered(&blind, |change| {
        change.operations[0].pred = vec![target].into();
    });
    assert_eq!(refusal(&mut server, 3, &hiding), Some(Refusal::Shape));
    let jumping = altered(&blind, |change| {
        change.start_op = u64::from(u32::MAX).try_into().unwrap();
    });
    assert_eq!(refusal(&mut server, 3, &jumping), Some(Refusal::Sequence));
    let skipping = altered(&blind, |change| change.seq = 7);
    assert_eq!(refusal(&mut server, 3, &skipping), Some(Refusal::Sequence));
    assert_eq!(refusal(&mut server, 3, blind.raw_bytes()), None);
}

/// Automerge's own mark of an author, after the columns: it panics at one on a second change.
#[test]
fn nothing_follows_the_columns() {
    let mut tablet = round();
    let mut server = tablet.clone();
    let change = tablet
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 5));
        })
        .unwrap();
    let body = super::super::prescan::body(&change.bytes, &limits()).unwrap();
    for extra in [&[1, 2, b'm', b'e'][..], &[0], &[7, 1, 2, 3]] {
        let body = [&body, extra].concat();
        let hash = super::super::prescan::hash_of(&body);
        let marked = super::super::prescan::chunk_of(&body, hash);
        let read = Change::try_from(marked.as_slice()).unwrap();
        assert_eq!(read.seq(), 2);
        assert_eq!(read.author().is_some(), extra[0] == 1);
        assert_eq!(refusal(&mut server, 1, &marked), Some(Refusal::Shape));
    }
    assert_eq!(refusal(&mut server, 1, &change.bytes), None);
}

/// A change chunk by hand: a list made, then `count` nulls inserted, as run lengths.
fn bomb(count: u64) -> Vec<u8> {
    fn unsigned(out: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }
    // A positive signed number needs its sign bit free.
    fn signed(out: &mut Vec<u8>, value: u64) {
        let mut value = value;
        while value >= 0x40 {
            out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }
    let run = |value: u8| {
        let mut column = Vec::new();
        signed(&mut column, count);
        column.push(value);
        column
    };
    let mut insert = Vec::new();
    unsigned(&mut insert, 0);
    unsigned(&mut insert, count);
    let columns = [
        (0x34_u64, insert),
        (0x42, run(1)),
        (0x56, run(0)),
        (0x70, run(0)),
    ];
    let mut body = vec![1];
    body.extend_from_slice(&crate::document::GENESIS_HASH.0);
    body.push(24);
    body.extend_from_slice(sample::actor(1).as_bytes());
    body.extend_from_slice(&[1, 2, 0, 0, 0]);
    unsigned(&mut body, columns.len() as u64);
    for (specification, column) in &columns {
        unsigned(&mut body, *specification);
        unsigned(&mut body, column.len() as u64);
    }
    for (_, column) in &columns {
        body.extend_from_slice(column);
    }
    super::super::prescan::chunk_of(&body, super::super::prescan::hash_of(&body))
}

fn compressed(chunk: &[u8], body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    let deflated = encoder.finish().unwrap();
    let mut out = chunk[..8].to_vec();
    out.push(2);
    let mut length = deflated.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(&deflated);
    out
}

#[test]
fn a_hundred_bytes_that_claim_a_million_operations_are_refused_at_once() {
    let mut document = Document::new(sample::actor(99));
    for count in [2_001, 1_000_000, u64::MAX >> 2] {
        let bytes = bomb(count);
        assert!(bytes.len() < 140, "{}", bytes.len());
        let started = Instant::now();
        assert_eq!(
            refusal(&mut document, 1, &bytes),
            Some(Refusal::TooManyOperations)
        );
        assert!(
            started.elapsed().as_millis() < 10,
            "{:?}",
            started.elapsed()
        );
    }
    assert_eq!(
        prescan(&bomb(2_000), &limits()).map(|scan| scan.operations),
        Ok(2_000)
    );
}

#[test]
fn what_inflates_beyond_the_cap_is_refused_unread() {
    let mut document = Document::new(sample::actor(99));
    let body = vec![0; 50_000_000];
    let hash = ChangeHash([0; 32]);
    let chunk = super::super::prescan::chunk_of(&[], hash);
    let bytes = compressed(&chunk, &body);
    assert!(bytes.len() < 60_000);
    let started = Instant::now();
    assert_eq!(refusal(&mut document, 1, &bytes), Some(Refusal::TooLarge));
    assert!(started.elapsed().as_millis() < 50);
    let long = vec![1; limits().change_bytes + 1];
    assert_eq!(refusal(&mut document, 1, &long), Some(Refusal::TooLarge));
}

#[test]
fn a_compressed_change_enters_as_the_same_change() {
    let mut tablet = Document::new(sample::actor(1));
    let change = tablet
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 4));
        })
        .unwrap();
    let mut decoded = Change::try_from(change.bytes.as_slice()).unwrap();
    let deflated = decoded.bytes().into_owned();
    assert_eq!(deflated[8], 2);
    let mut server = Document::new(sample::actor(99));
    let admission = admitted(&mut server, 1, &[deflated]);
    assert_eq!(admission.accepted, [change]);
}

#[test]
fn a_tablet_takes_from_the_server_what_a_newer_version_wrote() {
    let mut document = round();
    let change = crafted(&document, sample::actor(50), |t, objects| {
        let entry = t.put_object(objects, "weather:1", ObjType::Map).unwrap();
        t.put(entry, "wind", 3).unwrap();
    });
    let changes = [change.raw_bytes().to_vec()];
    let kind = DocumentKind::Round;
    let admission = admit_from_server(&mut document, kind, &changes, &limits());
    assert_eq!((admission.accepted.len(), admission.refused.len()), (1, 0));
    let list = crafted(&document, sample::actor(51), |t, _| {
        t.put_object(ROOT, "list", ObjType::List).unwrap();
    });
    let changes = [list.raw_bytes().to_vec()];
    let admission = admit_from_server(&mut document, kind, &changes, &limits());
    assert_eq!(admission.refused[0].1, Refusal::Shape);
}
