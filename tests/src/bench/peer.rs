//! Pushing rounds to an automerge-repo server over its own WebSocket protocol, version 1.
//!
//! # Source
//! automerge-repo, packages/automerge-repo-network-websocket/README.md.

use super::rounds::BuiltRound;
use anyhow::{Context, Result, bail};
use automerge::sync::{Message as SyncMessage, State, SyncDoc};
use automerge::{Automerge, Change};
use ciborium::Value;
use maraude_core::document::GENESIS;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket, stream::MaybeTlsStream};

/// One document on its way.
struct Pushed {
    id: String,
    document: Automerge,
    state: State,
    acknowledged: Option<Duration>,
}

/// A connection with its documents built, waiting for the clock.
pub struct Pusher {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    sender: String,
    target: String,
    documents: Vec<Pushed>,
}

impl Pusher {
    /// Connects and builds the documents.
    pub fn connect(port: u16, number: u32, rounds: &[BuiltRound]) -> Result<Self> {
        let url = format!("ws://127.0.0.1:{port}/");
        let (mut socket, _) = tungstenite::connect(url)?;
        let sender = format!("bench-{number}");
        let versions = Value::Array(vec![Value::Text("1".into())]);
        send(
            &mut socket,
            vec![
                ("type", Value::Text("join".into())),
                ("senderId", Value::Text(sender.clone())),
                ("peerMetadata", Value::Map(Vec::new())),
                ("supportedProtocolVersions", versions),
            ],
        )?;
        let answer = receive(&mut socket)?;
        let target = text(&answer, "senderId").context("the peer did not say who it is")?;
        let documents = rounds.iter().map(pushed).collect::<Result<_>>()?;
        Ok(Self {
            socket,
            sender,
            target,
            documents,
        })
    }

    /// Pushes all documents at once; done when the peer's heads equal ours. One time per document.
    pub fn push(mut self) -> Result<Vec<Duration>> {
        let start = Instant::now();
        for index in 0..self.documents.len() {
            self.say_next(index)?;
        }
        while self
            .documents
            .iter()
            .any(|pushed| pushed.acknowledged.is_none())
        {
            let answer = receive(&mut self.socket)?;
            if text(&answer, "type").as_deref() != Some("sync") {
                continue;
            }
            let id = text(&answer, "documentId").context("a message without a document")?;
            let data = bytes(&answer, "data").context("a message without data")?;
            let Some(index) = self.documents.iter().position(|pushed| pushed.id == id) else {
                bail!("a message about a document that is not ours");
            };
            let pushed = &mut self.documents[index];
            let message = SyncMessage::decode(&data)?;
            let heads = message.heads.clone();
            pushed
                .document
                .receive_sync_message(&mut pushed.state, message)?;
            if heads == pushed.document.get_heads() && pushed.acknowledged.is_none() {
                pushed.acknowledged = Some(start.elapsed());
            }
            self.say_next(index)?;
        }
        Ok(self
            .documents
            .into_iter()
            .filter_map(|pushed| pushed.acknowledged)
            .collect())
    }

    fn say_next(&mut self, index: usize) -> Result<()> {
        let pushed = &mut self.documents[index];
        let Some(message) = pushed.document.generate_sync_message(&mut pushed.state) else {
            return Ok(());
        };
        send(
            &mut self.socket,
            vec![
                ("type", Value::Text("sync".into())),
                ("senderId", Value::Text(self.sender.clone())),
                ("targetId", Value::Text(self.target.clone())),
                ("documentId", Value::Text(pushed.id.clone())),
                ("data", Value::Bytes(message.encode())),
            ],
        )
    }
}

fn pushed(round: &BuiltRound) -> Result<Pushed> {
    let mut document = Automerge::load(GENESIS)?;
    let changes = round
        .changes
        .iter()
        .map(|raw| Change::from_bytes(raw.clone()));
    document.apply_changes(changes.collect::<Result<Vec<_>, _>>()?)?;
    let id = bs58::encode(round.document.as_bytes())
        .with_check()
        .into_string();
    Ok(Pushed {
        id,
        document,
        state: State::new(),
        acknowledged: None,
    })
}

fn send(
    socket: &mut WebSocket<MaybeTlsStream<TcpStream>>,
    fields: Vec<(&str, Value)>,
) -> Result<()> {
    let map = fields
        .into_iter()
        .map(|(name, value)| (Value::Text(name.into()), value))
        .collect();
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(map), &mut bytes)?;
    Ok(socket.send(Message::Binary(bytes.into()))?)
}

fn receive(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Result<Value> {
    loop {
        if let Message::Binary(bytes) = socket.read()? {
            return Ok(ciborium::from_reader(&bytes[..])?);
        }
    }
}

fn field<'a>(message: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = message.as_map()?;
    fields
        .iter()
        .find(|(key, _)| key.as_text() == Some(name))
        .map(|(_, value)| value)
}

fn text(message: &Value, name: &str) -> Option<String> {
    Some(field(message, name)?.as_text()?.to_owned())
}

fn bytes(message: &Value, name: &str) -> Option<Vec<u8>> {
    match field(message, name)? {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Tag(_, inner) => inner.as_bytes().cloned(),
        _ => None,
    }
}
