//! Doubles: observations to linkage, coordinators' decisions applied, pairs worth looking at.
//!
//! It must never write anything: a decision is a change of the review document, made by
//! `authoring`. The console's handlers and publication call it.

mod candidates;
mod groups;
mod history;
mod looking;
mod parts;
mod state;
mod words;

pub use candidates::{Seen, candidate, traits};
pub use groups::{Group, GroupOutline, Totals};
pub use history::{Act, ActMade, Effect, Figure, History};
pub use looking::{HELD_MS, Looked, Looking, Pair, Screen};
pub use parts::StreetPart;
pub use state::{Review, Reviewed};
pub use words::word;

#[cfg(test)]
mod tests;
