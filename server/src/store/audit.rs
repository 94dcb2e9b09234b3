//! What was done and by whom: rows that are only added, each holding the hash of the one before,
//! and the end of the log under a key that is not in its file.
//!
//! It must never hold an answer, a position, a key or a name: identifiers and counts, and the reason
//! somebody gave, in a column of its own. Rows of the first versions hold names of accounts.

use super::seal::Key32;
use super::{ServerStore, StoreError};
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::TimestampMs;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

/// The setting that holds the log's end.
const HEAD: &str = "audit_head";

/// A row's columns, as [`audit_row`] reads them.
const COLUMNS: &str = "number, at, author, action, subject, reason, previous, hash";

/// Bytes of the log's end: number, hash, MAC.
const HEAD_BYTES: usize = 8 + 32 + 32;

/// A row of the audit log.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, 3...
    pub number: u64,
    /// Server clock.
    pub at: TimestampMs,
    /// Identifier of an account or a tablet, or `command` for the command line.
    pub author: String,
    /// Stable kebab-case code.
    pub action: String,
    /// What it was done to: an identifier.
    pub subject: String,
    /// Why, in the author's words, where a reason is asked for.
    pub reason: String,
    /// Hash of the row before; zeros for the first.
    pub previous: [u8; 32],
    /// SHA-256 over all of the above.
    pub hash: [u8; 32],
}

maraude_core::redacts!(AuditRow);

/// A row to be added.
#[derive(Clone, Copy)]
pub struct Deed<'a> {
    /// Identifier of an account or a tablet, or `command`.
    pub author: &'a str,
    /// Stable kebab-case code.
    pub action: &'a str,
    /// An identifier.
    pub subject: &'a str,
    /// Why, where a reason is asked for.
    pub reason: &'a str,
}

