//! `maraude rescue import`: what a tablet could not send, from the file it made.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, TakeRescueError};
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use maraude_core::model::CampaignId;
use maraude_core::sync::{RESCUE_CAP_BYTES, RescueError};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `maraude rescue ...`.
#[derive(Debug, Subcommand)]
pub enum Rescues {
    /// Take in the file of a tablet (.maraude), whole or not at all
    Import(ImportArguments),
}

/// `maraude rescue import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The file, as the tablet gave it
    file: PathBuf,
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// A rescue file to be taken in.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    campaign: Option<CampaignId>,
    /// The file, base64.
    file: String,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RescueTold {
    /// Label of the tablet that made the file.
    pub tablet: String,
    /// Envelopes that are on disk, now or since before.
    pub kept: u32,
    /// Changes the gate refused, kept apart.
    pub set_aside: u32,
    /// Envelopes refused whole: code, kept apart, how many.
    pub refused: Vec<(String, bool, u32)>,
}

impl Rescues {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let Self::Import(arguments) = self;
        let size = std::fs::metadata(&arguments.file)?.len();
        if size > RESCUE_CAP_BYTES as u64 {
            return Err(refusal(RescueError::TooLarge).into());
        }
        let bytes = std::fs::read(&arguments.file)?;
        let told = ask(
            place,
            Import {
                campaign: arguments.campaign,
                file: BASE64.encode(&bytes),
            },
        )?;
        if place.json {
            say(serde_json::to_string(&told).map_err(std::io::Error::from)?)?;
            return Ok(());
        }
        say(format_args!(
            "tablet {}: {} pieces on the server, {} changes set aside",
            told.tablet, told.kept, told.set_aside
        ))?;
        for (code, kept, number) in &told.refused {
            let where_now = if *kept {
                "kept in quarantine"
            } else {
                "not kept: keep the file"
            };
            say(format_args!("{number} refused: {code} ({where_now})"))?;
        }
        Ok(())
    }
}

fn refusal(error: RescueError) -> Refusal {
    Refusal::new(error.code(), error.to_string())
}

impl Operation for Import {
    const NAME: &'static str = "rescue-import";
    type Answer = RescueTold;

    fn perform(self, app: &App) -> Result<RescueTold, Refusal> {
        let file = BASE64
            .decode(self.file.as_bytes())
            .map_err(|_| Refusal::new("unreadable", "the file does not read"))?;
        let campaign = choose(app, self.campaign)?;
        let (rescue, rescued) = app
            .take_rescue(campaign, &file, "command")
            .map_err(|error| match error {
                TakeRescueError::File(error) => refusal(error),
                TakeRescueError::Store(error) => error.into(),
                TakeRescueError::Engine(error) => error.into(),
            })?;
        let refused = rescued.refused.into_iter();
        Ok(RescueTold {
            tablet: rescue.label,
            kept: rescued.kept,
            set_aside: rescued.set_aside,
            refused: refused
                .map(|((code, kept), number)| (code, kept, number))
                .collect(),
        })
    }
}
