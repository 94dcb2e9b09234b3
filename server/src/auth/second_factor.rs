//! The second proof of an account: a code of six digits that changes every thirty seconds, made from
//! a seed that its owner's telephone holds, or one of ten recovery codes.
//!
//! The seed is kept sealed, recovery codes as SHA-256; a code is taken once.
//!
//! # Source
//! RFC 6238 (TOTP), with SHA-1, six digits and steps of 30 s: what every application reads.

use super::enrolment::draw;
use super::token::token_hash;
use crate::store::{Account, Key32, ServerStore, StoreError, random, seal, unseal};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::{AccountId, TimestampMs};
use maraude_core::sync::{LINK_SECRET_LENGTH, normalise_code};
use sha1::Sha1;

/// Bytes of a seed: as many as the hash gives (RFC 4226 section 4).
const SEED_BYTES: usize = 20;

/// How long a code stands.
const STEP_MS: i64 = 30_000;

/// Steps before and after now that are taken too: telephones' clocks are off.
const DRIFT_STEPS: i64 = 1;

/// A code is below this.
const MODULUS: u32 = 1_000_000;

/// Recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;

/// A recovery code's length, characters: 130 bits, which no guessing reaches though it is kept as a
/// plain hash. Those of earlier versions had twelve, and are taken until they are used or replaced.
const RECOVERY_LENGTH: usize = LINK_SECRET_LENGTH;

/// Characters of it that are written together.
const GROUP: usize = 4;

/// A seed that is being set up: shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSecondFactor {
    /// To be typed into a telephone (base 32).
    pub secret: String,
    /// To be scanned by one.
    pub address: String,
}

maraude_core::redacts!(NewSecondFactor);

/// Why a second factor was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The code that proves that the telephone has the seed is wrong.
    #[error("the code is wrong")]
    Wrong,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Draws a seed for an account; nothing is kept yet.
pub fn draw_second_factor(account: &Account) -> Result<NewSecondFactor, StoreError> {
    let seed: [u8; SEED_BYTES] = random()?;
    let secret = BASE32_NOPAD.encode(&seed);
    let name: String = account
        .name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let address = format!("otpauth://totp/Maraude:{name}?secret={secret}&issuer=Maraude");
    Ok(NewSecondFactor { secret, address })
}

/// Keeps a seed once a code proves that its owner's telephone has it; gives the recovery codes, told
/// once.
pub fn keep_second_factor(
    store: &ServerStore,
    key: &Key32,
    account: AccountId,
    secret: &str,
    code: &str,
    now: TimestampMs,
) -> Result<Vec<String>, SecondFactorError> {
    let secret = secret.trim().to_uppercase();
    let seed = BASE32_NOPAD
        .decode(secret.as_bytes())
        .ok()
        .filter(|seed| seed.len() == SEED_BYTES)
        .ok_or(SecondFactorError::Wrong)?;
    let step = step_of(&seed, code, now, 0).ok_or(SecondFactorError::Wrong)?;
    let sealed = seal(key, &context(account), &seed)?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        codes.push(draw(RECOVERY_LENGTH)?);
    }
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| token_hash(code)).collect();
    store.set_second_factor(account, &sealed, step, &hashes)?;
    Ok(codes
        .iter()
        .map(|code| {
            let letters: Vec<char> = code.chars().collect();
            let groups = letters.chunks(GROUP).map(String::from_iter);
            groups.collect::<Vec<_>>().join("-")
        })
        .collect())
}

/// Whether a code is the account's now, or one of its recovery codes; it is used up.
pub fn take_second_code(
    store: &ServerStore,
    key: &Key32,
    account: AccountId,
    code: &str,
    now: TimestampMs,
) -> Result<bool, StoreError> {
    let Some((sealed, last)) = store.second_factor(account)? else {
        return Ok(false);
    };
    let seed = unseal(
        key,
        &context(account),
        &sealed,
        "an account's second factor",
    )?;
    if let Some(step) = step_of(&seed, code, now, last) {
        // Of two requests with one code, one gets it.
        return store.use_second_factor_step(account, step);
    }
    match normalise_code(code) {
        Some(code) => store.use_recovery_code(account, &token_hash(&code)),
        None => Ok(false),
    }
}

