//! The operations of a change, decoded strictly: every column to its last byte.
//!
//! Only what entries need is let through: a map made, a field set to a scalar.

use super::column::{Cursor, Deltas, Malformed, Runs, any_true};
use super::prescan::{Scan, specification};
use super::refusal::Refusal;

/// Counter and index of the actor in [`Scan::actors`].
pub(super) type OperationId = (u64, usize);

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act<'a> {
    /// Makes a map under a key.
    MakeMap,
    /// Sets a key to a scalar.
    Put(Scalar<'a>),
}

/// A scalar as the gate needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar<'a> {
    /// A text.
    Text(&'a str),
    /// Anything else, of this many bytes.
    Other(usize),
}

impl Scalar<'_> {
    pub(super) fn size_bytes(self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Other(size_bytes) => size_bytes,
        }
    }
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation<'a> {
    /// The map it writes to; none is the root.
    pub(super) object: Option<OperationId>,
    /// The key it writes.
    pub(super) key: &'a str,
    pub(super) act: Act<'a>,
    /// What it overwrites.
    pub(super) predecessors: Vec<OperationId>,
}

const ACTION_MAKE_MAP: u64 = 0;
const ACTION_SET: u64 = 1;

/// Decodes all operations of a scanned change.
pub(super) fn operations<'a>(scan: &Scan, body: &'a [u8]) -> Result<Vec<Operation<'a>>, Refusal> {
    let column = |specification| scan.columns.get(body, specification);
    let never = [
        any_true(column(specification::INSERT))?,
        any_true(column(specification::EXPAND))?,
        !column(specification::KEY_ACTOR).is_empty(),
        !column(specification::KEY_COUNTER).is_empty(),
        !column(specification::MARK_NAME).is_empty(),
    ];
    if never.contains(&true) {
        return Err(Refusal::Shape);
    }
    let mut decoder = Decoder {
        actors: scan.actors.len(),
        object_actor: Runs::new(column(specification::OBJECT_ACTOR)),
        object_counter: Runs::new(column(specification::OBJECT_COUNTER)),
        key: Runs::new(column(specification::KEY_TEXT)),
        action: Runs::new(column(specification::ACTION)),
        meta: Runs::new(column(specification::VALUE_META)),
        value: Cursor(column(specification::VALUE)),
        predecessor_count: Runs::new(column(specification::PREDECESSOR_COUNT)),
        predecessor_actor: Runs::new(column(specification::PREDECESSOR_ACTOR)),
        predecessor_counter: Deltas::new(column(specification::PREDECESSOR_COUNTER)),
    };
    let mut operations = Vec::new();
    for _ in 0..scan.operations {
        operations.push(decoder.next()?);
    }
    decoder.finish()?;
    Ok(operations)
}

struct Decoder<'a> {
    actors: usize,
    object_actor: Runs<'a, u64>,
    object_counter: Runs<'a, u64>,
    key: Runs<'a, &'a str>,
    action: Runs<'a, u64>,
    meta: Runs<'a, u64>,
    value: Cursor<'a>,
    predecessor_count: Runs<'a, u64>,
    predecessor_actor: Runs<'a, u64>,
    predecessor_counter: Deltas<'a>,
}

impl<'a> Decoder<'a> {
    fn next(&mut self) -> Result<Operation<'a>, Refusal> {
        let object = match (self.object_actor.next()?, self.object_counter.next()?) {
            (None, None) => None,
            (Some(actor), Some(counter)) => Some((counter, self.actor(actor)?)),
            _ => return Err(Refusal::Unreadable),
        };
        let key = self.key.next()?.ok_or(Refusal::Shape)?;
        let meta = self.meta.next()?.ok_or(Malformed)?;
        let length = usize::try_from(meta >> 4).map_err(|_| Malformed)?;
        let scalar = scalar(meta & 0x0f, self.value.take(length)?)?;
        let act = match self.action.next()?.ok_or(Malformed)? {
            ACTION_MAKE_MAP if meta == 0 => Act::MakeMap,
            ACTION_SET => Act::Put(scalar),
            _ => return Err(Refusal::Shape),
        };
        let mut predecessors = Vec::new();
        for _ in 0..self.predecessor_count.next()?.ok_or(Malformed)? {
            let actor = self.predecessor_actor.next()?.ok_or(Malformed)?;
            let counter = self.predecessor_counter.next()?.ok_or(Malformed)?;
            let counter = u64::try_from(counter).map_err(|_| Malformed)?;
            predecessors.push((counter, self.actor(actor)?));
        }
        Ok(Operation {
            object,
            key,
            act,
            predecessors,
        })
    }

    fn actor(&self, index: u64) -> Result<usize, Malformed> {
        usize::try_from(index)
            .ok()
            .filter(|index| *index < self.actors)
            .ok_or(Malformed)
    }

    fn finish(self) -> Result<(), Malformed> {
        self.object_actor.finish()?;
        self.object_counter.finish()?;
        self.key.finish()?;
        self.action.finish()?;
        self.meta.finish()?;
        self.predecessor_count.finish()?;
        self.predecessor_actor.finish()?;
        self.predecessor_counter.finish()?;
        self.value.is_empty().then_some(()).ok_or(Malformed)
    }
}

/// A scalar by its type code; counters and types unknown today are not let through.
fn scalar(code: u64, bytes: &[u8]) -> Result<Scalar<'_>, Refusal> {
    let mut cursor = Cursor(bytes);
    match code {
        0..=2 => {}
        3 => {
            cursor.unsigned()?;
        }
        4 | 9 => {
            cursor.signed()?;
        }
        5 => {
            cursor.take(8)?;
        }
        6 => {
            let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
            return Ok(Scalar::Text(text));
        }
        7 => return Ok(Scalar::Other(bytes.len())),
        _ => return Err(Refusal::Shape),
    }
    if cursor.is_empty() {
        Ok(Scalar::Other(bytes.len()))
    } else {
        Err(Refusal::Unreadable)
    }
}
