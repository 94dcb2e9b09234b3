//! Who read what in bulk is written down before it is told, once an hour: screens read again each
//! time the log moves.
//!
//! The table of routes says which routes these are; the guard asks here.

use super::problem::Problem;
use crate::app::App;
use crate::store::Account;
use maraude_core::model::{AccountId, CampaignId, TimestampMs};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A reading is written down once in so long.
const EVERY_MS: i64 = 3_600_000;

type Reading = (AccountId, CampaignId, &'static str);

/// Who read what of which campaign, and when that was last written down.
#[derive(Default)]
struct Noted(Mutex<HashMap<Reading, TimestampMs>>);

/// Before anything is told: a reading that is not in the audit log does not happen.
pub(super) async fn note_reading(
    app: &App,
    account: &Account,
    campaign: CampaignId,
    action: &'static str,
) -> Result<(), Problem> {
    let noted = app.part(|_| Noted::default());
    let (now, reading) = (app.clock().now(), (account.id, campaign, action));
    let is_fresh = {
        let noted = noted.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = noted.get(&reading);
        last.is_some_and(|last| now - last < EVERY_MS)
    };
    if is_fresh {
        return Ok(());
    }
    let author = account.id.to_string();
    app.blocking(move |app| {
        let subject = campaign.to_string();
        app.server().add_audit(now, &author, action, &subject)
    })
    .await??;
    let mut noted = noted.0.lock().unwrap_or_else(PoisonError::into_inner);
    noted.insert(reading, now);
    Ok(())
}

/// The campaign that a path names, as the route's template says where.
pub(super) fn campaign_in(template: &str, path: &str) -> Option<CampaignId> {
    let mut parts = template.split('/').zip(path.split('/'));
    let (_, named) = parts.find(|(part, _)| *part == "{campaign}")?;
    named.parse().ok()
}
