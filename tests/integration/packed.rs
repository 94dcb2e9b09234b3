//! Nights kept for ever as earlier versions left them: how they lie in `tests/fixtures`.

use maraude_tests::generated::root;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

/// A folder's files by name, as CBOR holds them.
pub type Files = BTreeMap<String, ByteBuf>;

/// Where one is kept.
pub fn path(folder: &str, name: &str) -> PathBuf {
    root().join(format!("tests/fixtures/{folder}/{name}.cbor"))
}

/// What is kept under a name.
pub fn load<T: DeserializeOwned>(folder: &str, name: &str) -> T {
    let packed = std::fs::read(path(folder, name)).unwrap();
    let mut bytes = Vec::new();
    let mut reader = flate2::read::DeflateDecoder::new(packed.as_slice());
    reader.read_to_end(&mut bytes).unwrap();
    ciborium::from_reader(bytes.as_slice()).unwrap()
}

/// Keeps one, deflated CBOR, in the place of none.
pub fn keep(folder: &str, name: &str, night: &impl Serialize) {
    let path = path(folder, name);
    assert!(!path.exists(), "{name} is kept, for ever as it is");
    let mut bytes = Vec::new();
    ciborium::into_writer(night, &mut bytes).unwrap();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&bytes).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, encoder.finish().unwrap()).unwrap();
}

/// Files as the simulated world takes them.
pub fn bare(files: Files) -> BTreeMap<String, Vec<u8>> {
    let files = files.into_iter();
    files
        .map(|(name, bytes)| (name, bytes.into_vec()))
        .collect()
}

/// Files as they are kept.
pub fn packed(files: BTreeMap<String, Vec<u8>>) -> Files {
    let files = files.into_iter();
    files.map(|(name, bytes)| (name, bytes.into())).collect()
}
