//! Reads a campaign's file: every byte of it is authenticated, and nothing but its four entries is in it.

use super::super::backup::{BackupError, in_file};
use super::super::sealed_file::{MOVING, SealedReader};
use super::depart::Hashing;
use super::{ENTRIES, FORMAT, MovedCampaign, MovingError, read_held};
use crate::store::{CampaignKeys, Key32, MovedRows, StoreError};
use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek};
use std::path::Path;

/// Bytes before the version in a file's header.
const FAMILY: usize = 15;

/// What was in a file, but its log.
pub(super) struct Opened {
    pub(super) told: MovedCampaign,
    pub(super) keys: CampaignKeys,
    pub(super) rows: MovedRows,
    /// SHA-256 of the file, hexadecimal.
    pub(super) digest: String,
}

/// What a file says of its campaign; the rest of it is not read.
///
/// # Errors
/// [`MovingError`]
pub fn look(file: &Path, key: &Key32) -> Result<MovedCampaign, MovingError> {
    let named = |error| fault(file, error);
    let mut archive = tar::Archive::new(GzDecoder::new(begin(file, key)?));
    let first = archive.entries().map_err(named)?.next();
    let first = first.ok_or_else(|| altered(file, "it is empty"))?;
    manifest(file, first.map_err(named)?)
}

/// Reads a file to its end without keeping its log; gives what it says and its SHA-256.
///
/// # Errors
/// [`MovingError`]
pub fn read_whole(file: &Path, key: &Key32) -> Result<(MovedCampaign, String), MovingError> {
    let opened = open(file, key, &mut io::sink())?;
    Ok((opened.told, opened.digest))
}

/// Reads a file to its end; its log goes to `log`.
pub(super) fn open(
    file: &Path,
    key: &Key32,
    log: &mut dyn io::Write,
) -> Result<Opened, MovingError> {
    let named = |error| fault(file, error);
    let mut archive = tar::Archive::new(GzDecoder::new(begin(file, key)?));
    let mut entries = archive.entries().map_err(named)?;
    let mut next = |wanted: &str| {
        let entry = entries
            .next()
            .ok_or_else(|| altered(file, "it lacks files"))?;
        let entry = entry.map_err(named)?;
        let name = entry.path().map_err(named)?.display().to_string();
        if name == wanted {
            Ok(entry)
        } else {
            Err(altered(file, &format!("{name} where {wanted} should be")))
        }
    };
    let told = manifest(file, next(ENTRIES[0])?)?;
    let keys = from_cbor(file, next(ENTRIES[1])?)?;
    let rows = from_cbor(file, next(ENTRIES[2])?)?;
    io::copy(&mut next(ENTRIES[3])?, log).map_err(named)?;
    if entries.next().is_some() {
        return Err(altered(file, "more files than belong in it"));
    }
    // What follows the last file is authenticated too, and the seal's end must be the file's.
    let mut packed = archive.into_inner();
    io::copy(&mut packed, &mut io::sink()).map_err(named)?;
    let read = packed.into_inner().finish().map_err(named)?;
    Ok(Opened {
        told,
        keys,
        rows,
        digest: read.into_inner().digest(),
    })
}

type Sealed = SealedReader<BufReader<Hashing<File>>>;

fn begin(path: &Path, key: &Key32) -> Result<Sealed, MovingError> {
    let mut file = in_file(path, |path| File::open(path))?;
    check_header(path, &mut file)?;
    in_file(path, |_| file.rewind())?;
    let hashed = BufReader::new(Hashing::new(file));
    let mut sealed =
        SealedReader::new(hashed, MOVING, key.clone()).map_err(|error| fault(path, error))?;
    sealed.begin().map_err(|error| match error.kind() {
        ErrorKind::InvalidData => MovingError::Words {
            file: path.to_path_buf(),
        },
        _ => fault(path, error),
    })?;
    Ok(sealed)
}

/// A file of a newer program is told from one of another kind.
fn check_header(path: &Path, file: &mut File) -> Result<(), MovingError> {
    let own = MOVING.header;
    let mut header = [0; 16];
    file.read_exact(&mut header)
        .map_err(|error| fault(path, error))?;
    if header == *own {
        return Ok(());
    }
    let file = path.to_path_buf();
    let is_of_family = header[..FAMILY] == own[..FAMILY];
    if is_of_family && header[FAMILY].is_ascii_digit() && header[FAMILY] > own[FAMILY] {
        return Err(MovingError::Newer { file });
    }
    Err(MovingError::Foreign { file })
}

fn manifest(file: &Path, entry: impl Read) -> Result<MovedCampaign, MovingError> {
    /// What every format says of itself.
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let bytes = read_held(entry).map_err(|error| fault(file, error))?;
    let unreadable = |error: serde_json::Error| altered(file, &error.to_string());
    let Format { format } = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if format > FORMAT {
        return Err(MovingError::Newer {
            file: file.to_path_buf(),
        });
    }
    serde_json::from_slice(&bytes).map_err(unreadable)
}

fn from_cbor<T: DeserializeOwned>(file: &Path, entry: impl Read) -> Result<T, MovingError> {
    let bytes = read_held(entry).map_err(|error| fault(file, error))?;
    ciborium::from_reader(bytes.as_slice()).map_err(|error| altered(file, &error.to_string()))
}

fn fault(file: &Path, cause: io::Error) -> MovingError {
    let path = file.to_path_buf();
    match cause.kind() {
        ErrorKind::UnexpectedEof => MovingError::Cut { file: path },
        ErrorKind::StorageFull => StoreError::Full.into(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            altered(file, &cause.to_string())
        }
        _ => BackupError::File { path, cause }.into(),
    }
}

fn altered(file: &Path, cause: &str) -> MovingError {
    MovingError::Altered {
        file: file.to_path_buf(),
        cause: cause.to_owned(),
    }
}
