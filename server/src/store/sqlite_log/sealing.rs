//! What is sealed in the log, under which key, and bound to which place.
//!
//! It must never seal two kinds of bytes in one context: a row moved elsewhere would open there.

use super::{QUARANTINE, SqliteLog, rows};
use crate::store::StoreError;
use crate::store::log::{NewChange, NewQuarantined, Quarantined, Snapshot, StoredChange};
use crate::store::seal::{Key32, seal, unseal};
use maraude_core::model::DocumentId;

impl SqliteLog {
    pub(super) fn document_key(&self, document: DocumentId) -> Result<Key32, StoreError> {
        self.keys.document_key(self.campaign, document)
    }

    pub(super) fn change_context(&self, document: DocumentId, hash: &[u8; 32]) -> Vec<u8> {
        let mut context = b"maraude/change/1".to_vec();
        context.extend_from_slice(self.campaign.as_bytes());
        context.extend_from_slice(document.as_bytes());
        context.extend_from_slice(hash);
        context
    }

    pub(super) fn quarantine_context(&self, envelope: &[u8; 32], item: u32) -> Vec<u8> {
        let mut context = b"maraude/quarantine/1".to_vec();
        context.extend_from_slice(self.campaign.as_bytes());
        context.extend_from_slice(envelope);
        context.extend_from_slice(&item.to_be_bytes());
        context
    }

    pub(super) fn snapshot_context(&self, snapshot: &Snapshot) -> Vec<u8> {
        let mut context = b"maraude/snapshot/1".to_vec();
        context.extend_from_slice(self.campaign.as_bytes());
        context.extend_from_slice(snapshot.document.as_bytes());
        context.extend_from_slice(&snapshot.position.to_be_bytes());
        context.extend_from_slice(&snapshot.covers_bytes.to_be_bytes());
        context
    }

    pub(super) fn linkage_context(&self) -> Vec<u8> {
        [b"maraude/linkage/1".as_slice(), self.campaign.as_bytes()].concat()
    }

    pub(super) fn open_change(&self, row: rows::ChangeRow) -> Result<StoredChange, StoreError> {
        let (position, mut change) = row;
        let key = self.document_key(change.document)?;
        let context = self.change_context(change.document, &change.hash);
        change.bytes = unseal(&key, &context, &change.bytes, "a change")?;
        Ok(StoredChange { position, change })
    }

    pub(super) fn open_quarantined(
        &self,
        mut found: Vec<Quarantined>,
    ) -> Result<Vec<Quarantined>, StoreError> {
        if found.is_empty() {
            return Ok(found);
        }
        let key = self.document_key(QUARANTINE)?;
        for kept in &mut found {
            let context = self.quarantine_context(&kept.item.envelope, kept.item.item);
            kept.item.bytes = unseal(&key, &context, &kept.item.bytes, "quarantined bytes")?;
        }
        Ok(found)
    }

    pub(super) fn seal_change(&self, change: &NewChange) -> Result<Vec<u8>, StoreError> {
        let key = self.document_key(change.document)?;
        seal(
            &key,
            &self.change_context(change.document, &change.hash),
            &change.bytes,
        )
    }

    pub(super) fn seal_snapshot(&self, snapshot: &Snapshot) -> Result<Vec<u8>, StoreError> {
        let key = self.document_key(snapshot.document)?;
        seal(&key, &self.snapshot_context(snapshot), &snapshot.bytes)
    }

    pub(super) fn seal_quarantined(&self, item: &NewQuarantined) -> Result<Vec<u8>, StoreError> {
        let key = self.document_key(QUARANTINE)?;
        seal(
            &key,
            &self.quarantine_context(&item.envelope, item.item),
            &item.bytes,
        )
    }
}
