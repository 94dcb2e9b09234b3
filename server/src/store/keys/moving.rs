//! A campaign's keys on their way to another server: its own key in clear, for no server's master key
//! goes along; everything else as it lies here, wrapped by that key.
//!
//! They must never lie on a disk but sealed. `maintenance` puts them into a sealed file, and takes them
//! out of one.

use super::super::seal::{Key32, seal, unseal_key};
use super::super::{StoreError, sqlite};
use super::{KeyStore, SCHEMA, context, pseudonyms};
use maraude_core::model::{CampaignId, DocumentId};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::path::Path;
use std::sync::Mutex;
use zeroize::{Zeroize, Zeroizing};

/// A campaign's keys.
#[derive(Serialize, Deserialize)]
pub struct CampaignKeys {
    campaign: CampaignId,
    #[serde(with = "serde_bytes")]
    key: [u8; 32],
    wrapped_secret: ByteBuf,
    public: ByteBuf,
    /// Wrapped; empty where it was destroyed.
    documents: Vec<(DocumentId, ByteBuf)>,
    /// Wrapped; empty where it was destroyed, none where it never was.
    pseudonyms: Option<ByteBuf>,
}

maraude_core::redacts!(CampaignKeys);

impl Drop for CampaignKeys {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl CampaignKeys {
    /// Whose they are.
    pub fn campaign(&self) -> CampaignId {
        self.campaign
    }

    fn campaign_key(&self) -> Key32 {
        Zeroizing::new(self.key)
    }

    /// Each opens under the campaign's, and in no other place.
    fn check(&self) -> Result<(), StoreError> {
        let key = self.campaign_key();
        let campaign = self.campaign;
        let secret = context(b"secret", campaign, None);
        unseal_key(&key, &secret, &self.wrapped_secret, "the campaign's key")?;
        for (document, wrapped) in &self.documents {
            if !wrapped.is_empty() {
                let context = context(b"document", campaign, Some(*document));
                unseal_key(&key, &context, wrapped, "a document's key")?;
            }
        }
        if let Some(wrapped) = self.pseudonyms.as_ref().filter(|bytes| !bytes.is_empty()) {
            let context = context(b"pseudonyms", campaign, None);
            unseal_key(&key, &context, wrapped, "the key of pseudonyms")?;
        }
        Ok(())
    }
}

impl KeyStore {
    /// Another file of keys under this one's master key: for keys that are looked at before they are
    /// taken.
    ///
    /// # Errors
    /// When storage fails.
    pub fn beside(&self, path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Mutex::new(sqlite::open(path, SCHEMA)?),
            master: self.master.clone(),
            opened: Mutex::default(),
        })
    }

    /// All keys of a campaign, and which of them were destroyed, as they are at one instant.
    ///
    /// # Errors
    /// [`StoreError::UnknownCampaign`], or when storage fails.
    pub fn keys_to_move(&self, campaign: CampaignId) -> Result<CampaignKeys, StoreError> {
        let key = self.campaign_key(campaign)?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let (wrapped_secret, public) = transaction
            .query_row(
                "SELECT wrapped_secret, public FROM campaigns WHERE campaign = ?1",
                [campaign.as_bytes()],
                |row| Ok((bytes(row.get(0)?), bytes(row.get(1)?))),
            )
            .optional()?
            .ok_or(StoreError::UnknownCampaign)?;
        let documents = transaction
            .prepare("SELECT document, wrapped FROM documents WHERE campaign = ?1")?
            .query_map([campaign.as_bytes()], |row| {
                Ok((DocumentId::from_bytes(row.get(0)?), bytes(row.get(1)?)))
            })?
            .collect::<Result<_, _>>()?;
        let pseudonyms = transaction
            .query_row(
                "SELECT wrapped FROM server WHERE name = ?1",
                [pseudonyms::name_of(campaign)],
                |row| row.get(0).map(bytes),
            )
            .optional()?;
        Ok(CampaignKeys {
            campaign,
            key: *key,
            wrapped_secret,
            public,
            documents,
            pseudonyms,
        })
    }

    /// Takes the keys of a campaign that has none here, all or nothing, under this server's master key.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open, or when storage fails.
    pub fn take_keys(&self, keys: &CampaignKeys) -> Result<(), StoreError> {
        keys.check()?;
        let own = context(b"campaign", keys.campaign, None);
        let wrapped = seal(&self.master, &own, &keys.key)?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        insert(&transaction, keys, &wrapped)?;
        Ok(transaction.commit()?)
    }
}

