//! What a PIN costs to try.

use super::key::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

/// Digits of a PIN.
pub const PIN_DIGITS: usize = 6;

/// What a try of a PIN costs: more memory and passes slow a thief down.
///
/// # Source
/// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB and 2 passes at least. Above 64 MiB,
/// tablets with little memory close the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PinCost {
    /// KiB of memory; 19,456 to 65,536.
    pub memory_kib: u32,
    /// Passes over it; 2 or 3.
    pub passes: u32,
}

impl PinCost {
    /// The cheapest accepted.
    pub const FLOOR: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    /// The dearest accepted.
    pub const CEILING: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
    };

    /// The same, brought between the floor and the ceiling.
    #[must_use]
    pub fn clamped(self) -> Self {
        let (floor, ceiling) = (Self::FLOOR, Self::CEILING);
        Self {
            memory_kib: self.memory_kib.clamp(floor.memory_kib, ceiling.memory_kib),
            passes: self.passes.clamp(floor.passes, ceiling.passes),
        }
    }

    /// Makes one try that opens nothing, so that the platform can time it; false where memory runs
    /// out.
    pub fn probe(self) -> bool {
        stretch("000000", &[0; 16], self.clamped()).is_some()
    }

    /// It lies between the floor and the ceiling.
    pub fn is_accepted(self) -> bool {
        self == self.clamped()
    }
}

/// Six digits, not all the same.
pub fn pin_is_well_formed(pin: &str) -> bool {
    let mut digits = pin.bytes();
    let first = digits.next();
    pin.len() == PIN_DIGITS
        && pin.bytes().all(|b| b.is_ascii_digit())
        && digits.any(|digit| Some(digit) != first)
}

/// Argon2id of a PIN (RFC 9106). None where memory runs out.
pub(super) fn stretch(pin: &str, salt: &[u8; 16], cost: PinCost) -> Option<Secret> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = Secret::default();
    argon
        .hash_password_into(pin.as_bytes(), salt, out.bytes_mut())
        .ok()?;
    Some(out)
}
