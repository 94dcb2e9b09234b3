//! Which releases anybody may read over the network: a short list in the data folder.
//!
//! It must never open a release by itself: somebody asks for it, one at a time. A list that does not
//! read opens nothing; a restored backup has none. `maraude release open` and `http::ogc` call it.

use super::FrozenRelease;
use crate::store::DataFolder;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// A release that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Its number.
    pub number: u32,
    /// Its digest: another release under this number stays closed.
    pub digest: String,
}

/// The list of a data folder.
pub struct OpenList {
    path: PathBuf,
}

impl OpenList {
    /// Of a folder.
    pub fn of(folder: &DataFolder) -> Self {
        Self {
            path: folder.root().join("open-releases.json"),
        }
    }

    /// What is open.
    pub fn read(&self) -> Vec<Opened> {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Opens a release, or closes it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn set(&self, campaign: CampaignId, of: &FrozenRelease, open: bool) -> io::Result<()> {
        let mut list = self.read();
        list.retain(|one| (one.campaign, one.number) != (campaign, of.number));
        if open {
            list.push(Opened {
                campaign,
                number: of.number,
                digest: of.digest.clone(),
            });
        }
        let partial = self.path.with_extension("partial");
        std::fs::write(&partial, serde_json::to_vec_pretty(&list)?)?;
        std::fs::rename(partial, &self.path)
    }
}
