//! Automerge's sync messages, version 1, read with bounds.
//!
//! It must never hand bytes of a peer to automerge: changes come out as bytes, for the gate.
//! Messages carry no flags, so that peers send single changes and never whole documents.
//!
//! # Source
//! <https://automerge.org/automerge-binary-format-spec/>, section "Sync messages".

use super::bloom::Bloom;
use maraude_core::document::ChangeHash;

/// First byte of a message: single changes.
const VERSION_1: u8 = 0x42;

/// First byte of a message that may hold a whole document: read, and refused by the gate.
const VERSION_2: u8 = 0x43;

/// Most hashes in one list.
pub(super) const HASHES_CAP: u64 = 4_096;

/// Most filters in one message.
const HAVE_CAP: u64 = 16;

/// Most bytes of what a message tells is held, filters and the heads they begin at: as many as a
/// filter over some 50,000 changes has. It is kept as long as the document is followed.
const HAVE_CAP_BYTES: usize = 64 * 1024;

/// Most changes in one message.
const CHANGES_CAP: u64 = 4_096;

/// A message that does not read, or claims too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sync message does not read")]
pub(super) struct Unreadable;

/// What one peer tells the other of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SyncMessage {
    /// The heads of its document.
    pub(super) heads: Vec<ChangeHash>,
    /// Changes it asks for by name.
    pub(super) need: Vec<ChangeHash>,
    /// What it holds.
    pub(super) have: Vec<Have>,
    /// Changes it brings.
    pub(super) changes: Vec<Vec<u8>>,
}

/// What a peer holds: all up to some heads, and what the filter tells since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Have {
    pub(super) last_sync: Vec<ChangeHash>,
    pub(super) bloom: Bloom,
}

/// Bytes that are left to be read.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, bytes: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, left) = self.0.split_at_checked(bytes).ok_or(Unreadable)?;
        self.0 = left;
        Ok(taken)
    }

    /// An unsigned LEB128 number.
    pub(super) fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Unreadable)
    }

    fn capped(&mut self, cap: u64) -> Result<u64, Unreadable> {
        let number = self.number()?;
        if number > cap {
            return Err(Unreadable);
        }
        Ok(number)
    }

    fn prefixed(&mut self) -> Result<&'a [u8], Unreadable> {
        let bytes = usize::try_from(self.number()?).map_err(|_| Unreadable)?;
        self.take(bytes)
    }

    fn hashes(&mut self) -> Result<Vec<ChangeHash>, Unreadable> {
        let mut hashes = Vec::new();
        for _ in 0..self.capped(HASHES_CAP)? {
            let mut hash = [0; 32];
            hash.copy_from_slice(self.take(32)?);
            hashes.push(ChangeHash(hash));
        }
        Ok(hashes)
    }
}

pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_hashes(out: &mut Vec<u8>, hashes: &[ChangeHash]) {
    put_number(out, hashes.len() as u64);
    for hash in hashes {
        out.extend_from_slice(&hash.0);
    }
}

