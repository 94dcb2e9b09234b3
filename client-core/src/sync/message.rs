//! What travels between a tablet and the server, in CBOR (RFC 8949).
//!
//! Everything a tablet sends is sealed in an envelope when it is saved; a
//! request only carries envelopes and what the tablet wants to follow.

use crate::document::DocumentName;
use crate::model::{CampaignId, DeviceId, DeviceReport, DocumentId, TimestampMs};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

/// Version of this protocol. A server accepts this one and the one before.
pub const PROTOCOL: u16 = 1;

/// Largest body of a request, bytes: larger backlogs go in several.
pub const REQUEST_CAP_BYTES: usize = 256 * 1024;

/// Changes in one answer, bytes: what a document lacks beyond them comes with the next answers.
pub const ANSWER_CHANGES_CAP_BYTES: usize = 256 * 1024;

/// Documents one request may follow; the server leaves further ones out.
pub const FOLLOW_CAP: usize = 64;

/// SHA-256 of a change, as automerge names it.
pub type HashBytes = ByteArray<32>;

/// Media type of both directions.
pub const MEDIA_TYPE: &str = "application/cbor";

/// One exchange, from a tablet. `POST /api/sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// [`PROTOCOL`].
    pub protocol: u16,
    /// The campaign.
    pub campaign: CampaignId,
    /// The tablet that makes the request (not always the author of the envelopes).
    pub device: DeviceId,
    /// Its clock, UTC.
    pub sent_at: TimestampMs,
    /// The log's epoch as last seen.
    pub epoch: Option<ByteArray<16>>,
    /// Counts and versions, for the console.
    pub device_report: DeviceReport,
    /// Sealed changes, oldest first.
    pub envelopes: Vec<ByteBuf>,
    /// Documents the tablet wants to be brought up to date; empty with an upload-only token.
    pub follow: Vec<Follow>,
    /// [`SyncAnswer::log_end`] as last received: a server restored from an older copy finds out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_end: Option<ByteBuf>,
    /// Changes that the server sent and that made this tablet's core die: the coordination is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
    /// With a session: this tablet's share of the key that resets its PIN, sealed to the campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_share: Option<ByteBuf>,
    /// The PIN is forgotten: the key that the share is to be sealed to, once it is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_wanted: Option<ByteArray<32>>,
}

/// A change that a tablet keeps aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Its document.
    pub document: DocumentId,
    /// The change.
    pub change: HashBytes,
}

/// A document to be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Which.
    pub name: DocumentName,
    /// What the tablet has of it.
    pub heads: Vec<HashBytes>,
}

/// The answer to one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// [`PROTOCOL`].
    pub protocol: u16,
    /// The log's epoch, renewed by `restore`: a tablet that meets a new one offers all it holds.
    pub epoch: ByteArray<16>,
    /// Server clock, UTC.
    pub server_at: TimestampMs,
    /// One per envelope committed, in the request's order.
    pub receipts: Vec<Receipt>,
    /// Envelopes not committed, and why. Quarantined ones are kept by the server.
    pub refused: Vec<RefusedEnvelope>,
    /// One per followed document.
    pub documents: Vec<DocumentUpdate>,
    /// Per round of this tablet: what the coordination has read.
    pub rounds: Vec<RoundCustody>,
    /// Where the server's log ends, for the next request; only the server reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_end: Option<ByteBuf>,
    /// A [`super::WipeOrder`] for this tablet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe_order: Option<ByteBuf>,
    /// The request's `reset_share` is on the server's disk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset_share_kept: bool,
    /// A coordinator allowed a new PIN: the share, sealed to `reset_wanted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_given: Option<ByteBuf>,
    /// Followed documents that were issued anew without what somebody had erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
}

/// A document that is gone, and the one that takes its place. What is still sent for the former is
/// taken into the other by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Gone: its key is destroyed.
    pub former: DocumentId,
    /// What takes its place.
    pub name: DocumentName,
}

/// Proof that an envelope is committed to the server's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the envelope.
    pub envelope: HashBytes,
    /// The document it changed.
    pub document: DocumentId,
    /// Changes of it that are in the log.
    pub changes: Vec<HashBytes>,
    /// Changes of it that the gate refused; quarantined with their bytes.
    pub quarantined: Vec<RefusedChange>,
    /// Server clock, UTC.
    pub at: TimestampMs,
    /// Ed25519 by the server's key over [`Receipt::signed_bytes`].
    pub signature: ByteArray<64>,
}

impl Receipt {
    /// What the signature covers: `maraude/receipt/1` ‖ campaign ‖ envelope ‖ document ‖
    /// number of changes (u32, big endian) ‖ changes ‖ at (i64, big endian).
    pub fn signed_bytes(&self, campaign: CampaignId) -> Vec<u8> {
        let mut bytes = b"maraude/receipt/1".to_vec();
        bytes.extend_from_slice(campaign.as_bytes());
        bytes.extend_from_slice(self.envelope.as_slice());
        bytes.extend_from_slice(self.document.as_bytes());
        bytes.extend_from_slice(&(self.changes.len() as u32).to_be_bytes());
        for change in &self.changes {
            bytes.extend_from_slice(change.as_slice());
        }
        bytes.extend_from_slice(&self.at.to_be_bytes());
        bytes
    }
}

/// A change the gate refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedChange {
    /// The change, where its hash could be told.
    pub change: Option<HashBytes>,
    /// Stable kebab-case code.
    pub code: String,
    /// What it depends on directly and the server does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<HashBytes>,
}

/// An envelope that was not committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedEnvelope {
    /// SHA-256 of the envelope.
    pub envelope: HashBytes,
    /// Stable kebab-case code.
    pub code: String,
    /// The server keeps it: the tablet need not send it again.
    pub quarantined: bool,
    /// Of an erased document: the one that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<DocumentName>,
}

/// What a document gained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentUpdate {
    /// Which.
    pub name: DocumentName,
    /// The server's heads after this exchange; empty for a document that does not exist yet.
    pub heads: Vec<HashBytes>,
    /// Changes the tablet lacks, in causal order, each a raw change chunk.
    pub changes: Vec<ByteBuf>,
    /// The tablet may write to it.
    pub writable: bool,
}

/// What became of a round's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundCustody {
    /// The round's document.
    pub document: DocumentId,
    /// Observations of it that the server holds.
    pub held: u32,
    /// Observations of it that the coordination has read.
    pub read: u32,
    /// A second copy exists or the operator accepts a single one: the tablet may shred.
    pub safe: bool,
}
