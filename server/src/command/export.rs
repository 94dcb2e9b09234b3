//! `maraude export`: the file of a kept release.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::release::choose_released;
use super::{CommandError, say};
use crate::app::App;
use crate::export::{Format, Publisher, dcat};
use crate::publication::frozen;
use clap::Args;
use data_encoding::BASE64;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `maraude export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Number of the release
    #[arg(long, value_name = "N")]
    release: u32,
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// geojson, csv (with its dictionary beside it, FILE.schema.json), gpkg, fgb, parquet, pmtiles,
    /// xlsx, page (why a surface is grey) or dcat
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

impl Export {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let of = |format: Format| Write {
            campaign: self.campaign,
            number: self.release,
            format: format.to_string(),
            publisher: Publisher {
                licence: self.licence.clone(),
                name: self.publisher.clone(),
                contact: self.contact.clone(),
            },
        };
        let format = self.format;
        let mut written = vec![self.out.clone()];
        std::fs::write(&self.out, bytes(&ask(place, of(format))?)?)?;
        if format == Format::Csv {
            let dictionary = self.out.with_extension("schema.json");
            std::fs::write(&dictionary, bytes(&ask(place, of(Format::Dictionary))?)?)?;
            written.push(dictionary);
        }
        if place.json {
            say(serde_json::json!({ "files": written }))?;
        } else {
            for path in written {
                say(path.display())?;
            }
        }
        Ok(())
    }
}

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
        server.add_audit(now, "command", "release-downloaded", &subject)?;
        Ok(BASE64.encode(&bytes))
    }
}
