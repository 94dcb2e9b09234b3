//! `maraude restore` and `maraude verify --backup`: a copy is read whole and compared with what it
//! says of itself; restored, it becomes a new data folder whose logs have new epochs, so that every
//! tablet offers again all it still holds (design D4).
//!
//! It must never touch an existing data folder.

use super::Facts;
use super::backup::{BackupError, CampaignCopy, Manifest, copies_in, in_file, remove};
use super::sealed_file::{BACKUP, SealedReader};
use super::{KEYS, MANIFEST, REMAINS, SEALED_LOG, digest_of};
use crate::store::{
    DataFolder, Key32, KeyStore, Log, MasterKey, Remains, ServerStore, SqliteLog, StoreError,
    copy_database,
};
use flate2::read::GzDecoder;
use maraude_core::model::{CampaignId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::BufReader;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Which copy, and where to.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The folder of copies.
    pub from: PathBuf,
    /// Name of one copy of the data; the newest when absent.
    pub copy: Option<String>,
    /// The new data folder.
    pub into: PathBuf,
    /// Now, milliseconds.
    pub now: TimestampMs,
}

/// A campaign that was brought back, or checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredCampaign {
    /// As the copy says.
    #[serde(flatten)]
    pub copy: CampaignCopy,
    /// Documents of the copy that were erased after it was made: they stay erased.
    pub erased_since: usize,
    /// The whole campaign was purged after the copy was made: it stays purged.
    pub purged_since: bool,
}

/// What was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckedBackup {
    /// The copy of the data.
    pub file: PathBuf,
    /// When it was made, milliseconds.
    pub made_at: TimestampMs,
    /// Its campaigns.
    pub campaigns: Vec<RestoredCampaign>,
}

