//! Accounts of the console and their sessions; a token is kept only as its SHA-256.

use super::{ServerStore, StoreError};
use maraude_core::model::{AccountId, OrganisationCode, TimestampMs};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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
    /// Hands out tablets at a base; sees no observation.
    #[serde(rename = "lead")]
    TeamLead,
    /// Ends campaigns, reads what was done; sees no observation.
    #[serde(rename = "dpo")]
    DataProtectionOfficer,
    /// Manages accounts and tablets; sees no observation.
    #[serde(rename = "admin")]
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Coordinator,
        Self::Analyst,
        Self::TeamLead,
        Self::DataProtectionOfficer,
        Self::Administrator,
    ];

    /// As written on the wire and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Analyst => "analyst",
            Self::TeamLead => "lead",
            Self::DataProtectionOfficer => "dpo",
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
#[error("a role is coordinator, analyst, lead, dpo or admin")]
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
    /// When its owner last proved who they are.
    pub proved_at: TimestampMs,
    /// By a passkey.
    pub by_passkey: bool,
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
        by_passkey: bool,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO sessions(token, account, opened_at, seen_at, proved_at, by_passkey)
             VALUES (?1, ?2, ?3, ?3, ?3, ?4)",
            params![token, account.as_bytes(), at, by_passkey],
        )?;
        Ok(())
    }

    /// Whoever uses this session has proved by a passkey who they are.
    pub fn prove_by_passkey(&self, token: &[u8; 32]) -> Result<(), StoreError> {
        let update = "UPDATE sessions SET by_passkey = 1 WHERE token = ?1";
        self.connection().execute(update, [token])?;
        Ok(())
    }

    /// The session under a token's SHA-256.
    pub fn session(&self, token: &[u8; 32]) -> Result<Option<ConsoleSession>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT a.id, a.name, a.role, a.organisation, s.opened_at, s.seen_at, s.proved_at,
                   s.by_passkey
                 FROM sessions s JOIN accounts a ON a.id = s.account
                 WHERE s.token = ?1 AND a.closed_at IS NULL",
            )?
            .query_row([token], session)
            .optional()?)
    }

    /// Open sessions of an account under their tokens' SHA-256, newest first.
    pub fn sessions_of(
        &self,
        account: AccountId,
    ) -> Result<Vec<([u8; 32], ConsoleSession)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT a.id, a.name, a.role, a.organisation, s.opened_at, s.seen_at, s.proved_at,
               s.by_passkey, s.token
             FROM sessions s JOIN accounts a ON a.id = s.account
             WHERE a.id = ?1 ORDER BY s.opened_at DESC",
        )?;
        let rows =
            statement.query_map([account.as_bytes()], |row| Ok((row.get(8)?, session(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gives an account another role, or closes it; its sessions end, and with the account its passkeys.
    pub fn change_account(
        &self,
        account: AccountId,
        role: Option<Role>,
        at: TimestampMs,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            if let Some(role) = role {
                t.execute(
                    "UPDATE accounts SET role = ?2 WHERE id = ?1",
                    params![account.as_bytes(), role.name()],
                )?;
            } else {
                let passkeys = "DELETE FROM passkeys WHERE account = ?1";
                t.execute(passkeys, [account.as_bytes()])?;
                t.execute(
                    "UPDATE accounts SET closed_at = ?2 WHERE id = ?1",
                    params![account.as_bytes(), at],
                )?;
            }
            end_all(t, account, None)?;
            Ok(())
        })
    }

    /// Gives an account another password's hash; its sessions end but the one that is kept, and its
    /// tokens.
    pub fn set_password(
        &self,
        account: AccountId,
        password: &str,
        kept: Option<&[u8; 32]>,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            t.execute(
                "UPDATE accounts SET password = ?2 WHERE id = ?1",
                params![account.as_bytes(), password],
            )?;
            end_all(t, account, kept)?;
            Ok(())
        })
    }

    /// Ends the sessions of an account but the one that is kept: what it proves itself with changed.
    pub fn end_other_sessions(
        &self,
        account: AccountId,
        kept: Option<&[u8; 32]>,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| Ok(end_sessions(t, account, kept)?))
    }

    /// Ends every session and token of an account, or of all; says how many there were.
    pub fn end_access(&self, account: Option<AccountId>) -> Result<usize, StoreError> {
        let id = account.as_ref().map(AccountId::as_bytes);
        self.in_transaction(|t| {
            let tokens = "DELETE FROM api_tokens WHERE account = ?1 OR ?1 IS NULL";
            let sessions = "DELETE FROM sessions WHERE account = ?1 OR ?1 IS NULL";
            Ok(t.execute(tokens, [id])? + t.execute(sessions, [id])?)
        })
    }

    /// Gives an account back to its owner: another password's hash, and nothing else that lets anybody
    /// in by itself. Its sessions, tokens and passkeys end; says how many passkeys there were.
    pub fn reset_access(&self, account: AccountId, password: &str) -> Result<usize, StoreError> {
        self.in_transaction(|t| {
            t.execute(
                "UPDATE accounts SET password = ?2 WHERE id = ?1",
                params![account.as_bytes(), password],
            )?;
            end_all(t, account, None)?;
            let passkeys = "DELETE FROM passkeys WHERE account = ?1";
            Ok(t.execute(passkeys, [account.as_bytes()])?)
        })
    }

    /// An account's password's hash.
    pub fn password_of(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT password FROM accounts WHERE id = ?1 AND closed_at IS NULL")?
            .query_row([account.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// Names of all accounts, closed ones too, by the identifier under which the audit log names
    /// them.
    pub fn names_of_authors(&self) -> Result<HashMap<String, String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT id, name FROM accounts")?;
        let rows = statement.query_map([], |row| {
            let id = AccountId::from_bytes(row.get(0)?);
            Ok((id.to_string(), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a second factor's sealed seed, the step that proved it, and its recovery codes by their
    /// SHA-256; those there were go.
    pub fn set_second_factor(
        &self,
        account: AccountId,
        sealed: &[u8],
        step: i64,
        recovery: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            let id = account.as_bytes();
            t.execute("DELETE FROM recovery_codes WHERE account = ?1", [id])?;
            t.execute(
                "UPDATE accounts SET second_factor = ?2, second_factor_step = ?3 WHERE id = ?1",
                params![id, sealed, step],
            )?;
            for code in recovery {
                t.execute(
                    "INSERT INTO recovery_codes(code, account) VALUES (?1, ?2)",
                    params![code, id],
                )?;
            }
            Ok(())
        })
    }

    /// Takes an account's second factor away, and its recovery codes.
    pub fn clear_second_factor(&self, account: AccountId) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            let id = account.as_bytes();
            t.execute("DELETE FROM recovery_codes WHERE account = ?1", [id])?;
            let clear = "UPDATE accounts SET second_factor = NULL WHERE id = ?1";
            t.execute(clear, [id])?;
            Ok(())
        })
    }

    /// An account's sealed seed, and the last step that was used.
    pub fn second_factor(&self, account: AccountId) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
        let found: Option<(Option<Vec<u8>>, i64)> = self
            .connection()
            .prepare_cached("SELECT second_factor, second_factor_step FROM accounts WHERE id = ?1")?
            .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.and_then(|(sealed, step)| Some((sealed?, step))))
    }

    /// Uses a step up; false when it was, or a later one.
    pub fn use_second_factor_step(
        &self,
        account: AccountId,
        step: i64,
    ) -> Result<bool, StoreError> {
        let used = self.connection().execute(
            "UPDATE accounts SET second_factor_step = ?2
             WHERE id = ?1 AND second_factor_step < ?2",
            params![account.as_bytes(), step],
        )?;
        Ok(used > 0)
    }

    /// Uses a recovery code up; false when it is none of the account's.
    pub fn use_recovery_code(
        &self,
        account: AccountId,
        code: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let used = self.connection().execute(
            "DELETE FROM recovery_codes WHERE code = ?1 AND account = ?2",
            params![code, account.as_bytes()],
        )?;
        Ok(used > 0)
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

/// Ends what an account has open, but one session.
fn end_all(
    t: &Transaction<'_>,
    account: AccountId,
    kept: Option<&[u8; 32]>,
) -> rusqlite::Result<()> {
    end_sessions(t, account, kept)?;
    let end = "DELETE FROM api_tokens WHERE account = ?1";
    t.execute(end, [account.as_bytes()])?;
    Ok(())
}

fn end_sessions(
    t: &Transaction<'_>,
    account: AccountId,
    kept: Option<&[u8; 32]>,
) -> rusqlite::Result<()> {
    let end = "DELETE FROM sessions WHERE account = ?1 AND token IS NOT ?2";
    t.execute(end, params![account.as_bytes(), kept])?;
    Ok(())
}

fn session(row: &Row<'_>) -> rusqlite::Result<ConsoleSession> {
    Ok(ConsoleSession {
        account: account(row)?,
        opened_at: row.get(4)?,
        seen_at: row.get(5)?,
        proved_at: row.get(6)?,
        by_passkey: row.get(7)?,
    })
}

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
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
