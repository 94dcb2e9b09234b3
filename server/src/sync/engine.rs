//! A campaign that is open: its log, its documents in memory, and the server's own actor.

use super::Custody;
use super::allowance::{Share, Used};
use super::documents::{Ahead, Documents};
use super::known::Known;
use super::plan::after_lock;
use crate::config::Clock;
use crate::store::{
    Appended, Batch, BatchRefusal, CommandMark, CommitError, Committed, Contact, HashValue,
    KeyStore, Log, LogPosition, LogWriter, NewChange, OpenCampaign, Pending, Pseudonyms,
    ServerStore, StoreError, Tombstone, random,
};
use ed25519_dalek::SigningKey;
use maraude_core::document::{
    Actor, Document, DocumentKind, DocumentName, GENESIS_HASH, Plan, RawChange, Writer, document_id,
};
use maraude_core::gate::{Admission, GateLimits};
use maraude_core::model::{CampaignId, DeviceId, DocumentId, TimestampMs};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use zeroize::Zeroizing;

/// How often a document is read again while what was read has not arrived; the tablet is told to
/// come back after that.
const READS: u32 = 1_000;

/// A batch that was worked out is submitted within this.
const BETWEEN_READS: Duration = Duration::from_millis(1);

/// Why the engine did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The batch is not in the log.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored document does not load: its rows are damaged, or make automerge panic.
    #[error("document {document} does not load: {cause}")]
    Unloadable {
        /// Which.
        document: DocumentId,
        /// Why.
        cause: String,
    },
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

/// What stands before every document: [`maraude_core::gate::admit_under_actors`], or a test's.
pub type Gate = fn(
    &mut Document,
    DocumentKind,
    &[Vec<u8>],
    DeviceId,
    &[Vec<u8>],
    bool,
    &GateLimits,
) -> Admission;

/// What an engine is made of.
pub struct EngineParts {
    /// The campaign's log and writer.
    pub open: OpenCampaign,
    /// Keys of this server.
    pub keys: Arc<KeyStore>,
    /// Enrolled tablets.
    pub server: Arc<ServerStore>,
    /// Signs receipts.
    pub signing: SigningKey,
    /// What stands before every document.
    pub gate: Gate,
    /// The server as an author.
    pub device: DeviceId,
    /// Drawn at each start.
    pub opening: [u8; 8],
    /// Where the time comes from.
    pub clock: Clock,
    /// The operator accepts a single copy.
    pub single_copy_accepted: bool,
}

/// An open campaign.
pub struct Engine {
    pub(super) parts: EngineParts,
    pub(super) documents: Documents,
    pub(super) custody: OnceLock<Arc<dyn Custody>>,
    pub(super) plan: Mutex<Option<(u64, Arc<Plan>)>>,
    pub(super) known: Arc<Known>,
    pub(super) share: OnceLock<Share>,
    pub(super) waiting: Mutex<Option<HashSet<DocumentId>>>,
    pub(super) looking_back: Mutex<()>,
    pub(super) died_of: Mutex<HashSet<(DocumentId, HashValue)>>,
    pub(super) used: Mutex<HashMap<DeviceId, Used>>,
    pub(super) memories: Mutex<HashMap<DeviceId, LogPosition>>,
    plan_version: AtomicU64,
    contacts: Mutex<HashMap<DeviceId, Met>>,
    pub(super) authoring: Mutex<()>,
    /// Late work for documents that were issued anew is carried over one piece after the other.
    pub(super) moving: Mutex<()>,
    secret: OnceLock<Zeroizing<[u8; 32]>>,
}

