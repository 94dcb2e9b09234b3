//! A campaign's first date: its documents end as in a purge, and coarse tables stay, sealed under a
//! key of their own, until the purge destroys that too.
//!
//! It must never keep a document or a key of one: a document remembers every exact place it ever
//! held. `app` makes the tables and calls it.

use super::purge::{Act, PurgeError, PurgeOrder, Purger, SignedCertificate, remains_of};
use super::{Facts, Residue};
use crate::store::{Coarsening, Log, Remains, StoreError, seal, unseal};
use data_encoding::HEXLOWER;
use maraude_core::model::{CampaignId, Night, TimestampMs};
use sha2::{Digest, Sha256};

/// What the tables are sealed for.
const CONTEXT: &[u8] = b"maraude/tables/1";

/// A coarse file: its name and its text.
pub type CoarseFile = (String, String);

impl Facts {
    /// Of a purge that finds coarse tables alone.
    pub(super) fn of_tables(
        before: &Coarsening,
        author: String,
        reason: String,
        now: TimestampMs,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            act: Act::Purge,
            author,
            reason,
            begun_at: now,
            documents: 0,
            changes: 0,
            quarantined: 0,
            tables: None,
            ..serde_json::from_str(&before.facts)?
        })
    }
}

impl Purger<'_> {
    /// Puts aside what stays, coarse tables among it; from then on the campaign's documents are gone.
    /// The campaign must be closed.
    ///
    /// # Errors
    /// [`PurgeError`]; nothing was begun then.
    pub fn begin_coarsening(
        &self,
        order: PurgeOrder,
        purge_on: Option<(Night, TimestampMs)>,
        files: &[CoarseFile],
        log: &dyn Log,
    ) -> Result<Residue, PurgeError> {
        let remains = remains_of(log)?;
        let mut facts = self.facts(Act::Coarsening, order, log, &remains)?;
        let plain = serde_json::to_vec(files)?;
        facts.tables = Some(HEXLOWER.encode(&Sha256::digest(&plain)));
        let key = self.campaigns.keys().tables_key(facts.campaign)?;
        let begun = Coarsening {
            begun_at: facts.begun_at,
            name: facts.name.clone(),
            purge_on,
            facts: serde_json::to_string(&facts)?,
            tables: Some(seal(&key, CONTEXT, &plain)?),
            certificate: None,
        };
        let residue = Residue::sample(&self.folders(facts.campaign))?;
        let server = self.campaigns.server();
        server.begin_coarsening(facts.campaign, &begun, &remains)?;
        self.note_begun(&facts)?;
        Ok(residue)
    }

    /// Does, or does again, all that follows; gives the certificate.
    ///
    /// # Errors
    /// [`PurgeError`]; it may be called again.
    pub fn finish_coarsening(
        &self,
        campaign: CampaignId,
        residue: Option<&Residue>,
        now: TimestampMs,
    ) -> Result<SignedCertificate, PurgeError> {
        let server = self.campaigns.server();
        let begun = self.begun(campaign)?;
        if let Some(done) = begun.certificate {
            return Ok(serde_json::from_str(&done)?);
        }
        let signed = self.end(serde_json::from_str(&begun.facts)?, residue, now)?;
        self.note_done(campaign, "campaign-coarsened", &signed, now)?;
        server.finish_coarsening(campaign, &serde_json::to_string(&signed)?)?;
        Ok(signed)
    }

    /// Begins the purge of a campaign of which only coarse tables are left.
    ///
    /// # Errors
    /// [`PurgeError`]; nothing was begun then.
    pub fn begin_purge_of_tables(&self, order: PurgeOrder) -> Result<(), PurgeError> {
        let before = self.begun(order.campaign)?;
        let facts = Facts::of_tables(&before, order.author, order.reason, order.now)?;
        let text = serde_json::to_string(&facts)?;
        // Releases and their ledger were put aside before.
        let remains = Remains::default();
        let server = self.campaigns.server();
        server.begin_purge(facts.campaign, facts.begun_at, &text, &remains)?;
        self.note_begun(&facts)
    }

    /// The coarse tables of a campaign.
    ///
    /// # Errors
    /// [`StoreError::UnknownCampaign`] where it was not coarsened, [`StoreError::PurgedCampaign`]
    /// where they were purged.
    pub fn coarse_files(&self, campaign: CampaignId) -> Result<Vec<CoarseFile>, PurgeError> {
        let sealed = self.begun(campaign)?.tables;
        let sealed = sealed.ok_or(StoreError::PurgedCampaign)?;
        let keys = self.campaigns.keys();
        if !keys.has_tables_key(campaign)? {
            return Err(StoreError::PurgedCampaign.into());
        }
        let key = keys.tables_key(campaign)?;
        let plain = unseal(&key, CONTEXT, &sealed, "the coarse tables")?;
        Ok(serde_json::from_slice(&plain)?)
    }

    fn begun(&self, campaign: CampaignId) -> Result<Coarsening, StoreError> {
        let begun = self.campaigns.server().coarsening_of(campaign)?;
        begun.ok_or(StoreError::UnknownCampaign)
    }
}
