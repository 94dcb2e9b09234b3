//! Codes that enrol several tablets: a number of places until the night ends. Taking a place and
//! adding the tablet is one transaction, so that no place is given twice and none beyond the last.

use super::{RedeemError, Redemption, ServerStore, StoreError};
use maraude_core::model::{CampaignId, DeviceId, OrganisationCode, TeamId, TimestampMs};
use rusqlite::{OptionalExtension, Transaction, params};

/// A code for several tablets, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSeriesRow {
    /// Identifier.
    pub id: [u8; 16],
    /// SHA-256 of the code that is typed.
    pub code: [u8; 32],
    /// SHA-256 of the secret in the link.
    pub link: [u8; 32],
    /// The campaign.
    pub campaign: CampaignId,
    /// Tablets are called so, with their number after it.
    pub label: String,
    /// Team they are handed to.
    pub team: Option<TeamId>,
    /// Whose tablets they are.
    pub organisation: Option<OrganisationCode>,
    /// The account that opened it, by its identifier.
    pub author: String,
    /// How many tablets.
    pub places: u32,
    /// Its tablets may read at once; else a coordinator must accept each.
    pub accepted: bool,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Server clock.
    pub expires_at: TimestampMs,
}

maraude_core::redacts!(NewSeriesRow);

/// A code for several tablets, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSeries {
    /// Identifier.
    pub id: [u8; 16],
    /// What its tablets are called.
    pub label: String,
    /// Team they are handed to.
    pub team: Option<TeamId>,
    /// How many tablets.
    pub places: u32,
    /// How many have come.
    pub used: u32,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Server clock.
    pub expires_at: TimestampMs,
    /// Server clock.
    pub cancelled_at: Option<TimestampMs>,
}

impl ServerStore {
    /// Keeps a code for several tablets.
    pub fn add_series(&self, row: &NewSeriesRow) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO enrolment_series(id, code, link, campaign, label, team, organisation,
               author, places, accepted, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                row.id,
                row.code,
                row.link,
                row.campaign.as_bytes(),
                row.label,
                row.team.map(|team| *team.as_bytes()),
                row.organisation,
                row.author,
                row.places,
                row.accepted,
                row.created_at,
                row.expires_at
            ],
        )?;
        Ok(())
    }

    /// A campaign's codes for several tablets that were opened since an instant, newest first.
    pub fn series(
        &self,
        campaign: CampaignId,
        since: TimestampMs,
    ) -> Result<Vec<StoredSeries>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, label, team, places, used, created_at, expires_at, cancelled_at
             FROM enrolment_series WHERE campaign = ?1 AND created_at >= ?2
             ORDER BY created_at DESC, id",
        )?;
        let rows = statement.query_map(params![campaign.as_bytes(), since], |row| {
            Ok(StoredSeries {
                id: row.get(0)?,
                label: row.get(1)?,
                team: row.get::<_, Option<[u8; 16]>>(2)?.map(TeamId::from_bytes),
                places: row.get(3)?,
                used: row.get(4)?,
                created_at: row.get(5)?,
                expires_at: row.get(6)?,
                cancelled_at: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends one; false where it is unknown or ended already.
    pub fn cancel_series(
        &self,
        campaign: CampaignId,
        id: &[u8; 16],
        at: TimestampMs,
    ) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE enrolment_series SET cancelled_at = ?3
             WHERE id = ?2 AND campaign = ?1 AND cancelled_at IS NULL",
            params![campaign.as_bytes(), id, at],
        )?;
        Ok(changed > 0)
    }
}

/// A series as it is stored: identifier, places, places used, its end, when it was cancelled.
type Opened = ([u8; 16], u32, u32, TimestampMs, Option<TimestampMs>);

/// Takes a place of the series that a secret belongs to and adds the tablet. Gives the tablet that has
/// a place already, where it is the one that asks: it takes no second one.
pub(super) fn redeem_place(
    t: &Transaction<'_>,
    redemption: &Redemption,
) -> Result<Option<DeviceId>, RedeemError> {
    let found: Option<Opened> = t
        .query_row(
            "SELECT id, places, used, expires_at, cancelled_at FROM enrolment_series
             WHERE code = ?1 OR link = ?1",
            [redemption.secret],
            |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            },
        )
        .optional()
        .map_err(StoreError::from)?;
    let (series, places, used, expires_at, cancelled_at) = found.ok_or(RedeemError::Unknown)?;
    if let Some(device) = place_of(t, &series, redemption).map_err(StoreError::from)? {
        return Ok(Some(device));
    }
    if cancelled_at.is_some() || expires_at <= redemption.at {
        return Err(RedeemError::Expired);
    }
    if used >= places {
        return Err(RedeemError::Used);
    }
    take_place(t, &series, redemption).map_err(StoreError::from)?;
    Ok(None)
}

fn place_of(
    t: &Transaction<'_>,
    series: &[u8; 16],
    redemption: &Redemption,
) -> rusqlite::Result<Option<DeviceId>> {
    t.query_row(
        "SELECT device FROM enrolment_places WHERE series = ?1 AND verifying_key = ?2",
        params![series, redemption.verifying_key],
        |row| row.get(0).map(DeviceId::from_bytes),
    )
    .optional()
}

fn take_place(
    t: &Transaction<'_>,
    series: &[u8; 16],
    redemption: &Redemption,
) -> rusqlite::Result<()> {
    t.execute(
        "UPDATE enrolment_series SET used = used + 1 WHERE id = ?1",
        [series],
    )?;
    t.execute(
        "INSERT INTO devices(id, campaign, label, team, organisation, verifying_key, upload_token,
           app_version, enrolled_at, accepted_at)
         SELECT ?2, campaign, label || printf('-%02d', used), team, organisation, ?3, ?4, ?5, ?6,
           CASE accepted WHEN 0 THEN NULL ELSE ?6 END
         FROM enrolment_series WHERE id = ?1",
        params![
            series,
            redemption.device.as_bytes(),
            redemption.verifying_key,
            redemption.upload_token,
            redemption.app_version,
            redemption.at
        ],
    )?;
    t.execute(
        "INSERT INTO enrolment_places(series, verifying_key, device) VALUES (?1, ?2, ?3)",
        params![
            series,
            redemption.verifying_key,
            redemption.device.as_bytes()
        ],
    )?;
    Ok(())
}
