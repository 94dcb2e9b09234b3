//! The background map a city supplies: one PMTiles archive of vector tiles, as it came.
//!
//! It must never hold anything but public geography, and never half a file: an archive is checked
//! beside its place and takes it by a rename. `maraude tiles` and `http` call it.

use super::StoreError;
use super::folder::create_private;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use flate2::read::GzDecoder;
use pmtiles::{Compression, Header, TileType};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Length of the header.
///
/// # Source
/// PMTiles version 3, section 3.
const HEADER_BYTES: usize = 127;
/// Longest metadata read, bytes as stored and inflated.
const METADATA_CAP_BYTES: u64 = 4 * 1024 * 1024;
/// Longest root directory, bytes.
///
/// # Source
/// PMTiles version 3, section 4: the root directory lies in the first 16,384 bytes.
const ROOT_CAP_BYTES: u64 = 16_384;
/// How files end that are still being written.
const PARTIAL: &str = "partial";
/// How much of a digest names an archive, bytes.
const NAME_BYTES: usize = 8;
/// Credit where the archive names nobody: such archives are made from OpenStreetMap.
const DEFAULT_CREDIT: &str = "© OpenStreetMap";
/// Longest credit shown, characters.
const CREDIT_CHARS: usize = 200;

/// An archive that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct TileArchive {
    /// Names these bytes and no others: hexadecimal, from their SHA-256.
    pub version: String,
    /// Its file.
    pub path: PathBuf,
    /// Its length.
    pub size_bytes: u64,
    /// The widest zoom it has tiles for.
    pub min_zoom: u8,
    /// The closest.
    pub max_zoom: u8,
    /// West, south, east, north, degrees.
    pub bounds: [f64; 4],
    /// Whom its map is to be credited to, in plain text.
    pub credit: String,
}

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    /// Not PMTiles.
    #[error("this is not a PMTiles archive of version 3")]
    NotPmtiles,
    /// PMTiles of pictures, or of nothing known.
    #[error("its tiles are not vector tiles (MVT); make the extract from a vector basemap")]
    NotVector,
    /// Packed in a way the tablets cannot open.
    #[error("its tiles are packed with {found}; tablets open gzip and none")]
    Packing {
        /// How.
        found: String,
    },
    /// It ends before what its header names.
    #[error("the file is cut: its header names {named} bytes and it has {has}")]
    Cut {
        /// As told.
        named: u64,
        /// As found.
        has: u64,
    },
    /// Its directory or metadata do not read.
    #[error("its {part} does not read; the file is damaged")]
    Damaged {
        /// Which.
        part: &'static str,
    },
    /// It is not at a place.
    #[error("its bounds are no place on earth")]
    Bounds,
    /// Storage.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the archive is kept.
#[derive(Debug, Clone)]
pub struct TileStore {
    folder: PathBuf,
}

