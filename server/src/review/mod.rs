//! Doubles: observations to linkage, coordinators' decisions applied, pairs worth looking at.
//!
//! It must never write an observation or a decision: these are changes of documents, made by
//! `authoring`. The parameters linkage learnt are the one thing it keeps in the log. The console's
//! handlers and publication call it.

mod candidates;
mod estimating;
mod groups;
mod history;
mod looking;
mod parts;
mod pseudonyms;
mod queue;
mod runs;
mod snapshot;
mod state;
mod words;

pub use candidates::{Seen, candidate, traits};
pub use estimating::{Counted, Ground, Method, Outcome};
pub use groups::{Group, GroupOutline, Totals};
pub use history::{Act, ActMade, Effect, Figure, History};
pub use looking::{HELD_MS, Looked, Looking, Pair, Screen};
pub use parts::StreetPart;
pub use pseudonyms::{drop_number, number_pseudonyms};
pub use queue::{Cursor, CursorUnreadable, Page};
pub use runs::{Review, Sources};
pub use snapshot::Frozen;
pub use state::Reviewed;
pub use words::word;

#[cfg(test)]
mod tests;
