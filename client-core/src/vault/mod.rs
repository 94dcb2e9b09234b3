//! Sealed files on the tablet: keys behind a PIN, append-only logs, and the repair of what a power
//! cut leaves (design D7).
//!
//! It must never know what it seals: names and bytes only. It touches no storage: it gives the
//! bytes to write and reads the bytes it is given. The tablet's door calls it.

mod crc;
mod framing;
mod key;
mod log;
mod pin;
#[cfg(test)]
mod tests;
mod tries;

pub use framing::{MAX_PAYLOAD_BYTES, Scan, frame, scan};
pub use key::{OpenError, PlatformKey, Secret, Vault, spare_key};
pub use log::{COMPACT_AFTER, LogError, OpenedLog, Repair, SealedLog};
pub use pin::{PIN_DIGITS, PinCost, pin_is_well_formed};
pub use tries::{MAX_TRIES, Tries};
