//! `maraude geocode`: where typed places are. It reads `layers.db` alone.

use super::CommandError;
use super::control::Refusal;
use super::place::Place;
use super::table::{Files, tell};
use crate::geolocation::{gazetteer_versions, geocode, load_layers, make_gazetteer};
use crate::store::LayerStore;
use clap::Args;
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
        let files = Files {
            code: "geocode",
            from: &self.queries,
            out: &self.out,
            what: "queries",
        };
        let summary = files.fill(|queries, out, told| geocode(queries, &gazetteer, out, told))?;
        let value = serde_json::json!({
            "queries": summary.queries,
            "found": summary.found,
            "confident": summary.confident,
        });
        let sentence = format!(
            "{} queries, {} found, {} sure alone",
            summary.queries, summary.found, summary.confident
        );
        tell(place.json, &value, &sentence)?;
        Ok(())
    }
}
