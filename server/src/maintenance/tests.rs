//! What backups promise.

use super::*;
use crate::app::App;
use crate::config::{Clock, Config};
use crate::fixtures::{NOW, World};
use crate::store::{DataFolder, StoreError, Tombstone};
use maraude_core::document::{DocumentName, document_id};
use maraude_core::model::{CampaignId, TeamId};
use std::path::Path;

struct Copies {
    world: World,
    out: tempfile::TempDir,
}

impl Copies {
    fn new() -> Self {
        Self {
            world: World::new(),
            out: tempfile::tempdir().unwrap(),
        }
    }

    /// One more closure in the round of a new tablet's team.
    fn something_happens(&self, team: u8) -> DocumentName {
        let team = TeamId::from_random([team; 16]);
        let mut tablet = self.world.tablet(Some(team));
        let name = self.world.round(team);
        let closure = tablet.closure(1);
        let envelope = tablet.save(&self.world, name, |w| w.put_closure(&closure));
        let answer = self
            .world
            .sync(&tablet, tablet.request(&self.world, &[&envelope]));
        assert_eq!(answer.receipts.len(), 1);
        name
    }

    fn back_up(&self, keep: Option<usize>) -> MadeBackup {
        self.world.app.clock().advance(1_000);
        let order = BackupOrder {
            out: self.out.path().to_path_buf(),
            same_disk_counts: true,
            keep,
        };
        self.made(&order).unwrap()
    }

    fn made(&self, order: &BackupOrder) -> Result<MadeBackup, BackupError> {
        let app = &self.world.app;
        back_up(
            app.campaigns(),
            order,
            app.clock().now(),
            &|campaign, position| app.engine(campaign)?.mark_copied(position),
        )
    }

    fn order(&self, into: &Path) -> RestoreOrder {
        RestoreOrder {
            from: self.out.path().to_path_buf(),
            copy: None,
            into: into.to_path_buf(),
            now: NOW + 1,
        }
    }

    fn restore(&self, into: &Path) -> Result<CheckedBackup, RestoreError> {
        restore(&self.order(into), &self.world.master)
    }

    fn digest(&self) -> String {
        digest_of(&**self.world.engine().log()).unwrap().0
    }
}

fn open(copies: &Copies, data: &Path) -> App {
    App::open(
        Config::local(data),
        &copies.world.master,
        Clock::manual(NOW),
    )
    .unwrap()
}

#[test]
fn what_was_copied_comes_back_equal_under_a_new_epoch() {
    let copies = Copies::new();
    copies.something_happens(1);
    let digest = copies.digest();
    let made = copies.back_up(None);
    assert_eq!(made.manifest.campaigns[0].digest, digest);
    copies.something_happens(2);
    let into = copies.world.folder.path().join("restored");
    let restored = copies.restore(&into).unwrap();
    assert_eq!(restored.campaigns[0].copy, made.manifest.campaigns[0]);
    let app = open(&copies, &into);
    let engine = app.engine(copies.world.campaign).unwrap();
    assert_eq!(digest_of(&**engine.log()).unwrap().0, digest);
    assert_ne!(engine.log().epoch(), copies.world.engine().log().epoch());
    assert!(matches!(
        copies.restore(&into),
        Err(RestoreError::Exists { .. })
    ));
}

#[test]
fn a_copy_made_while_tablets_write_is_a_moment_of_the_log() {
    let copies = Copies::new();
    copies.something_happens(1);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            (2..30).for_each(|team| {
                copies.something_happens(team);
            });
        });
        let mut made = Vec::new();
        while !writing.is_finished() {
            made.push(copies.back_up(None));
        }
        writing.join().unwrap();
        assert!(made.len() > 1);
    });
    for file in copies_in(copies.out.path()).unwrap() {
        let into = copies.world.folder.path().join("checked");
        let order = RestoreOrder {
            copy: Some(file.file_name().unwrap().to_string_lossy().into_owned()),
            ..copies.order(&into)
        };
        check(&order, &copies.world.master).unwrap();
        assert!(!into.exists());
        assert!(!copies.out.path().join("keys.db-wal").exists());
    }
}

#[test]
fn a_copy_tells_tablets_that_they_may_let_go_and_only_up_to_where_it_goes() {
    let copies = Copies::new();
    let team = TeamId::from_random([1; 16]);
    let mut tablet = copies.world.tablet(Some(team));
    let name = copies.world.round(team);
    let safe = |copies: &Copies, tablet: &crate::fixtures::Tablet| {
        let answer = copies
            .world
            .sync(tablet, tablet.request(&copies.world, &[]));
        answer.rounds[0].safe
    };
    let closure = tablet.closure(1);
    let envelope = tablet.save(&copies.world, name, |w| w.put_closure(&closure));
    copies
        .world
        .sync(&tablet, tablet.request(&copies.world, &[&envelope]));
    assert!(!safe(&copies, &tablet), "there is no second copy yet");
    copies.back_up(None);
    assert!(safe(&copies, &tablet));
    let closure = tablet.closure(2);
    let envelope = tablet.save(&copies.world, name, |w| w.put_closure(&closure));
    copies
        .world
        .sync(&tablet, tablet.request(&copies.world, &[&envelope]));
    assert!(
        !safe(&copies, &tablet),
        "what came after is not in the copy"
    );
}

