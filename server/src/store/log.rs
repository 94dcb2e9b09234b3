//! The change log of a campaign, as a trait: what any engine under it must keep (design D6).
//!
//! A batch is all or nothing, and [`Log::append`] returns only once it is on disk. It must never
//! interpret a change. The writer thread appends; engine, projection and review read.

use super::{Pseudonyms, StoreError};
use maraude_core::model::{
    CampaignId, DeviceId, DeviceReport, DocumentId, OrganisationCode, TimestampMs,
};
use maraude_core::sync::DocumentName;
use serde::{Deserialize, Serialize};

/// Place of a change in the log: 1, 2, 3...; 0 is before the first.
pub type LogPosition = u64;

/// A SHA-256: of a change or of an envelope.
pub type HashValue = [u8; 32];

/// A log's own value: up to which position a second copy exists.
pub const COPIED: &str = "copied";

/// A log's own value: that it was exported to another server.
pub const EXPORTED: &str = "exported";

/// Why an accepted change is set apart and shown ("affectation à confirmer", ...).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Circumstance {
    /// It arrived after the campaign was locked.
    AfterLock,
    /// The tablet belongs to another team than the round's.
    OtherTeam,
}

impl Circumstance {
    /// Stable kebab-case code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AfterLock => "after-lock",
            Self::OtherTeam => "other-team",
        }
    }

    /// Reads a code back.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::AfterLock, Self::OtherTeam]
            .into_iter()
            .find(|circumstance| circumstance.code() == code)
    }
}

/// A change to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// The document.
    pub document: DocumentId,
    /// Its hash, as automerge names it.
    pub hash: HashValue,
    /// Its author.
    pub device: DeviceId,
    /// The tablet that carried it.
    pub carrier: DeviceId,
    /// Whose tablet the author is.
    pub organisation: Option<OrganisationCode>,
    /// Server clock.
    pub received_at: TimestampMs,
    /// The author's clock minus the server's, where it is known.
    pub clock_offset_ms: Option<i64>,
    /// Why it is set apart, where it is.
    pub circumstance: Option<Circumstance>,
    /// The raw change chunk.
    pub bytes: Vec<u8>,
}

/// A change as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// Its place.
    pub position: LogPosition,
    /// The change.
    pub change: NewChange,
}

/// A document of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its identifier.
    pub document: DocumentId,
    /// What it derives from.
    pub name: DocumentName,
    /// Its last change.
    pub last_position: LogPosition,
    /// How many changes it has.
    pub changes: u32,
}

/// What a row of quarantine takes on the disk beside its bytes, about, in bytes.
pub const QUARANTINE_ROW_BYTES: u64 = 256;

/// Bytes that were refused, to be kept with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuarantined {
    /// The envelope they came in.
    pub envelope: HashValue,
    /// Their place in the envelope; `u32::MAX` for the whole envelope.
    pub item: u32,
    /// The document, where it is known.
    pub document: Option<DocumentId>,
    /// The change, where its hash could be told.
    pub change: Option<HashValue>,
    /// Who signed, where it is known.
    pub device: Option<DeviceId>,
    /// The tablet that carried it.
    pub carrier: DeviceId,
    /// Stable kebab-case code.
    pub code: String,
    /// The change it waits for, where it waits for one.
    pub awaits: Option<HashValue>,
    /// Server clock.
    pub received_at: TimestampMs,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Refused bytes as the log keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its number.
    pub number: u64,
    /// What was refused.
    pub item: NewQuarantined,
    /// When somebody dealt with it.
    pub settled_at: Option<TimestampMs>,
}

/// Last contact of a tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The tablet.
    pub device: DeviceId,
    /// Server clock.
    pub at: TimestampMs,
    /// Its clock minus the server's.
    pub clock_offset_ms: i64,
    /// What it told of itself.
    pub device_report: DeviceReport,
    /// Where the log ended as it last gave it back, where it did.
    pub known_end: Option<LogPosition>,
}

/// What a tablet wrote in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Changes.
    pub changes: u64,
    /// Their bytes as the log keeps them.
    pub bytes: u64,
}

/// A document as it was at a position, so that it need not be read change by change: a cache, which
/// may be dropped at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The document.
    pub document: DocumentId,
    /// It holds all the document's changes up to here, and no other.
    pub position: LogPosition,
    /// Bytes of these changes, one by one.
    pub covers_bytes: u64,
    /// As the document's engine wrote it.
    pub bytes: Vec<u8>,
}

