//! Snapshots are a cache: made when a document took long to read, equal to it, gone with its key, and
//! passed over when damaged.

use super::TEAM;
use crate::fixtures::World;
use crate::store::Tombstone;
use maraude_core::document::{Document, document_id};
use maraude_core::model::DocumentId;
use rusqlite::Connection;

/// Enough for a snapshot.
const MANY: u8 = 80;

/// A round with many changes, and what it reads as.
fn many() -> (World, DocumentId) {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let envelopes: Vec<Vec<u8>> = (0..MANY)
        .map(|number| {
            let closure = tablet.closure(number);
            tablet.save(&world, name, |w| w.put_closure(&closure))
        })
        .collect();
    let sent: Vec<&Vec<u8>> = envelopes.iter().collect();
    world.sync(&tablet, tablet.request(&world, &sent));
    (world, document_id(&name))
}

fn read(world: &World, document: DocumentId) -> Option<Document> {
    world.engine().read(document, Document::clone).ok()
}

/// A connection beside a server that stands still.
fn file(world: &World) -> Connection {
    let path = world.app.folder().log_db(world.campaign);
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA secure_delete=ON").unwrap();
    connection
}

fn says_the_same(one: &Document, other: &Document) {
    assert_eq!(one.heads(), other.heads());
    assert_eq!(one.change_count(), other.change_count());
    let all = |document: &Document| document.changes_since(&[]);
    assert_eq!(all(one), all(other));
    for key in one.keys() {
        assert_eq!(one.fields(&key), other.fields(&key));
    }
}

fn made(world: &World, document: DocumentId) {
    while world.engine().log().snapshot(document).unwrap().is_none() {
        std::thread::yield_now();
    }
}

#[test]
fn a_document_read_from_its_snapshot_is_the_same_and_what_came_later_is_in_it() {
    let (world, document) = many();
    let whole = read(&world, document).unwrap();
    assert!(world.engine().log().snapshot(document).unwrap().is_none());
    let world = world.restart();
    says_the_same(&read(&world, document).unwrap(), &whole);
    made(&world, document);
    let mut other = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = other.closure(200);
    let envelope = other.save(&world, name, |w| w.put_closure(&closure));
    world.sync(&other, other.request(&world, &[&envelope]));
    let whole = read(&world, document).unwrap();
    assert_eq!(whole.change_count(), usize::from(MANY) + 2);

    // It is the snapshot that is read: changes it covers may be unreadable.
    let world = world.restart();
    let spoilt = "UPDATE changes SET bytes = x'00' WHERE document = ?1 AND position <= ?2";
    let covered = world.engine().log().snapshot(document).unwrap().unwrap();
    let values = rusqlite::params![document.as_bytes(), covered.position];
    assert_eq!(
        file(&world).execute(spoilt, values).unwrap(),
        usize::from(MANY)
    );
    says_the_same(&read(&world, document).unwrap(), &whole);
    // Control: without it they are needed.
    let world = world.restart();
    file(&world).execute("DELETE FROM snapshots", []).unwrap();
    assert!(read(&world, document).is_none());
}

#[test]
fn a_damaged_snapshot_is_passed_over_and_made_again() {
    let (world, document) = many();
    let whole = read(&world, document).unwrap();
    let damages = [
        "UPDATE snapshots SET bytes = zeroblob(length(bytes))",
        "UPDATE snapshots SET bytes = x''",
        "UPDATE snapshots SET position = position - 1",
    ];
    let mut world = world;
    for damage in damages {
        world = world.restart();
        read(&world, document).unwrap();
        made(&world, document);
        world = world.restart();
        assert_eq!(file(&world).execute(damage, []).unwrap(), 1);
        assert!(world.engine().log().snapshot(document).unwrap().is_none());
        says_the_same(&read(&world, document).unwrap(), &whole);
        made(&world, document);
    }
    // One that is sound but stands for something else is found by counting.
    let world = world.restart();
    file(&world)
        .execute("UPDATE documents SET changes = changes - 1", [])
        .unwrap();
    says_the_same(&read(&world, document).unwrap(), &whole);
}

#[test]
fn an_erased_document_leaves_no_snapshot() {
    let (world, document) = many();
    let world = world.restart();
    read(&world, document).unwrap();
    made(&world, document);
    let before = world.engine().log().snapshot(document).unwrap().unwrap();
    let sealed: Vec<u8> = file(&world)
        .query_row("SELECT bytes FROM snapshots", [], |row| row.get(0))
        .unwrap();
    let path = world.app.folder().log_db(world.campaign);
    let holds = |bytes: &[u8]| {
        let needle = &bytes[bytes.len() / 2..][..24];
        ["", "-wal"].iter().any(|suffix| {
            let mut file = path.clone().into_os_string();
            file.push(suffix);
            let text = std::fs::read(file).unwrap_or_default();
            text.windows(needle.len()).any(|window| window == needle)
        })
    };
    assert!(holds(&sealed), "control");
    assert!(!holds(&before.bytes), "never in clear");
    let tombstone = Tombstone {
        document,
        at: 5,
        reason: "opposition".to_owned(),
        successor: None,
    };
    world.engine().erase(&tombstone).unwrap();
    assert!(world.engine().log().snapshot(document).unwrap().is_none());
    assert!(!holds(&sealed));
}
