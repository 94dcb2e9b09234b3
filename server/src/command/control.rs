//! Operations of the command line: asked of the running server through its socket, or carried out
//! here when no server runs.
//!
//! One line of JSON each way. The socket lies in the data folder, which only its owner may enter.

use super::place::{Place, PlaceError, open_app};
use super::{
    addresses, archive, audit, backup, campaign, device, ending, export, layers, linkage, person,
    quarantine, rebuild, release, rescue, tiles, user,
};
use crate::app::App;
use crate::store::{LockError, StoreError};
use crate::sync::EngineError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

/// Largest line, bytes: imports pass through it.
const LINE_CAP_BYTES: u64 = 256 * 1024 * 1024;

/// Code of a server that does not answer: nothing was asked of it.
const UNREACHABLE: &str = "server-unreachable";

/// How long whoever holds the folder is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is asked meanwhile.
const RETRY: Duration = Duration::from_millis(100);

/// Longest path a socket may have, bytes (`sun_path`, with room for the end).
const SOCKET_PATH_BYTES: usize = 100;

/// Something a command asks of the stores.
pub trait Operation: Serialize + DeserializeOwned {
    /// Its name on the socket.
    const NAME: &'static str;
    /// What it gives.
    type Answer: Serialize + DeserializeOwned;

    /// Carries it out. Blocks.
    fn perform(self, app: &App) -> Result<Self::Answer, Refusal>;
}

/// Why an operation was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// Stable kebab-case code.
    pub code: String,
    /// One sentence.
    pub reason: String,
}

impl Refusal {
    /// With a stable code and a sentence.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            reason: reason.into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::new("storage", error.to_string())
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self::new("engine", error.to_string())
    }
}

impl From<PlaceError> for Refusal {
    fn from(error: PlaceError) -> Self {
        Self::new("data-folder", error.to_string())
    }
}

