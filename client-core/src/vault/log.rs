//! A sealed append-only log: one file, one key.
//!
//! # Shape
//! `MRL` ‖ version 1 ‖ frames. A frame's payload is the number of the sealed piece (u32 LE) ‖ nonce
//! (24) ‖ ciphertext. Each piece is bound to the file's name and its number, so that pieces cannot
//! change file or order.

use super::framing::{frame, scan};
use super::key::{Secret, seal, unseal};

/// Pieces after which a log is rewritten from a snapshot.
///
/// # Source
/// Measured: replaying costs grow with the log, a snapshot is 14 times smaller (design D7).
pub const COMPACT_AFTER: u32 = 200;

const HEADER: &[u8; 4] = b"MRL\x01";

/// Why a log cannot be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Written by a newer version: it must not be written to.
    #[error("the file was written by a newer version")]
    Newer,
}

/// What was found wrong while a log was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repair {
    /// The file is to be cut to this length before anything is added.
    pub cut_to: Option<u32>,
    /// Regions or pieces that could not be read.
    pub damaged: u32,
    /// Numbers that are not there although later ones are.
    pub missing: u32,
}

/// A log that was read.
#[derive(Debug)]
pub struct OpenedLog {
    /// To go on writing.
    pub log: SealedLog,
    /// What it holds, in order.
    pub pieces: Vec<Vec<u8>>,
    /// What was found wrong.
    pub repair: Repair,
}

/// A log being written. Cloning it before a write allows going back when the write failed.
#[derive(Debug, Clone)]
pub struct SealedLog {
    name: String,
    key: Secret,
    next: u32,
    pieces: u32,
    started: bool,
}

impl SealedLog {
    /// An empty log; its file does not exist yet.
    pub fn new(name: &str, key: Secret) -> Self {
        Self {
            name: name.to_owned(),
            key,
            next: 0,
            pieces: 0,
            started: false,
        }
    }

    /// Reads a log's file.
    pub fn open(name: &str, key: Secret, file: &[u8]) -> Result<OpenedLog, LogError> {
        let mut log = Self::new(name, key);
        let mut repair = Repair::default();
        let mut pieces = Vec::new();
        let from = HEADER.len().min(file.len());
        let found = scan(file, from);
        repair.damaged = found.damaged;
        for payload in found.payloads {
            match log.read(&file[payload]) {
                Some((number, piece)) => {
                    repair.missing += number - log.next;
                    log.next = number + 1;
                    log.pieces += 1;
                    pieces.push(piece);
                }
                None => repair.damaged += 1,
            }
        }
        let header_is_ours = file.starts_with(HEADER);
        if pieces.is_empty() && !header_is_ours && file.starts_with(&HEADER[..3]) && file.len() > 3
        {
            return Err(LogError::Newer);
        }
        log.started = header_is_ours || !pieces.is_empty();
        let keep = if log.started { found.good_length } else { 0 };
        repair.cut_to = (keep < file.len()).then_some(keep as u32);
        repair.damaged += u32::from(!header_is_ours && !file.is_empty());
        Ok(OpenedLog {
            log,
            pieces,
            repair,
        })
    }

    fn read(&self, payload: &[u8]) -> Option<(u32, Vec<u8>)> {
        let (number, sealed) = payload.split_first_chunk::<4>()?;
        let bound_to = self.bound_to(*number);
        let number = u32::from_le_bytes(*number);
        if number < self.next {
            return None;
        }
        Some((number, unseal(&self.key, &bound_to, sealed)?))
    }

    fn bound_to(&self, number: [u8; 4]) -> Vec<u8> {
        [HEADER, self.name.as_bytes(), &[0], &number].concat()
    }

    /// The bytes to add at the file's end. `nonce` is random.
    pub fn append(&mut self, piece: &[u8], nonce: &[u8; 24]) -> Vec<u8> {
        let number = self.next.to_le_bytes();
        self.next += 1;
        self.pieces += 1;
        let sealed = seal(&self.key, nonce, &self.bound_to(number), piece);
        let mut bytes = if self.started {
            Vec::new()
        } else {
            HEADER.to_vec()
        };
        self.started = true;
        bytes.extend(frame(&[number.as_slice(), &sealed].concat()));
        bytes
    }

    /// It holds so many pieces that it should be rewritten.
    pub fn wants_compaction(&self) -> bool {
        self.pieces >= COMPACT_AFTER
    }

    /// The whole new file: one piece instead of all. `nonce` is random.
    pub fn rewrite(&mut self, snapshot: &[u8], nonce: &[u8; 24]) -> Vec<u8> {
        self.started = false;
        self.pieces = 0;
        self.next = 0;
        self.append(snapshot, nonce)
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
