//! The tablet's clear file: what it must know while locked.
//!
//! It holds who the tablet is, the public keys it seals to, a token that may only upload, and the
//! count of wrong PINs. It must never hold an answer, a place, or, once a PIN is chosen, the key
//! the tablet signs with.

use super::event::Enrolment;
use super::resetting::ResetRequest;
use crate::model::{Night, TimestampMs};
use crate::vault::{Secret, Tries};
use serde::{Deserialize, Serialize};

/// Name of the clear file.
pub(super) const DEVICE_FILE: &str = "device";

/// What the tablet knows while locked.
#[derive(Clone, Serialize, Deserialize, Default)]
pub(super) struct DeviceFile {
    /// Version of this file.
    pub version: u8,
    /// Mixed with the PIN.
    #[serde(with = "secret_text")]
    pub device_secret: Secret,
    /// A code being redeemed, and the key it is redeemed with.
    pub applying: Option<Applying>,
    /// The signing key's seed, only until a PIN is chosen.
    pub unsealed_signing: Option<SecretText>,
    /// What enrolment brought.
    pub credentials: Option<Credentials>,
    /// Wrong PINs.
    pub tries: Tries,
    /// The vault key was destroyed.
    pub destroyed: bool,
    /// Files of a former enrolment may be left, to be deleted first of all.
    #[serde(default)]
    pub clearing: Option<Clearing>,
    /// Server clock minus device clock, as last noted.
    pub clock_offset_ms: Option<i64>,
    /// The log's epoch as last seen, base64.
    pub epoch: Option<String>,
    /// Mark of the share that the server has: a forgotten PIN can be reset.
    #[serde(default)]
    pub reset_deposited: Option<String>,
    /// A new PIN was asked for.
    #[serde(default)]
    pub reset_request: Option<ResetRequest>,
    /// The campaign's last night, as the plan last told.
    #[serde(default)]
    pub last_night: Option<Night>,
    /// A start said that the campaign is over (device clock).
    #[serde(default)]
    pub end_told_at: Option<TimestampMs>,
}

/// A code being redeemed. Kept, so that a lost answer can be asked for again with the same key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Applying {
    pub code: String,
    pub signing: SecretText,
    /// The mark of the server that the link named.
    #[serde(default)]
    pub server: Option<String>,
}

/// What goes with a former enrolment.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Clearing {
    /// The outbox stays: it is of the same campaign.
    pub kept_outbox: bool,
}

/// What enrolment brought.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Credentials {
    pub enrolment: Enrolment,
    #[serde(with = "bytes_text")]
    pub campaign_key: [u8; 32],
    #[serde(with = "bytes_text")]
    pub server_key: [u8; 32],
    pub upload_token: String,
    pub coordination_number: Option<String>,
}

/// A secret as text in a file.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SecretText(#[serde(with = "secret_text")] pub Secret);

impl DeviceFile {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain values become JSON")
    }

    /// The server's clock now, as well as it is known.
    pub fn server_time(&self, now: TimestampMs) -> TimestampMs {
        now + self.clock_offset_ms.unwrap_or_default()
    }
}

mod bytes_text {
    use crate::tablet::encoding::{array_from_base64, to_base64};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&to_base64(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        array_from_base64(&text).ok_or_else(|| D::Error::custom("32 bytes in base64 expected"))
    }
}

mod secret_text {
    use super::{Secret, bytes_text};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        bytes_text::serialize(secret.bytes(), to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        bytes_text::deserialize(from).map(Secret::new)
    }
}
