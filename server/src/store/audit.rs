//! What was done and by whom: rows that are only added, each holding the hash of the one before.
//!
//! It must never hold an answer, a position or a key: identifiers, names of accounts and counts.

use super::{ServerStore, StoreError};
use maraude_core::model::TimestampMs;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, 3...
    pub number: u64,
    /// Server clock.
    pub at: TimestampMs,
    /// An account's name, a tablet's identifier, or `command` for the command line.
    pub author: String,
    /// Stable kebab-case code.
    pub action: String,
    /// What it was done to: an identifier.
    pub subject: String,
    /// Hash of the row before; zeros for the first.
    pub previous: [u8; 32],
    /// SHA-256 over all of the above.
    pub hash: [u8; 32],
}

impl AuditRow {
    fn computed_hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"maraude/audit/1");
        hasher.update(self.previous);
        hasher.update(self.number.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        for text in [&self.author, &self.action, &self.subject] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }
}

impl ServerStore {
    /// Adds a row.
    pub fn add_audit(
        &self,
        at: TimestampMs,
        author: &str,
        action: &str,
        subject: &str,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            let last: Option<(u64, [u8; 32])> = t
                .query_row(
                    "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let (number, previous) = last.map_or((1, [0; 32]), |(n, hash)| (n + 1, hash));
            let mut row = AuditRow {
                number,
                at,
                author: author.to_owned(),
                action: action.to_owned(),
                subject: subject.to_owned(),
                previous,
                hash: [0; 32],
            };
            row.hash = row.computed_hash();
            t.execute(
                "INSERT INTO audit(number, at, author, action, subject, previous, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    row.number,
                    row.at,
                    row.author,
                    row.action,
                    row.subject,
                    row.previous,
                    row.hash
                ],
            )?;
            Ok(())
        })
    }

    /// The last rows, newest first.
    pub fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.audit_rows("ORDER BY number DESC LIMIT ?1", limit)
    }

    /// The number of the first row that does not follow from the one before, where there is one.
    pub fn verify_audit(&self) -> Result<Option<u64>, StoreError> {
        let mut previous = [0; 32];
        for (expected, row) in (1..).zip(self.audit_rows("ORDER BY number LIMIT ?1", u32::MAX)?) {
            let sound = row.number == expected
                && row.previous == previous
                && row.hash == row.computed_hash();
            if !sound {
                return Ok(Some(row.number));
            }
            previous = row.hash;
        }
        Ok(None)
    }

    fn audit_rows(&self, clause: &str, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT number, at, author, action, subject, previous, hash FROM audit {clause}"
        ))?;
        let rows = statement.query_map([limit], |row| {
            Ok(AuditRow {
                number: row.get(0)?,
                at: row.get(1)?,
                author: row.get(2)?,
                action: row.get(3)?,
                subject: row.get(4)?,
                previous: row.get(5)?,
                hash: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_audit_row_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        for subject in ["a", "b", "c"] {
            store.add_audit(7, "command", "user-add", subject).unwrap();
        }
        assert_eq!(store.verify_audit().unwrap(), None);
        let alter = "UPDATE audit SET subject = 'z' WHERE number = 2";
        assert!(store.connection().execute(alter, []).is_err());
        store
            .connection()
            .execute_batch("DROP TRIGGER audit_keeps_its_rows")
            .unwrap();
        store.connection().execute(alter, []).unwrap();
        assert_eq!(store.verify_audit().unwrap(), Some(2));
    }
}
