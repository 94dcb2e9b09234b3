//! Sound archives are taken whole; everything else is refused by name, and the one before stays.

use super::*;
use pmtiles::{PmTilesWriter, TileCoord};
use std::fs;

fn archive(packing: Compression, metadata: &str) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .tile_compression(packing)
        .min_zoom(10)
        .max_zoom(11)
        .bounds(3.8, 43.5, 4.0, 43.7)
        .metadata(metadata)
        .create(&mut out)
        .unwrap();
    let coordinate = TileCoord::new(10, 523, 374).unwrap();
    writer.add_tile(coordinate, &[26, 0]).unwrap();
    writer.finalize().unwrap();
    out.into_inner()
}

/// An archive of one tile of an invented map.
pub(crate) fn sound() -> Vec<u8> {
    let credit =
        r#"{"attribution":"<a href=\"https://example.org\">&copy; Une carte</a> inventée"}"#;
    archive(Compression::Gzip, credit)
}

fn store() -> (tempfile::TempDir, TileStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = TileStore::new(folder.path().join("tiles"));
    (folder, store)
}

fn take(store: &TileStore, bytes: &[u8]) -> Result<TileArchive, TilesError> {
    let partial = store.begin().unwrap();
    fs::write(&partial, bytes).unwrap();
    store.keep(&partial)
}

#[test]
fn a_sound_archive_is_in_use_with_its_credit_in_plain_words() {
    let (_folder, store) = store();
    assert_eq!(store.current(), None);
    let bytes = sound();
    let taken = take(&store, &bytes).unwrap();
    assert_eq!(taken.credit, "© Une carte inventée");
    assert_eq!((taken.min_zoom, taken.max_zoom), (10, 11));
    assert_eq!(taken.size_bytes, bytes.len() as u64);
    assert_eq!(store.current().unwrap(), taken);
    assert_eq!(fs::read(&taken.path).unwrap(), bytes);
}

#[test]
fn an_archive_that_credits_nobody_is_credited_to_openstreetmap() {
    let (_folder, store) = store();
    let taken = take(&store, &archive(Compression::None, "{}")).unwrap();
    assert_eq!(taken.credit, DEFAULT_CREDIT);
}

#[test]
fn a_new_archive_takes_the_place_of_the_one_before_and_leaves_nothing_behind() {
    let (_folder, store) = store();
    let first = take(&store, &sound()).unwrap();
    let second = take(&store, &archive(Compression::None, "{}")).unwrap();
    assert_ne!(first.version, second.version);
    assert_eq!(store.current().unwrap(), second);
    assert_eq!(fs::read_dir(&store.folder).unwrap().count(), 1);
    assert!(store.remove());
    assert!(!store.remove());
    assert_eq!(store.current(), None);
}

#[test]
fn what_is_no_sound_archive_is_refused_by_name_and_the_one_before_stays() {
    let (_folder, store) = store();
    let kept = take(&store, &sound()).unwrap();
    let mut cut = sound();
    cut.truncate(cut.len() - 1);
    let mut pictures = sound();
    pictures[99] = 2;
    let mut upside_down = sound();
    upside_down.swap(104, 112);
    let mut torn = sound();
    torn[127] ^= 0xff;
    let mut loud = sound();
    loud[97] = 3;
    let cases: [(&[u8], &str); 7] = [
        (b"", "not a PMTiles"),
        (&[0x50; 400], "not a PMTiles"),
        (&cut, "is cut"),
        (&pictures, "not vector"),
        (&torn, "directory does not read"),
        (&loud, "packed with brotli"),
        (
            &archive(Compression::Gzip, "no json"),
            "metadata does not read",
        ),
    ];
    for (bytes, told) in cases {
        let refused = take(&store, bytes).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused} does not say {told}");
    }
    assert_eq!(store.current().unwrap(), kept);
    assert_eq!(fs::read_dir(&store.folder).unwrap().count(), 1);
}

#[test]
fn a_file_elsewhere_is_not_taken() {
    let (folder, store) = store();
    store.begin().unwrap();
    let elsewhere = folder.path().join("other.partial");
    fs::write(&elsewhere, sound()).unwrap();
    assert!(store.keep(&elsewhere).is_err());
}
