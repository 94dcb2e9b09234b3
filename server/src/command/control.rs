//! Operations of the command line: asked of the running server through its socket, or carried out
//! here when no server runs.
//!
//! One line of JSON each way, or a file and then a line ([`files`]). The socket lies in the data folder,
//! which only its owner may enter.

pub mod files;

use super::place::{Place, PlaceError, open_app};
use super::{
    addresses, archive, audit, backup, campaign, device, ending, export, layers, linkage, logout,
    moving, person, quarantine, rebuild, release, rescue, sheets, tiles, user,
};
use crate::app::App;
use crate::store::{FolderLock, LockError, StoreError};
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
    entry::<moving::Import>(),
    entry::<moving::Keep>(),
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
    entry::<logout::LogOut>(),
    entry::<user::SetPassword>(),
    entry::<user::ListPasskeys>(),
    entry::<user::RemovePasskeys>(),
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
    entry::<person::Enter>(),
    entry::<person::List>(),
    entry::<person::Readmit>(),
    entry::<rescue::Import>(),
    entry::<sheets::Take>(),
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

/// Asks the running server, or carries the operation out here.
pub fn ask<O: Operation>(place: &Place, operation: O) -> Result<O::Answer, Refusal> {
    let stream = match reach(place)? {
        Reached::Here(here) => return operation.perform(&here.1),
        Reached::There(stream) => stream,
    };
    let bytes = exchange(stream, &request(O::NAME, &operation)?).map_err(|e| broken(&e))?;
    match serde_json::from_slice(&bytes).map_err(|error| broken(&error))? {
        Answered::Done(value) => serde_json::from_value(value).map_err(|error| broken(&error)),
        Answered::Refused(refusal) => Err(refusal),
    }
}

/// Who carries an operation out.
enum Reached {
    /// This process, which holds the folder now.
    Here(Box<(FolderLock, App)>),
    /// The server that holds it.
    There(UnixStream),
}

/// Opens the folder, or connects to the server that holds it. Another command that holds the folder
/// for a moment is waited for.
fn reach(place: &Place) -> Result<Reached, Refusal> {
    let since = Instant::now();
    loop {
        match open_app(place) {
            Ok(opened) => return Ok(Reached::Here(Box::new(opened))),
            Err(PlaceError::Lock(LockError::Held { .. })) => match connect(place) {
                Ok(stream) => return Ok(Reached::There(stream)),
                Err(_) if since.elapsed() < PATIENCE => std::thread::sleep(RETRY),
                Err(error) => {
                    let reason = format!("the running server does not answer: {error}");
                    return Err(Refusal::new("server-unreachable", reason));
                }
            },
            Err(error) => return Err(error.into()),
        }
    }
}

fn connect(place: &Place) -> std::io::Result<UnixStream> {
    let socket = Reachable::new(&place.folder().control_socket())?;
    UnixStream::connect(&socket.path)
}

/// The line that asks for an operation.
fn request<T: Serialize>(name: &str, operation: &T) -> Result<Vec<u8>, Refusal> {
    let asked = |arguments| Asked {
        operation: name.to_owned(),
        arguments,
    };
    serde_json::to_value(operation)
        .and_then(|arguments| serde_json::to_vec(&asked(arguments)))
        .map_err(|error| Refusal::new("unreadable", error.to_string()))
}

fn broken(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new("server-broke-off", format!("the server broke off: {error}"))
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
    let mut bytes = Vec::new();
    if (&mut stream)
        .take(LINE_CAP_BYTES)
        .read_to_end(&mut bytes)
        .await
        .is_err()
    {
        return;
    }
    let asked = match serde_json::from_slice::<Asked>(&bytes).ok() {
        Some(asked) if files::is_known(&asked.operation) => {
            return files::answer(app, asked, stream).await;
        }
        asked => asked,
    };
    // Not the pool of the tablets: an import may take minutes.
    let answered = tokio::task::spawn_blocking(move || carry_out(&app, asked)).await;
    let answered = answered.unwrap_or_else(|_| {
        Answered::Refused(Refusal::new("internal-error", "the operation failed"))
    });
    if let Ok(line) = serde_json::to_vec(&answered) {
        // The command went away: what it asked for is done all the same.
        let _ = stream.write_all(&line).await;
    }
}

fn carry_out(app: &App, asked: Option<Asked>) -> Answered {
    let Some(asked) = asked else {
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
