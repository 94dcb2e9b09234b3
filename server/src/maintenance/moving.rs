//! `maraude campaign export` and `import`: one campaign as one sealed file, from one server to another.
//!
//! The log goes along as it lies on the disk, its keys in clear within the seal, and what `server.db` says
//! of it. It must never put a campaign on a disk in clear, nor leave half of one on a server: a start
//! that finds one which is not named yet removes it. `app` calls it.

mod arrive;
mod depart;
mod open;

#[cfg(test)]
mod tests;

pub use arrive::{ArrivalOrder, Arrived, arrive, clear_arrival};
pub use depart::{DepartureOrder, depart};
pub use open::{look, read_whole};

use super::BackupError;
use crate::store::{LayerStoreError, Log, PinnedLayer, StoreError};
use maraude_core::model::{CampaignId, DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Mutex;

/// What this version writes, and the newest it reads.
const FORMAT: u32 = 1;

/// Entries of the file, in their order.
const ENTRIES: [&str; 4] = ["manifest.json", "keys.cbor", "rows.cbor", "log.db"];

/// Departures and arrivals follow each other.
static ONE: Mutex<()> = Mutex::new(());

/// What a file says of the campaign in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedCampaign {
    /// Version of the file's format.
    pub format: u32,
    /// Version of the program that made it.
    pub version: String,
    /// Server clock, milliseconds.
    pub made_at: TimestampMs,
    /// The server it left, as an author of changes.
    pub from: DeviceId,
    /// That server's key, hexadecimal: receipts and certificates of before are signed with it.
    pub from_key: String,
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// What its log held.
    pub log: LogTold,
    /// Tablets, revoked ones too.
    pub tablets: usize,
    /// Imported files it works with: figures depend on them.
    pub layers: Vec<PinnedLayer>,
    /// Numbers of disclosure control that are stricter than the project's, until a release fixes them.
    #[serde(default)]
    pub numbers: BTreeMap<String, u32>,
}

/// What a log holds, so that two can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTold {
    /// Its last position.
    pub position: u64,
    /// See [`super::digest_of`].
    pub digest: String,
    /// Documents.
    pub documents: usize,
    /// Documents that were erased: nothing of them is in the file.
    pub erased: usize,
    /// Refused bytes that are kept.
    pub quarantined: usize,
    /// Releases.
    pub releases: usize,
    /// Lines of their ledger.
    pub ledger: usize,
}

/// Why a campaign did not move.
#[derive(Debug, thiserror::Error)]
pub enum MovingError {
    /// The file is for something else.
    #[error(
        "{file} is no file of a campaign that moves: give what `maraude campaign export` wrote"
    )]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The file was made by a newer program.
    #[error(
        "{file} was made by a newer version of Maraude: install that version here, then import again"
    )]
    Newer {
        /// The file.
        file: PathBuf,
    },
    /// The first piece does not open.
    #[error(
        "{file} does not open with these words: they are another file's, or its beginning was altered"
    )]
    Words {
        /// The file.
        file: PathBuf,
    },
    /// The file ends too early.
    #[error("{file} is cut short: copy it again from where it was exported")]
    Cut {
        /// The file.
        file: PathBuf,
    },
    /// A later piece does not open, or what is in it is not what it says.
    #[error("{file} was altered or damaged ({cause}): copy it again from where it was exported")]
    Altered {
        /// The file.
        file: PathBuf,
        /// How.
        cause: String,
    },
    /// The log is not the one that was exported.
    #[error("the log in {file} is not the one that was exported: export the campaign again")]
    Differs {
        /// The file.
        file: PathBuf,
    },
    /// It is here.
    #[error("campaign {campaign} is on this server already: nothing was imported")]
    Here {
        /// The campaign.
        campaign: CampaignId,
    },
    /// It was here and was ended.
    #[error("campaign {campaign} was ended on this server, and stays so: nothing was imported")]
    Ended {
        /// The campaign.
        campaign: CampaignId,
    },
    /// Something of it is here, though it is not.
    #[error(
        "keys or files of campaign {campaign} are on this server, though the campaign is not: the data \
         folder was restored from a copy older than the campaign; restore a later copy"
    )]
    Traces {
        /// The campaign.
        campaign: CampaignId,
    },
    /// A tablet of it is another campaign's here.
    #[error("tablet {label} of this campaign is enrolled in another campaign of this server")]
    TabletHere {
        /// Its label.
        label: String,
    },
    /// Its numbers of disclosure control protect less than the project's, or this server's list does not read.
    #[error("the campaign's numbers of disclosure control are not taken: {cause}")]
    Numbers {
        /// Why.
        cause: String,
    },
    /// Files it worked with are not here.
    #[error(
        "this server lacks files the campaign works with, and its figures depend on them: {}. Import \
         them first (maraude layers import, maraude addresses import), or take this server's own with \
         --other-layers",
        told(.missing)
    )]
    Layers {
        /// Which.
        missing: Vec<PinnedLayer>,
    },
    /// A file failed.
    #[error(transparent)]
    Files(#[from] BackupError),
    /// Layers failed.
    #[error(transparent)]
    LayerStore(#[from] LayerStoreError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever receives the file went away, or its disk is full.
    #[error("the file could not be written: {0}")]
    Writing(io::Error),
}

impl MovingError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "file-foreign",
            Self::Newer { .. } => "file-newer",
            Self::Words { .. } => "words-wrong",
            Self::Cut { .. } => "file-cut",
            Self::Altered { .. } => "file-altered",
            Self::Differs { .. } => "log-differs",
            Self::Here { .. } => "campaign-here",
            Self::Ended { .. } => "campaign-ended",
            Self::Traces { .. } => "campaign-traces",
            Self::TabletHere { .. } => "tablet-here",
            Self::Numbers { .. } => "numbers",
            Self::Layers { .. } => "layers-missing",
            Self::Files(_) | Self::Writing(_) => "file",
            Self::LayerStore(_) | Self::Store(_) => "storage",
        }
    }
}

fn told(missing: &[PinnedLayer]) -> String {
    let one =
        |layer: &PinnedLayer| format!("{} {} ({} rows)", layer.kind, layer.source, layer.rows);
    missing.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Reads a log to its end: every change, every refused byte, and the parameters of linkage open.
fn read_through(log: &dyn Log) -> Result<LogTold, StoreError> {
    /// Refused bytes read at a time.
    const PAGE: usize = 200;
    let (digest, position) = super::digest_of(log)?;
    let (mut quarantined, mut after) = (0, 0);
    loop {
        let page = log.quarantine(after, PAGE)?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.number;
        quarantined += page.len();
    }
    log.linkage()?;
    Ok(LogTold {
        position,
        digest,
        documents: log.documents()?.len(),
        erased: log.tombstones()?.len(),
        quarantined,
        releases: log.releases()?.len(),
        ledger: log.ledger()?.len(),
    })
}

/// At most this much of what is not the log is held in memory, bytes.
const HELD_CAP: u64 = 256 * 1024 * 1024;

fn read_held(from: impl Read) -> io::Result<zeroize::Zeroizing<Vec<u8>>> {
    let mut held = zeroize::Zeroizing::new(Vec::new());
    from.take(HELD_CAP).read_to_end(&mut held)?;
    Ok(held)
}