impl SyncMessage {
    /// Reads a peer's message; what follows it (flags) is passed over.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut cursor = Cursor(bytes);
        if !matches!(cursor.take(1)?[0], VERSION_1 | VERSION_2) {
            return Err(Unreadable);
        }
        let heads = cursor.hashes()?;
        let need = cursor.hashes()?;
        let mut have = Vec::new();
        let mut have_bytes = 0;
        for _ in 0..cursor.capped(HAVE_CAP)? {
            let last_sync = cursor.hashes()?;
            let bloom = cursor.prefixed()?;
            have_bytes += size_of_val(&last_sync[..]) + bloom.len();
            if have_bytes > HAVE_CAP_BYTES {
                return Err(Unreadable);
            }
            have.push(Have {
                last_sync,
                bloom: Bloom::read(bloom)?,
            });
        }
        let mut changes = Vec::new();
        for _ in 0..cursor.capped(CHANGES_CAP)? {
            changes.push(cursor.prefixed()?.to_vec());
        }
        Ok(Self {
            heads,
            need,
            have,
            changes,
        })
    }

    /// Bytes that stay in memory of it once its changes are taken out.
    pub(super) fn told_bytes(&self) -> usize {
        let have = self.have.iter();
        let have = have.map(|have| size_of_val(&have.last_sync[..]) + have.bloom.size_bytes());
        size_of_val(&self.heads[..]) + size_of_val(&self.need[..]) + have.sum::<usize>()
    }

    /// Its bytes; hashes are sorted by whoever made it, as peers expect.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = vec![VERSION_1];
        put_hashes(&mut out, &self.heads);
        put_hashes(&mut out, &self.need);
        put_number(&mut out, self.have.len() as u64);
        for have in &self.have {
            put_hashes(&mut out, &have.last_sync);
            have.bloom.write(&mut out);
        }
        put_number(&mut out, self.changes.len() as u64);
        for change in &self.changes {
            put_number(&mut out, change.len() as u64);
            out.extend_from_slice(change);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hashes() -> impl Strategy<Value = Vec<ChangeHash>> {
        proptest::collection::vec(any::<[u8; 32]>().prop_map(ChangeHash), 0..12)
    }

    proptest! {
        #[test]
        fn a_message_reads_back_and_a_filter_holds_what_it_was_made_of(
            heads in hashes(),
            need in hashes(),
            held in hashes(),
            other in any::<[u8; 32]>(),
            changes in proptest::collection::vec(any::<Vec<u8>>(), 0..5),
        ) {
            let bloom = Bloom::of(&held);
            for hash in &held {
                prop_assert!(bloom.may_hold(hash));
            }
            prop_assert!(!Bloom::default().may_hold(&ChangeHash(other)));
            let have = vec![Have { last_sync: heads.clone(), bloom }];
            let message = SyncMessage { heads, need, have, changes };
            let read = SyncMessage::read(&message.write()).unwrap();
            if held.is_empty() {
                prop_assert!(!read.have[0].bloom.may_hold(&ChangeHash(other)));
            } else {
                prop_assert_eq!(read, message);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>, other in any::<[u8; 32]>()) {
            let bytes = [&[VERSION_1][..], &bytes].concat();
            if let Ok(message) = SyncMessage::read(&bytes) {
                for have in message.have {
                    have.bloom.may_hold(&ChangeHash(other));
                }
            }
        }
    }

    #[test]
    fn what_a_peer_tells_that_it_holds_is_read_up_to_a_bound() {
        let read = |filters: u8, entries: usize, since: usize| {
            let hashes: Vec<ChangeHash> = vec![ChangeHash([1; 32]); entries];
            let have = Have {
                last_sync: vec![ChangeHash([2; 32]); since],
                bloom: Bloom::of(&hashes),
            };
            let message = SyncMessage {
                have: vec![have; filters.into()],
                ..SyncMessage::default()
            };
            let bytes = message.write();
            SyncMessage::read(&bytes).map(|read| read.told_bytes())
        };
        // Control: what an honest peer tells of a large document.
        assert!(read(1, 50_000, 4).is_ok_and(|bytes| bytes <= HAVE_CAP_BYTES));
        assert_eq!(read(1, 60_000, 0), Err(Unreadable));
        assert_eq!(read(2, 30_000, 0), Err(Unreadable));
        assert_eq!(read(1, 0, 4_000), Err(Unreadable));
        assert_eq!(read(16, 0, 200), Err(Unreadable));
    }

    #[test]
    fn few_bytes_that_claim_much_are_refused() {
        let check = |tail: &[u8]| {
            let bytes = [&[VERSION_1][..], tail].concat();
            assert_eq!(SyncMessage::read(&bytes), Err(Unreadable), "{tail:?}");
        };
        check(&[0xff, 0xff, 0xff, 0x7f]);
        check(&[0xff; 12]);
        // A filter of one entry with four thousand million probes.
        check(&[0, 0, 1, 0, 8, 1, 10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]);
        // A filter of 2^60 entries.
        check(&[
            0, 0, 1, 0, 11, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 10, 7,
        ]);
    }
}
