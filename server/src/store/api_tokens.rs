//! Tokens of programs that read maps: kept as SHA-256, each with its name and its end.
//!
//! It must never keep one in clear. `auth` draws them; they open `/ogc` and nothing else.

use super::{Account, ServerStore, StoreError};
use maraude_core::model::{AccountId, TimestampMs};
use rusqlite::{OptionalExtension, params};

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Identifier: tells nothing of the token.
    pub id: [u8; 16],
    /// What its owner calls it.
    pub name: String,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Server clock.
    pub expires_at: TimestampMs,
}

impl ServerStore {
    /// Keeps a token under its SHA-256.
    pub fn add_api_token(
        &self,
        account: AccountId,
        token: &ApiToken,
        hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO api_tokens(id, account, name, hash, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                token.id,
                account.as_bytes(),
                token.name,
                hash,
                token.created_at,
                token.expires_at
            ],
        )?;
        Ok(())
    }

    /// An account's tokens, newest first; those that ended are forgotten.
    pub fn api_tokens(
        &self,
        account: AccountId,
        now: TimestampMs,
    ) -> Result<Vec<ApiToken>, StoreError> {
        let connection = self.connection();
        connection.execute("DELETE FROM api_tokens WHERE expires_at <= ?1", [now])?;
        let mut statement = connection.prepare_cached(
            "SELECT id, name, created_at, expires_at FROM api_tokens WHERE account = ?1
             ORDER BY created_at DESC, id",
        )?;
        let rows = statement.query_map([account.as_bytes()], |row| {
            Ok(ApiToken {
                id: row.get(0)?,
                name: row.get(1)?,
                created_at: row.get(2)?,
                expires_at: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends one; false when it is none of the account's.
    pub fn remove_api_token(&self, account: AccountId, id: &[u8; 16]) -> Result<bool, StoreError> {
        let removed = self.connection().execute(
            "DELETE FROM api_tokens WHERE account = ?1 AND id = ?2",
            params![account.as_bytes(), id],
        )?;
        Ok(removed > 0)
    }

    /// Whose token has this SHA-256, while it holds.
    pub fn account_of_api_token(
        &self,
        hash: &[u8; 32],
        now: TimestampMs,
    ) -> Result<Option<Account>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT a.id, a.name, a.role, a.organisation
                 FROM api_tokens t JOIN accounts a ON a.id = t.account
                 WHERE t.hash = ?1 AND t.expires_at > ?2 AND a.closed_at IS NULL",
            )?
            .query_row(params![hash, now], super::accounts::account)
            .optional()?)
    }
}
