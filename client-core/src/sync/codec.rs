//! Requests and answers to and from CBOR, with caps on size and depth.

use super::message::{SyncAnswer, SyncRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Largest body of a request that a server reads, bytes. Tablets aim at
/// [`super::REQUEST_CAP_BYTES`]; a single larger envelope still passes.
pub const REQUEST_READ_CAP_BYTES: usize = 1024 * 1024;

/// Largest answer that a tablet reads, bytes.
pub const ANSWER_READ_CAP_BYTES: usize = 8 * 1024 * 1024;

/// Deepest nesting of a message; the deepest of ours is 5.
const DEPTH_CAP: usize = 16;

/// A message that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// More bytes than the cap.
    #[error("the message is too large")]
    TooLarge,
    /// Not CBOR, or not this message.
    #[error("the message cannot be read")]
    Unreadable,
}

/// A request's bytes.
pub fn encode_request(request: &SyncRequest) -> Vec<u8> {
    write(request)
}

/// Reads a request.
pub fn decode_request(bytes: &[u8]) -> Result<SyncRequest, MessageError> {
    capped(bytes, REQUEST_READ_CAP_BYTES)
}

/// An answer's bytes.
pub fn encode_answer(answer: &SyncAnswer) -> Vec<u8> {
    write(answer)
}

/// Reads an answer.
pub fn decode_answer(bytes: &[u8]) -> Result<SyncAnswer, MessageError> {
    capped(bytes, ANSWER_READ_CAP_BYTES)
}

fn write(message: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(message, &mut bytes)
        .expect("memory takes every byte and our messages have no unserialisable part");
    bytes
}

fn capped<T: DeserializeOwned>(bytes: &[u8], cap_bytes: usize) -> Result<T, MessageError> {
    if bytes.len() > cap_bytes {
        return Err(MessageError::TooLarge);
    }
    read(bytes)
}

/// Reads one value that takes all the bytes.
pub(super) fn read<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, MessageError> {
    let value = ciborium::de::from_reader_with_recursion_limit(&mut bytes, DEPTH_CAP)
        .map_err(|_| MessageError::Unreadable)?;
    if bytes.is_empty() {
        Ok(value)
    } else {
        Err(MessageError::Unreadable)
    }
}
