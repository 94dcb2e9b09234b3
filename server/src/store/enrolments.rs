//! One-time enrolment codes, kept as SHA-256; redeeming one and adding the tablet is one
//! transaction, so that of a hundred tablets racing for a code exactly one gets it.

use super::{ServerStore, StoreError, StoredDevice};
use maraude_core::model::{CampaignId, OrganisationCode, TeamId, TimestampMs};
use rusqlite::{OptionalExtension, Transaction, params};

/// A code that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnrolmentRow {
    /// SHA-256 of the code that is typed.
    pub code: [u8; 32],
    /// SHA-256 of the secret in the link.
    pub link: [u8; 32],
    /// The campaign.
    pub campaign: CampaignId,
    /// Label of the tablet's sticker.
    pub label: String,
    /// Team it is handed to.
    pub team: Option<TeamId>,
    /// Whose tablet it is.
    pub organisation: Option<OrganisationCode>,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Server clock.
    pub expires_at: TimestampMs,
}

/// What a tablet brings to redeem a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// SHA-256 of the code or of the link's secret.
    pub secret: [u8; 32],
    /// The identifier it gets.
    pub device: maraude_core::model::DeviceId,
    /// Its Ed25519 key.
    pub verifying_key: [u8; 32],
    /// SHA-256 of the upload token it gets.
    pub upload_token: [u8; 32],
    /// The app's version.
    pub app_version: String,
    /// Server clock.
    pub at: TimestampMs,
}

/// Why a code was not redeemed.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// No such code.
    #[error("unknown code")]
    Unknown,
    /// It was redeemed.
    #[error("the code was used")]
    Used,
    /// It is too old.
    #[error("the code is too old")]
    Expired,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServerStore {
    /// Keeps a code.
    pub fn add_enrolment(&self, row: &NewEnrolmentRow) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO enrolments(code, link, campaign, label, team, organisation, created_at,
               expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                row.code,
                row.link,
                row.campaign.as_bytes(),
                row.label,
                row.team.map(|team| *team.as_bytes()),
                row.organisation,
                row.created_at,
                row.expires_at
            ],
        )?;
        Ok(())
    }

    /// Redeems a code: it is used up and the tablet is enrolled, or neither.
    pub fn redeem(&self, redemption: &Redemption) -> Result<StoredDevice, RedeemError> {
        self.in_transaction(|t| {
            check(t, redemption)?;
            enrol(t, redemption).map_err(StoreError::from)?;
            Ok::<_, RedeemError>(())
        })?;
        Ok(self
            .device(redemption.device)?
            .ok_or(StoreError::Damaged { table: "devices" })?)
    }
}

fn check(t: &Transaction<'_>, redemption: &Redemption) -> Result<(), RedeemError> {
    let found: Option<(Option<TimestampMs>, TimestampMs)> = t
        .query_row(
            "SELECT redeemed_at, expires_at FROM enrolments WHERE code = ?1 OR link = ?1",
            [redemption.secret],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(StoreError::from)?;
    match found {
        None => Err(RedeemError::Unknown),
        Some((Some(_), _)) => Err(RedeemError::Used),
        Some((None, expires_at)) if expires_at <= redemption.at => Err(RedeemError::Expired),
        Some((None, _)) => Ok(()),
    }
}

fn enrol(t: &Transaction<'_>, redemption: &Redemption) -> rusqlite::Result<()> {
    t.execute(
        "INSERT INTO devices(id, campaign, label, team, organisation, verifying_key, upload_token,
           app_version, enrolled_at)
         SELECT ?2, campaign, label, team, organisation, ?3, ?4, ?5, ?6 FROM enrolments
         WHERE code = ?1 OR link = ?1",
        params![
            redemption.secret,
            redemption.device.as_bytes(),
            redemption.verifying_key,
            redemption.upload_token,
            redemption.app_version,
            redemption.at
        ],
    )?;
    t.execute(
        "UPDATE enrolments SET redeemed_at = ?2, device = ?3 WHERE code = ?1 OR link = ?1",
        params![
            redemption.secret,
            redemption.at,
            redemption.device.as_bytes()
        ],
    )?;
    Ok(())
}
