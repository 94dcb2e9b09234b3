//! Enrolled tablets: keys to check envelopes with, and the SHA-256 of their upload token.

use super::{ServerStore, StoreError};
use maraude_core::model::{CampaignId, Device, DeviceId, TeamId, TimestampMs};
use rusqlite::{OptionalExtension, Params, Row, params};
use serde::{Deserialize, Serialize};

/// A tablet as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDevice {
    /// Identifier, label, team, organisation, key, revocation.
    pub device: Device,
    /// The campaign it is enrolled in.
    pub campaign: CampaignId,
    /// The app's version when it enrolled.
    pub app_version: String,
    /// When it enrolled.
    pub enrolled_at: TimestampMs,
    /// When a coordinator let it read; none while it waits.
    pub accepted_at: Option<TimestampMs>,
}

impl StoredDevice {
    /// It was revoked: it reads nothing more, and what it sends is kept sealed.
    pub fn is_revoked(&self) -> bool {
        self.device.revoked_at.is_some()
    }

    /// The team whose documents it reads: its own, once a coordinator accepted it.
    pub fn reads_for(&self) -> Option<TeamId> {
        self.device.team.filter(|_| self.accepted_at.is_some())
    }
}

const COLUMNS: &str = "id, campaign, label, team, organisation, verifying_key, app_version,
    enrolled_at, revoked_at, accepted_at";

impl ServerStore {
    /// The tablet.
    pub fn device(&self, device: DeviceId) -> Result<Option<StoredDevice>, StoreError> {
        self.one_device("id = ?1", [device.as_bytes()])
    }

    /// The tablet an upload token (by its SHA-256) was given to.
    pub fn device_by_token(&self, token: &[u8; 32]) -> Result<Option<StoredDevice>, StoreError> {
        self.one_device("upload_token = ?1", [token])
    }

    /// A campaign's tablets, by label.
    pub fn devices(&self, campaign: CampaignId) -> Result<Vec<StoredDevice>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM devices WHERE campaign = ?1 ORDER BY label, id"
        ))?;
        let rows = statement.query_map([campaign.as_bytes()], device)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Revokes a tablet; false when it is unknown or already revoked.
    pub fn revoke_device(&self, device: DeviceId, at: TimestampMs) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE devices SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
            params![device.as_bytes(), at],
        )?;
        Ok(changed > 0)
    }

    /// Lets a tablet read; false when it is unknown or could before.
    pub fn accept_device(&self, device: DeviceId, at: TimestampMs) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE devices SET accepted_at = ?2 WHERE id = ?1 AND accepted_at IS NULL",
            params![device.as_bytes(), at],
        )?;
        Ok(changed > 0)
    }

    /// Hands a tablet to a team, or to none.
    pub fn hand_device(&self, device: DeviceId, team: Option<TeamId>) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE devices SET team = ?2 WHERE id = ?1",
            params![device.as_bytes(), team.map(|team| *team.as_bytes())],
        )?;
        Ok(changed > 0)
    }

    fn one_device(
        &self,
        clause: &str,
        values: impl Params,
    ) -> Result<Option<StoredDevice>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(&format!("SELECT {COLUMNS} FROM devices WHERE {clause}"))?
            .query_row(values, device)
            .optional()?)
    }
}

fn device(row: &Row<'_>) -> rusqlite::Result<StoredDevice> {
    Ok(StoredDevice {
        device: Device {
            id: DeviceId::from_bytes(row.get(0)?),
            label: row.get(2)?,
            team: row.get::<_, Option<[u8; 16]>>(3)?.map(TeamId::from_bytes),
            organisation: row.get(4)?,
            verifying_key: row.get(5)?,
            revoked_at: row.get(8)?,
        },
        campaign: CampaignId::from_bytes(row.get(1)?),
        app_version: row.get(6)?,
        enrolled_at: row.get(7)?,
        accepted_at: row.get(9)?,
    })
}
