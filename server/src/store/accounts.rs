//! Accounts of the console and their sessions; a token is kept only as its SHA-256.

use super::{ServerStore, StoreError};
use maraude_core::model::{AccountId, OrganisationCode, TimestampMs};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Prepares campaigns, sees observations, decides, builds releases.
    Coordinator,
    /// Sees releases and aggregates only.
    Analyst,
    /// Manages accounts and tablets; sees no observation.
    #[serde(rename = "admin")]
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Coordinator, Self::Analyst, Self::Administrator];

    /// As written on the wire and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Analyst => "analyst",
            Self::Administrator => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a role is coordinator, analyst or admin")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or(UnknownRole)
    }
}

/// An account of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Name it logs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whose account it is.
    pub organisation: Option<OrganisationCode>,
}

/// An open session of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSession {
    /// Whose.
    pub account: Account,
    /// When it was opened.
    pub opened_at: TimestampMs,
    /// When it was last used, within a minute.
    pub seen_at: TimestampMs,
}

impl ServerStore {
    /// Adds an account; `password` is its Argon2id hash in PHC form.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when another account has the name, whatever its case.
    pub fn add_account(
        &self,
        account: &Account,
        password: &str,
        at: TimestampMs,
    ) -> Result<(), StoreError> {
        let added = self.connection().execute(
            "INSERT INTO accounts(id, name, role, password, organisation, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(name) DO NOTHING",
            params![
                account.id.as_bytes(),
                account.name,
                account.role.name(),
                password,
                account.organisation,
                at
            ],
        )?;
        if added == 0 {
            return Err(StoreError::NameTaken);
        }
        Ok(())
    }

    /// An account that is not closed, and its password's hash.
    pub fn account_by_name(&self, name: &str) -> Result<Option<(Account, String)>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT id, name, role, organisation, password FROM accounts
                 WHERE name = ?1 AND closed_at IS NULL",
            )?
            .query_row([name], |row| Ok((account(row)?, row.get(4)?)))
            .optional()?)
    }

    /// Accounts that are not closed, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, name, role, organisation FROM accounts WHERE closed_at IS NULL
             ORDER BY name",
        )?;
        let rows = statement.query_map([], account)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Opens a session under a token's SHA-256.
    pub fn open_session(
        &self,
        token: &[u8; 32],
        account: AccountId,
        at: TimestampMs,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO sessions(token, account, opened_at, seen_at) VALUES (?1, ?2, ?3, ?3)",
            params![token, account.as_bytes(), at],
        )?;
        Ok(())
    }

    /// The session under a token's SHA-256.
    pub fn session(&self, token: &[u8; 32]) -> Result<Option<ConsoleSession>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT a.id, a.name, a.role, a.organisation, s.opened_at, s.seen_at
                 FROM sessions s JOIN accounts a ON a.id = s.account
                 WHERE s.token = ?1 AND a.closed_at IS NULL",
            )?
            .query_row([token], |row| {
                Ok(ConsoleSession {
                    account: account(row)?,
                    opened_at: row.get(4)?,
                    seen_at: row.get(5)?,
                })
            })
            .optional()?)
    }

    /// The session was used.
    pub fn touch_session(&self, token: &[u8; 32], at: TimestampMs) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("UPDATE sessions SET seen_at = ?2 WHERE token = ?1")?
            .execute(params![token, at])?;
        Ok(())
    }

    /// Closes a session.
    pub fn close_session(&self, token: &[u8; 32]) -> Result<(), StoreError> {
        self.connection()
            .execute("DELETE FROM sessions WHERE token = ?1", [token])?;
        Ok(())
    }

    /// Forgets sessions opened, or last used, before these instants.
    pub fn forget_sessions(
        &self,
        opened_before: TimestampMs,
        seen_before: TimestampMs,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "DELETE FROM sessions WHERE opened_at < ?1 OR seen_at < ?2",
            params![opened_before, seen_before],
        )?;
        Ok(())
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let role: String = row.get(2)?;
    let role = role.parse().map_err(|error: UnknownRole| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Account {
        id: AccountId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        role,
        organisation: row.get(3)?,
    })
}
