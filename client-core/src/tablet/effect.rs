//! What the tablet asks of its platform. The core does none of it itself.

use crate::model::TimestampMs;
use serde::{Deserialize, Serialize};

/// One operation on the tablet's storage.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum StorageOperation {
    /// Add bytes at a file's end; the file is made where it is missing.
    Append {
        /// File name.
        file: String,
        /// Base64.
        bytes: String,
    },
    /// Make a file hold exactly these bytes: written under another name, flushed, then renamed.
    Replace {
        /// File name.
        file: String,
        /// Base64.
        bytes: String,
    },
    /// Cut a file to a length.
    Truncate {
        /// File name.
        file: String,
        /// Bytes kept.
        length: u32,
    },
    /// Delete a file.
    Delete {
        /// File name.
        file: String,
    },
}

/// Something the platform must do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Carry the operations out in order, flush, then report `stored`; at the first failure stop,
    /// put the file back as it was and report `not_stored`.
    Store {
        /// Given back in the report.
        ticket: u32,
        /// In order.
        operations: Vec<StorageOperation>,
    },
    /// Send a request to the app's own origin and report `answered` or `unreachable`.
    Request {
        /// Given back in the report.
        ticket: u32,
        /// `GET` or `POST`.
        method: String,
        /// Absolute path.
        path: String,
        /// Content type of the body.
        content_type: String,
        /// `Authorization` header.
        authorization: Option<String>,
        /// Base64.
        body: String,
        /// Given up after this long.
        timeout_ms: u32,
    },
    /// Hand a file to the person, to be kept or passed on.
    GiveFile {
        /// File name.
        name: String,
        /// Base64.
        bytes: String,
    },
    /// Take one fix and report `fixed`.
    Locate {
        /// Given up after this long.
        budget_ms: u32,
    },
    /// Send `tick` at this time; replaces the former wish.
    Wake {
        /// Device clock.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        at: TimestampMs,
    },
    /// Let the hand feel it.
    Vibrate {
        /// Milliseconds on, off, on...
        pattern_ms: Vec<u32>,
    },
    /// Keep the screen on, or no longer.
    KeepAwake {
        /// Which.
        on: bool,
    },
}
