//! `maraude audit list/verify`: what was done on this server, and whether the log of it is whole.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::store::AuditRow;
use clap::{Args, Subcommand};
use maraude_core::model::TimestampMs;
use serde::{Deserialize, Serialize};

/// `maraude audit ...`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Follow the log from its first row to its end; names the first bad row
    Verify(Verify),
    /// Print the last rows, newest first
    List(List),
}

/// `maraude audit verify`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Verify {}

/// `maraude audit list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 50)]
    last: u32,
}

/// What was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Verified {
    /// Rows that follow from each other.
    pub rows: u64,
    /// The last row's hash, hexadecimal: noted elsewhere, it dates the log.
    pub head: String,
    /// The first row that does not follow from the one before, or is missing.
    pub bad_row: Option<u64>,
}

/// A row as it is listed.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// 1, 2, 3...
    pub number: u64,
    /// Server clock, milliseconds.
    pub at: TimestampMs,
    /// Who.
    pub author: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
}

maraude_core::redacts!(Line);

impl From<AuditRow> for Line {
    fn from(row: AuditRow) -> Self {
        Self {
            number: row.number,
            at: row.at,
            author: row.author,
            action: row.action,
            subject: row.subject,
            reason: row.reason,
        }
    }
}

impl Audit {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Verify(verify) => {
                let found = ask(place, verify)?;
                if place.json {
                    say(serde_json::to_string(&found).map_err(std::io::Error::from)?)?;
                } else if found.bad_row.is_none() {
                    say(format_args!(
                        "{} rows, each follows from the one before; the last is {}",
                        found.rows, found.head
                    ))?;
                }
                if let Some(row) = found.bad_row {
                    let reason = format!(
                        "audit log: row {row} does not follow from the one before, or is missing"
                    );
                    return Err(Refusal::new("damaged", reason).into());
                }
            }
            Self::List(list) => {
                for line in ask(place, list)? {
                    if place.json {
                        say(serde_json::to_string(&line).map_err(std::io::Error::from)?)?;
                    } else {
                        print(&line)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn print(line: &Line) -> std::io::Result<()> {
    let at = jiff::Timestamp::from_millisecond(line.at)
        .map_or_else(|_| line.at.to_string(), |at| at.to_string());
    let reason = if line.reason.is_empty() {
        String::new()
    } else {
        format!("  « {} »", line.reason)
    };
    say(format_args!(
        "{:6}  {at}  {}  {}  {}{reason}",
        line.number, line.author, line.action, line.subject
    ))
}

impl Operation for Verify {
    const NAME: &'static str = "audit-verify";
    type Answer = Verified;

    fn perform(self, app: &App) -> Result<Verified, Refusal> {
        let bad_row = app.server().verify_audit()?;
        let last = match bad_row {
            // What does not follow may not read either.
            Some(_) => None,
            None => app.server().audit(1)?.into_iter().next(),
        };
        Ok(Verified {
            rows: last.as_ref().map_or(0, |row| row.number),
            head: last.map_or_else(String::new, |row| data_encoding::HEXLOWER.encode(&row.hash)),
            bad_row,
        })
    }
}

impl Operation for List {
    const NAME: &'static str = "audit-list";
    type Answer = Vec<Line>;

    fn perform(self, app: &App) -> Result<Vec<Line>, Refusal> {
        let names = app.server().names_of_authors()?;
        let rows = app.server().audit(self.last)?.into_iter();
        let lines = rows.map(|row| {
            let mut line = Line::from(row);
            if let Some(name) = names.get(&line.author) {
                line.author = format!("{name} ({})", line.author);
            }
            line
        });
        Ok(lines.collect())
    }
}
