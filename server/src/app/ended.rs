//! Campaigns whose documents ended: what is known of them, and what they left without persons.
//!
//! It must never stand in the way of an end: what was promised of persons does not wait for an archive.

use super::{App, EndingError};
use crate::maintenance::{CoarseFile, Facts};
use crate::publication::{ArchiveFile, COARSE_FILE, CampaignCounts, Past};
use crate::store::{StoreError, seal, unseal};
use maraude_core::model::{CampaignId, TimestampMs};

/// What archives are sealed for.
const CONTEXT: &[u8] = b"maraude/archive/1";

/// A campaign whose documents ended.
#[derive(Debug, Clone)]
pub struct EndedCampaign {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name; empty where an earlier version kept none.
    pub name: String,
    /// Its documents ended, and coarse tables stayed.
    pub coarsened_at: Option<TimestampMs>,
    /// Everything ended.
    pub purged_at: Option<TimestampMs>,
    /// Releases that are still listed, exported and verified.
    pub releases: u32,
    /// Its counts without persons, where they were kept.
    pub counts: Option<CampaignCounts>,
    /// A signed certificate tells what was destroyed.
    pub has_certificate: bool,
}

impl App {
    /// Campaigns whose documents ended, the last one first. Blocks.
    ///
    /// # Errors
    /// When storage fails.
    pub fn ended_campaigns(&self) -> Result<Vec<EndedCampaign>, StoreError> {
        let server = self.server();
        let mut ended = Vec::new();
        for (campaign, ended_at) in server.campaigns()? {
            let Some(at) = ended_at else {
                continue;
            };
            let coarse = server.coarsening_of(campaign)?;
            let purge = server.purge_of(campaign)?;
            let facts = purge.as_ref().map(|purge| purge.facts.as_str());
            let facts = facts.and_then(|text| serde_json::from_str::<Facts>(text).ok());
            let counts = self.kept_counts(campaign)?;
            let names = [
                coarse.as_ref().map(|coarse| coarse.name.clone()),
                facts.map(|facts| facts.name),
                counts.as_ref().map(|counts| counts.name.clone()),
            ];
            let is_purged = purge.is_some() || coarse.is_none();
            let purged_at = purge.as_ref().map_or(at, |purge| purge.begun_at);
            ended.push(EndedCampaign {
                campaign,
                name: (names.into_iter().flatten())
                    .find(|name| !name.is_empty())
                    .unwrap_or_default(),
                coarsened_at: coarse.as_ref().map(|coarse| coarse.begun_at),
                purged_at: is_purged.then_some(purged_at),
                releases: server.remains(campaign)?.releases.len() as u32,
                counts,
                has_certificate: self.certificate(campaign)?.is_some(),
            });
        }
        ended.sort_by_key(|one| std::cmp::Reverse(one.purged_at.or(one.coarsened_at)));
        Ok(ended)
    }

    /// What an ended campaign left without persons; none where nothing was kept, or it does not read. Blocks.
    ///
    /// # Errors
    /// When storage fails.
    pub fn kept_counts(&self, campaign: CampaignId) -> Result<Option<CampaignCounts>, StoreError> {
        let files = match self.server().archive_of(campaign)? {
            Some(sealed) => {
                let key = self.keys().archives_key()?;
                let plain = unseal(&key, CONTEXT, &sealed, "an archive")?;
                serde_json::from_slice(&plain)
                    .map_err(|_| StoreError::Damaged { table: "archives" })?
            }
            // Coarsened by an earlier version: its coarse tables hold the same files.
            None => match self.coarse_files(campaign) {
                Ok(files) => files,
                Err(_) => return Ok(None),
            },
        };
        let read = CampaignCounts::read(&files);
        if let Err(error) = &read {
            tracing::error!(%error, %campaign, "an archive does not read");
        }
        Ok(read.ok())
    }

    /// Keeps what a campaign leaves without persons, before its end: of one that is here, or of one of which
    /// coarse tables alone are left. Where it fails the end goes on.
    pub(super) fn keep_archive(&self, campaign: CampaignId, coarse: Option<&[CoarseFile]>) {
        let files = match coarse {
            Some(files) => Ok(files.to_vec()),
            None => self.archive_without_persons(campaign),
        };
        let kept = files.and_then(|files| self.seal_archive(campaign, files));
        if let Err(error) = kept {
            tracing::error!(%error, %campaign, "a campaign ends without an archive to compare with");
        }
    }

    fn archive_without_persons(
        &self,
        campaign: CampaignId,
    ) -> Result<Vec<ArchiveFile>, EndingError> {
        let past = self.past(campaign).unwrap_or_else(|error| {
            tracing::error!(%error, %campaign, "an archive is made without its releases");
            Past::default()
        });
        Ok(self.prepared_files(campaign, &past)?.0)
    }

    fn seal_archive(
        &self,
        campaign: CampaignId,
        mut files: Vec<ArchiveFile>,
    ) -> Result<(), EndingError> {
        // Releases are kept as they are; coarse rows are of persons.
        let of_counts = |name: &str| name != COARSE_FILE && !name.ends_with(".geojson");
        files.retain(|(name, _)| of_counts(name));
        let plain =
            serde_json::to_vec(&files).map_err(|error| EndingError::Tables(error.to_string()))?;
        let key = self.keys().archives_key()?;
        let sealed = seal(&key, CONTEXT, &plain)?;
        let now = self.clock().now();
        Ok(self.server().keep_archive(campaign, now, &sealed)?)
    }
}
