//! A campaign moves to another server: whether it may leave, what is written down of it, and where it is
//! taken in.
//!
//! It must never let a campaign go whose tablets are still out: they know one server alone. `command`
//! calls it.

use super::App;
use super::reason::{ReasonMissing, written_reason};
use super::retention::ONE;
use crate::maintenance::{self, ArrivalOrder, Arrived, DepartureOrder, MovedCampaign, MovingError};
use crate::publication::{Numbers, NumbersError, one_at_a_time};
use crate::store::{Campaigns, Deed, EXPORTED, Key32, StoreError};
use crate::sync::EngineError;
use maraude_core::model::{CampaignId, CampaignState, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who moves campaigns in the audit log: whoever has a shell.
const COMMAND: &str = "command";

/// What somebody wants of a campaign that leaves.
pub struct ExportWish {
    /// The campaign.
    pub campaign: CampaignId,
    /// What the file is sealed under.
    pub key: Key32,
    /// Why.
    pub reason: String,
}

maraude_core::redacts!(ExportWish);

/// A campaign was exported from this server, and is still here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Server clock.
    pub at: TimestampMs,
    /// The log's last position then: what is after it is not in the file.
    pub position: u64,
    /// SHA-256 of the file, hexadecimal.
    pub file: String,
}

/// Why a campaign does not leave.
#[derive(Debug, thiserror::Error)]
pub enum ExportingError {
    /// Tablets may be out.
    #[error(
        "the campaign has tablets and is not locked: they know this server alone. Let them send, lock \
         it (maraude campaign lock), then export it"
    )]
    Open,
    /// It has no plan.
    #[error("the campaign has no plan")]
    NoPlan,
    /// Its documents ended.
    #[error(
        "the documents of this campaign ended: there is nothing to move. Its releases, archive and \
         certificate are read here"
    )]
    Ended,
    /// No reason was given, or one too short.
    #[error(transparent)]
    Reason(#[from] ReasonMissing),
    /// It was exported before.
    #[error(
        "the campaign was exported already: import that file. If it was taken in nowhere, destroy it and \
         its words, take the export back (maraude campaign keep), then export it anew"
    )]
    Exported,
    /// Numbers of disclosure control that go along do not read.
    #[error(transparent)]
    Numbers(#[from] NumbersError),
    /// The campaign does not read.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The file was not made.
    #[error(transparent)]
    Moving(#[from] MovingError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExportingError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "campaign-open",
            Self::NoPlan => "plan-missing",
            Self::Ended => "campaign-ended",
            Self::Reason(_) => "reason-missing",
            Self::Exported => "campaign-exported",
            Self::Numbers(_) => "numbers",
            Self::Engine(_) => "engine",
            Self::Moving(error) => error.code(),
            Self::Store(_) => "storage",
        }
    }
}

/// Why a campaign that was exported is not kept here.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// It was not exported.
    #[error("the campaign was not exported from this server: it is here already")]
    NotExported,
    /// Its documents ended.
    #[error("the documents of this campaign ended: there is nothing to keep here any more")]
    Ended,
    /// No reason was given, or one too short.
    #[error(transparent)]
    Reason(#[from] ReasonMissing),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeepingError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotExported => "not-exported",
            Self::Ended => "campaign-ended",
            Self::Reason(_) => "reason-missing",
            Self::Store(_) => "storage",
        }
    }
}

/// Why nothing new begins with a campaign here.
#[derive(Debug, thiserror::Error)]
pub enum GoneError {
    /// It was exported.
    #[error("the campaign was exported: it goes on on its new server")]
    Exported,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Writes a campaign's file; it stays here, marked as exported. Blocks.
    ///
    /// # Errors
    /// [`ExportingError`]; what was written then is no file.
    pub fn export_campaign(
        &self,
        wish: &ExportWish,
        out: &mut dyn Write,
    ) -> Result<MovedCampaign, ExportingError> {
        // Nothing ends while it leaves.
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (campaign, now) = (wish.campaign, self.clock().now());
        let reason = written_reason(&wish.reason)?;
        let name = self.may_leave(campaign)?;
        // Nothing is released of which the file knows nothing, from here on.
        let alone = one_at_a_time();
        let _leaving = Leaving::begin(self, campaign);
        let told_elsewhere = self.told_elsewhere(campaign)?;
        drop(alone);
        let order = DepartureOrder {
            campaign,
            name,
            key: wish.key.clone(),
            told_elsewhere,
            numbers: Numbers::of(self.folder()).own(campaign)?,
            now,
        };
        // Before a byte leaves: a file that breaks off was asked for all the same.
        let (server, subject) = (self.server(), campaign.to_string());
        let deed = Deed {
            author: COMMAND,
            action: "campaign-export-begun",
            subject: &subject,
            reason: &reason,
        };
        server.add_deed(now, deed)?;
        let layers = self.layers().map_err(MovingError::from)?;
        let (told, file) = maintenance::depart(self.campaigns(), &layers, order, out)?;
        let exported = Exported {
            at: now,
            position: told.log.position,
            file,
        };
        let kept = serde_json::to_vec(&exported).expect("plain values become JSON");
        self.engine(campaign)?.log().set_meta(EXPORTED, &kept)?;
        server.end_codes(campaign)?;
        let subject = format!("{campaign} {}", exported.file);
        server.add_audit(self.clock().now(), COMMAND, "campaign-exported", &subject)?;
        Ok(told)
    }

