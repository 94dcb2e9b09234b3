//! `maraude sheets import/template`: paper sheets that somebody typed into a spreadsheet.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, written_reason};
use crate::authoring::{
    Desk, Order, OrderError, OrderRequest, SHEET_FILE_BYTES, SHEETS_IMPORTED, SheetFile,
    read_sheet_file, sheet_schema, sheet_template, sheets_in_words,
};
use crate::store::{Deed, random_id};
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use maraude_core::model::{AccountId, CampaignId, ObservationId};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Faults printed one by one.
const FAULTS_TOLD: usize = 50;

/// `maraude sheets ...`.
#[derive(Debug, Subcommand)]
pub enum Sheets {
    /// Take in a CSV file of paper sheets, whole or not at all
    Import(Import),
    /// Write an empty CSV file to fill in, and beside it what its columns take
    Template(Template),
}

/// `maraude sheets import`.
#[derive(Args)]
pub struct Import {
    /// The CSV file
    file: PathBuf,
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Only say how it is understood and what is wrong with it
    #[arg(long)]
    check: bool,
    /// Where the file comes from, for the audit log; never a name
    #[arg(long, required_unless_present = "check")]
    reason: Option<String>,
}

maraude_core::redacts!(Import);

/// `maraude sheets template`.
#[derive(Debug, Args)]
pub struct Template {
    /// The file to write; FILE.schema.json is written beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A file to be looked at, and taken in where there is a reason.
#[derive(Serialize, Deserialize)]
pub struct Take {
    campaign: Option<CampaignId>,
    /// The file, base64.
    file: String,
    reason: Option<String>,
}

maraude_core::redacts!(Take);

/// What a file holds.
#[derive(Serialize, Deserialize)]
pub struct Taken {
    /// `utf-8`, `windows-1252`.
    encoding: Option<String>,
    /// Headings, and what each was understood as.
    columns: Vec<(String, Option<String>)>,
    /// Numbers of its sheets, each with its rows and people.
    sheets: Vec<(String, usize, u32)>,
    /// What is wrong, one sentence each.
    faults: Vec<String>,
    /// It was taken in.
    imported: bool,
}

maraude_core::redacts!(Taken);

impl Sheets {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Import(import) => import.run(place),
            Self::Template(template) => template.run(),
        }
    }
}

impl Import {
    fn run(self, place: &Place) -> Result<(), CommandError> {
        let taken = ask(
            place,
            Take {
                campaign: self.campaign,
                file: BASE64.encode(&read(&self.file)?),
                reason: self.reason.filter(|_| !self.check),
            },
        )?;
        if place.json {
            say(serde_json::to_string(&taken).map_err(std::io::Error::from)?)?;
        } else {
            taken.print()?;
        }
        if taken.faults.is_empty() {
            return Ok(());
        }
        for fault in taken.faults.iter().take(FAULTS_TOLD) {
            writeln!(std::io::stderr(), "maraude: {fault}")?;
        }
        let (file, faults) = (self.file.display(), taken.faults.len());
        let told = format!("{file}: nothing was taken in; {faults} faults");
        Err(Refusal::new("sheets-refused", told).into())
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Refusal> {
    let name = file.display();
    let unreadable = |error| Refusal::new("sheets-unreadable", format!("{name}: {error}"));
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if size > SHEET_FILE_BYTES as u64 {
        let told = format!("{name}: larger than 6 MB: hand it in by parts");
        return Err(Refusal::new("too-large", told));
    }
    std::fs::read(file).map_err(unreadable)
}

impl Template {
    fn run(self) -> Result<(), CommandError> {
        let mut schema = self.out.clone().into_os_string();
        schema.push(".schema.json");
        for (path, text) in [
            (self.out.as_path(), sheet_template()),
            (Path::new(&schema), sheet_schema()),
        ] {
            let refused = |error: std::io::Error| {
                let told = format!("{}: {error}", path.display());
                Refusal::new("sheets-unwritten", told)
            };
            let mut file = std::fs::File::create_new(path).map_err(refused)?;
            file.write_all(text.as_bytes()).map_err(refused)?;
            say(path.display())?;
        }
        Ok(())
    }
}

impl Taken {
    fn print(&self) -> std::io::Result<()> {
        for (heading, understood) in &self.columns {
            let understood = understood.as_deref().unwrap_or("empty, passed over");
            say(format_args!("column « {heading} »: {understood}"))?;
        }
        for (number, rows, people) in &self.sheets {
            say(format_args!("sheet {number}: {rows} rows, {people} people"))?;
        }
        let rows: usize = self.sheets.iter().map(|(_, rows, _)| rows).sum();
        let done = if self.imported { "taken in" } else { "read" };
        let encoding = self.encoding.as_deref().unwrap_or("unknown encoding");
        say(format_args!(
            "{} sheets and {rows} rows {done} ({encoding})",
            self.sheets.len()
        ))
    }

    fn of(file: &SheetFile) -> Self {
        let columns = file.columns.iter();
        let sheets = file.sheets.iter();
        Self {
            encoding: file.encoding.map(|one| one.name().to_owned()),
            columns: columns
                .map(|(heading, column)| {
                    (
                        heading.clone(),
                        column.map(|column| column.code().to_owned()),
                    )
                })
                .collect(),
            sheets: sheets
                .map(|(_, sheet, filled)| {
                    let people = filled.rows.iter().flat_map(|row| row.people).sum();
                    (sheet.number.to_string(), filled.rows.len(), people)
                })
                .collect(),
            faults: file.faults.iter().map(ToString::to_string).collect(),
            imported: false,
        }
    }
}

impl From<OrderError> for Refusal {
    fn from(error: OrderError) -> Self {
        Self::new("sheets-refused", error.to_string())
    }
}

impl Operation for Take {
    const NAME: &'static str = "sheets-import";
    type Answer = Taken;

    fn perform(self, app: &App) -> Result<Taken, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let bytes = BASE64
            .decode(self.file.as_bytes())
            .map_err(|error| Refusal::new("unreadable", error.to_string()))?;
        let reason = self.reason.as_deref().map(written_reason).transpose();
        let reason = reason.map_err(|error| Refusal::new("reason-missing", error.to_string()))?;
        let engine = app.engine(campaign)?;
        let now = app.clock().now();
        let mut taken = Taken::of(&read_sheet_file(&engine, now, &bytes)?);
        let Some(reason) = reason.filter(|_| taken.faults.is_empty()) else {
            return Ok(taken);
        };
        let live = app.live_view(campaign);
        let live = live.map_err(|error| Refusal::new("view", error.to_string()))?;
        let desk = Desk {
            engine: &engine,
            view: &live.view(),
            // A sheet bears the server's device, and no account.
            author: AccountId::from_bytes([0; 16]),
            now,
        };
        let done = desk.carry_out(&OrderRequest {
            command: random_id(ObservationId::from_random)?.to_string(),
            seen: engine.log().last_position()?,
            order: Order::ImportSheets(bytes),
        })?;
        // Between the look and the order somebody may have keyed one of them in.
        taken.imported = done.refused.is_empty();
        taken.faults.clone_from(&done.refused);
        if taken.imported {
            let deed = Deed {
                author: "command",
                action: SHEETS_IMPORTED,
                subject: &campaign.to_string(),
                reason: &sheets_in_words(&done, &reason),
            };
            app.server().add_deed(now, deed)?;
        }
        Ok(taken)
    }
}
