//! The end of campaigns: coarsening at the first date, purge at the second, each with notice and legal
//! hold.
//!
//! It must never end a campaign that is held, nor one that nobody was told of, unless somebody
//! says why. `command` and `http` call it.

use super::App;
use super::ending::Ending;
use super::reason::{ReasonMissing, kept_reason, written_reason};
use crate::maintenance::{BackupError, PurgeError, PurgeOrder, Purger, Residue, SignedCertificate};
use crate::store::{Hold, Notice, StoreError, Term};
use crate::sync::EngineError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maraude_core::model::{Campaign, CampaignId, CampaignState, Night, TimestampMs};
use std::sync::{Mutex, PoisonError};

/// Between the notice of an end and the end.
pub const NOTICE_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// How long somebody's notice may be acted on, once it is over; then it is given anew.
const NOTICE_HOLDS_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Ends follow each other.
pub(super) static ONE: Mutex<()> = Mutex::new(());

/// What somebody wants of a campaign's end.
#[derive(Clone)]
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

maraude_core::redacts!(PurgeWish);

/// What became of it.
#[derive(Debug, Clone)]
pub enum PurgeAnswer {
    /// Notice is given: not before this instant.
    Notice {
        /// Server clock.
        from: TimestampMs,
    },
    /// It is done.
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
    /// Only coarse tables are left of it.
    #[error("the campaign was coarsened before")]
    Coarse,
    /// No reason was given, or one too short.
    #[error(transparent)]
    Reason(#[from] ReasonMissing),
    /// The coarse tables cannot be made.
    #[error("the coarse tables cannot be made: {0}")]
    Tables(String),
    /// The end failed; what was begun goes on at the next start.
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
            Self::Coarse => "campaign-coarse",
            Self::Reason(_) => "reason-missing",
            Self::Tables(_) | Self::Purge(_) | Self::Engine(_) | Self::Store(_) => "internal-error",
        }
    }
}

/// A campaign whose end is near: from its plan, or from what stays of a coarse one.
pub(super) struct Ends {
    pub(super) id: CampaignId,
    pub(super) name: String,
    /// Its plan; none of a coarse one.
    pub(super) plan: Option<Campaign>,
    purge_on: Option<(Night, TimestampMs)>,
}

impl Ends {
    pub(super) fn is_open(&self) -> bool {
        self.plan
            .as_ref()
            .is_some_and(|plan| plan.state == CampaignState::Open)
    }

    /// The beginning of the day of one of its dates, where it lies.
    pub(super) fn due(&self, term: Term) -> Option<TimestampMs> {
        match term {
            Term::Purge => self.purge_on.map(|(_, due)| due),
            Term::Coarsening => {
                let plan = self.plan.as_ref()?;
                start_of(plan.retention.coarsen_on?, &plan.time_zone)
            }
        }
    }
}

impl App {
    /// Purges a campaign, or gives notice of it. Blocks.
    ///
    /// # Errors
    /// [`EndingError`]; nothing was begun but for [`EndingError::Purge`].
    pub fn end_campaign(&self, wish: &PurgeWish) -> Result<PurgeAnswer, EndingError> {
        self.end_as_wished(Term::Purge, wish)
    }

    /// Ends a campaign's documents and keeps coarse tables, or gives notice of it. Blocks.
    ///
    /// # Errors
    /// [`EndingError`]; nothing was begun but for [`EndingError::Purge`].
    pub fn coarsen_campaign(&self, wish: &PurgeWish) -> Result<PurgeAnswer, EndingError> {
        self.end_as_wished(Term::Coarsening, wish)
    }

