//! The first reading of a change: how much it is, before anything decodes it.
//!
//! A hundred bytes may claim a million operations, so neither the size of the bytes nor what they
//! inflate to protects the reader: run lengths are summed instead.
//!
//! # Source
//! Automerge binary document format, section "Change chunks":
//! <https://automerge.org/automerge-binary-format-spec/>

use super::column::{Cursor, Malformed, Runs};
use super::inflate::{InflateError, inflate};
use super::limits::GateLimits;
use super::refusal::Refusal;
use crate::document::ChangeHash;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
const TYPE_COMPRESSED: u8 = 2;

/// Bytes that one deflated byte may come to (RFC 1951 allows 1,032).
const RATIO: usize = 1_032;

/// How much a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prescan {
    /// Operations it holds.
    pub operations: u64,
    /// Its size once inflated, bytes.
    pub inflated_bytes: usize,
}

/// Measures a change without decoding its operations.
pub fn prescan(bytes: &[u8], limits: &GateLimits) -> Result<Prescan, Refusal> {
    let body = body(bytes, limits)?;
    let scan = Scan::of(&body, limits)?;
    Ok(Prescan {
        operations: scan.operations,
        inflated_bytes: body.len(),
    })
}

/// What a change depends on directly, read without decoding its operations.
pub fn dependencies_of(bytes: &[u8], limits: &GateLimits) -> Result<Vec<ChangeHash>, Refusal> {
    let body = body(bytes, limits)?;
    read_dependencies(&mut Cursor(&body), limits)
}

/// Who the changes of one batch say wrote them, each once, read without decoding operations. Those
/// that the gate would not even inflate are not read here either.
pub fn actors_of_changes(changes: &[Vec<u8>], limits: &GateLimits) -> BTreeSet<Vec<u8>> {
    let mut inflating = Inflating::new(limits);
    let bodies = changes.iter().map_while(|bytes| inflating.body(bytes));
    let actors = bodies.filter_map(|body| actor_of(&body.ok()?, limits).ok());
    actors.collect()
}

fn actor_of(body: &[u8], limits: &GateLimits) -> Result<Vec<u8>, Refusal> {
    let mut cursor = Cursor(body);
    read_dependencies(&mut cursor, limits)?;
    Ok(cursor.prefixed()?.to_vec())
}

/// The name of a change, where the bytes are one.
pub fn hash_of_change(bytes: &[u8]) -> Option<ChangeHash> {
    let body = body(bytes, &GateLimits::default()).ok()?;
    Some(hash_of(&body))
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::Unreadable
    }
}

/// The inflated inside of a change chunk, its checksum verified.
pub(super) fn body<'a>(bytes: &'a [u8], limits: &GateLimits) -> Result<Cow<'a, [u8]>, Refusal> {
    if bytes.len() > limits.change_bytes {
        return Err(Refusal::TooLarge);
    }
    let mut cursor = Cursor(bytes);
    if cursor.take(4)? != MAGIC {
        return Err(Refusal::Unreadable);
    }
    let checksum = cursor.take(4)?;
    let chunk_type = cursor.byte()?;
    let data = cursor.prefixed()?;
    if !cursor.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let body = match chunk_type {
        TYPE_CHANGE => Cow::Borrowed(data),
        TYPE_COMPRESSED => {
            let inflated = inflate(data, limits.inflated_bytes).map_err(|error| match error {
                InflateError::Damaged => Refusal::Unreadable,
                InflateError::TooLarge => Refusal::TooLarge,
            })?;
            Cow::Owned(inflated)
        }
        _ => return Err(Refusal::NotAChange),
    };
    if body.len() > limits.inflated_bytes {
        return Err(Refusal::TooLarge);
    }
    if hash_of(&body).0[..4] != *checksum {
        return Err(Refusal::Checksum);
    }
    Ok(body)
}

/// Inflates the changes of one batch, one after the other, until they come to its cap.
pub(super) struct Inflating<'a> {
    limits: &'a GateLimits,
    inflated_bytes: usize,
}

impl<'a> Inflating<'a> {
    pub(super) fn new(limits: &'a GateLimits) -> Self {
        Self {
            limits,
            inflated_bytes: 0,
        }
    }

    /// The inside of the next change; none once the batch has come to its cap: what is left is not
    /// even inflated, it may come to a thousand times as much.
    pub(super) fn body<'b>(&mut self, bytes: &'b [u8]) -> Option<Result<Cow<'b, [u8]>, Refusal>> {
        if self.inflated_bytes > self.limits.batch_bytes {
            return None;
        }
        let body = body(bytes, self.limits);
        self.inflated_bytes += match &body {
            Ok(body) => body.len(),
            // It may have been inflated before it was found wrong.
            Err(_) if is_compressed(bytes) => self.limits.inflated_bytes.min(RATIO * bytes.len()),
            Err(_) => 0,
        };
        Some(body)
    }
}

/// A chunk that says it is deflated.
fn is_compressed(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&TYPE_COMPRESSED)
}

/// What follows the checksum in an uncompressed chunk: type, length, body.
fn framed(body: &[u8]) -> Vec<u8> {
    let mut framed = vec![TYPE_CHANGE];
    let mut length = body.len();
    while length >= 0x80 {
        framed.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    framed.push(length as u8);
    framed.extend_from_slice(body);
    framed
}

/// The name of the change with this body.
pub(super) fn hash_of(body: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(framed(body)).into())
}

/// The one uncompressed chunk with this body: what is kept and given to automerge.
pub(super) fn chunk_of(body: &[u8], hash: ChangeHash) -> Vec<u8> {
    [&MAGIC[..], &hash.0[..4], &framed(body)].concat()
}

