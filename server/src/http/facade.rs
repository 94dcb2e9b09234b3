//! `GET /sync`: clients of automerge-repo over WebSocket. `GET /api/documents`: what their token
//! names.
//!
//! It must never hold more than one message of a connection: a client that does not read is waited
//! for, then let go, and one that writes faster than the disk waits in its own socket.

use super::contract::{NamedDocument, NamedDocuments};
use super::guard::{DeviceSession, Identity};
use super::problem::Problem;
use crate::app::{App, Ending};
use crate::store::{Committed, StoreError, StoredDevice, random};
use crate::sync::facade::{Facade, FacadeError, MESSAGE_CAP_BYTES, Named, document_text, farewell};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use maraude_core::document::DocumentName;
use maraude_core::model::{CampaignId, DeviceId, DocumentId};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, interval, timeout};

/// Connections at once, and of one tablet.
const CONNECTIONS: usize = 1_024;
const CONNECTIONS_OF_ONE: usize = 8;

/// How long a client may take to say its name.
const JOIN_PATIENCE: Duration = Duration::from_secs(10);

/// How long a client may take to read one message.
const SEND_PATIENCE: Duration = Duration::from_secs(30);

/// How often a silent client is asked whether it lives, and after how long it is let go.
const PING_EVERY: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(90);

/// Codes of closing: RFC 6455 section 7.4, and the range for private use.
const POLICY: u16 = 1008;
const TRY_LATER: u16 = 1013;
const NOT_KNOWN: u16 = 4401;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sync", get(upgrade))
        .route("/api/documents", get(documents))
}

#[derive(Deserialize)]
struct Asked {
    /// A session's token, for clients that cannot set a header (RFC 6750 section 2.3).
    access_token: Option<String>,
}

async fn documents(
    State(app): State<App>,
    DeviceSession(device): DeviceSession,
) -> Result<Json<NamedDocuments>, Problem> {
    let id = device.device.id;
    let named = app
        .blocking(move |app| {
            let engine = app.engine(device.campaign)?;
            Ok::<_, Problem>(engine.documents_named_to(&device)?)
        })
        .await??;
    Ok(Json(NamedDocuments {
        device: id.to_string(),
        documents: named.iter().filter_map(listed).collect(),
    }))
}

fn listed(named: &Named) -> Option<NamedDocument> {
    let (kind, night, sector, team) = match named.name {
        DocumentName::Plan { .. } => ("plan", None, None, None),
        DocumentName::Brief { sector, night, .. } => ("brief", Some(night), Some(sector), None),
        DocumentName::Round { key } => ("round", Some(key.night), key.sector, Some(key.team)),
        // No tablet reads a review.
        DocumentName::Review { .. } => return None,
    };
    Some(NamedDocument {
        id: named.document.to_string(),
        url: format!("automerge:{}", document_text(named.document)),
        kind: kind.to_owned(),
        night: night.map(|night| night.to_string()),
        sector: sector.map(|sector| sector.to_string()),
        team: team.map(|team| team.to_string()),
        writable: named.writable,
    })
}

async fn upgrade(
    State(app): State<App>,
    identity: Identity,
    Query(asked): Query<Asked>,
    socket: WebSocketUpgrade,
) -> Response {
    socket
        .max_message_size(MESSAGE_CAP_BYTES)
        .max_frame_size(MESSAGE_CAP_BYTES)
        .on_upgrade(move |socket| converse(app, identity, asked.access_token, socket))
}

/// The tablet whose session this is; never by its upload token, which may not read. An error says
/// nothing of the token: it may be good.
async fn tablet(
    app: &App,
    identity: Identity,
    token: Option<String>,
) -> Result<Option<StoredDevice>, FacadeError> {
    if let Identity::Tablet(device) = identity {
        return Ok(Some(device));
    }
    let Some(token) = token else {
        return Ok(None);
    };
    let found = app.blocking(move |app| {
        let Some(id) = app.device_sessions().device_of(&token, app.clock().now()) else {
            return Ok(None);
        };
        let device = app.server().device(id)?;
        Ok::<_, StoreError>(device.filter(|device| !device.is_revoked()))
    });
    Ok(found.await??)
}

