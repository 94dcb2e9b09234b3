//! A server restored from an older copy finds out by itself, and only then.

use super::TEAM;
use crate::fixtures::{Tablet, World};
use crate::store::Tombstone;
use maraude_core::document::document_id;
use maraude_core::model::TeamId;
use maraude_core::sync::SyncAnswer;
use serde_bytes::ByteBuf;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(to).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Saves one closure and sends it with what the tablet knows of the log's end.
fn send(world: &World, tablet: &mut Tablet, number: u8, end: Option<ByteBuf>) -> SyncAnswer {
    let name = world.round(TEAM);
    let closure = tablet.closure(number);
    let envelope = tablet.save(world, name, |w| w.put_closure(&closure));
    let mut request = tablet.request(world, &[&envelope]);
    request.log_end = end;
    world.sync(tablet, request)
}

#[test]
fn an_older_copy_renews_the_epoch_once_and_is_named() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let mut late = world.tablet(Some(TEAM));
    let first = send(&world, &mut tablet, 1, None);
    let folder = world.app.folder().campaign(world.campaign);
    let backup = world.folder.path().join("backup");
    let world = world.restart();
    copy(&folder, &backup);
    let mut last = send(&world, &mut tablet, 2, first.log_end.clone());
    for number in 3..6 {
        last = send(&world, &mut tablet, number, last.log_end.clone());
    }
    assert_eq!(last.epoch, first.epoch);
    assert_eq!(world.engine().went_back().unwrap(), None);

    // A restart alone is no restoration.
    let world = world.restart();
    let same = send(&world, &mut tablet, 6, last.log_end.clone());
    assert_eq!(same.epoch, first.epoch);

    let world = world.restart();
    copy(&backup, &folder);
    // Somebody who knew only what the copy holds tells nothing new, and the log grows again.
    let mut unaware = late.request(&world, &[]);
    unaware.log_end = first.log_end.clone();
    assert_eq!(world.sync(&late, unaware).epoch, first.epoch);
    let elsewhere = world.round(TeamId::from_random([8; 16]));
    for number in 20..30 {
        let closure = late.closure(number);
        let envelope = late.save(&world, elsewhere, |w| w.put_closure(&closure));
        world.sync(&late, late.request(&world, &[&envelope]));
    }
    // An end that nobody signed is not believed.
    let mut forged = same.log_end.clone().unwrap();
    forged[20] ^= 1;
    let mut request = late.request(&world, &[]);
    request.log_end = Some(forged);
    assert_eq!(world.sync(&late, request).epoch, first.epoch);

    let mut request = tablet.request(&world, &[]);
    request.log_end = same.log_end.clone();
    let told = world.sync(&tablet, request.clone());
    assert_ne!(told.epoch, first.epoch);
    let named = world.engine().went_back().unwrap().unwrap();
    assert_eq!(named.device, tablet.device.device.id);
    let audit = world.app.server().audit(100).unwrap();
    assert!(audit.iter().any(|row| row.action == "log-went-back"));
    // The same news a second time changes nothing.
    assert_eq!(world.sync(&tablet, request).epoch, told.epoch);
}

#[test]
fn an_erased_document_is_no_restoration() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let before = send(&world, &mut tablet, 1, None);
    let log = world.engine().log().clone();
    log.erase(&Tombstone {
        document: document_id(&world.round(TEAM)),
        at: 5,
        reason: "opposition".to_owned(),
        successor: None,
    })
    .unwrap();
    let mut request = tablet.request(&world, &[]);
    request.log_end = before.log_end.clone();
    assert_eq!(world.sync(&tablet, request).epoch, before.epoch);
}

#[test]
fn a_restored_tablet_is_named_though_the_server_started_again() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let first = send(&world, &mut tablet, 1, None);
    let mut last = send(&world, &mut tablet, 2, first.log_end.clone());
    for number in 3..6 {
        last = send(&world, &mut tablet, number, last.log_end.clone());
    }
    let world = world.restart();
    // Control: a tablet that goes on from where it was.
    last = send(&world, &mut tablet, 6, last.log_end.clone());
    assert!(world.engine().memories_gone_back().unwrap().is_empty());
    let world = world.restart();
    send(&world, &mut tablet, 7, first.log_end.clone());
    let found = world.engine().memories_gone_back().unwrap();
    assert_eq!(found[&tablet.device.device.id].times, 1);
    drop(last);
}
