//! A document kept on the tablet: its replica and its sealed log.
//!
//! # Shape
//! A piece of the log is a tag and bytes. `S`: the length of the document's name (u32 LE) ‖ its name
//! in JSON ‖ a snapshot; a log begins with one. `C`: one change. `D`: the core died of what the server
//! sent for it. `Q`: a change that it died of. Both say under which version of the core: the length of
//! the version (u8) ‖ the version ‖ the change. Another version tries again.

use super::store::Operation;
use crate::document::{
    Actor, Brief, ChangeHash, Document, DocumentKind, DocumentName, Plan, RawChange, document_id,
    read_brief, read_plan, read_round,
};
use crate::gate::hash_of_change;
use crate::model::{DocumentId, Issue, Round};
use crate::vault::{LogError, Repair, SealedLog, Secret};
use std::sync::Arc;

const SNAPSHOT: u8 = b'S';
const CHANGE: u8 = b'C';
const DOUBT: u8 = b'D';
const SET_ASIDE: u8 = b'Q';

/// What is known of a version is not believed of another.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A document kept on the tablet.
#[derive(Clone)]
pub(super) struct Paper {
    pub name: DocumentName,
    pub id: DocumentId,
    pub document: Document,
    contents: Arc<Contents>,
    log: SealedLog,
    /// The core died of what the server sent for it: what comes is taken in one by one.
    pub in_doubt: bool,
    /// Changes that the core died of, as they came.
    set_aside: Vec<Vec<u8>>,
}

/// A document as it reads: read once for each change, not once for each screen.
enum Contents {
    Plan(Box<Plan>),
    Brief(Brief),
    Round(Box<Round>, Vec<Issue>),
    Other,
}

impl Contents {
    fn of(name: &DocumentName, id: DocumentId, document: &Document) -> Arc<Self> {
        Arc::new(match name.kind() {
            DocumentKind::Plan => Self::Plan(Box::new(read_plan(document).0)),
            DocumentKind::Brief => Self::Brief(read_brief(document).0),
            DocumentKind::Round => {
                let (round, issues) = read_round(document, id);
                Self::Round(Box::new(round), issues)
            }
            DocumentKind::Review => Self::Other,
        })
    }
}

/// A paper that was read.
pub(super) struct OpenedPaper {
    /// None where nothing of it can be read.
    pub paper: Option<Paper>,
    pub repair: Repair,
}

/// The file of a document.
pub(super) fn file_of(name: &DocumentName) -> String {
    let id = document_id(name);
    match name {
        DocumentName::Plan { .. } => format!("plan-{id}"),
        DocumentName::Brief { .. } => format!("brief-{id}"),
        DocumentName::Round { .. } => format!("round-{id}"),
        DocumentName::Review { .. } => format!("review-{id}"),
    }
}

/// A file that holds a document.
pub(super) fn is_paper(file: &str) -> bool {
    ["plan-", "brief-", "round-"]
        .iter()
        .any(|kind| file.starts_with(kind))
}

impl Paper {
    /// A new document; the operation makes its file.
    pub fn create(
        name: DocumentName,
        actor: Actor,
        key: Secret,
        nonce: &[u8; 24],
    ) -> (Self, Operation) {
        let (id, document) = (document_id(&name), Document::new(actor));
        let mut paper = Self {
            name,
            id,
            contents: Contents::of(&name, id, &document),
            document,
            log: SealedLog::new(&file_of(&name), key),
            in_doubt: false,
            set_aside: Vec::new(),
        };
        let operation = paper.rewrite(nonce);
        (paper, operation)
    }

    /// Reads a document's file.
    pub fn open(
        file: &str,
        key: Secret,
        bytes: &[u8],
        actor: Actor,
    ) -> Result<OpenedPaper, LogError> {
        let opened = SealedLog::open(file, key, bytes)?;
        let mut repair = opened.repair;
        let mut name = None;
        let mut chunks = Vec::new();
        let (mut in_doubt, mut set_aside) = (false, Vec::new());
        for piece in &opened.pieces {
            match piece.split_first() {
                Some((&SNAPSHOT, rest)) => {
                    if let Some((read, snapshot)) = read_snapshot(rest) {
                        name = Some(read);
                        chunks.push(snapshot);
                    }
                }
                Some((&CHANGE, change)) => chunks.push(change),
                Some((&DOUBT, rest)) => in_doubt |= of_this_version(rest).is_some(),
                Some((&SET_ASIDE, rest)) => {
                    set_aside.extend(of_this_version(rest).map(<[u8]>::to_vec));
                }
                _ => repair.damaged += 1,
            }
        }
        let document = Document::load(actor, &chunks).ok();
        let paper = document.and_then(|document| {
            let name = name.or_else(|| name_from_contents(file, &document))?;
            let id = document_id(&name);
            Some(Paper {
                name,
                id,
                contents: Contents::of(&name, id, &document),
                document,
                log: opened.log,
                in_doubt,
                set_aside,
            })
        });
        repair.damaged += u32::from(paper.is_none());
        Ok(OpenedPaper { paper, repair })
    }

