//! `keys.db`: the server's signing key under the master key, each campaign's key under the master
//! key, and a key per document under its campaign's (XChaCha20-Poly1305).
//!
//! Destroying a row here is erasure: every copy of the log, backups included, becomes unreadable.
//! A key never leaves in clear but to seal or open. `store` and the sync engine call it.

mod moving;
mod pseudonyms;

pub use moving::CampaignKeys;
pub use pseudonyms::{PseudonymKey, Pseudonyms};

use super::seal::{Key32, seal, unseal_key};
use super::sqlite::{Schema, open};
use super::{MasterKey, StoreError, random};
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use maraude_core::model::{CampaignId, DocumentId};
use maraude_core::sync::envelope::campaign_key_pair;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The file's schema; one script per version, never altered once shipped.
const SCHEMA: Schema = Schema {
    name: "keys.db",
    migrations: &["
CREATE TABLE server(name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE campaigns(
  campaign BLOB PRIMARY KEY,
  wrapped BLOB NOT NULL,
  wrapped_secret BLOB NOT NULL,
  public BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE documents(
  campaign BLOB NOT NULL REFERENCES campaigns(campaign) ON DELETE CASCADE,
  document BLOB NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY(campaign, document)
) STRICT, WITHOUT ROWID;
"],
};

/// Keys of this server, opened with its master key.
pub struct KeyStore {
    connection: Mutex<Connection>,
    master: Key32,
    opened: Mutex<Opened>,
}

/// Keys that were unwrapped since the start.
#[derive(Default)]
struct Opened {
    campaigns: HashMap<CampaignId, Key32>,
    documents: HashMap<(CampaignId, DocumentId), Key32>,
}

impl KeyStore {
    /// Opens or creates the file; an existing one must have been made with this master key.
    pub fn open(path: &Path, master: &MasterKey) -> Result<Self, StoreError> {
        let connection = open(path, SCHEMA)?;
        let store = Self {
            connection: Mutex::new(connection),
            master: master.wrapping_key(),
            opened: Mutex::default(),
        };
        store.signing_key()?;
        Ok(store)
    }

    /// The server's Ed25519 key: it signs receipts. Drawn at the first call.
    pub fn signing_key(&self) -> Result<SigningKey, StoreError> {
        const CONTEXT: &[u8] = b"maraude/keys/signing/1";
        let connection = self.connection();
        let stored: Option<Vec<u8>> = connection
            .query_row(
                "SELECT wrapped FROM server WHERE name = 'signing'",
                [],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(wrapped) = stored {
            let seed = unseal_key(&self.master, CONTEXT, &wrapped, "the server's key")?;
            return Ok(SigningKey::from_bytes(&seed));
        }
        let seed = Zeroizing::new(random::<32>()?);
        connection.execute(
            "INSERT INTO server(name, wrapped) VALUES ('signing', ?1)",
            [seal(&self.master, CONTEXT, &*seed)?],
        )?;
        Ok(SigningKey::from_bytes(&seed))
    }

    /// The key that seals copies of the data; drawn at the first call.
    pub fn backup_key(&self) -> Result<Key32, StoreError> {
        let context = b"maraude/keys/backup/1";
        Ok(self.server_key("backup", context, "the backups' key")?.0)
    }

    /// The key that the end of the audit log is kept under, and whether it was drawn just now.
    pub fn audit_key(&self) -> Result<(Key32, bool), StoreError> {
        self.server_key("audit", b"maraude/keys/audit/1", "the audit log's key")
    }

    /// The key that seals what accounts prove themselves with; drawn at the first call.
    pub fn accounts_key(&self) -> Result<Key32, StoreError> {
        let context = b"maraude/keys/accounts/1";
        Ok(self.server_key("accounts", context, "the accounts' key")?.0)
    }

    /// The key that seals what campaigns leave without persons; drawn at the first call.
    pub fn archives_key(&self) -> Result<Key32, StoreError> {
        let context = b"maraude/keys/archives/1";
        Ok(self.server_key("archives", context, "the archives' key")?.0)
    }

    /// The key that seals the coarse tables of a campaign; drawn at the first call.
    pub fn tables_key(&self, campaign: CampaignId) -> Result<Key32, StoreError> {
        let context = context(b"tables", campaign, None);
        let name = tables_name(campaign);
        Ok(self.server_key(&name, &context, "the key of the tables")?.0)
    }

    /// Whether a campaign has coarse tables that open.
    pub fn has_tables_key(&self, campaign: CampaignId) -> Result<bool, StoreError> {
        let select = "SELECT EXISTS(SELECT 1 FROM server WHERE name = ?1)";
        let name = [tables_name(campaign)];
        Ok(self
            .connection()
            .query_row(select, name, |row| row.get(0))?)
    }

    /// Destroys that key: the tables are erased everywhere.
    pub fn destroy_tables_key(&self, campaign: CampaignId) -> Result<(), StoreError> {
        let connection = self.connection();
        let name = [tables_name(campaign)];
        connection.execute("DELETE FROM server WHERE name = ?1", name)?;
        connection.execute_batch("VACUUM")?;
        drop(connection);
        self.truncate()
    }

    fn server_key(
        &self,
        name: &str,
        context: &[u8],
        what: &'static str,
    ) -> Result<(Key32, bool), StoreError> {
        let connection = self.connection();
        let stored: Option<Vec<u8>> = connection
            .query_row(
                "SELECT wrapped FROM server WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(wrapped) = stored {
            return Ok((unseal_key(&self.master, context, &wrapped, what)?, false));
        }
        let key = Zeroizing::new(random::<32>()?);
        connection.execute(
            "INSERT INTO server(name, wrapped) VALUES (?1, ?2)",
            params![name, seal(&self.master, context, &*key)?],
        )?;
        Ok((key, true))
    }

    /// The key that seals a campaign's log as a whole in a copy: it goes with the campaign's.
    pub fn copy_key(&self, campaign: CampaignId) -> Result<Key32, StoreError> {
        let campaign_key = self.campaign_key(campaign)?;
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*campaign_key)
            .expand(b"maraude/keys/copy/1", &mut *key)
            .expect("32 bytes are within what HKDF gives");
        Ok(key)
    }

    /// Whether a campaign has its keys: not when it was purged.
    pub fn has_campaign(&self, campaign: CampaignId) -> Result<bool, StoreError> {
        let select = "SELECT EXISTS(SELECT 1 FROM campaigns WHERE campaign = ?1)";
        let ids = params![campaign.as_bytes()];
        Ok(self.connection().query_row(select, ids, |row| row.get(0))?)
    }

    /// Draws a campaign's keys.
    pub fn create_campaign(&self, campaign: CampaignId) -> Result<(), StoreError> {
        let key = Zeroizing::new(random::<32>()?);
        let seed = Zeroizing::new(random::<32>()?);
        let (secret, public) = campaign_key_pair(&seed);
        self.connection().execute(
            "INSERT INTO campaigns(campaign, wrapped, wrapped_secret, public)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                campaign.as_bytes(),
                seal(&self.master, &context(b"campaign", campaign, None), &*key)?,
                seal(&key, &context(b"secret", campaign, None), &*secret)?,
                public,
            ],
        )?;
        Ok(())
    }

    /// The campaign's X25519 public key: envelopes are sealed to it.
    pub fn campaign_public(&self, campaign: CampaignId) -> Result<[u8; 32], StoreError> {
        let bytes: Vec<u8> =
            self.campaign_column(campaign, "SELECT public FROM campaigns WHERE campaign = ?1")?;
        bytes
            .try_into()
            .map_err(|_| StoreError::Damaged { table: "campaigns" })
    }

    /// The campaign's X25519 secret key: envelopes are opened with it.
    pub fn campaign_secret(&self, campaign: CampaignId) -> Result<Key32, StoreError> {
        let key = self.campaign_key(campaign)?;
        let wrapped = self.campaign_column(
            campaign,
            "SELECT wrapped_secret FROM campaigns WHERE campaign = ?1",
        )?;
        let context = context(b"secret", campaign, None);
        unseal_key(&key, &context, &wrapped, "the campaign's key")
    }

    /// A document's key, drawn and on disk at the first call.
    pub fn document_key(
        &self,
        campaign: CampaignId,
        document: DocumentId,
    ) -> Result<Key32, StoreError> {
        if let Some(key) = self.opened().documents.get(&(campaign, document)) {
            return Ok(key.clone());
        }
        let wrapping = self.campaign_key(campaign)?;
        let context = context(b"document", campaign, Some(document));
        let connection = self.connection();
        let select = "SELECT wrapped FROM documents WHERE campaign = ?1 AND document = ?2";
        let ids = params![campaign.as_bytes(), document.as_bytes()];
        let stored: Option<Vec<u8>> = connection
            .query_row(select, ids, |row| row.get(0))
            .optional()?;
        let key = if let Some(wrapped) = stored {
            if wrapped.is_empty() {
                return Err(StoreError::ErasedDocument);
            }
            unseal_key(&wrapping, &context, &wrapped, "a document's key")?
        } else {
            let key = Zeroizing::new(random::<32>()?);
            let wrapped = seal(&wrapping, &context, &*key)?;
            connection.execute(
                "INSERT INTO documents(campaign, document, wrapped) VALUES (?1, ?2, ?3)",
                params![campaign.as_bytes(), document.as_bytes(), wrapped],
            )?;
            key
        };
        drop(connection);
        self.opened()
            .documents
            .insert((campaign, document), key.clone());
        Ok(key)
    }

    /// Draws keys for documents that have none, all on disk at once: many new documents cost one wait
    /// for the disk. Each is read by [`Self::document_key`].
    pub fn draw_document_keys(
        &self,
        campaign: CampaignId,
        documents: &BTreeSet<DocumentId>,
    ) -> Result<(), StoreError> {
        let opened = self.opened();
        let unopened = documents.iter();
        let unopened: Vec<DocumentId> = unopened
            .filter(|document| !opened.documents.contains_key(&(campaign, **document)))
            .copied()
            .collect();
        drop(opened);
        if unopened.len() < 2 {
            return Ok(());
        }
        let wrapping = self.campaign_key(campaign)?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for document in unopened {
            let context = context(b"document", campaign, Some(document));
            let wrapped = seal(&wrapping, &context, &*Zeroizing::new(random::<32>()?))?;
            // One that has a key, or had one that was destroyed, keeps its line.
            transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO documents(campaign, document, wrapped)
                     VALUES (?1, ?2, ?3)",
                )?
                .execute(params![campaign.as_bytes(), document.as_bytes(), wrapped])?;
        }
        Ok(transaction.commit()?)
    }

    /// Destroys a document's key: what it sealed is erased everywhere. That it was destroyed is
    /// kept, and no other is drawn: an older copy of the log does not bring the document back.
    pub fn destroy_document(
        &self,
        campaign: CampaignId,
        document: DocumentId,
    ) -> Result<(), StoreError> {
        self.opened().documents.remove(&(campaign, document));
        self.connection().execute(
            "INSERT INTO documents(campaign, document, wrapped) VALUES (?1, ?2, x'')
             ON CONFLICT(campaign, document) DO UPDATE SET wrapped = x''",
            params![campaign.as_bytes(), document.as_bytes()],
        )?;
        self.truncate()
    }

    /// Documents whose keys were destroyed.
    pub fn destroyed_documents(&self, campaign: CampaignId) -> Result<Vec<DocumentId>, StoreError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT document FROM documents WHERE campaign = ?1 AND wrapped = x''")?;
        let found = statement
            .query_map([campaign.as_bytes()], |row| {
                row.get::<_, [u8; 16]>(0).map(DocumentId::from_bytes)
            })?
            .collect::<Result<_, _>>()?;
        Ok(found)
    }

    /// Destroys a campaign's keys: all it sealed is erased everywhere.
    pub fn destroy_campaign(&self, campaign: CampaignId) -> Result<(), StoreError> {
        let connection = self.connection();
        connection.execute(
            "DELETE FROM campaigns WHERE campaign = ?1",
            [campaign.as_bytes()],
        )?;
        let pseudonyms = [pseudonyms::name_of(campaign)];
        connection.execute("DELETE FROM server WHERE name = ?1", pseudonyms)?;
        // What the pages held goes with them: the file is written anew.
        connection.execute_batch("VACUUM")?;
        drop(connection);
        let mut opened = self.opened();
        opened.campaigns.remove(&campaign);
        opened.documents.retain(|(of, _), _| *of != campaign);
        drop(opened);
        self.truncate()
    }

    fn campaign_key(&self, campaign: CampaignId) -> Result<Key32, StoreError> {
        if let Some(key) = self.opened().campaigns.get(&campaign) {
            return Ok(key.clone());
        }
        let wrapped = self.campaign_column(
            campaign,
            "SELECT wrapped FROM campaigns WHERE campaign = ?1",
        )?;
        let context = context(b"campaign", campaign, None);
        let key = unseal_key(&self.master, &context, &wrapped, "the campaign's key")?;
        self.opened().campaigns.insert(campaign, key.clone());
        Ok(key)
    }

    fn campaign_column(&self, campaign: CampaignId, sql: &str) -> Result<Vec<u8>, StoreError> {
        self.connection()
            .query_row(sql, [campaign.as_bytes()], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::UnknownCampaign)
    }

    fn truncate(&self) -> Result<(), StoreError> {
        self.connection()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tables_name(campaign: CampaignId) -> String {
    format!("tables {campaign}")
}

fn context(what: &[u8], campaign: CampaignId, document: Option<DocumentId>) -> Vec<u8> {
    let mut context = b"maraude/keys/1/".to_vec();
    context.extend_from_slice(what);
    context.extend_from_slice(campaign.as_bytes());
    if let Some(document) = document {
        context.extend_from_slice(document.as_bytes());
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_drawn_together_are_each_drawn_once_and_none_after_erasure() {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::draw().unwrap();
        let store = KeyStore::open(&folder.path().join("keys.db"), &master).unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        store.create_campaign(campaign).unwrap();
        let document = |number: u8| DocumentId::from_random([number; 16]);
        let first = store.document_key(campaign, document(1)).unwrap();
        store.destroy_document(campaign, document(2)).unwrap();
        let all: BTreeSet<DocumentId> = (1..6).map(document).collect();
        store.draw_document_keys(campaign, &all).unwrap();
        let key = |number: u8| store.document_key(campaign, document(number));
        let drawn: Vec<_> = (3..6).map(|number| key(number).unwrap()).collect();
        store.draw_document_keys(campaign, &all).unwrap();
        drop(store);
        let store = KeyStore::open(&folder.path().join("keys.db"), &master).unwrap();
        store.draw_document_keys(campaign, &all).unwrap();
        let key = |number: u8| store.document_key(campaign, document(number));
        assert_eq!(*key(1).unwrap(), *first);
        assert!(matches!(key(2), Err(StoreError::ErasedDocument)));
        for (number, drawn) in (3..6).zip(&drawn) {
            assert_eq!(*key(number).unwrap(), **drawn);
        }
        assert_ne!(*drawn[0], *drawn[1]);
    }

    #[test]
    fn keys_read_back_and_are_gone_once_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.db");
        let master = MasterKey::draw().unwrap();
        let (campaign, document) = (
            CampaignId::from_random([1; 16]),
            DocumentId::from_random([2; 16]),
        );
        let store = KeyStore::open(&path, &master).unwrap();
        assert!(matches!(
            store.document_key(campaign, document),
            Err(StoreError::UnknownCampaign)
        ));
        store.create_campaign(campaign).unwrap();
        let key = store.document_key(campaign, document).unwrap();
        let secret = store.campaign_secret(campaign).unwrap();
        drop(store);

        let other = MasterKey::draw().unwrap();
        assert!(matches!(
            KeyStore::open(&path, &other),
            Err(StoreError::Sealed { .. })
        ));

        let store = KeyStore::open(&path, &master).unwrap();
        assert_eq!(*store.document_key(campaign, document).unwrap(), *key);
        assert_eq!(*store.campaign_secret(campaign).unwrap(), *secret);
        store.destroy_document(campaign, document).unwrap();
        drop(store);
        let store = KeyStore::open(&path, &master).unwrap();
        let erased = store.document_key(campaign, document);
        assert!(matches!(erased, Err(StoreError::ErasedDocument)));
        assert_eq!(store.destroyed_documents(campaign).unwrap(), [document]);
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes
                .windows(key.len())
                .any(|window| window == key.as_slice())
        );
        store.destroy_campaign(campaign).unwrap();
        assert!(store.campaign_secret(campaign).is_err());
    }
}
