//! `maraude export`: the file of a kept release, or a table with exact places for who says why.

use super::campaign::choose;
use super::control::files::{FileOperation, ask_file};
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::release::choose_released;
use super::{CommandError, say};
use crate::app::{App, HandingOut, HandingOutError};
use crate::export::internal::Table;
use crate::export::{Format, Publisher, dcat};
use crate::publication::frozen;
use clap::Args;
use data_encoding::BASE64;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// `maraude export`.
#[derive(Args)]
pub struct Export {
    /// Number of the release
    #[arg(long, value_name = "N", required_unless_present = "internal")]
    release: Option<u32>,
    /// A table with exact places in place of a release, not to be published: says why with --reason
    #[arg(long, conflicts_with = "release", requires = "reason")]
    internal: bool,
    /// With --internal: clusters (distinct people), observations or sites
    #[arg(long, value_name = "TABLE", default_value = "clusters", requires = "internal",
          value_parser = read_table)]
    table: Table,
    /// With --internal: why, in at least 10 characters; it is kept in the audit log
    #[arg(long, value_name = "TEXT", requires = "internal")]
    reason: Option<String>,
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// geojson, csv (of a release with its dictionary beside it, FILE.schema.json), gpkg, fgb,
    /// parquet or xlsx; of a release also pmtiles, page (why a surface is grey) or dcat
    #[arg(long)]
    format: Format,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// In a dcat record: address of the licence, such as
    /// <https://www.etalab.gouv.fr/licence-ouverte-open-licence>
    #[arg(long, value_name = "URL")]
    licence: Option<String>,
    /// In a dcat record: who publishes
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// In a dcat record: mail address that answers questions
    #[arg(long, value_name = "MAIL")]
    contact: Option<String>,
}

/// The bytes that came over the socket.
fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    let read = BASE64.decode(text.as_bytes());
    read.map_err(|error| Refusal::new("export", error.to_string()))
}

/// The file of a release, in base64.
#[derive(Debug, Serialize, Deserialize)]
pub struct Write {
    campaign: Option<CampaignId>,
    number: u32,
    format: String,
    publisher: Publisher,
}

maraude_core::redacts!(Export);

fn read_table(text: &str) -> Result<Table, String> {
    Table::from_code(text).ok_or_else(|| "choose clusters, observations or sites".to_owned())
}

/// A table with exact places.
#[derive(Serialize, Deserialize)]
pub struct Internal {
    campaign: Option<CampaignId>,
    table: String,
    format: String,
    reason: String,
}

maraude_core::redacts!(Internal);

impl Export {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let written = match (self.release, &self.reason) {
            (Some(number), _) => self.release(place, number)?,
            (None, reason) => self.internal(place, reason.as_deref().unwrap_or_default())?,
        };
        if place.json {
            say(serde_json::json!({ "files": written }))?;
        } else {
            for path in written {
                say(path.display())?;
            }
        }
        Ok(())
    }

    fn release(&self, place: &Place, number: u32) -> Result<Vec<PathBuf>, CommandError> {
        let of = |format: Format| Write {
            campaign: self.campaign,
            number,
            format: format.to_string(),
            publisher: Publisher {
                licence: self.licence.clone(),
                name: self.publisher.clone(),
                contact: self.contact.clone(),
            },
        };
        let mut written = vec![self.out.clone()];
        std::fs::write(&self.out, bytes(&ask(place, of(self.format))?)?)?;
        if self.format == Format::Csv {
            let dictionary = self.out.with_extension("schema.json");
            std::fs::write(&dictionary, bytes(&ask(place, of(Format::Dictionary))?)?)?;
            written.push(dictionary);
        }
        Ok(written)
    }

    /// Beside its name first: what breaks off leaves no file, nor touches a former one.
    fn internal(&self, place: &Place, reason: &str) -> Result<Vec<PathBuf>, CommandError> {
        let parent = self.out.parent().filter(|parent| *parent != Path::new(""));
        let mut file = tempfile::NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))?;
        let wanted = Internal {
            campaign: self.campaign,
            table: self.table.code().to_owned(),
            format: self.format.to_string(),
            reason: reason.to_owned(),
        };
        ask_file(place, wanted, &mut file)?;
        file.as_file().sync_all()?;
        file.persist(&self.out).map_err(|error| error.error)?;
        Ok(vec![self.out.clone()])
    }
}

impl FileOperation for Internal {
    const NAME: &'static str = "export-internal";

    fn write(self, app: &App, out: &mut dyn std::io::Write) -> Result<(), Refusal> {
        let unknown = |reason: &str| Refusal::new("export", reason);
        let wanted = HandingOut {
            campaign: choose(app, self.campaign)?,
            table: Table::from_code(&self.table).ok_or_else(|| unknown("no such table"))?,
            format: self.format.parse().map_err(|_| unknown("no such format"))?,
            author: COMMAND.to_owned(),
            by: COMMAND.to_owned(),
            reason: self.reason,
        };
        let handed = app.hand_out(&wanted)?;
        handed.write(out).map_err(HandingOutError::from)?;
        Ok(())
    }
}

impl From<HandingOutError> for Refusal {
    fn from(error: HandingOutError) -> Self {
        let code = match &error {
            HandingOutError::Reason(short) => return (*short).into(),
            HandingOutError::NoPlan => "plan-missing",
            HandingOutError::Views(_) | HandingOutError::View(_) => "view",
            HandingOutError::Engine(_) => "engine",
            HandingOutError::Store(_) => "storage",
            HandingOutError::Internal(_) => "export",
        };
        Self::new(code, error.to_string())
    }
}

/// Name of the command line in the audit log and on files.
const COMMAND: &str = "command";

impl Operation for Write {
    const NAME: &'static str = "release-write";
    type Answer = String;

    fn perform(self, app: &App) -> Result<String, Refusal> {
        let format: Format =
            self.format
                .parse()
                .map_err(|error: crate::export::UnknownFormat| {
                    Refusal::new("format-unknown", error.to_string())
                })?;
        let campaign = choose_released(app, self.campaign)?;
        let kept = frozen(app.stored_releases(campaign)?, self.number)?.ok_or_else(|| {
            Refusal::new(
                "release-unknown",
                format!("there is no release number {}", self.number),
            )
        })?;
        let mut bytes = Vec::new();
        let written = if format == Format::Dcat {
            dcat(&kept.release, &self.publisher, &mut bytes)
        } else {
            format.write(&kept.release, &mut bytes)
        };
        written.map_err(|error| Refusal::new("export", error.to_string()))?;
        let (now, subject) = (
            app.clock().now(),
            format!("{campaign} {} {format}", self.number),
        );
        let server = app.server();
        server.add_audit(now, COMMAND, "release-downloaded", &subject)?;
        Ok(BASE64.encode(&bytes))
    }
}
