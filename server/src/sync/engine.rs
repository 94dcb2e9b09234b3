//! A campaign that is open: its log, its documents in memory, and the server's own actor.

use super::documents::{Ahead, Documents};
use crate::config::Clock;
use crate::store::{
    Appended, Batch, CommandMark, CommitError, Committed, HashValue, KeyStore, Log, LogPosition,
    LogWriter, NewChange, OpenCampaign, Pending, StoreError,
};
use maraude_core::document::{
    Actor, Document, DocumentName, GENESIS_HASH, LoadError, RawChange, Writer, document_id,
};
use maraude_core::model::{CampaignId, DeviceId, DocumentId};
use maraude_core::sync::RoundCustody;
use std::sync::{Arc, OnceLock};
use tokio::sync::broadcast;

/// Why the engine did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The batch is not in the log.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored document does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Work on a document panicked: it was dropped from memory, the log is whole.
    #[error("work on document {document} panicked")]
    Panicked {
        /// Which.
        document: DocumentId,
    },
    /// The gate refused the server's own change: a bug.
    #[error("the gate refused the server's own change: {code}")]
    OwnChangeRefused {
        /// Its code.
        code: &'static str,
    },
}

/// What an engine is made of.
pub struct EngineParts {
    /// The campaign's log and writer.
    pub open: OpenCampaign,
    /// Keys of this server.
    pub keys: Arc<KeyStore>,
    /// The server as an author.
    pub device: DeviceId,
    /// Drawn at each start.
    pub opening: [u8; 8],
    /// Where the time comes from.
    pub clock: Clock,
    /// The operator accepts a single copy.
    pub single_copy_accepted: bool,
}

/// Tells what became of rounds: the projection does, once it is there.
pub trait Custody: Send + Sync {
    /// One per document that is a round; others are left out.
    fn rounds(&self, documents: &[DocumentId]) -> Vec<RoundCustody>;
}

/// An open campaign.
pub struct Engine {
    pub(super) parts: EngineParts,
    pub(super) documents: Documents,
    pub(super) custody: OnceLock<Arc<dyn Custody>>,
}

/// What the server writes of its own in one document.
pub struct Authored<'w> {
    /// The document.
    pub name: DocumentName,
    /// What is written; nothing is committed when nothing differs.
    pub write: Box<dyn FnOnce(&mut Writer<'_>) + 'w>,
}

impl Engine {
    /// Over a campaign's log.
    pub fn new(parts: EngineParts) -> Self {
        Self {
            documents: Documents::new(Actor::new(parts.device, parts.opening)),
            parts,
            custody: OnceLock::new(),
        }
    }

    /// The campaign.
    pub fn campaign(&self) -> CampaignId {
        self.parts.open.log.campaign()
    }

    /// Its log.
    pub fn log(&self) -> &Arc<dyn Log> {
        &self.parts.open.log
    }

    /// The server as an author of changes.
    pub fn server_device(&self) -> DeviceId {
        self.parts.device
    }

    /// New positions, as they are committed. A listener that lags reads the log from where it was.
    pub fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.parts.open.writer.subscribe()
    }

    /// Who tells what became of rounds; the first one set stays.
    pub fn set_custody(&self, custody: Arc<dyn Custody>) {
        // A second one means the projection was started twice; the first goes on.
        let _ = self.custody.set(custody);
    }

    /// Reads a document as it is on disk. Blocks: call it from the pool.
    pub fn read<T>(
        &self,
        document: DocumentId,
        read: impl FnOnce(&Document) -> T,
    ) -> Result<T, EngineError> {
        let held = self.documents.hold(document);
        if held.is_ahead() {
            self.submit(Batch::default())?.wait()?;
        }
        self.documents
            .work(&held, document, self.disk(), |document| read(document))
    }

    /// A copy of a document as it is on disk. Blocks: call it from the pool.
    pub fn document(&self, name: &DocumentName) -> Result<Document, EngineError> {
        self.read(document_id(name), Document::clone)
    }

    /// Hands a batch to the writer; its changes must have passed the gate.
    pub fn submit(&self, batch: Batch) -> Result<Pending, EngineError> {
        Ok(self.parts.open.writer.reserve()?.submit(batch))
    }

    /// Writes one change of the server's own through the gate; gives its position once it is on
    /// disk, none when nothing differs. Blocks: call it from the pool.
    pub fn author<'w>(
        &self,
        name: &DocumentName,
        write: impl FnOnce(&mut Writer<'_>) + 'w,
    ) -> Result<Option<LogPosition>, EngineError> {
        let authored = Authored {
            name: *name,
            write: Box::new(write),
        };
        let appended = self.author_all(None, vec![authored])?;
        Ok(appended.positions.first().copied())
    }

    /// Writes in several documents at once: one change each, all or none on disk. With a command,
    /// the same command a second time is [`crate::store::BatchRefusal::Repeated`].
    /// Blocks: call it from the pool.
    pub fn author_all(
        &self,
        command: Option<CommandMark>,
        parts: Vec<Authored<'_>>,
    ) -> Result<Appended, EngineError> {
        let slot = self.parts.open.writer.reserve()?;
        let mut batch = Batch {
            command,
            ..Batch::default()
        };
        let mut ahead = Vec::new();
        for part in parts {
            ahead.extend(self.author_one(part, &mut batch)?);
        }
        let appended = slot.submit(batch).wait()?;
        ahead.into_iter().for_each(Ahead::arrived);
        Ok(appended)
    }

    fn author_one(
        &self,
        part: Authored<'_>,
        batch: &mut Batch,
    ) -> Result<Option<Ahead>, EngineError> {
        let document = document_id(&part.name);
        let now = self.parts.clock.now();
        let held = self.documents.hold(document);
        let written = self
            .documents
            .work(&held, document, self.disk(), |current| {
                let before = heads(current);
                let change = current.commit(now, part.write)?;
                Some((before, change, held.set_out()))
            })?;
        let Some((before, change, ahead)) = written else {
            return Ok(None);
        };
        batch
            .requires
            .extend(before.into_iter().map(|hash| (document, hash)));
        batch.documents.push((document, part.name));
        batch.changes.push(self.own_change(document, change));
        Ok(Some(ahead))
    }

    fn own_change(&self, document: DocumentId, change: RawChange) -> NewChange {
        NewChange {
            document,
            hash: change.hash.0,
            device: self.parts.device,
            carrier: self.parts.device,
            organisation: None,
            received_at: self.parts.clock.now(),
            clock_offset_ms: Some(0),
            circumstance: None,
            bytes: change.bytes,
        }
    }

    pub(super) fn disk(&self) -> (&dyn Log, &LogWriter) {
        (&*self.parts.open.log, &self.parts.open.writer)
    }
}

/// The heads that must be in the log before what is written on top of them.
pub(super) fn heads(document: &Document) -> Vec<HashValue> {
    let heads = document.heads();
    heads
        .into_iter()
        .filter(|head| *head != GENESIS_HASH)
        .map(|head| head.0)
        .collect()
}
