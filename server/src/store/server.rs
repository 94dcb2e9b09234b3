//! `server.db`: who may come in, which campaigns there are, and what was done.
//!
//! It must never hold an observation. `auth`, `command` and `http` call it through the files beside.

use super::seal::Key32;
use super::sqlite::{Schema, open};
use super::{StoreError, random};
use maraude_core::model::{CampaignId, DeviceId, TimestampMs};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The file's schema; one script per version, never altered once shipped.
const SCHEMA: Schema = Schema {
    name: "server.db",
    migrations: &[
        include_str!("server_1.sql"),
        include_str!("server_2.sql"),
        include_str!("server_3.sql"),
        include_str!("server_4.sql"),
        include_str!("server_5.sql"),
        include_str!("server_6.sql"),
        include_str!("server_7.sql"),
        include_str!("server_8.sql"),
    ],
};

/// Accounts, sessions, devices, enrolment codes, campaigns, audit.
pub struct ServerStore {
    connection: Mutex<Connection>,
    audit_key: OnceLock<Key32>,
}

impl ServerStore {
    /// Opens or creates the file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Mutex::new(open(path, SCHEMA)?),
            audit_key: OnceLock::new(),
        })
    }

    /// The server's own identifier as an author of changes; drawn at the first call.
    pub fn server_device(&self) -> Result<DeviceId, StoreError> {
        if let Some(bytes) = self.setting("device")? {
            let bytes = bytes
                .try_into()
                .map_err(|_| StoreError::Damaged { table: "settings" })?;
            return Ok(DeviceId::from_bytes(bytes));
        }
        let device = DeviceId::from_random(random()?);
        self.set_setting("device", device.as_bytes())?;
        Ok(device)
    }

    /// What upload tokens are derived with; drawn at the first call.
    pub(crate) fn enrolment_secret(&self) -> Result<[u8; 32], StoreError> {
        let drawn: [u8; 32] = random()?;
        self.connection().execute(
            "INSERT INTO settings(name, value) VALUES ('enrolment_secret', ?1)
             ON CONFLICT(name) DO NOTHING",
            [drawn],
        )?;
        let kept = self.setting("enrolment_secret")?;
        kept.and_then(|bytes| bytes.try_into().ok())
            .ok_or(StoreError::Damaged { table: "settings" })
    }

    /// A setting.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    /// Sets one.
    pub fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO settings(name, value) VALUES (?1, ?2)
             ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    /// Names a campaign that has its keys and folder.
    pub fn add_campaign(&self, campaign: CampaignId, at: TimestampMs) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO campaigns(id, created_at) VALUES (?1, ?2)",
            params![campaign.as_bytes(), at],
        )?;
        Ok(())
    }

    /// Campaigns, oldest first, with the instant of their purge where they were.
    pub fn campaigns(&self) -> Result<Vec<(CampaignId, Option<TimestampMs>)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT id, purged_at FROM campaigns ORDER BY created_at, id")?;
        let rows = statement.query_map([], |row| {
            Ok((CampaignId::from_bytes(row.get(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A campaign's purge: absent when it is unknown.
    pub fn campaign(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<Option<TimestampMs>>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT purged_at FROM campaigns WHERE id = ?1")?
            .query_row([campaign.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// The campaign is gone: only "gone" is answered from now on.
    pub fn mark_purged(&self, campaign: CampaignId, at: TimestampMs) -> Result<(), StoreError> {
        self.connection().execute(
            "UPDATE campaigns SET purged_at = coalesce(purged_at, ?2) WHERE id = ?1",
            params![campaign.as_bytes(), at],
        )?;
        Ok(())
    }

    pub(super) fn set_audit_key(&self, key: Key32) {
        // A second one is the same: it comes from the same file of keys.
        let _ = self.audit_key.set(key);
    }

    pub(super) fn audit_key(&self) -> Option<&Key32> {
        self.audit_key.get()
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements rolls its transaction back: the connection stays sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn in_transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let value = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }
}
