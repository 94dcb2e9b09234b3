//! A campaign's key for pseudonyms: what tablets seal to, and what makes a pseudonym of what they
//! sealed. It exists here alone and is destroyed on command; that it was is remembered.
//!
//! It must never tell what it opened: what leaves is keyed.

use super::super::seal::{Key32, seal, unseal_key};
use super::super::{StoreError, random};
use super::{KeyStore, context};
use data_encoding::{BASE64, HEXLOWER};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::form::PseudonymFields;
use maraude_core::model::{CampaignId, ObservationId};
use maraude_core::sync::envelope::campaign_key_pair;
use maraude_core::sync::open_fields;
use rusqlite::{OptionalExtension, params};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Length of a pseudonym, bytes of the HMAC.
const KEPT_BYTES: usize = 16;

/// Where a campaign stands with pseudonyms.
#[derive(Debug, Clone)]
pub enum Pseudonyms {
    /// It never asked for them.
    Never,
    /// It has its key.
    Held(PseudonymKey),
    /// Its key was destroyed: no pseudonym can be made or compared any more.
    Forgotten,
}

impl Pseudonyms {
    /// Its key, while there is one.
    pub fn key(&self) -> Option<&PseudonymKey> {
        match self {
            Self::Held(key) => Some(key),
            Self::Never | Self::Forgotten => None,
        }
    }
}

/// A campaign's key for pseudonyms.
#[derive(Clone)]
pub struct PseudonymKey {
    campaign: CampaignId,
    root: Key32,
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

impl PseudonymKey {
    /// What tablets seal to, base64 as the plan tells it.
    pub fn public(&self) -> String {
        BASE64.encode(&self.pair().1)
    }

    /// The pseudonym of what a tablet sealed for an observation; none where it does not open.
    pub fn pseudonym(&self, observation: ObservationId, sealed: &str) -> Option<String> {
        let kept = self.keyed(
            b"maraude/pseudonym-hmac/1",
            &self.open(observation, sealed)?,
        );
        Some(HEXLOWER.encode(&kept))
    }

    /// What stands for somebody in the list of those who are not recorded: no pseudonym, so that
    /// neither leads to the other.
    pub(in crate::store) fn opposition(&self, fields: &PseudonymFields) -> [u8; KEPT_BYTES] {
        self.keyed(b"maraude/opposition-hmac/1", fields)
    }

    /// The same of what a tablet sealed for an observation; none where it does not open.
    pub(in crate::store) fn opposition_of(
        &self,
        observation: ObservationId,
        sealed: &str,
    ) -> Option<[u8; KEPT_BYTES]> {
        Some(self.opposition(&self.open(observation, sealed)?))
    }

    fn open(&self, observation: ObservationId, sealed: &str) -> Option<PseudonymFields> {
        let sealed = BASE64.decode(sealed.as_bytes()).ok()?;
        open_fields(&self.pair().0, self.campaign, observation, &sealed)
    }

    fn keyed(&self, purpose: &[u8], fields: &PseudonymFields) -> [u8; KEPT_BYTES] {
        let key = self.derived(purpose);
        let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
        mac.update(self.campaign.as_bytes());
        mac.update(fields.bytes());
        let whole = mac.finalize().into_bytes();
        let mut kept = [0; KEPT_BYTES];
        kept.copy_from_slice(&whole[..KEPT_BYTES]);
        kept
    }

    fn pair(&self) -> (Key32, [u8; 32]) {
        campaign_key_pair(&self.derived(b"maraude/pseudonym-seal/1"))
    }

    fn derived(&self, purpose: &[u8]) -> Key32 {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.root)
            .expand(purpose, &mut *key)
            .expect("32 bytes are within what HKDF gives");
        key
    }
}

impl KeyStore {
    /// Where a campaign stands with pseudonyms.
    pub fn pseudonyms(&self, campaign: CampaignId) -> Result<Pseudonyms, StoreError> {
        let stored: Option<Vec<u8>> = self
            .connection()
            .query_row(
                "SELECT wrapped FROM server WHERE name = ?1",
                [name_of(campaign)],
                |row| row.get(0),
            )
            .optional()?;
        Ok(match stored {
            None => Pseudonyms::Never,
            Some(wrapped) if wrapped.is_empty() => Pseudonyms::Forgotten,
            Some(wrapped) => {
                let context = context(b"pseudonyms", campaign, None);
                let wrapping = self.campaign_key(campaign)?;
                let root = unseal_key(&wrapping, &context, &wrapped, "the key of pseudonyms")?;
                Pseudonyms::Held(PseudonymKey { campaign, root })
            }
        })
    }

