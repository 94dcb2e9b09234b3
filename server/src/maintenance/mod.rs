//! Copies of everything on this server: made while it works, checked, brought back; a campaign's way to
//! another server; and the end of a campaign (design D6).
//!
//! A copy is two files: data, sealed, one per moment; and `keys.db`, always the last one, so that
//! what was erased stays unreadable in every older copy. It must never write SQL nor decide what a
//! document means. `command` calls it.

mod backup;
mod coarsen;
mod digest;
mod moving;
mod purge;
mod residue;
mod restore;
mod sealed_file;

#[cfg(test)]
mod tests;

pub use backup::{
    BackupError, BackupFolders, BackupOrder, CampaignCopy, MadeBackup, Manifest, MarkCopied,
    back_up, copies_in,
};
pub use coarsen::CoarseFile;
pub use digest::digest_of;
pub use moving::{
    ArrivalOrder, Arrived, DepartureOrder, LogTold, MovedCampaign, MovingError, arrive,
    clear_arrival, depart, look, read_whole,
};
pub use purge::{Act, Certificate, Facts, PurgeError, PurgeOrder, Purger, SignedCertificate};
pub use residue::{Residue, Scan};
pub use restore::{CheckedBackup, RestoreError, RestoreOrder, RestoredCampaign, check, restore};

/// Name of the keys' file in a folder of copies.
const KEYS: &str = "keys.db";
/// Name of the manifest in a copy.
const MANIFEST: &str = "manifest.json";
/// Name of a campaign's log in a copy, sealed under a key of the campaign's.
const SEALED_LOG: &str = "log.sealed";
/// Name of what stays of a campaign in a copy, should it be purged.
const REMAINS: &str = "remains.cbor";
/// First part of the name of a copy of the data, and the last.
const DATA: (&str, &str) = ("data-", ".maraude");
