//! Passkeys of accounts: public keys, each with its name and its uses.
//!
//! It must never read what it keeps of a key: `auth` makes and checks it.

use super::{Account, ServerStore, StoreError};
use maraude_core::model::{AccountId, TimestampMs};
use rusqlite::{OptionalExtension, params};

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Identifier: tells nothing of the key.
    pub id: [u8; 16],
    /// What its owner calls it.
    pub name: String,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Its last login, server clock.
    pub used_at: Option<TimestampMs>,
}

/// A passkey that is asked for, and what is kept to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPasskey {
    /// Identifier.
    pub id: [u8; 16],
    /// Whose.
    pub account: Account,
    /// Public key, count of uses and what was agreed when it was made, as `auth` wrote them.
    pub kept: String,
}

impl ServerStore {
    /// Keeps a passkey; false when its credential is kept already, of whomever.
    pub fn add_passkey(
        &self,
        account: AccountId,
        passkey: &PasskeyRow,
        credential: &[u8],
        kept: &str,
    ) -> Result<bool, StoreError> {
        let added = self.connection().execute(
            "INSERT INTO passkeys(id, account, credential, name, kept, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(credential) DO NOTHING",
            params![
                passkey.id,
                account.as_bytes(),
                credential,
                passkey.name,
                kept,
                passkey.created_at
            ],
        )?;
        Ok(added > 0)
    }

    /// An account's passkeys, oldest first.
    pub fn passkeys(&self, account: AccountId) -> Result<Vec<PasskeyRow>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, name, created_at, used_at FROM passkeys WHERE account = ?1
             ORDER BY created_at, id",
        )?;
        let rows = statement.query_map([account.as_bytes()], |row| {
            Ok(PasskeyRow {
                id: row.get(0)?,
                name: row.get(1)?,
                created_at: row.get(2)?,
                used_at: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The credentials of an account's passkeys: a device that holds one makes no second.
    pub fn credentials(&self, account: AccountId) -> Result<Vec<Vec<u8>>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT credential FROM passkeys WHERE account = ?1")?;
        let rows = statement.query_map([account.as_bytes()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The passkey of a credential, where its account is not closed.
    pub fn passkey(&self, credential: &[u8]) -> Result<Option<KeptPasskey>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT a.id, a.name, a.role, a.organisation, p.id, p.kept
                 FROM passkeys p JOIN accounts a ON a.id = p.account
                 WHERE p.credential = ?1 AND a.closed_at IS NULL",
            )?
            .query_row([credential], |row| {
                Ok(KeptPasskey {
                    account: super::accounts::account(row)?,
                    id: row.get(4)?,
                    kept: row.get(5)?,
                })
            })
            .optional()?)
    }

    /// Notes a use, and what is kept from now on; false when the passkey was used or removed since it
    /// was read.
    pub fn use_passkey(
        &self,
        read: &KeptPasskey,
        kept: &str,
        at: TimestampMs,
    ) -> Result<bool, StoreError> {
        let used = self.connection().execute(
            "UPDATE passkeys SET kept = ?3, used_at = ?4 WHERE id = ?1 AND kept = ?2",
            params![read.id, read.kept, kept, at],
        )?;
        Ok(used > 0)
    }

    /// Removes one of an account's passkeys; false when it has none under this identifier.
    pub fn remove_passkey(&self, account: AccountId, id: &[u8; 16]) -> Result<bool, StoreError> {
        let removed = self.connection().execute(
            "DELETE FROM passkeys WHERE id = ?1 AND account = ?2",
            params![id, account.as_bytes()],
        )?;
        Ok(removed > 0)
    }

    /// Removes all of an account's passkeys; says how many there were.
    pub fn remove_passkeys(&self, account: AccountId) -> Result<usize, StoreError> {
        let removed = self.connection().execute(
            "DELETE FROM passkeys WHERE account = ?1",
            [account.as_bytes()],
        )?;
        Ok(removed)
    }
}
