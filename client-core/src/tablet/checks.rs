//! *Avant de partir*: what the platform found, in codes. Nothing here keeps a team from leaving.

use super::view::{Check, Tone};
use super::{PlatformReport, Tablet};

/// Room below which it is worth a look, bytes.
///
/// # Source
/// A night is below 2 MB; browsers begin to evict long before a disk is full.
const ROOM_BYTES: u64 = 200_000_000;
/// Battery for a night, and battery that will not last, per cent.
const GOOD_BATTERY_PERCENT: u8 = 50;
const LOW_BATTERY_PERCENT: u8 = 20;
/// Room that does not hold a night with its copies while it is rewritten, bytes.
const LEAST_ROOM_BYTES: u64 = 20_000_000;
/// A clock that differs by more from the server's is worth setting right, milliseconds.
const CLOCK_MS: u64 = 120_000;
/// Where the browser keeps files as the vault needs them.
const PRIVATE_FILES: &str = "opfs";

impl Tablet {
    /// The lines of the check-list.
    pub(super) fn checks(&self) -> Vec<Check> {
        if !self.checked {
            return Vec::new();
        }
        let mut checks = vec![device_check(&self.platform)];
        checks.extend(platform_checks(&self.platform));
        checks.extend(self.state.device.clock_offset_ms.map(clock_check));
        let sectors = self.plan().map(|plan| plan.sectors.len());
        checks.push(Check {
            code: "plan".to_owned(),
            tone: if sectors.is_some() {
                Tone::Good
            } else {
                Tone::Problem
            },
            detail: sectors.map(|number| number.to_string()),
        });
        let session = self.state.session.as_ref();
        let damaged = self.damaged_outbox + session.map_or(0, |session| session.damaged);
        if damaged > 0 {
            checks.push(Check {
                code: "storage-damaged".to_owned(),
                tone: Tone::Problem,
                detail: Some(damaged.to_string()),
            });
        }
        let set_aside = self.set_aside().len();
        if set_aside > 0 {
            checks.push(Check {
                code: "change-set-aside".to_owned(),
                tone: Tone::Notice,
                detail: Some(set_aside.to_string()),
            });
        }
        if self.ends_soon() {
            checks.push(Check {
                code: "campaign-ends".to_owned(),
                tone: Tone::Notice,
                detail: None,
            });
        }
        checks
    }

    /// Codes of the lines that are not good, kept with the departure.
    pub(super) fn warnings(&self) -> Vec<String> {
        let checks = self.checks().into_iter();
        checks
            .filter(|check| check.tone != Tone::Good)
            .flat_map(|check| match (check.code.as_str(), check.detail) {
                (DEVICE, Some(reasons)) => reasons.split(' ').map(str::to_owned).collect(),
                _ => vec![check.code],
            })
            .collect()
    }
}

/// Code of the line that says whether the tablet suits the work.
const DEVICE: &str = "device";

/// Whether this device suits the work, and each reason why not.
fn device_check(found: &PlatformReport) -> Check {
    let other_files = !found.storage_backend.is_empty() && found.storage_backend != PRIVATE_FILES;
    let no_room = found
        .storage_free_bytes
        .is_some_and(|bytes| bytes < LEAST_ROOM_BYTES);
    let reasons: Vec<&str> = [
        (other_files, "storage-fallback"),
        (no_room, "no-room"),
        (found.apple_tab, "apple-tab"),
    ]
    .into_iter()
    .filter_map(|(true_here, reason)| true_here.then_some(reason))
    .collect();
    Check {
        code: DEVICE.to_owned(),
        tone: if reasons.is_empty() {
            Tone::Good
        } else {
            Tone::Problem
        },
        detail: (!reasons.is_empty()).then(|| reasons.join(" ")),
    }
}

/// How far this clock is from the server's, in minutes.
fn clock_check(offset_ms: i64) -> Check {
    let away_ms = offset_ms.unsigned_abs();
    Check {
        code: "clock".to_owned(),
        tone: if away_ms > CLOCK_MS {
            Tone::Notice
        } else {
            Tone::Good
        },
        detail: (away_ms > CLOCK_MS).then(|| (away_ms / 60_000).to_string()),
    }
}

fn platform_checks(found: &PlatformReport) -> Vec<Check> {
    let told = |known: Option<bool>, otherwise: Tone| match known {
        Some(true) => Tone::Good,
        Some(false) => otherwise,
        None => Tone::Notice,
    };
    let room = found.storage_free_bytes;
    let storage = match room {
        Some(bytes) if bytes >= ROOM_BYTES => Tone::Good,
        Some(_) => Tone::Problem,
        None => Tone::Notice,
    };
    let battery = match found.battery_percent {
        Some(percent) if percent >= GOOD_BATTERY_PERCENT => Tone::Good,
        Some(percent) if percent < LOW_BATTERY_PERCENT => Tone::Problem,
        _ => Tone::Notice,
    };
    let lines = [
        (
            "storage",
            storage,
            room.map(|bytes| (bytes / 1_000_000).to_string()),
        ),
        (
            "storage-persistent",
            told(found.storage_persistent, Tone::Notice),
            None,
        ),
        (
            "position",
            told(found.position_allowed, Tone::Problem),
            None,
        ),
        (
            "battery",
            battery,
            found.battery_percent.map(|percent| percent.to_string()),
        ),
        ("map", told(Some(found.map_ready), Tone::Notice), None),
        (
            "app-version",
            told(Some(!found.update_waiting), Tone::Notice),
            Some(found.app_version.clone()),
        ),
        ("installed", told(Some(found.installed), Tone::Notice), None),
        ("wake-lock", told(found.wake_lock, Tone::Notice), None),
    ];
    lines
        .into_iter()
        .map(|(code, tone, detail)| Check {
            code: code.to_owned(),
            tone,
            detail,
        })
        .collect()
}
