//! The end of campaigns and of tablets' rights: purges with notice and legal hold, the timed job,
//! and the news that open connections must end.
//!
//! It must never purge a campaign that is held, nor one that nobody was told of, unless somebody
//! says why. `command` and `http` call it.

use super::App;
use crate::maintenance::{BackupError, PurgeError, PurgeOrder, Purger, Residue, SignedCertificate};
use crate::store::{Hold, StoreError};
use crate::sync::EngineError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maraude_core::model::{Campaign, CampaignId, CampaignState, DeviceId, TimestampMs};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// Between the notice of a purge and the purge.
pub const NOTICE_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Shortest reason for a purge without notice, a hold or its end, characters.
const SHORTEST_REASON: usize = 10;

/// Longest reason kept, characters.
const LONGEST_REASON: usize = 200;

/// How often the timed job looks.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// Purges follow each other.
static ONE: Mutex<()> = Mutex::new(());

/// Open connections that must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Of a tablet that was revoked.
    Device(DeviceId),
    /// Of a campaign that was purged.
    Campaign(CampaignId),
}

/// What somebody wants of a campaign's end.
#[derive(Debug, Clone)]
pub struct PurgeWish {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name, typed.
    pub confirmation: String,
    /// Who asks.
    pub author: String,
    /// Why.
    pub reason: String,
    /// It cannot wait for the notice; a reason is then needed.
    pub without_notice: bool,
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum PurgeAnswer {
    /// Notice is given: it may be purged from this instant on.
    Notice {
        /// Server clock.
        from: TimestampMs,
    },
    /// It is purged.
    Done(Box<SignedCertificate>),
}

/// Why a campaign does not end.
#[derive(Debug, thiserror::Error)]
pub enum EndingError {
    /// What was typed is not the campaign's name.
    #[error("what was typed is not the campaign's name")]
    Confirmation,
    /// A legal hold stands.
    #[error("a legal hold stands since it was set by {by}: {reason}")]
    Held {
        /// Who set it.
        by: String,
        /// Why.
        reason: String,
    },
    /// It is open.
    #[error("the campaign is open: lock it first")]
    Open,
    /// No reason was given, or one too short.
    #[error("say why, in at least {SHORTEST_REASON} characters")]
    Reason,
    /// The purge failed; what was begun goes on at the next start.
    #[error(transparent)]
    Purge(#[from] PurgeError),
    /// The campaign does not read.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BackupError> for EndingError {
    fn from(error: BackupError) -> Self {
        Self::Purge(error.into())
    }
}

impl EndingError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation-wrong",
            Self::Held { .. } => "legal-hold",
            Self::Open => "campaign-open",
            Self::Reason => "reason-missing",
            Self::Purge(_) | Self::Engine(_) | Self::Store(_) => "internal-error",
        }
    }
}

/// A reason as it is kept.
fn reason(given: &str) -> Result<String, EndingError> {
    let given = given.trim();
    if given.chars().count() < SHORTEST_REASON {
        return Err(EndingError::Reason);
    }
    Ok(given.chars().take(LONGEST_REASON).collect())
}

impl App {
    /// Purges a campaign, or gives notice of it. Blocks.
    ///
    /// # Errors
    /// [`EndingError`]; nothing was begun but for [`EndingError::Purge`].
    pub fn end_campaign(&self, wish: &PurgeWish) -> Result<PurgeAnswer, EndingError> {
        let campaign = self.planned(wish.campaign)?;
        if wish.confirmation.trim() != campaign.name.trim() {
            return Err(EndingError::Confirmation);
        }
        let why = if wish.without_notice {
            reason(&wish.reason)?
        } else {
            wish.reason.trim().chars().take(LONGEST_REASON).collect()
        };
        if campaign.state == CampaignState::Open {
            return Err(EndingError::Open);
        }
        self.check_hold(wish.campaign)?;
        let now = self.clock().now();
        let given = self.server().retention(wish.campaign)?.purge_from;
        match given {
            _ if wish.without_notice => {}
            Some(from) if from <= now => {}
            Some(from) => return Ok(PurgeAnswer::Notice { from }),
            None => {
                let from = self.give_notice(wish.campaign, &wish.author, now + NOTICE_MS)?;
                return Ok(PurgeAnswer::Notice { from });
            }
        }
        let done = self.purge(PurgeOrder {
            campaign: wish.campaign,
            name: campaign.name,
            author: wish.author.clone(),
            reason: why,
            now,
        })?;
        Ok(PurgeAnswer::Done(Box::new(done)))
    }

    /// Sets a legal hold, or lifts it.
    ///
    /// # Errors
    /// [`EndingError::Reason`], or when storage fails.
    pub fn hold_campaign(
        &self,
        campaign: CampaignId,
        holds: bool,
        author: &str,
        why: &str,
    ) -> Result<(), EndingError> {
        self.planned(campaign)?;
        let hold = Hold {
            at: self.clock().now(),
            by: author.to_owned(),
            reason: reason(why)?,
        };
        self.server().set_hold(campaign, holds.then_some(&hold))?;
        let action = if holds {
            "legal-hold"
        } else {
            "legal-hold-lifted"
        };
        let subject = campaign.to_string();
        self.server().add_deed(
            hold.at,
            crate::store::Deed {
                author,
                action,
                subject: &subject,
                reason: &hold.reason,
            },
        )?;
        Ok(())
    }