/// A coordinator's command that was carried out: the same one again acts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandMark {
    /// Drawn by the browser.
    pub command: String,
    /// What was answered, to be answered again.
    pub answer: Vec<u8>,
}

/// What one submitter wants committed: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Documents that may be new.
    pub documents: Vec<(DocumentId, DocumentName)>,
    /// Changes; those already there are passed over.
    pub changes: Vec<NewChange>,
    /// Changes that must already be there, or the batch is refused.
    pub requires: Vec<(DocumentId, HashValue)>,
    /// Refused bytes; those already there are passed over.
    pub quarantine: Vec<NewQuarantined>,
    /// Numbers of refused bytes that wait for another change now, and for which.
    pub moved_on: Vec<(u64, HashValue)>,
    /// Numbers of refused bytes that were dealt with, and when.
    pub settled: Vec<(u64, TimestampMs)>,
    /// A tablet's contact.
    pub contact: Option<Contact>,
    /// A command carried out; refused when it was already.
    pub command: Option<CommandMark>,
    /// A snapshot, in the place of an older one.
    pub snapshot: Option<Snapshot>,
}

/// What a committed batch gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Appended {
    /// One per change of the batch, in its order; the first position for one already there.
    pub positions: Vec<LogPosition>,
    /// Documents that gained a change.
    pub documents: Vec<DocumentId>,
    /// The log's last position.
    pub last: LogPosition,
}

/// A batch that was not committed, while its neighbours were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefusal {
    /// A change it rests on is not in the log.
    #[error("a required change is not in the log")]
    Missing,
    /// Its command was carried out before.
    #[error("this command was carried out before")]
    Repeated {
        /// What was answered then.
        answer: Vec<u8>,
    },
    /// One of its documents was erased.
    #[error("the document was erased")]
    Erased {
        /// Which.
        document: DocumentId,
    },
}

/// A release to be kept, with the lines it adds to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRelease {
    /// `provisional` or `consolidated`.
    pub stage: String,
    /// Server clock.
    pub built_at: TimestampMs,
    /// The log's position it was built at.
    pub position: LogPosition,
    /// Who built it: an account's name.
    pub author: String,
    /// The release itself, as its maker wrote it.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// Lines for the ledger.
    pub ledger: Vec<Vec<u8>>,
}

/// A release as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRelease {
    /// 1, 2, 3...
    pub number: u32,
    /// The release; its ledger lines are read with [`Log::ledger`].
    pub release: NewRelease,
}

/// A line of the ledger that checks later releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The release that wrote it.
    pub release: u32,
    /// The line.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// Parameters of linkage, frozen at a place of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkageSnapshot {
    /// From this position on.
    pub from: LogPosition,
    /// Server clock.
    pub at: TimestampMs,
    /// The parameters, as `review` wrote them.
    pub body: Vec<u8>,
}

/// A document that was erased: nothing may enter it again.
#[derive(Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The document.
    pub document: DocumentId,
    /// Server clock.
    pub at: TimestampMs,
    /// Stable kebab-case code.
    pub reason: String,
    /// The document that takes its place, where there is one.
    pub successor: Option<DocumentName>,
}

maraude_core::redacts!(Tombstone);

/// Documents that others take the place of: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reissue {
    /// What takes their place.
    pub batch: Batch,
    /// What goes.
    pub gone: Vec<Tombstone>,
    /// Numbers of refused bytes that go with it, beside those of the documents.
    pub unkept: Vec<u64>,
    /// Values of the log's own to be set with it.
    pub meta: Vec<(String, Vec<u8>)>,
}

/// The end of the log as somebody saw it, so that a log that went back can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// The last position.
    pub position: LogPosition,
    /// The change there.
    pub hash: HashValue,
}

