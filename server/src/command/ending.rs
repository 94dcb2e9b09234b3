//! `maraude campaign coarsen/tables/purge/hold/certificate`: the end of a campaign.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, EndingError, ForgetWish, PurgeAnswer, PurgeWish, written_reason};
use crate::maintenance::{CoarseFile, SignedCertificate};
use crate::store::Deed;
use clap::Args;
use maraude_core::model::{CampaignId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// `maraude campaign purge`, and `coarsen`.
#[derive(Args)]
pub struct PurgeArguments {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// The campaign's name, to confirm (default: asked for on the terminal)
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Why, in words
    #[arg(long, default_value = "")]
    reason: String,
    /// Do not wait for the week of notice; needs --reason
    #[arg(long)]
    without_notice: bool,
}

maraude_core::redacts!(PurgeArguments);

/// `maraude campaign hold`.
#[derive(Args, Serialize, Deserialize)]
pub struct Hold {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// Why, in words
    #[arg(long)]
    reason: String,
    /// End the hold
    #[arg(long)]
    lift: bool,
}

maraude_core::redacts!(Hold);

/// `maraude campaign certificate`.
#[derive(Debug, Args)]
pub struct CertificateArguments {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// Write it here instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// `maraude campaign tables`.
#[derive(Args)]
pub struct TablesArguments {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// Folder to make, with one coarse row per counted place and counts by sector and unit
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Why, in words: the rows are still of persons
    #[arg(long)]
    reason: String,
}

maraude_core::redacts!(TablesArguments);

/// `maraude campaign forget-pseudonyms`.
#[derive(Args)]
pub struct ForgetArguments {
    /// Identifier of the campaign
    campaign: CampaignId,
    /// The campaign's name, to confirm (default: asked for on the terminal)
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Why, in words
    #[arg(long)]
    reason: String,
}

maraude_core::redacts!(ForgetArguments);

/// Pseudonyms to be forgotten.
#[derive(Serialize, Deserialize)]
pub struct Forget {
    campaign: CampaignId,
    confirmation: String,
    reason: String,
}

maraude_core::redacts!(Forget);

/// The coarse tables asked for.
#[derive(Serialize, Deserialize)]
pub struct Tables {
    campaign: CampaignId,
    reason: String,
}

maraude_core::redacts!(Tables);

/// A coarsening to be done, or told of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Coarsen(Purge);

/// A purge to be done, or told of.
#[derive(Serialize, Deserialize)]
pub struct Purge {
    campaign: CampaignId,
    confirmation: String,
    reason: String,
    without_notice: bool,
}

maraude_core::redacts!(Purge);

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purged {
    /// Notice is given: not before this instant (server clock).
    NotBefore(TimestampMs),
    /// It is done.
    Done(Box<SignedCertificate>),
}

/// A certificate asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Certified {
    campaign: CampaignId,
}

impl PurgeArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let purged = ask(
            place,
            self.purge("Type the campaign's name to destroy it for ever: ")?,
        )?;
        told(place, &purged, "purged")
    }

    pub(super) fn coarsen(self, place: &Place) -> Result<(), CommandError> {
        let prompt = "Type the campaign's name to end its documents for ever: ";
        let coarsened = ask(place, Coarsen(self.purge(prompt)?))?;
        told(place, &coarsened, "coarsened")
    }

    fn purge(self, prompt: &str) -> Result<Purge, CommandError> {
        let confirmation = match self.confirm {
            Some(name) => name,
            None => typed(prompt)?,
        };
        Ok(Purge {
            campaign: self.campaign,
            confirmation,
            reason: self.reason,
            without_notice: self.without_notice,
        })
    }
}

fn told(place: &Place, what: &Purged, done: &str) -> Result<(), CommandError> {
    if place.json {
        return Ok(say(
            serde_json::to_string(what).map_err(std::io::Error::from)?
        )?);
    }
    match what {
        Purged::NotBefore(from) => say(format_args!(
            "notice is given. The campaign may be {done} from {} on, by this command again or at \
             its date; `maraude campaign hold` keeps it.",
            instant(*from)
        ))?,
        Purged::Done(signed) => print(signed)?,
    }
    Ok(())
}

impl ForgetArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let confirmation = match self.confirm {
            Some(name) => name,
            None => typed("Type the campaign's name to forget its pseudonyms for ever: ")?,
        };
        let forget = Forget {
            campaign: self.campaign,
            confirmation,
            reason: self.reason,
        };
        let signed = ask(place, forget)?;
        let text = serde_json::to_string_pretty(&signed).map_err(std::io::Error::from)?;
        Ok(say(text)?)
    }
}

