//! Batches into rows: one transaction for all, each batch whole or not at all.

use super::{SqliteLog, rows};
use crate::store::StoreError;
use crate::store::log::{
    Appended, Batch, BatchRefusal, Circumstance, Contact, Log, LogPosition, NewChange,
    NewQuarantined, Reissue, Snapshot, Tombstone,
};
use maraude_core::model::DocumentId;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::BTreeSet;

impl SqliteLog {
    pub(super) fn append_all(
        &self,
        batches: &[Batch],
    ) -> Result<Vec<Result<Appended, BatchRefusal>>, StoreError> {
        // Keys are drawn, and the bytes sealed, before the transaction: a new document's key must
        // be on disk before the first change sealed with it.
        let written = batches.iter().flat_map(|batch| &batch.changes);
        let documents = written.map(|change| change.document).collect();
        self.keys.draw_document_keys(self.campaign, &documents)?;
        let sealed: Vec<Result<Sealed, BatchRefusal>> = batches
            .iter()
            .map(|batch| self.seal_or_refuse(batch))
            .collect::<Result<_, _>>()?;
        self.in_transaction(|transaction| {
            batches
                .iter()
                .zip(&sealed)
                .map(|(batch, sealed)| match sealed {
                    Ok(sealed) => append_one(transaction, batch, sealed),
                    Err(refusal) => Ok(Err(refusal.clone())),
                })
                .collect()
        })
    }

