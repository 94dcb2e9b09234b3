//! What accepted changes wrote that automerge was not given yet.
//!
//! A change whose author had seen all there is overwrites what stands, so nobody need ask automerge
//! what stood when: changes that follow one another, one per field, reach it together. It must never
//! answer for a change whose author had seen less: `admit` hands over to automerge before that.

use super::operation::{Act, Operation};
use super::prescan::Scan;
use super::shape::Made;
use crate::document::{ChangeHash, Document};
use std::collections::{HashMap, HashSet};

/// An operation: its counter and its actor's bytes.
pub(super) type MadeBy = (u64, Vec<u8>);

/// Entries made and fields set, on top of a document.
#[derive(Default)]
pub(super) struct Unapplied {
    /// Of the document with what is not applied yet.
    heads: HashSet<ChangeHash>,
    entries: HashMap<MadeBy, String>,
    keys: HashSet<String>,
    /// The last write of each field, by entry.
    written: HashMap<MadeBy, HashMap<String, MadeBy>>,
    /// Something was written by somebody who had not seen all: fields may stand in conflict.
    beside: bool,
}

impl Unapplied {
    /// Nothing yet, on top of a document.
    pub(super) fn on(document: &Document) -> Self {
        Self {
            heads: document.heads().into_iter().collect(),
            ..Self::default()
        }
    }

    /// The document was given all of it.
    pub(super) fn applied(&mut self) {
        *self = Self {
            heads: std::mem::take(&mut self.heads),
            ..Self::default()
        };
    }

    /// Whoever depends on this has seen the document and all that is here, and no field of what is
    /// here is in conflict.
    pub(super) fn tells(&self, dependencies: &[ChangeHash]) -> bool {
        !self.beside
            && self.heads.len() == dependencies.len()
            && dependencies.iter().all(|hash| self.heads.contains(hash))
    }

    /// Whether an entry was made here under a key.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// The key of an entry made here.
    pub(super) fn key_of(&self, entry: &MadeBy) -> Option<&str> {
        self.entries.get(entry).map(String::as_str)
    }

    /// The write of a field that stands here.
    pub(super) fn last_write(&self, entry: &MadeBy, field: &str) -> Option<&MadeBy> {
        self.written.get(entry)?.get(field)
    }

    /// Takes in a change that was accepted.
    pub(super) fn note(
        &mut self,
        scan: &Scan,
        hash: ChangeHash,
        operations: &[Operation<'_>],
        made: &Made<'_>,
    ) {
        let seen_all = self.tells(&scan.dependencies);
        let author = &scan.actors[0];
        for dependency in &scan.dependencies {
            self.heads.remove(dependency);
        }
        self.heads.insert(hash);
        for (counter, key) in made {
            self.entries
                .insert((*counter, author.clone()), (*key).to_owned());
            self.keys.insert((*key).to_owned());
        }
        for (operation, counter) in operations.iter().zip(scan.start_operation..) {
            let (Some((object, actor)), Act::Put(_)) = (operation.object, operation.act) else {
                continue;
            };
            let own = actor == 0 && made.contains_key(&object);
            self.beside |= !own && !seen_all;
            let fields = (self.written)
                .entry((object, scan.actors[actor].clone()))
                .or_default();
            fields.insert(operation.key.to_owned(), (counter, author.clone()));
        }
    }
}