impl Operation for Forget {
    const NAME: &'static str = "campaign-forget-pseudonyms";
    type Answer = SignedCertificate;

    fn perform(self, app: &App) -> Result<SignedCertificate, Refusal> {
        Ok(app.forget_pseudonyms(&ForgetWish {
            campaign: self.campaign,
            confirmation: self.confirmation,
            author: "command".to_owned(),
            reason: self.reason,
        })?)
    }
}

impl TablesArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let tables = Tables {
            campaign: self.campaign,
            reason: self.reason,
        };
        let files = ask(place, tables)?;
        std::fs::create_dir_all(&self.out)?;
        for (name, text) in files {
            let path = self.out.join(name);
            std::fs::write(&path, text)?;
            if !place.json {
                say(path.display())?;
            }
        }
        Ok(())
    }
}

impl Hold {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        Ok(ask(place, self)?)
    }
}

impl CertificateArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let certified = Certified {
            campaign: self.campaign,
        };
        let signed = ask(place, certified)?;
        match self.out {
            None => print(&signed)?,
            Some(path) => {
                let text = serde_json::to_vec_pretty(&signed).map_err(std::io::Error::from)?;
                std::fs::write(path, text)?;
            }
        }
        Ok(())
    }
}

/// The campaign's name as somebody types it; nothing where nobody can.
fn typed(prompt: &str) -> std::io::Result<String> {
    let mut line = String::new();
    if std::io::stdin().is_terminal() {
        let mut out = std::io::stdout();
        write!(out, "{prompt}")?;
        out.flush()?;
        std::io::stdin().read_line(&mut line)?;
    }
    Ok(line)
}

fn print(signed: &SignedCertificate) -> std::io::Result<()> {
    say(serde_json::to_string_pretty(signed)?)
}

fn instant(at: TimestampMs) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}

impl From<EndingError> for Refusal {
    fn from(error: EndingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl Operation for Purge {
    const NAME: &'static str = "campaign-purge";
    type Answer = Purged;

    fn perform(self, app: &App) -> Result<Purged, Refusal> {
        Ok(app.end_campaign(&self.wish())?.into())
    }
}

impl Operation for Coarsen {
    const NAME: &'static str = "campaign-coarsen";
    type Answer = Purged;

    fn perform(self, app: &App) -> Result<Purged, Refusal> {
        Ok(app.coarsen_campaign(&self.0.wish())?.into())
    }
}

impl Purge {
    fn wish(self) -> PurgeWish {
        PurgeWish {
            campaign: self.campaign,
            confirmation: self.confirmation,
            author: "command".to_owned(),
            reason: self.reason,
            without_notice: self.without_notice,
        }
    }
}

impl From<PurgeAnswer> for Purged {
    fn from(answer: PurgeAnswer) -> Self {
        match answer {
            PurgeAnswer::Notice { from } => Self::NotBefore(from),
            PurgeAnswer::Done(signed) => Self::Done(signed),
        }
    }
}

impl Operation for Tables {
    const NAME: &'static str = "campaign-tables";
    type Answer = Vec<CoarseFile>;

    fn perform(self, app: &App) -> Result<Vec<CoarseFile>, Refusal> {
        let files = app.coarse_files(self.campaign)?;
        // Before anything leaves, as with any export of what is still of persons.
        let deed = Deed {
            author: "command",
            action: "coarse-tables-exported",
            subject: &self.campaign.to_string(),
            reason: &written_reason(&self.reason)?,
        };
        app.server().add_deed(app.clock().now(), deed)?;
        Ok(files)
    }
}

impl Operation for Hold {
    const NAME: &'static str = "campaign-hold";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        Ok(app.hold_campaign(self.campaign, !self.lift, "command", &self.reason)?)
    }
}

impl Operation for Certified {
    const NAME: &'static str = "campaign-certificate";
    type Answer = SignedCertificate;

    fn perform(self, app: &App) -> Result<SignedCertificate, Refusal> {
        let signed = app
            .certificate(self.campaign)?
            .ok_or_else(|| Refusal::new("not-purged", "this campaign has not ended"))?;
        let key = app.signing().verifying_key();
        if signed.open(&key).is_none() {
            let reason = "the certificate is not signed by this server: it was altered";
            return Err(Refusal::new("certificate-altered", reason));
        }
        Ok(signed)
    }
}
