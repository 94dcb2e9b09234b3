//! The change log on SQLite: `campaigns/ID/log.db`, chunks sealed with their document's key.
//!
//! One connection writes, a few read. It must never keep a change, or refused bytes, in clear.

use super::log::{
    Appended, Batch, BatchRefusal, Contact, HashValue, LedgerLine, LinkageSnapshot, Log, LogEnd,
    LogPosition, NewRelease, QUARANTINE_ROW_BYTES, Quarantined, Reissue, Snapshot, StoredChange,
    StoredDocument, StoredRelease, Tombstone, Written,
};
use super::seal::{seal, unseal};
use super::sqlite::{Schema, open, open_reader};
use super::{KeyStore, Pseudonyms, StoreError, random};
use maraude_core::model::{CampaignId, DeviceId, DocumentId, TimestampMs};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod append;
mod arrival;
mod rows;
mod sealing;

pub use arrival::former_servers;

/// The file's schema; one script per version, never altered once shipped.
const SCHEMA: Schema = Schema {
    name: "log.db",
    migrations: &[
        include_str!("log_1.sql"),
        include_str!("log_2.sql"),
        include_str!("log_3.sql"),
        include_str!("log_4.sql"),
        include_str!("log_5.sql"),
    ],
};

/// Reason of a document's erasure that only the keys remember.
const ERASED_BEFORE: &str = "erased-before-restoration";

/// Idle connections kept for readers.
const READERS_KEPT: usize = 4;

/// The document whose key seals refused bytes.
const QUARANTINE: DocumentId = DocumentId::from_bytes([0; 16]);

/// The document whose key seals the parameters of linkage.
const LINKAGE: DocumentId = DocumentId::from_bytes([1; 16]);

/// A campaign's log in one SQLite file.
pub struct SqliteLog {
    campaign: CampaignId,
    epoch: Mutex<[u8; 16]>,
    path: PathBuf,
    keys: Arc<KeyStore>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteLog {
    /// Opens or creates the file.
    pub fn open(
        path: &Path,
        campaign: CampaignId,
        keys: Arc<KeyStore>,
    ) -> Result<Self, StoreError> {
        let connection = open(path, SCHEMA)?;
        let stored: Option<Vec<u8>> = connection
            .query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| {
                row.get(0)
            })
            .optional()?;
        let epoch = if let Some(bytes) = stored {
            rows::fixed(&bytes, "meta")?
        } else {
            let epoch: [u8; 16] = random()?;
            connection.execute(
                "INSERT INTO meta(name, value) VALUES ('epoch', ?1), ('campaign', ?2)",
                params![epoch, campaign.as_bytes()],
            )?;
            epoch
        };
        let log = Self {
            campaign,
            epoch: Mutex::new(epoch),
            path: path.to_path_buf(),
            keys,
            writer: Mutex::new(connection),
            readers: Mutex::new(Vec::new()),
        };
        log.erase_again()?;
        Ok(log)
    }

    /// An older copy of the log may hold documents that were erased since: the keys remember. A
    /// server that ended in the middle of an erasure may have left a key of what the log says is gone.
    fn erase_again(&self) -> Result<(), StoreError> {
        let destroyed = self.keys.destroyed_documents(self.campaign)?;
        // By the connection that writes: it must be the last to close, to leave one file.
        let told = rows::tombstones(&self.writer(), "", [])?;
        for tombstone in told {
            if !destroyed.contains(&tombstone.document) {
                self.keys
                    .destroy_document(self.campaign, tombstone.document)?;
            }
        }
        for document in destroyed {
            if self.tombstone(document)?.is_none() {
                self.erase(&Tombstone {
                    document,
                    at: 0,
                    reason: ERASED_BEFORE.to_owned(),
                    successor: None,
                })?;
            }
        }
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements rolls its transaction back: the connection stays sound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let result = work(&connection);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT {
            readers.push(connection);
        }
        result
    }

    fn in_transaction<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writer();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        #[cfg(feature = "fault-points")]
        super::sqlite::checkpoint_at_once(&connection);
        Ok(value)
    }
}

impl Log for SqliteLog {
    fn campaign(&self) -> CampaignId {
        self.campaign
    }

