//! One saved change: in the document, in its sealed log, and in the outbox at the same flush.

use super::Tablet;
use super::arrival::Waiting;
use super::outbox::Line;
use super::session::Session;
use super::store::Staged;
use crate::document::{DocumentName, RawChange, Writer};
use crate::model::{DocumentId, ObservationId};
use crate::sync::envelope::{self, Payload};
use ed25519_dalek::SigningKey;
use std::sync::Arc;

/// Most changes put in one envelope: far below what a payload may hold.
pub(super) const CHANGES_PER_ENVELOPE: usize = 400;

/// What came of writing to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// One change.
    Change,
    /// Nothing differs.
    Nothing,
    /// The document is not here, or its change cannot be sealed.
    Impossible,
}

impl Tablet {
    /// Writes to a document; the change is staged for its log and for the outbox.
    pub(super) fn write(
        &mut self,
        staged: &mut Staged,
        document: DocumentId,
        about: Option<ObservationId>,
        write: impl FnOnce(&mut Writer<'_>),
    ) -> Written {
        let now = self.now;
        let Some(paper) = staged.session().and_then(|session| session.paper(document)) else {
            return Written::Impossible;
        };
        let Some(change) = paper.document.commit(now, write) else {
            return Written::Nothing;
        };
        let name = paper.name;
        let operation = paper.keep(std::slice::from_ref(&change), || self.draw());
        staged.operations.extend(operation);
        match self.sealed(
            staged.state.session.clone().as_deref(),
            name,
            &[change],
            about.into_iter().collect(),
        ) {
            Some(line) => {
                staged.write_outbox([line]);
                Written::Change
            }
            None => Written::Impossible,
        }
    }

    /// Changes of one document as a line of the outbox.
    pub(super) fn sealed(
        &mut self,
        session: Option<&Session>,
        name: DocumentName,
        changes: &[RawChange],
        about: Vec<ObservationId>,
    ) -> Option<Line> {
        let credentials = self.state.device.credentials.clone()?;
        let signing = SigningKey::from_bytes(session?.signing.bytes());
        let payload = Payload {
            name,
            changes: changes.iter().map(|change| change.bytes.clone()).collect(),
        };
        let bytes = envelope::seal(
            &credentials.campaign_key,
            credentials.enrolment.campaign,
            credentials.enrolment.device,
            &signing,
            &payload,
            &mut self.rng,
        )
        .ok()?;
        Some(Line::Sealed(Waiting {
            envelope: super::encoding::to_hex(&envelope::envelope_hash(&bytes)),
            document: crate::document::document_id(&name),
            changes: changes
                .iter()
                .map(|change| change.hash.to_string())
                .collect(),
            about,
            at: self.now,
            refused: None,
            bytes: Arc::new(bytes),
        }))
    }

    /// Seals own changes that neither wait nor are acknowledged: a power cut between log and
    /// outbox, or a server restored from an older copy.
    pub(super) fn seal_what_is_missing(&mut self, staged: &mut Staged) {
        let device = self.device_id();
        let Some(session) = staged.state.session.clone() else {
            return;
        };
        for paper in session.papers.values() {
            if !matches!(paper.name, DocumentName::Round { .. }) {
                continue;
            }
            let outbox = &staged.state.outbox;
            let missing: Vec<RawChange> = paper
                .document
                .changes_by(device)
                .into_iter()
                .filter(|change| !outbox.knows(paper.id, &change.hash.to_string()))
                .collect();
            if missing.is_empty() {
                continue;
            }
            // Which change is about what is not told again: all own entries count as waiting.
            let own = paper
                .round()
                .map_or(&[][..], |(round, _)| &round.observations);
            let own = own.iter().filter(|seen| {
                let edited = seen.edited.is_some_and(|stamp| stamp.device == device);
                edited || seen.created.device == device
            });
            let about: Vec<ObservationId> = own.map(|seen| seen.id).collect();
            for part in missing.chunks(CHANGES_PER_ENVELOPE) {
                let about = about.clone();
                let line = self.sealed(Some(&*session), paper.name, part, about);
                staged.write_outbox(line);
            }
        }
    }

    /// Seals as one envelope what waits in several.
    pub(super) fn pack(&mut self, document: DocumentId) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), super::job::After::Mended);
        let session = self.state.session.clone()?;
        let paper = session.papers.get(&document)?;
        let waiting: Vec<&Waiting> = self
            .state
            .outbox
            .waiting
            .iter()
            .filter(|waiting| waiting.document == document && waiting.refused.is_none())
            .take(CHANGES_PER_ENVELOPE)
            .collect();
        let wanted: Vec<&String> = waiting
            .iter()
            .flat_map(|waiting| &waiting.changes)
            .collect();
        let changes: Vec<RawChange> = paper
            .document
            .changes_by(self.device_id())
            .into_iter()
            .filter(|change| wanted.contains(&&change.hash.to_string()))
            .collect();
        if changes.len() != wanted.len() || changes.len() > 2 * CHANGES_PER_ENVELOPE {
            return None;
        }
        let about = waiting
            .iter()
            .flat_map(|waiting| waiting.about.clone())
            .collect();
        let replaced: Vec<Line> = waiting
            .iter()
            .map(|waiting| Line::Replaced {
                envelope: waiting.envelope.clone(),
            })
            .collect();
        let line = self.sealed(Some(&*session), paper.name, &changes, about)?;
        staged.write_outbox(std::iter::once(line).chain(replaced));
        Some(staged)
    }
}