    /// The rows of a reissue, in one transaction. Refused bytes of what goes leave first: what they
    /// mean for what takes its place keeps their name.
    pub(super) fn reissue_rows(
        &self,
        reissue: &Reissue,
    ) -> Result<Result<Appended, BatchRefusal>, StoreError> {
        let written = reissue.batch.changes.iter();
        let documents = written.map(|change| change.document).collect();
        self.keys.draw_document_keys(self.campaign, &documents)?;
        let sealed = match self.seal_or_refuse(&reissue.batch)? {
            Ok(sealed) => sealed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.in_transaction(|t| {
            if let Some(refusal) = check(t, &reissue.batch)? {
                return Ok(Err(refusal));
            }
            for gone in &reissue.gone {
                let sql = "DELETE FROM quarantine WHERE document = ?1";
                t.execute(sql, [gone.document.as_bytes()])?;
            }
            for number in &reissue.unkept {
                let sql = "DELETE FROM quarantine WHERE number = ?1";
                t.execute(sql, [*number as i64])?;
            }
            let appended = append_one(t, &reissue.batch, &sealed)?;
            if appended.is_ok() {
                for gone in &reissue.gone {
                    bury(t, gone)?;
                }
                for (name, value) in &reissue.meta {
                    t.execute(
                        "INSERT INTO meta(name, value) VALUES (?1, ?2)
                         ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                        params![name, value],
                    )?;
                }
            }
            Ok(appended)
        })
    }

    /// What was deleted is in the write-ahead log until it is emptied.
    pub(super) fn truncate(&self) -> Result<(), StoreError> {
        self.writer()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// A document erased meanwhile has no key any more: its batch is refused, its neighbours not.
    fn seal_or_refuse(&self, batch: &Batch) -> Result<Result<Sealed, BatchRefusal>, StoreError> {
        match self.seal_batch(batch) {
            Ok(sealed) => Ok(Ok(sealed)),
            Err(StoreError::ErasedDocument) => {
                let written = batch.changes.iter().map(|change| change.document);
                let snapshot = batch.snapshot.as_ref().map(|snapshot| snapshot.document);
                for document in written.chain(snapshot) {
                    if self.tombstone(document)?.is_some() {
                        return Ok(Err(BatchRefusal::Erased { document }));
                    }
                }
                Err(StoreError::ErasedDocument)
            }
            Err(error) => Err(error),
        }
    }

    fn seal_batch(&self, batch: &Batch) -> Result<Sealed, StoreError> {
        let changes = batch.changes.iter().map(|change| self.seal_change(change));
        let quarantine = batch
            .quarantine
            .iter()
            .map(|item| self.seal_quarantined(item));
        Ok(Sealed {
            changes: changes.collect::<Result<_, _>>()?,
            quarantine: quarantine.collect::<Result<_, _>>()?,
            snapshot: (batch.snapshot.as_ref())
                .map(|snapshot| self.seal_snapshot(snapshot))
                .transpose()?,
        })
    }
}

/// A batch's bytes, sealed.
struct Sealed {
    changes: Vec<Vec<u8>>,
    quarantine: Vec<Vec<u8>>,
    snapshot: Option<Vec<u8>>,
}

/// A tombstone in the place of a document's rows.
pub(super) fn bury(t: &Transaction<'_>, tombstone: &Tombstone) -> Result<(), StoreError> {
    let document = tombstone.document.as_bytes();
    let successor = (tombstone.successor.as_ref())
        .map(serde_json::to_string)
        .transpose()
        .map_err(|_| StoreError::Damaged {
            table: "tombstones",
        })?;
    t.execute(
        "INSERT OR IGNORE INTO tombstones(document, at, reason, successor)
         VALUES (?1, ?2, ?3, ?4)",
        params![document, tombstone.at, tombstone.reason, successor],
    )?;
    t.execute("DELETE FROM changes WHERE document = ?1", [document])?;
    t.execute("DELETE FROM quarantine WHERE document = ?1", [document])?;
    t.execute("DELETE FROM snapshots WHERE document = ?1", [document])?;
    t.execute("DELETE FROM documents WHERE id = ?1", [document])?;
    Ok(())
}

fn append_one(
    t: &Transaction<'_>,
    batch: &Batch,
    sealed: &Sealed,
) -> Result<Result<Appended, BatchRefusal>, StoreError> {
    if let Some(refusal) = check(t, batch)? {
        return Ok(Err(refusal));
    }
    for (document, name) in &batch.documents {
        let name =
            serde_json::to_string(name).map_err(|_| StoreError::Damaged { table: "documents" })?;
        t.prepare_cached("INSERT OR IGNORE INTO documents(id, name) VALUES (?1, ?2)")?
            .execute(params![document.as_bytes(), name])?;
    }
    let before = rows::last_position(t)?;
    let mut appended = Appended::default();
    for (change, bytes) in batch.changes.iter().zip(&sealed.changes) {
        insert_change(t, change, bytes, &mut appended)?;
    }
    note_documents(t, batch, before, &appended)?;
    for (item, bytes) in batch.quarantine.iter().zip(&sealed.quarantine) {
        insert_quarantined(t, item, bytes)?;
    }
    for (number, change) in &batch.moved_on {
        t.prepare_cached("UPDATE quarantine SET awaits = ?2 WHERE number = ?1")?
            .execute(params![number, change])?;
    }
    for (number, at) in &batch.settled {
        t.prepare_cached("UPDATE quarantine SET settled_at = ?2 WHERE number = ?1")?
            .execute(params![number, at])?;
    }
    if let Some(contact) = &batch.contact {
        put_contact(t, contact)?;
    }
    if let Some(mark) = &batch.command {
        t.prepare_cached("INSERT INTO commands(id, answer) VALUES (?1, ?2)")?
            .execute(params![mark.command, mark.answer])?;
    }
    if let (Some(snapshot), Some(bytes)) = (&batch.snapshot, &sealed.snapshot) {
        put_snapshot(t, snapshot, bytes)?;
    }
    appended.last = rows::last_position(t)?;
    Ok(Ok(appended))
}

fn check(t: &Transaction<'_>, batch: &Batch) -> Result<Option<BatchRefusal>, StoreError> {
    if let Some(mark) = &batch.command
        && let Some(answer) = rows::command(t, &mark.command)?
    {
        return Ok(Some(BatchRefusal::Repeated { answer }));
    }
    let written = batch.changes.iter().map(|change| change.document);
    let snapshot = batch.snapshot.iter().map(|snapshot| snapshot.document);
    let named = batch.documents.iter().map(|(document, _)| *document);
    let refused = batch.quarantine.iter().filter_map(|item| item.document);
    for document in written.chain(named).chain(snapshot).chain(refused) {
        let erased: bool = t
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM tombstones WHERE document = ?1)")?
            .query_row([document.as_bytes()], |row| row.get(0))?;
        if erased {
            return Ok(Some(BatchRefusal::Erased { document }));
        }
    }
    // Asked last: what was erased is not there either.
    for (document, hash) in &batch.requires {
        if position_of(t, *document, hash)?.is_none() {
            return Ok(Some(BatchRefusal::Missing));
        }
    }
    Ok(None)
}

fn position_of(
    t: &Transaction<'_>,
    document: DocumentId,
    hash: &[u8; 32],
) -> Result<Option<u64>, StoreError> {
    Ok(
        t.prepare_cached("SELECT position FROM changes WHERE document = ?1 AND hash = ?2")?
            .query_row(params![document.as_bytes(), hash], |row| row.get(0))
            .optional()?,
    )
}

fn insert_change(
    t: &Transaction<'_>,
    change: &NewChange,
    sealed: &[u8],
    appended: &mut Appended,
) -> Result<(), StoreError> {
    if let Some(position) = position_of(t, change.document, &change.hash)? {
        appended.positions.push(position);
        return Ok(());
    }
    t.prepare_cached(
        "INSERT INTO changes(document, hash, device, carrier, organisation, received_at,
           clock_offset_ms, circumstance, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        change.document.as_bytes(),
        change.hash,
        change.device.as_bytes(),
        change.carrier.as_bytes(),
        change.organisation,
        change.received_at,
        change.clock_offset_ms,
        change.circumstance.map(Circumstance::code),
        sealed,
    ])?;
    appended.positions.push(t.last_insert_rowid() as u64);
    if !appended.documents.contains(&change.document) {
        appended.documents.push(change.document);
    }
    Ok(())
}

