//! The operating system's randomness.

use super::StoreError;

/// `N` random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Randomness)?;
    Ok(bytes)
}

/// A random identifier, made by the given constructor.
pub fn random_id<T>(make: impl FnOnce([u8; 16]) -> T) -> Result<T, StoreError> {
    random().map(make)
}
