//! Documents in memory, over the log: a bounded cache of what was last worked on.
//!
//! A document here may be ahead of the log while a batch is on its way to the disk; a batch that
//! does not arrive makes it stale, and the next use loads it again. It must never be what an
//! acknowledgement rests on.

use super::EngineError;
use crate::store::{Log, LogWriter, StoreError};
use lru::LruCache;
use maraude_core::document::{Actor, Document};
use maraude_core::model::DocumentId;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Documents kept in memory: a night of Montpellier is some 150.
const KEPT: usize = 256;

/// The cache.
pub(super) struct Documents {
    kept: Mutex<LruCache<DocumentId, Arc<Held>>>,
    actor: Actor,
}

/// A document in memory.
pub(super) struct Held {
    document: Mutex<Option<Document>>,
    pending: AtomicUsize,
    stale: AtomicBool,
}

/// Holds a document as ahead of the log until its batch is known to be on disk.
pub(super) struct Ahead {
    held: Arc<Held>,
    committed: bool,
}

impl Documents {
    pub(super) fn new(actor: Actor) -> Self {
        Self {
            kept: Mutex::new(LruCache::unbounded()),
            actor,
        }
    }

    /// The document's place in the cache.
    pub(super) fn hold(&self, document: DocumentId) -> Arc<Held> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = kept.get(&document) {
            return held.clone();
        }
        let held = Arc::new(Held {
            document: Mutex::new(None),
            pending: AtomicUsize::new(0),
            stale: AtomicBool::new(false),
        });
        kept.put(document, held.clone());
        make_room(&mut kept);
        held
    }

    /// Drops a document that was erased; work under way on it is refused by the log.
    pub(super) fn forget(&self, document: DocumentId) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop(&document);
    }

    /// Works on the document, loaded from the log where it is not in memory.
    ///
    /// When the work panics the document is dropped, and loaded again at its next use.
    pub(super) fn work<T>(
        &self,
        held: &Held,
        document: DocumentId,
        (log, writer): (&dyn Log, &LogWriter),
        work: impl FnOnce(&mut Document) -> T,
    ) -> Result<T, EngineError> {
        let mut place = held.lock();
        if held.stale.swap(false, Ordering::AcqRel) {
            *place = None;
        }
        let mut loaded = match place.take() {
            Some(loaded) => loaded,
            None => self.load(document, log, writer)?,
        };
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let value = work(&mut loaded);
            (value, loaded)
        }));
        match done {
            Ok((value, loaded)) => {
                *place = Some(loaded);
                Ok(value)
            }
            Err(_) => Err(EngineError::Panicked { document }),
        }
    }

    fn load(
        &self,
        document: DocumentId,
        log: &dyn Log,
        writer: &LogWriter,
    ) -> Result<Document, EngineError> {
        // Batches that came before must be on disk, or lost, before the log is read.
        writer.barrier()?.wait()?;
        let unloadable = |cause: String| EngineError::Unloadable { document, cause };
        let changes = match log.changes(document) {
            Err(error @ (StoreError::Sealed { .. } | StoreError::Damaged { .. })) => {
                return Err(unloadable(error.to_string()));
            }
            read => read?,
        };
        if changes.is_empty() {
            return Ok(Document::new(self.actor));
        }
        let chunks: Vec<&[u8]> = changes
            .iter()
            .map(|stored| stored.change.bytes.as_slice())
            .collect();
        let loaded = std::panic::catch_unwind(|| Document::load(self.actor, &chunks));
        match loaded {
            Ok(loaded) => loaded.map_err(|error| unloadable(error.to_string())),
            Err(_) => Err(unloadable("it makes automerge panic".to_owned())),
        }
    }
}

/// Drops the documents used least lately that nobody works on.
fn make_room(kept: &mut LruCache<DocumentId, Arc<Held>>) {
    for _ in 0..kept.len().saturating_sub(KEPT) {
        let Some((document, held)) = kept.pop_lru() else {
            return;
        };
        if Arc::strong_count(&held) > 1 {
            kept.put(document, held);
        }
    }
}

impl Held {
    /// A batch of it is on its way to the disk.
    pub(super) fn is_ahead(&self) -> bool {
        self.pending.load(Ordering::Acquire) > 0
    }

    /// A batch of it did not arrive: what is in memory is not what is on disk.
    pub(super) fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    /// A batch of it sets out. Called while the document is worked on.
    pub(super) fn set_out(self: &Arc<Self>) -> Ahead {
        self.pending.fetch_add(1, Ordering::AcqRel);
        Ahead {
            held: self.clone(),
            committed: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Document>> {
        self.document.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ahead {
    /// The batch is on disk.
    pub(super) fn arrived(mut self) {
        self.committed = true;
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        if !self.committed {
            self.held.stale.store(true, Ordering::Release);
        }
        self.held.pending.fetch_sub(1, Ordering::AcqRel);
    }
}
