//! Tables with exact places, handed to who says why.
//!
//! It must never write a byte before the deed and its reason stand in the audit log. `http` and
//! `command` call it.

use super::reason::{ReasonMissing, written_reason};
use super::{App, ViewsError};
use crate::export::Format;
use crate::export::internal::{InternalError, InternalExport, Table};
use crate::geolocation::FollowError;
use crate::projection::{View, ViewError};
use crate::review::{Reviewed, Sources};
use crate::store::{Deed, StoreError};
use crate::sync::EngineError;
use maraude_core::model::{CampaignId, CampaignMode};
use std::io::Write;
use std::sync::Arc;

/// Which table somebody wants, and why.
pub struct HandingOut {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What of it.
    pub table: Table,
    /// As what.
    pub format: Format,
    /// Who, as the audit log names them.
    pub author: String,
    /// Who, as the file does.
    pub by: String,
    /// Why.
    pub reason: String,
}

maraude_core::redacts!(HandingOut);

/// Why a table was not handed out.
#[derive(Debug, thiserror::Error)]
pub enum HandingOutError {
    /// Nobody said why.
    #[error(transparent)]
    Reason(#[from] ReasonMissing),
    /// The campaign has no plan.
    #[error("the campaign has no plan")]
    NoPlan,
    /// The campaign's view is not there.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The campaign.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The audit log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<FollowError> for HandingOutError {
    fn from(error: FollowError) -> Self {
        Self::Views(error.into())
    }
}

/// A table that may be handed out: its deed stands in the audit log.
pub struct HandedOut {
    export: InternalExport,
    view: Arc<View>,
    reviewed: Arc<Reviewed>,
    table: Table,
    format: Format,
}

maraude_core::redacts!(HandedOut);

impl HandedOut {
    /// The campaign is an exercise.
    pub fn exercise(&self) -> bool {
        self.export.exercise
    }

    /// Writes it, rows as they are made. Blocks.
    ///
    /// # Errors
    /// [`InternalError`]; what was written then is no file.
    pub fn write(&self, out: &mut dyn Write) -> Result<(), InternalError> {
        let of = (self.view.as_ref(), self.reviewed.as_ref());
        self.export.write(of, self.table, self.format, out)
    }
}

impl App {
    /// Opens a table with everything the log holds now. Blocks.
    ///
    /// # Errors
    /// [`HandingOutError`]; nothing is handed out then.
    pub fn hand_out(&self, wanted: &HandingOut) -> Result<HandedOut, HandingOutError> {
        let short = written_reason(&wanted.reason)?;
        if !Format::INTERNAL.contains(&wanted.format) {
            return Err(InternalError::NotInThisFormat.into());
        }
        let live = self.live_view(wanted.campaign)?;
        live.catch_up()?;
        let view = live.view();
        let plan = view.campaign()?.ok_or(HandingOutError::NoPlan)?;
        let position = *live.positions().borrow();
        let engine = self.engine(wanted.campaign)?;
        let sources = Sources {
            view: &live,
            log: engine.log().as_ref(),
            now: self.clock().now(),
        };
        let reviewed = self.review(wanted.campaign).anew(sources, position)?;
        let clusters = match wanted.table {
            Table::Clusters => InternalExport::clusters_of(&view, &reviewed)?,
            Table::Observations | Table::Sites => Vec::new(),
        };
        let export = InternalExport {
            campaign: plan.name.clone(),
            exercise: plan.mode == CampaignMode::Exercise,
            by: wanted.by.clone(),
            reason: wanted.reason.trim().to_owned(),
            clusters,
        };
        let deed = Deed {
            author: &wanted.author,
            action: &format!("{}-exported", wanted.table.code()),
            subject: &wanted.campaign.to_string(),
            reason: &short,
        };
        self.server().add_deed(self.clock().now(), deed)?;
        Ok(HandedOut {
            export,
            view,
            reviewed,
            table: wanted.table,
            format: wanted.format,
        })
    }
}
