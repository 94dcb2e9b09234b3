//! Doubles: observations to linkage, coordinators' decisions applied, pairs worth looking at.
//!
//! It must never write anything: a decision is a change of the review document, made by
//! `authoring`. The console's handlers and publication call it.

mod candidates;

pub use candidates::{Seen, candidate, traits};
