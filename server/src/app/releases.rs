//! What was released: of open campaigns from their logs, of purged ones from what stays of them.

use super::App;
use crate::publication::{BuildError, Past};
use crate::store::{Remains, StoreError, StoredRelease};
use maraude_core::model::CampaignId;

impl App {
    /// Releases of a campaign, oldest first, a purged one's too.
    ///
    /// # Errors
    /// When storage fails or the campaign is unknown.
    pub fn stored_releases(&self, campaign: CampaignId) -> Result<Vec<StoredRelease>, StoreError> {
        Ok(self.released(campaign)?.releases)
    }

    /// Everything this server has released, seen from a campaign.
    ///
    /// # Errors
    /// When something kept does not read. Another campaign whose files are damaged makes it unread:
    /// nothing may be released then.
    pub fn past(&self, campaign: CampaignId) -> Result<Past, BuildError> {
        let (mut all, mut unread) = (Vec::new(), false);
        for (of, _) in self.server().campaigns()? {
            match self.released(of) {
                Ok(remains) => all.push((of, remains)),
                Err(StoreError::DamagedCampaign { .. }) if of != campaign => unread = true,
                Err(error) => return Err(error.into()),
            }
        }
        all.extend(self.server().told_on_other_servers()?);
        let mut past = Past::of(campaign, all)?;
        if unread {
            past = past.with_one_unread();
        }
        if self.is_leaving(campaign)? {
            past = past.exported();
        }
        Ok(past)
    }

    /// What other campaigns released, here and on servers that campaigns came from.
    ///
    /// # Errors
    /// When something kept does not read, or a campaign's files are damaged.
    pub(super) fn told_elsewhere(
        &self,
        campaign: CampaignId,
    ) -> Result<Vec<(CampaignId, Remains)>, StoreError> {
        let mut told = self.server().told_on_other_servers()?;
        for (of, _) in self.server().campaigns()? {
            if of != campaign {
                told.push((of, self.released(of)?));
            }
        }
        told.retain(|(_, remains)| !remains.releases.is_empty());
        Ok(told)
    }

    fn released(&self, campaign: CampaignId) -> Result<Remains, StoreError> {
        match self.engine(campaign) {
            Ok(engine) => Ok(Remains {
                releases: engine.log().releases()?,
                ledger: engine.log().ledger()?,
            }),
            Err(StoreError::PurgedCampaign) => self.server().remains(campaign),
            Err(error) => Err(error),
        }
    }
}
