//! What any engine under [`Log`] must hold to: run against each implementation.

use super::log::{
    Batch, BatchRefusal, CommandMark, Contact, Log, LogEnd, NewChange, NewQuarantined, NewRelease,
    Reissue, Tombstone,
};
use super::{Circumstance, KeyStore, MasterKey, SqliteLog};
use maraude_core::model::{CampaignId, DeviceId, DeviceReport, DocumentId};
use maraude_core::sync::DocumentName;
use std::path::Path;
use std::sync::Arc;

pub(crate) const CAMPAIGN: CampaignId = CampaignId::from_random([9; 16]);
const DEVICE: DeviceId = DeviceId::from_random([3; 16]);

fn document(number: u8) -> (DocumentId, DocumentName) {
    let name = DocumentName::Plan { campaign: CAMPAIGN };
    (DocumentId::from_random([number; 16]), name)
}

fn change(of: u8, number: u8) -> NewChange {
    NewChange {
        document: document(of).0,
        hash: [number; 32],
        device: DEVICE,
        carrier: DeviceId::from_random([4; 16]),
        organisation: Some("asso".to_owned()),
        received_at: 1_000 + i64::from(number),
        clock_offset_ms: Some(-30),
        circumstance: Some(Circumstance::AfterLock),
        bytes: vec![number; 200],
    }
}

pub(crate) fn batch(of: u8, numbers: &[u8]) -> Batch {
    Batch {
        documents: vec![document(of)],
        changes: numbers.iter().map(|number| change(of, *number)).collect(),
        ..Batch::default()
    }
}

fn one(log: &dyn Log, batch: Batch) -> Result<super::Appended, BatchRefusal> {
    log.append(&[batch]).unwrap().remove(0)
}

/// Runs every clause; `open` opens the same log again.
pub(crate) fn holds(open: &dyn Fn() -> Box<dyn Log>) {
    changes_are_kept_once_in_order(open);
    a_batch_is_whole_or_not_at_all(open);
    refused_bytes_are_kept_with_their_reason(open);
    the_rest_reads_back(open);
    nothing_enters_an_erased_document(open);
    a_document_takes_another_s_place_at_once(open);
    a_log_that_went_back_is_told_from_one_with_erased_documents(open);
}

fn changes_are_kept_once_in_order(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    let first = one(&*log, batch(1, &[1, 2])).unwrap();
    assert_eq!((first.positions, first.last), (vec![1, 2], 2));
    let again = one(&*log, batch(1, &[2, 3, 1])).unwrap();
    assert_eq!((again.positions, again.last), (vec![2, 3, 1], 3));
    assert_eq!(again.documents, vec![document(1).0]);
    assert!(one(&*log, batch(1, &[3])).unwrap().documents.is_empty());
    let epoch = log.epoch();
    drop(log);

    let log = open();
    assert_eq!(log.epoch(), epoch);
    assert_eq!(log.last_position().unwrap(), 3);
    let found = log.changes(document(1).0).unwrap();
    assert_eq!(
        found.iter().map(|c| c.change.clone()).collect::<Vec<_>>(),
        vec![change(1, 1), change(1, 2), change(1, 3)]
    );
    assert_eq!(log.since(1, 1).unwrap(), found[1..2].to_vec());
    let stored = log.document(document(1).0).unwrap().unwrap();
    assert_eq!((stored.last_position, stored.changes), (3, 3));
    assert_eq!(stored.name, document(1).1);
    assert_eq!(log.documents_of(DEVICE).unwrap(), vec![document(1).0]);
    let other = DeviceId::from_random([9; 16]);
    let own = log.written_in(document(1).0, DEVICE).unwrap();
    assert!(own.changes > 0 && own.bytes > 0);
    let none = log.written_in(document(1).0, other).unwrap();
    assert_eq!((none.changes, none.bytes), (0, 0));
    assert_eq!(log.document(document(8).0).unwrap(), None);
    assert_eq!(
        log.author_of(document(1).0, &[2; 32]).unwrap(),
        Some(DEVICE)
    );
    assert_eq!(log.author_of(document(8).0, &[2; 32]).unwrap(), None);
}

fn a_batch_is_whole_or_not_at_all(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    let mark = CommandMark {
        command: "c1".to_owned(),
        answer: vec![5],
    };
    let mut missing = batch(2, &[10]);
    missing.requires = vec![(document(2).0, [99; 32])];
    let mut marked = batch(2, &[11]);
    marked.requires = vec![(document(1).0, [1; 32])];
    marked.command = Some(mark);
    let repeated = Batch {
        changes: vec![change(2, 12)],
        ..marked.clone()
    };
    let outcomes = log.append(&[missing, marked, repeated]).unwrap();
    assert_eq!(outcomes[0], Err(BatchRefusal::Missing));
    assert_eq!(outcomes[1].as_ref().unwrap().positions.len(), 1);
    assert_eq!(outcomes[2], Err(BatchRefusal::Repeated { answer: vec![5] }));
    assert_eq!(log.changes(document(2).0).unwrap().len(), 1);
    assert_eq!(log.command("c1").unwrap(), Some(vec![5]));
    assert_eq!(log.command("c2").unwrap(), None);
}

