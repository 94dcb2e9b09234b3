//! What is on its way to the disk is told to nobody: the disk is held back while somebody reads.

use super::TEAM;
use crate::fixtures::World;
use maraude_core::document::{Document, document_id};
use rusqlite::Connection;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Long enough for a thread to come to the lock that the other one holds.
const A_MOMENT: Duration = Duration::from_millis(30);

fn closures(document: &Document) -> usize {
    document.keys().len()
}

/// One tablet sends while another's reader already stands before the document; whether the reader
/// had to wait for the disk.
fn read_in_the_way(world: &World, number: u8) -> bool {
    let name = world.round(TEAM);
    let document = document_id(&name);
    let engine = world.engine();
    let before = engine.read(document, closures).unwrap();
    let mut tablet = world.tablet(Some(TEAM));
    let closure = tablet.closure(number);
    let envelope = tablet.save(world, name, |w| w.put_closure(&closure));
    let disk = Connection::open(world.app.folder().log_db(world.campaign)).unwrap();
    disk.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waited = std::thread::scope(|scope| {
        let (holds, held) = channel();
        let (release, released) = channel::<()>();
        let first = engine.clone();
        scope.spawn(move || {
            let hold = |_: &Document| {
                holds.send(()).unwrap();
                released.recv().unwrap();
            };
            first.read(document, hold).unwrap();
        });
        held.recv().unwrap();
        let request = tablet.request(world, &[&envelope]);
        let sender = &tablet;
        scope.spawn(move || world.sync(sender, request));
        std::thread::sleep(A_MOMENT);
        let (told, tell) = channel();
        let second = engine.clone();
        scope.spawn(move || told.send(second.read(document, closures).unwrap()).unwrap());
        std::thread::sleep(A_MOMENT);
        release.send(()).unwrap();
        let early = tell.recv_timeout(A_MOMENT * 3);
        disk.execute_batch("COMMIT").unwrap();
        match early {
            Ok(seen) => assert_eq!(seen, before, "it is not on disk"),
            Err(RecvTimeoutError::Timeout) => assert_eq!(tell.recv().unwrap(), before + 1),
            Err(error) => panic!("{error}"),
        }
        early.is_err()
    });
    assert_eq!(engine.read(document, closures).unwrap(), before + 1);
    waited
}

#[test]
fn what_is_not_on_disk_yet_is_read_by_nobody() {
    let world = World::new();
    let waited = (0..5).filter(|number| read_in_the_way(&world, *number));
    assert!(waited.count() > 0, "the reader never came in between");
}