/// A column: where it lies in the body, by its specification.
#[derive(Clone, Default)]
pub(super) struct Columns(Vec<(u32, Range<usize>)>);

impl Columns {
    pub(super) fn get<'a>(&self, body: &'a [u8], specification: u32) -> &'a [u8] {
        self.0
            .iter()
            .find(|(this, _)| *this == specification)
            .map_or(&[], |(_, range)| &body[range.clone()])
    }
}

pub(super) mod specification {
    //! Identifier and type of the columns a change may have.
    pub const OBJECT_ACTOR: u32 = 0x01;
    pub const OBJECT_COUNTER: u32 = 0x02;
    pub const KEY_ACTOR: u32 = 0x11;
    pub const KEY_COUNTER: u32 = 0x13;
    pub const KEY_TEXT: u32 = 0x15;
    pub const INSERT: u32 = 0x34;
    pub const ACTION: u32 = 0x42;
    pub const VALUE_META: u32 = 0x56;
    pub const VALUE: u32 = 0x57;
    pub const PREDECESSOR_COUNT: u32 = 0x70;
    pub const PREDECESSOR_ACTOR: u32 = 0x71;
    pub const PREDECESSOR_COUNTER: u32 = 0x73;
    pub const EXPAND: u32 = 0x94;
    pub const MARK_NAME: u32 = 0xa5;
}

const KNOWN_COLUMNS: [u32; 14] = [
    specification::OBJECT_ACTOR,
    specification::OBJECT_COUNTER,
    specification::KEY_ACTOR,
    specification::KEY_COUNTER,
    specification::KEY_TEXT,
    specification::INSERT,
    specification::ACTION,
    specification::VALUE_META,
    specification::VALUE,
    specification::PREDECESSOR_COUNT,
    specification::PREDECESSOR_ACTOR,
    specification::PREDECESSOR_COUNTER,
    specification::EXPAND,
    specification::MARK_NAME,
];

/// The header of a change and where its columns lie.
pub(super) struct Scan {
    pub(super) dependencies: Vec<ChangeHash>,
    /// The author first, then the others it names.
    pub(super) actors: Vec<Vec<u8>>,
    pub(super) sequence: u64,
    pub(super) start_operation: u64,
    pub(super) operations: u64,
    pub(super) columns: Columns,
}

impl Scan {
    pub(super) fn of(body: &[u8], limits: &GateLimits) -> Result<Self, Refusal> {
        let mut cursor = Cursor(body);
        let dependencies = read_dependencies(&mut cursor, limits)?;
        let author = cursor.prefixed()?.to_vec();
        let sequence = cursor.unsigned()?;
        let start_operation = cursor.unsigned()?;
        cursor.signed()?;
        if std::str::from_utf8(cursor.prefixed()?)
            .map_err(|_| Malformed)?
            .len()
            > limits.message_bytes
        {
            return Err(Refusal::TooLong);
        }
        let others = capped(cursor.unsigned()?, limits.actors)?;
        let mut actors = vec![author];
        for _ in 0..others {
            actors.push(cursor.prefixed()?.to_vec());
        }
        let columns = read_columns(&mut cursor, body.len())?;
        if !cursor.is_empty() {
            // Nothing of ours follows the columns. Automerge reads an author there, and panics at
            // one on any but an actor's first change.
            return Err(Refusal::Shape);
        }
        let action = columns.get(body, specification::ACTION);
        let operations = Runs::<u64>::new(action).count(limits.operations)?;
        let count = columns.get(body, specification::PREDECESSOR_COUNT);
        capped(operations, limits.operations)?;
        capped(
            Runs::<u64>::new(count).sum(limits.predecessors)?,
            limits.predecessors,
        )?;
        Ok(Self {
            dependencies,
            actors,
            sequence,
            start_operation,
            operations,
            columns,
        })
    }
}

fn capped(number: u64, cap: u64) -> Result<u64, Refusal> {
    if number > cap {
        return Err(Refusal::TooManyOperations);
    }
    Ok(number)
}

/// In strictly ascending order, as automerge writes them.
fn read_dependencies(
    cursor: &mut Cursor<'_>,
    limits: &GateLimits,
) -> Result<Vec<ChangeHash>, Refusal> {
    let number = capped(cursor.unsigned()?, limits.dependencies)?;
    let mut dependencies = Vec::new();
    for _ in 0..number {
        let mut hash = [0; 32];
        hash.copy_from_slice(cursor.take(32)?);
        dependencies.push(ChangeHash(hash));
    }
    if !dependencies.is_sorted_by(|one, next| one < next) {
        return Err(Refusal::Unreadable);
    }
    Ok(dependencies)
}

/// Specifications and lengths, then the data; known columns only, each once, in order.
fn read_columns(cursor: &mut Cursor<'_>, body_bytes: usize) -> Result<Columns, Refusal> {
    let number = cursor.unsigned()?;
    if number > KNOWN_COLUMNS.len() as u64 {
        return Err(Refusal::Shape);
    }
    let mut specified = Vec::new();
    for _ in 0..number {
        let specification = u32::try_from(cursor.unsigned()?).map_err(|_| Malformed)?;
        let length = usize::try_from(cursor.unsigned()?).map_err(|_| Malformed)?;
        if !KNOWN_COLUMNS.contains(&specification) {
            return Err(Refusal::Shape);
        }
        specified.push((specification, length));
    }
    if !specified.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(Refusal::Unreadable);
    }
    let mut columns = Columns::default();
    for (specification, length) in specified {
        let from = body_bytes - cursor.0.len();
        cursor.take(length)?;
        columns.0.push((specification, from..from + length));
    }
    Ok(columns)
}
