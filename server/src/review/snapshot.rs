//! The dated parameters of linkage, and the names its clusters had: what the campaign's log keeps, so that
//! a restart, a screen and a release tell the same figure.
//!
//! It must never keep a word that only a few people were described with: `maraude_linkage`'s
//! frequencies leave those out, and the log seals the rest with a key of its own.

use crate::store::{LinkageSnapshot, Log, LogPosition, StoreError};
use maraude_core::model::TimestampMs;
use maraude_linkage::{Aliases, Live, Parameters, Training};
use serde::{Deserialize, Serialize};

/// A snapshot of another shape is set aside, and the campaign learns anew.
const SHAPE: u32 = 2;

/// Under which the log keeps names that are no more.
const ALIASES: &str = "linkage-aliases";

/// When and from how much the parameters in force were learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen {
    /// Server clock.
    pub at: TimestampMs,
    /// The position of the log they were learnt at.
    pub from: LogPosition,
    /// Observations they were learnt from.
    pub observations: u32,
}

#[derive(Serialize, Deserialize)]
struct Body {
    shape: u32,
    observations: u32,
    training: Training,
    parameters: Parameters,
}

/// Parameters as they were frozen.
pub(super) struct Kept {
    pub frozen: Frozen,
    pub training: Training,
    pub parameters: Parameters,
}

/// The snapshot in force; none where there is none, or none that can be read: then the campaign learns.
pub(super) fn in_force(log: &dyn Log) -> Option<Kept> {
    let stored = match log.linkage() {
        Ok(stored) => stored?,
        Err(error) => {
            tracing::warn!(%error, "the snapshot of linkage cannot be read: it is learnt anew");
            return None;
        }
    };
    let body: Body = ciborium::from_reader(stored.body.as_slice())
        .inspect_err(|error| tracing::warn!(%error, "the snapshot of linkage is learnt anew"))
        .ok()?;
    (body.shape == SHAPE).then_some(Kept {
        frozen: Frozen {
            at: stored.at,
            from: stored.from,
            observations: body.observations,
        },
        training: body.training,
        parameters: body.parameters,
    })
}

/// Keeps what a run has learnt. A log that cannot be written keeps nobody from seeing the figure: it
/// is said, and tried again at the next run that learns.
pub(super) fn freeze(log: &dyn Log, live: &Live, from: LogPosition, at: TimestampMs) -> Frozen {
    let frozen = Frozen {
        at,
        from,
        observations: live.len() as u32,
    };
    let body = Body {
        shape: SHAPE,
        observations: frozen.observations,
        training: live.training(),
        parameters: live.snapshot().clone(),
    };
    let stored = written(&body).map(|body| log.put_linkage(&LinkageSnapshot { from, at, body }));
    if let Some(Err(error)) = stored {
        tracing::warn!(%error, "the snapshot of linkage is not kept");
    }
    frozen
}

/// Names that are no more, as they were kept.
pub(super) fn aliases(log: &dyn Log) -> Aliases {
    let kept: Result<Option<Vec<u8>>, StoreError> = log.meta(ALIASES);
    let kept = kept.inspect_err(|error| tracing::warn!(%error, "names of clusters are lost"));
    let read = |bytes: Vec<u8>| ciborium::from_reader(bytes.as_slice()).ok();
    kept.ok().flatten().and_then(read).unwrap_or_default()
}

/// Keeps them.
pub(super) fn keep_aliases(log: &dyn Log, aliases: &Aliases) {
    let kept = written(aliases).map(|bytes| log.set_meta(ALIASES, &bytes));
    if let Some(Err(error)) = kept {
        tracing::warn!(%error, "names of clusters are not kept");
    }
}

fn written(of: &impl Serialize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(of, &mut bytes).ok()?;
    Some(bytes)
}
