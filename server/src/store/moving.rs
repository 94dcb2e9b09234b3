//! What `server.db` says of a campaign that moves: its tablets, what was decided about its end, which
//! tablets were told to forget, and what other campaigns released.
//!
//! It must never take an account, a session, a code or a token along. `maintenance` calls it.

use super::retention::keep_release;
use super::{
    Deed, Remains, Retention, ServerStore, StoreError, StoredDevice, StoredRelease, random,
};
use maraude_core::model::{CampaignId, DeviceId, TeamId, TimestampMs};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

/// The setting that names the campaign which is being taken in.
const ARRIVING: &str = "arriving";

/// Rows that go along with a campaign.
#[derive(Serialize, Deserialize)]
pub struct MovedRows {
    /// When it was created, server clock.
    pub created_at: TimestampMs,
    /// Its tablets, revoked ones too. What they log in with stays behind.
    pub devices: Vec<StoredDevice>,
    /// Notices and legal hold.
    pub retention: Retention,
    /// Tablets that were told to destroy what they held.
    pub wipes_told: Vec<(DeviceId, TimestampMs)>,
    /// What the server's other campaigns released: a later release is held against it here too.
    pub told_elsewhere: Vec<(CampaignId, Remains)>,
}

maraude_core::redacts!(MovedRows);

impl ServerStore {
    /// Rows of a campaign that is here; `told_elsewhere` is what the others released.
    ///
    /// # Errors
    /// [`StoreError::UnknownCampaign`], or when storage fails.
    pub fn rows_to_move(
        &self,
        campaign: CampaignId,
        told_elsewhere: Vec<(CampaignId, Remains)>,
    ) -> Result<MovedRows, StoreError> {
        let select = "SELECT created_at FROM campaigns WHERE id = ?1 AND purged_at IS NULL";
        let created_at = self
            .connection()
            .query_row(select, [campaign.as_bytes()], |row| row.get(0));
        Ok(MovedRows {
            created_at: created_at.map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => StoreError::UnknownCampaign,
                other => other.into(),
            })?,
            devices: self.devices(campaign)?,
            retention: self.retention(campaign)?,
            wipes_told: self.wipes_told(campaign)?,
            told_elsewhere,
        })
    }

    /// Releases of campaigns that are on another server, as they came with one that moved here.
    ///
    /// # Errors
    /// When storage fails.
    pub fn told_on_other_servers(&self) -> Result<Vec<(CampaignId, Remains)>, StoreError> {
        let select = "SELECT DISTINCT campaign FROM kept_releases
                      WHERE campaign NOT IN (SELECT id FROM campaigns) ORDER BY campaign";
        let connection = self.connection();
        let found: Vec<CampaignId> = connection
            .prepare(select)?
            .query_map([], |row| row.get(0).map(CampaignId::from_bytes))?
            .collect::<Result<_, _>>()?;
        drop(connection);
        let with_remains = |campaign| Ok((campaign, self.remains(campaign)?));
        found.into_iter().map(with_remains).collect()
    }

    /// From now on a start that finds no such campaign removes what there is of it.
    ///
    /// # Errors
    /// When storage fails.
    pub fn begin_arrival(&self, campaign: CampaignId) -> Result<(), StoreError> {
        self.set_setting(ARRIVING, campaign.as_bytes())
    }

    /// The campaign of which some may be here, and is not named yet.
    ///
    /// # Errors
    /// When storage fails.
    pub fn arriving(&self) -> Result<Option<CampaignId>, StoreError> {
        let kept = self.setting(ARRIVING)?;
        let damaged = |_| StoreError::Damaged { table: "settings" };
        kept.map(|bytes| Ok(CampaignId::from_bytes(bytes.try_into().map_err(damaged)?)))
            .transpose()
    }

    /// Nothing of it is here any more.
    ///
    /// # Errors
    /// When storage fails.
    pub fn end_arrival(&self) -> Result<(), StoreError> {
        self.in_transaction(end_arrival_in)
    }

    /// Names a campaign that has its keys and its log here, with all its rows and the deed: one
    /// transaction.
    ///
    /// # Errors
    /// When storage fails; nothing was written then.
    pub fn arrive(
        &self,
        campaign: CampaignId,
        rows: &MovedRows,
        at: TimestampMs,
        deed: Deed<'_>,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            let id = campaign.as_bytes();
            t.execute(
                "INSERT INTO campaigns(id, created_at) VALUES (?1, ?2)",
                params![id, rows.created_at],
            )?;
            for stored in &rows.devices {
                insert_device(t, campaign, stored)?;
            }
            insert_retention(t, campaign, &rows.retention)?;
            for (device, at) in &rows.wipes_told {
                t.execute(
                    "INSERT OR IGNORE INTO wipes_told(device, campaign, at) VALUES (?1, ?2, ?3)",
                    params![device.as_bytes(), id, at],
                )?;
            }
            // Its own releases are in its log from now on.
            for table in ["kept_releases", "kept_ledger"] {
                let delete = format!("DELETE FROM {table} WHERE campaign = ?1");
                t.execute(&delete, [id])?;
            }
            for (elsewhere, remains) in &rows.told_elsewhere {
                keep_told(t, *elsewhere, &remains.releases)?;
            }
            end_arrival_in(t)?;
            self.add_deed_in(t, at, deed)
        })
    }
}

