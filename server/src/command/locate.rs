//! `maraude locate`: which areas hold the places of a CSV. It reads `layers.db` alone.

use super::control::Refusal;
use super::place::Place;
use super::progress::Progress;
use super::{CommandError, say};
use crate::geolocation::{load_layers, locate};
use crate::store::LayerStore;
use clap::Args;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
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
        let refused = |reason: String| Refusal::new("locate", reason);
        let points = File::open(&self.points)
            .map_err(|error| refused(format!("{}: {error}", self.points.display())))?;
        // Written aside and moved, so that the answer is whole or absent.
        let aside = self.out.with_extension("part");
        let out = File::create(&aside)
            .map_err(|error| refused(format!("{}: {error}", aside.display())))?;
        let mut progress = Progress::new("places");
        let located = locate(
            BufReader::new(points),
            &layers,
            BufWriter::new(out),
            &mut |n| progress.at(n),
        );
        progress.end();
        let summary = match located {
            Ok(summary) => summary,
            Err(error) => {
                // The first failure is what matters.
                let _ = std::fs::remove_file(&aside);
                return Err(refused(format!("{}: {error}", self.points.display())).into());
            }
        };
        std::fs::rename(&aside, &self.out)?;
        let mut told = vec![format!("{} places", summary.places)];
        for ((kind, held), (_, edge)) in summary.held.iter().zip(&summary.on_edge) {
            told.push(format!("{kind}: {held} held, {edge} on an edge"));
        }
        if place.json {
            say(serde_json::json!({
                "places": summary.places,
                "held": summary.held.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
                "on_edge": summary.on_edge.into_iter()
                    .collect::<std::collections::BTreeMap<_, _>>(),
            }))?;
        } else {
            say(told.join("; "))?;
        }
        std::io::stdout().flush()?;
        Ok(())
    }
}
