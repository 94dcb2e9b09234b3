//! Documents: the model written to and read from automerge (design D2).
//!
//! With `gate` and `sync`, the only module that names automerge. Reading never fails for the
//! content: it gives the value and its issues. It must never read a clock or draw an identifier.
//! The tablet, the gate and the server call it.

mod copies;
mod entry;
mod fields;
mod hash;
mod history;
mod index;
mod name;
mod observation;
mod plan;
mod read;
mod replica;
mod review;
mod round;
mod schema;
mod seen;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use copies::EntryCopy;
pub use hash::{Actor, ChangeHash, RawChange};
pub use history::Version;
pub use index::ChangeFacts;
pub use name::{DocumentKind, DocumentName, document_id};
pub use plan::boundary_fits;
pub use read::{Brief, Plan, Review, read_brief, read_plan, read_review, read_round};
pub use replica::{ApplyError, Document, GENESIS, GENESIS_HASH, LoadError};
pub use schema::{
    KEY_CAP_BYTES, NAME_CAP_BYTES, READ_MARKS_PER_CHANGE, SCHEMA_VERSION, STREET_KEY_CAP_BYTES,
    creation_fields, key_is_well_formed, stamp_field, value_cap_bytes,
};
pub use text::stamp_device;
pub use write::Writer;

pub(crate) use copies::{MadeBy, set_issue};
pub(crate) use fields::Fields;

#[cfg(test)]
pub(crate) use tests::sample;