async fn converse(app: App, identity: Identity, token: Option<String>, mut socket: WebSocket) {
    let device = match tablet(&app, identity, token).await {
        Ok(Some(device)) => device,
        Ok(None) => return part(&mut socket, "token-unknown", NOT_KNOWN).await,
        Err(error) => {
            tracing::warn!(%error, "a token of /sync could not be looked up");
            return part(&mut socket, "busy", TRY_LATER).await;
        }
    };
    let id = device.device.id;
    // A revocation waits for this connection to end, and one that came first is seen here.
    let _telling = app.telling(id);
    let endings = app.endings();
    let stands = app.blocking(move |app| app.server().device(id)).await;
    match stands {
        Ok(Ok(Some(found))) if !found.is_revoked() => {}
        Ok(Ok(_)) => return part(&mut socket, "device-revoked", POLICY).await,
        _ => return part(&mut socket, "busy", TRY_LATER).await,
    }
    let Some(_place) = app.part(|_| Places::default()).take(id) else {
        return part(&mut socket, "too-many-connections", TRY_LATER).await;
    };
    let campaign = device.campaign;
    let engine = app.blocking(move |app| app.engine(campaign)).await;
    let (Ok(Ok(engine)), Ok(drawn)) = (engine, random::<8>()) else {
        return part(&mut socket, "busy", TRY_LATER).await;
    };
    let commits = engine.subscribe();
    let own = format!("maraude-{}", HEXLOWER.encode(&drawn));
    let facade = Facade::new(engine, app.pool().clone(), id, own);
    let in_the_middle = AtomicBool::new(false);
    let talked = tokio::select! {
        biased;
        () = ended(endings, id, campaign) => Err(FacadeError::Revoked),
        talked = talk(facade, commits, &mut socket, &in_the_middle) => talked,
    };
    if in_the_middle.load(Ordering::Relaxed) {
        // Half a message is on its way: what is left of it is never told.
        return;
    }
    if let Err(error) = talked {
        let code = if error.is_of_the_server() {
            tracing::warn!(%error, device = %id, "a connection of /sync ends");
            TRY_LATER
        } else {
            POLICY
        };
        part(&mut socket, error.code(), code).await;
    }
}

/// Until the client goes, or cannot stay.
async fn talk(
    mut facade: Facade,
    mut commits: Receiver<Committed>,
    socket: &mut WebSocket,
    in_the_middle: &AtomicBool,
) -> Result<(), FacadeError> {
    let since = Instant::now();
    let mut heard_at = since;
    let mut beat = interval(PING_EVERY.min(JOIN_PATIENCE));
    loop {
        let said = tokio::select! {
            came = socket.recv() => match came {
                Some(Ok(Message::Binary(bytes))) => {
                    heard_at = Instant::now();
                    facade.receive(&bytes).await?
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    heard_at = Instant::now();
                    Vec::new()
                }
                Some(Ok(Message::Text(_)) | Err(_)) => return Err(FacadeError::Malformed),
                Some(Ok(Message::Close(_))) | None => return Ok(()),
            },
            committed = commits.recv() => {
                let gained = match gathered(committed, &mut commits) {
                    Gained::These(documents) => facade.followed(Some(&documents)),
                    Gained::Any => facade.followed(None),
                    Gained::NoMore => return Ok(()),
                };
                if !tell(&mut facade, gained, socket, in_the_middle).await? {
                    return Ok(());
                }
                Vec::new()
            },
            _ = beat.tick() => {
                let late = !facade.is_joined() && since.elapsed() >= JOIN_PATIENCE;
                if late || heard_at.elapsed() >= SILENCE {
                    return Ok(());
                }
                if !send(socket, Message::Ping(Vec::new().into()), in_the_middle).await {
                    return Ok(());
                }
                Vec::new()
            }
        };
        for message in said {
            if !send(socket, Message::Binary(message.into()), in_the_middle).await {
                return Ok(());
            }
        }
    }
}

