//! The `/sync` façade: clients of automerge-repo, through the same gate and log as tablets.
//!
//! One [`Facade`] per connection, told what came and giving what to say. What a client brings is
//! answered only once it is on disk. It must never let a sync message near automerge: changes pass
//! the gate as bytes, and everything else is read here with bounds. `http` drives it.

mod bloom;
mod codec;
mod followed;
mod frame;
mod named;

pub use frame::{document_text, farewell};
pub use named::Named;

use super::admission::{Admitted, Item, ItemOutcome, Setting};
use super::allowance::QUARANTINE_FULL;
use super::{Engine, EngineError, Pool, PoolError};
use crate::store::{BatchRefusal, CommitError, StoreError, StoredDevice};
use codec::SyncMessage;
use followed::Followed;
use frame::{Frame, Speaker, document_of};
use maraude_core::model::{DeviceId, DocumentId};
use std::collections::HashMap;
use std::sync::Arc;

/// Largest message that is read, bytes.
pub const MESSAGE_CAP_BYTES: usize = 1024 * 1024;

/// Documents one connection may follow.
const FOLLOWED_CAP: usize = 1_024;

/// Bytes one connection may make the server remember of what it told, over all its documents: sixty
/// with the largest filters, a thousand with those of honest rounds.
const HELD_CAP_BYTES: usize = 4 * 1024 * 1024;

/// Refusals told one by one after a message.
const TOLD_CAP: usize = 16;

/// Why a connection ends. Nothing that was acknowledged is lost; the client comes back.
#[derive(Debug, thiserror::Error)]
pub enum FacadeError {
    /// What the client says does not read, or comes out of turn.
    #[error("the message does not read")]
    Malformed,
    /// It speaks another version of the protocol.
    #[error("another version of the protocol")]
    Version,
    /// It follows too many documents, or tells too much of those it follows.
    #[error("too many documents on one connection")]
    TooMany,
    /// The tablet was revoked.
    #[error("the tablet was revoked")]
    Revoked,
    /// The pool is full, or the work panicked.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for FacadeError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl FacadeError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "request-malformed",
            Self::Version => "protocol-unknown",
            Self::TooMany => "too-many-documents",
            Self::Revoked => "device-revoked",
            Self::Pool(PoolError::Busy) | Self::Engine(EngineError::Commit(CommitError::Busy)) => {
                "busy"
            }
            Self::Engine(EngineError::Commit(CommitError::Full)) => "disk-full",
            Self::Pool(PoolError::Panicked) | Self::Engine(_) => "broken",
        }
    }

    /// It is the server's trouble: the same may succeed later.
    pub fn is_of_the_server(&self) -> bool {
        matches!(self, Self::Pool(_) | Self::Engine(_))
    }
}

/// One client's connection.
pub struct Facade {
    engine: Arc<Engine>,
    pool: Pool,
    device: DeviceId,
    own: String,
    speaker: Option<Speaker>,
    followed: HashMap<DocumentId, Followed>,
}

impl Facade {
    /// For a tablet with a session; `own` is this server's name among peers.
    pub fn new(engine: Arc<Engine>, pool: Pool, device: DeviceId, own: String) -> Self {
        Self {
            engine,
            pool,
            device,
            own,
            speaker: None,
            followed: HashMap::new(),
        }
    }

    /// The client has said its name.
    pub fn is_joined(&self) -> bool {
        self.speaker.is_some()
    }