fn end_arrival_in(t: &Transaction<'_>) -> Result<(), StoreError> {
    t.execute("DELETE FROM settings WHERE name = ?1", [ARRIVING])?;
    Ok(())
}

fn insert_device(
    t: &Transaction<'_>,
    campaign: CampaignId,
    stored: &StoredDevice,
) -> Result<(), StoreError> {
    let device = &stored.device;
    // The SHA-256 of no token: a tablet takes receipts and orders of the server it enrolled with alone.
    let no_token: [u8; 32] = random()?;
    t.execute(
        "INSERT INTO devices(id, campaign, label, team, organisation, verifying_key, upload_token,
           app_version, enrolled_at, revoked_at, accepted_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            device.id.as_bytes(),
            campaign.as_bytes(),
            device.label,
            device.team.as_ref().map(TeamId::as_bytes),
            device.organisation,
            device.verifying_key,
            no_token,
            stored.app_version,
            stored.enrolled_at,
            device.revoked_at,
            stored.accepted_at
        ],
    )?;
    Ok(())
}

fn insert_retention(
    t: &Transaction<'_>,
    campaign: CampaignId,
    retention: &Retention,
) -> Result<(), StoreError> {
    let (hold, coarsening) = (retention.hold.as_ref(), retention.coarsening);
    t.execute(
        "INSERT INTO retention(campaign, purge_from, purge_due, held_at, held_by, held_reason,
           coarsen_from, coarsen_due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            campaign.as_bytes(),
            retention.purge_from,
            retention.purge_due,
            hold.map(|hold| hold.at),
            hold.map(|hold| &hold.by),
            hold.map(|hold| &hold.reason),
            coarsening.map(|notice| notice.from),
            coarsening.and_then(|notice| notice.due)
        ],
    )?;
    Ok(())
}

/// What a campaign released that is on another server; one that is here speaks for itself.
fn keep_told(
    t: &Transaction<'_>,
    campaign: CampaignId,
    releases: &[StoredRelease],
) -> Result<(), StoreError> {
    let id = campaign.as_bytes();
    let select = "SELECT EXISTS (SELECT 1 FROM campaigns WHERE id = ?1)";
    if t.query_row(select, [id], |row| row.get(0))? {
        return Ok(());
    }
    for kept in releases {
        // Told by an earlier file already, perhaps.
        t.execute(
            "DELETE FROM kept_releases WHERE campaign = ?1 AND number = ?2",
            params![id, kept.number],
        )?;
        keep_release(t, campaign, kept)?;
    }
    Ok(())
}
