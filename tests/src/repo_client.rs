//! A client of automerge-repo's protocol, version 1, written by hand: what it says is a test's
//! choice.
//!
//! # Source
//! automerge-repo, packages/automerge-repo-network-websocket/README.md.

use anyhow::{Context, Result, bail};
use ciborium::Value;
use maraude_core::model::DocumentId;
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::{Message, WebSocket, stream::MaybeTlsStream};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that has said its name.
pub struct RepoClient {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    sender: String,
    target: String,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// `sync`, `doc-unavailable`, `error`...
    pub kind: String,
    /// The document, as automerge-repo names it.
    pub document: Option<String>,
    /// A sync message.
    pub data: Option<Vec<u8>>,
    /// Why, of an error.
    pub message: Option<String>,
    /// All its bytes.
    pub bytes: Vec<u8>,
}

impl RepoClient {
    /// Connects to `ws://...` and joins.
    pub fn connect(url: &str, name: &str) -> Result<Self> {
        let (socket, _) = tungstenite::connect(url)?;
        let mut client = Self {
            socket,
            sender: name.to_owned(),
            target: String::new(),
        };
        client.wait_for(PATIENCE)?;
        let versions = Value::Array(vec!["1".into()]);
        client.say(
            "join",
            vec![
                ("peerMetadata", Value::Map(Vec::new())),
                ("supportedProtocolVersions", versions),
            ],
        )?;
        let answer = client.hear()?;
        if let Some(why) = answer.message {
            bail!("refused: {why}");
        }
        let value: Value = ciborium::from_reader(&answer.bytes[..])?;
        client.target = text(&value, "senderId").context("the peer did not say who it is")?;
        Ok(client)
    }

    /// A sync message about a document.
    pub fn sync(&mut self, document: &str, data: Vec<u8>) -> Result<()> {
        let fields = vec![
            ("documentId", document.into()),
            ("data", Value::Bytes(data)),
        ];
        self.say("sync", fields)
    }

    /// Bytes that may be anything.
    pub fn throw(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.socket.send(Message::Binary(bytes.into()))?)
    }

    /// The next message.
    pub fn hear(&mut self) -> Result<Said> {
        let bytes = self.read()?;
        let value: Value = ciborium::from_reader(&bytes[..])?;
        Ok(Said {
            kind: text(&value, "type").unwrap_or_default(),
            document: text(&value, "documentId"),
            data: field(&value, "data").and_then(bytes_of),
            message: text(&value, "message"),
            bytes,
        })
    }

    /// The next message, if one comes within this time and the connection lives.
    pub fn hear_within(&mut self, patience: Duration) -> Option<Said> {
        self.wait_for(patience).ok()?;
        let heard = self.hear().ok();
        self.wait_for(PATIENCE).ok()?;
        heard
    }

    fn wait_for(&self, patience: Duration) -> Result<()> {
        if let MaybeTlsStream::Plain(stream) = self.socket.get_ref() {
            stream.set_read_timeout(Some(patience))?;
        }
        Ok(())
    }

    fn say(&mut self, kind: &str, more: Vec<(&str, Value)>) -> Result<()> {
        let mut fields = vec![
            ("type", Value::from(kind)),
            ("senderId", self.sender.as_str().into()),
            ("targetId", self.target.as_str().into()),
        ];
        fields.extend(more);
        let map = fields.into_iter().map(|(name, value)| (name.into(), value));
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(map.collect()), &mut bytes)?;
        self.throw(bytes)
    }

    fn read(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Message::Binary(bytes) = self.socket.read()? {
                return Ok(bytes.to_vec());
            }
        }
    }
}

/// A document's name in automerge-repo.
pub fn text_of(document: DocumentId) -> String {
    bs58::encode(document.as_bytes()).with_check().into_string()
}

/// A document's address in automerge-repo.
pub fn url_of(document: DocumentId) -> String {
    format!("automerge:{}", text_of(document))
}

fn field<'a>(message: &'a Value, name: &str) -> Option<&'a Value> {
    let mut fields = message.as_map()?.iter();
    let found = fields.find(|(key, _)| key.as_text() == Some(name));
    found.map(|(_, value)| value)
}

fn text(message: &Value, name: &str) -> Option<String> {
    Some(field(message, name)?.as_text()?.to_owned())
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Tag(_, inner) => inner.as_bytes().cloned(),
        _ => None,
    }
}
