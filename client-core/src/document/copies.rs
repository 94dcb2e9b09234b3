//! Entries as they stand, to be written in the document that takes this one's place: every field as
//! it is, those of newer versions included, and nothing of how it came to be.

use super::fields::Fields;
use super::hash::{Actor, ChangeHash};
use super::read::entry_fields;
use super::replica::Document;
use super::schema::kind;
use crate::model::TimestampMs;
use automerge::{ObjId, ReadDoc, ScalarValue};
use std::collections::BTreeMap;

/// The automerge operation that made an entry: its counter and its actor's bytes.
pub(crate) type MadeBy = (u64, Vec<u8>);

/// The field of a departure that names the round's issue.
const REISSUE: &str = "reissue";

/// An entry as it stands.
#[derive(Clone)]
pub struct EntryCopy {
    /// Its key.
    pub key: String,
    /// The changes that wrote to it, in causal order; the first one made it.
    pub changes: Vec<ChangeHash>,
    /// When it was last written, by its writer's clock, to the second.
    pub at: TimestampMs,
    pub(crate) fields: Fields,
    pub(crate) made_by: MadeBy,
}

impl std::fmt::Debug for EntryCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EntryCopy({})", self.key)
    }
}

impl EntryCopy {
    /// As it must read in the given issue of its round: a departure says which one it is of.
    #[must_use]
    pub fn in_issue(mut self, reissue: u32) -> Self {
        set_issue(&self.key, &mut self.fields, reissue);
        self
    }

    /// One of its texts names this identifier.
    pub fn names(&self, id: &str) -> bool {
        let in_field = |value: &ScalarValue| matches!(value, ScalarValue::Str(t) if t.contains(id));
        self.key.contains(id) || self.fields.values().any(in_field)
    }
}

/// A departure says which issue of its round it is of.
pub(crate) fn set_issue(key: &str, fields: &mut Fields, reissue: u32) {
    let is_departure = key.split_once(':').map(|(kind, _)| kind) == Some(kind::DEPARTURE);
    if is_departure && let Some(value) = fields.get_mut(REISSUE) {
        *value = ScalarValue::Int(reissue.into());
    }
}

impl Document {
    /// All entries as they stand, in the order of their keys.
    pub fn entry_copies(&self) -> Vec<EntryCopy> {
        let mut written: BTreeMap<String, (Vec<ChangeHash>, TimestampMs)> = BTreeMap::new();
        for (hash, keys) in self.touched() {
            let change = self.doc.get_change_by_hash(&hash.into());
            let at = change.map_or(0, |change| change.timestamp().saturating_mul(1_000));
            for key in keys {
                let (changes, last) = written.entry(key).or_default();
                changes.push(hash);
                *last = at.max(*last);
            }
        }
        let copies = self.keys().into_iter().filter_map(|key| {
            let (_, entry) = self.doc.get(&self.objects, &key).ok()??;
            let ObjId::Id(counter, actor, _) = &entry else {
                return None;
            };
            let made_by = (*counter, actor.to_bytes().to_vec());
            let (changes, at) = written.remove(&key).unwrap_or_default();
            Some(EntryCopy {
                fields: entry_fields(&self.doc, &entry),
                key,
                changes,
                at,
                made_by,
            })
        });
        copies.collect()
    }

    /// The same document, written in by another actor from here on.
    #[must_use]
    pub fn written_by(&self, actor: Actor) -> Self {
        self.under(actor)
    }

    /// Names of all changes but the first, and of their actors.
    pub(crate) fn names_of_changes(&self) -> Vec<(ChangeHash, Vec<u8>)> {
        let changes = self.doc.get_changes_meta(&[]);
        let named = changes
            .into_iter()
            .map(|change| (change.hash.into(), change.actor.to_bytes().to_vec()));
        named
            .filter(|(hash, _)| *hash != super::GENESIS_HASH)
            .collect()
    }
}
