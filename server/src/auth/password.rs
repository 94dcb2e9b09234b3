//! Passwords of accounts: Argon2id (RFC 9106), with its parameters beside each hash.

use crate::store::{StoreError, random};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

/// Characters a password must have at least.
pub const PASSWORD_SHORTEST: usize = 10;

/// Bytes a password may have at most.
const LONGEST: usize = 1_024;

/// Memory, KiB.
const MEMORY_KIB: u32 = 64 * 1024;

/// Passes.
const PASSES: u32 = 3;

/// Words that whoever guesses a password of this program tries first.
const OURS: [&str; 5] = [
    "maraude",
    "coordination",
    "montpellier",
    "nuit",
    "solidarite",
];

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short, or far too long.
    #[error("a password has at least {PASSWORD_SHORTEST} characters")]
    Length,
    /// Among the first hundred million that are guessed.
    #[error("this password is guessed easily: take several words that do not belong together")]
    Guessable,
    /// Storage or randomness failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hash to keep: `$argon2id$v=19$m=..,t=..,p=1$salt$hash`. A password that is short, common, or
/// little more than the name of its account is refused (OWASP ASVS 5.0.0, 6.2.4 and 6.2.11).
pub fn hash_password(password: &str, account: &str) -> Result<String, PasswordError> {
    if password.chars().count() < PASSWORD_SHORTEST || password.len() > LONGEST {
        return Err(PasswordError::Length);
    }
    let mut known = vec![account];
    known.extend(account.split(|c: char| !c.is_alphanumeric()));
    known.extend(OURS);
    if zxcvbn(password, &known).score() < Score::Three {
        return Err(PasswordError::Guessable);
    }
    let salt: [u8; 16] = random()?;
    let hash = derive(password, &salt, MEMORY_KIB, PASSES).ok_or(PasswordError::Length)?;
    Ok(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${}${}",
        BASE64_NOPAD.encode(&salt),
        BASE64_NOPAD.encode(&*hash)
    ))
}

/// Whether a password is the one of a kept hash; a hash that does not read is nobody's.
pub fn is_password(password: &str, kept: &str) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    parse(kept).is_some_and(|(salt, expected, memory_kib, passes)| {
        derive(password, &salt, memory_kib, passes)
            .is_some_and(|found| same(&*found, expected.as_slice()))
    })
}

/// Takes as long as [`is_password`], for a name that is nobody's.
pub fn waste_time(password: &str) {
    let _ = derive(
        password.get(..LONGEST.min(password.len())).unwrap_or(""),
        &[0; 16],
        MEMORY_KIB,
        PASSES,
    );
}

fn parse(kept: &str) -> Option<(Vec<u8>, Vec<u8>, u32, u32)> {
    let rest = kept.strip_prefix("$argon2id$v=19$")?;
    let mut parts = rest.split('$');
    let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = costs.split(',');
    let memory_kib = costs.next()?.strip_prefix("m=")?.parse().ok()?;
    let passes = costs.next()?.strip_prefix("t=")?.parse().ok()?;
    let salt = BASE64_NOPAD.decode(salt.as_bytes()).ok()?;
    let hash = BASE64_NOPAD.decode(hash.as_bytes()).ok()?;
    Some((salt, hash, memory_kib, passes))
}

fn derive(
    password: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).ok()?;
    let mut hash = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut *hash)
        .ok()?;
    Some(hash)
}

/// Compares in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |found, (x, y)| found | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let kept = hash_password("marché couvert", "lucie").unwrap();
        assert!(is_password("marché couvert", &kept));
        assert!(!is_password("marché ouvert", &kept));
        assert!(!is_password("marché couvert", "$argon2id$v=19$m=1"));
        let short = hash_password("court", "lucie");
        assert!(matches!(short, Err(PasswordError::Length)));
    }

    #[test]
    fn what_is_guessed_first_is_no_password() {
        let guessable = |password: &str| {
            let hash = hash_password(password, "c.durand");
            matches!(hash, Err(PasswordError::Guessable))
        };
        for password in [
            "password123",
            "azertyuiop",
            "1234567890",
            "durand2026",
            "Maraude2026",
            "montpellier",
            "aaaaaaaaaaaa",
        ] {
            assert!(guessable(password), "{password}");
        }
        // Control: length alone is enough where nothing is known of it.
        for password in [
            "marché couvert",
            "une autre nuit",
            "trois chats sous la pluie",
        ] {
            assert!(!guessable(password), "{password}");
        }
    }
}
