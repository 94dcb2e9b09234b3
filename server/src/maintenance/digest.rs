//! What a campaign's log says, as one number: two logs with the same digest hold the same changes
//! at the same positions.
//!
//! Reading opens every change, so a log whose digest could be told is readable to its end. `backup`
//! and `restore` compare it.

use crate::store::{Log, LogPosition, StoreError};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Changes read at a time.
const PAGE: usize = 1_000;

/// SHA-256 over position, document and hash of every change, in hexadecimal; and the last position.
pub fn digest_of(log: &dyn Log) -> Result<(String, LogPosition), StoreError> {
    let mut hasher = Sha256::new();
    hasher.update(b"maraude/log/1");
    let mut after = 0;
    loop {
        let page = log.since(after, PAGE)?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.position;
        for stored in &page {
            hasher.update(stored.position.to_be_bytes());
            hasher.update(stored.change.document.as_bytes());
            hasher.update(stored.change.hash);
        }
    }
    Ok((HEXLOWER.encode(&hasher.finalize()), log.last_position()?))
}
