//! The master key: 32 random bytes in a file outside the data folder, and its 24 recovery words.
//!
//! It must never be written under the data folder, nor logged. `init` draws it, `serve` loads it.

use super::seal::Key32;
use super::words::{key_of_words, words_of};
use super::{StoreError, random};
use hkdf::Hkdf;
use sha2::Sha256;
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// First line of the file.
const HEADER: &str = "maraude master key 1";

/// Why a master key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file would be under the data folder.
    #[error("the master key must not be kept under the data folder {folder}")]
    UnderData {
        /// The data folder.
        folder: PathBuf,
    },
    /// The file exists.
    #[error("{path} exists already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// The text is not a master key.
    #[error("{path} does not hold a master key")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The words are not recovery words.
    #[error("these are not 24 recovery words")]
    Words,
}

/// The key over all keys.
pub struct MasterKey(Key32);

impl MasterKey {
    /// Draws one.
    pub fn draw() -> Result<Self, StoreError> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// The 24 words that bring it back (BIP-39, English list).
    pub fn words(&self) -> Zeroizing<String> {
        words_of(&self.0)
    }

    /// From its 24 words.
    pub fn from_words(words: &str) -> Result<Self, MasterKeyError> {
        key_of_words(words).map(Self).ok_or(MasterKeyError::Words)
    }

    /// Reads its file.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|cause| {
            MasterKeyError::File {
                path: path.to_path_buf(),
                cause,
            }
        })?);
        let malformed = || MasterKeyError::Malformed {
            path: path.to_path_buf(),
        };
        let hex = text
            .strip_prefix(HEADER)
            .map(str::trim)
            .ok_or_else(malformed)?;
        let bytes = Zeroizing::new(
            data_encoding::HEXLOWER_PERMISSIVE
                .decode(hex.as_bytes())
                .map_err(|_| malformed())?,
        );
        let key = bytes.as_slice().try_into().map_err(|_| malformed())?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Writes its file, readable by its owner alone, never under the data folder.
    pub fn save(&self, path: &Path, data: &Path) -> Result<(), MasterKeyError> {
        if is_under(path, data) {
            return Err(MasterKeyError::UnderData {
                folder: data.to_path_buf(),
            });
        }
        let failed = |cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => MasterKeyError::Exists {
                path: path.to_path_buf(),
            },
            _ => MasterKeyError::File {
                path: path.to_path_buf(),
                cause,
            },
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(&*self.0));
        write!(file, "{HEADER}\n{}\n", *hex)
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }

    /// The key that wraps `keys.db` (HKDF-SHA256, so that the master key itself seals nothing).
    pub(super) fn wrapping_key(&self) -> Key32 {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.0)
            .expand(b"maraude/keys.db/1", &mut *key)
            .expect("32 bytes are fewer than HKDF's bound of 255 hashes");
        key
    }
}

/// Symbolic links count: the folders are compared as the system resolves them.
fn is_under(path: &Path, data: &Path) -> bool {
    let resolve = |path: &Path| {
        path.ancestors()
            .find_map(|known| {
                let rest = path.strip_prefix(known).ok()?;
                let known = if known.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    known
                };
                known.canonicalize().ok().map(|real| real.join(rest))
            })
            .unwrap_or_else(|| path.to_path_buf())
    };
    resolve(path).starts_with(resolve(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_comes_back_from_its_file_and_from_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let path = folder.path().join("master.key");
        let key = MasterKey::draw().unwrap();
        key.save(&path, &data).unwrap();
        assert_eq!(*MasterKey::load(&path).unwrap().0, *key.0);
        assert_eq!(key.words().split(' ').count(), 24);
        assert_eq!(*MasterKey::from_words(&key.words()).unwrap().0, *key.0);
        assert!(MasterKey::from_words("abandon abandon").is_err());
        assert!(matches!(
            key.save(&path, &data),
            Err(MasterKeyError::Exists { .. })
        ));
    }

    #[test]
    fn a_master_key_is_never_written_under_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let key = MasterKey::draw().unwrap();
        for inside in [data.join("k"), data.join("a/../k"), data.join("new/k")] {
            assert!(matches!(
                key.save(&inside, &data),
                Err(MasterKeyError::UnderData { .. })
            ));
        }
    }
}
