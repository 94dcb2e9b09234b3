//! What the server sent, into the documents of this tablet, through the gate.
//!
//! A change that ends the core is found out in two deaths and set aside: at the first its document is
//! held to be in doubt, from then on what comes for it is taken in one by one, and the second death
//! names the change. It must never let a change near automerge that has ended this version before.

use super::Tablet;
use super::store::Staged;
use crate::document::{ChangeHash, Document, DocumentKind, document_id};
use crate::gate::{Admission, GateLimits};
use crate::sync::{DocumentUpdate, HashBytes, SetAside};
use serde_bytes::{ByteArray, ByteBuf};
use std::sync::Arc;

/// What stands before every document: [`crate::gate::admit_from_server`], or a test's.
pub(super) type Gate = fn(&mut Document, DocumentKind, &[Vec<u8>], &GateLimits) -> Admission;

/// Changes set aside that one request names; the others are named once these are dealt with.
const NAMED: usize = 16;

impl Tablet {
    /// Lets what the server sent through the gate, then into the document and its log.
    pub(super) fn take_update(&mut self, staged: &mut Staged, update: DocumentUpdate) {
        let kind = update.name.kind();
        let id = document_id(&update.name);
        let here = staged
            .session()
            .is_some_and(|session| session.papers.contains_key(&id));
        if update.changes.is_empty()
            || (!here && self.stage_new_paper(staged, update.name).is_none())
        {
            return;
        }
        let before = Arc::new(staged.operations.clone());
        let Some(paper) = staged.session().and_then(|session| session.paper(id)) else {
            return;
        };
        let mut changes: Vec<Vec<u8>> = update.changes.into_iter().map(ByteBuf::into_vec).collect();
        changes.retain(|change| !paper.is_set_aside(change));
        // The words are for the file as it is on disk, whatever is taken in meanwhile.
        let written = paper.clone();
        let together = if written.in_doubt { 1 } else { changes.len() };
        let mut took = false;
        let mut operations = Vec::new();
        for batch in changes.chunks(together.max(1)) {
            let words = match batch {
                [change] if written.in_doubt => written.words_of(change, &self.draw()),
                _ => written.words_of_doubt(&self.draw()),
            };
            self.last_words.prepare(&before, words);
            let admission = (self.gate)(&mut paper.document, kind, batch, &GateLimits::default());
            took |= !admission.accepted.is_empty();
            operations.extend(paper.keep(&admission.accepted, || self.draw()));
        }
        self.last_words.forget();
        let lacks = |head: &HashBytes| !paper.document.has(&ChangeHash(head.into_array()));
        // An answer holds so much and no more: what is left comes with the next, at once.
        self.more_to_come |= took && update.heads.iter().any(lacks);
        staged.operations.extend(operations);
    }

    /// Changes this tablet keeps aside, to be told to the coordination.
    pub(super) fn set_aside(&self) -> Vec<SetAside> {
        let session = self.state.session.as_deref();
        let papers = session.into_iter().flat_map(|open| open.papers.values());
        let named = papers.flat_map(|paper| {
            paper.set_aside().map(|change| SetAside {
                document: paper.id,
                change: ByteArray::new(change.0),
            })
        });
        named.take(NAMED).collect()
    }
}