    fn epoch(&self) -> [u8; 16] {
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn renew_epoch(&self) -> Result<[u8; 16], StoreError> {
        let drawn: [u8; 16] = random()?;
        self.set_meta("epoch", &drawn)?;
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = drawn;
        Ok(drawn)
    }

    fn append(&self, batches: &[Batch]) -> Result<Vec<Result<Appended, BatchRefusal>>, StoreError> {
        self.append_all(batches)
    }

    fn last_position(&self) -> Result<LogPosition, StoreError> {
        self.read(rows::last_position)
    }

    fn end(&self) -> Result<Option<LogEnd>, StoreError> {
        self.read(rows::end)
    }

    fn has_lost(&self, end: &LogEnd) -> Result<bool, StoreError> {
        self.read(|c| rows::has_lost(c, end))
    }

    fn since(&self, after: LogPosition, limit: usize) -> Result<Vec<StoredChange>, StoreError> {
        let found = self.read(|c| {
            rows::changes(
                c,
                "WHERE position > ?1 ORDER BY position LIMIT ?2",
                params![after, limit as i64],
            )
        })?;
        found.into_iter().map(|row| self.open_change(row)).collect()
    }

    fn changes(&self, document: DocumentId) -> Result<Vec<StoredChange>, StoreError> {
        self.changes_after(document, 0)
    }

    fn changes_after(
        &self,
        document: DocumentId,
        after: LogPosition,
    ) -> Result<Vec<StoredChange>, StoreError> {
        let clause = "WHERE document = ?1 AND position > ?2 ORDER BY position";
        let found = self.read(|c| rows::changes(c, clause, params![document.as_bytes(), after]))?;
        found.into_iter().map(|row| self.open_change(row)).collect()
    }

    fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>, StoreError> {
        let Some(mut snapshot) = self.read(|c| rows::snapshot(c, document))? else {
            return Ok(None);
        };
        let key = self.document_key(document)?;
        let context = self.snapshot_context(&snapshot);
        match unseal(&key, &context, &snapshot.bytes, "a snapshot") {
            Ok(bytes) => {
                snapshot.bytes = bytes;
                Ok(Some(snapshot))
            }
            Err(error) => {
                tracing::warn!(%document, %error, "a snapshot is passed over");
                Ok(None)
            }
        }
    }

    fn documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        self.read(|c| rows::documents(c, "", params![]))
    }

    fn document(&self, document: DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        let found =
            self.read(|c| rows::documents(c, "WHERE d.id = ?1", params![document.as_bytes()]))?;
        Ok(found.into_iter().next())
    }