impl TileStore {
    /// In this folder; nothing is touched.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The archive in use; none where none was taken, or what lies there is no archive.
    pub fn current(&self) -> Option<TileArchive> {
        let listed = std::fs::read_dir(&self.folder).ok()?;
        let mut found: Vec<PathBuf> = listed
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "pmtiles"))
            .collect();
        found.sort();
        found.into_iter().rev().find_map(|path| {
            let version = path.file_stem()?.to_str()?.to_owned();
            read(&path, version).ok()
        })
    }

    /// Where a new archive is written before it is checked. What earlier tries left is removed.
    pub fn begin(&self) -> Result<PathBuf, StoreError> {
        create_private(&self.folder)?;
        self.sweep(|path| path.extension().is_some_and(|ending| ending == PARTIAL));
        let name = HEXLOWER.encode(&super::random::<NAME_BYTES>()?);
        Ok(self.folder.join(format!("{name}.{PARTIAL}")))
    }

    /// Checks what [`TileStore::begin`] named and puts it in use, in the place of the one before.
    ///
    /// # Errors
    /// When it is no sound archive: it is removed, and the one before stays.
    pub fn keep(&self, partial: &Path) -> Result<TileArchive, TilesError> {
        let kept = self.checked(partial);
        if kept.is_err() {
            let _ = std::fs::remove_file(partial);
        }
        kept
    }

    /// Takes the archive out of use; whether there was one.
    pub fn remove(&self) -> bool {
        let had = self.current().is_some();
        self.sweep(|_| true);
        had
    }

    fn checked(&self, partial: &Path) -> Result<TileArchive, TilesError> {
        let own = partial.parent() == Some(self.folder.as_path())
            && partial.extension().is_some_and(|ending| ending == PARTIAL);
        if !own {
            return Err(TilesError::NotPmtiles);
        }
        let version = digest(partial)?;
        let mut archive = read(partial, version)?;
        let place = self.folder.join(format!("{}.pmtiles", archive.version));
        File::open(partial)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(partial, &place))
            .map_err(|cause| failed(&place, cause))?;
        self.sweep(|path| path != place);
        archive.path = place;
        Ok(archive)
    }

    fn sweep(&self, gone: impl Fn(&Path) -> bool) {
        let Ok(listed) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for path in listed.filter_map(|entry| Some(entry.ok()?.path())) {
            if gone(&path) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn failed(path: &Path, cause: std::io::Error) -> StoreError {
    if cause.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::File {
        path: path.to_path_buf(),
        cause,
    }
}

fn digest(path: &Path) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(|cause| failed(path, cause))?;
    let mut piece = vec![0; 1024 * 1024];
    loop {
        match file.read(&mut piece).map_err(|cause| failed(path, cause))? {
            0 => break,
            length => hash.update(&piece[..length]),
        }
    }
    let digest = hash.finalize();
    Ok(HEXLOWER.encode(&digest[..NAME_BYTES]))
}

/// Offset and length of the three parts that are named before the tiles, then of the tiles.
struct Parts([(u64, u64); 4]);

impl Parts {
    fn of(header: &[u8]) -> Self {
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&header[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        Self([8, 24, 40, 56].map(|at| (number(at), number(at + 8))))
    }

    fn end(&self) -> u64 {
        let ends = self.0.iter().map(|(at, length)| at.saturating_add(*length));
        ends.max().unwrap_or_default()
    }
}

fn read(path: &Path, version: String) -> Result<TileArchive, TilesError> {
    let mut file = File::open(path).map_err(|cause| failed(path, cause))?;
    let has = file.metadata().map_err(|cause| failed(path, cause))?.len();
    let mut bytes = vec![0; HEADER_BYTES];
    file.read_exact(&mut bytes)
        .map_err(|_| TilesError::NotPmtiles)?;
    let parts = Parts::of(&bytes);
    let header = Header::try_from_bytes(Bytes::from(bytes)).map_err(|_| TilesError::NotPmtiles)?;
    if header.tile_type != TileType::Mvt {
        return Err(TilesError::NotVector);
    }
    for packing in [header.tile_compression, header.internal_compression()] {
        if !matches!(packing, Compression::Gzip | Compression::None) {
            let found = format!("{packing:?}").to_lowercase();
            return Err(TilesError::Packing { found });
        }
    }
    let named = parts.end();
    if named > has {
        return Err(TilesError::Cut { named, has });
    }
    let [root, metadata, ..] = parts.0;
    let packing = header.internal_compression();
    let directory = part(&mut file, root, ROOT_CAP_BYTES, packing);
    if directory.is_none_or(|directory| directory.is_empty()) {
        let part = "directory";
        return Err(TilesError::Damaged { part });
    }
    let bounds = [
        header.min_longitude,
        header.min_latitude,
        header.max_longitude,
        header.max_latitude,
    ];
    let sound = bounds[0] < bounds[2]
        && bounds[1] < bounds[3]
        && bounds[0] >= -180.0
        && bounds[2] <= 180.0
        && bounds[1] >= -90.0
        && bounds[3] <= 90.0;
    if !sound {
        return Err(TilesError::Bounds);
    }
    Ok(TileArchive {
        version,
        path: path.to_path_buf(),
        size_bytes: has,
        min_zoom: header.min_zoom,
        max_zoom: header.max_zoom,
        bounds,
        credit: credit(&mut file, metadata, packing)?,
    })
}

/// A part of the file, inflated; nothing where it does not read or is larger than the cap.
fn part(
    file: &mut File,
    (at, length): (u64, u64),
    cap: u64,
    packing: Compression,
) -> Option<Vec<u8>> {
    if length > cap {
        return None;
    }
    file.seek(SeekFrom::Start(at)).ok()?;
    let stored = file.take(length);
    let mut read = Vec::new();
    let limit = METADATA_CAP_BYTES + 1;
    match packing {
        Compression::Gzip => GzDecoder::new(stored).take(limit).read_to_end(&mut read),
        _ => stored.take(limit).read_to_end(&mut read),
    }
    .ok()?;
    (read.len() as u64 <= METADATA_CAP_BYTES).then_some(read)
}

#[derive(Deserialize)]
struct Metadata {
    attribution: Option<String>,
}

fn credit(file: &mut File, place: (u64, u64), packing: Compression) -> Result<String, TilesError> {
    let damaged = TilesError::Damaged { part: "metadata" };
    let Some(text) = part(file, place, METADATA_CAP_BYTES, packing) else {
        return Err(damaged);
    };
    let metadata: Metadata = serde_json::from_slice(&text).map_err(|_| damaged)?;
    let plain = plain(&metadata.attribution.unwrap_or_default());
    Ok(if plain.is_empty() {
        DEFAULT_CREDIT.to_owned()
    } else {
        plain
    })
}

/// The words of a text with marks of HTML in it.
fn plain(text: &str) -> String {
    let mut inside = false;
    let words = text.chars().filter(|letter| {
        let mark = matches!(letter, '<' | '>');
        if mark {
            inside = *letter == '<';
        }
        !mark && !inside
    });
    let words: String = words.take(CREDIT_CHARS).collect();
    let words = words.replace("&copy;", "©").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(crate) mod tests;
