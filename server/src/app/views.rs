//! The views of open campaigns, what was compared of them, and the imported layers, shared by `http` and `command`.
//!
//! It must never keep a view that its engine has left behind: a view follows its log by itself.

use super::App;
use crate::geolocation::{FollowError, LiveView};
use crate::review::Review;
use crate::store::{LayerStore, LayerStoreError, StoreError};
use maraude_core::model::CampaignId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Why a campaign's view is not there.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The campaign.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The view.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The layers.
    #[error(transparent)]
    Layers(#[from] LayerStoreError),
}

#[derive(Default)]
struct Views {
    layers: Mutex<Option<Arc<LayerStore>>>,
    live: Mutex<HashMap<CampaignId, Arc<LiveView>>>,
    reviews: Mutex<HashMap<CampaignId, Arc<Review>>>,
}

impl App {
    /// Imported layers.
    pub fn layers(&self) -> Result<Arc<LayerStore>, LayerStoreError> {
        let views = self.part(|_| Views::default());
        let mut kept = views.layers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layers) = kept.as_ref() {
            return Ok(layers.clone());
        }
        let layers = Arc::new(LayerStore::open(&self.folder().layers_db())?);
        *kept = Some(layers.clone());
        Ok(layers)
    }

    /// A campaign's view, opened or rebuilt at its first use. Blocks then: call it from the pool.
    pub fn live_view(&self, campaign: CampaignId) -> Result<Arc<LiveView>, ViewsError> {
        let engine = self.engine(campaign)?;
        let layers = self.layers()?;
        let views = self.part(|_| Views::default());
        let mut live = views.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = live.get(&campaign) {
            return Ok(view.clone());
        }
        let view = LiveView::start(&engine, layers, &self.config().runtime)?;
        live.insert(campaign, view.clone());
        Ok(view)
    }

    /// What was compared of a campaign, kept from one reading to the next.
    pub fn review(&self, campaign: CampaignId) -> Arc<Review> {
        let views = self.part(|_| Views::default());
        let mut kept = (views.reviews)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.entry(campaign).or_default().clone()
    }

    /// Lets go of what was compared of a campaign: it is compared anew at the next reading.
    pub(super) fn forget_review(&self, campaign: CampaignId) {
        let views = self.part(|_| Views::default());
        let mut kept = (views.reviews)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.remove(&campaign);
    }

    /// Lets go of all that is kept in memory of a campaign's observations.
    pub(super) fn forget_view(&self, campaign: CampaignId) {
        let views = self.part(|_| Views::default());
        let mut live = views.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.remove(&campaign);
        drop(live);
        let mut kept = (views.reviews)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.remove(&campaign);
    }

    /// Views that are open in this run.
    pub fn open_views(&self) -> Vec<Arc<LiveView>> {
        let views = self.part(|_| Views::default());
        let live = views.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.values().cloned().collect()
    }

    /// Notes that the views are whole, so that the next start need not rebuild them.
    pub fn close_views(&self) {
        for view in self.open_views() {
            if let Err(error) = view.close() {
                tracing::warn!(%error, campaign = %view.campaign(), "the view will be rebuilt");
            }
        }
    }
}
