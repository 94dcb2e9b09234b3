//! What operations may do: make an entry once, set fields of entries to scalars.

use super::operation::{Act, Operation, Scalar};
use super::prescan::Scan;
use super::refusal::Refusal;
use super::unapplied::{MadeBy, Unapplied};
use crate::document::{
    Document, DocumentKind, NAME_CAP_BYTES, creation_fields, key_is_well_formed, stamp_device,
    stamp_field, value_cap_bytes,
};
use crate::model::DeviceId;
use automerge::ObjId;
use std::collections::{HashMap, HashSet};

/// What a change may do here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// The document's kind.
    pub(super) kind: DocumentKind,
    /// Whose change it must be; none when the server vouches for it.
    pub(super) author: Option<DeviceId>,
}

/// Entries made by a change: operation counter to key.
pub(super) type Made<'a> = HashMap<u64, &'a str>;

/// The entries a change makes, checked as far as they can be without the document.
pub(super) fn made<'a>(
    document: &Document,
    scan: &Scan,
    operations: &[Operation<'a>],
    rule: Rule,
) -> Result<Made<'a>, Refusal> {
    let mut made = Made::new();
    let mut keys = HashSet::new();
    for (operation, counter) in operations.iter().zip(scan.start_operation..) {
        let (object, actor) = operation.object.ok_or(Refusal::Shape)?;
        let in_objects = document.is_objects(object, &scan.actors[actor]);
        match operation.act {
            Act::MakeMap if in_objects && operation.predecessors.is_empty() => {
                if rule.author.is_some() && !key_is_well_formed(rule.kind, operation.key) {
                    return Err(Refusal::Key);
                }
                if !keys.insert(operation.key) {
                    return Err(Refusal::KeyExists);
                }
                made.insert(counter, operation.key);
            }
            Act::Put(_) if !in_objects => {}
            _ => return Err(Refusal::Shape),
        }
    }
    Ok(made)
}

/// Whether a change sets fields of entries that it did not make itself.
pub(super) fn edits(made: &Made<'_>, operations: &[Operation<'_>]) -> bool {
    operations.iter().any(|operation| match operation {
        Operation {
            object: Some((counter, 0)),
            act: Act::Put(_),
            ..
        } => !made.contains_key(counter),
        Operation { act, .. } => matches!(act, Act::Put(_)),
    })
}

/// Checks every field that a change sets. `unapplied` is what stands on top of the document, where
/// the author had seen all of both; without it, the document holds all the change depends on.
pub(super) fn check_fields(
    document: &Document,
    unapplied: Option<&Unapplied>,
    scan: &Scan,
    operations: &[Operation<'_>],
    made: &Made<'_>,
    rule: Rule,
) -> Result<(), Refusal> {
    let mut written: HashMap<((u64, usize), &str), u64> = HashMap::new();
    let mut known: HashMap<(u64, usize), SeenEntry> = HashMap::new();
    for (operation, counter) in operations.iter().zip(scan.start_operation..) {
        let (Some(object), Act::Put(value)) = (operation.object, operation.act) else {
            continue;
        };
        let own = made.get(&object.0).filter(|_| object.1 == 0);
        if let Some(key) = own {
            check_field(key, operation.key, value, true, rule)?;
        } else {
            if let std::collections::hash_map::Entry::Vacant(vacant) = known.entry(object) {
                vacant.insert(SeenEntry::of(document, unapplied, scan, object)?);
            }
            check_field(&known[&object].key, operation.key, value, false, rule)?;
        }
        let before = written.insert((object, operation.key), counter);
        let expected = match (before, own) {
            (Some(counter), _) => vec![(counter, scan.actors[0].clone())],
            (None, Some(_)) => Vec::new(),
            (None, None) => known[&object].seen(document, unapplied, scan, operation.key),
        };
        check_predecessors(scan, operation, expected)?;
    }
    Ok(())
}

/// An entry that the change's author had.
struct SeenEntry {
    key: String,
    made_by: MadeBy,
    /// Where the document holds it.
    applied: Option<ObjId>,
}

impl SeenEntry {
    fn of(
        document: &Document,
        unapplied: Option<&Unapplied>,
        scan: &Scan,
        (counter, actor): (u64, usize),
    ) -> Result<Self, Refusal> {
        let made_by = (counter, scan.actors[actor].clone());
        if let Some(key) = unapplied.and_then(|unapplied| unapplied.key_of(&made_by)) {
            return Ok(Self {
                key: key.to_owned(),
                made_by,
                applied: None,
            });
        }
        let (key, id) = document
            .entry_made_by(counter, &made_by.1)
            .ok_or(Refusal::Shape)?;
        if unapplied.is_some() || document.held_at(&key, &id, &scan.dependencies) {
            Ok(Self {
                key,
                made_by,
                applied: Some(id),
            })
        } else {
            Err(Refusal::Shape)
        }
    }

    /// The operations whose values the author saw in a field.
    fn seen(
        &self,
        document: &Document,
        unapplied: Option<&Unapplied>,
        scan: &Scan,
        field: &str,
    ) -> Vec<MadeBy> {
        let last = unapplied.and_then(|unapplied| unapplied.last_write(&self.made_by, field));
        if let Some(last) = last {
            return vec![last.clone()];
        }
        let heads = unapplied.is_none().then_some(&scan.dependencies[..]);
        let applied = self.applied.as_ref();
        applied.map_or_else(Vec::new, |id| document.seen(id, field, heads))
    }
}

/// An operation overwrites exactly what its author saw: nobody can hide a colleague's edit.
fn check_predecessors(
    scan: &Scan,
    operation: &Operation<'_>,
    mut expected: Vec<(u64, Vec<u8>)>,
) -> Result<(), Refusal> {
    let mut stated: Vec<(u64, Vec<u8>)> = operation
        .predecessors
        .iter()
        .map(|(counter, actor)| (*counter, scan.actors[*actor].clone()))
        .collect();
    stated.sort_unstable();
    expected.sort_unstable();
    if stated == expected {
        Ok(())
    } else {
        Err(Refusal::Shape)
    }
}

fn check_field(
    key: &str,
    field: &str,
    value: Scalar<'_>,
    creation: bool,
    rule: Rule,
) -> Result<(), Refusal> {
    if field.is_empty() {
        return Err(Refusal::Key);
    }
    if field.len() > NAME_CAP_BYTES || value.size_bytes() > value_cap_bytes(key, field) {
        return Err(Refusal::TooLong);
    }
    let Some(author) = rule.author else {
        return Ok(());
    };
    if !creation && creation_fields(key).contains(&field) {
        return Err(Refusal::CreationField);
    }
    if let (true, Scalar::Text(text)) = (stamp_field(key) == Some(field), value)
        && stamp_device(text).is_some_and(|device| device != author)
    {
        return Err(Refusal::ForeignStamp);
    }
    Ok(())
}
