//! Who wrote what and when, from the changes themselves.

use super::hash::{Actor, ChangeHash};
use super::replica::Document;
use super::text;
use crate::model::{DeviceId, TimestampMs};
use automerge::{Change, ObjId, ReadDoc};
use std::collections::{BTreeMap, BTreeSet};

/// One change as the history of an entry shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The change.
    pub hash: ChangeHash,
    /// Who wrote it.
    pub device: DeviceId,
    /// When, by that device's clock, to the second.
    pub at: TimestampMs,
    /// The fields it wrote, in words; an emptied field is an empty text.
    pub fields: BTreeMap<String, String>,
}

impl Document {
    /// Every change that touched an entry, in causal order.
    pub fn history(&self, key: &str) -> Vec<Version> {
        let Ok(Some((automerge::Value::Object(_), entry))) = self.doc.get(&self.objects, key)
        else {
            return Vec::new();
        };
        let changes = self.doc.get_changes(&[]);
        changes
            .iter()
            .filter_map(|change| {
                let fields = written_fields(change, &entry);
                let device = Actor::from_slice(change.actor_id().to_bytes())?.device();
                (!fields.is_empty()).then(|| Version {
                    hash: change.hash().into(),
                    device,
                    at: change.timestamp().saturating_mul(1_000),
                    fields,
                })
            })
            .collect()
    }

    /// Every change in causal order, with the keys of the entries it wrote to.
    pub fn touched(&self) -> Vec<(ChangeHash, BTreeSet<String>)> {
        use automerge::legacy::ObjectId;
        let entries = self.keys_by_operation();
        let changes = self.doc.get_changes(&[]);
        changes
            .iter()
            .map(|change| {
                let keys = change.decode().operations.into_iter().filter_map(|op| {
                    let ObjectId::Id(id) = op.obj else {
                        return None;
                    };
                    let entry = (id.counter(), id.actor().to_bytes().to_vec());
                    entries.get(&entry).cloned()
                });
                (change.hash().into(), keys.collect())
            })
            .collect()
    }

    /// The key of each entry, by the operation that made it: its counter and its actor's bytes.
    pub fn keys_by_operation(&self) -> BTreeMap<(u64, Vec<u8>), String> {
        let keys = self.doc.keys(&self.objects);
        keys.filter_map(|key| match self.doc.get(&self.objects, &key) {
            Ok(Some((_, ObjId::Id(counter, actor, _)))) => {
                Some(((counter, actor.to_bytes().to_vec()), key))
            }
            _ => None,
        })
        .collect()
    }
}

/// The fields of one entry that one change wrote.
fn written_fields(change: &Change, entry: &ObjId) -> BTreeMap<String, String> {
    use automerge::legacy::{Key, ObjectId, OpType};
    let ObjId::Id(counter, actor, _) = entry else {
        return BTreeMap::new();
    };
    let mut fields = BTreeMap::new();
    for op in change.decode().operations {
        let here = match &op.obj {
            ObjectId::Id(id) => id.counter() == *counter && id.actor() == actor,
            ObjectId::Root => false,
        };
        if let (true, Key::Map(field), OpType::Put(value)) = (here, &op.key, &op.action) {
            fields.insert(field.to_string(), text::shown(field, value));
        }
    }
    fields
}
