//! A round that was issued anew, because somebody had erased what was recorded of them: this tablet
//! takes the new document, and forgets the former one, key and bytes.
//!
//! What was saved in the former one and is not sent yet goes on being sent as it is: the server takes
//! it into the new one. It must never forget the former while anything of it waits, or while the
//! new one is not all here.

use super::Tablet;
use super::job::{After, Job};
use super::outbox::Line;
use super::paper::Paper;
use super::store::Staged;
use super::view::Tone;
use crate::document::{ChangeHash, DocumentName, document_id};
use crate::model::{DocumentId, RoundKey};
use crate::sync::{DocumentUpdate, HashBytes, Moved};

/// Issues of one round that are looked for: each is somebody's erasure.
const ISSUES: u32 = 64;

fn is_issue_of(key: RoundKey, other: RoundKey) -> bool {
    RoundKey { reissue: 0, ..key }
        == RoundKey {
            reissue: 0,
            ..other
        }
}

fn key_of(paper: &Paper) -> Option<RoundKey> {
    match paper.name {
        DocumentName::Round { key } => Some(key),
        _ => None,
    }
}

impl Tablet {
    /// Makes room for what takes the place of a round here; the next request follows it.
    pub(super) fn stage_moved(&mut self, staged: &mut Staged, moved: &[Moved]) {
        for one in moved {
            let former = self.paper(one.former).and_then(key_of);
            let (Some(former), DocumentName::Round { key }) = (former, one.name) else {
                continue;
            };
            let follows = is_issue_of(former, key) && former.reissue < key.reissue;
            let here = (staged.session())
                .is_some_and(|session| session.papers.contains_key(&document_id(&one.name)));
            if follows && !here && self.stage_new_paper(staged, one.name).is_some() {
                self.more_to_come = true;
            }
        }
    }

    /// Documents of which the answer left nothing out, as they stand after it.
    pub(super) fn note_whole(
        &mut self,
        staged: &mut Staged,
        told: &[(DocumentName, Vec<HashBytes>)],
    ) {
        for (name, heads) in told {
            let id = document_id(name);
            let session = staged.session();
            let paper = session.and_then(|session| session.papers.get(&id));
            let whole = paper.is_some_and(|paper| {
                let has = |head: &HashBytes| paper.document.has(&ChangeHash(head.into_array()));
                !heads.is_empty() && heads.iter().all(has)
            });
            if whole {
                self.whole.insert(id);
            }
        }
    }

    /// What an answer tells of documents, before they are taken in.
    pub(super) fn heads_told(updates: &[DocumentUpdate]) -> Vec<(DocumentName, Vec<HashBytes>)> {
        let rounds = updates
            .iter()
            .filter(|update| matches!(update.name, DocumentName::Round { .. }));
        rounds
            .map(|update| (update.name, update.heads.clone()))
            .collect()
    }

    /// The newest issue of a round here, other than this document.
    fn newer_issue(&self, paper: &Paper) -> Option<DocumentId> {
        let key = key_of(paper)?;
        let newer = self.round_papers().filter_map(|other| {
            let issue = key_of(other)?;
            let newer = is_issue_of(key, issue) && issue.reissue > key.reissue;
            newer.then_some((issue.reissue, other.id))
        });
        newer.max().map(|(_, id)| id)
    }

    /// An older issue of the round is still here, and shown.
    pub(super) fn is_awaited(&self, key: RoundKey) -> bool {
        let mut issues = self.round_papers().filter_map(key_of);
        issues.any(|issue| is_issue_of(issue, key) && issue.reissue < key.reissue)
    }

    /// A newer issue of the round is here: this one is asked for no more.
    pub(super) fn is_superseded(&self, paper: &Paper) -> bool {
        self.newer_issue(paper).is_some()
    }

    /// The newest issue of a round that this tablet knows.
    pub(super) fn newest_issue(&self, key: RoundKey) -> RoundKey {
        let issues = (key.reissue + 1..=ISSUES).rev();
        let mut issues = issues.map(|reissue| RoundKey { reissue, ..key });
        let known = |key: &RoundKey| {
            let id = document_id(&DocumentName::Round { key: *key });
            self.has_paper(id) || self.state.outbox.arrivals.contains_key(&id)
        };
        issues.find(known).unwrap_or(key)
    }

    /// Forgets former documents whose work has all arrived, once what takes their place is here.
    pub(super) fn move_what_is_due(&mut self) {
        let due: Vec<(DocumentId, DocumentId)> = self
            .round_papers()
            .filter_map(|paper| Some((paper.id, self.newer_issue(paper)?)))
            .filter(|(former, newer)| self.may_move(*former, *newer))
            .collect();
        let jobs = due.into_iter();
        (self.jobs).extend(jobs.map(|(former, newer)| Job::Move(former, newer)));
    }

    fn may_move(&self, former: DocumentId, newer: DocumentId) -> bool {
        let busy = self.form.is_some() && self.round == Some(former);
        !busy && !self.state.outbox.holds(former) && self.whole.contains(&newer)
    }

    pub(super) fn move_round(&mut self, former: DocumentId, newer: DocumentId) -> Option<Staged> {
        if !self.may_move(former, newer) {
            return None;
        }
        let name = self.paper(former)?.name;
        let device = self.device_id();
        let own = self.paper(newer)?.document.changes_by(device);
        let changes = own.iter().map(|change| change.hash.to_string()).collect();
        let mut staged = Staged::new(self.state.clone(), After::Moved(former, newer));
        self.stage_shredding(&mut staged, &[name])?;
        let at = self.now;
        staged.write_outbox([Line::Moved {
            former,
            document: newer,
            changes,
            at,
        }]);
        Some(staged)
    }

    pub(super) fn round_moved(&mut self, former: DocumentId, newer: DocumentId) {
        self.undo = None;
        for at_hand in [&mut self.round, &mut self.left_at] {
            if *at_hand == Some(former) {
                *at_hand = Some(newer);
            }
        }
        self.say(Tone::Notice, "round-reissued", None, None);
    }
}
