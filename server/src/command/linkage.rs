//! `maraude linkage refresh`: learns the parameters of linkage anew, and freezes them in the log.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::review::{Sources, word};
use clap::{Args, Subcommand};
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};

/// Whom the audit log names.
const COMMAND: &str = "maraude linkage refresh";

/// `maraude linkage ...`.
#[derive(Debug, Subcommand)]
pub enum Linkages {
    /// Learn anew from all observations there are; screens and releases follow
    Refresh(Refresh),
}

/// `maraude linkage refresh`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Refresh {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// What was learnt.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refreshed {
    /// The campaign.
    pub campaign: CampaignId,
    /// Observations it was learnt from.
    pub observations: u32,
    /// `learnt`, or `fell_back` where the starting parameters stand.
    pub training: String,
    /// The figure: distinct people in the street, at least.
    pub figure: u32,
    /// 95 % interval of the estimate.
    pub interval: [u32; 2],
}

impl Linkages {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let Self::Refresh(refresh) = self;
        let told = ask(place, refresh)?;
        if place.json {
            say(serde_json::to_string(&told).map_err(std::io::Error::from)?)?;
        } else {
            say(format_args!(
                "{}: {} from {} observations; {} distinct people in the street at least, estimate {} to {}",
                told.campaign,
                if told.training == "learnt" {
                    "learnt"
                } else {
                    "kept the starting parameters, what was learnt makes no sense,"
                },
                told.observations,
                told.figure,
                told.interval[0],
                told.interval[1],
            ))?;
        }
        Ok(())
    }
}

impl Operation for Refresh {
    const NAME: &'static str = "linkage-refresh";
    type Answer = Refreshed;

    fn perform(self, app: &App) -> Result<Refreshed, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let failed = |error: &dyn std::fmt::Display| Refusal::new("view", error.to_string());
        let live = app.live_view(campaign).map_err(|error| failed(&error))?;
        live.catch_up().map_err(|error| failed(&error))?;
        let engine = app.engine(campaign)?;
        let now = app.clock().now();
        let sources = Sources {
            view: &live,
            log: engine.log().as_ref(),
            now,
        };
        let reviewed = app.review(campaign).refresh(sources);
        let reviewed = reviewed.map_err(|error| failed(&error))?;
        let subject = campaign.to_string();
        app.server()
            .add_audit(now, COMMAND, "linkage-refreshed", &subject)?;
        let (figure, interval) = reviewed.street();
        Ok(Refreshed {
            campaign,
            observations: reviewed.frozen.map_or(0, |frozen| frozen.observations),
            training: word(reviewed.linkage.training),
            figure,
            interval,
        })
    }
}
