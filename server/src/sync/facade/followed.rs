//! One document between the server and one client: who has told what, and what is said next.
//!
//! It must never apply a change: those it hears of passed the gate, those it sends are in the log.

use super::bloom::Bloom;
use super::codec::{HASHES_CAP, Have, SyncMessage};
use crate::sync::admission::{ItemOutcome, WAITS};
use maraude_core::document::{ChangeHash, Document, GENESIS, GENESIS_HASH, RawChange};
use std::collections::HashSet;

/// Changes in one message, bytes; the client asks again for the rest.
const MESSAGE_CHANGES_BYTES: usize = 512 * 1024;

/// Changes a client asks for by name that are answered in one message.
const NEEDED_CAP: usize = 512;

/// Changes known as refused that are remembered; a longer list is forgotten, and asked for again.
const REFUSED_CAP: usize = 10_000;

/// A document that a client follows.
#[derive(Clone, Default)]
pub(super) struct Followed {
    /// The client's heads, filters and wishes, as last told.
    theirs: SyncMessage,
    /// Heads of ours that the client holds for certain.
    shared: Vec<ChangeHash>,
    /// Sent, and not known to have arrived.
    sent: HashSet<ChangeHash>,
    refused: HashSet<ChangeHash>,
    /// What refused changes wait for, [`HASHES_CAP`] at most; what is beyond is not asked for.
    missing: HashSet<ChangeHash>,
    /// Heads and wishes last told to the client.
    told: Option<(Vec<ChangeHash>, Vec<ChangeHash>)>,
}

impl Followed {
    /// Notes what a client told; its changes are taken out for the gate.
    pub(super) fn hear(&mut self, mut message: SyncMessage) -> Vec<Vec<u8>> {
        let changes = std::mem::take(&mut message.changes);
        self.theirs = message;
        changes
    }

    /// Bytes held because of what the client told; what is ours is bounded by the document.
    pub(super) fn held_bytes(&self) -> usize {
        let hashes = self.missing.len() + self.refused.len();
        self.theirs.told_bytes() + hashes * size_of::<ChangeHash>()
    }

    /// Notes what became of the changes a client brought.
    pub(super) fn note(&mut self, outcome: &ItemOutcome) {
        if self.refused.len() > REFUSED_CAP {
            self.refused.clear();
        }
        for refused in &outcome.quarantined {
            let missing = refused.missing.iter();
            if refused.code == WAITS {
                let room = (HASHES_CAP as usize).saturating_sub(self.missing.len());
                let missing = missing.map(|hash| ChangeHash(hash.into_array()));
                self.missing.extend(missing.take(room));
            }
            self.refused
                .extend(refused.change.map(|hash| ChangeHash(hash.into_array())));
        }
    }

    /// What is said next; nothing when the client has heard all there is to say.
    pub(super) fn speak(&mut self, document: &Document) -> Option<SyncMessage> {
        let mut heads = document.heads();
        heads.sort_unstable();
        let (known, unknown): (Vec<ChangeHash>, Vec<ChangeHash>) = self
            .theirs
            .heads
            .iter()
            .partition(|head| document.has(head));
        self.meet(known, unknown.is_empty());
        let need = self.need(document, &unknown);
        let changes = self.lacked(document, unknown.is_empty());
        let told = Some((heads.clone(), need.clone()));
        if changes.is_empty() && self.told == told {
            return None;
        }
        self.told = told;
        self.sent.extend(changes.iter().map(|change| change.hash));
        // With something else to ask for first, what is held would be taken for a wish.
        let asks_first = need.iter().any(|hash| !unknown.contains(hash));
        let have = if asks_first {
            Vec::new()
        } else {
            let since = document.changes_since(&self.shared);
            let held: Vec<ChangeHash> = since.iter().map(|change| change.hash).collect();
            vec![Have {
                last_sync: self.shared.clone(),
                bloom: Bloom::of(&held),
            }]
        };
        Some(SyncMessage {
            heads,
            need,
            have,
            changes: changes.into_iter().map(|change| change.bytes).collect(),
        })
    }

