//! A log that went back: the server was restored from an older copy without being told.
//!
//! Each answer tells where the log ends, under a code only this server makes; the tablet gives it
//! back with its next request. With it goes what the tablet heard of its rounds. A log that does not
//! hold that end any more has lost what was acknowledged after its copy was made: the epoch is
//! renewed, so that every tablet offers again all it still holds (design D4).

use super::custody::Heard;
use super::{Engine, EngineError};
use crate::store::{LogEnd, LogPosition, StoreError};
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::{DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::Sha256;
use std::sync::PoisonError;

/// What the code is made under, before the campaign.
const DOMAIN: &[u8] = b"maraude/log-end/2";

/// The log's own value: [`WentBack`] in JSON.
const WENT_BACK: &str = "went-back";

/// Position, hash, run, seen, copied.
const TOLD_BYTES: usize = 8 + 32 + 4 + 8 + 8;

/// Bytes of the code: nobody makes one by trying (RFC 2104, section 5).
const CODE_BYTES: usize = 16;

/// What a tablet gives back.
pub(super) struct ToldEnd {
    pub(super) end: LogEnd,
    /// What it heard of its rounds.
    pub(super) heard: Heard,
}

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

    /// The log's end, and what a tablet has heard of its rounds, for it to give back:
    /// position ‖ hash ‖ run ‖ seen ‖ copied ‖ code.
    pub(super) fn told_end(
        &self,
        device: DeviceId,
        hears: Heard,
    ) -> Result<Option<ByteBuf>, EngineError> {
        let Some(end) = self.log().end()? else {
            return Ok(None);
        };
        let mut told = end.position.to_be_bytes().to_vec();
        told.extend_from_slice(&end.hash);
        told.extend_from_slice(&hears.run);
        told.extend_from_slice(&hears.seen.to_be_bytes());
        told.extend_from_slice(&hears.copied.to_be_bytes());
        let code = self.code(&told, device).finalize().into_bytes();
        told.extend_from_slice(&code[..CODE_BYTES]);
        Ok(Some(ByteBuf::from(told)))
    }

    /// Renews the epoch where the log does not hold an end that this server once told; gives the
    /// position of one that it holds.
    pub(super) fn look_back(
        &self,
        told: &[u8],
        device: DeviceId,
    ) -> Result<Option<LogPosition>, EngineError> {
        let looking = self
            .looking_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(ToldEnd { end, .. }) = self.read_end(told, device) else {
            return Ok(None);
        };
        if !self.log().has_lost(&end)? {
            self.note_memory(device, end.position)?;
            return Ok(Some(end.position));
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
        Ok(None)
    }

    /// An end of this epoch that this server told this tablet.
    pub(super) fn read_end(&self, told: &[u8], device: DeviceId) -> Option<ToldEnd> {
        let (plain, code) = told.split_at_checked(TOLD_BYTES)?;
        if code.len() != CODE_BYTES {
            return None;
        }
        let expected = self.code(plain, device);
        expected.verify_truncated_left(code).ok()?;
        let (position, rest) = plain.split_first_chunk::<8>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let (run, rest) = rest.split_first_chunk::<4>()?;
        let (seen, copied) = rest.split_first_chunk::<8>()?;
        Some(ToldEnd {
            end: LogEnd {
                position: u64::from_be_bytes(*position),
                hash: *hash,
            },
            heard: Heard {
                run: *run,
                seen: u64::from_be_bytes(*seen),
                copied: u64::from_be_bytes(copied.try_into().ok()?),
            },
        })
    }

    /// Over what is told, for one tablet, campaign and epoch; the domain keeps it apart from anything signed.
    fn code(&self, told: &[u8], device: DeviceId) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(self.parts.signing.as_bytes())
            .expect("HMAC takes a key of any length");
        for part in [
            DOMAIN,
            self.campaign().as_bytes(),
            &self.log().epoch(),
            device.as_bytes(),
            told,
        ] {
            code.update(part);
        }
        code
    }
}
