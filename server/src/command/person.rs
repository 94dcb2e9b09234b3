//! `maraude person find/erase`: what was recorded of one person, by the code on their slip; `oppose`:
//! who is not to be recorded.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, ErasingError, ErasureWish, OpposingWish, PersonFound};
use crate::maintenance::SignedCertificate;
use crate::store::{Opposition, OppositionReason};
use clap::{Args, Subcommand, ValueEnum};
use maraude_core::model::{CampaignId, ObservationId};
use serde::{Deserialize, Serialize};

/// `maraude person ...`.
#[derive(Debug, Subcommand)]
pub enum Persons {
    /// Show everything that is held of somebody
    Find(FindArguments),
    /// Erase it: for ever, here and in every copy within reach
    Erase(EraseArguments),
    /// Enter somebody who is not to be recorded: `ZO DU 1984` on the standard input, never kept
    Oppose(OpposeArguments),
    /// The list of those who are not recorded: numbers, dates and reasons
    Oppositions(OppositionsArguments),
    /// Take an entry of that list back
    Readmit(ReadmitArguments),
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

/// `maraude person oppose`.
#[derive(Debug, Args)]
pub struct OpposeArguments {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// How it was asked for
    #[arg(long, value_enum)]
    reason: Reason,
}

/// How an opposition was asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reason {
    /// The person came or wrote
    Person,
    /// Whoever stands for them did
    Representative,
    /// They told a team outside
    Team,
    /// Otherwise
    Other,
}

/// `maraude person oppositions`.
#[derive(Debug, Args)]
pub struct OppositionsArguments {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// `maraude person readmit`.
#[derive(Debug, Args)]
pub struct ReadmitArguments {
    /// The entry's number
    number: u32,
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// An entry to be made.
#[derive(Serialize, Deserialize)]
pub struct Enter {
    campaign: Option<CampaignId>,
    given: String,
    family: String,
    birth_year: u16,
    reason: OppositionReason,
}

maraude_core::redacts!(Enter);

/// The list.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    campaign: Option<CampaignId>,
}

/// An entry to be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Readmit {
    campaign: Option<CampaignId>,
    number: u32,
}

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
            Self::Oppose(arguments) => {
                let entry = ask(place, arguments.read()?)?;
                Ok(say(format_args!("entered under number {}", entry.number))?)
            }
            Self::Oppositions(arguments) => arguments.run(place),
            Self::Readmit(arguments) => {
                let number = arguments.number;
                ask(
                    place,
                    Readmit {
                        campaign: arguments.campaign,
                        number,
                    },
                )?;
                Ok(say(format_args!("number {number} is taken back"))?)
            }
        }
    }
}

impl OppositionsArguments {
    fn run(self, place: &Place) -> Result<(), CommandError> {
        let list = ask(
            place,
            List {
                campaign: self.campaign,
            },
        )?;
        if place.json {
            let text = serde_json::to_string(&list).map_err(std::io::Error::from)?;
            return Ok(say(text)?);
        }
        for entry in &list {
            let stands = if entry.withdrawn_at.is_some() {
                "taken back"
            } else {
                "stands"
            };
            say(format_args!(
                "{}: {:?}, {stands}",
                entry.number, entry.reason
            ))?;
        }
        Ok(())
    }
}

impl OpposeArguments {
    /// Facts come by the standard input: a shell keeps its arguments.
    fn read(self) -> Result<Enter, CommandError> {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let wrong = || Refusal::from(ErasingError::Facts);
        let [given, family, year] = words[..] else {
            return Err(wrong().into());
        };
        Ok(Enter {
            campaign: self.campaign,
            given: given.to_owned(),
            family: family.to_owned(),
            birth_year: year.parse().map_err(|_| wrong())?,
            reason: match self.reason {
                Reason::Person => OppositionReason::Person,
                Reason::Representative => OppositionReason::Representative,
                Reason::Team => OppositionReason::Team,
                Reason::Other => OppositionReason::Other,
            },
        })
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

impl Operation for Enter {
    const NAME: &'static str = "person-oppose";
    type Answer = Opposition;

    fn perform(self, app: &App) -> Result<Opposition, Refusal> {
        Ok(app.oppose(&OpposingWish {
            campaign: choose(app, self.campaign)?,
            given: self.given,
            family: self.family,
            birth_year: self.birth_year,
            reason: self.reason,
            author: None,
        })?)
    }
}

impl Operation for List {
    const NAME: &'static str = "person-oppositions";
    type Answer = Vec<Opposition>;

    fn perform(self, app: &App) -> Result<Vec<Opposition>, Refusal> {
        Ok(app.oppositions(choose(app, self.campaign)?)?.entries)
    }
}

impl Operation for Readmit {
    const NAME: &'static str = "person-readmit";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let campaign = choose(app, self.campaign)?;
        Ok(app.withdraw_opposition(campaign, self.number, None)?)
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
