//! When campaigns go, what of a purged one stays, and which tablets were told.
//!
//! What stays holds no person: releases, their ledger, a signed certificate. It must never hold an
//! observation. `maintenance` writes it; `command` and `http` read it.

use super::{LedgerLine, NewRelease, ServerStore, StoreError, StoredRelease};
use maraude_core::model::{CampaignId, DeviceId, TimestampMs};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

/// Which of a campaign's two dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// The first: documents, marks and exact places go; coarse tables stay.
    Coarsening,
    /// The second: everything goes.
    Purge,
}

/// A notice: from when on, and the date it was given for; none where somebody gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Not before this instant (server clock).
    pub from: TimestampMs,
    /// The date.
    pub due: Option<TimestampMs>,
}

/// What was decided about a campaign's end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Retention {
    /// Notice was given of the coarsening.
    pub coarsening: Option<Notice>,
    /// Notice was given: it may be purged from this instant on (server clock).
    pub purge_from: Option<TimestampMs>,
    /// The date the notice was given for; none where somebody gave it.
    pub purge_due: Option<TimestampMs>,
    /// A legal hold: it is not purged while it stands.
    pub hold: Option<Hold>,
}

/// A legal hold.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Server clock.
    pub at: TimestampMs,
    /// Who set it: an account's name, or `command`.
    pub by: String,
    /// Why, in words.
    pub reason: String,
}

maraude_core::redacts!(Hold);

/// A purge that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// Server clock.
    pub begun_at: TimestampMs,
    /// What was known of the campaign before, as its maker wrote it.
    pub facts: String,
    /// The signed certificate, once it is done.
    pub certificate: Option<String>,
}

/// What stays of a purged campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remains {
    /// Its releases.
    pub releases: Vec<StoredRelease>,
    /// Its ledger.
    pub ledger: Vec<LedgerLine>,
}

impl Retention {
    /// The notice given of a date.
    pub fn notice(&self, term: Term) -> Option<Notice> {
        match term {
            Term::Coarsening => self.coarsening,
            Term::Purge => self.purge_from.map(|from| Notice {
                from,
                due: self.purge_due,
            }),
        }
    }
}

impl ServerStore {
    /// Ends every code of a campaign by which a tablet could still join it.
    ///
    /// # Errors
    /// When storage fails.
    pub fn end_codes(&self, campaign: CampaignId) -> Result<(), StoreError> {
        self.in_transaction(|t| Ok(end_codes(t, campaign)?))
    }

