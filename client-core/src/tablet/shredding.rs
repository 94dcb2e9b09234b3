//! Destroying what is safe elsewhere (design D4): a key first, then a file.

use super::Tablet;
use super::handover::RECEIVING;
use super::job::{After, Job};
use super::paper::{Paper, file_of};
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use crate::document::{DocumentName, document_id};
use crate::model::{DocumentId, Night, RoundKey, SectorId, TimestampMs};
use crate::vault::Secret;

/// A closed round stays so long for a second thought, milliseconds.
const SHRED_GRACE_MS: TimestampMs = 15 * 60_000;
/// A closed and acknowledged round goes at the latest after this (design D4), milliseconds.
const SHRED_AT_LATEST_MS: TimestampMs = 24 * 3_600_000;
/// A night that began so long ago is over in every time zone, milliseconds.
const OVER_AFTER_MS: TimestampMs = 48 * 3_600_000;

impl Tablet {
    /// Closed or handed over, and acknowledged: rounds on this tablet, and when they are to go (design D4).
    fn shreddings(&self) -> impl Iterator<Item = (DocumentId, TimestampMs)> + '_ {
        let outbox = &self.state.outbox;
        outbox.arrivals.iter().filter_map(|(document, arrival)| {
            let handed_at = arrival.handed.as_ref().map(|handed| handed.at);
            let closed_at = arrival.closed_at.or(handed_at)?;
            let acknowledged = !arrival.acknowledged.is_empty() && !outbox.holds(*document);
            let here = self.disk.file(&format!("round-{document}")).is_some();
            let late = arrival.received_at + SHRED_AT_LATEST_MS;
            let safe = closed_at + SHRED_GRACE_MS;
            let at = if arrival.safe { safe.min(late) } else { late };
            (acknowledged && here).then_some((*document, at))
        })
    }

    pub(super) fn next_shredding_at(&self) -> Option<TimestampMs> {
        self.shreddings()
            .map(|(_, at)| at)
            .filter(|at| *at > self.now)
            .min()
    }

    /// Destroys closed rounds that are safe on the server, or acknowledged long ago.
    pub(super) fn shred_what_is_due(&mut self) {
        let busy = self.form.as_ref().and(self.round);
        let due: Vec<DocumentId> = self
            .shreddings()
            .filter(|(document, at)| *at <= self.now && Some(*document) != busy)
            .map(|(document, _)| document)
            .collect();
        for document in due.into_iter().chain(self.idle_briefs()) {
            if self.has_paper(document) {
                self.jobs.push_back(Job::Shred(document));
            } else if self.state.session.is_none() {
                self.jobs.push_back(Job::ShredLocked(document));
            }
        }
    }

    /// Briefs of past nights that no round needs: prefetched, then not used.
    fn idle_briefs(&self) -> Vec<DocumentId> {
        let Some(session) = self.state.session.as_deref() else {
            return Vec::new();
        };
        let idle = session.papers.values().filter(|paper| match paper.name {
            DocumentName::Brief { sector, night, .. } => {
                let needed = self
                    .round_papers()
                    .any(|paper| stands_on(paper, sector, night));
                self.is_over(night) && !needed
            }
            _ => false,
        });
        idle.map(|paper| paper.id).collect()
    }

    /// The night is past, whatever the time zone.
    pub(super) fn is_over(&self, night: Night) -> bool {
        night < Night::of(self.now - OVER_AFTER_MS, 0)
    }

    /// The round was closed, arrived and was destroyed here.
    pub(super) fn is_shredded(&self, key: RoundKey) -> bool {
        let key = self.newest_issue(key);
        let id = document_id(&DocumentName::Round { key });
        let arrival = self.state.outbox.arrivals.get(&id);
        arrival.is_some_and(|arrival| arrival.closed_at.is_some()) && !self.has_paper(id)
    }

    /// Destroys a document's key, then its file; a round's brief goes with it.
    pub(super) fn shred(&mut self, document: DocumentId) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::Shredded(document));
        let name = self.paper(document)?.name;
        let mut going = vec![name];
        if let DocumentName::Round { key } = name
            && let Some(sector) = key.sector
        {
            let shared = self
                .round_papers()
                .any(|paper| paper.id != document && stands_on(paper, sector, key.night));
            if !shared {
                going.push(DocumentName::Brief {
                    campaign: key.campaign,
                    sector,
                    night: key.night,
                });
            }
        }
        if let DocumentName::Round { key } = name {
            // Another issue of it, which was to take its place.
            let issues = self.round_papers().filter(|paper| paper.id != document);
            let issue = |paper: &&Paper| {
                matches!(paper.name, DocumentName::Round { key: other }
                    if RoundKey { reissue: key.reissue, ..other } == key)
            };
            going.extend(issues.filter(issue).map(|paper| paper.name));
        }
        self.stage_shredding(&mut staged, &going)?;
        Some(staged)
    }

    /// Destroys the keys of documents, then their files.
    pub(super) fn stage_shredding(
        &mut self,
        staged: &mut Staged,
        going: &[DocumentName],
    ) -> Option<()> {
        let (new_key, nonces) = (Secret::new(self.draw()), self.draw());
        let session = staged.session()?;
        // A pack for a call that nobody answered would open to somebody who kept it and this tablet.
        session.vault.destroy_key(RECEIVING, new_key.clone());
        for name in going {
            session.vault.destroy_key(&file_of(name), new_key.clone());
            session.papers.remove(&document_id(name));
        }
        let vault = session.vault.to_file(&nonces);
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), vault));
        let files = going.iter().map(file_of);
        staged.operations.extend(
            files
                .filter(|file| self.disk.file(file).is_some())
                .map(Operation::Delete),
        );
        Some(())
    }

    /// A locked tablet cannot change the ring: it deletes the file; the key goes at the next
    /// opening.
    pub(super) fn shred_locked(&mut self, document: DocumentId) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::Nothing);
        staged
            .operations
            .push(Operation::Delete(format!("round-{document}")));
        staged
    }

    pub(super) fn round_shredded(&mut self, document: DocumentId) {
        if self.round == Some(document) {
            self.round = None;
            self.undo = None;
        }
    }
}

/// A round on that ground, that night.
fn stands_on(paper: &Paper, sector: SectorId, night: Night) -> bool {
    matches!(paper.name, DocumentName::Round { key }
        if key.sector == Some(sector) && key.night == night)
}