maraude_core::redacts!(Deed<'a>);

impl AuditRow {
    fn computed_hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        // Rows written before reasons were kept have none, and hash as they did.
        let with_reason = !self.reason.is_empty();
        hasher.update(if with_reason {
            b"maraude/audit/2"
        } else {
            b"maraude/audit/1"
        });
        hasher.update(self.previous);
        hasher.update(self.number.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        let texts = [&self.author, &self.action, &self.subject, &self.reason];
        for text in texts.into_iter().take(if with_reason { 4 } else { 3 }) {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }
}

impl ServerStore {
    /// From now on the log's end is kept under a key. `adopt` takes the log as it is for whole: only
    /// where the key was drawn just now, or the file came out of a sealed copy.
    ///
    /// # Errors
    /// When storage fails.
    pub fn keep_audit_under(&self, key: Key32, adopt: bool) -> Result<(), StoreError> {
        self.set_audit_key(key);
        if adopt {
            self.in_transaction(|t| match last_row(t)? {
                Some((number, hash)) => self.write_head(t, number, &hash),
                None => Ok(()),
            })?;
        }
        Ok(())
    }

    /// Adds a row.
    pub fn add_audit(
        &self,
        at: TimestampMs,
        author: &str,
        action: &str,
        subject: &str,
    ) -> Result<(), StoreError> {
        let deed = Deed {
            author,
            action,
            subject,
            reason: "",
        };
        self.add_deed(at, deed)
    }

    /// Adds a row with its reason.
    pub fn add_deed(&self, at: TimestampMs, deed: Deed<'_>) -> Result<(), StoreError> {
        self.in_transaction(|t| self.add_deed_in(t, at, deed))
    }

    /// The same within a transaction: the deed and what was done are kept together.
    pub(super) fn add_deed_in(
        &self,
        t: &Connection,
        at: TimestampMs,
        deed: Deed<'_>,
    ) -> Result<(), StoreError> {
        let (number, previous) = last_row(t)?.map_or((1, [0; 32]), |(n, hash)| (n + 1, hash));
        let mut row = AuditRow {
            number,
            at,
            author: deed.author.to_owned(),
            action: deed.action.to_owned(),
            subject: deed.subject.to_owned(),
            reason: deed.reason.to_owned(),
            previous,
            hash: [0; 32],
        };
        row.hash = row.computed_hash();
        t.execute(
            "INSERT INTO audit(number, at, author, action, subject, reason, previous, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                row.number,
                row.at,
                row.author,
                row.action,
                row.subject,
                row.reason,
                row.previous,
                row.hash
            ],
        )?;
        self.write_head(t, row.number, &row.hash)
    }

    /// The last rows, newest first.
    pub fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.audit_before(None, limit)
    }

    /// The newest rows below a number, or of all, newest first.
    pub fn audit_before(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.and_then(|number| i64::try_from(number).ok());
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2"
        ))?;
        let rows = statement.query_map((before.unwrap_or(i64::MAX), limit), audit_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of the first row that does not follow from the one before, or that is missing.
    pub fn verify_audit(&self) -> Result<Option<u64>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM audit ORDER BY number"))?;
        let (mut previous, mut expected) = ([0; 32], 1);
        let mut rows = statement.query([])?;
        while let Some(found) = rows.next()? {
            // A value of another kind than was written does not read.
            let sound = audit_row(found).is_ok_and(|row| {
                let follows = row.number == expected && row.previous == previous;
                previous = row.hash;
                follows && row.hash == row.computed_hash()
            });
            if !sound {
                return Ok(Some(expected));
            }
            expected += 1;
        }
        drop(rows);
        let last = expected - 1;
        Ok(match self.head(&connection)? {
            // Rows were never added under this key.
            Head::None if last == 0 => None,
            Head::NotKept => None,
            Head::Sound(number, hash) if (number, hash) == (last, previous) => None,
            Head::Sound(number, _) if number > last => Some(expected),
            Head::Sound(..) | Head::None | Head::Forged => Some(last.max(1)),
        })
    }

    fn write_head(
        &self,
        connection: &Connection,
        number: u64,
        hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let Some(key) = self.audit_key() else {
            return Ok(());
        };
        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.extend_from_slice(&number.to_be_bytes());
        head.extend_from_slice(hash);
        head.extend_from_slice(&mac(key, number, hash).finalize().into_bytes());
        connection.execute(
            "INSERT INTO settings(name, value) VALUES (?1, ?2)
             ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            params![HEAD, head],
        )?;
        Ok(())
    }

    fn head(&self, connection: &Connection) -> Result<Head, StoreError> {
        let Some(key) = self.audit_key() else {
            return Ok(Head::NotKept);
        };
        let stored: Option<Vec<u8>> = connection
            .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
            .query_row([HEAD], |row| row.get(0))
            .optional()?;
        let Some(stored) = stored else {
            return Ok(Head::None);
        };
        Ok(read_head(&stored, key).unwrap_or(Head::Forged))
    }
}

/// The log's end as it is kept.
enum Head {
    /// No key was given: a program that only reads.
    NotKept,
    None,
    Forged,
    Sound(u64, [u8; 32]),
}

fn read_head(stored: &[u8], key: &Key32) -> Option<Head> {
    let number = u64::from_be_bytes(stored.get(..8)?.try_into().ok()?);
    let hash: [u8; 32] = stored.get(8..40)?.try_into().ok()?;
    mac(key, number, &hash)
        .verify_slice(stored.get(40..HEAD_BYTES)?)
        .ok()?;
    (stored.len() == HEAD_BYTES).then_some(Head::Sound(number, hash))
}

fn mac(key: &Key32, number: u64, hash: &[u8; 32]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&**key).expect("a MAC takes keys of any length");
    mac.update(b"maraude/audit/head/1");
    mac.update(&number.to_be_bytes());
    mac.update(hash);
    mac
}

fn last_row(connection: &Connection) -> Result<Option<(u64, [u8; 32])>, StoreError> {
    Ok(connection
        .query_row(
            "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?)
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        number: row.get(0)?,
        at: row.get(1)?,
        author: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        reason: row.get(5)?,
        previous: row.get(6)?,
        hash: row.get(7)?,
    })
}

#[cfg(test)]
mod tests;