    /// What the timed job does each time: finishes purges that were begun, gives notice a week
    /// before a campaign's date, purges it at its date. Gives the campaigns that were purged.
    ///
    /// # Errors
    /// [`EndingError`]; the next time goes on.
    pub fn look_at_retention(&self) -> Result<Vec<CampaignId>, EndingError> {
        let mut purged = self.finish_purges()?;
        let now = self.clock().now();
        for id in self.campaigns().list()? {
            let campaign = match self.planned(id) {
                // Its files are damaged: named elsewhere, the others go on.
                Err(EndingError::Store(error)) if error.is_damage() => continue,
                Err(EndingError::Store(StoreError::DamagedCampaign { .. })) => continue,
                found => found?,
            };
            let Some(due) = due_at(&campaign) else {
                continue;
            };
            let kept = self.server().retention(id)?;
            if now < due - NOTICE_MS || kept.hold.is_some() {
                continue;
            }
            let from = match kept.purge_from {
                Some(from) => from,
                None => self.give_notice(id, "date", due.max(now + NOTICE_MS))?,
            };
            if now >= from && now >= due {
                self.purge(PurgeOrder {
                    campaign: id,
                    name: campaign.name,
                    author: "date".to_owned(),
                    reason: "the date fixed for the campaign".to_owned(),
                    now,
                })?;
                purged.push(id);
            }
        }
        Ok(purged)
    }

    /// Goes on with purges in the middle of which the server ended.
    ///
    /// # Errors
    /// [`EndingError`]; it may be called again.
    pub fn finish_purges(&self) -> Result<Vec<CampaignId>, EndingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = self.server().unfinished_purges()?;
        for campaign in &unfinished {
            self.purger().finish(*campaign, None, self.clock().now())?;
        }
        Ok(unfinished)
    }

    /// The certificate of a purged campaign.
    ///
    /// # Errors
    /// When storage fails.
    pub fn certificate(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<SignedCertificate>, StoreError> {
        let kept = self.server().purge_of(campaign)?;
        let text = kept.and_then(|purge| purge.certificate);
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| StoreError::Damaged { table: "purges" })
    }

    /// Revokes a tablet: its tokens hold no more, its open connections end. False when it was
    /// revoked before, or is unknown.
    ///
    /// # Errors
    /// When storage fails.
    pub fn revoke(&self, device: DeviceId, author: &str) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let revoked = self.server().revoke_device(device, now)?;
        if revoked {
            self.device_sessions().forget(device);
            self.announce(Ending::Device(device));
            let subject = device.to_string();
            self.server()
                .add_audit(now, author, "device-revoked", &subject)?;
        }
        Ok(revoked)
    }

    /// News of what must end.
    pub fn endings(&self) -> broadcast::Receiver<Ending> {
        self.0.endings.subscribe()
    }

    fn announce(&self, ending: Ending) {
        // Nobody listens while no connection is open.
        let _ = self.0.endings.send(ending);
    }

    fn planned(&self, campaign: CampaignId) -> Result<Campaign, EndingError> {
        let plan = self.engine(campaign)?.plan()?;
        Ok(plan.campaign.clone().ok_or(StoreError::UnknownCampaign)?)
    }

    fn check_hold(&self, campaign: CampaignId) -> Result<(), EndingError> {
        match self.server().retention(campaign)?.hold {
            Some(Hold { by, reason, .. }) => Err(EndingError::Held { by, reason }),
            None => Ok(()),
        }
    }

    fn give_notice(
        &self,
        campaign: CampaignId,
        author: &str,
        from: TimestampMs,
    ) -> Result<TimestampMs, EndingError> {
        self.server().set_purge_from(campaign, Some(from))?;
        let now = self.clock().now();
        let subject = campaign.to_string();
        self.server()
            .add_audit(now, author, "campaign-purge-notice", &subject)?;
        tracing::warn!(%campaign, "a campaign will be purged; a legal hold keeps it");
        Ok(from)
    }

    fn purge(&self, order: PurgeOrder) -> Result<SignedCertificate, EndingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (campaign, now) = (order.campaign, order.now);
        let residue = self.close_and_begin(order)?;
        let done = self.purger().finish(campaign, Some(&residue), now)?;
        tracing::warn!(%campaign, "a campaign was purged");
        Ok(done)
    }

    /// From the beginning of the purge nothing of the campaign is open or kept in memory here.
    fn close_and_begin(&self, order: PurgeOrder) -> Result<Residue, EndingError> {
        let campaign = order.campaign;
        let engine = self.engine(campaign)?;
        engine.disk_has_room(false);
        let begun = self.purger().begin(order, &**engine.log());
        if begun.is_err() {
            engine.disk_has_room(true);
        } else {
            let mut engines = (self.0.engines)
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            engines.remove(&campaign);
            drop(engines);
            self.forget_view(campaign);
            self.announce(Ending::Campaign(campaign));
        }
        Ok(begun?)
    }

    fn purger(&self) -> Purger<'_> {
        Purger {
            campaigns: self.campaigns(),
            runtime: &self.config().runtime,
            signing: self.signing(),
        }
    }
}

/// The beginning of the day a campaign goes on, where it lies.
fn due_at(campaign: &Campaign) -> Option<TimestampMs> {
    let day: Date = campaign.retention.purge_on?.to_string().parse().ok()?;
    let zone = TimeZone::get(&campaign.time_zone).unwrap_or(TimeZone::UTC);
    Some(day.to_zoned(zone).ok()?.timestamp().as_millisecond())
}

/// Looks at dates now and then, for ever.
pub async fn keep_retention(app: App) {
    loop {
        let looking = app.clone();
        let looked = tokio::task::spawn_blocking(move || looking.look_at_retention());
        match looked.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the dates of purges were not looked at"),
            Err(error) => tracing::error!(%error, "looking at the dates of purges broke off"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