    fn end_as_wished(&self, term: Term, wish: &PurgeWish) -> Result<PurgeAnswer, EndingError> {
        let campaign = self.ends(wish.campaign)?;
        if wish.confirmation.trim() != campaign.name.trim() {
            return Err(EndingError::Confirmation);
        }
        if term == Term::Coarsening && campaign.plan.is_none() {
            return Err(EndingError::Coarse);
        }
        let why = if wish.without_notice {
            written_reason(&wish.reason)?
        } else {
            kept_reason(&wish.reason)
        };
        if campaign.is_open() {
            return Err(EndingError::Open);
        }
        self.check_hold(wish.campaign)?;
        let now = self.clock().now();
        let given = self.server().retention(wish.campaign)?.notice(term);
        match given.map(|notice| notice.from) {
            _ if wish.without_notice => {}
            Some(from) if from > now => return Ok(PurgeAnswer::Notice { from }),
            Some(from) if now - from < NOTICE_HOLDS_MS => {}
            _ => {
                let from = now + NOTICE_MS;
                let notice = Notice { from, due: None };
                self.give_notice(wish.campaign, term, &wish.author, notice)?;
                return Ok(PurgeAnswer::Notice { from });
            }
        }
        let order = PurgeOrder {
            campaign: wish.campaign,
            name: campaign.name.clone(),
            author: wish.author.clone(),
            reason: why,
            now,
        };
        let done = self.end(term, &campaign, order)?;
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
        self.ends(campaign)?;
        let hold = Hold {
            at: self.clock().now(),
            by: author.to_owned(),
            reason: written_reason(why)?,
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

    /// Goes on with ends in the middle of which the server ended.
    ///
    /// # Errors
    /// [`EndingError`]; it may be called again.
    pub fn finish_purges(&self) -> Result<Vec<CampaignId>, EndingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut finished, mut failed) = (Vec::new(), None);
        let (server, now) = (self.server(), self.clock().now());
        let coarsenings = server.unfinished_coarsenings()?;
        let coarsenings = coarsenings.into_iter().map(|id| (id, Term::Coarsening));
        let purges = server.unfinished_purges()?;
        let purges = purges.into_iter().map(|id| (id, Term::Purge));
        for (campaign, term) in coarsenings.chain(purges) {
            let done = match term {
                Term::Coarsening => self.purger().finish_coarsening(campaign, None, now),
                Term::Purge => self.purger().finish(campaign, None, now),
            };
            match done {
                Ok(_) => finished.push(campaign),
                Err(error) => {
                    tracing::error!(%error, %campaign, "an end that was begun is not finished");
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(finished),
        }
    }

    /// The certificate of a campaign's purge, else of its coarsening.
    ///
    /// # Errors
    /// When storage fails.
    pub fn certificate(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<SignedCertificate>, StoreError> {
        let purge = self.server().purge_of(campaign)?;
        let mut text = purge.and_then(|purge| purge.certificate);
        if text.is_none() {
            let coarsening = self.server().coarsening_of(campaign)?;
            text = coarsening.and_then(|coarsening| coarsening.certificate);
        }
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| StoreError::Damaged { table: "purges" })
    }

    pub(super) fn ends(&self, campaign: CampaignId) -> Result<Ends, EndingError> {
        let server = self.server();
        if let Some(coarse) = server.coarsening_of(campaign)?
            && server.purge_of(campaign)?.is_none()
        {
            return Ok(Ends {
                id: campaign,
                name: coarse.name,
                plan: None,
                purge_on: coarse.purge_on,
            });
        }
        let plan = self.engine(campaign)?.plan()?;
        let plan = plan.campaign.clone().ok_or(StoreError::UnknownCampaign)?;
        let day = plan.retention.purge_on;
        Ok(Ends {
            id: campaign,
            name: plan.name.clone(),
            purge_on: day.and_then(|day| Some((day, start_of(day, &plan.time_zone)?))),
            plan: Some(plan),
        })
    }

    pub(super) fn check_hold(&self, campaign: CampaignId) -> Result<(), EndingError> {
        match self.server().retention(campaign)?.hold {
            Some(Hold { by, reason, .. }) => {
                let names = self.server().names_of_authors()?;
                let by = names.get(&by).cloned().unwrap_or(by);
                Err(EndingError::Held { by, reason })
            }
            None => Ok(()),
        }
    }

    pub(super) fn give_notice(
        &self,
        campaign: CampaignId,
        term: Term,
        author: &str,
        notice: Notice,
    ) -> Result<(), EndingError> {
        self.server().set_notice(campaign, term, Some(notice))?;
        let action = match term {
            Term::Coarsening => "campaign-coarsening-notice",
            Term::Purge => "campaign-purge-notice",
        };
        self.note(campaign, author, action)?;
        tracing::warn!(%campaign, action, "a campaign is about to end; a legal hold keeps it");
        Ok(())
    }

    pub(super) fn note(
        &self,
        campaign: CampaignId,
        author: &str,
        action: &str,
    ) -> Result<(), EndingError> {
        let (now, subject) = (self.clock().now(), campaign.to_string());
        Ok(self.server().add_audit(now, author, action, &subject)?)
    }

    pub(super) fn end(
        &self,
        term: Term,
        of: &Ends,
        order: PurgeOrder,
    ) -> Result<SignedCertificate, EndingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (campaign, now) = (order.campaign, order.now);
        let done = match (term, &of.plan) {
            (Term::Coarsening, _) => {
                let residue = self.close_and_begin(order, |purger, order, log| {
                    let files = self.coarse_tables(campaign)?;
                    self.keep_archive(campaign, Some(&files));
                    Ok(purger.begin_coarsening(order, of.purge_on, &files, log)?)
                })?;
                (self.purger()).finish_coarsening(campaign, Some(&residue), now)?
            }
            (Term::Purge, Some(_)) => {
                let residue = self.close_and_begin(order, |purger, order, log| {
                    self.keep_archive(campaign, None);
                    Ok(purger.begin(order, log)?)
                })?;
                self.purger().finish(campaign, Some(&residue), now)?
            }
            (Term::Purge, None) => {
                let kept = self.server().archive_of(campaign)?.is_some();
                if !kept && let Ok(files) = self.coarse_files(campaign) {
                    self.keep_archive(campaign, Some(&files));
                }
                self.purger().begin_purge_of_tables(order)?;
                self.purger().finish(campaign, None, now)?
            }
        };
        tracing::warn!(%campaign, "a campaign's documents ended");
        Ok(done)
    }

    /// From the beginning of the end nothing of the campaign is open or kept in memory here.
    fn close_and_begin(
        &self,
        order: PurgeOrder,
        begin: impl FnOnce(
            &Purger<'_>,
            PurgeOrder,
            &dyn crate::store::Log,
        ) -> Result<Residue, EndingError>,
    ) -> Result<Residue, EndingError> {
        let campaign = order.campaign;
        let engine = self.engine(campaign)?;
        engine.disk_has_room(false);
        let begun = begin(&self.purger(), order, &**engine.log());
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
        begun
    }

    pub(super) fn purger(&self) -> Purger<'_> {
        Purger {
            campaigns: self.campaigns(),
            runtime: &self.config().runtime,
            signing: self.signing(),
        }
    }
}

/// The beginning of a day where a campaign lies.
fn start_of(day: Night, time_zone: &str) -> Option<TimestampMs> {
    let day: Date = day.to_string().parse().ok()?;
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Some(day.to_zoned(zone).ok()?.timestamp().as_millisecond())
}
