//! What automerge's peers hold, told in ten bits a change: a Bloom filter.
//!
//! It must never trust the numbers that came with one: probes and size are bounded.
//!
//! # Source
//! Kleppmann & Howard (2020), "Byzantine eventual consistency and the fundamental limits of
//! peer-to-peer databases", section 3.3; automerge 0.12, `sync/bloom.rs`.

use super::codec::{Cursor, Unreadable, put_number};
use maraude_core::document::ChangeHash;

/// One false answer in a hundred.
const BITS_PER_ENTRY: u64 = 10;

/// As many as automerge uses.
const PROBES: u32 = 7;

/// Most probes of a filter that is read.
const PROBES_CAP: u64 = 32;

/// A set of changes, seen from far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bloom {
    entries: u64,
    probes: u32,
    bits: Vec<u8>,
}

impl Bloom {
    /// Over these changes.
    pub(super) fn of(changes: &[ChangeHash]) -> Self {
        let entries = changes.len() as u64;
        let mut filter = Self {
            entries,
            probes: PROBES,
            bits: vec![0; (entries * BITS_PER_ENTRY).div_ceil(8) as usize],
        };
        for change in changes {
            for bit in filter.bits_of(change) {
                filter.bits[bit / 8] |= 1 << (bit % 8);
            }
        }
        filter
    }

    /// Certainly not when false; probably when true.
    pub(super) fn may_hold(&self, change: &ChangeHash) -> bool {
        let set = |bit: usize| self.bits[bit / 8] & (1 << (bit % 8)) != 0;
        !self.bits.is_empty() && self.bits_of(change).into_iter().all(set)
    }

    /// Bytes of its bits.
    pub(super) fn size_bytes(&self) -> usize {
        self.bits.len()
    }

    fn bits_of(&self, change: &ChangeHash) -> Vec<usize> {
        let size = 8 * self.bits.len() as u64;
        let word = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&change.0[at..at + 4]);
            u64::from(u32::from_le_bytes(bytes)) % size.max(1)
        };
        let (mut x, mut y, z) = (word(0), word(4), word(8));
        let mut bits = Vec::with_capacity(self.probes as usize);
        for _ in 0..self.probes {
            bits.push(x as usize);
            x = (x + y) % size.max(1);
            y = (y + z) % size.max(1);
        }
        bits
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut bytes = Vec::new();
        if self.entries > 0 {
            put_number(&mut bytes, self.entries);
            put_number(&mut bytes, BITS_PER_ENTRY);
            put_number(&mut bytes, u64::from(self.probes));
            bytes.extend_from_slice(&self.bits);
        }
        put_number(out, bytes.len() as u64);
        out.extend_from_slice(&bytes);
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let mut cursor = Cursor(bytes);
        let entries = cursor.number()?;
        let per_entry = cursor.number()?;
        let probes = cursor.number()?;
        let size = entries.checked_mul(per_entry).ok_or(Unreadable)?;
        if probes == 0 || probes > PROBES_CAP {
            return Err(Unreadable);
        }
        let size = usize::try_from(size.div_ceil(8)).map_err(|_| Unreadable)?;
        Ok(Self {
            entries,
            probes: probes as u32,
            bits: cursor.take(size)?.to_vec(),
        })
    }
}
