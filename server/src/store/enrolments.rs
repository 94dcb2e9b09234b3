//! One-time enrolment codes, kept as SHA-256; redeeming one and adding the tablet is one
//! transaction, so that of a hundred tablets racing for a code exactly one gets it.

use super::series::redeem_place;
use super::{ServerStore, StoreError, StoredDevice};
use maraude_core::model::{CampaignId, DeviceId, OrganisationCode, TeamId, TimestampMs};
use rusqlite::{OptionalExtension, Transaction, params};

/// A code that was drawn.
#[derive(Clone, PartialEq, Eq)]
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
    /// Its tablet may read at once; else a coordinator must accept it.
    pub accepted: bool,
    /// Server clock.
    pub created_at: TimestampMs,
    /// Server clock.
    pub expires_at: TimestampMs,
}

maraude_core::redacts!(NewEnrolmentRow);

/// A code that may still be redeemed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCode {
    /// SHA-256 of the code that is typed.
    pub code: [u8; 32],
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
#[derive(Clone, PartialEq, Eq)]
pub struct Redemption {
    /// SHA-256 of the code or of the link's secret.
    pub secret: [u8; 32],
    /// The identifier it gets.
    pub device: DeviceId,
    /// Its Ed25519 key.
    pub verifying_key: [u8; 32],
    /// SHA-256 of the upload token it gets.
    pub upload_token: [u8; 32],
    /// The app's version.
    pub app_version: String,
    /// Server clock.
    pub at: TimestampMs,
}

maraude_core::redacts!(Redemption);

/// Why a code was not redeemed.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// No such code.
    #[error("unknown code")]
    Unknown,
    /// It was redeemed.
    #[error("the code was used")]
    Used,
    /// It is too old, or was cancelled.
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
               expires_at, accepted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                row.code,
                row.link,
                row.campaign.as_bytes(),
                row.label,
                row.team.map(|team| *team.as_bytes()),
                row.organisation,
                row.created_at,
                row.expires_at,
                row.accepted
            ],
        )?;
        Ok(())
    }

    /// Codes of a campaign that may still be redeemed, oldest first.
    pub fn open_codes(
        &self,
        campaign: CampaignId,
        now: TimestampMs,
    ) -> Result<Vec<OpenCode>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT code, label, team, organisation, created_at, expires_at FROM enrolments
             WHERE campaign = ?1 AND redeemed_at IS NULL AND cancelled_at IS NULL
               AND expires_at > ?2 ORDER BY created_at, label, code",
        )?;
        let rows = statement.query_map(params![campaign.as_bytes(), now], |row| {
            Ok(OpenCode {
                code: row.get(0)?,
                label: row.get(1)?,
                team: row.get::<_, Option<[u8; 16]>>(2)?.map(TeamId::from_bytes),
                organisation: row.get(3)?,
                created_at: row.get(4)?,
                expires_at: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A code is good for nothing from now on; false when it was used or cancelled before.
    pub fn cancel_code(&self, code: &[u8; 32], at: TimestampMs) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE enrolments SET cancelled_at = ?2
             WHERE code = ?1 AND redeemed_at IS NULL AND cancelled_at IS NULL",
            params![code, at],
        )?;
        Ok(changed > 0)
    }

    /// Redeems a code: it is used up and the tablet is enrolled, or neither. The tablet that redeemed
    /// it, known by its key, gets the same again: its first answer may have been lost on the way.
    pub fn redeem(&self, redemption: &Redemption) -> Result<StoredDevice, RedeemError> {
        let device = self.in_transaction(|t| {
            let again = match check(t, redemption) {
                Err(RedeemError::Unknown) => redeem_place(t, redemption)?,
                Ok(None) => {
                    enrol(t, redemption).map_err(StoreError::from)?;
                    None
                }
                checked => checked?,
            };
            let Some(device) = again else {
                return Ok::<_, RedeemError>(redemption.device);
            };
            let keep = "UPDATE devices SET upload_token = ?2 WHERE id = ?1";
            t.execute(keep, params![device.as_bytes(), redemption.upload_token])
                .map_err(StoreError::from)?;
            Ok(device)
        })?;
        Ok(self
            .device(device)?
            .ok_or(StoreError::Damaged { table: "devices" })?)
    }
}

/// The tablet that redeemed the code before, where it is the one that asks; none when nobody did.
fn check(t: &Transaction<'_>, redemption: &Redemption) -> Result<Option<DeviceId>, RedeemError> {
    let found = t
        .query_row(
            "SELECT e.redeemed_at, e.expires_at, e.cancelled_at, d.id, d.verifying_key
             FROM enrolments e LEFT JOIN devices d ON d.id = e.device
             WHERE e.code = ?1 OR e.link = ?1",
            [redemption.secret],
            |row| {
                Ok((
                    row.get::<_, Option<TimestampMs>>(0)?,
                    row.get::<_, TimestampMs>(1)?,
                    row.get::<_, Option<TimestampMs>>(2)?,
                    row.get::<_, Option<[u8; 16]>>(3)?,
                    row.get::<_, Option<[u8; 32]>>(4)?,
                ))
            },
        )
        .optional()
        .map_err(StoreError::from)?;
    match found {
        None => Err(RedeemError::Unknown),
        Some((Some(_), _, _, Some(device), key)) if key == Some(redemption.verifying_key) => {
            Ok(Some(DeviceId::from_bytes(device)))
        }
        Some((Some(_), ..)) => Err(RedeemError::Used),
        Some((None, _, Some(_), ..)) => Err(RedeemError::Expired),
        Some((None, expires_at, ..)) if expires_at <= redemption.at => Err(RedeemError::Expired),
        Some((None, ..)) => Ok(None),
    }
}

fn enrol(t: &Transaction<'_>, redemption: &Redemption) -> rusqlite::Result<()> {
    t.execute(
        "INSERT INTO devices(id, campaign, label, team, organisation, verifying_key, upload_token,
           app_version, enrolled_at, accepted_at)
         SELECT ?2, campaign, label, team, organisation, ?3, ?4, ?5, ?6,
           CASE accepted WHEN 0 THEN NULL ELSE ?6 END
         FROM enrolments
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
