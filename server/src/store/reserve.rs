//! Space kept back on the disk: on a full one even a purge fails, so this is given up first.

use super::StoreError;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// Space kept back, bytes.
const RESERVE_BYTES: usize = 16 * 1024 * 1024;

/// Space kept back.
#[derive(Debug, Clone)]
pub struct Reserve {
    path: PathBuf,
}

impl Reserve {
    /// At this file.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The space is held: new work may be taken in.
    pub fn is_held(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| found.len() >= RESERVE_BYTES as u64)
    }

    /// Bytes that [`Reserve::hold`] would still take.
    pub fn lacks_bytes(&self) -> u64 {
        let held = std::fs::metadata(&self.path).map_or(0, |found| found.len());
        (RESERVE_BYTES as u64).saturating_sub(held)
    }

    /// Takes the space where it is not held; false when the disk has not got it.
    ///
    /// # Errors
    /// When the folder cannot be written for another reason.
    pub fn hold(&self) -> Result<bool, StoreError> {
        if self.is_held() {
            return Ok(true);
        }
        match self.fill() {
            Ok(()) => Ok(true),
            Err(cause) if cause.kind() == std::io::ErrorKind::StorageFull => {
                self.give_up()?;
                Ok(false)
            }
            Err(cause) => Err(self.failed(cause)),
        }
    }

    /// Gives the space up, so that what must be written can be.
    pub fn give_up(&self) -> Result<(), StoreError> {
        match std::fs::remove_file(&self.path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(self.failed(cause)),
            _ => Ok(()),
        }
    }

    fn fill(&self) -> std::io::Result<()> {
        let mut file = File::create(&self.path)?;
        let block = vec![0; 1024 * 1024];
        for _ in 0..RESERVE_BYTES / block.len() {
            file.write_all(&block)?;
        }
        file.sync_all()
    }

    fn failed(&self, cause: std::io::Error) -> StoreError {
        StoreError::File {
            path: self.path.clone(),
            cause,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_is_held_and_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(folder.path().join("reserve"));
        assert!(!reserve.is_held());
        assert_eq!(reserve.lacks_bytes(), RESERVE_BYTES as u64);
        assert!(reserve.hold().unwrap());
        assert!(reserve.is_held());
        assert_eq!(reserve.lacks_bytes(), 0);
        reserve.give_up().unwrap();
        reserve.give_up().unwrap();
        assert!(!reserve.is_held());
    }
}
