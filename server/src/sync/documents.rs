//! Documents in memory, over the log: a bounded cache of what was last worked on.
//!
//! A document here may be ahead of the log while a batch is on its way to the disk; a batch that
//! does not arrive makes it stale, and the next use loads it again. It must never be what an
//! acknowledgement rests on.

use super::EngineError;
use crate::store::{Batch, Log, LogPosition, LogWriter, Snapshot, StoreError, StoredChange};
use lru::LruCache;
use maraude_core::document::{Actor, Document};
use maraude_core::model::DocumentId;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Documents kept in memory: a night of Montpellier is some 150.
const KEPT: usize = 256;

/// Bytes of changes of the documents kept in memory, where each takes three to five times as much: a
/// round of 30 has 15 KB.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// A document read from so many changes gets a snapshot: below, reading it is as fast.
const SNAPSHOT_FROM: usize = 64;

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
    /// Of its changes, as last loaded and since.
    bytes: AtomicUsize,
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
            bytes: AtomicUsize::new(0),
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
            None => self.load(held, document, log, writer)?,
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
        held: &Held,
        document: DocumentId,
        log: &dyn Log,
        writer: &LogWriter,
    ) -> Result<Document, EngineError> {
        // Batches that came before must be on disk, or lost, before the log is read.
        writer.barrier()?.wait()?;
        if let Some(loaded) = self.load_by_snapshot(held, document, log)? {
            return Ok(loaded);
        }
        let changes = changes_after(document, 0, log)?;
        if changes.is_empty() {
            held.bytes.store(0, Ordering::Release);
            return Ok(Document::new(self.actor));
        }
        let chunks: Vec<&[u8]> = chunks(&changes).collect();
        let loaded = loaded(self.actor, &chunks)
            .map_err(|cause| EngineError::Unloadable { document, cause })?;
        let bytes = chunks.iter().map(|chunk| chunk.len()).sum();
        held.bytes.store(bytes, Ordering::Release);
        let snapshot = Due {
            position: changes.last().map_or(0, |stored| stored.position),
            replayed: changes.len(),
            bytes,
        };
        snapshot.keep(loaded, document, writer)
    }

    /// The document from its snapshot and what came after it; none where that does not give what
    /// the log holds: it is then read change by change, and another snapshot takes its place.
    fn load_by_snapshot(
        &self,
        held: &Held,
        document: DocumentId,
        log: &dyn Log,
    ) -> Result<Option<Document>, EngineError> {
        let Some(snapshot) = log.snapshot(document)? else {
            return Ok(None);
        };
        let later = changes_after(document, snapshot.position, log)?;
        if later.len() >= SNAPSHOT_FROM {
            return Ok(None);
        }
        let mut all = vec![snapshot.bytes.as_slice()];
        all.extend(chunks(&later));
        let whole = |loaded: &Document| -> Result<bool, StoreError> {
            let stored = log.document(document)?;
            Ok(stored.is_some_and(|stored| stored.changes as usize + 1 == loaded.change_count()))
        };
        match loaded(self.actor, &all) {
            Ok(loaded) if whole(&loaded)? => {
                let later: usize = chunks(&later).map(<[u8]>::len).sum();
                let bytes = snapshot.covers_bytes as usize + later;
                held.bytes.store(bytes, Ordering::Release);
                Ok(Some(loaded))
            }
            _ => {
                tracing::warn!(%document, "a snapshot does not stand for the log: it is made again");
                Ok(None)
            }
        }
    }
}

/// A document that was read change by change.
struct Due {
    position: LogPosition,
    replayed: usize,
    bytes: usize,
}

impl Due {
    /// Has a snapshot kept of a document that took long to read. Nobody waits for it, and nothing
    /// rests on it: a full disk or queue leaves it out.
    fn keep(
        self,
        mut loaded: Document,
        document: DocumentId,
        writer: &LogWriter,
    ) -> Result<Document, EngineError> {
        if self.replayed < SNAPSHOT_FROM {
            return Ok(loaded);
        }
        let Ok(slot) = writer.reserve() else {
            return Ok(loaded);
        };
        let saved = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let bytes = loaded.snapshot();
            (bytes, loaded)
        }));
        let Ok((bytes, loaded)) = saved else {
            return Err(EngineError::Panicked { document });
        };
        let snapshot = Snapshot {
            document,
            position: self.position,
            covers_bytes: self.bytes as u64,
            bytes,
        };
        drop(slot.submit(Batch {
            snapshot: Some(snapshot),
            ..Batch::default()
        }));
        Ok(loaded)
    }
}

fn changes_after(
    document: DocumentId,
    after: LogPosition,
    log: &dyn Log,
) -> Result<Vec<StoredChange>, EngineError> {
    match log.changes_after(document, after) {
        Err(error @ (StoreError::Sealed { .. } | StoreError::Damaged { .. })) => {
            let cause = error.to_string();
            Err(EngineError::Unloadable { document, cause })
        }
        read => Ok(read?),
    }
}

fn chunks(changes: &[StoredChange]) -> impl Iterator<Item = &[u8]> {
    changes.iter().map(|stored| stored.change.bytes.as_slice())
}

fn loaded(actor: Actor, chunks: &[&[u8]]) -> Result<Document, String> {
    match std::panic::catch_unwind(|| Document::load(actor, chunks)) {
        Ok(loaded) => loaded.map_err(|error| error.to_string()),
        Err(_) => Err("it makes automerge panic".to_owned()),
    }
}

/// Drops the documents used least lately that nobody works on.
fn make_room(kept: &mut LruCache<DocumentId, Arc<Held>>) {
    let mut bytes: usize = kept.iter().map(|(_, held)| held.bytes()).sum();
    for _ in 0..kept.len() {
        if kept.len() <= KEPT && bytes <= KEPT_BYTES {
            return;
        }
        let Some((document, held)) = kept.pop_lru() else {
            return;
        };
        if Arc::strong_count(&held) > 1 {
            kept.put(document, held);
        } else {
            bytes -= held.bytes();
        }
    }
}

impl Held {
    /// A batch of it is on its way to the disk.
    pub(super) fn is_ahead(&self) -> bool {
        self.pending.load(Ordering::Acquire) > 0
    }

    /// Bytes of its changes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    /// It holds so many bytes of changes more.
    pub(super) fn grow(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
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

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::DeviceId;

    #[test]
    fn the_cache_is_bounded_by_number_and_by_bytes() {
        let documents = Documents::new(Actor::new(DeviceId::from_random([1; 16]), [0; 8]));
        let hold = |number: u32| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            documents.hold(DocumentId::from_bytes(id))
        };
        let kept = || documents.kept.lock().unwrap().len();
        for number in 0..KEPT as u32 + 50 {
            hold(number);
        }
        assert_eq!(kept(), KEPT);
        let worked_on = hold(1_000);
        worked_on.grow(KEPT_BYTES + 1);
        hold(1_001);
        assert_eq!(kept(), 2, "what is worked on stays, and the newest");
        drop(worked_on);
        hold(1_002);
        let bytes = || -> usize {
            let kept = documents.kept.lock().unwrap();
            kept.iter().map(|(_, held)| held.bytes()).sum()
        };
        assert_eq!(bytes(), 0, "what is not, goes");
        // Control: small ones stay.
        hold(1_003).grow(1_000);
        hold(1_004);
        assert_eq!(bytes(), 1_000);
    }
}
