//! Campaigns whose documents ended at their first date, and what stays of them until the purge.
//!
//! The tables are sealed before they come here, under a key of `keys.db` that goes with the purge.
//! `maintenance` writes them; `app` reads them.

use super::retention::end_in;
use super::{Remains, ServerStore, StoreError};
use maraude_core::model::{CampaignId, Night, TimestampMs};
use rusqlite::{OptionalExtension, params};

/// A coarsening that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coarsening {
    /// Server clock.
    pub begun_at: TimestampMs,
    /// The campaign's name: its plan is gone.
    pub name: String,
    /// The date it is purged on, and the instant that day begins where it lies.
    pub purge_on: Option<(Night, TimestampMs)>,
    /// What was known of the campaign before, as its maker wrote it.
    pub facts: String,
    /// Coarse tables, sealed; none once they were purged.
    pub tables: Option<Vec<u8>>,
    /// The signed certificate, once it is done.
    pub certificate: Option<String>,
}

impl ServerStore {
    /// From now on the campaign's documents are gone, and what stays is here: one transaction.
    pub fn begin_coarsening(
        &self,
        campaign: CampaignId,
        begun: &Coarsening,
        remains: &Remains,
    ) -> Result<(), StoreError> {
        let on = begun.purge_on.map(|(day, _)| day.to_string());
        let due = begun.purge_on.map(|(_, due)| due);
        self.in_transaction(|t| {
            t.execute(
                "INSERT INTO coarsenings(campaign, begun_at, name, purge_on, purge_due, facts, tables)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    campaign.as_bytes(),
                    begun.begun_at,
                    begun.name,
                    on,
                    due,
                    begun.facts,
                    begun.tables
                ],
            )?;
            end_in(t, campaign, begun.begun_at, remains)
        })
    }

    /// A campaign's coarsening, where one was begun.
    pub fn coarsening_of(&self, campaign: CampaignId) -> Result<Option<Coarsening>, StoreError> {
        let damaged = || StoreError::Damaged {
            table: "coarsenings",
        };
        let found = self
            .connection()
            .prepare_cached(
                "SELECT begun_at, name, purge_on, purge_due, facts, tables, certificate
                 FROM coarsenings WHERE campaign = ?1",
            )?
            .query_row([campaign.as_bytes()], |row| {
                let day: Option<String> = row.get(2)?;
                let due: Option<TimestampMs> = row.get(3)?;
                Ok((
                    Coarsening {
                        begun_at: row.get(0)?,
                        name: row.get(1)?,
                        purge_on: None,
                        facts: row.get(4)?,
                        tables: row.get(5)?,
                        certificate: row.get(6)?,
                    },
                    day.zip(due),
                ))
            })
            .optional()?;
        let Some((mut coarsening, on)) = found else {
            return Ok(None);
        };
        if let Some((day, due)) = on {
            coarsening.purge_on = Some((day.parse().map_err(|_| damaged())?, due));
        }
        Ok(Some(coarsening))
    }

    /// Coarse campaigns that were not purged, oldest first.
    pub fn coarse_campaigns(&self) -> Result<Vec<CampaignId>, StoreError> {
        self.ids(
            "SELECT campaign FROM coarsenings WHERE campaign NOT IN (SELECT campaign FROM purges)
             ORDER BY begun_at, campaign",
        )
    }

    /// Coarsenings that were begun and have no certificate: the server ended in the middle.
    pub fn unfinished_coarsenings(&self) -> Result<Vec<CampaignId>, StoreError> {
        self.ids("SELECT campaign FROM coarsenings WHERE certificate IS NULL")
    }

    /// The coarsening is done.
    pub fn finish_coarsening(
        &self,
        campaign: CampaignId,
        certificate: &str,
    ) -> Result<(), StoreError> {
        let id = campaign.as_bytes();
        self.in_transaction(|t| {
            t.execute(
                "UPDATE coarsenings SET certificate = ?2 WHERE campaign = ?1",
                params![id, certificate],
            )?;
            t.execute(
                "UPDATE retention SET coarsen_from = NULL, coarsen_due = NULL WHERE campaign = ?1",
                [id],
            )?;
            Ok::<_, StoreError>(())
        })?;
        self.truncate()
    }

    /// Destroys the coarse tables of a campaign, where there are some.
    pub fn drop_coarse_tables(&self, campaign: CampaignId) -> Result<(), StoreError> {
        self.connection().execute(
            "UPDATE coarsenings SET tables = NULL WHERE campaign = ?1",
            [campaign.as_bytes()],
        )?;
        self.truncate()
    }

    fn truncate(&self) -> Result<(), StoreError> {
        self.connection()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn ids(&self, sql: &str) -> Result<Vec<CampaignId>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok(CampaignId::from_bytes(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
