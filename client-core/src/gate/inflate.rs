//! DEFLATE with a cap on what it inflates to.

use flate2::read::DeflateDecoder;
use std::io::Read;

/// Why bytes do not inflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InflateError {
    /// They are no DEFLATE stream.
    Damaged,
    /// They inflate to more than the cap; nothing beyond it was inflated.
    TooLarge,
}

/// Inflates a raw DEFLATE stream (RFC 1951) to at most `cap_bytes`.
pub(crate) fn inflate(deflated: &[u8], cap_bytes: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflated = Vec::new();
    let limit = u64::try_from(cap_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    DeflateDecoder::new(deflated)
        .take(limit)
        .read_to_end(&mut inflated)
        .map_err(|_| InflateError::Damaged)?;
    if inflated.len() > cap_bytes {
        return Err(InflateError::TooLarge);
    }
    Ok(inflated)
}