fn refused_bytes_are_kept_with_their_reason(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    let item = NewQuarantined {
        envelope: [1; 32],
        item: 0,
        document: Some(document(3).0),
        change: None,
        device: Some(DEVICE),
        carrier: DEVICE,
        code: "missing-dependencies".to_owned(),
        awaits: Some([70; 32]),
        received_at: 5,
        bytes: vec![1, 2, 3],
    };
    for _ in 0..2 {
        let kept = Batch {
            quarantine: vec![item.clone()],
            ..Batch::default()
        };
        one(&*log, kept).unwrap();
    }
    let found = log.quarantine(0, 10).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].item, item);
    assert!(log.quarantined_bytes(DEVICE).unwrap() >= 3);
    let document = document(3).0;
    assert_eq!(log.documents_awaiting().unwrap(), vec![document]);
    assert_eq!(log.awaiting(document, &[70; 32]).unwrap(), found);
    assert!(log.awaiting(document, &[71; 32]).unwrap().is_empty());
    let moved_on = Batch {
        moved_on: vec![(found[0].number, [71; 32])],
        ..Batch::default()
    };
    one(&*log, moved_on).unwrap();
    assert!(log.awaiting(document, &[70; 32]).unwrap().is_empty());
    assert_eq!(log.awaiting(document, &[71; 32]).unwrap().len(), 1);
    let refused = NewQuarantined {
        item: 1,
        change: Some([8; 32]),
        awaits: None,
        ..item.clone()
    };
    let kept = Batch {
        quarantine: vec![refused],
        ..Batch::default()
    };
    one(&*log, kept).unwrap();
    let codes = log.refusals_of(document, &[8; 32]).unwrap();
    assert_eq!(codes, std::slice::from_ref(&item.code));
    assert!(log.refusals_of(document, &[9; 32]).unwrap().is_empty());
    let open = log.open_quarantine(1).unwrap();
    assert_eq!((open.len(), open[0].item.item), (1, 1), "the newest");
    let dealt_with = Batch {
        settled: vec![(open[0].number, 76)],
        ..Batch::default()
    };
    one(&*log, dealt_with).unwrap();
    assert_eq!(log.open_quarantine(9).unwrap().len(), 1);
    let dealt_with = Batch {
        settled: vec![(found[0].number, 77)],
        ..Batch::default()
    };
    one(&*log, dealt_with).unwrap();
    assert!(log.awaiting(document, &[71; 32]).unwrap().is_empty());
    assert!(log.documents_awaiting().unwrap().is_empty());
    log.settle_quarantine(found[0].number, 77).unwrap();
    assert_eq!(log.quarantine(0, 10).unwrap()[0].settled_at, Some(77));
    assert_eq!(log.quarantine(found[0].number, 10).unwrap().len(), 1);
}

fn the_rest_reads_back(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    let contact = Contact {
        device: DEVICE,
        at: 9,
        clock_offset_ms: -4,
        device_report: DeviceReport {
            app_version: "1".to_owned(),
            battery_percent: Some(50),
            unsent: 3,
            oldest_unsent_at: None,
        },
        known_end: Some(7),
    };
    let told = Batch {
        contact: Some(contact.clone()),
        ..Batch::default()
    };
    one(&*log, told).unwrap();
    assert_eq!(log.contacts().unwrap(), vec![contact]);

    let release = NewRelease {
        stage: "provisional".to_owned(),
        built_at: 1,
        position: 3,
        author: "claire".to_owned(),
        body: vec![7],
        ledger: vec![vec![1], vec![2]],
    };
    assert_eq!(log.put_release(&release).unwrap(), 1);
    assert_eq!(log.releases().unwrap()[0].release.body, vec![7]);
    assert_eq!(log.ledger().unwrap().len(), 2);

    assert_eq!(log.linkage().unwrap(), None);
    for body in [vec![1], vec![2]] {
        let snapshot = super::LinkageSnapshot {
            from: 1,
            at: 2,
            body,
        };
        log.put_linkage(&snapshot).unwrap();
    }
    assert_eq!(log.linkage().unwrap().unwrap().body, vec![2]);
    log.set_meta("a", b"b").unwrap();
    assert_eq!(log.meta("a").unwrap(), Some(b"b".to_vec()));
}

