//! A campaign moves to another server: whether it may leave, what is written down of it, and where it is
//! taken in.
//!
//! It must never let a campaign go whose tablets are still out: they know one server alone. `command`
//! calls it.

use super::App;
use super::reason::{ReasonMissing, written_reason};
use super::retention::ONE;
use crate::maintenance::{self, ArrivalOrder, Arrived, DepartureOrder, MovedCampaign, MovingError};
use crate::publication::one_at_a_time;
use crate::store::{Campaigns, Deed, EXPORTED, Key32, StoreError};
use crate::sync::EngineError;
use maraude_core::model::{CampaignId, CampaignState, TimestampMs};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::sync::PoisonError;

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
            Self::Reason(_) => "reason-missing",
            Self::Store(_) => "storage",
        }
    }
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
        // Nothing is released of which the file knows nothing.
        let _alone = one_at_a_time();
        let (campaign, now) = (wish.campaign, self.clock().now());
        let reason = written_reason(&wish.reason)?;
        let name = self.may_leave(campaign)?;
        let order = DepartureOrder {
            campaign,
            name,
            key: wish.key.clone(),
            told_elsewhere: self.told_elsewhere(campaign)?,
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
        let subject = format!("{campaign} {}", exported.file);
        server.add_audit(self.clock().now(), COMMAND, "campaign-exported", &subject)?;
        Ok(told)
    }

    /// The campaign's name, where no tablet waits for this server alone.
    fn may_leave(&self, campaign: CampaignId) -> Result<String, ExportingError> {
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

    /// Whether a campaign was exported from here, and how far its log was then.
    ///
    /// # Errors
    /// When storage fails.
    pub fn exported(&self, campaign: CampaignId) -> Result<Option<Exported>, StoreError> {
        let engine = match self.engine(campaign) {
            Err(StoreError::PurgedCampaign) => return Ok(None),
            opened => opened?,
        };
        let kept = engine.log().meta(EXPORTED)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// A campaign that was exported stays here after all: its file was taken in nowhere.
    ///
    /// # Errors
    /// [`KeepingError`].
    pub fn keep_campaign(&self, campaign: CampaignId, reason: &str) -> Result<(), KeepingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = written_reason(reason)?;
        let exported = self.exported(campaign)?.ok_or(KeepingError::NotExported)?;
        let subject = format!("{campaign} {}", exported.file);
        let deed = Deed {
            author: COMMAND,
            action: "campaign-kept",
            subject: &subject,
            reason: &reason,
        };
        self.server().add_deed(self.clock().now(), deed)?;
        // No value is ever taken out of a log: what does not read is none.
        Ok(self.engine(campaign)?.log().set_meta(EXPORTED, b"")?)
    }

    /// Takes a campaign of another server in, whole or not at all, and opens it. Blocks.
    ///
    /// # Errors
    /// [`MovingError`]; nothing of it is here then, unless it does not open.
    pub fn import_campaign(&self, order: &ArrivalOrder) -> Result<Arrived, MovingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let layers = self.layers()?;
        let arrived = maintenance::arrive(self.campaigns(), &layers, order)?;
        self.engine(arrived.told.campaign)?;
        Ok(arrived)
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
