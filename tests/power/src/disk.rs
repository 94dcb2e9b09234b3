//! What is certain to be on a disk, and what is only on its way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a disk writes at once or not at all, bytes.
const SECTOR: usize = 512;

/// Not synced yet.
enum Pending {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
    Delete,
}

/// A file: its bytes as of its last sync, none before the first one.
#[derive(Default)]
struct File {
    synced: Option<Vec<u8>>,
    pending: Vec<Pending>,
}

/// What becomes of one file's writes that were not synced.
#[derive(Clone, Copy)]
enum Fate {
    /// As after the death of a process.
    AllKept,
    NoneKept,
    /// In the order they were made, up to one that is torn.
    TornTail,
    /// Any of them, in any order.
    AnyKept,
    /// Any sector of any of them.
    AnySector,
}

/// The disk below one folder.
pub(crate) struct Disk {
    folder: PathBuf,
    pub(crate) boot: u64,
    /// Operations until the power goes; none while it stays.
    pub(crate) left: Option<u64>,
    files: BTreeMap<PathBuf, File>,
}

impl Disk {
    pub(crate) fn new(folder: &Path, boot: u64) -> Self {
        Self {
            folder: folder.to_path_buf(),
            boot,
            left: None,
            files: BTreeMap::new(),
        }
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.left == Some(0)
    }

    pub(crate) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
    }

    /// One more operation; false when the power is gone, and with it the operation.
    pub(crate) fn spend(&mut self) -> bool {
        match &mut self.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                *left > 0
            }
            None => true,
        }
    }

    /// A file is opened: what it holds at the first opening was synced before.
    pub(crate) fn open(&mut self, path: &Path) {
        if !self.files.contains_key(path) {
            let synced = std::fs::read(path).ok().filter(|bytes| !bytes.is_empty());
            let pending = Vec::new();
            self.files
                .insert(path.to_path_buf(), File { synced, pending });
        }
    }

    pub(crate) fn write(&mut self, path: &Path, at: usize, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.note(path, Pending::Write { at, bytes });
    }

    pub(crate) fn truncate(&mut self, path: &Path, length: usize) {
        self.note(path, Pending::Truncate { length });
    }

    pub(crate) fn delete(&mut self, path: &Path, synced: bool) {
        if synced {
            self.files.remove(path);
        } else {
            self.note(path, Pending::Delete);
        }
    }

    fn note(&mut self, path: &Path, pending: Pending) {
        let file = self.files.entry(path.to_path_buf()).or_default();
        file.pending.push(pending);
    }

    pub(crate) fn sync(&mut self, path: &Path) {
        let Some(file) = self.files.get_mut(path) else {
            return;
        };
        let mut bytes = file.synced.take();
        for pending in file.pending.drain(..) {
            pending.onto(&mut bytes);
        }
        file.synced = Some(bytes.unwrap_or_default());
    }

    pub(crate) fn left_on(
        &self,
        to: &Path,
        draw: &mut dyn FnMut() -> u64,
    ) -> std::io::Result<usize> {
        self.copy_others(&self.folder, to)?;
        let mut unsynced = 0;
        for (path, file) in &self.files {
            unsynced += file.pending.len();
            let Ok(name) = path.strip_prefix(&self.folder) else {
                continue;
            };
            if let Some(bytes) = file.after_the_cut(draw) {
                let to = to.join(name);
                std::fs::create_dir_all(to.parent().unwrap_or(&to))?;
                std::fs::write(to, bytes)?;
            }
        }
        Ok(unsynced)
    }

    /// Folders, and files that are not SQLite's; shared memory is gone with the power.
    fn copy_others(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for found in std::fs::read_dir(from)? {
            let (path, to) = {
                let found = found?;
                (found.path(), to.join(found.file_name()))
            };
            let kind = std::fs::symlink_metadata(&path)?.file_type();
            let name = path.to_string_lossy();
            if kind.is_dir() {
                self.copy_others(&path, &to)?;
            } else if kind.is_file() && !self.files.contains_key(&path) && !name.ends_with("-shm") {
                std::fs::copy(&path, &to)?;
            }
        }
        Ok(())
    }
}