#[derive(Serialize, Deserialize)]
struct Asked {
    operation: String,
    arguments: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answered {
    Done(Value),
    Refused(Refusal),
}

type Perform = fn(&App, Value) -> Result<Value, Refusal>;

/// Every operation the socket knows.
const TABLE: &[(&str, Perform)] = &[
    entry::<campaign::Create>(),
    entry::<campaign::List>(),
    entry::<campaign::Lock>(),
    entry::<ending::Purge>(),
    entry::<ending::Forget>(),
    entry::<ending::Coarsen>(),
    entry::<ending::Tables>(),
    entry::<ending::Hold>(),
    entry::<ending::Certified>(),
    entry::<audit::Verify>(),
    entry::<audit::List>(),
    entry::<user::Add>(),
    entry::<user::List>(),
    entry::<user::ChangeRole>(),
    entry::<user::Close>(),
    entry::<user::SetPassword>(),
    entry::<user::Draw>(),
    entry::<user::Keep>(),
    entry::<device::Enrol>(),
    entry::<device::Revoke>(),
    entry::<device::List>(),
    entry::<quarantine::List>(),
    entry::<quarantine::Fetch>(),
    entry::<quarantine::Retry>(),
    entry::<quarantine::Settle>(),
    entry::<person::Find>(),
    entry::<person::Erase>(),
    entry::<rescue::Import>(),
    entry::<release::Build>(),
    entry::<release::Everything>(),
    entry::<release::List>(),
    entry::<release::Set>(),
    entry::<release::SetOpen>(),
    entry::<archive::Leave>(),
    entry::<archive::Close>(),
    entry::<export::Write>(),
    entry::<linkage::Refresh>(),
    entry::<layers::Keep>(),
    entry::<layers::List>(),
    entry::<tiles::Keep>(),
    entry::<tiles::Remove>(),
    entry::<tiles::Show>(),
    entry::<addresses::Arrived>(),
    entry::<rebuild::Rebuild>(),
    entry::<crate::maintenance::BackupOrder>(),
    entry::<backup::VerifyData>(),
];

const fn entry<O: Operation>() -> (&'static str, Perform) {
    (O::NAME, perform::<O>)
}

fn perform<O: Operation>(app: &App, arguments: Value) -> Result<Value, Refusal> {
    let unreadable = |error: serde_json::Error| Refusal::new("unreadable", error.to_string());
    let operation: O = serde_json::from_value(arguments).map_err(unreadable)?;
    let answer = operation.perform(app)?;
    serde_json::to_value(answer).map_err(unreadable)
}

/// Asks the running server, or carries the operation out here. Another command that holds the
/// folder for a moment is waited for.
pub fn ask<O: Operation>(place: &Place, operation: O) -> Result<O::Answer, Refusal> {
    let since = Instant::now();
    loop {
        match open_app(place) {
            Ok((_lock, app)) => return operation.perform(&app),
            Err(PlaceError::Lock(LockError::Held { .. })) => match ask_server(place, &operation) {
                Err(refusal) if refusal.code == UNREACHABLE && since.elapsed() < PATIENCE => {
                    std::thread::sleep(RETRY);
                }
                answered => return answered,
            },
            Err(error) => return Err(error.into()),
        }
    }
}

fn ask_server<O: Operation>(place: &Place, operation: &O) -> Result<O::Answer, Refusal> {
    let failed = |error: &dyn std::fmt::Display| {
        Refusal::new(
            UNREACHABLE,
            format!("the running server does not answer: {error}"),
        )
    };
    let arguments = serde_json::to_value(operation).map_err(|error| failed(&error))?;
    let asked = Asked {
        operation: O::NAME.to_owned(),
        arguments,
    };
    let line = serde_json::to_vec(&asked).map_err(|error| failed(&error))?;
    let socket = Reachable::new(&place.folder().control_socket()).map_err(|e| failed(&e))?;
    let stream = UnixStream::connect(&socket.path).map_err(|error| failed(&error))?;
    let broken = |error: &dyn std::fmt::Display| {
        Refusal::new("server-broke-off", format!("the server broke off: {error}"))
    };
    let bytes = exchange(stream, &line).map_err(|error| broken(&error))?;
    match serde_json::from_slice(&bytes).map_err(|error| broken(&error))? {
        Answered::Done(value) => serde_json::from_value(value).map_err(|error| broken(&error)),
        Answered::Refused(refusal) => Err(refusal),
    }
}

fn exchange(mut stream: UnixStream, line: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(line)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut bytes = Vec::new();
    stream.take(LINE_CAP_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A socket's path, short enough for the system: long folders are named by their descriptor.
struct Reachable {
    path: PathBuf,
    _folder: Option<std::fs::File>,
}

impl Reachable {
    fn new(socket: &Path) -> std::io::Result<Self> {
        let (Some(parent), Some(name)) = (socket.parent(), socket.file_name()) else {
            return Err(std::io::ErrorKind::InvalidInput.into());
        };
        if socket.as_os_str().len() <= SOCKET_PATH_BYTES {
            return Ok(Self {
                path: socket.to_path_buf(),
                _folder: None,
            });
        }
        let folder = std::fs::File::open(parent)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name);
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }
}

/// Answers commands until the task is dropped. The caller holds the folder's lock.
pub fn listen(app: App) -> std::io::Result<impl Future<Output = ()> + Send> {
    let socket = app.folder().control_socket();
    match std::fs::remove_file(&socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let reachable = Reachable::new(&socket)?;
    let listener = UnixListener::bind(&reachable.path)?;
    Ok(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            tokio::spawn(answer(app.clone(), stream));
        }
    })
}

async fn answer(app: App, mut stream: tokio::net::UnixStream) {
    let (reader, mut writer) = stream.split();
    let mut bytes = Vec::new();
    if reader
        .take(LINE_CAP_BYTES)
        .read_to_end(&mut bytes)
        .await
        .is_err()
    {
        return;
    }
    // Not the pool of the tablets: an import may take minutes.
    let answered = tokio::task::spawn_blocking(move || carry_out(&app, &bytes)).await;
    let answered = answered.unwrap_or_else(|_| {
        Answered::Refused(Refusal::new("internal-error", "the operation failed"))
    });
    if let Ok(line) = serde_json::to_vec(&answered) {
        // The command went away: what it asked for is done all the same.
        let _ = writer.write_all(&line).await;
    }
}

fn carry_out(app: &App, bytes: &[u8]) -> Answered {
    let Ok(asked) = serde_json::from_slice::<Asked>(bytes) else {
        return Answered::Refused(Refusal::new("unreadable", "the request does not read"));
    };
    let known = TABLE.iter().find(|(name, _)| *name == asked.operation);
    let Some((_, perform)) = known else {
        let reason = "the running server is of another version: stop it first";
        return Answered::Refused(Refusal::new("operation-unknown", reason));
    };
    match perform(app, asked.arguments) {
        Ok(value) => Answered::Done(value),
        Err(refusal) => Answered::Refused(refusal),
    }
}