    /// Takes a message in and gives what is said to it. What it brought is on disk by then.
    pub async fn receive(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, FacadeError> {
        let frame = Frame::read(bytes).map_err(|_| FacadeError::Malformed)?;
        match (frame, self.speaker.clone()) {
            (Frame::Join { speaks: false, .. }, None) => Err(FacadeError::Version),
            (Frame::Join { sender, .. }, None) => {
                let speaker = Speaker {
                    own: self.own.clone(),
                    other: sender,
                };
                let welcome = speaker.welcome();
                self.speaker = Some(speaker);
                Ok(vec![welcome])
            }
            (Frame::Sync { document, data }, Some(speaker)) => {
                self.sync(&speaker, &document, data).await
            }
            (Frame::Leave | Frame::Other, Some(_)) => Ok(Vec::new()),
            (_, _) => Err(FacadeError::Malformed),
        }
    }

    /// Which of these documents the client follows, or all that it does: each is told by itself.
    pub fn followed(&self, documents: Option<&[DocumentId]>) -> Vec<DocumentId> {
        let followed = self.followed.keys().copied();
        followed
            .filter(|id| documents.is_none_or(|documents| documents.contains(id)))
            .collect()
    }

    /// Tells what a document gained, where the client follows it and has not heard.
    pub async fn tell(&mut self, document: DocumentId) -> Result<Option<Vec<u8>>, FacadeError> {
        let Some(speaker) = self.speaker.clone() else {
            return Ok(None);
        };
        let Some(followed) = self.followed.remove(&document) else {
            return Ok(None);
        };
        let text = document_text(document);
        self.speak(&speaker, &text, document, followed).await
    }

    async fn sync(
        &mut self,
        speaker: &Speaker,
        text: &str,
        data: Vec<u8>,
    ) -> Result<Vec<Vec<u8>>, FacadeError> {
        let message = SyncMessage::read(&data).map_err(|_| FacadeError::Malformed)?;
        // What is no name of a document is answered like a document that is not there.
        let document = document_of(text).unwrap_or(DocumentId::from_bytes([0; 16]));
        let others = self.followed.iter().filter(|(id, _)| **id != document);
        let (others, held_bytes) = others.fold((0, 0), |(others, bytes), (_, followed)| {
            (others + 1, bytes + followed.held_bytes())
        });
        if others >= FOLLOWED_CAP || held_bytes + message.told_bytes() > HELD_CAP_BYTES {
            return Err(FacadeError::TooMany);
        }
        let followed = self.followed.remove(&document);
        let (engine, device) = (self.engine.clone(), self.device);
        let heard = self
            .pool
            .run(move || hear(&engine, device, document, followed, message))
            .await??;
        let Some((mut followed, admitted)) = heard else {
            return Ok(vec![speaker.unavailable(text)]);
        };
        if !on_disk(admitted.submitted).await? {
            return Ok(vec![speaker.unavailable(text)]);
        }
        let mut said = Vec::new();
        for outcome in &admitted.outcomes {
            if outcome.full {
                // Not kept, so not settled: what was refused may come again, and the rest is told.
                said.push(speaker.error(text, QUARANTINE_FULL));
                continue;
            }
            followed.note(outcome);
            said.extend(refusals(speaker, text, outcome));
        }
        said.extend(self.speak(speaker, text, document, followed).await?);
        Ok(said)
    }

    /// Says what there is to say of a document as it is on disk, if it is still named.
    async fn speak(
        &mut self,
        speaker: &Speaker,
        text: &str,
        document: DocumentId,
        followed: Followed,
    ) -> Result<Option<Vec<u8>>, FacadeError> {
        let (engine, device) = (self.engine.clone(), self.device);
        let spoken = self
            .pool
            .run(move || {
                let device = enrolled(&engine, device)?;
                if engine.named(&device, document)?.is_none() {
                    return Ok(None);
                }
                // What is read may turn out not to be on disk yet, and be read again.
                let spoken = engine.read(document, |current| {
                    let mut followed = followed.clone();
                    (followed.speak(current), followed)
                })?;
                Ok::<_, FacadeError>(Some(spoken))
            })
            .await??;
        let Some((message, followed)) = spoken else {
            return Ok(Some(speaker.unavailable(text)));
        };
        self.followed.insert(document, followed);
        Ok(message.map(|message| speaker.sync(text, message.write())))
    }
}

/// The tablet, where it is not revoked.
fn enrolled(engine: &Engine, device: DeviceId) -> Result<StoredDevice, FacadeError> {
    let device = engine.parts.server.device(device)?;
    device
        .filter(|device| !device.is_revoked())
        .ok_or(FacadeError::Revoked)
}

/// Shows what a message brings to the gate; none when its document is not named to this tablet, or
/// is nothing. Blocks: runs in the pool.
fn hear(
    engine: &Engine,
    device: DeviceId,
    document: DocumentId,
    followed: Option<Followed>,
    message: SyncMessage,
) -> Result<Option<(Followed, Admitted)>, FacadeError> {
    let device = enrolled(engine, device)?;
    let Some(named) = engine.named(&device, document)? else {
        return Ok(None);
    };
    let mut followed = followed.unwrap_or_default();
    let changes = followed.hear(message);
    let contact = engine.meet_client(device.device.id);
    if changes.is_empty() {
        engine.write_contact(Some(contact))?;
        return Ok(Some((followed, Admitted::default())));
    }
    let plan = engine.plan_or_none()?;
    let setting = Setting {
        plan: &plan,
        carrier: device.device.id,
        now: engine.parts.clock.now(),
        offset_ms: None,
        contact: Some(contact),
    };
    let item = Item::brought(device, changes);
    let admitted = engine.take_in(&named.name, &[item], &setting)?;
    Ok(Some((followed, admitted)))
}

/// Waits for the disk; false when the document was erased meanwhile.
async fn on_disk(submitted: Vec<super::admission::Submitted>) -> Result<bool, EngineError> {
    for submitted in submitted {
        match submitted.pending.await {
            Ok(_) => {
                if let Some(ahead) = submitted.ahead {
                    ahead.arrived();
                }
            }
            Err(CommitError::Refused(BatchRefusal::Erased { .. })) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

fn refusals(speaker: &Speaker, text: &str, outcome: &ItemOutcome) -> Vec<Vec<u8>> {
    let told = outcome.quarantined.iter().take(TOLD_CAP);
    told.map(|refused| {
        let change = refused.change.map_or_else(String::new, |hash| {
            data_encoding::HEXLOWER.encode(hash.as_slice())
        });
        speaker.error(text, &format!("{} {change}", refused.code))
    })
    .collect()
}

#[cfg(test)]
mod tests;
