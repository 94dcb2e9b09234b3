//! `maraude tiles import/show/remove`: the background map of tablets and console.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::progress::Progress;
use super::{CommandError, say};
use crate::app::App;
use crate::store::{TileArchive, TileStore, TilesError};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Bytes copied between two looks at the progress.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

/// `maraude tiles ...`.
#[derive(Debug, Subcommand)]
pub enum Tiles {
    /// Put a PMTiles archive of vector tiles in use, whole or not at all
    Import(Import),
    /// Tell which archive is in use
    Show(Show),
    /// Draw maps from the imported layers alone again
    Remove(Remove),
}

/// `maraude tiles import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The archive: an extract of the territory, Protomaps' schema (.pmtiles)
    file: PathBuf,
}

/// `maraude tiles show`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Show {}

/// `maraude tiles remove`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Remove {}

/// A copy of the archive, in the data folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Keep {
    partial: PathBuf,
}

/// An archive, as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct TilesLine {
    version: String,
    size_bytes: u64,
    zooms: [u8; 2],
    bounds: [f64; 4],
    credit: String,
}

impl From<TileArchive> for TilesLine {
    fn from(archive: TileArchive) -> Self {
        Self {
            version: archive.version,
            size_bytes: archive.size_bytes,
            zooms: [archive.min_zoom, archive.max_zoom],
            bounds: archive.bounds,
            credit: archive.credit,
        }
    }
}

impl Tiles {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let told = match self {
            Self::Import(import) => Some(import.run(place)?),
            Self::Show(show) => ask(place, show)?,
            Self::Remove(remove) => {
                ask(place, remove)?;
                None
            }
        };
        if place.json {
            return Ok(say(
                serde_json::to_string(&told).map_err(std::io::Error::from)?
            )?);
        }
        match told {
            None => say("no background map: maps draw the imported layers")?,
            Some(line) => say(format_args!(
                "background map {}: {} MB, zooms {} to {}, {}",
                line.version,
                line.size_bytes.div_ceil(1_000_000),
                line.zooms[0],
                line.zooms[1],
                line.credit,
            ))?,
        }
        Ok(())
    }
}

impl Import {
    fn run(self, place: &Place) -> Result<TilesLine, CommandError> {
        let store = TileStore::new(place.existing()?.tiles());
        let partial = store.begin().map_err(Refusal::from)?;
        if let Err(cause) = copy(&self.file, &partial) {
            let _ = std::fs::remove_file(&partial);
            let reason = format!("{}: {cause}", self.file.display());
            return Err(Refusal::new("tiles-refused", reason).into());
        }
        // Asked with its whole path: the running server may have been started elsewhere.
        let partial = std::path::absolute(&partial)?;
        let kept = ask(place, Keep { partial });
        kept.map_err(|refusal| {
            let reason = format!("{}: {}", self.file.display(), refusal.reason);
            Refusal::new(&refusal.code, reason).into()
        })
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut progress = Progress::new("MB copied");
    let mut piece = vec![0; PIECE_BYTES];
    let mut copied = 0;
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            break;
        }
        to.write_all(&piece[..length])?;
        copied += length;
        progress.at(copied / 1_000_000);
    }
    progress.end();
    to.sync_all()
}

impl From<TilesError> for Refusal {
    fn from(error: TilesError) -> Self {
        Self::new("tiles-refused", error.to_string())
    }
}

impl Operation for Keep {
    const NAME: &'static str = "tiles-import";
    type Answer = TilesLine;

    fn perform(self, app: &App) -> Result<TilesLine, Refusal> {
        // Only the name is taken from whoever asks: the folder is this server's own.
        let name = self.partial.file_name().unwrap_or_default();
        let archive = app.tiles().keep(&app.folder().tiles().join(name))?;
        let now = app.clock().now();
        app.server()
            .add_audit(now, "command", "tiles-import", &archive.version)?;
        Ok(archive.into())
    }
}

impl Operation for Show {
    const NAME: &'static str = "tiles-show";
    type Answer = Option<TilesLine>;

    fn perform(self, app: &App) -> Result<Option<TilesLine>, Refusal> {
        Ok(app.tiles().current().map(TilesLine::from))
    }
}

impl Operation for Remove {
    const NAME: &'static str = "tiles-remove";
    type Answer = bool;

    fn perform(self, app: &App) -> Result<bool, Refusal> {
        let had = app.tiles().remove();
        if had {
            let now = app.clock().now();
            app.server()
                .add_audit(now, "command", "tiles-remove", "tiles")?;
        }
        Ok(had)
    }
}
