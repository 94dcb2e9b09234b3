//! What coordinators order and what files bring in, as changes of documents by the server's own
//! actor.
//!
//! It must never write a table of the view, nor act twice on one command, nor half an import. The
//! console's handlers and `maraude observations import` call it.

mod briefs;
mod desk;
mod order;
mod plan;
mod retention;
mod review;
mod sheets;
mod strands;
mod teams;

pub use briefs::{BRIEF_REACH_M, is_register, register_name};
pub use desk::Desk;
pub use order::{ImportedSector, Invalid, Order, OrderDone, OrderError, OrderRequest};
pub use retention::{RetentionWrong, retention_at_creation};
pub use sheets::{
    FilledSheet, PaperSheet, SHEET_ROWS, SheetNumber, SheetRow, is_keyed_in, print_sheets,
    printed_sheets,
};

#[cfg(test)]
mod strand_tests;
#[cfg(test)]
mod tests;
