//! Pushing rounds to a server of automerge-repo's protocol.

use super::rounds::BuiltRound;
use crate::repo_client::{RepoClient, text_of};
use anyhow::{Context, Result, bail, ensure};
use automerge::sync::{Message as SyncMessage, State, SyncDoc};
use automerge::{Automerge, Change, ChangeHash};
use maraude_core::document::GENESIS;
use std::time::{Duration, Instant};

/// How long a document may take to come.
const PATIENCE: Duration = Duration::from_secs(3);

/// One document on its way.
struct Pushed {
    id: String,
    document: Automerge,
    state: State,
    acknowledged: Option<Duration>,
}

/// A connection with its documents built, waiting for the clock.
pub struct Pusher {
    client: RepoClient,
    documents: Vec<Pushed>,
}

impl Pusher {
    /// Connects to `ws://...` and builds the documents.
    pub fn connect(url: &str, number: u32, rounds: &[BuiltRound]) -> Result<Self> {
        Ok(Self {
            client: RepoClient::connect(url, &format!("bench-{number}"))?,
            documents: rounds.iter().map(pushed).collect::<Result<_>>()?,
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
            let answer = self.client.hear()?;
            ensure!(answer.kind != "error", "refused: {:?}", answer.message);
            if answer.kind != "sync" {
                continue;
            }
            let id = answer.document.context("a message without a document")?;
            let data = answer.data.context("a message without data")?;
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
        self.client.sync(&pushed.id, message.encode())
    }
}

/// Which of these rounds a server gives in full to somebody who has nothing, within some seconds each.
pub fn present(url: &str, rounds: &[BuiltRound]) -> Result<usize> {
    let mut found = 0;
    for (number, round) in rounds.iter().enumerate() {
        let wanted = pushed(round)?.document.get_heads();
        let mut client = RepoClient::connect(url, &format!("reader-{number}"))?;
        let mut pulled = Pushed {
            id: text_of(round.document),
            document: Automerge::new(),
            state: State::new(),
            acknowledged: None,
        };
        found += usize::from(pull(&mut client, &mut pulled, &wanted).unwrap_or(false));
    }
    Ok(found)
}

fn pull(client: &mut RepoClient, pulled: &mut Pushed, wanted: &[ChangeHash]) -> Result<bool> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Some(message) = pulled.document.generate_sync_message(&mut pulled.state) {
            client.sync(&pulled.id, message.encode())?;
        }
        let Some(answer) = client.hear_within(PATIENCE) else {
            return Ok(false);
        };
        if answer.kind == "doc-unavailable" {
            return Ok(false);
        }
        let (Some(id), Some(data)) = (answer.document, answer.data) else {
            continue;
        };
        if id == pulled.id {
            let message = SyncMessage::decode(&data)?;
            pulled
                .document
                .receive_sync_message(&mut pulled.state, message)?;
        }
        if pulled.document.get_heads() == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn pushed(round: &BuiltRound) -> Result<Pushed> {
    let mut document = Automerge::load(GENESIS)?;
    let changes = round
        .changes
        .iter()
        .map(|raw| Change::from_bytes(raw.clone()));
    document.apply_changes(changes.collect::<Result<Vec<_>, _>>()?)?;
    Ok(Pushed {
        id: text_of(round.document),
        document,
        state: State::new(),
        acknowledged: None,
    })
}
