//! What is to be written down should the core die at the work in hand.
//!
//! In a browser a panic, or running out of memory, ends the core for good: nothing catches it there.
//! The platform then writes these words, starts a new core, and that one knows what the former died
//! of. It must never hold anything outside the taking in of what the server sent.

use super::effect::StorageOperation;
use super::store::Operation;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared with the platform, which keeps it where a dead core cannot take it along.
#[derive(Clone, Default)]
pub struct LastWords(Arc<Mutex<Option<Words>>>);

struct Words {
    /// What must be on disk before: a new document's file and its key.
    before: Arc<Vec<Operation>>,
    last: Operation,
}

impl LastWords {
    /// What the platform carries out after the core's death; nothing when no work was in hand.
    pub fn operations(&self) -> Vec<StorageOperation> {
        let words = self.lock();
        let words = words.iter();
        let all = words.flat_map(|words| words.before.iter().chain([&words.last]));
        all.map(Operation::to_effect).collect()
    }

    pub(super) fn prepare(&self, before: &Arc<Vec<Operation>>, last: Operation) {
        *self.lock() = Some(Words {
            before: Arc::clone(before),
            last,
        });
    }

    /// The work is done, and nobody died of it.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Words>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
