//! What may enter a document, on server and tablet alike (design D5).
//!
//! Cheap to dear: size, chunk type, capped inflate, operations counted from run lengths before
//! anything is decoded, actor, descent, sequence, dependencies, shape. A value is never a reason to
//! refuse. It must never let bytes reach automerge that it has not read itself. The server's writer
//! and the tablet's door call it; the server does so inside `catch_unwind`.

mod admit;
mod chain;
mod column;
pub(crate) mod inflate;
mod limits;
mod moved;
mod operation;
mod prescan;
mod refusal;
mod shape;
#[cfg(test)]
mod tests;
mod unapplied;
mod written;

pub use admit::{Admission, admit, admit_from_server, admit_under_actors};
pub(crate) use chain::{chain, unchain};
pub use limits::GateLimits;
pub use moved::{Former, Late, Successor, carry_over};
pub use prescan::{Prescan, actors_of_changes, dependencies_of, hash_of_change, prescan};
pub use refusal::Refusal;
pub use written::maps_written;
