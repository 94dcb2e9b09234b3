//! `maraude layers import/list`: geography from GeoJSON, GeoPackage and zipped shapefiles.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::progress::Progress;
use super::{CommandError, say};
use crate::app::App;
use crate::geolocation::{Columns, LayerFileError, read_layer};
use crate::store::{LayerKind, LayerStoreError};
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::PathBuf;

/// Largest file, bytes.
const FILE_CAP_BYTES: u64 = 200 * 1024 * 1024;

/// `maraude layers ...`.
#[derive(Debug, Subcommand)]
pub enum Layers {
    /// Import a GeoJSON file, a GeoPackage or a zipped shapefile (EPSG:4326 or EPSG:2154), whole or
    /// not at all
    Import(Import),
    /// List imported layers
    List(List),
}

/// `maraude layers import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The file: .geojson, .gpkg or .zip
    file: PathBuf,
    /// What it shows: commune, zone, sector, quartier, `sous_quartier`, iris, qpv, landmark,
    /// street, water
    #[arg(long)]
    kind: LayerKind,
    /// Column of codes (default: code, `code_insee`, insee...)
    #[arg(long, value_name = "COL")]
    code: Option<String>,
    /// Column of names (default: nom, name, libelle...)
    #[arg(long, value_name = "COL")]
    name: Option<String>,
    /// Table of a GeoPackage that holds several
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Keep the features of the version before (several files of landmarks)
    #[arg(long)]
    add: bool,
}

/// `maraude layers list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {}

/// A layer of a file that was read once and found sound.
#[derive(Debug, Serialize, Deserialize)]
pub struct Keep {
    kind: LayerKind,
    columns: [Option<String>; 3],
    source: String,
    add: bool,
    /// The file, base64.
    file: String,
}

/// A version of a layer, as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct LayerLine {
    /// What it shows.
    pub kind: String,
    /// 1 for the first import of its kind.
    pub version: u32,
    /// How many features.
    pub features: u32,
    /// The file it came from.
    pub source: String,
}

impl Layers {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Import(import) => import.run(place),
            Self::List(list) => {
                let lines = ask(place, list)?;
                if place.json {
                    say(serde_json::to_string(&lines).map_err(std::io::Error::from)?)?;
                } else {
                    lines.iter().try_for_each(print)?;
                }
                Ok(())
            }
        }
    }
}

fn print(line: &LayerLine) -> std::io::Result<()> {
    say(format_args!(
        "{:14} version {:3}  {:6} features  {}",
        line.kind, line.version, line.features, line.source
    ))
}

impl Import {
    fn run(self, place: &Place) -> Result<(), CommandError> {
        let bytes = self.read()?;
        let columns = Columns {
            code: self.code.clone(),
            name: self.name.clone(),
            table: self.table.clone(),
        };
        let mut progress = Progress::new("features read");
        let reading = read_layer(&bytes, self.kind, &columns, &mut |n| progress.at(n))
            .map_err(|error| self.refusal(&error))?;
        progress.end();
        for note in &reading.notes {
            writeln!(std::io::stderr(), "maraude: {note}")?;
        }
        let source = self.file.file_name().map(|name| name.to_string_lossy());
        let made = ask(
            place,
            Keep {
                kind: self.kind,
                columns: [self.code, self.name, self.table],
                source: source.unwrap_or_default().into_owned(),
                add: self.add,
                file: BASE64.encode(&bytes),
            },
        )?;
        if place.json {
            say(serde_json::to_string(&made).map_err(std::io::Error::from)?)?;
        } else {
            print(&made)?;
        }
        Ok(())
    }

    fn read(&self) -> Result<Vec<u8>, Refusal> {
        let unreadable = |error: std::io::Error| self.refusal(&error.into());
        let size = std::fs::metadata(&self.file).map_err(unreadable)?.len();
        if size > FILE_CAP_BYTES {
            return Err(self.refusal(&LayerFileError::TooManyVertices));
        }
        std::fs::read(&self.file).map_err(unreadable)
    }

    fn refusal(&self, error: &LayerFileError) -> Refusal {
        let file = self.file.display();
        Refusal::new("layer-refused", format!("{file}: {error}"))
    }
}

impl From<LayerStoreError> for Refusal {
    fn from(error: LayerStoreError) -> Self {
        Self::new("layers", error.to_string())
    }
}

impl Operation for Keep {
    const NAME: &'static str = "layers-import";
    type Answer = LayerLine;

    fn perform(self, app: &App) -> Result<LayerLine, Refusal> {
        let [code, name, table] = self.columns;
        let columns = Columns { code, name, table };
        let bytes = BASE64
            .decode(self.file.as_bytes())
            .map_err(|error| Refusal::new("layer-refused", error.to_string()))?;
        let reading = read_layer(&bytes, self.kind, &columns, &mut |_| {})
            .map_err(|error| Refusal::new("layer-refused", error.to_string()))?;
        let now = app.clock().now();
        let features = &reading.features;
        let made = app
            .layers()?
            .import(self.kind, &self.source, now, features, self.add)?;
        app.server()
            .add_audit(now, "command", "layer-import", self.kind.code())?;
        for view in app.open_views() {
            view.refresh_ground()
                .map_err(|error| Refusal::new("view", error.to_string()))?;
        }
        Ok(LayerLine {
            kind: made.kind.code().to_owned(),
            version: made.version,
            features: made.features,
            source: made.source,
        })
    }
}

impl Operation for List {
    const NAME: &'static str = "layers-list";
    type Answer = Vec<LayerLine>;

    fn perform(self, app: &App) -> Result<Vec<LayerLine>, Refusal> {
        let versions = app.layers()?.versions()?;
        Ok(versions
            .into_iter()
            .map(|layer| LayerLine {
                kind: layer.kind.code().to_owned(),
                version: layer.version,
                features: layer.features,
                source: layer.source,
            })
            .collect())
    }
}
