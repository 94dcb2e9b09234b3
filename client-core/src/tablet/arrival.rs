//! What the outbox knows of envelopes that wait, and of rounds whose changes arrived. It must hold nothing
//! that can be read of anybody: the outbox is read while the tablet is locked.

use super::outbox::Hex;
use crate::model::{DocumentId, Night, ObservationId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An envelope not acknowledged yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// SHA-256 of the envelope.
    pub envelope: Hex,
    /// The document it changes.
    pub document: DocumentId,
    /// Its changes.
    pub changes: Vec<Hex>,
    /// The observations they are about.
    pub about: Vec<ObservationId>,
    /// When it was sealed (device clock).
    pub at: TimestampMs,
    /// The server refused it and does not keep it: it stays here, and is tried again later.
    pub refused: Option<String>,
    /// The envelope.
    #[serde(skip)]
    pub bytes: Arc<Vec<u8>>,
}

/// What is known of a round's arrival on the server. It outlives the round's shredding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Arrival {
    /// Sector code; none is "hors secteur".
    pub sector: Option<String>,
    /// Night.
    pub night: Option<Night>,
    /// Changes acknowledged, by hash.
    pub acknowledged: BTreeSet<Hex>,
    /// Changes that the server keeps aside.
    pub set_aside: u32,
    /// Observations the server holds.
    pub held: u32,
    /// Observations the coordination has read.
    pub read: u32,
    /// The tablet may shred.
    pub safe: bool,
    /// Short code of the last receipt.
    pub code: Option<String>,
    /// Of the last receipt (server clock).
    pub at: TimestampMs,
    /// Of the last receipt (device clock).
    pub received_at: TimestampMs,
    /// The round was closed here at this instant (device clock).
    pub closed_at: Option<TimestampMs>,
    /// The round goes on on another tablet.
    pub handed: Option<Handed>,
}

/// To which tablet a round was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handed {
    /// Its label.
    pub label: String,
    /// When (device clock).
    pub at: TimestampMs,
}