fn insert(t: &Connection, keys: &CampaignKeys, wrapped: &[u8]) -> Result<(), StoreError> {
    let campaign = keys.campaign.as_bytes();
    t.execute(
        "INSERT INTO campaigns(campaign, wrapped, wrapped_secret, public) VALUES (?1, ?2, ?3, ?4)",
        params![
            campaign,
            wrapped,
            keys.wrapped_secret.as_slice(),
            keys.public.as_slice()
        ],
    )?;
    let mut document =
        t.prepare("INSERT INTO documents(campaign, document, wrapped) VALUES (?1, ?2, ?3)")?;
    for (id, wrapped) in &keys.documents {
        document.execute(params![campaign, id.as_bytes(), wrapped.as_slice()])?;
    }
    if let Some(wrapped) = &keys.pseudonyms {
        t.execute(
            "INSERT INTO server(name, wrapped) VALUES (?1, ?2)",
            params![pseudonyms::name_of(keys.campaign), wrapped.as_slice()],
        )?;
    }
    Ok(())
}

fn bytes(read: Vec<u8>) -> ByteBuf {
    ByteBuf::from(read)
}

#[cfg(test)]
mod tests {
    use super::super::super::{MasterKey, Pseudonyms};
    use super::*;

    #[test]
    fn keys_open_under_another_master_key_and_what_was_destroyed_stays_so() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let master = MasterKey::draw().unwrap();
            KeyStore::open(&folder.path().join(name), &master).unwrap()
        };
        let (from, to) = (open("from.db"), open("to.db"));
        let campaign = CampaignId::from_random([1; 16]);
        let (kept, gone) = (
            DocumentId::from_random([2; 16]),
            DocumentId::from_random([3; 16]),
        );
        from.create_campaign(campaign).unwrap();
        from.draw_pseudonym_key(campaign).unwrap();
        let key = from.document_key(campaign, kept).unwrap();
        from.destroy_document(campaign, gone).unwrap();
        let keys = from.keys_to_move(campaign).unwrap();
        let look = to.beside(&folder.path().join("look.db")).unwrap();
        look.take_keys(&keys).unwrap();
        assert!(!to.has_campaign(campaign).unwrap(), "only looked at");
        to.take_keys(&keys).unwrap();
        assert!(to.take_keys(&keys).is_err(), "it has keys here now");
        assert_eq!(*to.document_key(campaign, kept).unwrap(), *key);
        let erased = to.document_key(campaign, gone);
        assert!(matches!(erased, Err(StoreError::ErasedDocument)));
        let (one, other) = (from.pseudonyms(campaign), to.pseudonyms(campaign));
        let public = |found: Pseudonyms| found.key().map(super::super::PseudonymKey::public);
        assert_eq!(public(one.unwrap()), public(other.unwrap()));
        let secret = |store: &KeyStore| store.campaign_secret(campaign).unwrap();
        assert_eq!(*secret(&from), *secret(&to));

        let mut altered = from.keys_to_move(campaign).unwrap();
        altered.key[0] ^= 1;
        let third = open("third.db");
        let refused = third.take_keys(&altered);
        assert!(matches!(refused, Err(StoreError::Sealed { .. })));
        assert!(!third.has_campaign(campaign).unwrap());
    }
}