/// Tells what documents gained, each sent before the next is read; false when the client does not
/// take it.
async fn tell(
    facade: &mut Facade,
    gained: Vec<DocumentId>,
    socket: &mut WebSocket,
    in_the_middle: &AtomicBool,
) -> Result<bool, FacadeError> {
    for document in gained {
        if let Some(message) = facade.tell(document).await?
            && !send(socket, Message::Binary(message.into()), in_the_middle).await
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Until the tablet is revoked, or its campaign purged.
async fn ended(mut endings: Receiver<Ending>, device: DeviceId, campaign: CampaignId) {
    loop {
        match endings.recv().await {
            Ok(Ending::Device(id)) if id == device => return,
            Ok(Ending::Campaign(id)) if id == campaign => return,
            Ok(_) => {}
            // Too many went by to tell, or the server ends: the client comes back and is looked at.
            Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

/// Which documents gained changes.
enum Gained {
    These(Vec<DocumentId>),
    /// Too many commits went by to tell.
    Any,
    /// The campaign is closed.
    NoMore,
}

/// A commit, and those that came meanwhile.
fn gathered(first: Result<Committed, RecvError>, commits: &mut Receiver<Committed>) -> Gained {
    let mut documents = match first {
        Ok(committed) => HashSet::<DocumentId>::from_iter(committed.documents),
        Err(RecvError::Lagged(_)) => return Gained::Any,
        Err(RecvError::Closed) => return Gained::NoMore,
    };
    loop {
        match commits.try_recv() {
            Ok(committed) => documents.extend(committed.documents),
            Err(TryRecvError::Lagged(_)) => return Gained::Any,
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    Gained::These(documents.into_iter().collect())
}

/// False when the client does not take it.
async fn send(socket: &mut WebSocket, message: Message, in_the_middle: &AtomicBool) -> bool {
    in_the_middle.store(true, Ordering::Relaxed);
    let sent = timeout(SEND_PATIENCE, socket.send(message)).await;
    in_the_middle.store(false, Ordering::Relaxed);
    matches!(sent, Ok(Ok(())))
}

/// Says why, and closes; a client that does not listen is not waited for.
async fn part(socket: &mut WebSocket, why: &'static str, code: u16) {
    let farewell = Message::Binary(farewell(why).into());
    let close = Message::Close(Some(CloseFrame {
        code,
        reason: why.into(),
    }));
    let _ = timeout(JOIN_PATIENCE, async {
        socket.send(farewell).await?;
        socket.send(close).await
    })
    .await;
}

/// Connections that are open, by tablet.
#[derive(Default)]
struct Places(Arc<Mutex<HashMap<DeviceId, usize>>>);

/// A place among the connections, given back when dropped.
struct Place {
    places: Arc<Mutex<HashMap<DeviceId, usize>>>,
    device: DeviceId,
}

impl Places {
    fn take(&self, device: DeviceId) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.entry(device).or_default();
        if all >= CONNECTIONS || *own >= CONNECTIONS_OF_ONE {
            return None;
        }
        *own += 1;
        Some(Place {
            places: self.0.clone(),
            device,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.device) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, World};
    use crate::sync::PoolError;
    use ed25519_dalek::Signer;
    use maraude_core::sync::session_signed_bytes;
    use std::sync::mpsc::channel;

    #[test]
    fn a_token_that_cannot_be_looked_up_is_not_told_to_be_unknown() {
        let world = World::new();
        let enrolled = world.tablet(None);
        let device = &enrolled.device;
        let id = device.device.id;
        let sessions = world.app.device_sessions();
        let nonce = sessions.challenge(id, NOW).unwrap();
        let signed = enrolled.signing.sign(&session_signed_bytes(id, &nonce));
        let opened = sessions.open(device, &nonce, &signed.to_bytes(), NOW);
        let token = opened.unwrap().0;
        let look_up = |token: &str| {
            let (app, token) = (world.app.clone(), token.to_owned());
            async move { tablet(&app, Identity::Nobody, Some(token)).await }
        };
        let runtime = &world.runtime;
        let found = runtime.block_on(look_up(&token)).unwrap();
        assert_eq!(found.as_ref(), Some(device), "control: it is good");
        let unknown = runtime.block_on(look_up("another")).unwrap();
        assert_eq!(unknown, None, "control: it is not");

        let (release, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let more_than_find_room = (0..1_000).map(|_| {
            let (app, held) = (world.app.clone(), held.clone());
            let work = async move {
                app.blocking(move |_| held.lock().unwrap().recv().ok())
                    .await
            };
            runtime.spawn(work)
        });
        let waiting: Vec<_> = more_than_find_room.collect();
        while !waiting.iter().any(tokio::task::JoinHandle::is_finished) {
            std::thread::yield_now();
        }
        let refused = runtime.block_on(look_up(&token));
        assert!(matches!(refused, Err(FacadeError::Pool(PoolError::Busy))));
        drop(release);
        for done in waiting {
            runtime.block_on(done).unwrap().ok();
        }
    }

    #[test]
    fn one_tablet_holds_few_connections_and_gives_them_back() {
        let places = Places::default();
        let one = DeviceId::from_random([1; 16]);
        let other = DeviceId::from_random([2; 16]);
        let mut held: Vec<Place> = (0..CONNECTIONS_OF_ONE)
            .map(|_| places.take(one).unwrap())
            .collect();
        assert!(places.take(one).is_none());
        assert!(places.take(other).is_some());
        held.pop();
        assert!(places.take(one).is_some());
        drop(held);
        assert!(places.0.lock().unwrap().is_empty());
    }
}