    /// The same; a campaign that never had a key gets one.
    pub fn draw_pseudonym_key(&self, campaign: CampaignId) -> Result<Pseudonyms, StoreError> {
        let root = Zeroizing::new(random::<32>()?);
        let context = context(b"pseudonyms", campaign, None);
        let wrapped = seal(&self.campaign_key(campaign)?, &context, &*root)?;
        self.connection().execute(
            "INSERT OR IGNORE INTO server(name, wrapped) VALUES (?1, ?2)",
            params![name_of(campaign), wrapped],
        )?;
        self.pseudonyms(campaign)
    }

    /// Destroys the key: what was sealed to it opens nowhere, and no other is drawn.
    pub fn destroy_pseudonym_key(&self, campaign: CampaignId) -> Result<(), StoreError> {
        let connection = self.connection();
        connection.execute(
            "INSERT INTO server(name, wrapped) VALUES (?1, x'')
             ON CONFLICT(name) DO UPDATE SET wrapped = x''",
            [name_of(campaign)],
        )?;
        connection.execute_batch("VACUUM")?;
        drop(connection);
        self.truncate()
    }
}

pub(super) fn name_of(campaign: CampaignId) -> String {
    format!("pseudonyms {campaign}")
}

#[cfg(test)]
mod tests {
    use super::super::super::MasterKey;
    use super::*;
    use maraude_core::sync::seal_fields;

    fn sealed(key: &PseudonymKey, observation: ObservationId, family: &str, seed: u8) -> String {
        let fields = PseudonymFields::of("Zora", family, 1984).unwrap();
        let to = BASE64.decode(key.public().as_bytes()).unwrap();
        let to: [u8; 32] = to.try_into().unwrap();
        let sealed = seal_fields(&to, key.campaign, observation, &fields, [seed; 32]);
        BASE64.encode(&sealed.unwrap())
    }

    #[test]
    fn equal_fields_have_one_pseudonym_in_a_campaign_and_none_once_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.db");
        let master = MasterKey::draw().unwrap();
        let store = KeyStore::open(&path, &master).unwrap();
        let campaign = |number: u8| CampaignId::from_random([number; 16]);
        let (one, two) = (campaign(1), campaign(2));
        store.create_campaign(one).unwrap();
        store.create_campaign(two).unwrap();
        assert!(matches!(store.pseudonyms(one).unwrap(), Pseudonyms::Never));
        let draw = |of| store.draw_pseudonym_key(of).unwrap().key().unwrap().clone();
        let (key, other) = (draw(one), draw(two));
        // Asked for again, it is the same.
        assert_eq!(draw(one).public(), key.public());
        let of = |number: u8| ObservationId::from_random([number; 16]);
        let pseudonym = |key: &PseudonymKey, at: u8, family: &str| {
            key.pseudonym(of(at), &sealed(key, of(at), family, at))
                .unwrap()
        };
        let first = pseudonym(&key, 1, "Dupont");
        assert_eq!(first, pseudonym(&key, 2, "DU-"));
        assert_ne!(first, pseudonym(&key, 3, "Martin"));
        assert_ne!(first, pseudonym(&other, 4, "Dupont"));
        assert!(
            key.pseudonym(of(9), &sealed(&key, of(1), "Dupont", 5))
                .is_none()
        );
        assert!(key.pseudonym(of(1), "no base64").is_none());

        let root = *key.root;
        store.destroy_pseudonym_key(one).unwrap();
        assert!(matches!(
            store.pseudonyms(one).unwrap(),
            Pseudonyms::Forgotten
        ));
        assert!(matches!(
            store.draw_pseudonym_key(one).unwrap(),
            Pseudonyms::Forgotten
        ));
        assert!(store.pseudonyms(two).unwrap().key().is_some());
        store.destroy_campaign(two).unwrap();
        assert!(matches!(store.pseudonyms(two).unwrap(), Pseudonyms::Never));
        drop(store);
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(32).any(|window| window == root));
    }
}
