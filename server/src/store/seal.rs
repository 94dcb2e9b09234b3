//! XChaCha20-Poly1305 around stored bytes: 24 random bytes of nonce, then the sealed text.

use super::{StoreError, random};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Length of a nonce, bytes.
const NONCE: usize = 24;

/// A key of 32 bytes, wiped when dropped.
pub type Key32 = Zeroizing<[u8; 32]>;

/// Seals `plain`; `context` must be given again to open.
pub fn seal(key: &Key32, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE] = random()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| StoreError::Sealed { what: "a value" })?;
    let mut bytes = Vec::with_capacity(NONCE + sealed.len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// Opens what [`seal`] made; `what` names it in the error.
pub fn unseal(
    key: &Key32,
    context: &[u8],
    bytes: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, StoreError> {
    let wrong = || StoreError::Sealed { what };
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    let payload = Payload {
        msg: sealed,
        aad: context,
    };
    cipher
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| wrong())
}

/// Opens a key of 32 bytes.
pub fn unseal_key(
    key: &Key32,
    context: &[u8],
    bytes: &[u8],
    what: &'static str,
) -> Result<Key32, StoreError> {
    let plain = Zeroizing::new(unseal(key, context, bytes, what)?);
    let key = plain
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Sealed { what })?;
    Ok(Zeroizing::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_context() {
        let key = Zeroizing::new([7; 32]);
        let sealed = seal(&key, b"here", b"a value").unwrap();
        assert_eq!(unseal(&key, b"here", &sealed, "x").unwrap(), b"a value");
        assert!(unseal(&key, b"there", &sealed, "x").is_err());
        assert!(unseal(&Zeroizing::new([8; 32]), b"here", &sealed, "x").is_err());
        assert!(unseal(&key, b"here", &sealed[..20], "x").is_err());
    }
}
