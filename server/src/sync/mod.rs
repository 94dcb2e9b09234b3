//! Drives the core's sync state machine over a campaign's log: what tablets send goes through the
//! gate into the log, what they lack comes back, and receipts are signed after the commit.
//!
//! It must never acknowledge what is not on disk, nor let a document's panic out. `http`,
//! `authoring` and `projection` call [`Engine`].

mod admission;
mod allowance;
mod answer;
mod custody;
mod documents;
mod engine;
mod exchange;
pub mod facade;
mod known;
mod memory;
mod moved;
mod pin_reset;
mod plan;
mod pool;
mod receive;
mod reissue;
mod rescue;
mod retry;
mod set_aside;
#[cfg(test)]
mod tests;
mod went_back;

pub use custody::Custody;
pub use engine::{Authored, Engine, EngineError, EngineParts, Gate};
pub use exchange::{Exchange, ExchangeError, exchange};
pub use memory::MemoryWentBack;
pub use pin_reset::{AllowResetError, RESET_HOLDS_MS};
pub use pool::{Pool, PoolError};
pub use reissue::{Erased, ReissueError};
pub use rescue::Rescued;
pub use retry::Retried;
pub use went_back::WentBack;

use maraude_core::document::{Actor, Document, DocumentKind};
use maraude_core::gate::{GateLimits, admit};
use maraude_core::model::{Closure, ClosureId, Coverage, DeviceId, Stamp};

/// A change made here passes the gate: what `/health` asks.
pub fn gate_works() -> bool {
    let device = DeviceId::from_random([1; 16]);
    let actor = Actor::new(device, [0; 8]);
    let closure = Closure {
        id: ClosureId::from_random([2; 16]),
        stamp: Stamp { device, at: 0 },
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: true,
        reopened_at: None,
    };
    let change = Document::new(actor).commit(0, |w| w.put_closure(&closure));
    let Some(change) = change else {
        return false;
    };
    let mut document = Document::new(actor);
    let changes = [change.bytes];
    let limits = GateLimits::default();
    let kind = DocumentKind::Round;
    let admission = admit(&mut document, kind, &changes, device, true, &limits);
    admission.accepted.len() == 1 && !document.is_empty()
}
