//! The server's signed order to destroy what a tablet holds: it was revoked, or its campaign was
//! purged.
//!
//! A tablet obeys only an order signed by the server pinned at its enrolment, for itself. The
//! server signs, the peer checks, the tablet's door carries it out.

use super::codec::read;
use crate::model::{CampaignId, DeviceId, TimestampMs};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

/// Longest order read, bytes.
const ORDER_CAP_BYTES: usize = 1_024;

/// Why a tablet must destroy what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WipeReason {
    /// It was revoked: its vault goes, what is sealed for the server still leaves.
    Revoked,
    /// Its campaign was purged: everything goes.
    Purged,
}

impl WipeReason {
    const fn byte(self) -> u8 {
        match self {
            Self::Revoked => 1,
            Self::Purged => 2,
        }
    }
}

/// A signed order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeOrder {
    /// Why.
    pub reason: WipeReason,
    /// The campaign.
    pub campaign: CampaignId,
    /// The tablet.
    pub device: DeviceId,
    /// Server clock, UTC: when it was revoked, or the campaign purged.
    pub at: TimestampMs,
    /// Ed25519 by the server's key over [`WipeOrder::signed_bytes`].
    pub signature: ByteArray<64>,
}

impl WipeOrder {
    /// Signs an order.
    pub fn sign(
        reason: WipeReason,
        campaign: CampaignId,
        device: DeviceId,
        at: TimestampMs,
        key: &SigningKey,
    ) -> Self {
        let mut order = Self {
            reason,
            campaign,
            device,
            at,
            signature: ByteArray::new([0; 64]),
        };
        order.signature = ByteArray::new(key.sign(&order.signed_bytes()).to_bytes());
        order
    }

    /// What the signature covers: `maraude/wipe/1` ‖ reason (1 revoked, 2 purged) ‖ campaign ‖
    /// device ‖ at (i64, big endian).
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = b"maraude/wipe/1".to_vec();
        bytes.push(self.reason.byte());
        bytes.extend_from_slice(self.campaign.as_bytes());
        bytes.extend_from_slice(self.device.as_bytes());
        bytes.extend_from_slice(&self.at.to_be_bytes());
        bytes
    }

    /// It is signed by this server, for this tablet.
    pub fn holds(&self, campaign: CampaignId, device: DeviceId, server: &VerifyingKey) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        self.campaign == campaign
            && self.device == device
            && server
                .verify_strict(&self.signed_bytes(), &signature)
                .is_ok()
    }

    /// As it travels in an answer: CBOR. In a problem document it is a JSON object.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(self, &mut bytes)
            .expect("memory takes every byte and an order has no unserialisable part");
        bytes
    }

    /// Reads an order; none of what does not read.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= ORDER_CAP_BYTES)
            .then(|| read(bytes).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_obeyed_only_from_its_server_by_its_tablet() {
        let server = SigningKey::from_bytes(&[1; 32]);
        let (campaign, device) = (
            CampaignId::from_random([2; 16]),
            DeviceId::from_random([3; 16]),
        );
        let order = WipeOrder::sign(WipeReason::Purged, campaign, device, 7, &server);
        let read = WipeOrder::from_bytes(&order.to_bytes()).unwrap();
        assert_eq!(read, order);
        let key = server.verifying_key();
        assert!(read.holds(campaign, device, &key));
        assert!(!read.holds(campaign, DeviceId::from_random([4; 16]), &key));
        assert!(!read.holds(CampaignId::from_random([4; 16]), device, &key));
        let other = SigningKey::from_bytes(&[5; 32]).verifying_key();
        assert!(!read.holds(campaign, device, &other));
        for altered in [
            WipeOrder {
                reason: WipeReason::Revoked,
                ..order.clone()
            },
            WipeOrder { at: 8, ..order },
        ] {
            assert!(!altered.holds(campaign, device, &key));
        }
        assert_eq!(WipeOrder::from_bytes(b"no"), None);
        assert_eq!(WipeOrder::from_bytes(&[0; 4_000]), None);
    }
}
