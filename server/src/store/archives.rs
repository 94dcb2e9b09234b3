//! What campaigns leave without persons, sealed before it comes here; it outlives the purge.
//!
//! It must never hold an observation. `app` writes and reads it.

use super::{ServerStore, StoreError};
use maraude_core::model::{CampaignId, TimestampMs};
use rusqlite::{OptionalExtension, params};

impl ServerStore {
    /// Keeps a campaign's archive; a later one takes the place of an earlier one.
    pub fn keep_archive(
        &self,
        campaign: CampaignId,
        at: TimestampMs,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT OR REPLACE INTO archives(campaign, kept_at, body) VALUES (?1, ?2, ?3)",
            params![campaign.as_bytes(), at, sealed],
        )?;
        Ok(())
    }

    /// The archive of a campaign, where one was kept.
    pub fn archive_of(&self, campaign: CampaignId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT body FROM archives WHERE campaign = ?1")?
            .query_row([campaign.as_bytes()], |row| row.get(0))
            .optional()?)
    }
}
