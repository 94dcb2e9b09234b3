//! What a replica remembers of each change, so that the gate need not ask automerge.

use super::hash::ChangeHash;
use automerge::Automerge;
use std::collections::HashMap;

/// One applied change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    /// Its actor's bytes.
    pub actor: Vec<u8>,
    /// Its number among that actor's changes, from 1.
    pub sequence: u64,
    /// Counter of its last operation.
    pub last_operation: u64,
    /// What it depends on directly.
    pub dependencies: Vec<ChangeHash>,
}

/// All applied changes, by name and by actor.
#[derive(Clone, Default)]
pub(super) struct Index {
    changes: HashMap<ChangeHash, ChangeFacts>,
    latest: HashMap<Vec<u8>, (u64, ChangeHash)>,
}

impl Index {
    /// Takes in what the document gained since it had these heads.
    pub(super) fn follow(&mut self, doc: &Automerge, heads: &[automerge::ChangeHash]) {
        for change in doc.get_changes_meta(heads) {
            let facts = ChangeFacts {
                actor: change.actor.to_bytes().to_vec(),
                sequence: change.seq,
                last_operation: change.max_op,
                dependencies: change.deps.iter().map(|hash| (*hash).into()).collect(),
            };
            self.insert(change.hash.into(), facts);
        }
    }

    fn insert(&mut self, hash: ChangeHash, facts: ChangeFacts) {
        let latest = self
            .latest
            .entry(facts.actor.clone())
            .or_insert((facts.sequence, hash));
        if latest.0 < facts.sequence {
            *latest = (facts.sequence, hash);
        }
        self.changes.insert(hash, facts);
    }

    pub(super) fn get(&self, hash: &ChangeHash) -> Option<&ChangeFacts> {
        self.changes.get(hash)
    }

    pub(super) fn latest(&self, actor: &[u8]) -> Option<(u64, ChangeHash)> {
        self.latest.get(actor).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }
}
