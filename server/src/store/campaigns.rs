//! Campaigns on this server: each has its keys, its folder and its log.

use super::log::Log;
use super::{DataFolder, KeyStore, LogWriter, Reserve, ServerStore, SqliteLog, StoreError};
use maraude_core::model::{CampaignId, TimestampMs};
use std::sync::Arc;

/// Opens and creates campaigns.
#[derive(Clone)]
pub struct Campaigns {
    folder: DataFolder,
    server: Arc<ServerStore>,
    keys: Arc<KeyStore>,
}

/// A campaign's log and its writer.
pub struct OpenCampaign {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Its only writer.
    pub writer: LogWriter,
}

impl Campaigns {
    /// Over a data folder.
    pub fn new(folder: DataFolder, server: Arc<ServerStore>, keys: Arc<KeyStore>) -> Self {
        Self {
            folder,
            server,
            keys,
        }
    }

    /// Draws keys, makes the folder and the empty log, then names the campaign.
    pub fn create(&self, campaign: CampaignId, at: TimestampMs) -> Result<(), StoreError> {
        self.keys.create_campaign(campaign)?;
        self.folder.create_campaign(campaign)?;
        drop(self.log(campaign)?);
        self.server.add_campaign(campaign, at)
    }

    /// Campaigns that were not purged, oldest first.
    pub fn list(&self) -> Result<Vec<CampaignId>, StoreError> {
        let all = self.server.campaigns()?;
        Ok(all
            .into_iter()
            .filter_map(|(campaign, purged_at)| purged_at.is_none().then_some(campaign))
            .collect())
    }

    /// Opens a campaign.
    ///
    /// # Errors
    /// [`StoreError::UnknownCampaign`], [`StoreError::PurgedCampaign`], or when storage fails.
    pub fn open(&self, campaign: CampaignId) -> Result<OpenCampaign, StoreError> {
        match self.server.campaign(campaign)? {
            None => Err(StoreError::UnknownCampaign),
            Some(Some(_)) => Err(StoreError::PurgedCampaign),
            Some(None) => {
                let log: Arc<dyn Log> = Arc::new(self.log(campaign)?);
                let reserve = Reserve::new(self.folder.reserve());
                let writer = LogWriter::start(log.clone(), reserve)?;
                Ok(OpenCampaign { log, writer })
            }
        }
    }

    /// Keys.
    pub fn keys(&self) -> &Arc<KeyStore> {
        &self.keys
    }

    /// Accounts, devices, codes, audit.
    pub fn server(&self) -> &ServerStore {
        &self.server
    }

    /// The data folder.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    fn log(&self, campaign: CampaignId) -> Result<SqliteLog, StoreError> {
        SqliteLog::open(&self.folder.log_db(campaign), campaign, self.keys.clone())
    }
}
