//! `maraude geocode`: where typed places are. It reads `layers.db` alone.

use super::control::Refusal;
use super::place::Place;
use super::progress::Progress;
use super::{CommandError, say};
use crate::geolocation::{gazetteer_versions, geocode, load_layers, make_gazetteer};
use crate::store::LayerStore;
use clap::Args;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

/// `maraude geocode`.
#[derive(Debug, Args)]
pub struct Geocode {
    /// Typed places: id, query and optionally lat, lon of the team (CSV)
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Where the answer goes (CSV)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Geocode {
    pub(super) fn run(&self, place: &Place) -> Result<(), CommandError> {
        let folder = place.existing()?;
        let store = LayerStore::open(&folder.layers_db()).map_err(Refusal::from)?;
        let versions = gazetteer_versions(&store, None).map_err(Refusal::from)?;
        let areas = load_layers(&store, None).map_err(Refusal::from)?;
        let gazetteer = make_gazetteer(&store, &versions, &areas).map_err(Refusal::from)?;
        if gazetteer.is_empty() {
            let reason = "no address, street or landmark is imported: use maraude addresses import \
                          or maraude layers import first";
            return Err(Refusal::new("no-addresses", reason).into());
        }
        let refused = |reason: String| Refusal::new("geocode", reason);
        let queries = File::open(&self.queries)
            .map_err(|error| refused(format!("{}: {error}", self.queries.display())))?;
        // Written aside and moved, so that the answer is whole or absent.
        let aside = self.out.with_extension("part");
        let out = File::create(&aside)
            .map_err(|error| refused(format!("{}: {error}", aside.display())))?;
        let mut progress = Progress::new("queries");
        let done = geocode(queries, &gazetteer, BufWriter::new(out), &mut |n| {
            progress.at(n);
        });
        progress.end();
        let summary = match done {
            Ok(summary) => summary,
            Err(error) => {
                // The first failure is what matters.
                let _ = std::fs::remove_file(&aside);
                return Err(refused(format!("{}: {error}", self.queries.display())).into());
            }
        };
        std::fs::rename(&aside, &self.out)?;
        if place.json {
            say(serde_json::json!({
                "queries": summary.queries,
                "found": summary.found,
                "confident": summary.confident,
            }))?;
        } else {
            say(format_args!(
                "{} queries, {} found, {} sure alone",
                summary.queries, summary.found, summary.confident
            ))?;
        }
        Ok(())
    }
}