/// Each document that gained something is told so once, however many changes it gained.
fn note_documents(
    t: &Transaction<'_>,
    batch: &Batch,
    before: LogPosition,
    appended: &Appended,
) -> Result<(), StoreError> {
    for document in &appended.documents {
        let changes = batch.changes.iter().zip(&appended.positions);
        // One that stands twice in a batch is told with one place.
        let new: BTreeSet<LogPosition> = changes
            .filter(|(change, position)| change.document == *document && **position > before)
            .map(|(_, position)| *position)
            .collect();
        let Some(last) = new.last() else { continue };
        t.prepare_cached(
            "UPDATE documents SET last_position = ?2, changes = changes + ?3 WHERE id = ?1",
        )?
        .execute(params![document.as_bytes(), last, new.len()])?;
    }
    Ok(())
}

fn insert_quarantined(
    t: &Transaction<'_>,
    item: &NewQuarantined,
    sealed: &[u8],
) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT OR IGNORE INTO quarantine(envelope, item, document, change, device, carrier, code,
           received_at, bytes, awaits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        item.envelope,
        item.item,
        item.document.map(|id| *id.as_bytes()),
        item.change,
        item.device.map(|id| *id.as_bytes()),
        item.carrier.as_bytes(),
        item.code,
        item.received_at,
        sealed,
        item.awaits,
    ])?;
    Ok(())
}

fn put_snapshot(t: &Transaction<'_>, of: &Snapshot, sealed: &[u8]) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO snapshots(document, position, covers_bytes, bytes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT(document) DO UPDATE SET position = excluded.position,
           covers_bytes = excluded.covers_bytes, bytes = excluded.bytes",
    )?
    .execute(params![
        of.document.as_bytes(),
        of.position,
        of.covers_bytes,
        sealed
    ])?;
    Ok(())
}

fn put_contact(t: &Transaction<'_>, contact: &Contact) -> Result<(), StoreError> {
    let report = &contact.device_report;
    t.prepare_cached(
        "INSERT INTO contacts(device, at, clock_offset_ms, app_version, battery_percent, unsent,
           oldest_unsent_at, known_end) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT(device) DO UPDATE SET at = excluded.at,
           clock_offset_ms = excluded.clock_offset_ms, app_version = excluded.app_version,
           battery_percent = excluded.battery_percent, unsent = excluded.unsent,
           oldest_unsent_at = excluded.oldest_unsent_at,
           known_end = coalesce(excluded.known_end, known_end)",
    )?
    .execute(params![
        contact.device.as_bytes(),
        contact.at,
        contact.clock_offset_ms,
        report.app_version,
        report.battery_percent,
        report.unsent,
        report.oldest_unsent_at,
        contact.known_end,
    ])?;
    Ok(())
}
