//! The database of a view: opening, growing, reading, digesting.

use super::schema::{TABLES, TABLES_SQL, VERSION};
use super::{SourceDocument, apply};
use crate::store::{Log, LogPosition, StoreError};
use maraude_core::document::LoadError;
use maraude_core::model::{DocumentId, ObservationId};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Read connections kept for reuse.
const IDLE_READERS: usize = 4;

/// Why a view cannot be read or grown. It can always be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// SQLite refused or the disk did.
    #[error("the view cannot be used: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The view's file cannot be replaced.
    #[error("the view's file cannot be replaced: {0}")]
    File(#[from] std::io::Error),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] StoreError),
    /// A document of the log does not load.
    #[error(transparent)]
    Document(#[from] LoadError),
    /// A value of the view does not read back: it must be rebuilt.
    #[error("the view holds a value that does not read back: rebuild it")]
    Damaged(#[from] serde_json::Error),
}

/// What an application of documents changed, for those who derive more from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rounds whose observations may have changed.
    pub rounds: BTreeSet<DocumentId>,
    /// The plan or a known place changed: every place must be resolved again.
    pub ground: bool,
    /// Observations whose corrections changed.
    pub corrected: BTreeSet<ObservationId>,
}

/// The view of one campaign.
pub struct View {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

fn sound<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while it was held rolled its transaction back: the connection is sound.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl View {
    /// An empty view at a path where there is none.
    pub fn create(path: &Path) -> Result<Self, ViewError> {
        let view = Self::connect(path)?;
        sound(&view.writer).execute_batch(TABLES_SQL)?;
        view.set_meta("version", &VERSION.to_be_bytes())?;
        Ok(view)
    }

    /// Opens a view that was closed cleanly with the same log and version; `None` when it must be
    /// rebuilt.
    pub fn open_clean(path: &Path, epoch: [u8; 16]) -> Result<Option<Self>, ViewError> {
        if !path.exists() {
            return Ok(None);
        }
        let view = Self::connect(path)?;
        // An older or damaged file has other tables: it is simply rebuilt.
        let meta = |name| view.meta(name).unwrap_or_default();
        let sound = meta("version").as_deref() == Some(&VERSION.to_be_bytes())
            && meta("epoch").as_deref() == Some(&epoch)
            && meta("clean").is_some();
        if !sound {
            return Ok(None);
        }
        view.execute("DELETE FROM meta WHERE name = 'clean'")?;
        Ok(Some(view))
    }

    fn connect(path: &Path) -> Result<Self, ViewError> {
        let writer = Connection::open(path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "OFF")?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes which log it follows.
    pub fn follow(&self, epoch: [u8; 16]) -> Result<(), ViewError> {
        self.set_meta("epoch", &epoch)
    }

    /// Notes that it was closed cleanly.
    pub fn close(&self) -> Result<(), ViewError> {
        self.set_meta("clean", &[1])
    }

    /// The place of the log up to which it holds everything.
    pub fn position(&self) -> Result<LogPosition, ViewError> {
        let bytes = self.meta("position")?;
        let bytes = bytes.and_then(|b| <[u8; 8]>::try_from(b.as_slice()).ok());
        Ok(bytes.map_or(0, LogPosition::from_be_bytes))
    }

    /// Replaces the rows of documents and moves to a position, in one transaction. Applying the
    /// same document again changes nothing.
    pub fn apply(
        &self,
        documents: &[SourceDocument],
        position: LogPosition,
    ) -> Result<Touched, ViewError> {
        let mut touched = Touched::default();
        let mut writer = sound(&self.writer);
        let transaction = writer.transaction()?;
        for source in documents {
            apply::document(&transaction, source, &mut touched)?;
        }
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES ('position', ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![position.to_be_bytes()],
        )?;
        transaction.commit()?;
        Ok(touched)
    }

    /// Fills an empty view with the whole log.
    pub fn fill(
        &self,
        log: &dyn Log,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Touched, ViewError> {
        let position = log.last_position()?;
        let documents = log.documents()?;
        let mut touched = Touched::default();
        for (n, stored) in documents.iter().enumerate() {
            match SourceDocument::load(log, stored.document) {
                Ok(Some(source)) => {
                    let more = self.apply(&[source], 0)?;
                    touched.rounds.extend(more.rounds);
                    touched.corrected.extend(more.corrected);
                    touched.ground |= more.ground;
                }
                Ok(None) => {}
                // One damaged document must not hide the others.
                Err(ViewError::Document(error)) => {
                    tracing::error!(%error, document = %stored.document, "not in the view");
                }
                Err(error) => return Err(error),
            }
            progress(n + 1, documents.len());
        }
        self.apply(&[], position)?;
        Ok(touched)
    }

    /// Identifiers of all observations, withdrawn ones included.
    pub fn observation_ids(&self) -> Result<Vec<ObservationId>, ViewError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT DISTINCT id FROM observation")?;
            let ids = query.query_map([], |row| {
                row.get::<_, [u8; 16]>(0).map(ObservationId::from_bytes)
            })?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// SHA-256 of each table's rows in the order of their keys: equal digests, equal tables.
    pub fn digest_tables(&self) -> Result<BTreeMap<&'static str, [u8; 32]>, ViewError> {
        self.read(|connection| {
            let mut digests = BTreeMap::new();
            for table in TABLES {
                digests.insert(table, digest_table(connection, table)?);
            }
            Ok(digests)
        })
    }

    /// Reads with a connection of its own: readers never wait for the writer.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ViewError>,
    ) -> Result<T, ViewError> {
        let idle = sound(&self.readers).pop();
        let connection = if let Some(connection) = idle {
            connection
        } else {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(&self.path, flags)?
        };
        // One snapshot for all statements of a reading.
        connection.execute_batch("BEGIN")?;
        let outcome = read(&connection);
        connection.execute_batch("COMMIT")?;
        let mut idle = sound(&self.readers);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        outcome
    }

    /// Writes derived rows (placements) in one transaction.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, ViewError>,
    ) -> Result<T, ViewError> {
        let mut writer = sound(&self.writer);
        let transaction = writer.transaction()?;
        let outcome = write(&transaction)?;
        transaction.commit()?;
        Ok(outcome)
    }

    fn execute(&self, sql: &str) -> Result<(), ViewError> {
        sound(&self.writer).execute_batch(sql)?;
        Ok(())
    }

    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, ViewError> {
        let writer = sound(&self.writer);
        let value = writer
            .query_row("SELECT value FROM meta WHERE name = ?", [name], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(value)
    }

    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), ViewError> {
        sound(&self.writer).execute(
            "INSERT INTO meta (name, value) VALUES (?, ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }
}

fn digest_table(connection: &Connection, table: &str) -> Result<[u8; 32], ViewError> {
    let columns = connection
        .prepare(&format!("SELECT * FROM {table}"))?
        .column_count();
    let order: Vec<String> = (1..=columns).map(|n| n.to_string()).collect();
    let sql = format!("SELECT * FROM {table} ORDER BY {}", order.join(","));
    let mut query = connection.prepare(&sql)?;
    let mut rows = query.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hash.update([0]),
                ValueRef::Integer(number) => {
                    hash.update([1]);
                    hash.update(number.to_be_bytes());
                }
                ValueRef::Real(number) => {
                    hash.update([2]);
                    hash.update(number.to_be_bytes());
                }
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    hash.update([3]);
                    hash.update((bytes.len() as u64).to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
    }
    Ok(hash.finalize().into())
}
