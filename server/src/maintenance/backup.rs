//! `maraude backup`: a copy of everything, made while the server works.
//!
//! Each database is copied in one read transaction (SQLite's backup API), read to its end, and put
//! in one sealed file; the keys follow, last. Only then is the log told that a second copy exists.

use super::purge::overwrite;
use super::sealed_file::{BACKUP, SealedWriter};
use super::{DATA, KEYS, MANIFEST, REMAINS, SEALED_LOG, digest_of};
use crate::store::{
    Campaigns, DataFolder, Key32, Log, Remains, ServerStore, SqliteLog, StoreError, copy_database,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use maraude_core::model::{CampaignId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What to copy, and where to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackupOrder {
    /// The folder of copies; made when it is not there.
    pub out: PathBuf,
    /// A copy on the data's own disk counts as a second one.
    pub same_disk_counts: bool,
    /// Older copies of the data that stay; all of them when absent.
    pub keep: Option<usize>,
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Server clock, milliseconds.
    pub made_at: TimestampMs,
    /// Version of the program that made it.
    pub version: String,
    /// Campaigns in it.
    pub campaigns: Vec<CampaignCopy>,
}

/// One campaign of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignCopy {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its last position.
    pub position: u64,
    /// Documents.
    pub documents: usize,
    /// See [`digest_of`].
    pub digest: String,
}

/// What was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MadeBackup {
    /// The copy of the data.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What it holds.
    pub manifest: Manifest,
    /// Campaigns that could not be copied, and why.
    pub left_out: Vec<(CampaignId, String)>,
    /// The copy lies on another disk, or one on the same was accepted: tablets may let go.
    pub is_second_copy: bool,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder of copies would be in the data folder.
    #[error("{folder} is inside the data folder: choose a folder on another disk")]
    Inside {
        /// The folder.
        folder: PathBuf,
    },
    /// A file of the copy failed.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells a campaign's log that a second copy exists up to a position.
pub type MarkCopied<'a> = &'a dyn Fn(CampaignId, u64) -> Result<(), StoreError>;

/// The setting that names the folders of copies.
const FOLDERS: &str = "backup_folders";

/// One at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Copies everything; older copies beyond `keep` go once the new one is whole.
///
/// # Errors
/// [`BackupError`]; what was there before is untouched.
pub fn back_up(
    campaigns: &Campaigns,
    order: &BackupOrder,
    now: TimestampMs,
    mark_copied: MarkCopied<'_>,
) -> Result<MadeBackup, BackupError> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let out = private_folder(&order.out)?;
    let data = in_file(campaigns.folder().root(), Path::canonicalize)?;
    if out.starts_with(&data) {
        return Err(BackupError::Inside { folder: out });
    }
    let partial = campaigns.folder().backup_partial();
    remove(&partial)?;
    let staged = stage(campaigns, &partial, now).and_then(|(manifest, left_out)| {
        let file = out.join(name_of(manifest.made_at));
        seal_up(campaigns, &partial, &file, &manifest)?;
        Ok((manifest, left_out, file))
    });
    // What lies in it is the data's own, in the data's folder; the next copy removes it too.
    let removed = remove(&partial);
    let (manifest, left_out, file) = staged?;
    removed?;
    // Keys last: every document of the copy has its key here, and an erased one has none.
    put_keys(campaigns, &out)?;
    BackupFolders::add(campaigns.server(), &out)?;
    let is_second_copy = order.same_disk_counts || device_of(&out)? != device_of(&data)?;
    if is_second_copy {
        for copy in &manifest.campaigns {
            mark_copied(copy.campaign, copy.position)?;
        }
    }
    let told = jiff::Timestamp::from_millisecond(manifest.made_at)
        .map_or_else(|_| manifest.made_at.to_string(), |at| at.to_string());
    campaigns
        .server()
        .set_setting("last_backup", told.as_bytes())?;
    campaigns
        .server()
        .add_audit(manifest.made_at, "command", "backup-made", "")?;
    if let Some(keep) = order.keep {
        let copies = copies_in(&out)?;
        for old in copies.iter().rev().skip(keep.max(1)) {
            remove(old)?;
        }
    }
    Ok(MadeBackup {
        bytes: in_file(&file, Path::metadata)?.len(),
        file,
        manifest,
        left_out,
        is_second_copy,
    })
}

