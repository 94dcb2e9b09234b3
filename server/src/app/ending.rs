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
use maraude_core::document::DocumentName;
use maraude_core::model::{Campaign, CampaignId, CampaignState, DeviceId, TimestampMs};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// Between the notice of a purge and the purge.
pub const NOTICE_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// How long somebody's notice may be acted on, once it is over; then it is given anew.
const NOTICE_HOLDS_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// How long a revocation waits for answers to its tablet that are under way.
const READERS_PATIENCE: Duration = Duration::from_secs(1);

/// How long an answer that left its handler takes to be on the network.
const READERS_SETTLE: Duration = Duration::from_millis(20);

/// How often it looks.
const READERS_LOOKED_AT_EVERY: Duration = Duration::from_millis(2);

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

/// How many answers are being told to which tablet.
#[derive(Default)]
struct Told(Mutex<HashMap<DeviceId, usize>>);

impl Told {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is being told to a tablet, until this is dropped.
pub struct Telling {
    told: Arc<Told>,
    device: DeviceId,
}

impl Drop for Telling {
    fn drop(&mut self) {
        let mut told = self.told.lock();
        if let Some(count) = told.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                told.remove(&self.device);
            }
        }
    }
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
            Some(from) if from > now => return Ok(PurgeAnswer::Notice { from }),
            Some(from) if now - from < NOTICE_HOLDS_MS => {}
            _ => {
                let from = now + NOTICE_MS;
                self.give_notice(wish.campaign, &wish.author, from, None)?;
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

    /// Sets a legal hold, or lifts it. Notice that was given before is void: once it is lifted, notice
    /// is given anew.
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
    /// before a campaign's date, locks and purges it at its date. Gives the campaigns that were
    /// purged; one that fails is named in the log, and the others go on.
    ///
    /// # Errors
    /// [`EndingError`], when not even the campaigns can be listed; the next time goes on.
    pub fn look_at_retention(&self) -> Result<Vec<CampaignId>, EndingError> {
        let mut purged = match self.finish_purges() {
            Ok(finished) => finished,
            Err(error) => {
                tracing::error!(%error, "purges that were begun could not be finished");
                Vec::new()
            }
        };
        for id in self.campaigns().list()? {
            match self.look_at_date(id) {
                Ok(true) => purged.push(id),
                // Nothing to do, or its files are damaged: named elsewhere.
                Ok(false) | Err(EndingError::Store(StoreError::DamagedCampaign { .. })) => {}
                Err(EndingError::Store(error)) if error.is_damage() => {}
                Err(error) => {
                    tracing::error!(%error, campaign = %id, "its date was not acted on");
                }
            }
        }
        Ok(purged)
    }

    /// Whether the campaign was purged, because its date has come and a week's notice was given of
    /// this very date.
    fn look_at_date(&self, id: CampaignId) -> Result<bool, EndingError> {
        let campaign = self.planned(id)?;
        let due = due_at(&campaign);
        let now = self.clock().now();
        let mut kept = self.server().retention(id)?;
        if kept.purge_due.is_some() && kept.purge_due != due {
            // The date was moved: whoever was told was told another one.
            self.server().set_notice(id, None, None)?;
            self.note(id, "date", "campaign-purge-notice-void")?;
            (kept.purge_from, kept.purge_due) = (None, None);
        }
        let Some(due) = due.filter(|_| kept.hold.is_none()) else {
            return Ok(false);
        };
        if now < due - NOTICE_MS {
            return Ok(false);
        }
        let from = match kept.purge_from {
            Some(from) if kept.purge_due.is_some() => from,
            // Nobody was told, or somebody gave notice of their own and left it at that.
            _ => {
                let from = due.max(now + NOTICE_MS);
                self.give_notice(id, "date", from, Some(due))?;
                from
            }
        };
        if now < from {
            return Ok(false);
        }
        if campaign.state == CampaignState::Open {
            self.lock_at_its_date(&campaign)?;
        }
        self.purge(PurgeOrder {
            campaign: id,
            name: campaign.name,
            author: "date".to_owned(),
            reason: "the date fixed for the campaign".to_owned(),
            now,
        })?;
        Ok(true)
    }

    #[cfg(test)]
    pub(crate) fn look_at_date_for_test(&self, id: CampaignId) -> Result<bool, EndingError> {
        self.look_at_date(id)
    }

    fn lock_at_its_date(&self, campaign: &Campaign) -> Result<(), EndingError> {
        let id = campaign.id;
        let locked = Campaign {
            state: CampaignState::Locked,
            ..campaign.clone()
        };
        let name = DocumentName::Plan { campaign: id };
        self.engine(id)?
            .author(&name, |w| w.put_campaign(&locked))?;
        self.note(id, "date", "campaign-locked")
    }

    /// Goes on with purges in the middle of which the server ended.
    ///
    /// # Errors
    /// [`EndingError`]; it may be called again.
    pub fn finish_purges(&self) -> Result<Vec<CampaignId>, EndingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut finished, mut failed) = (Vec::new(), None);
        for campaign in self.server().unfinished_purges()? {
            match self.purger().finish(campaign, None, self.clock().now()) {
                Ok(_) => finished.push(campaign),
                Err(error) => {
                    tracing::error!(%error, %campaign, "a purge that was begun is not finished");
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(finished),
        }
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

    /// Revokes a tablet: its tokens hold no more, its open connections end, and nothing more of a
    /// document is told to it once this returns. False when it was revoked before, or is unknown.
    /// Waits: not for the tablets' pool.
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
            self.wait_for_readers(device);
        }
        Ok(revoked)
    }

    /// Holds a tablet's revocation back while something is told to it: take it *before* looking
    /// whether the tablet is revoked.
    pub fn telling(&self, device: DeviceId) -> Telling {
        let told = self.part(|_| Told::default());
        *told.lock().entry(device).or_default() += 1;
        Telling { told, device }
    }

    fn wait_for_readers(&self, device: DeviceId) {
        let told = self.part(|_| Told::default());
        let until = Instant::now() + READERS_PATIENCE;
        while told.lock().contains_key(&device) {
            if Instant::now() >= until {
                tracing::error!(%device, "a revoked tablet is still being answered");
                return;
            }
            std::thread::sleep(READERS_LOOKED_AT_EVERY);
        }
        std::thread::sleep(READERS_SETTLE);
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
            Some(Hold { by, reason, .. }) => {
                let names = self.server().names_of_authors()?;
                let by = names.get(&by).cloned().unwrap_or(by);
                Err(EndingError::Held { by, reason })
            }
            None => Ok(()),
        }
    }

    fn give_notice(
        &self,
        campaign: CampaignId,
        author: &str,
        from: TimestampMs,
        due: Option<TimestampMs>,
    ) -> Result<(), EndingError> {
        self.server().set_notice(campaign, Some(from), due)?;
        self.note(campaign, author, "campaign-purge-notice")?;
        tracing::warn!(%campaign, "a campaign will be purged; a legal hold keeps it");
        Ok(())
    }

    fn note(&self, campaign: CampaignId, author: &str, action: &str) -> Result<(), EndingError> {
        let (now, subject) = (self.clock().now(), campaign.to_string());
        Ok(self.server().add_audit(now, author, action, &subject)?)
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
