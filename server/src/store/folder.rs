//! The data folder: where each file is, and the lock that keeps a second program out.

use super::StoreError;
use maraude_core::model::CampaignId;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A data folder (design D6).
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program holds it.
    #[error("another maraude holds {path}")]
    Held {
        /// The lock.
        path: PathBuf,
    },
    /// The file failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Held while a program works on the folder.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl DataFolder {
    /// Names a folder; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the folder, readable by its owner alone.
    pub fn create(&self) -> Result<(), StoreError> {
        for folder in [self.root.clone(), self.root.join("campaigns")] {
            create_private(&folder)?;
        }
        Ok(())
    }

    /// `init` was run here.
    pub fn exists(&self) -> bool {
        self.server_db().exists()
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Accounts, devices, audit.
    pub fn server_db(&self) -> PathBuf {
        self.root.join("server.db")
    }

    /// Keys.
    pub fn keys_db(&self) -> PathBuf {
        self.root.join("keys.db")
    }

    /// Imported layers and addresses.
    pub fn layers_db(&self) -> PathBuf {
        self.root.join("layers.db")
    }

    /// The background map a city supplied.
    pub fn tiles(&self) -> PathBuf {
        self.root.join("tiles")
    }

    /// Where what an authority gives is kept, account and certificate with their keys; made when it
    /// is not there.
    pub fn create_acme(&self) -> Result<PathBuf, StoreError> {
        let folder = self.root.join("acme");
        create_private(&folder)?;
        Ok(folder)
    }

    /// A campaign's folder.
    pub fn campaign(&self, campaign: CampaignId) -> PathBuf {
        self.root.join("campaigns").join(campaign.to_string())
    }

    /// A campaign's log.
    pub fn log_db(&self, campaign: CampaignId) -> PathBuf {
        self.campaign(campaign).join("log.db")
    }

    /// Other commands ask the running server here.
    pub fn control_socket(&self) -> PathBuf {
        self.root.join("control.sock")
    }

    /// Space kept back, to be given up first when the disk is full.
    pub fn reserve(&self) -> PathBuf {
        self.root.join("reserve")
    }

    /// Where a backup is put together.
    pub fn backup_partial(&self) -> PathBuf {
        self.root.join("backup.partial")
    }

    /// Where a campaign of another server is looked at.
    pub fn arrival_partial(&self) -> PathBuf {
        self.root.join("arrival.partial")
    }

    /// Where a campaign that leaves is put together: in its own folder, so that it goes with it.
    pub fn departure_partial(&self, campaign: CampaignId) -> PathBuf {
        self.campaign(campaign).join("departure.partial")
    }

    /// Settings that are read before anything is opened.
    pub fn settings(&self) -> PathBuf {
        self.root.join("maraude.json")
    }

    /// Makes a campaign's folder.
    pub fn create_campaign(&self, campaign: CampaignId) -> Result<(), StoreError> {
        create_private(&self.campaign(campaign))
    }

    /// Makes a folder of its own for a while.
    pub fn create_partial(&self, path: &Path) -> Result<(), StoreError> {
        create_private(path)
    }

    /// Takes the lock; the system gives it back when the program ends, however it ends.
    pub fn lock(&self) -> Result<FolderLock, LockError> {
        let path = self.root.join("lock");
        let failed = |cause| StoreError::File {
            path: path.clone(),
            cause,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { path }),
            Err(TryLockError::Error(cause)) => Err(failed(cause).into()),
        }
    }
}

/// Makes a folder readable by its owner alone.
pub(super) fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| StoreError::File {
        path: path.to_path_buf(),
        cause,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_program_holds_a_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(temporary.path().join("data"));
        folder.create().unwrap();
        let lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(LockError::Held { .. })));
        drop(lock);
        assert!(folder.lock().is_ok());
    }
}