/// A tablet's last contact, and when one was last written down.
struct Met {
    contact: Contact,
    written_at: Option<TimestampMs>,
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
    pub fn new(parts: EngineParts) -> Result<Self, StoreError> {
        let met = |contact: Contact| {
            let written_at = Some(contact.at);
            let device = contact.device;
            (
                device,
                Met {
                    contact,
                    written_at,
                },
            )
        };
        let contacts: Vec<Contact> = parts.open.log.contacts()?;
        let memories = contacts.iter();
        let memories = memories
            .filter_map(|contact| Some((contact.device, contact.known_end?)))
            .collect();
        let contacts = contacts.into_iter().map(met).collect();
        let known = Arc::new(Known::new(random()?, parts.open.log.last_position()?));
        let noting = known.clone();
        let note = Box::new(move |batch: &Batch, appended: &Appended| noting.note(batch, appended));
        parts.open.writer.on_commit(note);
        Ok(Self {
            documents: Documents::new(Actor::new(parts.device, parts.opening)),
            parts,
            custody: OnceLock::new(),
            plan: Mutex::default(),
            known,
            share: OnceLock::new(),
            waiting: Mutex::default(),
            looking_back: Mutex::default(),
            died_of: Mutex::default(),
            used: Mutex::default(),
            memories: Mutex::new(memories),
            plan_version: AtomicU64::new(0),
            contacts: Mutex::new(contacts),
            authoring: Mutex::default(),
            moving: Mutex::default(),
            secret: OnceLock::new(),
        })
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

    /// The disk has room, or has not: then nothing is taken in.
    pub fn disk_has_room(&self, room: bool) {
        self.parts.open.writer.disk_has_room(room);
    }

    /// The disk was found full: nothing is taken in.
    pub fn disk_is_full(&self) -> bool {
        self.parts.open.writer.disk_is_full()
    }

    /// Batches that wait for their commit.
    pub fn waiting(&self) -> usize {
        self.parts.open.writer.waiting()
    }

    /// Last contact of each tablet.
    pub fn contacts(&self) -> Vec<Contact> {
        let contacts = self.lock_contacts();
        contacts.values().map(|met| met.contact.clone()).collect()
    }

    /// Last contact of a tablet.
    pub fn contact(&self, device: DeviceId) -> Option<Contact> {
        self.lock_contacts()
            .get(&device)
            .map(|met| met.contact.clone())
    }

    /// Reads a document as it is on disk. Blocks: call it from the pool.
    ///
    /// What is read while a batch is on its way is told only once that batch has arrived; what was
    /// read of a batch that is lost is never told.
    pub fn read<T>(
        &self,
        document: DocumentId,
        read: impl Fn(&Document) -> T,
    ) -> Result<T, EngineError> {
        for _ in 0..READS {
            let held = self.documents.hold(document);
            // Asked while nobody else works on it, a batch may have set out or been lost just before;
            // whether one was lost is asked last, as it is noted first.
            let (value, seen, stale) =
                self.documents
                    .work(&held, document, self.disk(), |current| {
                        let seen = held.is_ahead().then(|| heads(current));
                        (read(current), seen, held.is_stale())
                    })?;
            let arrived = match seen {
                Some(seen) => self.are_in_the_log(document, seen)?,
                None => !stale,
            };
            if arrived {
                return Ok(value);
            }
            std::thread::sleep(BETWEEN_READS);
        }
        Err(CommitError::Busy.into())
    }

    /// All that was submitted has arrived or is lost; these changes arrived.
    fn are_in_the_log(
        &self,
        document: DocumentId,
        changes: Vec<HashValue>,
    ) -> Result<bool, EngineError> {
        let changes = changes.into_iter().map(|change| (document, change));
        match self.parts.open.writer.look_for(changes.collect())?.wait() {
            Ok(_) => Ok(true),
            Err(CommitError::Refused(BatchRefusal::Missing)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// A copy of a document as it is on disk. Blocks: call it from the pool.
    pub fn document(&self, name: &DocumentName) -> Result<Document, EngineError> {
        self.read(document_id(name), Document::clone)
    }

    /// Erases a document, here and in the log. Blocks: call it from the pool.
    pub fn erase(&self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.log().erase(tombstone)?;
        self.documents.forget(tombstone.document);
        self.known.forget(tombstone.document);
        Ok(())
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

    /// Writes in several documents at once: one change for each part, all or none on disk; a document
    /// may have several parts, each resting on the one before. With a command,
    /// the same command a second time is [`crate::store::BatchRefusal::Repeated`].
    /// Blocks: call it from the pool.
    pub fn author_all(
        &self,
        command: Option<CommandMark>,
        parts: Vec<Authored<'_>>,
    ) -> Result<Appended, EngineError> {
        let kinds: Vec<DocumentKind> = parts.iter().map(|part| part.name.kind()).collect();
        let mut batch = Batch {
            command,
            ..Batch::default()
        };
        let mut ahead = Vec::new();
        let authoring = self
            .authoring
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            ahead.extend(self.author_one(part, &mut batch)?);
        }
        // What one part rests on may be another's change.
        let new: HashSet<HashValue> = batch.changes.iter().map(|change| change.hash).collect();
        batch.requires.retain(|(_, hash)| !new.contains(hash));
        let pending = self.submit(batch)?;
        drop(authoring);
        let appended = pending.wait()?;
        ahead.into_iter().for_each(Ahead::arrived);
        if kinds.contains(&DocumentKind::Plan) {
            self.plan_version.fetch_add(1, Ordering::AcqRel);
        }
        Ok(appended)
    }

    fn author_one(
        &self,
        part: Authored<'_>,
        batch: &mut Batch,
    ) -> Result<Option<Ahead>, EngineError> {
        let document = document_id(&part.name);
        let now = self.parts.clock.now();
        let (gate, device, kind) = (self.parts.gate, self.parts.device, part.name.kind());
        let circumstance = match kind {
            DocumentKind::Round => after_lock(&*self.plan_or_none()?),
            DocumentKind::Plan | DocumentKind::Brief | DocumentKind::Review => None,
        };
        let held = self.documents.hold(document);
        let written = self
            .documents
            .work(&held, document, self.disk(), |current| {
                // Written on a copy, then let in like anybody's change.
                let Some(change) = current.clone().commit(now, part.write) else {
                    return Ok(None);
                };
                let before = heads(current);
                let limits = GateLimits::default();
                let changes = [change.bytes.clone()];
                let admission = gate(current, kind, &changes, device, &[], true, &limits);
                match admission.refused.first() {
                    Some((_, refusal, _)) => Err(EngineError::OwnChangeRefused {
                        code: refusal.code(),
                    }),
                    None => Ok(Some((before, change, held.set_out()))),
                }
            })??;
        let Some((before, change, ahead)) = written else {
            return Ok(None);
        };
        batch
            .requires
            .extend(before.into_iter().map(|hash| (document, hash)));
        batch.documents.push((document, part.name));
        let own = self.own_change(document, change);
        batch.changes.push(NewChange {
            circumstance,
            ..own
        });
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

    pub(super) fn note_contact(&self, contact: &Contact) {
        let mut contacts = self.lock_contacts();
        let written_at = contacts.get(&contact.device).and_then(|met| met.written_at);
        let met = Met {
            contact: contact.clone(),
            written_at,
        };
        contacts.insert(contact.device, met);
    }

    /// Nothing was written down of a tablet for so long; it is held to be from now.
    pub(super) fn contact_is_due(&self, device: DeviceId, now: TimestampMs, every_ms: i64) -> bool {
        let mut contacts = self.lock_contacts();
        let Some(met) = contacts.get_mut(&device) else {
            return false;
        };
        let due = met
            .written_at
            .is_none_or(|written_at| now.saturating_sub(written_at) >= every_ms);
        if due {
            met.written_at = Some(now);
        }
        due
    }

    /// The campaign's key for pseudonyms, drawn where it never had one.
    pub fn draw_pseudonym_key(&self) -> Result<Pseudonyms, StoreError> {
        self.parts.keys.draw_pseudonym_key(self.campaign())
    }

    /// The campaign's secret key: envelopes are opened with it.
    pub(super) fn secret(&self) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        if let Some(secret) = self.secret.get() {
            return Ok(secret.clone());
        }
        let secret = self.parts.keys.campaign_secret(self.campaign())?;
        Ok(self.secret.get_or_init(|| secret).clone())
    }

    /// Raised at each change of the plan.
    pub(super) fn plan_version(&self) -> u64 {
        self.plan_version.load(Ordering::Acquire)
    }

    fn lock_contacts(&self) -> MutexGuard<'_, HashMap<DeviceId, Met>> {
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner)
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
