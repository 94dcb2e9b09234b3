//! A campaign arrives: it is looked at in a folder of its own and under keys of its own; then its log, its
//! keys, its layers and its rows are put in their places, the rows last. They name it: before that it is
//! not here, and the next start removes what is.

use super::super::backup::{in_file, remove};
use super::open::{Opened, open};
use super::{MovedCampaign, MovingError, ONE, read_through};
use crate::store::{
    Campaigns, Deed, Key32, LayerStore, PinnedLayer, SqliteLog, StoreError, pause_at,
};
use maraude_core::model::{CampaignId, TimestampMs};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// Which file is taken in.
pub struct ArrivalOrder {
    /// The file.
    pub file: PathBuf,
    /// What it is sealed under.
    pub key: Key32,
    /// Files that the campaign works with and that are not here are done without.
    pub other_layers: bool,
    /// Server clock.
    pub now: TimestampMs,
}

maraude_core::redacts!(ArrivalOrder);

/// A campaign that is here now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Arrived {
    /// What its file says of it.
    pub told: MovedCampaign,
    /// SHA-256 of the file, hexadecimal.
    pub file: String,
    /// Files it worked with and works without here.
    pub layers_missing: Vec<PinnedLayer>,
}

/// Takes a campaign in, or leaves nothing of it.
///
/// # Errors
/// [`MovingError`]; nothing of it is here then.
pub fn arrive(
    campaigns: &Campaigns,
    layers: &LayerStore,
    order: &ArrivalOrder,
) -> Result<Arrived, MovingError> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let partial = campaigns.folder().arrival_partial();
    remove(&partial)?;
    campaigns.folder().create_partial(&partial)?;
    let arrived = look_then_take(campaigns, layers, order, &partial);
    let removed = match &arrived {
        Ok(_) => remove(&partial).map_err(MovingError::from),
        // Where this fails too the next start does it.
        Err(_) => clear_arrival(campaigns),
    };
    if let Err(error) = removed {
        tracing::error!(%error, "what was left of an import is removed at the next start");
    }
    arrived
}

/// Removes what is here of a campaign that is not named; called at each start, before anything is opened.
///
/// # Errors
/// When it cannot be removed.
pub fn clear_arrival(campaigns: &Campaigns) -> Result<(), MovingError> {
    let (folder, server) = (campaigns.folder(), campaigns.server());
    remove(&folder.arrival_partial())?;
    let Some(campaign) = server.arriving()? else {
        return Ok(());
    };
    tracing::warn!(%campaign, "an import broke off: what was there of the campaign is removed");
    campaigns.keys().destroy_campaign(campaign)?;
    remove(&folder.campaign(campaign))?;
    if folder.layers_db().exists() {
        LayerStore::open(&folder.layers_db())?.pin_found(campaign, &[])?;
    }
    Ok(server.end_arrival()?)
}

fn look_then_take(
    campaigns: &Campaigns,
    layers: &LayerStore,
    order: &ArrivalOrder,
    partial: &Path,
) -> Result<Arrived, MovingError> {
    let log = partial.join("log.db");
    let opened = {
        let mut written = in_file(&log, |path| File::create_new(path))?;
        let opened = open(&order.file, &order.key, &mut written)?;
        in_file(&log, |_| written.sync_all())?;
        opened
    };
    let Opened {
        told, keys, rows, ..
    } = &opened;
    let campaign = told.campaign;
    if keys.campaign() != campaign {
        return Err(MovingError::Differs {
            file: order.file.clone(),
        });
    }
    refuse_known(campaigns, campaign)?;
    for stored in &rows.devices {
        if campaigns.server().device(stored.device.id)?.is_some() {
            let label = stored.device.label.clone();
            return Err(MovingError::TabletHere { label });
        }
    }
    let looked = layers.find_pinned(&told.layers)?;
    if !looked.missing.is_empty() && !order.other_layers {
        return Err(MovingError::Layers {
            missing: looked.missing,
        });
    }
    check_log(campaigns, order, &opened, partial)?;
    pause_at("arrival-checked");
    campaigns.server().begin_arrival(campaign)?;
    pause_at("arrival-begun");
    place_log(campaigns, campaign, &log)?;
    pause_at("arrival-log");
    campaigns.keys().take_keys(keys)?;
    pause_at("arrival-keys");
    layers.pin_found(campaign, &looked.found)?;
    pause_at("arrival-layers");
    name_it(campaigns, &opened, order.now)?;
    pause_at("arrival-named");
    Ok(Arrived {
        told: opened.told,
        file: opened.digest,
        layers_missing: looked.missing,
    })
}

fn refuse_known(campaigns: &Campaigns, campaign: CampaignId) -> Result<(), MovingError> {
    match campaigns.server().campaign(campaign)? {
        Some(None) => return Err(MovingError::Here { campaign }),
        Some(Some(_)) => return Err(MovingError::Ended { campaign }),
        None => {}
    }
    if campaigns.keys().has_campaign(campaign)? || campaigns.folder().campaign(campaign).exists() {
        return Err(MovingError::Traces { campaign });
    }
    Ok(())
}

/// Reads the log to its end under the keys that came with it; then it settles here.
fn check_log(
    campaigns: &Campaigns,
    order: &ArrivalOrder,
    opened: &Opened,
    partial: &Path,
) -> Result<(), MovingError> {
    let beside = campaigns.keys().beside(&partial.join("keys.db"))?;
    let checked = beside.take_keys(&opened.keys).and_then(|()| {
        let told = &opened.told;
        let log = SqliteLog::open(&partial.join("log.db"), told.campaign, beside.into())?;
        let is_same = read_through(&log)? == told.log;
        if is_same {
            log.settle_here(told.from)?;
        }
        Ok(is_same)
    });
    let file = order.file.clone();
    match checked {
        Ok(true) => Ok(()),
        Ok(false) => Err(MovingError::Differs { file }),
        Err(StoreError::Newer { .. }) => Err(MovingError::Newer { file }),
        Err(error) if error.is_damage() => Err(MovingError::Altered {
            file,
            cause: error.to_string(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Takes its place as a whole, and is on the disk when this returns.
fn place_log(campaigns: &Campaigns, campaign: CampaignId, log: &Path) -> Result<(), MovingError> {
    let folder = campaigns.folder();
    folder.create_campaign(campaign)?;
    let place = folder.log_db(campaign);
    in_file(&place, |place| std::fs::rename(log, place))?;
    let own = folder.campaign(campaign);
    for changed in [Some(own.as_path()), own.parent()].into_iter().flatten() {
        in_file(changed, |path| File::open(path)?.sync_all())?;
    }
    Ok(())
}

fn name_it(campaigns: &Campaigns, opened: &Opened, now: TimestampMs) -> Result<(), MovingError> {
    let Opened {
        told, rows, digest, ..
    } = opened;
    let deed = Deed {
        author: "command",
        action: "campaign-imported",
        subject: &format!("{} {digest}", told.campaign),
        reason: &format!("from server {}", told.from_key),
    };
    Ok(campaigns.server().arrive(told.campaign, rows, now, deed)?)
}
