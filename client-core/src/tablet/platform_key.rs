//! A key that the platform keeps, as a second lock of the vault beside the PIN (design D7).
//!
//! It must never be kept here: only its name is, in the vault's own file, which says that it is needed.
//! A copy of the disk then opens nothing, even with the PIN.

use super::Tablet;
use super::encoding::array_from_base64;
use super::event::GivenKey;
use super::job::{After, Job};
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use crate::vault::{PlatformKey, Secret, Vault};

/// Longest name of a key: WebAuthn level 3 bounds credentials' identifiers to 1,023 bytes.
const LONGEST_NAME: usize = 1_400;

impl Tablet {
    /// On an open tablet the vault is put behind the key, or behind the PIN alone; else what the key
    /// gave serves the PIN that follows.
    pub(super) fn give_platform_key(&mut self, key: Option<&GivenKey>) {
        let read = key.and_then(|GivenKey { name, secret }| {
            let secret = Secret::new(array_from_base64(secret)?);
            let name = Some(name.clone()).filter(|name| name.len() <= LONGEST_NAME)?;
            Some(PlatformKey { name, secret })
        });
        if key.is_some() && read.is_none() {
            self.say_problem("platform-key-needed", None);
        } else if self.state.session.is_some() {
            self.jobs.push_back(Job::SetPlatformKey(read));
        } else {
            self.given = read;
        }
    }

    /// Which key of the platform the vault on disk needs.
    pub(super) fn platform_needed(&self) -> Option<&str> {
        Vault::platform_needed(self.disk.file(VAULT_FILE)?)
    }

    /// A new vault needs the key that was given for it.
    pub(super) fn put_behind_platform(&mut self, vault: &mut Vault) {
        if let Some(key) = self.given.take() {
            vault.set_platform(Some(key), Secret::new(self.draw()));
        }
    }

    pub(super) fn set_platform_key(&mut self, key: Option<PlatformKey>) -> Option<Staged> {
        let mut vault = self.state.session.as_deref()?.vault.clone();
        let code = if key.is_some() {
            "platform-key-on"
        } else {
            "platform-key-off"
        };
        vault.set_platform(key, Secret::new(self.draw()));
        let bytes = vault.to_file(&self.draw());
        let mut staged = Staged::new(self.state.clone(), After::Changed { code, undo: None });
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), bytes));
        staged.session()?.vault = vault;
        Some(staged)
    }
}