    /// Writes changes that the document already holds: added one by one, or all in a snapshot
    /// when the log has grown long. `draw` gives random bytes.
    pub fn keep(
        &mut self,
        changes: &[RawChange],
        mut draw: impl FnMut() -> [u8; 24],
    ) -> Option<Operation> {
        if changes.is_empty() {
            return None;
        }
        self.contents = Contents::of(&self.name, self.id, &self.document);
        if self.log.wants_compaction() {
            let mut operation = self.rewrite(&draw());
            if let Operation::Replace(_, bytes) = &mut operation {
                for piece in self.remarks() {
                    bytes.extend(self.log.append(&piece, &draw()));
                }
            }
            return Some(operation);
        }
        let mut bytes = Vec::new();
        for change in changes {
            let piece = [&[CHANGE], change.bytes.as_slice()].concat();
            bytes.extend(self.log.append(&piece, &draw()));
        }
        Some(Operation::Append(self.log.name().to_owned(), bytes))
    }

    /// This change ended the core before.
    pub fn is_set_aside(&self, change: &[u8]) -> bool {
        !self.set_aside.is_empty() && {
            let named = hash_of_change(change);
            let same = |kept: &Vec<u8>| kept == change || hash_of_change(kept) == named;
            self.set_aside.iter().any(same)
        }
    }

    /// Changes that ended the core, where they have a name.
    pub fn set_aside(&self) -> impl Iterator<Item = ChangeHash> + '_ {
        let kept = self.set_aside.iter();
        kept.filter_map(|change| hash_of_change(change))
    }

    /// Written should the core die of what the server sent.
    pub fn words_of_doubt(&self, nonce: &[u8; 24]) -> Operation {
        self.words(&remark(DOUBT, &[]), nonce)
    }

    /// Written should the core die of this change.
    pub fn words_of(&self, change: &[u8], nonce: &[u8; 24]) -> Operation {
        self.words(&remark(SET_ASIDE, change), nonce)
    }

    /// A piece to be added to the file by others, while this log goes on without it.
    fn words(&self, piece: &[u8], nonce: &[u8; 24]) -> Operation {
        let bytes = self.log.clone().append(piece, nonce);
        Operation::Append(self.log.name().to_owned(), bytes)
    }

    /// What a rewriting must not lose beside the document.
    fn remarks(&self) -> Vec<Vec<u8>> {
        let doubt = self.in_doubt.then(|| remark(DOUBT, &[]));
        let kept = self.set_aside.iter();
        let kept = kept.map(|change| remark(SET_ASIDE, change));
        doubt.into_iter().chain(kept).collect()
    }

    /// The plan, where it is one.
    pub fn plan(&self) -> Option<&Plan> {
        match &*self.contents {
            Contents::Plan(plan) => Some(plan),
            _ => None,
        }
    }

    /// The brief, where it is one.
    pub fn brief(&self) -> Option<&Brief> {
        match &*self.contents {
            Contents::Brief(brief) => Some(brief),
            _ => None,
        }
    }

    /// The round and its issues, where it is one.
    pub fn round(&self) -> Option<(&Round, &[Issue])> {
        match &*self.contents {
            Contents::Round(round, issues) => Some((round, issues)),
            _ => None,
        }
    }

    fn rewrite(&mut self, nonce: &[u8; 24]) -> Operation {
        let name = serde_json::to_vec(&self.name).expect("plain values become JSON");
        let length = (name.len() as u32).to_le_bytes();
        let snapshot = self.document.snapshot();
        let piece = [&[SNAPSHOT], length.as_slice(), &name, &snapshot].concat();
        let bytes = self.log.rewrite(&piece, nonce);
        Operation::Replace(self.log.name().to_owned(), bytes)
    }
}

fn remark(tag: u8, change: &[u8]) -> Vec<u8> {
    let length = VERSION.len() as u8;
    [&[tag, length], VERSION.as_bytes(), change].concat()
}

/// What a remark is about, where this version made it.
fn of_this_version(rest: &[u8]) -> Option<&[u8]> {
    let (length, rest) = rest.split_first()?;
    let (version, change) = rest.split_at_checked(usize::from(*length))?;
    (version == VERSION.as_bytes()).then_some(change)
}

fn read_snapshot(piece: &[u8]) -> Option<(DocumentName, &[u8])> {
    let (length, rest) = piece.split_first_chunk::<4>()?;
    let (name, snapshot) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((serde_json::from_slice(name).ok()?, snapshot))
}

/// A round says itself what it is called, should its first piece be damaged.
fn name_from_contents(file: &str, document: &Document) -> Option<DocumentName> {
    let id: DocumentId = file.strip_prefix("round-")?.parse().ok()?;
    let (round, _) = read_round(document, id);
    round.key.map(|key| DocumentName::Round { key })
}