/// A campaign's change log.
///
/// # Errors
/// Every method fails with [`StoreError`] when the disk does.
pub trait Log: Send + Sync {
    /// The campaign.
    fn campaign(&self) -> CampaignId;
    /// Drawn at creation, renewed when the log is found to have gone back.
    fn epoch(&self) -> [u8; 16];
    /// Draws another epoch: every tablet offers again all it still holds.
    fn renew_epoch(&self) -> Result<[u8; 16], StoreError>;
    /// Commits batches in one transaction, to disk; one answer per batch, in order.
    fn append(&self, batches: &[Batch]) -> Result<Vec<Result<Appended, BatchRefusal>>, StoreError>;
    /// The last position, 0 when empty.
    fn last_position(&self) -> Result<LogPosition, StoreError>;
    /// The last change and its position; none of an empty log.
    fn end(&self) -> Result<Option<LogEnd>, StoreError>;
    /// Whether what was once the log's end is not in it any more, though nobody erased it.
    fn has_lost(&self, end: &LogEnd) -> Result<bool, StoreError>;
    /// Changes after a position, in order, at most `limit`.
    fn since(&self, after: LogPosition, limit: usize) -> Result<Vec<StoredChange>, StoreError>;
    /// All changes of a document, in order.
    fn changes(&self, document: DocumentId) -> Result<Vec<StoredChange>, StoreError>;
    /// Changes of a document after a position, in order.
    fn changes_after(
        &self,
        document: DocumentId,
        after: LogPosition,
    ) -> Result<Vec<StoredChange>, StoreError>;
    /// A document's snapshot; none where there is none, or it is damaged.
    fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>, StoreError>;
    /// All documents, by their last position.
    fn documents(&self) -> Result<Vec<StoredDocument>, StoreError>;
    /// One document.
    fn document(&self, document: DocumentId) -> Result<Option<StoredDocument>, StoreError>;
    /// Documents a tablet is an author of.
    fn documents_of(&self, device: DeviceId) -> Result<Vec<DocumentId>, StoreError>;
    /// How much of a document is a tablet's.
    fn written_in(&self, document: DocumentId, device: DeviceId) -> Result<Written, StoreError>;
    /// The author of a change of a document, where it is in the log.
    fn author_of(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Option<DeviceId>, StoreError>;
    /// Refused bytes after a number, at most `limit`.
    fn quarantine(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, StoreError>;
    /// Refused bytes of a document that wait for this change, oldest first.
    fn awaiting(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Vec<Quarantined>, StoreError>;
    /// Documents with refused bytes that wait for a change.
    fn documents_awaiting(&self) -> Result<Vec<DocumentId>, StoreError>;
    /// Refused bytes nobody has dealt with, newest first, at most `limit`; their bytes left out.
    fn open_quarantine(&self, limit: usize) -> Result<Vec<Quarantined>, StoreError>;
    /// Codes under which a change was refused.
    fn refusals_of(
        &self,
        document: DocumentId,
        change: &HashValue,
    ) -> Result<Vec<String>, StoreError>;
    /// Bytes in quarantine that a tablet answers for: changes it signed, whole envelopes it carried.
    fn quarantined_bytes(&self, device: DeviceId) -> Result<u64, StoreError>;
    /// Somebody dealt with it.
    fn settle_quarantine(&self, number: u64, at: TimestampMs) -> Result<(), StoreError>;
    /// Last contact of each tablet.
    fn contacts(&self) -> Result<Vec<Contact>, StoreError>;
    /// What a command answered, where it was carried out.
    fn command(&self, command: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Keeps a release and its ledger lines; gives its number.
    fn put_release(&self, release: &NewRelease) -> Result<u32, StoreError>;
    /// All releases, oldest first.
    fn releases(&self) -> Result<Vec<StoredRelease>, StoreError>;
    /// The ledger, oldest line first.
    fn ledger(&self) -> Result<Vec<LedgerLine>, StoreError>;
    /// Freezes parameters of linkage.
    fn put_linkage(&self, snapshot: &LinkageSnapshot) -> Result<(), StoreError>;
    /// The parameters in force, where some were frozen.
    fn linkage(&self) -> Result<Option<LinkageSnapshot>, StoreError>;
    /// Erases a document: its key is destroyed first, its changes go, and nothing enters it again,
    /// not even after an older copy of the log was put back.
    fn erase(&self, tombstone: &Tombstone) -> Result<(), StoreError>;
    /// Erases documents and keeps what takes their place, in one transaction; then their keys are
    /// destroyed, at the latest when the log is opened again.
    fn reissue(&self, reissue: &Reissue) -> Result<Result<Appended, BatchRefusal>, StoreError>;
    /// Whether a document was erased, and what takes its place.
    fn tombstone(&self, document: DocumentId) -> Result<Option<Tombstone>, StoreError>;
    /// Erased documents.
    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError>;
    /// Where its campaign stands with pseudonyms.
    fn pseudonyms(&self) -> Result<Pseudonyms, StoreError>;
    /// A value of the log's own.
    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Sets one.
    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError>;
}