    fn meet(&mut self, known: Vec<ChangeHash>, all: bool) {
        if self.theirs.heads.is_empty() {
            // It holds nothing, or lost all it had.
            self.sent.clear();
        }
        if all {
            self.shared = known;
        } else {
            self.shared.extend(known);
        }
        self.shared.sort_unstable();
        self.shared.dedup();
    }

    fn need(&mut self, document: &Document, unknown: &[ChangeHash]) -> Vec<ChangeHash> {
        self.missing.retain(|hash| !document.has(hash));
        let asked = unknown.iter().chain(&self.missing).copied();
        let mut need: Vec<ChangeHash> = asked.filter(|hash| !self.refused.contains(hash)).collect();
        need.sort_unstable();
        need.dedup();
        need
    }

    /// Changes the client lacks, as far as can be told, in causal order.
    fn lacked(&mut self, document: &Document, all_known: bool) -> Vec<RawChange> {
        let last_sync = self.theirs.have.iter().flat_map(|have| &have.last_sync);
        let mut base = self.shared.clone();
        base.extend(last_sync.filter(|hash| document.has(hash)));
        let mut changes = Vec::new();
        if base.is_empty() {
            changes.push(RawChange {
                hash: GENESIS_HASH,
                bytes: GENESIS.to_vec(),
            });
        }
        changes.extend(document.changes_since(&base));
        if !all_known {
            self.leave_out_held(document, &mut changes);
        }
        let lacked: HashSet<ChangeHash> = changes.iter().map(|change| change.hash).collect();
        self.sent.retain(|hash| lacked.contains(hash));
        changes.retain(|change| !self.sent.contains(&change.hash));
        let wishes = std::mem::take(&mut self.theirs.need);
        for hash in wishes.into_iter().take(NEEDED_CAP) {
            if !changes.iter().any(|change| change.hash == hash) {
                changes.extend(document.change(&hash));
            }
        }
        within(changes)
    }

    /// Leaves out what the client's filters tell it holds, unless it follows what it lacks.
    fn leave_out_held(&self, document: &Document, changes: &mut Vec<RawChange>) {
        let mut lacked: HashSet<ChangeHash> = HashSet::new();
        changes.retain(|change| {
            let mut filters = self.theirs.have.iter();
            let held = filters.any(|have| have.bloom.may_hold(&change.hash));
            let facts = document.facts(&change.hash);
            let follows = facts.is_some_and(|facts| {
                let mut dependencies = facts.dependencies.iter();
                dependencies.any(|dependency| lacked.contains(dependency))
            });
            let lacks = !held || follows;
            if lacks {
                lacked.insert(change.hash);
            }
            lacks
        });
    }
}

/// As many as one message holds; the first one whatever its size.
fn within(changes: Vec<RawChange>) -> Vec<RawChange> {
    let mut bytes = 0;
    let fits = |change: &RawChange| {
        let first = bytes == 0;
        bytes += change.bytes.len();
        first || bytes <= MESSAGE_CHANGES_BYTES
    };
    changes.into_iter().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::sync::RefusedChange;
    use serde_bytes::ByteArray;

    #[test]
    fn what_refused_changes_wait_for_is_remembered_once_and_up_to_a_bound() {
        let waits = |numbers: std::ops::Range<u32>| {
            let hash = |number: u32| {
                let mut hash = [0; 32];
                hash[..4].copy_from_slice(&number.to_be_bytes());
                ByteArray::new(hash)
            };
            ItemOutcome {
                quarantined: vec![RefusedChange {
                    code: WAITS.to_owned(),
                    missing: numbers.map(hash).collect(),
                    change: None,
                }],
                ..ItemOutcome::default()
            }
        };
        let mut followed = Followed::default();
        for _ in 0..3 {
            followed.note(&waits(0..100));
        }
        assert_eq!(followed.missing.len(), 100);
        for number in 0..200 {
            followed.note(&waits(number * 100..(number + 1) * 100));
        }
        assert_eq!(followed.missing.len(), HASHES_CAP as usize);
        assert!(followed.held_bytes() <= 32 * HASHES_CAP as usize);
    }
}
