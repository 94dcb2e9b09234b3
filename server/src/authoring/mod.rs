//! What coordinators order and what files bring in, as changes of documents by the server's own
//! actor.
//!
//! It must never write a table of the view, nor act twice on one command, nor half an import. The
//! console's handlers and `maraude sheets import` call it.

mod briefs;
mod desk;
mod order;
mod plan;
mod retention;
mod review;
mod sheet_cells;
mod sheet_columns;
mod sheet_fault;
mod sheet_file;
mod sheet_row;
mod sheet_template;
mod sheets;
mod strands;
mod table_file;
mod teams;

pub use briefs::{BRIEF_REACH_M, is_register, register_name};
pub use desk::Desk;
pub use order::{ImportedSector, Invalid, Order, OrderDone, OrderError, OrderRequest};
pub use retention::{RetentionWrong, retention_at_creation};
pub use sheet_columns::SheetColumn;
pub use sheet_fault::{FaultCode, SheetFault};
pub use sheet_file::{
    SHEET_FILE_BYTES, SHEETS_IMPORTED, SheetFile, read_sheet_file, sheets_in_words,
};
pub use sheet_row::SheetRow;
pub use sheet_template::{sheet_schema, sheet_template};
pub use sheets::{
    FilledSheet, PaperSheet, SHEET_ROWS, SheetNumber, is_keyed_in, print_sheets, printed_sheets,
};
pub use table_file::separator_of;

#[cfg(test)]
mod sheet_file_tests;
#[cfg(test)]
mod strand_tests;
#[cfg(test)]
mod tests;
