//! `maraude locate`: which areas hold the places of a CSV. It reads `layers.db` alone.

use super::CommandError;
use super::control::Refusal;
use super::place::Place;
use super::table::{Files, tell};
use crate::geolocation::{
    AddressIndex, NearNames, StreetIndex, gazetteer_versions, load_layers, locate, make_gazetteer,
};
use crate::store::LayerStore;
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `maraude locate`.
#[derive(Debug, Args)]
pub struct Locate {
    /// Places: id, lat, lon and optionally `accuracy_m` (CSV)
    #[arg(long, value_name = "FILE")]
    points: PathBuf,
    /// Where the answer goes (CSV)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Locate {
    pub(super) fn run(&self, place: &Place) -> Result<(), CommandError> {
        let folder = place.existing()?;
        let store = LayerStore::open(&folder.layers_db()).map_err(Refusal::from)?;
        let layers = load_layers(&store, None).map_err(Refusal::from)?;
        if layers.is_empty() {
            let reason = "no layer of areas is imported: use maraude layers import first";
            return Err(Refusal::new("no-layer", reason).into());
        }
        let addresses = AddressIndex::load(&store).map_err(Refusal::from)?;
        let versions = gazetteer_versions(&store, None).map_err(Refusal::from)?;
        let gazetteer = make_gazetteer(&store, &versions, &layers).map_err(Refusal::from)?;
        let streets = StreetIndex::of(gazetteer.entries());
        let named = NearNames {
            addresses: addresses.as_ref(),
            streets: streets.as_ref(),
        };
        let files = Files {
            code: "locate",
            from: &self.points,
            out: &self.out,
            what: "places",
        };
        let summary = files.fill(|points, out, told| locate(points, &layers, &named, out, told))?;
        let mut sentence = vec![format!("{} places", summary.places)];
        for ((kind, held), (_, edge)) in summary.held.iter().zip(&summary.on_edge) {
            sentence.push(format!("{kind}: {held} held, {edge} on an edge"));
        }
        let value = serde_json::json!({
            "places": summary.places,
            "held": summary.held.into_iter().collect::<BTreeMap<_, _>>(),
            "on_edge": summary.on_edge.into_iter().collect::<BTreeMap<_, _>>(),
        });
        tell(place.json, &value, &sentence.join("; "))?;
        Ok(())
    }
}