impl File {
    fn after_the_cut(&self, draw: &mut dyn FnMut() -> u64) -> Option<Vec<u8>> {
        let mut bytes = self.synced.clone();
        let fate = match draw() % 5 {
            0 => Fate::AllKept,
            1 => Fate::NoneKept,
            2 => Fate::TornTail,
            3 => Fate::AnyKept,
            _ => Fate::AnySector,
        };
        let kept = draw() as usize % (self.pending.len() + 1);
        for (number, pending) in self.pending.iter().enumerate() {
            match fate {
                Fate::AllKept => pending.onto(&mut bytes),
                Fate::TornTail if number < kept => pending.onto(&mut bytes),
                Fate::TornTail if number == kept => pending.torn_onto(&mut bytes, draw),
                Fate::AnyKept if draw().is_multiple_of(2) => pending.onto(&mut bytes),
                Fate::AnySector => pending.sectors_onto(&mut bytes, draw),
                Fate::NoneKept | Fate::TornTail | Fate::AnyKept => {}
            }
        }
        bytes
    }
}

impl Pending {
    fn onto(&self, bytes: &mut Option<Vec<u8>>) {
        match self {
            Self::Write { at, bytes: new } => put(bytes, *at, new),
            Self::Truncate { length } => {
                let bytes = bytes.get_or_insert_default();
                bytes.truncate(*length);
            }
            Self::Delete => *bytes = None,
        }
    }

    /// Its first bytes only.
    fn torn_onto(&self, bytes: &mut Option<Vec<u8>>, draw: &mut dyn FnMut() -> u64) {
        if let Self::Write { at, bytes: new } = self {
            let length = draw() as usize % (new.len() + 1);
            put(bytes, *at, &new[..length]);
        }
    }

    fn sectors_onto(&self, bytes: &mut Option<Vec<u8>>, draw: &mut dyn FnMut() -> u64) {
        let Self::Write { at, bytes: new } = self else {
            if draw().is_multiple_of(2) {
                self.onto(bytes);
            }
            return;
        };
        let mut from = 0;
        while from < new.len() {
            let to = ((at + from) / SECTOR + 1) * SECTOR - at;
            let to = to.min(new.len());
            if draw().is_multiple_of(2) {
                put(bytes, at + from, &new[from..to]);
            }
            from = to;
        }
    }
}

fn put(bytes: &mut Option<Vec<u8>>, at: usize, new: &[u8]) {
    let bytes = bytes.get_or_insert_default();
    if bytes.len() < at + new.len() {
        bytes.resize(at + new.len(), 0);
    }
    bytes[at..at + new.len()].copy_from_slice(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(disk: &Disk, name: &str) -> Vec<Option<Vec<u8>>> {
        let mut drawn = 0_u64;
        let mut draw = || {
            drawn = drawn
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            drawn >> 33
        };
        let file = &disk.files[Path::new(name)];
        (0..200).map(|_| file.after_the_cut(&mut draw)).collect()
    }

    #[test]
    fn what_is_synced_is_always_there_and_what_is_not_only_sometimes() {
        let path = Path::new("/none/a");
        let mut disk = Disk::new(Path::new("/none"), 0);
        disk.write(path, 0, &[1; 600]);
        disk.sync(path);
        disk.write(path, 600, &[2; 1_000]);
        let all = left(&disk, "/none/a");
        let bytes = |found: &Option<Vec<u8>>| found.clone().unwrap();
        assert!(all.iter().all(|found| bytes(found)[..600] == [1; 600]));
        assert!(all.iter().any(|found| bytes(found).len() == 600), "dropped");
        assert!(
            all.iter().any(|found| bytes(found)[600..] == [2; 1_000]),
            "kept"
        );
        let torn = |found: &Option<Vec<u8>>| {
            let rest = bytes(found).split_off(600);
            rest.contains(&2) && rest != [2; 1_000]
        };
        assert!(all.iter().any(torn));
        // A file that was never synced may not be there at all.
        let other = Path::new("/none/b");
        disk.write(other, 0, &[3; 10]);
        assert!(left(&disk, "/none/b").iter().any(Option::is_none));
        // One that was deleted may come back, unless the folder was synced.
        disk.delete(path, false);
        assert!(left(&disk, "/none/a").iter().any(Option::is_some));
        assert!(left(&disk, "/none/a").iter().any(Option::is_none));
        disk.delete(path, true);
        assert!(!disk.files.contains_key(path));
    }
}
