//! Forgotten PINs: the share each tablet left, sealed to its campaign, and who asks for a new PIN.
//!
//! It must never hold a share that opens by itself: it is sealed when it comes and when it goes.

use super::{ServerStore, StoreError};
use maraude_core::model::{CampaignId, DeviceId, TimestampMs};
use rusqlite::{OptionalExtension, params};

/// A tablet that asks for a new PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinReset {
    /// The tablet.
    pub device: DeviceId,
    /// Its label.
    pub label: String,
    /// It left a share: a new PIN can be allowed.
    pub possible: bool,
    /// The key it asks with.
    pub asks_with: [u8; 32],
    /// Since when (server clock).
    pub asked_at: TimestampMs,
    /// It was allowed at (server clock).
    pub allowed_at: Option<TimestampMs>,
}

impl ServerStore {
    /// Keeps a tablet's share; whatever it asked for before is over.
    pub fn keep_reset_share(
        &self,
        device: DeviceId,
        sealed: &[u8],
        at: TimestampMs,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO pin_resets(device, share, left_at) VALUES (?1, ?2, ?3)
             ON CONFLICT(device) DO UPDATE SET share = excluded.share, left_at = excluded.left_at,
               asks_with = NULL, asked_at = NULL, given = NULL, allowed_at = NULL",
            params![device.as_bytes(), sealed, at],
        )?;
        Ok(())
    }

    /// The share a tablet left.
    pub fn reset_share(&self, device: DeviceId) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<Option<Vec<u8>>> = self
            .connection()
            .prepare_cached("SELECT share FROM pin_resets WHERE device = ?1")?
            .query_row([device.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// A tablet asks for a new PIN; asking again with the same key changes nothing.
    pub fn ask_reset(
        &self,
        device: DeviceId,
        asks_with: &[u8; 32],
        at: TimestampMs,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO pin_resets(device, asks_with, asked_at) VALUES (?1, ?2, ?3)
             ON CONFLICT(device) DO UPDATE SET asks_with = excluded.asks_with,
               asked_at = excluded.asked_at, given = NULL, allowed_at = NULL
             WHERE asks_with IS NOT excluded.asks_with",
            params![device.as_bytes(), asks_with, at],
        )?;
        Ok(())
    }

    /// Allows a new PIN to the tablet that asks with this key; false where it asks no more.
    pub fn allow_reset(
        &self,
        device: DeviceId,
        asks_with: &[u8; 32],
        given: &[u8],
        at: TimestampMs,
    ) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE pin_resets SET given = ?3, allowed_at = ?4
             WHERE device = ?1 AND asks_with = ?2",
            params![device.as_bytes(), asks_with, given, at],
        )?;
        Ok(changed > 0)
    }

    /// What was allowed since an instant to the tablet that asks with this key.
    pub fn reset_given(
        &self,
        device: DeviceId,
        asks_with: &[u8; 32],
        since: TimestampMs,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<Option<Vec<u8>>> = self
            .connection()
            .prepare_cached(
                "SELECT given FROM pin_resets
                 WHERE device = ?1 AND asks_with = ?2 AND allowed_at >= ?3",
            )?
            .query_row(params![device.as_bytes(), asks_with, since], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(found.flatten())
    }

    /// Tablets of a campaign that have asked since an instant, oldest first.
    pub fn pin_resets(
        &self,
        campaign: CampaignId,
        since: TimestampMs,
    ) -> Result<Vec<PinReset>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT d.id, d.label, r.share IS NOT NULL, r.asks_with, r.asked_at, r.allowed_at
             FROM pin_resets r JOIN devices d ON d.id = r.device
             WHERE d.campaign = ?1 AND d.revoked_at IS NULL AND r.asks_with IS NOT NULL
               AND r.asked_at >= ?2 ORDER BY r.asked_at, d.id",
        )?;
        let rows = statement.query_map(params![campaign.as_bytes(), since], |row| {
            Ok(PinReset {
                device: DeviceId::from_bytes(row.get(0)?),
                label: row.get(1)?,
                possible: row.get(2)?,
                asks_with: row.get(3)?,
                asked_at: row.get(4)?,
                allowed_at: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
