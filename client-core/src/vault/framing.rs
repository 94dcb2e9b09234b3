//! Payloads one after the other in a file, and what can be read back after damage.
//!
//! # Shape
//! length (u32 LE, never 0) ‖ CRC-32 of length and payload (u32 LE) ‖ payload.

use super::crc;
use std::ops::Range;

/// Largest payload, bytes.
pub const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

const PREFIX_BYTES: usize = 8;
/// A file filled with zeroes must not pass for frames.
const CRC_SEED: u32 = 0x4d52_4155;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// Where the payloads of good frames are, in order.
    pub payloads: Vec<Range<usize>>,
    /// Regions that are no good frame although good ones follow, or that pretend to be whole.
    pub damaged: u32,
    /// Bytes up to the end of the last good frame: what follows may be cut.
    pub good_length: usize,
}

/// A payload with its prefix.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_le_bytes();
    let crc = crc(length, payload).to_le_bytes();
    [length.as_slice(), &crc, payload].concat()
}

/// Reads the frames of a file from an offset on. Never fails: what is damaged is passed over.
pub fn scan(file: &[u8], from: usize) -> Scan {
    let mut found = Scan {
        good_length: from.min(file.len()),
        ..Scan::default()
    };
    let mut at = found.good_length;
    while at < file.len() {
        if let Ok(payload) = frame_at(file, at) {
            at = payload.end;
            found.good_length = at;
            found.payloads.push(payload);
            continue;
        }
        // The length itself may be what is damaged: look for the next good frame byte by byte.
        let next = (at + 1..file.len()).find(|&start| frame_at(file, start).is_ok());
        if let Some(next) = next {
            found.damaged += 1;
            at = next;
            continue;
        }
        found.damaged += u32::from(frame_at(file, at) == Err(Fault::Damaged));
        break;
    }
    found
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    /// The file ends before the frame does.
    Torn,
    /// The frame is whole and wrong.
    Damaged,
}

fn frame_at(file: &[u8], at: usize) -> Result<Range<usize>, Fault> {
    let prefix = file.get(at..at + PREFIX_BYTES).ok_or(Fault::Torn)?;
    let length = [prefix[0], prefix[1], prefix[2], prefix[3]];
    let told = u32::from_le_bytes([prefix[4], prefix[5], prefix[6], prefix[7]]);
    let size = u32::from_le_bytes(length) as usize;
    if size == 0 || size > MAX_PAYLOAD_BYTES {
        return Err(Fault::Damaged);
    }
    let start = at + PREFIX_BYTES;
    let payload = file.get(start..start + size).ok_or(Fault::Torn)?;
    if crc(length, payload) == told {
        Ok(start..start + size)
    } else {
        Err(Fault::Damaged)
    }
}

fn crc(length: [u8; 4], payload: &[u8]) -> u32 {
    crc::continued(crc::continued(CRC_SEED, &length), payload)
}
