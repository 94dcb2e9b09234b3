//! `maraude campaign archive`: what a campaign leaves without persons, before its purge.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::publication::ArchiveFile;
use clap::Args;
use maraude_core::document::DocumentName;
use maraude_core::model::{CampaignId, CampaignState};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `maraude campaign archive`.
#[derive(Debug, Args)]
pub struct Archive {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// Folder to make, with counts per sector and unit, releases, perimeter, coverage and method
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The files of an archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Leave {
    campaign: CampaignId,
}

/// The campaign is archived: its files are written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Close {
    campaign: CampaignId,
}

impl Archive {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let campaign = self.campaign;
        let files = ask(place, Leave { campaign })?;
        std::fs::create_dir_all(&self.out)?;
        let mut written = Vec::new();
        for (name, text) in files {
            let path = self.out.join(name);
            std::fs::write(&path, text)?;
            written.push(path);
        }
        // Only now: a campaign whose archive could not be written stays locked.
        ask(place, Close { campaign })?;
        if place.json {
            say(serde_json::json!({ "files": written }))?;
            return Ok(());
        }
        for path in written {
            say(path.display())?;
        }
        Ok(())
    }
}

impl Operation for Leave {
    const NAME: &'static str = "campaign-archive";
    type Answer = Vec<ArchiveFile>;

    fn perform(self, app: &App) -> Result<Vec<ArchiveFile>, Refusal> {
        locked(app, self.campaign)?;
        Ok(app.archive_files(self.campaign)?)
    }
}

impl Operation for Close {
    const NAME: &'static str = "campaign-archived";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let mut campaign = locked(app, self.campaign)?;
        if campaign.state == CampaignState::Locked {
            campaign.state = CampaignState::Archived;
            let name = DocumentName::Plan {
                campaign: self.campaign,
            };
            let engine = app.engine(self.campaign)?;
            engine.author(&name, |w| w.put_campaign(&campaign))?;
        }
        let (now, id) = (app.clock().now(), self.campaign.to_string());
        app.server()
            .add_audit(now, "command", "campaign-archived", &id)?;
        Ok(())
    }
}

/// The campaign, which must be locked or archived before.
fn locked(app: &App, campaign: CampaignId) -> Result<maraude_core::model::Campaign, Refusal> {
    let plan = app.engine(campaign)?.plan()?;
    let found = plan.campaign.clone();
    let found = found.ok_or_else(|| Refusal::new("plan-missing", "the campaign has no plan"))?;
    match found.state {
        CampaignState::Locked | CampaignState::Archived => Ok(found),
        CampaignState::Ready | CampaignState::Open => Err(Refusal::new(
            "campaign-open",
            "lock the campaign first: maraude campaign lock",
        )),
    }
}
