//! `maraude quarantine list/export/retry/settle`: what the gate refused, kept with its bytes.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, ReasonMissing, written_reason};
use crate::store::Deed;
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use maraude_core::model::{CampaignId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Most entries of one listing.
const LISTED: usize = 1_000;

/// `maraude quarantine ...`.
#[derive(Debug, Subcommand)]
pub enum Quarantines {
    /// List what was refused and nobody has dealt with, newest first
    List(List),
    /// Write the bytes of one entry as they came
    Export(ExportArguments),
    /// Try again what was refused: after a repair, an upgrade, or for a revoked tablet
    Retry(Retry),
    /// Mark an entry as dealt with
    Settle(Settle),
}

/// `maraude quarantine list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// `maraude quarantine export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    fetch: Fetch,
    /// File for the bytes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The bytes of one entry.
#[derive(Args, Serialize, Deserialize)]
pub struct Fetch {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Number of the entry
    number: u64,
    /// Why: kept in the audit log
    #[arg(long)]
    reason: String,
}

maraude_core::redacts!(Fetch);

/// `maraude quarantine retry`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Retry {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Number of one entry (default: all)
    #[arg(long)]
    number: Option<u64>,
    /// Take up the work of revoked tablets too
    #[arg(long)]
    revoked: bool,
}

/// `maraude quarantine settle`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Settle {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Number of the entry
    number: u64,
}

/// An entry as it is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct QuarantineLine {
    /// Its number.
    pub number: u64,
    /// Server clock, milliseconds.
    pub received_at: TimestampMs,
    /// Why: a stable code.
    pub code: String,
    /// Label of the tablet that wrote it, or carried it.
    pub tablet: String,
    /// The document, where it is known.
    pub document: Option<String>,
    /// A whole envelope, or one change of it.
    pub whole_envelope: bool,
}

/// What came of trying again.
#[derive(Debug, Serialize, Deserialize)]
pub struct RetryAnswer {
    /// Let in.
    pub taken: u32,
    /// Refused again.
    pub left: u32,
}

impl Quarantines {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::List(list) => {
                let lines = ask(place, list)?;
                if place.json {
                    say(serde_json::to_string(&lines).map_err(std::io::Error::from)?)?;
                } else {
                    lines.iter().try_for_each(print)?;
                }
            }
            Self::Export(arguments) => {
                let text = ask(place, arguments.fetch)?;
                let bytes = BASE64
                    .decode(text.as_bytes())
                    .map_err(|_| Refusal::new("unreadable", "the server's answer does not read"))?;
                std::fs::write(&arguments.out, bytes)?;
            }
            Self::Retry(retry) => {
                let answer = ask(place, retry)?;
                if place.json {
                    say(serde_json::to_string(&answer).map_err(std::io::Error::from)?)?;
                } else {
                    say(format_args!(
                        "{} let in, {} left",
                        answer.taken, answer.left
                    ))?;
                }
            }
            Self::Settle(settle) => ask(place, settle)?,
        }
        Ok(())
    }
}

fn print(line: &QuarantineLine) -> std::io::Result<()> {
    let what = if line.whole_envelope {
        "envelope"
    } else {
        "change"
    };
    say(format_args!(
        "{:>6}  {:24} {:8} {:12} {}",
        line.number,
        line.code,
        what,
        line.tablet,
        line.document.as_deref().unwrap_or("-")
    ))
}

impl Operation for List {
    const NAME: &'static str = "quarantine-list";
    type Answer = Vec<QuarantineLine>;

    fn perform(self, app: &App) -> Result<Self::Answer, Refusal> {
        let engine = app.engine(choose(app, self.campaign)?)?;
        let mut lines = Vec::new();
        for kept in engine.log().open_quarantine(LISTED)? {
            let by = kept.item.device.unwrap_or(kept.item.carrier);
            let known = app.server().device(by)?;
            lines.push(QuarantineLine {
                number: kept.number,
                received_at: kept.item.received_at,
                code: kept.item.code,
                tablet: known.map_or_else(|| by.to_string(), |stored| stored.device.label),
                document: kept.item.document.map(|document| document.to_string()),
                whole_envelope: kept.item.item == u32::MAX,
            });
        }
        Ok(lines)
    }
}

impl From<ReasonMissing> for Refusal {
    fn from(short: ReasonMissing) -> Self {
        Self::new("reason-missing", format!("{short}: --reason"))
    }
}

impl Operation for Fetch {
    const NAME: &'static str = "quarantine-fetch";
    type Answer = String;

    fn perform(self, app: &App) -> Result<String, Refusal> {
        let engine = app.engine(choose(app, self.campaign)?)?;
        let found = engine
            .log()
            .quarantine(self.number.saturating_sub(1), 1)?
            .into_iter()
            .find(|kept| kept.number == self.number);
        let kept = found.ok_or_else(|| Refusal::new("not-there", "no such entry"))?;
        let deed = Deed {
            author: "command",
            action: "quarantine-exported",
            subject: &format!("{} {}", engine.campaign(), self.number),
            reason: &written_reason(&self.reason)?,
        };
        app.server().add_deed(app.clock().now(), deed)?;
        Ok(BASE64.encode(&kept.item.bytes))
    }
}

impl Operation for Retry {
    const NAME: &'static str = "quarantine-retry";
    type Answer = RetryAnswer;

    fn perform(self, app: &App) -> Result<RetryAnswer, Refusal> {
        let engine = app.engine(choose(app, self.campaign)?)?;
        let retried = engine.retry_quarantine(self.number, self.revoked)?;
        let (now, subject) = (app.clock().now(), engine.campaign().to_string());
        app.server()
            .add_audit(now, "command", "quarantine-retried", &subject)?;
        Ok(RetryAnswer {
            taken: retried.taken,
            left: retried.left,
        })
    }
}

impl Operation for Settle {
    const NAME: &'static str = "quarantine-settle";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let engine = app.engine(choose(app, self.campaign)?)?;
        let now = app.clock().now();
        engine.log().settle_quarantine(self.number, now)?;
        let subject = format!("{} {}", engine.campaign(), self.number);
        app.server()
            .add_audit(now, "command", "quarantine-settled", &subject)?;
        Ok(())
    }
}
