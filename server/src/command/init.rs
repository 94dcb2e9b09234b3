//! `maraude init`: makes a data folder, and its master key outside it.

use super::place::{Kept, Place};
use super::{CommandError, say};
use crate::store::{KeyStore, MasterKey, MasterKeyError, ServerStore, StoreError};
use clap::Args;

/// `maraude init --data DIR --master-key FILE`.
#[derive(Debug, Args)]
pub struct Init {
    /// Bring the master key back from its 24 words, read from standard input
    #[arg(long)]
    from_words: bool,
}

/// Why no data folder was made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one already.
    #[error("{folder} is a data folder already")]
    Exists {
        /// The folder.
        folder: String,
    },
    /// The master key's file was not named.
    #[error("give the file of the master key, outside the data folder: --master-key FILE")]
    NoMasterKey,
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Standard input, or the settings' file.
    #[error(transparent)]
    File(#[from] std::io::Error),
}

impl Init {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let words = self.make(place)?;
        let folder = place.data.display();
        let key = place.master_key.as_deref().unwrap_or(&place.data).display();
        say(format_args!("data folder: {folder}\nmaster key: {key}"))?;
        if let Some(words) = words {
            say("\nRecovery words. Write them on paper and keep them away from this server:")?;
            say("without the master key or these words nobody can read the data.\n")?;
            for (line, words) in words.split(' ').collect::<Vec<_>>().chunks(6).enumerate() {
                say(format_args!("{:2}. {}", line * 6 + 1, words.join(" ")))?;
            }
        }
        Ok(())
    }

    /// Gives the recovery words when the key was drawn.
    fn make(&self, place: &Place) -> Result<Option<String>, InitError> {
        let folder = place.folder();
        if folder.exists() {
            return Err(InitError::Exists {
                folder: place.data.display().to_string(),
            });
        }
        let path = place.master_key.as_deref().ok_or(InitError::NoMasterKey)?;
        let key = if self.from_words {
            MasterKey::from_words(std::io::read_to_string(std::io::stdin())?.trim())?
        } else {
            MasterKey::draw()?
        };
        folder.create()?;
        key.save(path, folder.root())?;
        let kept = Kept {
            master_key: Some(path.canonicalize()?),
        };
        let text = serde_json::to_vec_pretty(&kept).map_err(std::io::Error::from)?;
        std::fs::write(folder.settings(), text)?;
        KeyStore::open(&folder.keys_db(), &key)?;
        ServerStore::open(&folder.server_db())?.server_device()?;
        Ok((!self.from_words).then(|| key.words().to_string()))
    }
}