    /// What was decided about a campaign's end.
    pub fn retention(&self, campaign: CampaignId) -> Result<Retention, StoreError> {
        let found = self
            .connection()
            .prepare_cached(
                "SELECT purge_from, held_at, held_by, held_reason, purge_due, coarsen_from,
                   coarsen_due FROM retention WHERE campaign = ?1",
            )?
            .query_row([campaign.as_bytes()], |row| {
                let at: Option<TimestampMs> = row.get(1)?;
                let hold = match at {
                    Some(at) => Some(Hold {
                        at,
                        by: row.get(2)?,
                        reason: row.get(3)?,
                    }),
                    None => None,
                };
                let coarsen_from: Option<TimestampMs> = row.get(5)?;
                let coarsening = match coarsen_from {
                    Some(from) => Some(Notice {
                        from,
                        due: row.get(6)?,
                    }),
                    None => None,
                };
                Ok(Retention {
                    coarsening,
                    purge_from: row.get(0)?,
                    purge_due: row.get(4)?,
                    hold,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Gives notice, for a date or by somebody, or takes it back.
    pub fn set_notice(
        &self,
        campaign: CampaignId,
        term: Term,
        notice: Option<Notice>,
    ) -> Result<(), StoreError> {
        let sql = match term {
            Term::Coarsening => {
                "INSERT INTO retention(campaign, coarsen_from, coarsen_due) VALUES (?1, ?2, ?3)
                 ON CONFLICT(campaign) DO UPDATE SET coarsen_from = excluded.coarsen_from,
                   coarsen_due = excluded.coarsen_due"
            }
            Term::Purge => {
                "INSERT INTO retention(campaign, purge_from, purge_due) VALUES (?1, ?2, ?3)
                 ON CONFLICT(campaign) DO UPDATE SET purge_from = excluded.purge_from,
                   purge_due = excluded.purge_due"
            }
        };
        let from = notice.map(|notice| notice.from);
        let due = notice.and_then(|notice| notice.due);
        self.connection()
            .execute(sql, params![campaign.as_bytes(), from, due])?;
        Ok(())
    }

    /// Sets a legal hold, or lifts it; notice that was given before is void.
    pub fn set_hold(&self, campaign: CampaignId, hold: Option<&Hold>) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO retention(campaign, held_at, held_by, held_reason)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(campaign) DO UPDATE SET purge_from = NULL, purge_due = NULL,
               coarsen_from = NULL, coarsen_due = NULL, held_at = excluded.held_at, held_by = excluded.held_by, held_reason = excluded.held_reason",
            params![
                campaign.as_bytes(),
                hold.map(|hold| hold.at),
                hold.map(|hold| &hold.by),
                hold.map(|hold| &hold.reason)
            ],
        )?;
        Ok(())
    }

    /// From now on the campaign is gone, and what stays of it is here: one transaction.
    pub fn begin_purge(
        &self,
        campaign: CampaignId,
        at: TimestampMs,
        facts: &str,
        remains: &Remains,
    ) -> Result<(), StoreError> {
        self.in_transaction(|t| {
            t.execute(
                "INSERT INTO purges(campaign, begun_at, facts) VALUES (?1, ?2, ?3)",
                params![campaign.as_bytes(), at, facts],
            )?;
            end_in(t, campaign, at, remains)
        })
    }

    /// A campaign's purge, where one was begun.
    pub fn purge_of(&self, campaign: CampaignId) -> Result<Option<Purge>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT begun_at, facts, certificate FROM purges WHERE campaign = ?1")?
            .query_row([campaign.as_bytes()], |row| {
                Ok(Purge {
                    begun_at: row.get(0)?,
                    facts: row.get(1)?,
                    certificate: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// Purges that were begun and have no certificate: the server ended in the middle.
    pub fn unfinished_purges(&self) -> Result<Vec<CampaignId>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT campaign FROM purges WHERE certificate IS NULL")?;
        let rows = statement.query_map([], |row| Ok(CampaignId::from_bytes(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The purge is done.
    pub fn finish_purge(&self, campaign: CampaignId, certificate: &str) -> Result<(), StoreError> {
        let connection = self.connection();
        connection.execute(
            "UPDATE purges SET certificate = ?2 WHERE campaign = ?1",
            params![campaign.as_bytes(), certificate],
        )?;
        connection.execute(
            "DELETE FROM retention WHERE campaign = ?1",
            [campaign.as_bytes()],
        )?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// What stays of a purged campaign.
    pub fn remains(&self, campaign: CampaignId) -> Result<Remains, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT number, stage, built_at, position, author, body FROM kept_releases
             WHERE campaign = ?1 ORDER BY number",
        )?;
        let releases = statement
            .query_map([campaign.as_bytes()], |row| {
                Ok(StoredRelease {
                    number: row.get(0)?,
                    release: NewRelease {
                        stage: row.get(1)?,
                        built_at: row.get(2)?,
                        position: row.get(3)?,
                        author: row.get(4)?,
                        body: row.get(5)?,
                        ledger: Vec::new(),
                    },
                })
            })?
            .collect::<Result<_, _>>()?;
        let mut statement = connection.prepare_cached(
            "SELECT release, body FROM kept_ledger WHERE campaign = ?1 ORDER BY line",
        )?;
        let ledger = statement
            .query_map([campaign.as_bytes()], |row| {
                Ok(LedgerLine {
                    release: row.get(0)?,
                    body: row.get(1)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Remains { releases, ledger })
    }

    /// A tablet was told to destroy what it holds; false when it was told before.
    pub fn note_wipe_told(
        &self,
        device: DeviceId,
        campaign: CampaignId,
        at: TimestampMs,
    ) -> Result<bool, StoreError> {
        let added = self.connection().execute(
            "INSERT OR IGNORE INTO wipes_told(device, campaign, at) VALUES (?1, ?2, ?3)",
            params![device.as_bytes(), campaign.as_bytes(), at],
        )?;
        Ok(added > 0)
    }

    /// Tablets of a campaign that were told to destroy what they hold, and when.
    pub fn wipes_told(
        &self,
        campaign: CampaignId,
    ) -> Result<Vec<(DeviceId, TimestampMs)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT device, at FROM wipes_told WHERE campaign = ?1 ORDER BY at, device",
        )?;
        let rows = statement.query_map([campaign.as_bytes()], |row| {
            Ok((DeviceId::from_bytes(row.get(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A campaign's documents are gone from now on; what holds no person is put aside.
pub(super) fn end_in(
    t: &Transaction<'_>,
    campaign: CampaignId,
    at: TimestampMs,
    remains: &Remains,
) -> Result<(), StoreError> {
    let id = campaign.as_bytes();
    t.execute(
        "UPDATE campaigns SET purged_at = coalesce(purged_at, ?2) WHERE id = ?1",
        params![id, at],
    )?;
    for kept in &remains.releases {
        keep_release(t, campaign, kept)?;
    }
    for (number, line) in (1_i64..).zip(&remains.ledger) {
        t.execute(
            "INSERT INTO kept_ledger(campaign, line, release, body) VALUES (?1, ?2, ?3, ?4)",
            params![id, number, line.release, line.body],
        )?;
    }
    Ok(end_codes(t, campaign)?)
}

/// No tablet joins a campaign any more by a code that was handed out.
fn end_codes(t: &Transaction<'_>, campaign: CampaignId) -> rusqlite::Result<()> {
    for end in [
        "DELETE FROM enrolments WHERE campaign = ?1",
        "DELETE FROM enrolment_places WHERE series IN
           (SELECT id FROM enrolment_series WHERE campaign = ?1)",
        "DELETE FROM enrolment_series WHERE campaign = ?1",
    ] {
        t.execute(end, [campaign.as_bytes()])?;
    }
    Ok(())
}

/// A release that outlives its campaign's documents here.
pub(super) fn keep_release(
    t: &Transaction<'_>,
    campaign: CampaignId,
    kept: &StoredRelease,
) -> Result<(), StoreError> {
    let release = &kept.release;
    t.execute(
        "INSERT INTO kept_releases(campaign, number, stage, built_at, position, author, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            campaign.as_bytes(),
            kept.number,
            release.stage,
            release.built_at,
            release.position,
            release.author,
            release.body
        ],
    )?;
    Ok(())
}
