//! Copies of everything on this server: made while it works, checked, brought back (design D6).
//!
//! A copy is two files: data, sealed, one per moment; and `keys.db`, always the last one, so that
//! what was erased stays unreadable in every older copy. It must never write SQL nor decide what a
//! document means. `command` calls it.

mod backup;
mod digest;
mod restore;
mod sealed_file;

#[cfg(test)]
mod tests;

pub use backup::{
    BackupError, BackupOrder, CampaignCopy, MadeBackup, Manifest, MarkCopied, back_up, copies_in,
};
pub use digest::digest_of;
pub use restore::{CheckedBackup, RestoreError, RestoreOrder, RestoredCampaign, check, restore};

/// Name of the keys' file in a folder of copies.
const KEYS: &str = "keys.db";
/// Name of the manifest in a copy.
const MANIFEST: &str = "manifest.json";
/// First part of the name of a copy of the data, and the last.
const DATA: (&str, &str) = ("data-", ".maraude");
