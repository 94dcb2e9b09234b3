//! The timed job: dates of campaigns, notice a week before each, and what is done when one has come.
//!
//! It must never end a campaign that is held, nor one that nobody was told of. `command::serve`
//! starts it.

use super::App;
use super::retention::{EndingError, Ends, NOTICE_MS};
use crate::maintenance::PurgeOrder;
use crate::measures::measures;
use crate::store::{Notice, StoreError, Term};
use maraude_core::document::DocumentName;
use maraude_core::model::{Campaign, CampaignId, CampaignState};
use std::time::Duration;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_mins(10);

impl App {
    /// What the timed job does each time: finishes what was begun, gives notice a week before each of a
    /// campaign's dates, locks and coarsens it at the first, purges it at the second. Gives the
    /// campaigns that ended; one that fails is named in the log, and the others go on.
    ///
    /// # Errors
    /// [`EndingError`], when not even the campaigns can be listed; the next time goes on.
    pub fn look_at_retention(&self) -> Result<Vec<CampaignId>, EndingError> {
        let mut ended = match self.finish_purges() {
            Ok(finished) => finished,
            Err(error) => {
                tracing::error!(%error, "ends that were begun could not be finished");
                Vec::new()
            }
        };
        let mut all = self.campaigns().list()?;
        all.extend(self.server().coarse_campaigns()?);
        for id in all {
            match self.look_at_dates(id) {
                Ok(true) => ended.push(id),
                // Nothing to do, or its files are damaged: named elsewhere.
                Ok(false) | Err(EndingError::Store(StoreError::DamagedCampaign { .. })) => {}
                Err(EndingError::Store(error)) if error.is_damage() => {}
                Err(error) => {
                    tracing::error!(%error, campaign = %id, "its date was not acted on");
                }
            }
        }
        Ok(ended)
    }

    /// Whether the campaign ended, because a date of its has come and a week's notice was given of this
    /// very date. Where both have come it is purged.
    fn look_at_dates(&self, id: CampaignId) -> Result<bool, EndingError> {
        let campaign = self.ends(id)?;
        for term in [Term::Purge, Term::Coarsening] {
            if self.has_come(&campaign, term)? {
                if let Some(plan) = campaign.plan.as_ref().filter(|_| campaign.is_open()) {
                    self.lock_at_its_date(plan)?;
                }
                let order = PurgeOrder {
                    campaign: id,
                    name: campaign.name.clone(),
                    author: "date".to_owned(),
                    reason: "the date fixed for the campaign".to_owned(),
                    now: self.clock().now(),
                };
                self.end(term, &campaign, order)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks at one date, and gives notice of it a week before.
    fn has_come(&self, campaign: &Ends, term: Term) -> Result<bool, EndingError> {
        let id = campaign.id;
        let due = campaign.due(term);
        let now = self.clock().now();
        let kept = self.server().retention(id)?;
        let mut notice = kept.notice(term);
        if notice.is_some_and(|notice| notice.due.is_some() && notice.due != due) {
            // The date was moved: whoever was told was told another one.
            self.server().set_notice(id, term, None)?;
            let action = match term {
                Term::Coarsening => "campaign-coarsening-notice-void",
                Term::Purge => "campaign-purge-notice-void",
            };
            self.note(id, "date", action)?;
            notice = None;
        }
        let Some(due) = due.filter(|_| kept.hold.is_none()) else {
            return Ok(false);
        };
        if now < due - NOTICE_MS {
            return Ok(false);
        }
        let from = match notice {
            Some(notice) if notice.due.is_some() => notice.from,
            // Nobody was told, or somebody gave notice of their own and left it at that.
            _ => {
                let from = due.max(now + NOTICE_MS);
                let due = Some(due);
                self.give_notice(id, term, "date", Notice { from, due })?;
                from
            }
        };
        Ok(now >= from)
    }

    #[cfg(test)]
    pub(crate) fn look_at_date_for_test(&self, id: CampaignId) -> Result<bool, EndingError> {
        self.look_at_dates(id)
    }

    fn lock_at_its_date(&self, campaign: &Campaign) -> Result<(), EndingError> {
        let id = campaign.id;
        let locked = Campaign {
            state: CampaignState::Locked,
            ..campaign.clone()
        };
        let name = DocumentName::Plan { campaign: id };
        self.engine(id)?
            .author(&name, |w| w.put_campaign(&locked))?;
        self.note(id, "date", "campaign-locked")
    }
}

/// Looks at dates now and then, for ever.
pub async fn keep_retention(app: App) {
    loop {
        let looking = app.clone();
        let looked = tokio::task::spawn_blocking(move || looking.look_at_retention());
        match looked.await {
            Ok(Ok(_)) => measures().looked_at_retention(app.clock().now()),
            Ok(Err(error)) => tracing::error!(%error, "the dates of campaigns were not looked at"),
            Err(error) => tracing::error!(%error, "looking at the dates of campaigns broke off"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
