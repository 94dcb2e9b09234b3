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
