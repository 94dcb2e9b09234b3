//! Tables with exact places, handed to who says why.
//!
//! It must never write a byte before the deed and its reason stand in the audit log. `http` and
//! `command` call it.

use super::reason::{ReasonMissing, written_reason};
use super::{App, ViewsError};
use crate::export::Format;
use crate::export::internal::{InternalError, InternalExport, Table};
use crate::geolocation::FollowError;
use crate::projection::ViewError;
use crate::review::Sources;
use crate::store::{Deed, StoreError};
use crate::sync::EngineError;
use maraude_core::model::{CampaignId, CampaignMode};
use std::io::Write;

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

impl App {
    /// Writes a table with everything the log holds now; tells whether the campaign is an exercise.
    /// Rows are written as they are made. Blocks.
    ///
    /// # Errors
    /// [`HandingOutError`]; what was written then is no file.
    pub fn hand_out(
        &self,
        wanted: &HandingOut,
        out: &mut dyn Write,
    ) -> Result<bool, HandingOutError> {
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
        let export = InternalExport {
            campaign: plan.name.clone(),
            exercise: plan.mode == CampaignMode::Exercise,
            by: wanted.by.clone(),
            reason: wanted.reason.trim().to_owned(),
            clusters: InternalExport::clusters_of(&view, &reviewed)?,
        };
        let deed = Deed {
            author: &wanted.author,
            action: &format!("{}-exported", wanted.table.code()),
            subject: &wanted.campaign.to_string(),
            reason: &short,
        };
        self.server().add_deed(self.clock().now(), deed)?;
        export.write((&view, &reviewed), wanted.table, wanted.format, out)?;
        Ok(export.exercise)
    }
}
