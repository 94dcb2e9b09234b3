//! automerge-repo's messages, protocol version 1: one CBOR map per WebSocket message.
//!
//! # Source
//! automerge-repo, packages/automerge-repo-network-websocket/README.md.

use ciborium::Value;
use maraude_core::model::DocumentId;

/// The version spoken here.
const VERSION: &str = "1";

/// Deepest nesting of a message.
const DEPTH_CAP: usize = 8;

/// Longest name of a peer or a document that is read, bytes.
const NAME_CAP_BYTES: usize = 256;

/// A message that does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message does not read")]
pub(super) struct UnreadableFrame;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// It comes, under a name, and speaks our version or not.
    Join { sender: String, speaks: bool },
    /// About a document, by its name as the client writes it: a sync message of automerge.
    Sync { document: String, data: Vec<u8> },
    /// It goes.
    Leave,
    /// What this server passes over: ephemeral messages, news of other peers.
    Other,
}

impl Frame {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, UnreadableFrame> {
        let value = ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH_CAP);
        let Ok(Value::Map(fields)) = value else {
            return Err(UnreadableFrame);
        };
        let field = |name: &str| {
            let mut fields = fields.iter();
            let found = fields.find(|(key, _)| key.as_text() == Some(name));
            found.map(|(_, value)| value)
        };
        let text = |name| {
            let text = field(name)
                .and_then(Value::as_text)
                .ok_or(UnreadableFrame)?;
            if text.len() > NAME_CAP_BYTES {
                return Err(UnreadableFrame);
            }
            Ok(text.to_owned())
        };
        Ok(match text("type")?.as_str() {
            "join" => {
                let versions = field("supportedProtocolVersions").and_then(Value::as_array);
                let ours = |version: &Value| version.as_text() == Some(VERSION);
                Self::Join {
                    sender: text("senderId")?,
                    speaks: versions.is_none_or(|versions| versions.iter().any(ours)),
                }
            }
            "request" | "sync" => Self::Sync {
                document: text("documentId")?,
                data: field("data").and_then(bytes_of).ok_or(UnreadableFrame)?,
            },
            "leave" => Self::Leave,
            _ => Self::Other,
        })
    }
}

/// Byte strings, plain or tagged as a typed array (RFC 8746).
fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Tag(_, inner) => inner.as_bytes().cloned(),
        _ => None,
    }
}

/// Two peers who know each other's names.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    pub(super) own: String,
    pub(super) other: String,
}

impl Speaker {
    pub(super) fn welcome(&self) -> Vec<u8> {
        let nothing_stored = (Value::from("isEphemeral"), Value::from(true));
        self.say(
            "peer",
            vec![
                ("selectedProtocolVersion", VERSION.into()),
                ("peerMetadata", Value::Map(vec![nothing_stored])),
            ],
        )
    }

    pub(super) fn sync(&self, document: &str, data: Vec<u8>) -> Vec<u8> {
        let fields = vec![
            ("documentId", document.into()),
            ("data", Value::Bytes(data)),
        ];
        self.say("sync", fields)
    }

    pub(super) fn unavailable(&self, document: &str) -> Vec<u8> {
        self.say("doc-unavailable", vec![("documentId", document.into())])
    }

    pub(super) fn error(&self, document: &str, told: &str) -> Vec<u8> {
        let fields = vec![("documentId", document.into()), ("message", told.into())];
        self.say("error", fields)
    }

    fn say(&self, kind: &str, more: Vec<(&str, Value)>) -> Vec<u8> {
        let mut fields = vec![
            ("type", Value::from(kind)),
            ("senderId", self.own.as_str().into()),
            ("targetId", self.other.as_str().into()),
        ];
        fields.extend(more);
        write(fields)
    }
}

/// An error told to a client that did not say its name, or is let go.
pub fn farewell(told: &str) -> Vec<u8> {
    write(vec![("type", "error".into()), ("message", told.into())])
}

fn write(fields: Vec<(&str, Value)>) -> Vec<u8> {
    let map = fields.into_iter().map(|(name, value)| (name.into(), value));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(map.collect()), &mut bytes)
        .expect("memory takes every byte and values are serialisable");
    bytes
}

/// A document's name in automerge-repo: its 16 bytes in base58 with a checksum.
pub fn document_text(document: DocumentId) -> String {
    bs58::encode(document.as_bytes()).with_check().into_string()
}

/// The document of that name, where it is one.
pub(super) fn document_of(text: &str) -> Option<DocumentId> {
    let bytes = bs58::decode(text).with_check(None).into_vec().ok()?;
    Some(DocumentId::from_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_documents_read_back_and_others_are_none() {
        let document = DocumentId::from_bytes([7; 16]);
        assert_eq!(document_of(&document_text(document)), Some(document));
        for wrong in ["", "0OIl", "automerge:abc", &document_text(document)[1..]] {
            assert_eq!(document_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn frames_are_read_and_odd_ones_refused() {
        let check = |fields: Vec<(&str, Value)>, expected: Result<Frame, UnreadableFrame>| {
            assert_eq!(Frame::read(&write(fields)), expected);
        };
        let join = |versions: Vec<Value>| {
            vec![
                ("type", Value::from("join")),
                ("senderId", "a".into()),
                ("supportedProtocolVersions", Value::Array(versions)),
            ]
        };
        let sender = "a".to_owned();
        let speaks = |speaks| Frame::Join {
            sender: sender.clone(),
            speaks,
        };
        check(join(vec!["1".into()]), Ok(speaks(true)));
        check(join(vec!["2".into()]), Ok(speaks(false)));
        check(vec![("type", "join".into())], Err(UnreadableFrame));
        let tagged = Value::Tag(64, Box::new(Value::Bytes(vec![1])));
        check(
            vec![
                ("type", "request".into()),
                ("documentId", "d".into()),
                ("data", tagged),
            ],
            Ok(Frame::Sync {
                document: "d".to_owned(),
                data: vec![1],
            }),
        );
        check(
            vec![("type", "sync".into()), ("documentId", "d".into())],
            Err(UnreadableFrame),
        );
        check(vec![("type", "ephemeral".into())], Ok(Frame::Other));
        assert_eq!(Frame::read(&[0xff, 0xff]), Err(UnreadableFrame));
        let long = "x".repeat(NAME_CAP_BYTES + 1);
        check(
            vec![("type", "join".into()), ("senderId", long.into())],
            Err(UnreadableFrame),
        );
    }
}