/// Puts the keys as they are now beside the copies of a folder, instead of those that were there.
///
/// # Errors
/// When the folder is not there, or does not take them.
pub(super) fn put_keys(campaigns: &Campaigns, folder: &Path) -> Result<(), BackupError> {
    in_file(folder, Path::read_dir)?;
    let keys = folder.join(KEYS);
    // What is replaced holds keys that may have to go: its bytes go once the new ones are there.
    let replaced = File::options().write(true).open(&keys).ok();
    replace(&keys, |path| {
        Ok(copy_database(&campaigns.folder().keys_db(), path)?)
    })?;
    if let Some(mut replaced) = replaced {
        in_file(&keys, |_| overwrite(&mut replaced))?;
    }
    sync_folder(folder)
}

/// Folders that copies were made in: each holds keys, which a purge must reach.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BackupFolders {
    /// Absolute.
    pub folders: BTreeSet<PathBuf>,
}

impl BackupFolders {
    /// Those known to this server.
    pub fn read(server: &ServerStore) -> Result<Self, StoreError> {
        let kept = server.setting(FOLDERS)?;
        Ok(kept
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default())
    }

    fn add(server: &ServerStore, folder: &Path) -> Result<(), BackupError> {
        let mut known = Self::read(server)?;
        if known.folders.insert(folder.to_path_buf()) {
            let text = serde_json::to_vec(&known).map_err(std::io::Error::from);
            let text = in_file(folder, |_| text)?;
            server.set_setting(FOLDERS, &text)?;
        }
        Ok(())
    }
}

