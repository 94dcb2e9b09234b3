//! Where a command works: the data folder, its master key, how it answers.

use crate::app::App;
use crate::config::{Clock, Config, ConfigProblem, Key, Layers, Origin, Raw, Settings, Sources};
use crate::store::{DataFolder, FolderLock, LockError, MasterKey, MasterKeyError, StoreError};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the systemd credential that holds the master key.
const CREDENTIAL: &str = "maraude-master-key";

/// Where a command works, as the command line tells it.
#[derive(Debug, Clone, Args)]
pub struct PlaceFlags {
    /// Data folder (default: maraude-data) [env: `MARAUDE_DATA`]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File of the master key, never under the data folder (default: where `init` wrote it)
    /// [env: `MARAUDE_MASTER_KEY`]
    #[arg(long, global = true, value_name = "FILE")]
    master_key: Option<PathBuf>,
    /// Folder of the views, positions in clear (default: DIR/run) [env: `MARAUDE_RUNTIME`]
    #[arg(long, global = true, value_name = "DIR")]
    runtime_dir: Option<PathBuf>,
    /// File of settings (default: /etc/maraude/maraude.toml, where it exists)
    /// [env: `MARAUDE_CONFIG`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
}

/// Where a command works.
#[derive(Debug, Clone)]
pub struct Place {
    /// Data folder.
    pub data: PathBuf,
    /// File of the master key, where somebody named it.
    pub master_key: Option<PathBuf>,
    /// Who did.
    key_origin: Option<Origin>,
    /// Folder of the views.
    pub runtime_dir: Option<PathBuf>,
    /// Answer in JSON.
    pub json: bool,
}

impl PlaceFlags {
    /// What the settings say with these flags, and those of a command.
    pub(super) fn layers(&self, of_command: Vec<(&'static str, Raw)>) -> Layers {
        let own = [
            ("data", &self.data),
            ("master-key", &self.master_key),
            ("runtime-dir", &self.runtime_dir),
        ];
        let mut flags = of_command;
        for (name, path) in own {
            flags.extend(path.iter().map(|path| (name, Raw::text(path))));
        }
        Layers::read(Sources::of_process(flags, self.config.clone()))
    }

    /// The place, for a command that needs no other setting: one of the server's that does not read
    /// is no reason not to make a backup.
    pub(super) fn resolve(&self) -> Result<Place, PlaceError> {
        /// The settings of a place.
        const NEEDED: [&str; 3] = ["data", "master-key", "runtime-dir"];
        let layers = self.layers(Vec::new());
        let (settings, mut problems) = Settings::read(&layers);
        problems.retain(|problem| {
            let key = problem.key.as_deref();
            key.is_none_or(|key| NEEDED.contains(&key) || Key::named(key).is_none())
        });
        if problems.is_empty() {
            Ok(Place::of(&settings, self.json))
        } else {
            Err(PlaceError::Settings(Problems(problems)))
        }
    }
}

/// Problems, one a line.
#[derive(Debug)]
pub struct Problems(pub Vec<ConfigProblem>);

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the settings do not read")?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

/// What is read before anything is opened: `DIR/maraude.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Where `init` wrote the master key.
    pub(super) master_key: Option<PathBuf>,
}

/// Why a data folder cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The settings.
    #[error("{0}")]
    Settings(Problems),
    /// There is none.
    #[error(
        "{folder} is no data folder; make one with: maraude init --data {folder} --master-key FILE"
    )]
    Missing {
        /// The folder.
        folder: String,
    },
    /// The master key's place is not known.
    #[error("give the master key: --master-key FILE")]
    NoMasterKey,
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Another program works on it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Place {
    /// What settings say of it.
    pub(super) fn of(settings: &Settings, json: bool) -> Self {
        let (master_key, key_origin) = settings.master_key.clone().unzip();
        Self {
            data: settings.data.clone(),
            master_key,
            key_origin,
            runtime_dir: settings.runtime.clone(),
            json,
        }
    }

    /// The data folder.
    pub fn folder(&self) -> DataFolder {
        DataFolder::new(&self.data)
    }

    /// The data folder, made by `init`.
    pub fn existing(&self) -> Result<DataFolder, PlaceError> {
        let folder = self.folder();
        if folder.exists() {
            Ok(folder)
        } else {
            Err(PlaceError::Missing {
                folder: self.data.display().to_string(),
            })
        }
    }

    /// The views' folder.
    pub fn runtime(&self) -> PathBuf {
        self.runtime_dir
            .clone()
            .unwrap_or_else(|| self.data.join("run"))
    }

    /// The master key, and in words where it came from.
    pub fn load_master_key(&self) -> Result<(MasterKey, String), PlaceError> {
        let (path, source) = self.master_key_path()?;
        let key = MasterKey::load(&path)?;
        Ok((key, format!("{} ({source})", path.display())))
    }

    fn master_key_path(&self) -> Result<(PathBuf, String), PlaceError> {
        if let (Some(path), Some(origin)) = (&self.master_key, &self.key_origin) {
            return Ok((path.clone(), origin.to_string()));
        }
        if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
            let path = Path::new(&folder).join(CREDENTIAL);
            if path.exists() {
                return Ok((path, "systemd credential".to_owned()));
            }
        }
        let kept = read_kept(&self.folder().settings());
        let path = kept.master_key.ok_or(PlaceError::NoMasterKey)?;
        Ok((path, "where init wrote it".to_owned()))
    }
}

fn read_kept(path: &Path) -> Kept {
    std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Takes the lock and opens the stores, for a command without a running server.
pub fn open_app(place: &Place) -> Result<(FolderLock, App), PlaceError> {
    let folder = place.existing()?;
    let lock = folder.lock()?;
    let (key, _) = place.load_master_key()?;
    let config = Config {
        runtime: place.runtime(),
        ..Config::local(&place.data)
    };
    Ok((lock, App::open(config, &key, Clock::system())?))
}
