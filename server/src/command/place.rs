//! Where a command works: the data folder, its master key, how it answers.

use crate::app::App;
use crate::config::{Clock, Config};
use crate::store::{DataFolder, FolderLock, LockError, MasterKey, MasterKeyError, StoreError};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the systemd credential that holds the master key.
const CREDENTIAL: &str = "maraude-master-key";

/// Where a command works.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Data folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "MARAUDE_DATA",
        default_value = "maraude-data"
    )]
    pub data: PathBuf,
    /// File of the master key, never under the data folder (default: where `init` wrote it)
    #[arg(long, global = true, value_name = "FILE", env = "MARAUDE_MASTER_KEY")]
    pub master_key: Option<PathBuf>,
    /// Folder of the views, positions in clear (default: DIR/run)
    #[arg(long, global = true, value_name = "DIR", env = "MARAUDE_RUNTIME")]
    pub runtime_dir: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// What is read before anything is opened: `DIR/maraude.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Where `init` wrote the master key.
    pub(super) master_key: Option<PathBuf>,
}

/// Why a data folder cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
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

    fn master_key_path(&self) -> Result<(PathBuf, &'static str), PlaceError> {
        if let Some(path) = &self.master_key {
            return Ok((path.clone(), "given"));
        }
        if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
            let path = Path::new(&folder).join(CREDENTIAL);
            if path.exists() {
                return Ok((path, "systemd credential"));
            }
        }
        let settings = read_settings(&self.folder().settings());
        let path = settings.master_key.ok_or(PlaceError::NoMasterKey)?;
        Ok((path, "where init wrote it"))
    }
}

fn read_settings(path: &Path) -> Settings {
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
