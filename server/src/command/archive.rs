//! `maraude campaign archive`: what a campaign leaves without persons, before its purge.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::export::Format;
use crate::publication::{ArchiveFile, Numbers, Sources, archive, prepare, releases};
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
        let campaign = self.campaign;
        let failed = |error: &dyn std::fmt::Display| Refusal::new("view", error.to_string());
        locked(app, campaign)?;
        let live = app.live_view(campaign).map_err(|error| failed(&error))?;
        live.catch_up().map_err(|error| failed(&error))?;
        let (view, ground) = (live.view(), live.ground());
        let position = view.position().map_err(|error| failed(&error))?;
        let engine = app.engine(campaign)?;
        let runs = crate::review::Sources {
            view: &live,
            log: engine.log().as_ref(),
            now: app.clock().now(),
        };
        // Under the snapshot that the screens and releases tell the figure with.
        let reviewed = (app.review(campaign).anew(runs, position)).map_err(|e| failed(&e))?;
        let sources = Sources {
            view: &view,
            ground: &ground,
            reviewed: &reviewed,
        };
        let past = app.past(campaign)?;
        let settings = Numbers::of(app.folder()).settings(campaign, &past)?;
        let prepared = prepare(sources, &settings)
            .map_err(|error| failed(&error))?
            .ok_or_else(|| Refusal::new("plan-missing", "the campaign has no plan"))?;
        let kept = releases(past.own().to_vec())?;
        let mut files = archive(sources, &prepared, &kept, &settings).map_err(|e| failed(&e))?;
        for kept in &kept {
            let mut bytes = Vec::new();
            Format::Geojson
                .write(&kept.release, &mut bytes)
                .map_err(|error| Refusal::new("export", error.to_string()))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            files.push((Format::Geojson.file_name(&kept.release), text));
        }
        Ok(files)
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
