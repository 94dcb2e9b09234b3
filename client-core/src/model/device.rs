//! An enrolled tablet, and what it tells of itself at each contact.

use super::{DeviceId, OrganisationCode, TeamId, TimestampMs};
use serde::{Deserialize, Serialize};

/// The app's version, as its build wrote it.
pub type AppVersion = String;

/// A tablet as the plan knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Identifier; the first 16 bytes of its actors.
    pub id: DeviceId,
    /// Short label, as on the sticker.
    pub label: String,
    /// The team it is handed to, where it is.
    pub team: Option<TeamId>,
    /// Whose tablet it is.
    pub organisation: Option<OrganisationCode>,
    /// Its Ed25519 key.
    pub verifying_key: [u8; 32],
    /// Revoked at this instant (server clock).
    pub revoked_at: Option<TimestampMs>,
}

/// What a tablet tells of itself with each exchange: ids and counts only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeviceReport {
    /// The app's version.
    pub app_version: AppVersion,
    /// Battery, per cent, where the browser tells.
    pub battery_percent: Option<u8>,
    /// Saved changes not acknowledged yet.
    pub unsent: u32,
    /// Since when the oldest of them waits (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub oldest_unsent_at: Option<TimestampMs>,
}

/// A one-time code as both sides sign and compare it: the part after `#enrol=` of a link, capital
/// letters and digits only.
pub fn normalised_code(code: &str) -> String {
    let code = code.rsplit_once("#enrol=").map_or(code, |(_, code)| code);
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// What a tablet signs to prove that it holds the key it enrols with: `maraude/enrol/1` ‖ the
/// normalised code.
pub fn enrolment_proof_bytes(code: &str) -> Vec<u8> {
    let mut bytes = b"maraude/enrol/1".to_vec();
    bytes.extend_from_slice(normalised_code(code).as_bytes());
    bytes
}

/// What a tablet signs to open a session: `maraude/session/1` ‖ device (16 bytes) ‖ nonce (the
/// 32 bytes themselves).
pub fn session_proof_bytes(device: DeviceId, nonce: &[u8; 32]) -> Vec<u8> {
    let mut bytes = b"maraude/session/1".to_vec();
    bytes.extend_from_slice(device.as_bytes());
    bytes.extend_from_slice(nonce);
    bytes
}

#[cfg(test)]
mod tests {
    use super::normalised_code;

    #[test]
    fn a_code_reads_the_same_typed_scanned_or_linked() {
        for code in ["abcd-2345", "ABCD 2345", "https://host/#enrol=ABCD-2345"] {
            assert_eq!(normalised_code(code), "ABCD2345");
        }
    }
}
