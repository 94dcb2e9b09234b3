//! Late work for a document that was issued anew: what a change wrote there means the same fields of
//! the same entries here, but for those that were erased.
//!
//! The former document is gone, with its history; what is left of it are names: which operation
//! made which entry, and which changes it held. It must never let bytes reach automerge that the
//! gate has not read, and what it gives still has to pass the gate. The server's engine calls it.

use super::admit::decode;
use super::limits::GateLimits;
use super::operation::operations;
use super::prescan::{Inflating, Scan, hash_of};
use super::refusal::Refusal;
use crate::document::{
    Actor, ChangeHash, Document, Fields, MadeBy, RawChange, creation_fields, set_issue,
};
use crate::model::DeviceId;
use automerge::Change;
use automerge::legacy::{Key, ObjectId, OpType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What the actor of a carried change derives from, before the change's name.
const DOMAIN: &[u8] = b"maraude/moved/1";

/// What is kept of a document that was issued anew: names, and nothing that anybody answered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Keys of entries, by the operation that made each: `<counter>@<actor>`.
    entries: BTreeMap<String, String>,
    /// Changes it held.
    known: BTreeSet<String>,
    /// Their actors: a change carried over before is known by its own.
    actors: BTreeSet<String>,
}

impl std::fmt::Debug for Former {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Former({} changes)", self.known.len())
    }
}

impl Former {
    /// Of a document, before it goes.
    pub fn of(document: &Document) -> Self {
        let mut former = Self::default();
        for copy in document.entry_copies() {
            former.entries.insert(made_by(&copy.made_by), copy.key);
        }
        for (hash, actor) in document.names_of_changes() {
            former.known.insert(hash.to_string());
            former.actors.insert(hex(&actor));
        }
        former
    }

    fn has_actor(&self, actor: Actor) -> bool {
        self.actors.contains(&hex(actor.as_bytes()))
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn made_by((counter, actor): &MadeBy) -> String {
    format!("{counter}@{}", hex(actor))
}

/// Where late work goes.
pub struct Successor<'a> {
    /// A copy of the document that took the former's place; what is carried over is in it after.
    pub document: Document,
    /// Its issue.
    pub reissue: u32,
    /// The former documents between, the one that the work names left out.
    pub between: &'a [Former],
    /// An entry that was erased.
    pub is_erased: &'a dyn Fn(&str) -> bool,
}

/// What became of a late change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Late {
    /// The former document held it.
    Known,
    /// It was carried over before, as this change.
    Before(ChangeHash),
    /// It said nothing that is not here, or only what was erased.
    Nothing,
    /// It means this change, which has to pass the gate.
    Carried(RawChange),
    /// It cannot be read, or rests on what is not known.
    Refused(Refusal),
}

/// What late changes of one device mean for the document that took the place of theirs. Entries that
/// they make are noted in `former`, for later changes to them.
pub fn carry_over(
    former: &mut Former,
    into: &mut Successor<'_>,
    author: DeviceId,
    changes: &[Vec<u8>],
    limits: &GateLimits,
) -> Vec<(Option<ChangeHash>, Late)> {
    let mut inflating = Inflating::new(limits);
    let mut seen = HashSet::new();
    let mut outcomes = Vec::new();
    for bytes in changes {
        let body = inflating.body(bytes).unwrap_or(Err(Refusal::TooLarge));
        outcomes.push(match body {
            Err(refusal) => (None, Late::Refused(refusal)),
            Ok(body) => {
                let hash = hash_of(&body);
                let late = if seen.insert(hash) {
                    carry(former, into, author, &body, hash, limits)
                } else {
                    Late::Nothing
                };
                (Some(hash), late)
            }
        });
    }
    outcomes
}

fn carry(
    former: &mut Former,
    into: &mut Successor<'_>,
    author: DeviceId,
    body: &[u8],
    hash: ChangeHash,
    limits: &GateLimits,
) -> Late {
    if former.known.contains(&hash.to_string()) {
        return Late::Known;
    }
    let actor = actor_of(author, hash);
    if let Some((_, before)) = into.document.latest(actor.as_bytes()) {
        return Late::Before(before);
    }
    if into.between.iter().any(|other| other.has_actor(actor)) {
        return Late::Known;
    }
    let change = match read(body, author, hash, limits) {
        Ok(change) => change,
        Err(refusal) => return Late::Refused(refusal),
    };
    let (written, made) = match written_by(former, &change) {
        Ok(written) => written,
        Err(refusal) => return Late::Refused(refusal),
    };
    let mut target = into.document.written_by(actor);
    let at = change.timestamp().saturating_mul(1_000);
    let carried = target.commit(at, |writer| {
        for (key, mut fields) in written {
            if (into.is_erased)(&key) {
                continue;
            }
            // Fixed once made: another value would be refused, and the same one is there.
            if into.document.holds(&key) {
                fields.retain(|field, _| !creation_fields(&key).contains(&field.as_str()));
            }
            set_issue(&key, &mut fields, into.reissue);
            writer.put_fields(&key, &fields, made.contains(&key));
        }
    });
    match carried {
        None => Late::Nothing,
        Some(carried) => {
            into.document = target;
            Late::Carried(carried)
        }
    }
}

/// The same change is carried over under the same name, however often it comes.
fn actor_of(author: DeviceId, hash: ChangeHash) -> Actor {
    let digest: [u8; 32] = Sha256::digest([DOMAIN, &hash.0].concat()).into();
    let mut opening = [0; 8];
    opening.copy_from_slice(&digest[..8]);
    Actor::new(author, opening)
}

/// The change, read by the gate first.
fn read(
    body: &[u8],
    author: DeviceId,
    hash: ChangeHash,
    limits: &GateLimits,
) -> Result<Change, Refusal> {
    let scan = Scan::of(body, limits)?;
    let own = Actor::from_slice(&scan.actors[0]).is_some_and(|actor| actor.device() == author);
    if !own {
        return Err(Refusal::ForeignActor);
    }
    let operations = operations(&scan, body)?.len();
    decode(body, hash, operations)
}

/// Which fields of which entries a change wrote, and which entries it made.
fn written_by(
    former: &mut Former,
    change: &Change,
) -> Result<(BTreeMap<String, Fields>, BTreeSet<String>), Refusal> {
    let own = change.actor_id().to_bytes().to_vec();
    let mut written: BTreeMap<String, Fields> = BTreeMap::new();
    let mut made = BTreeMap::new();
    for (op, counter) in change
        .decode()
        .operations
        .iter()
        .zip(change.start_op().get()..)
    {
        let (ObjectId::Id(object), Key::Map(name)) = (&op.obj, &op.key) else {
            return Err(Refusal::Shape);
        };
        match &op.action {
            OpType::Make(_) => {
                made.insert(made_by(&(counter, own.clone())), name.to_string());
                written.entry(name.to_string()).or_default();
            }
            OpType::Put(value) => {
                let object = made_by(&(object.counter(), object.actor().to_bytes().to_vec()));
                let key = made.get(&object).or_else(|| former.entries.get(&object));
                let key = key.ok_or(Refusal::MissingDependencies)?.clone();
                let fields = written.entry(key).or_default();
                fields.insert(name.to_string(), value.clone());
            }
            _ => return Err(Refusal::Shape),
        }
    }
    let keys = made.values().cloned().collect();
    former.entries.extend(made);
    Ok((written, keys))
}