/// Copies of the data in a folder, oldest first.
pub fn copies_in(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for item in in_file(folder, Path::read_dir)? {
        let path = in_file(folder, |_| item)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(DATA.0) && name.ends_with(DATA.1) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Copies each database beside the data; the campaigns' are read to their end.
fn stage(
    campaigns: &Campaigns,
    partial: &Path,
    now: TimestampMs,
) -> Result<(Manifest, Vec<(CampaignId, String)>), BackupError> {
    private_folder(partial)?;
    let staged = DataFolder::new(partial);
    staged.create()?;
    copy_database(&campaigns.folder().server_db(), &staged.server_db())?;
    if campaigns.folder().layers_db().exists() {
        copy_database(&campaigns.folder().layers_db(), &staged.layers_db())?;
    }
    let mut manifest = Manifest {
        made_at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        campaigns: Vec::new(),
    };
    let mut left_out = Vec::new();
    for campaign in campaigns.list()? {
        staged.create_campaign(campaign)?;
        match copy_campaign(campaigns, &staged, campaign) {
            Ok(copy) => manifest.campaigns.push(copy),
            Err(error) if error.is_damage() || matches!(error, StoreError::Sqlite(_)) => {
                tracing::error!(%error, %campaign, "a campaign could not be copied");
                remove(&staged.campaign(campaign))?;
                left_out.push((campaign, error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let text = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from);
    in_file(&partial.join(MANIFEST), |path| std::fs::write(path, text?))?;
    Ok((manifest, left_out))
}

fn copy_campaign(
    campaigns: &Campaigns,
    staged: &DataFolder,
    campaign: CampaignId,
) -> Result<CampaignCopy, StoreError> {
    let to = staged.log_db(campaign);
    copy_database(&campaigns.folder().log_db(campaign), &to)?;
    let log = SqliteLog::open(&to, campaign, campaigns.keys().clone())?;
    let (digest, position) = digest_of(&log)?;
    let remains = Remains {
        releases: log.releases()?,
        ledger: log.ledger()?,
    };
    write_remains(&staged.campaign(campaign).join(REMAINS), &remains)?;
    Ok(CampaignCopy {
        campaign,
        position,
        documents: log.documents()?.len(),
        digest,
    })
}

/// The staged folder as one sealed, compressed file that appears whole.
fn seal_up(
    campaigns: &Campaigns,
    partial: &Path,
    file: &Path,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    for copy in &manifest.campaigns {
        let folder = DataFolder::new(partial).campaign(copy.campaign);
        let key = campaigns.keys().copy_key(copy.campaign)?;
        seal_log(&folder, key)?;
    }
    let key = campaigns.keys().backup_key()?;
    replace(file, |path| {
        let made = in_file(path, |path| {
            let sealed = SealedWriter::new(File::create(path)?, BACKUP, key)?;
            let mut archive = tar::Builder::new(GzEncoder::new(sealed, Compression::fast()));
            archive.append_path_with_name(partial.join(MANIFEST), MANIFEST)?;
            for name in ["server.db", "layers.db"] {
                if partial.join(name).exists() {
                    archive.append_path_with_name(partial.join(name), name)?;
                }
            }
            for copy in &manifest.campaigns {
                for file in [SEALED_LOG, REMAINS] {
                    let name = format!("campaigns/{}/{file}", copy.campaign);
                    archive.append_path_with_name(partial.join(&name), &name)?;
                }
            }
            archive.into_inner()?.finish()?.finish()
        })?;
        in_file(path, |_| made.sync_all())
    })
}

/// A campaign's log is sealed once more, under a key that goes with the campaign's: once that is
/// destroyed nothing of the log can be read in any copy, whatever its rows hold in clear.
fn seal_log(folder: &Path, key: Key32) -> Result<(), BackupError> {
    let plain = folder.join("log.db");
    in_file(&folder.join(SEALED_LOG), |path| {
        let sealed = SealedWriter::new(File::create(path)?, BACKUP, key)?;
        let mut packed = GzEncoder::new(sealed, Compression::fast());
        std::io::copy(&mut File::open(&plain)?, &mut packed)?;
        packed.finish()?.finish()?;
        Ok(())
    })?;
    remove(&plain)
}

/// What stays of a campaign should it be purged: in a copy it does not depend on the campaign's key.
fn write_remains(path: &Path, remains: &Remains) -> Result<(), StoreError> {
    let failed = |cause| StoreError::File {
        path: path.to_path_buf(),
        cause,
    };
    let file = File::create(path).map_err(failed)?;
    ciborium::into_writer(remains, file)
        .map_err(|error| failed(std::io::Error::other(error.to_string())))
}

/// `data-20260122T231500.000Z.maraude`: names sort as the moments do.
fn name_of(at: TimestampMs) -> String {
    let stamp = jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| format!("{at:020}"),
        |at| at.strftime("%Y%m%dT%H%M%S%.3fZ").to_string(),
    );
    format!("{}{stamp}{}", DATA.0, DATA.1)
}

/// Writes beside, then takes the place of what was there.
fn replace(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    remove(&beside)?;
    write(&beside)?;
    in_file(&beside, |beside| {
        File::open(beside)?.sync_all()?;
        std::fs::rename(beside, path)
    })
}

fn private_folder(path: &Path) -> Result<PathBuf, BackupError> {
    in_file(path, |path| {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path)?;
        path.canonicalize()
    })
}

fn device_of(path: &Path) -> Result<u64, BackupError> {
    Ok(in_file(path, Path::metadata)?.dev())
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    in_file(path, |path| File::open(path)?.sync_all())
}

/// Removes a file or a folder, where it is there.
pub(super) fn remove(path: &Path) -> Result<(), BackupError> {
    in_file(path, |path| {
        let gone = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
        match gone {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    })
}

/// Work on a file, whose failure names it.
pub(super) fn in_file<T>(
    path: &Path,
    work: impl FnOnce(&Path) -> std::io::Result<T>,
) -> Result<T, BackupError> {
    work(path).map_err(|cause| BackupError::File {
        path: path.to_path_buf(),
        cause,
    })
}
