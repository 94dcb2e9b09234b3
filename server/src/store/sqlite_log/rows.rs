//! Rows back into values.

use crate::store::StoreError;
use crate::store::log::{
    Circumstance, Contact, HashValue, LogEnd, LogPosition, NewChange, NewQuarantined, NewRelease,
    Quarantined, Snapshot, StoredDocument, StoredRelease, Tombstone,
};
use maraude_core::model::{DeviceId, DeviceReport, DocumentId};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

/// A change with its bytes still sealed.
pub(super) type ChangeRow = (LogPosition, NewChange);

pub(super) fn fixed<const N: usize>(
    bytes: &[u8],
    table: &'static str,
) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged { table })
}

pub(super) fn last_position(c: &Connection) -> Result<LogPosition, StoreError> {
    let mut statement = c.prepare_cached("SELECT coalesce(max(position), 0) FROM changes")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub(super) fn end(c: &Connection) -> Result<Option<LogEnd>, StoreError> {
    let mut statement =
        c.prepare_cached("SELECT position, hash FROM changes ORDER BY position DESC LIMIT 1")?;
    let row = |row: &Row<'_>| {
        Ok(LogEnd {
            position: row.get(0)?,
            hash: row.get(1)?,
        })
    };
    Ok(statement.query_row([], row).optional()?)
}

/// A position that was never given out, or given to another change, is one of a log that went on
/// after this one was copied. A position without a change is one that was erased.
pub(super) fn has_lost(c: &Connection, end: &LogEnd) -> Result<bool, StoreError> {
    let mut statement = c.prepare_cached("SELECT hash FROM changes WHERE position = ?1")?;
    let found: Option<[u8; 32]> = statement
        .query_row([end.position], |row| row.get(0))
        .optional()?;
    if let Some(hash) = found {
        return Ok(hash != end.hash);
    }
    let mut statement =
        c.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?;
    let given: Option<u64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(given.unwrap_or(0) < end.position)
}

pub(super) fn author_of(
    c: &Connection,
    document: DocumentId,
    change: &HashValue,
) -> Result<Option<DeviceId>, StoreError> {
    let sql = "SELECT device FROM changes WHERE document = ?1 AND hash = ?2";
    let mut statement = c.prepare_cached(sql)?;
    let found = statement.query_row(params![document.as_bytes(), change], |row| {
        row.get::<_, [u8; 16]>(0).map(DeviceId::from_bytes)
    });
    Ok(found.optional()?)
}

pub(super) fn command(c: &Connection, command: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = c.prepare_cached("SELECT answer FROM commands WHERE id = ?1")?;
    Ok(statement
        .query_row([command], |row| row.get(0))
        .optional()?)
}

pub(super) fn changes(
    c: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "SELECT position, document, hash, device, carrier, organisation, received_at,
           clock_offset_ms, circumstance, bytes FROM changes {clause}"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(values, change)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn change(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    let circumstance: Option<String> = row.get(8)?;
    let change = NewChange {
        document: DocumentId::from_bytes(row.get(1)?),
        hash: row.get(2)?,
        device: DeviceId::from_bytes(row.get(3)?),
        carrier: DeviceId::from_bytes(row.get(4)?),
        organisation: row.get(5)?,
        received_at: row.get(6)?,
        clock_offset_ms: row.get(7)?,
        circumstance: circumstance.as_deref().and_then(Circumstance::of_code),
        bytes: row.get(9)?,
    };
    Ok((row.get(0)?, change))
}

pub(super) fn snapshot(
    c: &Connection,
    document: DocumentId,
) -> Result<Option<Snapshot>, StoreError> {
    let sql = "SELECT position, covers_bytes, bytes FROM snapshots WHERE document = ?1";
    let mut statement = c.prepare_cached(sql)?;
    let row = |row: &Row<'_>| {
        Ok(Snapshot {
            document,
            position: row.get(0)?,
            covers_bytes: row.get(1)?,
            bytes: row.get(2)?,
        })
    };
    Ok(statement.query_row([document.as_bytes()], row).optional()?)
}

pub(super) fn documents(
    c: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<StoredDocument>, StoreError> {
    let sql = format!(
        "SELECT d.id, d.name, d.last_position, d.changes FROM documents d {clause}
         ORDER BY d.last_position, d.id"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| {
        let name: String = row.get(1)?;
        Ok((row.get::<_, [u8; 16]>(0)?, name, row.get(2)?, row.get(3)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (id, name, last_position, changes) = row?;
        found.push(StoredDocument {
            document: DocumentId::from_bytes(id),
            name: serde_json::from_str(&name)
                .map_err(|_| StoreError::Damaged { table: "documents" })?,
            last_position,
            changes,
        });
    }
    Ok(found)
}

pub(super) fn quarantine(
    c: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<Quarantined>, StoreError> {
    let sql = format!(
        "SELECT number, envelope, item, document, change, device, carrier, code, received_at,
           settled_at, bytes, awaits FROM quarantine {clause}"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| {
        let item = NewQuarantined {
            envelope: row.get(1)?,
            item: row.get(2)?,
            document: row
                .get::<_, Option<[u8; 16]>>(3)?
                .map(DocumentId::from_bytes),
            change: row.get(4)?,
            device: row.get::<_, Option<[u8; 16]>>(5)?.map(DeviceId::from_bytes),
            carrier: DeviceId::from_bytes(row.get(6)?),
            code: row.get(7)?,
            awaits: row.get(11)?,
            received_at: row.get(8)?,
            bytes: row.get(10)?,
        };
        Ok(Quarantined {
            number: row.get(0)?,
            item,
            settled_at: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn contacts(c: &Connection) -> Result<Vec<Contact>, StoreError> {
    let mut statement = c.prepare_cached(
        "SELECT device, at, clock_offset_ms, app_version, battery_percent, unsent,
           oldest_unsent_at, known_end FROM contacts ORDER BY device",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Contact {
            device: DeviceId::from_bytes(row.get(0)?),
            at: row.get(1)?,
            clock_offset_ms: row.get(2)?,
            device_report: DeviceReport {
                app_version: row.get(3)?,
                battery_percent: row.get(4)?,
                unsent: row.get(5)?,
                oldest_unsent_at: row.get(6)?,
            },
            known_end: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn releases(c: &Connection) -> Result<Vec<StoredRelease>, StoreError> {
    let mut statement = c.prepare_cached(
        "SELECT number, stage, built_at, position, author, body FROM releases ORDER BY number",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(StoredRelease {
            number: row.get(0)?,
            release: NewRelease {
                stage: row.get(1)?,
                built_at: row.get(2)?,
                position: row.get(3)?,
                author: row.get(4)?,
                body: row.get(5)?,
                ledger: Vec::new(),
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn tombstones(
    c: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<Tombstone>, StoreError> {
    let sql = format!(
        "SELECT document, at, reason, successor FROM tombstones {clause} ORDER BY at, document"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| {
        let successor: Option<String> = row.get(3)?;
        Ok(Tombstone {
            document: DocumentId::from_bytes(row.get(0)?),
            at: row.get(1)?,
            reason: row.get(2)?,
            successor: successor.and_then(|name| serde_json::from_str(&name).ok()),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
