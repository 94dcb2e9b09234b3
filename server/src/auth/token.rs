//! Bearer tokens: 256 random bits, kept by the server only as SHA-256.

use crate::store::{StoreError, random};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// A token that was just drawn, and what is kept of it.
pub struct Token {
    /// To be given once.
    pub text: String,
    /// To be kept.
    pub hash: [u8; 32],
}

impl Token {
    /// Draws one.
    pub fn draw() -> Result<Self, StoreError> {
        let text = BASE64URL_NOPAD.encode(&random::<32>()?);
        let hash = token_hash(&text);
        Ok(Self { text, hash })
    }
}

/// What is kept of a token or a code.
pub fn token_hash(text: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"maraude/token/1");
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}