#[test]
fn what_was_erased_after_a_copy_does_not_come_back_from_it() {
    let copies = Copies::new();
    let erased = copies.something_happens(1);
    let kept = copies.something_happens(2);
    copies.back_up(None);
    let campaign = copies.world.campaign;
    let keys = copies.world.app.keys();
    let gone = Tombstone {
        document: document_id(&erased),
        at: NOW,
        reason: "asked-for".to_owned(),
        successor: None,
    };
    copies.world.engine().log().erase(&gone).unwrap();
    keys.destroy_document(campaign, document_id(&erased))
        .unwrap();
    copies.back_up(None);
    // The older copy of the data, with the keys of today.
    let older = copies_in(copies.out.path()).unwrap()[0].clone();
    let into = copies.world.folder.path().join("restored");
    let order = RestoreOrder {
        copy: Some(older.file_name().unwrap().to_string_lossy().into_owned()),
        ..copies.order(&into)
    };
    let restored = restore(&order, &copies.world.master).unwrap();
    assert_eq!(restored.campaigns[0].erased_since, 1);
    let app = open(&copies, &into);
    let log = app.engine(campaign).unwrap().log().clone();
    assert!(log.changes(document_id(&erased)).unwrap().is_empty());
    assert!(log.tombstone(document_id(&erased)).unwrap().is_some());
    assert_eq!(log.changes(document_id(&kept)).unwrap().len(), 1);

    copies.world.app.keys().destroy_campaign(campaign).unwrap();
    let keys = copies.out.path().join(KEYS);
    std::fs::remove_file(&keys).unwrap();
    crate::store::copy_database(&copies.world.app.folder().keys_db(), &keys).unwrap();
    let into = copies.world.folder.path().join("purged");
    assert!(copies.restore(&into).unwrap().campaigns[0].purged_since);
    assert!(matches!(
        open(&copies, &into).engine(campaign).err().unwrap(),
        StoreError::PurgedCampaign
    ));
}

#[test]
fn a_damaged_copy_is_named_and_nothing_is_left_behind() {
    let copies = Copies::new();
    copies.something_happens(1);
    let file = copies.back_up(None).file;
    let bytes = std::fs::read(&file).unwrap();
    let into = copies.world.folder.path().join("restored");
    for damaged in [
        bytes[..bytes.len() - 1].to_vec(),
        [
            &bytes[..bytes.len() / 2],
            &[0xa5; 64],
            &bytes[bytes.len() / 2 + 64..],
        ]
        .concat(),
        b"not a backup at all".to_vec(),
    ] {
        std::fs::write(&file, damaged).unwrap();
        assert!(matches!(
            copies.restore(&into),
            Err(RestoreError::Unreadable { .. })
        ));
        assert!(!into.exists());
    }
    std::fs::write(&file, bytes).unwrap();
    copies.restore(&into).unwrap();
}

#[test]
fn copies_are_sealed_and_older_ones_go() {
    let copies = Copies::new();
    copies.something_happens(1);
    for _ in 0..4 {
        copies.back_up(Some(2));
    }
    let files = copies_in(copies.out.path()).unwrap();
    assert_eq!(files.len(), 2);
    let plain = std::fs::read(copies.world.app.folder().server_db()).unwrap();
    let sqlite = &plain[..15];
    for file in files {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(sqlite.len()).any(|window| window == sqlite));
    }
    assert!(!copies.world.app.folder().backup_partial().exists());
    let inside = BackupOrder {
        out: copies.world.app.folder().root().join("copies"),
        same_disk_counts: true,
        keep: None,
    };
    assert!(matches!(
        copies.made(&inside),
        Err(BackupError::Inside { .. })
    ));
    assert!(DataFolder::new(copies.world.app.folder().root()).exists());
}

#[test]
fn a_copy_made_while_a_campaign_arrived_comes_back_without_it_and_destroys_no_key() {
    let copies = Copies::new();
    let arriving = CampaignId::from_random([8; 16]);
    let app = &copies.world.app;
    app.keys().create_campaign(arriving).unwrap();
    app.server().begin_arrival(arriving).unwrap();
    copies.back_up(None);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copies.restore(&data).unwrap();
    let restored = open(&copies, &data);
    assert!(restored.keys().has_campaign(arriving).unwrap());
    // Control: a start that finds that it was arriving removes it.
    restored.server().begin_arrival(arriving).unwrap();
    drop(restored);
    let cleared = open(&copies, &data);
    assert!(!cleared.keys().has_campaign(arriving).unwrap());
    assert_eq!(cleared.server().arriving().unwrap(), None);
}
