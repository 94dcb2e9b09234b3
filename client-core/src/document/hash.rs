//! What names a change and its author.

use crate::model::DeviceId;
use std::fmt;

/// SHA-256 of a change chunk, as automerge names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

impl fmt::Display for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChangeHash({self})")
    }
}

impl From<automerge::ChangeHash> for ChangeHash {
    fn from(hash: automerge::ChangeHash) -> Self {
        Self(hash.0)
    }
}

impl From<ChangeHash> for automerge::ChangeHash {
    fn from(hash: ChangeHash) -> Self {
        Self(hash.0)
    }
}

/// Who writes in a document: a device, at one opening of its vault.
///
/// Sixteen bytes of device and eight drawn at each opening, so that a restored backup never writes
/// under the name of what it was copied from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor([u8; 24]);

impl Actor {
    /// The actor of a device for one opening; `opening` is drawn at random by the caller.
    pub fn new(device: DeviceId, opening: [u8; 8]) -> Self {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(device.as_bytes());
        bytes[16..].copy_from_slice(&opening);
        Self(bytes)
    }

    /// The actor of these bytes, where they have the right length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The device it belongs to.
    pub fn device(&self) -> DeviceId {
        let mut device = [0; 16];
        device.copy_from_slice(&self.0[..16]);
        DeviceId::from_bytes(device)
    }

    /// Its 24 bytes.
    pub fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({}…)", self.device())
    }
}

/// A change as it is sent and kept: one uncompressed automerge change chunk.
#[derive(Clone, PartialEq, Eq)]
pub struct RawChange {
    /// Its name.
    pub hash: ChangeHash,
    /// The chunk.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for RawChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawChange({}, {} bytes)", self.hash, self.bytes.len())
    }
}
