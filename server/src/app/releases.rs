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
        let past = Past::of(campaign, all)?;
        Ok(if unread { past.with_one_unread() } else { past })
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
