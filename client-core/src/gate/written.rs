//! Which entries a change wrote to, read from two of its columns.
//!
//! Decoding every change of a long document to know that takes longer than reading the document.

use super::column::Runs;
use super::limits::GateLimits;
use super::prescan::{Scan, body, specification};
use super::refusal::Refusal;
use std::collections::BTreeSet;

/// The maps that a change wrote to, each by the operation that made it: its counter and its actor's
/// bytes. One of them is the map of all entries where the change made an entry.
///
/// # Errors
/// The bytes are no change within the limits.
pub fn maps_written(
    bytes: &[u8],
    limits: &GateLimits,
) -> Result<BTreeSet<(u64, Vec<u8>)>, Refusal> {
    let body = body(bytes, limits)?;
    let scan = Scan::of(&body, limits)?;
    let column = |specification| scan.columns.get(&body, specification);
    let mut actors = Runs::<u64>::new(column(specification::OBJECT_ACTOR));
    let mut counters = Runs::<u64>::new(column(specification::OBJECT_COUNTER));
    let mut written = BTreeSet::new();
    let mut last = None;
    for _ in 0..scan.operations {
        let map = (counters.next()?, actors.next()?);
        if last == Some(map) {
            continue;
        }
        last = Some(map);
        if let (Some(counter), Some(actor)) = map {
            let actor = usize::try_from(actor).ok();
            let actor = actor.and_then(|actor| scan.actors.get(actor));
            written.insert((counter, actor.ok_or(Refusal::Unreadable)?.clone()));
        }
    }
    Ok(written)
}
