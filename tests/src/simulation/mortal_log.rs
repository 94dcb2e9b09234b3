//! The real log, which dies at an append when it is told to.

use super::Fault;
use anyhow::Result;
use maraude_core::model::{CampaignId, DeviceId, DocumentId, TimestampMs};
use maraude_server::store::{
    Appended, Batch, BatchRefusal, Contact, HashValue, LedgerLine, LinkageSnapshot, Log, LogEnd,
    LogPosition, NewRelease, Pseudonyms, Quarantined, Reissue, Snapshot, SqliteLog, StoreError,
    StoredChange, StoredDocument, StoredRelease, Tombstone, Written,
};
use std::sync::{Arc, Mutex, PoisonError};

/// When the log dies next.
#[derive(Default)]
pub(super) struct Fate {
    /// At the next append; after it was written, or before.
    pub(super) dies: Option<bool>,
    pub(super) dead: bool,
    /// Acknowledged and not stored, by a fault.
    pub(super) held_back: Vec<Batch>,
}

/// The real one, until its fate is fulfilled.
pub(super) struct MortalLog {
    pub(super) inner: SqliteLog,
    pub(super) fate: Arc<Mutex<Fate>>,
    pub(super) fault: Option<Fault>,
}

impl MortalLog {
    fn died() -> StoreError {
        StoreError::Setting { setting: "life" }
    }
}

macro_rules! as_inner {
    ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $gives:ty;)*) => {
        $(fn $name(&self $(, $argument: $kind)*) -> $gives {
            self.inner.$name($($argument),*)
        })*
    };
}

impl Log for MortalLog {
    fn append(&self, batches: &[Batch]) -> Result<Vec<Result<Appended, BatchRefusal>>, StoreError> {
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        if fate.dead {
            return Err(Self::died());
        }
        if batches.iter().all(|batch| *batch == Batch::default()) {
            return self.inner.append(batches);
        }
        match fate.dies.take() {
            Some(after) => {
                fate.dead = true;
                if after {
                    self.inner.append(batches)?;
                }
                Err(Self::died())
            }
            None if self.fault == Some(Fault::AcknowledgesBeforeStoring) => {
                let before = std::mem::replace(&mut fate.held_back, batches.to_vec());
                self.inner.append(&before)?;
                let told = batches.iter().map(|batch| {
                    Ok(Appended {
                        positions: vec![0; batch.changes.len()],
                        ..Appended::default()
                    })
                });
                Ok(told.collect())
            }
            None => self.inner.append(batches),
        }
    }

    as_inner! {
        fn campaign(&self) -> CampaignId;
        fn epoch(&self) -> [u8; 16];
        fn renew_epoch(&self) -> Result<[u8; 16], StoreError>;
        fn last_position(&self) -> Result<LogPosition, StoreError>;
        fn end(&self) -> Result<Option<LogEnd>, StoreError>;
        fn has_lost(&self, end: &LogEnd) -> Result<bool, StoreError>;
        fn since(&self, after: LogPosition, limit: usize) -> Result<Vec<StoredChange>, StoreError>;
        fn changes(&self, document: DocumentId) -> Result<Vec<StoredChange>, StoreError>;
        fn documents(&self) -> Result<Vec<StoredDocument>, StoreError>;
        fn document(&self, document: DocumentId) -> Result<Option<StoredDocument>, StoreError>;
        fn changes_after(&self, document: DocumentId, after: LogPosition)
            -> Result<Vec<StoredChange>, StoreError>;
        fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>, StoreError>;
        fn written_in(&self, document: DocumentId, device: DeviceId)
            -> Result<Written, StoreError>;
        fn documents_of(&self, device: DeviceId) -> Result<Vec<DocumentId>, StoreError>;
        fn author_of(&self, document: DocumentId, change: &HashValue)
            -> Result<Option<DeviceId>, StoreError>;
        fn quarantine(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, StoreError>;
        fn awaiting(&self, document: DocumentId, change: &HashValue)
            -> Result<Vec<Quarantined>, StoreError>;
        fn documents_awaiting(&self) -> Result<Vec<DocumentId>, StoreError>;
        fn open_quarantine(&self, limit: usize) -> Result<Vec<Quarantined>, StoreError>;
        fn refusals_of(&self, document: DocumentId, change: &HashValue)
            -> Result<Vec<String>, StoreError>;
        fn quarantined_bytes(&self, carrier: DeviceId) -> Result<u64, StoreError>;
        fn settle_quarantine(&self, number: u64, at: TimestampMs) -> Result<(), StoreError>;
        fn contacts(&self) -> Result<Vec<Contact>, StoreError>;
        fn command(&self, command: &str) -> Result<Option<Vec<u8>>, StoreError>;
        fn put_release(&self, release: &NewRelease) -> Result<u32, StoreError>;
        fn releases(&self) -> Result<Vec<StoredRelease>, StoreError>;
        fn ledger(&self) -> Result<Vec<LedgerLine>, StoreError>;
        fn put_linkage(&self, snapshot: &LinkageSnapshot) -> Result<(), StoreError>;
        fn linkage(&self) -> Result<Option<LinkageSnapshot>, StoreError>;
        fn erase(&self, tombstone: &Tombstone) -> Result<(), StoreError>;
        fn reissue(&self, reissue: &Reissue)
            -> Result<Result<Appended, BatchRefusal>, StoreError>;
        fn tombstone(&self, document: DocumentId) -> Result<Option<Tombstone>, StoreError>;
        fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError>;
        fn pseudonyms(&self) -> Result<Pseudonyms, StoreError>;
        fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
        fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError>;
    }
}
