//! The end of a campaign's pseudonyms: its key is destroyed here and beside every copy within reach.
//!
//! It must never change what linkage holds: numbers drawn at random take the place of pseudonyms
//! first. `command` and `http` call it.

use super::reason::written_reason;
use super::{App, EndingError, ErasingError, ViewsError};
use crate::maintenance::SignedCertificate;
use crate::review::number_pseudonyms;
use crate::store::{Deed, Pseudonyms, StoreError, freeze_oppositions};
use data_encoding::HEXLOWER;
use maraude_core::document::DocumentName;
use maraude_core::model::{Campaign, CampaignId, TimestampMs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// What the signature of the certificate covers first.
const DOMAIN: &[u8] = b"maraude/pseudonyms-forgotten/1";

/// One at a time: numbers are drawn once.
static ONE: Mutex<()> = Mutex::new(());

/// Pseudonyms that are to be forgotten.
#[derive(Clone)]
pub struct ForgetWish {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name, typed.
    pub confirmation: String,
    /// Who orders it: an account's identifier, or `command`.
    pub author: String,
    /// Why.
    pub reason: String,
}

maraude_core::redacts!(ForgetWish);

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgottenCertificate {
    /// The campaign.
    pub campaign: CampaignId,
    /// Server clock.
    pub begun_at: TimestampMs,
    /// Server clock.
    pub done_at: TimestampMs,
    /// Pseudonyms that a number took the place of; 0 where that was done before.
    pub pseudonyms: usize,
    /// The key is in no file of this server.
    pub key_destroyed: bool,
    /// Folders of copies that hold a new copy and the keys as they are now.
    pub copies_reached: Vec<PathBuf>,
    /// Folders of copies that were not there: the next backup into them replaces their keys.
    pub copies_not_reached: Vec<PathBuf>,
}

impl App {
    /// Destroys a campaign's key for pseudonyms; linkage goes on with what it holds. Done again, it
    /// finishes what was begun. Blocks, for as long as it takes to make the copies anew.
    ///
    /// # Errors
    /// [`ErasingError`]; the key stands then.
    pub fn forget_pseudonyms(&self, wish: &ForgetWish) -> Result<SignedCertificate, ErasingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let campaign = wish.campaign;
        let why = written_reason(&wish.reason).map_err(EndingError::from)?;
        self.check_hold(campaign)?;
        let engine = self.engine(campaign)?;
        let plan = (engine.plan()?.campaign.clone()).ok_or(StoreError::UnknownCampaign)?;
        if wish.confirmation.trim() != plan.name.trim() {
            return Err(EndingError::Confirmation.into());
        }
        let stands = self.keys().pseudonyms(campaign)?;
        if matches!(stands, Pseudonyms::Never) {
            return Err(ErasingError::NoPseudonyms);
        }
        let begun_at = self.clock().now();
        let subject = campaign.to_string();
        let deed = Deed {
            author: &wish.author,
            action: "pseudonyms-forgetting-begun",
            subject: &subject,
            reason: &why,
        };
        (self.server()).add_deed(begun_at, deed)?;
        // Tablets ask no longer from their next contact on.
        let asking_no_more = Campaign {
            pseudonym_key: None,
            ..plan
        };
        engine.author(&DocumentName::Plan { campaign }, |w| {
            w.put_campaign(&asking_no_more);
        })?;
        let mut pseudonyms = 0;
        if stands.key().is_some() {
            let live = self.live_view(campaign)?;
            live.catch_up().map_err(ViewsError::from)?;
            pseudonyms = number_pseudonyms(&live.view(), &**engine.log())?;
            freeze_oppositions(&**engine.log(), live.view().held_back()?)?;
            self.keys().destroy_pseudonym_key(campaign)?;
        }
        self.forget_review(campaign);
        let (copies_reached, copies_not_reached) = self.copy_after_erasing()?;
        let certificate = ForgottenCertificate {
            campaign,
            begun_at,
            done_at: self.clock().now(),
            pseudonyms,
            key_destroyed: matches!(self.keys().pseudonyms(campaign)?, Pseudonyms::Forgotten),
            copies_reached,
            copies_not_reached,
        };
        let text = serde_json::to_string(&certificate)
            .map_err(|_| StoreError::Damaged { table: "audit" })?;
        let signed = SignedCertificate::sign(text, DOMAIN, self.signing());
        let digest = HEXLOWER.encode(&Sha256::digest(signed.certificate.as_bytes()));
        let subject = format!("{campaign} {digest}");
        let (now, author) = (certificate.done_at, &wish.author);
        (self.server()).add_audit(now, author, "pseudonyms-forgotten", &subject)?;
        tracing::warn!(%campaign, "the key of a campaign's pseudonyms was destroyed");
        Ok(signed)
    }
}