    fn written_in(&self, document: DocumentId, device: DeviceId) -> Result<Written, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM changes
                 WHERE device = ?1 AND document = ?2",
            )?;
            let asked = params![device.as_bytes(), document.as_bytes()];
            Ok(statement.query_row(asked, |row| {
                Ok(Written {
                    changes: row.get(0)?,
                    bytes: row.get(1)?,
                })
            })?)
        })
    }

    fn documents_of(&self, device: DeviceId) -> Result<Vec<DocumentId>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT DISTINCT document FROM changes WHERE device = ?1 ORDER BY document",
            )?;
            let found = statement
                .query_map([device.as_bytes()], |row| {
                    row.get::<_, [u8; 16]>(0).map(DocumentId::from_bytes)
                })?
                .collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    fn author_of(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Option<DeviceId>, StoreError> {
        self.read(|c| rows::author_of(c, document, change))
    }

    fn quarantine(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, StoreError> {
        let clause = "WHERE number > ?1 ORDER BY number LIMIT ?2";
        let found = self.read(|c| rows::quarantine(c, clause, params![after, limit as i64]))?;
        self.open_quarantined(found)
    }

    fn awaiting(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Vec<Quarantined>, StoreError> {
        let clause = "WHERE document = ?1 AND awaits = ?2 AND settled_at IS NULL ORDER BY number";
        let found =
            self.read(|c| rows::quarantine(c, clause, params![document.as_bytes(), change]))?;
        self.open_quarantined(found)
    }

    fn documents_awaiting(&self) -> Result<Vec<DocumentId>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT DISTINCT document FROM quarantine
                 WHERE awaits IS NOT NULL AND settled_at IS NULL AND document IS NOT NULL",
            )?;
            let found = statement
                .query_map([], |row| {
                    row.get::<_, [u8; 16]>(0).map(DocumentId::from_bytes)
                })?
                .collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    fn open_quarantine(&self, limit: usize) -> Result<Vec<Quarantined>, StoreError> {
        let clause = "WHERE settled_at IS NULL ORDER BY number DESC LIMIT ?1";
        let mut found = self.read(|c| rows::quarantine(c, clause, params![limit as i64]))?;
        for kept in &mut found {
            kept.item.bytes.clear();
        }
        Ok(found)
    }

    fn refusals_of(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Vec<String>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT DISTINCT code FROM quarantine WHERE document = ?1 AND change = ?2",
            )?;
            let found = statement
                .query_map(params![document.as_bytes(), change], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    fn quarantined_bytes(&self, carrier: DeviceId) -> Result<u64, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT coalesce(sum(length(bytes) + ?2), 0) FROM quarantine
                 WHERE CASE item WHEN 4294967295 THEN carrier ELSE coalesce(device, carrier) END
                       = ?1",
            )?;
            let asked = params![carrier.as_bytes(), QUARANTINE_ROW_BYTES];
            Ok(statement.query_row(asked, |row| row.get(0))?)
        })
    }

    fn settle_quarantine(&self, number: u64, at: TimestampMs) -> Result<(), StoreError> {
        self.writer().execute(
            "UPDATE quarantine SET settled_at = ?2 WHERE number = ?1",
            params![number, at],
        )?;
        Ok(())
    }

    fn contacts(&self) -> Result<Vec<Contact>, StoreError> {
        self.read(rows::contacts)
    }

    fn command(&self, command: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|c| rows::command(c, command))
    }

    fn put_release(&self, release: &NewRelease) -> Result<u32, StoreError> {
        self.in_transaction(|t| {
            t.execute(
                "INSERT INTO releases(stage, built_at, position, author, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    release.stage,
                    release.built_at,
                    release.position,
                    release.author,
                    release.body
                ],
            )?;
            let number = t.last_insert_rowid() as u32;
            for line in &release.ledger {
                t.execute(
                    "INSERT INTO ledger(release, body) VALUES (?1, ?2)",
                    params![number, line],
                )?;
            }
            Ok(number)
        })
    }

    fn releases(&self) -> Result<Vec<StoredRelease>, StoreError> {
        self.read(rows::releases)
    }

    fn ledger(&self) -> Result<Vec<LedgerLine>, StoreError> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT release, body FROM ledger ORDER BY line")?;
            let found = statement
                .query_map([], |row| {
                    Ok(LedgerLine {
                        release: row.get(0)?,
                        body: row.get(1)?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    fn put_linkage(&self, snapshot: &LinkageSnapshot) -> Result<(), StoreError> {
        let key = self.document_key(LINKAGE)?;
        let body = seal(&key, &self.linkage_context(), &snapshot.body)?;
        self.in_transaction(|transaction| {
            // One is in force: what an older one counted is not kept.
            transaction.execute("DELETE FROM linkage", [])?;
            transaction.execute(
                "INSERT INTO linkage(from_position, at, body) VALUES (?1, ?2, ?3)",
                params![snapshot.from, snapshot.at, body],
            )?;
            Ok(())
        })
    }

    fn linkage(&self) -> Result<Option<LinkageSnapshot>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT from_position, at, body FROM linkage ORDER BY number DESC LIMIT 1",
            )?;
            let found = statement
                .query_row([], |row| {
                    Ok(LinkageSnapshot {
                        from: row.get(0)?,
                        at: row.get(1)?,
                        body: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(found)
        })?
        .map(|mut found: LinkageSnapshot| {
            let key = self.document_key(LINKAGE)?;
            found.body = unseal(&key, &self.linkage_context(), &found.body, "parameters")?;
            Ok(found)
        })
        .transpose()
    }

    fn erase(&self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.keys
            .destroy_document(self.campaign, tombstone.document)?;
        self.in_transaction(|t| append::bury(t, tombstone))?;
        self.truncate()
    }

    fn reissue(&self, reissue: &Reissue) -> Result<Result<Appended, BatchRefusal>, StoreError> {
        let done = self.reissue_rows(reissue)?;
        if done.is_ok() {
            // From here on the log says what is gone: a key that is left now goes at the next opening.
            for tombstone in &reissue.gone {
                self.keys
                    .destroy_document(self.campaign, tombstone.document)?;
            }
            self.truncate()?;
        }
        Ok(done)
    }

    fn tombstone(&self, document: DocumentId) -> Result<Option<Tombstone>, StoreError> {
        let clause = "WHERE document = ?1";
        let found = self.read(|c| rows::tombstones(c, clause, [document.as_bytes()]))?;
        Ok(found.into_iter().next())
    }

    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        self.read(|c| rows::tombstones(c, "", []))
    }

    fn pseudonyms(&self) -> Result<Pseudonyms, StoreError> {
        self.keys.pseudonyms(self.campaign)
    }

    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?)
        })
    }

    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.writer().execute(
            "INSERT INTO meta(name, value) VALUES (?1, ?2)
             ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }
}
