//! Oddities met while reading a document. They never stop the reading.

use serde::{Deserialize, Serialize};

/// What is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum IssueCode {
    /// A field that must be there is not.
    MissingField,
    /// A value of another type or out of its range; kept, read as absent.
    OddValue,
    /// A key of no known kind; kept, not read.
    UnknownKey,
    /// Written by a newer version; what is known of it is read.
    NewerSchema,
    /// Two tablets wrote the same field without knowing of each other; both values are kept.
    Conflict,
}

/// One oddity, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Issue {
    /// What is odd.
    pub code: IssueCode,
    /// The entry's key, `kind:id`.
    pub key: String,
    /// The field, where it is one.
    pub field: Option<String>,
    /// For a conflict: all values as text, the one that is read first.
    pub values: Vec<String>,
}
