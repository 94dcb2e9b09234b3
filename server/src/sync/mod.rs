//! Drives the core's sync state machine over a campaign's log: what tablets send goes through the
//! gate into the log, what they lack comes back, and receipts are signed after the commit.
//!
//! It must never acknowledge what is not on disk, nor let a document's panic out. `http`,
//! `authoring` and `projection` call [`Engine`].

mod documents;
mod engine;
mod pool;

pub use engine::{Authored, Custody, Engine, EngineError, EngineParts};
pub use pool::{Pool, PoolError};

use maraude_core::document::{Actor, Document};
use maraude_core::model::DeviceId;

/// A change can be written and read: the gate answers.
pub fn gate_works() -> bool {
    let device = DeviceId::from_random([0; 16]);
    let document = Document::new(Actor::new(device, [0; 8]));
    document.is_empty()
}
