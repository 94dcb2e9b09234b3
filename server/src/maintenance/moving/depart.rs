//! A campaign leaves: its log is copied while the server works, read to its end under the keys that go
//! along, and streamed into the seal.

use super::super::backup::{in_file, remove};
use super::super::sealed_file::{MOVING, SealedWriter};
use super::{ENTRIES, FORMAT, LogTold, MovedCampaign, MovingError, ONE, read_through};
use crate::store::{
    CampaignKeys, Campaigns, Key32, LayerStore, Remains, SqliteLog, StoreError, copy_database,
    pause_at,
};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use maraude_core::model::{CampaignId, TimestampMs};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::PoisonError;
use zeroize::Zeroizing;

/// Which campaign leaves, and how it is sealed.
pub struct DepartureOrder {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// What the file is sealed under; nothing else is.
    pub key: Key32,
    /// What other campaigns of this server, and of those before, released.
    pub told_elsewhere: Vec<(CampaignId, Remains)>,
    /// Its stricter numbers of disclosure control.
    pub numbers: BTreeMap<String, u32>,
    /// Server clock.
    pub now: TimestampMs,
}

maraude_core::redacts!(DepartureOrder);

/// Writes a campaign's file; gives what is in it, and the file's SHA-256 in hexadecimal.
///
/// # Errors
/// [`MovingError`]; what was written then is no file.
pub fn depart(
    campaigns: &Campaigns,
    layers: &LayerStore,
    order: DepartureOrder,
    out: &mut dyn Write,
) -> Result<(MovedCampaign, String), MovingError> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let partial = campaigns.folder().departure_partial(order.campaign);
    remove(&partial)?;
    campaigns.folder().create_partial(&partial)?;
    let written = put_together(campaigns, layers, order, &partial, out);
    let removed = remove(&partial);
    let written = written?;
    removed?;
    Ok(written)
}

fn put_together(
    campaigns: &Campaigns,
    layers: &LayerStore,
    order: DepartureOrder,
    partial: &Path,
    out: &mut dyn Write,
) -> Result<(MovedCampaign, String), MovingError> {
    let campaign = order.campaign;
    let copy = partial.join("log.db");
    copy_database(&campaigns.folder().log_db(campaign), &copy)?;
    // After the log: every document of the copy has its key, and an erased one has none.
    let keys = campaigns.keys().keys_to_move(campaign)?;
    let log = read_copy(campaigns, &keys, partial)?;
    pause_at("departure-staged");
    let rows = campaigns
        .server()
        .rows_to_move(campaign, order.told_elsewhere)?;
    let told = MovedCampaign {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: order.now,
        from: campaigns.server().server_device()?,
        from_key: HEXLOWER.encode(campaigns.keys().signing_key()?.verifying_key().as_bytes()),
        campaign,
        name: order.name,
        log,
        tablets: rows.devices.len(),
        layers: layers.pinned(campaign)?,
        numbers: order.numbers,
    };
    let manifest = Zeroizing::new(
        serde_json::to_vec_pretty(&told).map_err(|error| MovingError::Writing(error.into()))?,
    );
    let copy = in_file(&copy, |path| File::open(path))?;
    let entries = [manifest, cbor(&keys)?, cbor(&rows)?];
    let digest = seal_up(&entries, copy, order.key, out).map_err(MovingError::Writing)?;
    Ok((told, digest))
}

/// Reads the copy as another server will: with these keys and no other. What was erased meanwhile goes
/// from the copy too.
fn read_copy(
    campaigns: &Campaigns,
    keys: &CampaignKeys,
    partial: &Path,
) -> Result<LogTold, StoreError> {
    let beside = campaigns.keys().beside(&partial.join("keys.db"))?;
    beside.take_keys(keys)?;
    let log = SqliteLog::open(&partial.join("log.db"), keys.campaign(), beside.into())?;
    read_through(&log)
}

pub(super) fn seal_up(
    entries: &[Zeroizing<Vec<u8>>; 3],
    log: File,
    key: Key32,
    out: &mut dyn Write,
) -> io::Result<String> {
    let sealed = SealedWriter::new(Hashing::new(out), MOVING, key)?;
    let mut archive = tar::Builder::new(GzEncoder::new(sealed, Compression::fast()));
    for (name, bytes) in ENTRIES.iter().zip(entries) {
        append(&mut archive, name, bytes.len() as u64, bytes.as_slice())?;
    }
    let length = log.metadata()?.len();
    append(&mut archive, ENTRIES[3], length, log)?;
    let written = archive.into_inner()?.finish()?.finish()?;
    Ok(written.digest())
}

fn append<W: Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    length: u64,
    content: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header.set_cksum();
    archive.append_data(&mut header, name, content)
}

pub(super) fn cbor<T: serde::Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, MovingError> {
    let mut bytes = Zeroizing::new(Vec::new());
    ciborium::into_writer(value, &mut *bytes)
        .map_err(|error| MovingError::Writing(io::Error::other(error.to_string())))?;
    Ok(bytes)
}

/// Passes on what is written or read, and keeps its SHA-256.
pub(super) struct Hashing<T> {
    inner: T,
    hasher: Sha256,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
        }
    }

    /// In hexadecimal.
    pub(super) fn digest(self) -> String {
        HEXLOWER.encode(&self.hasher.finalize())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.hasher.update(&into[..read]);
        Ok(read)
    }
}
