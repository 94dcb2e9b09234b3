//! `maraude rebuild`: makes views anew from the log and compares them with those that grew.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, ViewsError};
use crate::geolocation::FollowError;
use clap::Args;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// `maraude rebuild`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Rebuild {
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// What a rebuild gave.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rebuilt {
    /// The campaign.
    pub campaign: CampaignId,
    /// Position of the log.
    pub position: u64,
    /// Tables compared.
    pub tables: usize,
    /// Tables that differ from those of the view before; none is what should be.
    pub different: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

impl Rebuild {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let rebuilt = ask(place, self)?;
        if place.json {
            say(serde_json::to_string(&rebuilt).map_err(std::io::Error::from)?)?;
        } else {
            say(format_args!(
                "{}: rebuilt at position {} in {:.1} s; {} tables, {}",
                rebuilt.campaign,
                rebuilt.position,
                rebuilt.seconds,
                rebuilt.tables,
                if rebuilt.different.is_empty() {
                    "all equal to the view before".to_owned()
                } else {
                    format!("different: {}", rebuilt.different.join(", "))
                }
            ))?;
        }
        Ok(())
    }
}

impl From<FollowError> for Refusal {
    fn from(error: FollowError) -> Self {
        Self::new("view", error.to_string())
    }
}

impl From<ViewsError> for Refusal {
    fn from(error: ViewsError) -> Self {
        Self::new("view", error.to_string())
    }
}

impl Operation for Rebuild {
    const NAME: &'static str = "rebuild";
    type Answer = Rebuilt;

    fn perform(self, app: &App) -> Result<Rebuilt, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let started = Instant::now();
        let live = app.live_view(campaign)?;
        let (before, after) = live.rebuild_and_compare()?;
        let different = before
            .iter()
            .filter(|(table, digest)| after.get(*table) != Some(digest))
            .map(|(table, _)| (*table).to_owned());
        Ok(Rebuilt {
            campaign,
            position: *live.positions().borrow(),
            tables: after.len(),
            different: different.collect(),
            seconds: started.elapsed().as_secs_f64(),
        })
    }
}