/// Why a copy was not brought back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The new folder is not empty.
    #[error("{folder} exists already: restore into a new folder, then start the server on it")]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// No copy of that name, or none at all.
    #[error("there is no backup {wanted} in {folder}")]
    NoCopy {
        /// What was looked for.
        wanted: String,
        /// Where.
        folder: PathBuf,
    },
    /// The copy is cut, altered, or sealed with other keys.
    #[error("{file} does not read: {cause}")]
    Unreadable {
        /// The copy.
        file: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// A file that does not belong in a copy.
    #[error("{file} holds {name}, which is no file of a data folder")]
    Stranger {
        /// The copy.
        file: PathBuf,
        /// The name.
        name: String,
    },
    /// A log is not what the copy says it is.
    #[error("the log of campaign {campaign} is not the one that was copied")]
    Differs {
        /// The campaign.
        campaign: CampaignId,
    },
    /// Files.
    #[error(transparent)]
    Files(#[from] BackupError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings a copy back as a new data folder. Half-made ones are removed.
///
/// # Errors
/// [`RestoreError`]; nothing is left behind.
pub fn restore(order: &RestoreOrder, master: &MasterKey) -> Result<CheckedBackup, RestoreError> {
    if order.into.exists() {
        return Err(RestoreError::Exists {
            folder: order.into.clone(),
        });
    }
    let mut partial = order.into.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    remove(&partial)?;
    let done = unpack(order, master, &partial).and_then(|checked| {
        in_file(&partial, |partial| {
            File::open(partial)?.sync_all()?;
            std::fs::rename(partial, &order.into)
        })?;
        Ok(checked)
    });
    if done.is_err() {
        remove(&partial)?;
    }
    done
}

/// Reads a copy to its end in a temporary folder that is removed.
///
/// # Errors
/// [`RestoreError`]
pub fn check(order: &RestoreOrder, master: &MasterKey) -> Result<CheckedBackup, RestoreError> {
    remove(&order.into)?;
    let checked = unpack(order, master, &order.into);
    remove(&order.into)?;
    checked
}

fn unpack(
    order: &RestoreOrder,
    master: &MasterKey,
    into: &Path,
) -> Result<CheckedBackup, RestoreError> {
    let file = choose(order)?;
    let folder = DataFolder::new(into);
    folder.create()?;
    copy_database(&order.from.join(KEYS), &folder.keys_db())?;
    let keys = Arc::new(KeyStore::open(&folder.keys_db(), master)?);
    open_archive(&file, &keys, into)?;
    let manifest = in_file(&into.join(MANIFEST), |path| std::fs::read(path))?;
    let unreadable = |cause: serde_json::Error| RestoreError::Unreadable {
        file: file.clone(),
        cause: cause.into(),
    };
    let manifest: Manifest = serde_json::from_slice(&manifest).map_err(unreadable)?;
    remove(&into.join(MANIFEST))?;
    let server = ServerStore::open(&folder.server_db())?;
    // The copy was sealed: its audit log is taken for whole.
    server.keep_audit_under(keys.audit_key()?.0, true)?;
    // One that was on its way when the copy was made is not in it; what its keys open is elsewhere.
    server.end_arrival()?;
    let mut campaigns = Vec::new();
    for copy in manifest.campaigns {
        campaigns.push(settle(&folder, &keys, &server, copy, order.now)?);
    }
    settle_tables(&keys, &server, order.now)?;
    server.add_audit(order.now, "command", "backup-restored", "")?;
    Ok(CheckedBackup {
        file,
        made_at: manifest.made_at,
        campaigns,
    })
}

fn choose(order: &RestoreOrder) -> Result<PathBuf, RestoreError> {
    let copies = copies_in(&order.from)?;
    let found = match &order.copy {
        None => copies.last(),
        Some(wanted) => copies
            .iter()
            .find(|path| path.file_name().is_some_and(|name| *name == **wanted)),
    };
    found.cloned().ok_or_else(|| RestoreError::NoCopy {
        wanted: order.copy.clone().unwrap_or_else(|| "file".to_owned()),
        folder: order.from.clone(),
    })
}

fn open_archive(file: &Path, keys: &KeyStore, into: &Path) -> Result<(), RestoreError> {
    let unreadable = |cause| RestoreError::Unreadable {
        file: file.to_path_buf(),
        cause,
    };
    let sealed = BufReader::new(in_file(file, |path| File::open(path))?);
    let plain = SealedReader::new(sealed, BACKUP, keys.backup_key()?).map_err(unreadable)?;
    let mut archive = tar::Archive::new(GzDecoder::new(plain));
    archive.set_preserve_permissions(false);
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.into_owned();
        if !belongs(&name) {
            return Err(RestoreError::Stranger {
                file: file.to_path_buf(),
                name: name.display().to_string(),
            });
        }
        if let Some(parent) = into.join(&name).parent() {
            in_file(parent, |parent| std::fs::create_dir_all(parent))?;
        }
        entry.unpack(into.join(&name)).map_err(unreadable)?;
    }
    // The end is authenticated too: what was cut off after the last file is noticed.
    let mut rest = archive.into_inner();
    std::io::copy(&mut rest, &mut std::io::sink()).map_err(unreadable)?;
    Ok(())
}

fn belongs(name: &Path) -> bool {
    let parts: Option<Vec<&str>> = name
        .components()
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    match parts.as_deref() {
        Some([MANIFEST | "server.db" | "layers.db"]) => true,
        // Copies of earlier versions hold the log as it is.
        Some(["campaigns", campaign, "log.db" | SEALED_LOG | REMAINS]) => {
            campaign.parse::<CampaignId>().is_ok()
        }
        _ => false,
    }
}

/// Compares a log with what the copy says, after what was erased since; renews its epoch.
fn settle(
    folder: &DataFolder,
    keys: &Arc<KeyStore>,
    server: &ServerStore,
    copy: CampaignCopy,
    now: TimestampMs,
) -> Result<RestoredCampaign, RestoreError> {
    let campaign = copy.campaign;
    if !keys.has_campaign(campaign)? {
        let remains = read_remains(&folder.campaign(campaign).join(REMAINS))?;
        remove(&folder.campaign(campaign))?;
        if server.campaign(campaign)? == Some(None) {
            // What was known of it went with it; what stays does so up to this copy.
            let facts = Facts::of_a_copy(&copy, server, remains.releases.len() as u64, now)?;
            server.begin_purge(campaign, now, &facts, &remains)?;
        }
        return Ok(RestoredCampaign {
            copy,
            erased_since: 0,
            purged_since: true,
        });
    }
    open_log(&folder.campaign(campaign), keys.copy_key(campaign)?)?;
    remove(&folder.campaign(campaign).join(REMAINS))?;
    let log = SqliteLog::open(&folder.log_db(campaign), campaign, keys.clone())?;
    // A log erases, when it opens, what has lost its key.
    let erased_since = copy.documents.saturating_sub(log.documents()?.len());
    let (digest, _) = digest_of(&log)?;
    if erased_since == 0 && digest != copy.digest {
        return Err(RestoreError::Differs { campaign });
    }
    log.renew_epoch()?;
    Ok(RestoredCampaign {
        copy,
        erased_since,
        purged_since: false,
    })
}

/// Coarse tables whose key was destroyed after the copy: their campaign comes back as purged.
fn settle_tables(
    keys: &KeyStore,
    server: &ServerStore,
    now: TimestampMs,
) -> Result<(), StoreError> {
    let damaged = |_| StoreError::Damaged {
        table: "coarsenings",
    };
    for campaign in server.coarse_campaigns()? {
        let Some(coarse) = server.coarsening_of(campaign)? else {
            continue;
        };
        if keys.has_tables_key(campaign)? {
            continue;
        }
        let reason = "purged after this copy was made".to_owned();
        let facts = Facts::of_tables(&coarse, "restoration".to_owned(), reason, now);
        let text = facts
            .and_then(|facts| serde_json::to_string(&facts))
            .map_err(damaged)?;
        server.begin_purge(campaign, now, &text, &Remains::default())?;
    }
    Ok(())
}

/// The log of a campaign, as it was before it was sealed into the copy.
fn open_log(folder: &Path, key: Key32) -> Result<(), RestoreError> {
    let sealed = folder.join(SEALED_LOG);
    if !sealed.exists() {
        return Ok(());
    }
    let opened = File::open(&sealed).and_then(|file| {
        let plain = SealedReader::new(BufReader::new(file), BACKUP, key)?;
        let mut packed = GzDecoder::new(plain);
        std::io::copy(&mut packed, &mut File::create(folder.join("log.db"))?)?;
        std::io::copy(&mut packed.into_inner(), &mut std::io::sink())
    });
    opened.map_err(|cause| RestoreError::Unreadable {
        file: sealed.clone(),
        cause,
    })?;
    Ok(remove(&sealed)?)
}

/// What stays of a campaign; nothing in copies of earlier versions.
fn read_remains(path: &Path) -> Result<Remains, RestoreError> {
    if !path.exists() {
        return Ok(Remains::default());
    }
    let file = BufReader::new(in_file(path, |path| File::open(path))?);
    ciborium::from_reader(file).map_err(|error| RestoreError::Unreadable {
        file: path.to_path_buf(),
        cause: std::io::Error::other(error.to_string()),
    })
}
