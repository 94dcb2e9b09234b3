//! A disk that loses power: writes that SQLite had not synced are dropped, kept or torn at random.
//!
//! Everything SQLite writes below a watched folder goes to the real files, so that readers and
//! shared memory work as ever, and into a model of what a disk must hold: the bytes as of each file's
//! last sync, and the writes since. After the cut every write fails; [`left_on_disk`] makes the
//! folder that a server finds when the power is back. It must never be linked into the product.

mod disk;
mod vfs;

pub use vfs::plug_in;

use disk::Disk;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

static DISK: Mutex<Option<Disk>> = Mutex::new(None);

fn disk() -> MutexGuard<'static, Option<Disk>> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on files below this folder are on the disk; those of a former folder are dead.
pub fn watch(folder: &Path) {
    let mut disk = disk();
    let boot = disk.as_ref().map_or(0, |former| former.boot + 1);
    *disk = Some(Disk::new(folder, boot));
}

/// The power goes at the write or sync of this number, counted from now.
pub fn cut_after(operations: u64) {
    if let Some(disk) = &mut *disk() {
        disk.left = Some(operations);
    }
}

/// The power is gone.
pub fn is_cut() -> bool {
    disk().as_ref().is_some_and(Disk::is_cut)
}

/// The power goes now.
pub fn cut() {
    cut_after(0);
}

/// What the disk holds after the cut, as a new folder; `draw` decides over each write that was not
/// synced. Files that are not SQLite's are as they were.
///
/// Gives how many writes were not synced.
pub fn left_on_disk(to: &Path, draw: &mut dyn FnMut() -> u64) -> std::io::Result<usize> {
    match &*disk() {
        Some(disk) => disk.left_on(to, draw),
        None => Ok(0),
    }
}
