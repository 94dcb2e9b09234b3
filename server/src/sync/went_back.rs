//! A log that went back: the server was restored from an older copy without being told.
//!
//! Each answer tells where the log ends, signed; the tablet gives it back with its next request. A
//! log that does not hold that end any more has lost what was acknowledged after its copy was made:
//! the epoch is renewed, so that every tablet offers again all it still holds (design D4).

use super::{Engine, EngineError};
use crate::store::{LogEnd, StoreError};
use ed25519_dalek::{Signature, Signer};
use maraude_core::model::{DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::sync::PoisonError;

/// What a signature covers, before the campaign.
const DOMAIN: &[u8] = b"maraude/log-end/1";

/// The log's own value: [`WentBack`] in JSON.
const WENT_BACK: &str = "went-back";

/// Epoch, position, hash.
const TOLD_BYTES: usize = 16 + 8 + 32;

/// A log that was found to have gone back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WentBack {
    /// Server clock.
    pub at: TimestampMs,
    /// The tablet that told.
    pub device: DeviceId,
    /// The end it had been told.
    pub knew: u64,
    /// The log's last position when it told.
    pub found: u64,
}

impl Engine {
    /// When the log was last found to have gone back, if ever.
    pub fn went_back(&self) -> Result<Option<WentBack>, StoreError> {
        let kept = self.log().meta(WENT_BACK)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The log's end for a tablet to give back: epoch ‖ position ‖ hash ‖ signature.
    pub(super) fn told_end(&self) -> Result<Option<ByteBuf>, EngineError> {
        let Some(end) = self.log().end()? else {
            return Ok(None);
        };
        let mut told = self.log().epoch().to_vec();
        told.extend_from_slice(&end.position.to_be_bytes());
        told.extend_from_slice(&end.hash);
        let signature = self.parts.signing.sign(&self.signed(&told));
        told.extend_from_slice(&signature.to_bytes());
        Ok(Some(ByteBuf::from(told)))
    }

    /// Renews the epoch where the log does not hold an end that this server once signed.
    pub(super) fn look_back(&self, told: &[u8], device: DeviceId) -> Result<(), EngineError> {
        let looking = self
            .looking_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(end) = self.read_end(told) else {
            return Ok(());
        };
        if !self.log().has_lost(&end)? {
            self.note_memory(device, end.position)?;
            return Ok(());
        }
        let went_back = WentBack {
            at: self.parts.clock.now(),
            device,
            knew: end.position,
            found: self.log().last_position()?,
        };
        tracing::error!(
            campaign = %self.campaign(), knew = went_back.knew, found = went_back.found,
            "the log went back: an older copy was restored; tablets are asked for all they hold"
        );
        let kept = serde_json::to_vec(&went_back).expect("plain values become JSON");
        self.log().set_meta(WENT_BACK, &kept)?;
        self.log().renew_epoch()?;
        drop(looking);
        let (by, what) = (device.to_string(), self.campaign().to_string());
        let server = &self.parts.server;
        server.add_audit(went_back.at, &by, "log-went-back", &what)?;
        Ok(())
    }

    /// An end of this epoch, signed by this server.
    fn read_end(&self, told: &[u8]) -> Option<LogEnd> {
        let (plain, signature) = told.split_at_checked(TOLD_BYTES)?;
        let (epoch, rest) = plain.split_at(16);
        let (position, hash) = rest.split_first_chunk::<8>()?;
        if epoch != self.log().epoch() {
            return None;
        }
        let signature = Signature::from_slice(signature).ok()?;
        let key = self.parts.signing.verifying_key();
        key.verify_strict(&self.signed(plain), &signature).ok()?;
        Some(LogEnd {
            position: u64::from_be_bytes(*position),
            hash: hash.try_into().ok()?,
        })
    }

    fn signed(&self, told: &[u8]) -> Vec<u8> {
        [DOMAIN, self.campaign().as_bytes(), told].concat()
    }
}