fn nothing_enters_an_erased_document(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    let tombstone = Tombstone {
        document: document(1).0,
        at: 6,
        reason: "test".to_owned(),
        successor: Some(document(2).1),
    };
    let end = log.end().unwrap().unwrap();
    assert_eq!(end.position, log.last_position().unwrap());
    let last = (end.position, log.since(end.position - 1, 1).unwrap());
    assert_eq!(
        (last.1[0].position, last.1[0].change.hash),
        (last.0, end.hash)
    );
    log.erase(&tombstone).unwrap();
    assert_eq!(
        log.tombstone(document(1).0).unwrap(),
        Some(tombstone.clone())
    );
    assert_eq!(log.tombstone(document(2).0).unwrap(), None);
    assert!(log.changes(document(1).0).unwrap().is_empty());
    assert_eq!(log.tombstones().unwrap(), vec![tombstone]);
    let refusal = BatchRefusal::Erased {
        document: document(1).0,
    };
    assert_eq!(one(&*log, batch(1, &[50])), Err(refusal));
}

fn a_document_takes_another_s_place_at_once(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    one(&*log, batch(6, &[70, 71])).unwrap();
    let tombstone = Tombstone {
        document: document(6).0,
        at: 7,
        reason: "person".to_owned(),
        successor: Some(document(7).1),
    };
    let reissue = Reissue {
        batch: batch(7, &[72]),
        gone: vec![tombstone.clone()],
        unkept: Vec::new(),
        meta: vec![("moved".to_owned(), b"names".to_vec())],
    };
    // One that cannot be whole leaves all as it is.
    let mut refused = reissue.clone();
    refused.batch.requires = vec![(document(7).0, [99; 32])];
    assert_eq!(log.reissue(&refused).unwrap(), Err(BatchRefusal::Missing));
    assert_eq!(log.changes(document(6).0).unwrap().len(), 2);
    let appended = log.reissue(&reissue).unwrap().unwrap();
    assert_eq!(appended.documents, vec![document(7).0]);
    assert!(log.changes(document(6).0).unwrap().is_empty());
    assert_eq!(log.changes(document(7).0).unwrap().len(), 1);
    assert_eq!(log.meta("moved").unwrap(), Some(b"names".to_vec()));
    drop(log);
    let log = open();
    assert_eq!(log.tombstone(document(6).0).unwrap(), Some(tombstone));
    // Nor do refused bytes of it stay.
    let mut late = Batch::default();
    late.quarantine.push(NewQuarantined {
        envelope: [73; 32],
        item: 0,
        document: Some(document(6).0),
        change: None,
        device: None,
        carrier: DEVICE,
        code: "missing-dependencies".to_owned(),
        awaits: None,
        received_at: 1,
        bytes: vec![1],
    });
    let refusal = BatchRefusal::Erased {
        document: document(6).0,
    };
    assert_eq!(one(&*log, late), Err(refusal));
}

fn a_log_that_went_back_is_told_from_one_with_erased_documents(open: &dyn Fn() -> Box<dyn Log>) {
    let log = open();
    one(&*log, batch(5, &[60])).unwrap();
    let end = log.end().unwrap().unwrap();
    assert!(!log.has_lost(&end).unwrap());
    let other = LogEnd {
        hash: [61; 32],
        ..end
    };
    assert!(log.has_lost(&other).unwrap());
    let later = LogEnd {
        position: end.position + 1,
        ..end
    };
    assert!(log.has_lost(&later).unwrap());
    let tombstone = Tombstone {
        document: document(5).0,
        at: 6,
        reason: "test".to_owned(),
        successor: None,
    };
    log.erase(&tombstone).unwrap();
    assert!(!log.has_lost(&end).unwrap(), "erased, not lost");
    let before = log.epoch();
    let renewed = log.renew_epoch().unwrap();
    assert_ne!(renewed, before);
    assert_eq!(log.epoch(), renewed);
    drop(log);
    assert_eq!(open().epoch(), renewed);
}

/// A SQLite log in a folder, opened again at each call.
pub(crate) fn sqlite(folder: &Path) -> impl Fn() -> Box<dyn Log> + use<> {
    let keys = KeyStore::open(&folder.join("keys.db"), &MasterKey::draw().unwrap()).unwrap();
    keys.create_campaign(CAMPAIGN).unwrap();
    let (keys, path) = (Arc::new(keys), folder.join("log.db"));
    move || Box::new(SqliteLog::open(&path, CAMPAIGN, keys.clone()).unwrap())
}

#[test]
fn the_sqlite_log_holds_to_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    holds(&sqlite(folder.path()));
}

#[test]
fn no_change_lies_in_clear_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let open = sqlite(folder.path());
    let log = open();
    let mut marked = batch(1, &[1]);
    marked.changes[0].bytes = b"MARKER-OF-THIS-TEST".repeat(20);
    one(&*log, marked).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(15).any(|w| w == b"MARKER-OF-THIS-"));
    }
}
