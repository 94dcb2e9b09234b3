//! `maraude person find/erase`: what was recorded of one person, by the code on their slip.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, ErasingError, ErasureWish, PersonFound};
use crate::maintenance::SignedCertificate;
use clap::{Args, Subcommand};
use maraude_core::model::{CampaignId, ObservationId};
use serde::{Deserialize, Serialize};

/// `maraude person ...`.
#[derive(Debug, Subcommand)]
pub enum Persons {
    /// Show everything that is held of somebody
    Find(FindArguments),
    /// Erase it: for ever, here and in every copy within reach
    Erase(EraseArguments),
}

/// `maraude person find`.
#[derive(Args)]
pub struct FindArguments {
    /// The code on the slip, XXXX-XXXX-XXX
    code: String,
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

maraude_core::redacts!(FindArguments);

/// `maraude person erase`.
#[derive(Args)]
pub struct EraseArguments {
    /// The code on the slip, XXXX-XXXX-XXX
    code: String,
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Which request this answers; never a name
    #[arg(long)]
    reason: String,
    /// Which observation, where `find` shows several
    #[arg(long)]
    observation: Option<ObservationId>,
}

maraude_core::redacts!(EraseArguments);

/// A search.
#[derive(Serialize, Deserialize)]
pub struct Find {
    campaign: Option<CampaignId>,
    code: String,
}

maraude_core::redacts!(Find);

/// An erasure.
#[derive(Serialize, Deserialize)]
pub struct Erase {
    campaign: Option<CampaignId>,
    code: String,
    reason: String,
    observation: Option<ObservationId>,
}

maraude_core::redacts!(Erase);

impl Persons {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Find(arguments) => {
                let found = ask(
                    place,
                    Find {
                        campaign: arguments.campaign,
                        code: arguments.code,
                    },
                )?;
                if place.json {
                    let text = serde_json::to_string(&found).map_err(std::io::Error::from)?;
                    return Ok(say(text)?);
                }
                for one in &found {
                    print(one)?;
                }
                Ok(())
            }
            Self::Erase(arguments) => {
                let signed = ask(
                    place,
                    Erase {
                        campaign: arguments.campaign,
                        code: arguments.code,
                        reason: arguments.reason,
                        observation: arguments.observation,
                    },
                )?;
                let text = serde_json::to_string_pretty(&signed).map_err(std::io::Error::from)?;
                Ok(say(text)?)
            }
        }
    }
}

fn print(found: &PersonFound) -> std::io::Result<()> {
    let sector = found.sector.as_deref().unwrap_or("-");
    say(format_args!(
        "{}: night {}, team {}, sector {}, observation {}{}",
        found.code,
        found.night,
        found.team,
        sector,
        found.observation,
        if found.withdrawn { ", withdrawn" } else { "" },
    ))?;
    for (field, text) in &found.held {
        say(format_args!("  {field}: {text}"))?;
    }
    Ok(())
}

impl From<ErasingError> for Refusal {
    fn from(error: ErasingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl Operation for Find {
    const NAME: &'static str = "person-find";
    type Answer = Vec<PersonFound>;

    fn perform(self, app: &App) -> Result<Vec<PersonFound>, Refusal> {
        let campaign = choose(app, self.campaign)?;
        Ok(app.find_person(campaign, &self.code, "command")?)
    }
}

impl Operation for Erase {
    const NAME: &'static str = "person-erase";
    type Answer = SignedCertificate;

    fn perform(self, app: &App) -> Result<SignedCertificate, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let observation = if let Some(observation) = self.observation {
            observation
        } else {
            let found = app.find_person(campaign, &self.code, "command")?;
            let [only] = found.as_slice() else {
                let why = "several have this code: choose one with --observation";
                return Err(Refusal::new("person-unnamed", why));
            };
            only.observation
        };
        Ok(app.erase_person(&ErasureWish {
            campaign,
            code: self.code,
            observation,
            author: "command".to_owned(),
            reason: self.reason,
        })?)
    }
}