/// The step a code stands for, later than the last one used.
fn step_of(seed: &[u8], code: &str, now: TimestampMs, last: i64) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let six = typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let typed: u32 = six.then(|| typed.parse().ok()).flatten()?;
    let current = now.div_euclid(STEP_MS);
    let near = current - DRIFT_STEPS..=current + DRIFT_STEPS;
    near.filter(|step| *step > last)
        .find(|step| code_at(seed, *step) == typed)
}

fn code_at(seed: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).expect("a MAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let bytes: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(bytes[19] & 15);
    let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    (u32::from_be_bytes(word) & 0x7fff_ffff) % MODULUS
}

fn context(account: AccountId) -> Vec<u8> {
    let mut context = b"maraude/second-factor/1".to_vec();
    context.extend_from_slice(account.as_bytes());
    context
}

/// The code of a secret now, for tests that log in.
#[cfg(test)]
pub(crate) fn code_now(secret: &str, now: TimestampMs) -> String {
    let seed = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    format!("{:06}", code_at(&seed, now.div_euclid(STEP_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::add_account;
    use crate::store::Role;
    use zeroize::Zeroizing;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits of its eight.
        let seed = b"12345678901234567890";
        for (second, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_at(seed, second / 30), expected, "{second}");
        }
    }

    #[test]
    fn a_code_is_taken_once_in_its_time_and_a_recovery_code_once_ever() {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        let role = Role::Coordinator;
        let account = add_account(&store, "Claire", role, None, "marché couvert", 0).unwrap();
        let (id, key) = (account.id, Zeroizing::new([3; 32]));
        let now = 1_769_115_600_000;
        let take = |code: &str, at| take_second_code(&store, &key, id, code, at).unwrap();
        let new = draw_second_factor(&account).unwrap();
        assert!(!take(&code_now(&new.secret, now), now), "none is kept yet");
        let wrong = keep_second_factor(&store, &key, id, &new.secret, "000000", now);
        let lucky = code_now(&new.secret, now) == "000000";
        assert!(lucky || matches!(wrong, Err(SecondFactorError::Wrong)));
        let proof = code_now(&new.secret, now);
        let recovery = keep_second_factor(&store, &key, id, &new.secret, &proof, now).unwrap();
        assert_eq!(recovery.len(), RECOVERY_CODES);
        assert!(!take(&proof, now), "it proved the telephone already");
        let later = now + 60_000;
        let code = code_now(&new.secret, later);
        assert!(!take(&code, later + 5 * 60_000), "too old");
        assert!(take(&code, later + 29_000));
        assert!(!take(&code, later), "used");
        assert!(take(&recovery[4].to_lowercase(), later));
        assert!(!take(&recovery[4], later), "used");
        assert!(take(&recovery[5], later));
        assert!(
            recovery
                .iter()
                .all(|code| code.len() == 32 && code[4..].starts_with('-'))
        );
        // One of an earlier version, of twelve characters.
        let (sealed, step) = store.second_factor(id).unwrap().unwrap();
        let earlier = [token_hash("ABCDEFGHJKMN")];
        store
            .set_second_factor(id, &sealed, step, &earlier)
            .unwrap();
        assert!(take("abcd-efgh-jkmn", later));
        assert!(!take("abcd-efgh-jkmn", later), "used");
        let plain = std::fs::read(folder.path().join("server.db")).unwrap();
        let seed = BASE32_NOPAD.decode(new.secret.as_bytes()).unwrap();
        assert!(!plain.windows(seed.len()).any(|part| part == seed));
    }
}