    /// The campaign's name, where no tablet waits for this server alone.
    fn may_leave(&self, campaign: CampaignId) -> Result<String, ExportingError> {
        if self.exported(campaign)?.is_some() {
            return Err(ExportingError::Exported);
        }
        let engine = self.engine(campaign).map_err(|error| match error {
            StoreError::PurgedCampaign => ExportingError::Ended,
            other => other.into(),
        })?;
        let plan = engine.plan()?.campaign.clone();
        let plan = plan.ok_or(ExportingError::NoPlan)?;
        let is_closed = matches!(plan.state, CampaignState::Locked | CampaignState::Archived);
        if is_closed || self.server().devices(campaign)?.is_empty() {
            Ok(plan.name)
        } else {
            Err(ExportingError::Open)
        }
    }

    /// Whether a campaign was exported from here, and how far its log was then. Nothing where its documents
    /// ended, or of one that is not here.
    ///
    /// # Errors
    /// When storage fails, or what is written down of it does not read.
    pub fn exported(&self, campaign: CampaignId) -> Result<Option<Exported>, StoreError> {
        let engine = match self.engine(campaign) {
            Err(StoreError::PurgedCampaign | StoreError::UnknownCampaign) => return Ok(None),
            opened => opened?,
        };
        // No value is ever taken out of a log: an empty one says that the campaign was kept here after all.
        let kept = engine.log().meta(EXPORTED)?;
        let kept = kept.filter(|bytes| !bytes.is_empty());
        let read = kept.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        read.map_err(|_| StoreError::Damaged { table: "meta" })
    }

    /// Asked before a tablet joins a campaign, and before a figure that moves is told to somebody who could set
    /// it beside that of its new server.
    ///
    /// # Errors
    /// [`GoneError`].
    pub fn goes_on_here(&self, campaign: CampaignId) -> Result<(), GoneError> {
        match self.exported(campaign)? {
            Some(_) => Err(GoneError::Exported),
            None => Ok(()),
        }
    }

    /// Whether it is released elsewhere, or on its way there.
    pub(super) fn is_leaving(&self, campaign: CampaignId) -> Result<bool, StoreError> {
        let leaving = self.part(|_| OnTheirWay::default());
        let on_its_way = leaving.all().contains(&campaign);
        Ok(on_its_way || self.exported(campaign)?.is_some())
    }

    /// A campaign that was exported stays here after all: its file was taken in nowhere.
    ///
    /// # Errors
    /// [`KeepingError`].
    pub fn keep_campaign(&self, campaign: CampaignId, reason: &str) -> Result<(), KeepingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = written_reason(reason)?;
        if matches!(self.engine(campaign), Err(StoreError::PurgedCampaign)) {
            return Err(KeepingError::Ended);
        }
        let exported = self.exported(campaign)?.ok_or(KeepingError::NotExported)?;
        let subject = format!("{campaign} {}", exported.file);
        let deed = Deed {
            author: COMMAND,
            action: "campaign-kept",
            subject: &subject,
            reason: &reason,
        };
        self.server().add_deed(self.clock().now(), deed)?;
        Ok(self.engine(campaign)?.log().set_meta(EXPORTED, b"")?)
    }

    /// Takes a campaign of another server in, whole or not at all, and opens it. Blocks.
    ///
    /// # Errors
    /// [`MovingError`]; nothing of it is here then, unless it does not open.
    pub fn import_campaign(&self, order: &ArrivalOrder) -> Result<Arrived, MovingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let layers = self.layers()?;
        let told = maintenance::look(&order.file, &order.key)?;
        if self.server().campaign(told.campaign)?.is_none() {
            // Before it is here: no release of it is ever held to weaker numbers.
            let brought = Numbers::of(self.folder()).bring(told.campaign, told.numbers);
            brought.map_err(|error| MovingError::Numbers {
                cause: error.to_string(),
            })?;
        }
        let arrived = maintenance::arrive(self.campaigns(), &layers, order)?;
        self.engine(arrived.told.campaign)?;
        Ok(arrived)
    }
}

/// Campaigns whose file is being written: the mark follows once it is whole.
#[derive(Default)]
struct OnTheirWay(Mutex<BTreeSet<CampaignId>>);

impl OnTheirWay {
    fn all(&self) -> MutexGuard<'_, BTreeSet<CampaignId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A campaign is on its way, until this is dropped.
struct Leaving(Arc<OnTheirWay>, CampaignId);

impl Leaving {
    fn begin(app: &App, campaign: CampaignId) -> Self {
        let all = app.part(|_| OnTheirWay::default());
        all.all().insert(campaign);
        Self(all, campaign)
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.all().remove(&self.1);
    }
}

/// Before anything is opened: what is left of an import that broke off goes.
pub(super) fn clear_arrival(campaigns: &Campaigns) -> Result<(), StoreError> {
    maintenance::clear_arrival(campaigns).map_err(|error| match error {
        MovingError::Store(error) => error,
        other => StoreError::File {
            path: campaigns.folder().arrival_partial(),
            cause: std::io::Error::other(other.to_string()),
        },
    })
}
