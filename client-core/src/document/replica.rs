//! One replica of a document: automerge, descended from the first change.

use super::hash::{Actor, ChangeHash, RawChange};
use super::index::{ChangeFacts, Index};
use super::read::entry_fields;
use super::text;
use super::write::Writer;
use crate::model::{DeviceId, TimestampMs};
use automerge::transaction::CommitOptions;
use automerge::{Automerge, Change, ObjId, ROOT, ReadDoc};
use std::collections::BTreeMap;
use std::fmt;

/// The first change of every document: a fixed actor, time 0, one root map `objects`.
///
/// No version may ever alter it: two different first changes can never meet.
pub const GENESIS: &[u8] = include_bytes!("genesis.bin");

/// Name of the first change.
pub const GENESIS_HASH: ChangeHash = ChangeHash([
    0x5f, 0x9a, 0x05, 0xf4, 0x72, 0xb2, 0x39, 0x0a, 0x62, 0x18, 0x39, 0xb1, 0xfd, 0xcf, 0x53, 0x83,
    0x78, 0xc9, 0xc6, 0xce, 0x84, 0x1d, 0x5b, 0x00, 0x0b, 0x62, 0x55, 0x29, 0x1e, 0x52, 0x07, 0xc9,
]);

/// The root map that holds all entries.
pub(super) const OBJECTS: &str = "objects";

/// Place of an automerge chunk's type byte, after its magic and checksum; 0 is a whole document.
const CHUNK_TYPE_AT: usize = 8;

/// A document that cannot be loaded from storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes are no chunks of a document.
    #[error("the stored document is damaged")]
    Damaged,
    /// The document does not begin with [`GENESIS`].
    #[error("the stored document does not descend from the first change")]
    NotDescended,
}

/// Changes that cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Some bytes are no change.
    #[error("a change cannot be read")]
    Unreadable,
    /// A change contradicts the document (two changes with one actor and number).
    #[error("a change contradicts the document")]
    Contradiction,
}

/// One replica of a document. All its changes descend from [`GENESIS`].
#[derive(Clone)]
pub struct Document {
    pub(super) doc: Automerge,
    pub(super) objects: ObjId,
    actor: Actor,
    index: Index,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, {:?})", self.actor, self.heads())
    }
}

impl Document {
    /// An empty document.
    pub fn new(actor: Actor) -> Self {
        let doc = Automerge::load(GENESIS).expect("the first change is a constant under test");
        Self::over(doc, actor).expect("the first change makes the root map")
    }

    /// From what storage holds: a snapshot, changes, or a snapshot and changes, in causal order.
    ///
    /// Only for bytes this program wrote itself and authenticated: what comes from outside passes
    /// the gate, change by change.
    pub fn load(actor: Actor, chunks: &[&[u8]]) -> Result<Self, LoadError> {
        let whole = chunks
            .first()
            .is_some_and(|chunk| chunk.get(CHUNK_TYPE_AT) == Some(&0));
        let mut bytes = if whole { Vec::new() } else { GENESIS.to_vec() };
        for chunk in chunks {
            bytes.extend_from_slice(chunk);
        }
        let doc = Automerge::load(&bytes).map_err(|_| LoadError::Damaged)?;
        Self::over(doc, actor)
    }

    fn over(doc: Automerge, actor: Actor) -> Result<Self, LoadError> {
        let doc = doc.with_actor(automerge::ActorId::from(actor.as_bytes().as_slice()));
        let genesis = doc.get_change_by_hash(&GENESIS_HASH.into());
        let objects = doc.get(ROOT, OBJECTS).ok().flatten();
        match (genesis, objects) {
            (Some(_), Some((automerge::Value::Object(_), objects))) => {
                let mut index = Index::default();
                index.follow(&doc, &[]);
                Ok(Self {
                    doc,
                    objects,
                    actor,
                    index,
                })
            }
            _ => Err(LoadError::NotDescended),
        }
    }

    pub(super) fn under(&self, actor: Actor) -> Self {
        let mut other = self.clone();
        let id = automerge::ActorId::from(actor.as_bytes().as_slice());
        other.doc = other.doc.with_actor(id);
        other.actor = actor;
        other
    }

    /// Under whose name this replica writes.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The whole document as one chunk, for storage.
    pub fn snapshot(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    /// The changes nothing else depends on; the first change's alone when it is empty.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.doc.get_heads().into_iter().map(Into::into).collect()
    }

