//! The mark of a browser that an account logged in with before: so that strangers' failures under
//! the account's name do not slow it.
//!
//! It opens nothing: the password is asked for all the same, and a stolen one is slowed like any
//! stranger. Base64 of account ‖ sixteen random bytes ‖ HMAC-SHA256 under a key of `keys.db`.

use crate::store::{Key32, StoreError, random};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::AccountId;
use sha2::Sha256;

const DOMAIN: &[u8] = b"maraude/browser/1";

/// Draws a mark for a browser.
pub fn mark_browser(key: &Key32, account: AccountId) -> Result<String, StoreError> {
    let drawn: [u8; 16] = random()?;
    let mut bytes = [account.as_bytes().as_slice(), &drawn].concat();
    let tag = mac(key, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&tag);
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// What tells a browser from others, where its mark is this account's and ours.
pub fn known_browser(key: &Key32, account: AccountId, mark: &str) -> Option<[u8; 16]> {
    let bytes = BASE64URL_NOPAD.decode(mark.as_bytes()).ok()?;
    let (signed, tag) = bytes.split_at_checked(32)?;
    mac(key, signed).verify_slice(tag).ok()?;
    let (of, drawn) = signed.split_at(16);
    (of == account.as_bytes()).then(|| drawn.try_into().ok())?
}

fn mac(key: &Key32, signed: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice())
        .expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(DOMAIN);
    mac.update(signed);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_known_to_its_account_and_cannot_be_made_up() {
        let (key, other) = (Key32::new([1; 32]), Key32::new([2; 32]));
        let account = AccountId::from_random([3; 16]);
        let mark = mark_browser(&key, account).unwrap();
        assert!(known_browser(&key, account, &mark).is_some());
        let another = AccountId::from_random([4; 16]);
        assert_eq!(known_browser(&key, another, &mark), None);
        assert_eq!(known_browser(&other, account, &mark), None);
        let mut bytes = BASE64URL_NOPAD.decode(mark.as_bytes()).unwrap();
        bytes[20] ^= 1;
        let forged = BASE64URL_NOPAD.encode(&bytes);
        assert_eq!(known_browser(&key, account, &forged), None);
        assert_eq!(known_browser(&key, account, ""), None);
    }
}
