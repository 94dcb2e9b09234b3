//! `maraude addresses import/list`: the Base Adresse Nationale of a department.
//!
//! A file may hold 350,000 rows: it goes to `layers.db` row by row, not through the server's
//! socket; the server is told when it is there.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::progress::Progress;
use super::{CommandError, say};
use crate::app::App;
use crate::config::Clock;
use crate::geolocation::{AddressReading, import_addresses};
use crate::store::{AddressList, LayerStore};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// `maraude addresses ...`.
#[derive(Debug, Subcommand)]
pub enum Addresses {
    /// Import a file of the Base Adresse Nationale (.csv or .csv.gz), whole or not at all
    Import(Import),
    /// List imported files of addresses
    List(List),
}

/// `maraude addresses import`.
#[derive(Debug, Args)]
pub struct Import {
    /// `adresses-NN.csv` or `adresses-NN.csv.gz`
    file: PathBuf,
    /// Import it although it is much shorter than the one before
    #[arg(long)]
    force: bool,
}

/// `maraude addresses list`.
#[derive(Debug, Args)]
pub struct List {}

/// A list of addresses is there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Arrived {
    version: u32,
}

impl Addresses {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let folder = place.existing()?;
        let store = LayerStore::open(&folder.layers_db()).map_err(Refusal::from)?;
        match self {
            Self::Import(import) => import.run(place, &store),
            Self::List(_) => {
                let lists = store.address_lists().map_err(Refusal::from)?;
                if place.json {
                    return Ok(say(serde_json::json!(lists))?);
                }
                Ok(lists.iter().try_for_each(print)?)
            }
        }
    }
}

fn print(list: &AddressList) -> std::io::Result<()> {
    say(format_args!(
        "version {:3}  {:7} addresses  {}",
        list.version, list.addresses, list.source
    ))
}

impl Import {
    fn run(&self, place: &Place, store: &LayerStore) -> Result<(), CommandError> {
        let refused = |error: &dyn std::fmt::Display| {
            Refusal::new(
                "addresses-refused",
                format!("{}: {error}", self.file.display()),
            )
        };
        let file = File::open(&self.file).map_err(|error| refused(&error))?;
        let name = self.file.file_name().map(|name| name.to_string_lossy());
        let source = (name.as_deref().unwrap_or_default(), Clock::system().now());
        let mut progress = Progress::new("rows read");
        let read = import_addresses(store, file, source, self.force, &mut |n| progress.at(n));
        progress.end();
        let AddressReading {
            list,
            left_out,
            named,
        } = read.map_err(|error| refused(&error))?;
        for (line, reason) in named {
            writeln!(std::io::stderr(), "maraude: line {line} left out: {reason}")?;
        }
        if left_out > 0 {
            writeln!(
                std::io::stderr(),
                "maraude: {left_out} rows left out in all"
            )?;
        }
        ask(
            place,
            Arrived {
                version: list.version,
            },
        )?;
        if place.json {
            say(serde_json::json!(list))?;
        } else {
            print(&list)?;
        }
        Ok(())
    }
}

impl Operation for Arrived {
    const NAME: &'static str = "addresses-arrived";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let told = self.version.to_string();
        app.server()
            .add_audit(app.clock().now(), "command", "addresses-import", &told)?;
        for view in app.open_views() {
            view.refresh_ground()
                .map_err(|error| Refusal::new("view", error.to_string()))?;
        }
        Ok(())
    }
}