    /// Nothing but the first change.
    pub fn is_empty(&self) -> bool {
        self.heads() == [GENESIS_HASH]
    }

    /// Applies changes; those already there are passed over, those whose dependencies are missing
    /// wait. What comes from outside goes through [`crate::gate::admit`] instead.
    pub fn apply(&mut self, changes: &[Vec<u8>]) -> Result<(), ApplyError> {
        let changes = changes
            .iter()
            .map(|bytes| Change::try_from(bytes.as_slice()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| ApplyError::Unreadable)?;
        self.apply_decoded(changes)
    }

    pub(crate) fn apply_decoded(&mut self, changes: Vec<Change>) -> Result<(), ApplyError> {
        let before = self.doc.get_heads();
        let applied = self.doc.apply_changes(changes);
        self.index.follow(&self.doc, &before);
        applied.map_err(|_| ApplyError::Contradiction)
    }

    /// Changes that others wait for.
    pub fn missing(&self) -> Vec<ChangeHash> {
        let missing = self.doc.get_missing_deps(&[]);
        missing.into_iter().map(Into::into).collect()
    }

    /// Whether a change is applied.
    pub fn has(&self, change: &ChangeHash) -> bool {
        self.index.get(change).is_some()
    }

    /// What a replica with these heads lacks: uncompressed chunks in causal order, the first
    /// change left out. Heads unknown here are passed over.
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<RawChange> {
        let known: Vec<automerge::ChangeHash> = heads
            .iter()
            .filter(|head| self.has(head))
            .map(|head| (*head).into())
            .collect();
        let changes = self.doc.get_changes(&known);
        changes
            .iter()
            .map(raw)
            .filter(|change| change.hash != GENESIS_HASH)
            .collect()
    }

    /// The changes that one device wrote, in causal order.
    pub fn changes_by(&self, device: DeviceId) -> Vec<RawChange> {
        let changes = self.doc.get_changes(&[]);
        let own = changes.iter().filter(|change| {
            let actor = Actor::from_slice(change.actor_id().to_bytes());
            actor.is_some_and(|actor| actor.device() == device)
        });
        own.map(raw).collect()
    }

    /// A change by its name.
    pub fn change(&self, hash: &ChangeHash) -> Option<RawChange> {
        let change = self.doc.get_change_by_hash(&(*hash).into())?;
        Some(raw(&change))
    }

    /// Writes; exactly one change, or none when nothing differs.
    pub fn commit(
        &mut self,
        at: TimestampMs,
        write: impl FnOnce(&mut Writer<'_>),
    ) -> Option<RawChange> {
        let before = self.doc.get_heads();
        let mut writer = Writer::new(self.doc.transaction(), self.objects.clone(), at);
        write(&mut writer);
        let options = CommitOptions::default().with_time(at.div_euclid(1_000));
        let (hash, _) = writer.into_transaction().commit_with(options);
        let change = self.doc.get_change_by_hash(&hash?)?;
        self.index.follow(&self.doc, &before);
        Some(raw(&change))
    }

    /// What is known of an applied change.
    pub fn facts(&self, change: &ChangeHash) -> Option<&ChangeFacts> {
        self.index.get(change)
    }

    /// The last change of an actor, and its number.
    pub fn latest(&self, actor: &[u8]) -> Option<(u64, ChangeHash)> {
        self.index.latest(actor)
    }

    /// How many changes it holds, the first one included.
    pub fn change_count(&self) -> usize {
        self.index.len()
    }

    /// The keys of all entries, in order.
    pub fn keys(&self) -> Vec<String> {
        self.doc.keys(&self.objects).collect()
    }

    /// The fields of an entry in words, as they read now.
    pub fn fields(&self, key: &str) -> Option<BTreeMap<String, String>> {
        let (_, entry) = self.doc.get(&self.objects, key).ok()??;
        let fields = entry_fields(&self.doc, &entry);
        let shown = fields
            .into_iter()
            .map(|(field, value)| (field.clone(), text::shown(&field, &value)));
        Some(shown.collect())
    }
}

fn raw(change: &Change) -> RawChange {
    RawChange {
        hash: change.hash().into(),
        bytes: change.raw_bytes().to_vec(),
    }
}
