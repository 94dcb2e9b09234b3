//! Writing to storage, one ticket at a time, and never believing it before it is done.
//!
//! Everything kept is in [`State`]. A job works on a copy of it and on a list of operations; the
//! copy becomes the state only once the platform reports that the operations are on disk.

use super::device::{DEVICE_FILE, DeviceFile};
use super::effect::StorageOperation;
use super::encoding::to_base64;
use super::job::After;
use super::outbox::{Line, OUTBOX_FILE, Outbox};
use super::session::Session;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One operation on storage.
#[derive(Clone)]
pub(super) enum Operation {
    Append(String, Vec<u8>),
    Replace(String, Vec<u8>),
    Truncate(String, u32),
    Delete(String),
}

impl Operation {
    pub fn to_effect(&self) -> StorageOperation {
        match self.clone() {
            Self::Append(file, bytes) => StorageOperation::Append {
                file,
                bytes: to_base64(&bytes),
            },
            Self::Replace(file, bytes) => StorageOperation::Replace {
                file,
                bytes: to_base64(&bytes),
            },
            Self::Truncate(file, length) => StorageOperation::Truncate { file, length },
            Self::Delete(file) => StorageOperation::Delete { file },
        }
    }
}

/// What the files hold, as far as the platform reported.
#[derive(Default)]
pub(super) struct Disk(BTreeMap<String, Vec<u8>>);

impl Disk {
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self(files.into_iter().collect())
    }

    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    pub fn carry_out(&mut self, operations: Vec<Operation>) {
        for operation in operations {
            match operation {
                Operation::Append(file, bytes) => self.0.entry(file).or_default().extend(bytes),
                Operation::Replace(file, bytes) => {
                    self.0.insert(file, bytes);
                }
                Operation::Truncate(file, length) => {
                    if let Some(bytes) = self.0.get_mut(&file) {
                        bytes.truncate(length as usize);
                    }
                }
                Operation::Delete(file) => {
                    self.0.remove(&file);
                }
            }
        }
    }
}

/// Everything kept on the tablet, as the core reads it. Copies share what they do not change.
#[derive(Clone)]
pub(super) struct State {
    pub device: Arc<DeviceFile>,
    pub outbox: Arc<Outbox>,
    /// The open vault; none while locked.
    pub session: Option<Arc<Session>>,
}

/// A job's work, waiting for the platform.
pub(super) struct Staged {
    pub state: State,
    pub operations: Vec<Operation>,
    pub after: After,
}

impl Staged {
    pub fn new(state: State, after: After) -> Self {
        Self {
            state,
            operations: Vec::new(),
            after,
        }
    }

    /// Changes the clear file.
    pub fn write_device(&mut self, change: impl FnOnce(&mut DeviceFile)) {
        let device = Arc::make_mut(&mut self.state.device);
        change(device);
        let bytes = device.to_bytes();
        self.operations
            .push(Operation::Replace(DEVICE_FILE.to_owned(), bytes));
    }

    /// Adds lines to the outbox, or rewrites it when it has grown long.
    pub fn write_outbox(&mut self, lines: impl IntoIterator<Item = Line>) {
        let outbox = Arc::make_mut(&mut self.state.outbox);
        let bytes: Vec<u8> = lines
            .into_iter()
            .flat_map(|line| outbox.note(line))
            .collect();
        if bytes.is_empty() {
            return;
        }
        let operation = if outbox.wants_compaction() {
            Operation::Replace(OUTBOX_FILE.to_owned(), outbox.rewrite())
        } else {
            Operation::Append(OUTBOX_FILE.to_owned(), bytes)
        };
        self.operations.push(operation);
    }

    /// The open vault's copy, to be changed.
    pub fn session(&mut self) -> Option<&mut Session> {
        self.state.session.as_mut().map(Arc::make_mut)
    }
}
