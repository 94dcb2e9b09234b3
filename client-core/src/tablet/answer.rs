//! What an answer of the server changes here, in one write.

use super::Tablet;
use super::device::Credentials;
use super::encoding::{to_base32, to_base64};
use super::exchange::FAILED_POLL_MS;
use super::job::{After, Job};
use super::outbox::Line;
use super::store::Staged;
use crate::document::{DocumentName, document_id};
use crate::sync::{Digest, Receipt};

/// A clock that moved less than this is not noted again, milliseconds.
const CLOCK_STEP_MS: i64 = 2_000;

impl Tablet {
    /// What an answer changes, in one write.
    pub(super) fn take_answer(&mut self, digest: Digest) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::Taken);
        let mut lines = Vec::new();
        if digest.epoch_renewed {
            lines.push(Line::NewEpoch);
            self.reseal = true;
        }
        for receipt in &digest.receipts {
            lines.push(Line::Settled {
                envelope: super::encoding::to_hex(receipt.envelope.as_slice()),
                code: short_code(receipt),
                set_aside: receipt.quarantined.len() as u32,
                at: receipt.at,
                received_at: self.now,
            });
        }
        for refused in &digest.refused {
            lines.push(Line::Refused {
                envelope: super::encoding::to_hex(refused.envelope.as_slice()),
                code: refused.code.clone(),
                kept_there: refused.quarantined,
            });
        }
        for custody in &digest.rounds {
            let known = self.state.outbox.arrivals.get(&custody.document);
            let same = known.is_some_and(|known| {
                (known.held, known.read, known.safe) == (custody.held, custody.read, custody.safe)
            });
            if !same {
                lines.push(Line::Custody {
                    document: custody.document,
                    held: custody.held,
                    read: custody.read,
                    safe: custody.safe,
                });
            }
        }
        // With what was heard, or not at all: what is given back was stored. An answer that says
        // nothing costs no write.
        let heard = !lines.is_empty() || !digest.rounds.is_empty();
        if let Some(end) = digest.log_end.filter(|_| heard) {
            let end = to_base64(&end);
            lines.push(Line::LogEnd { end });
        }
        if self.state.session.is_some() {
            let told = Self::heads_told(&digest.documents);
            for update in digest.documents {
                self.take_update(&mut staged, update);
            }
            self.note_whole(&mut staged, &told);
            self.stage_moved(&mut staged, &digest.moved);
        }
        let mark = self.share_mark().filter(|_| digest.reset_share_kept);
        if mark.is_some() && mark != self.state.device.reset_deposited {
            staged.write_device(|device| device.reset_deposited = mark);
        }
        lines.extend(self.closings(&staged));
        let outlived = self.state.outbox.carriage.outlived(self.now).cloned();
        lines.extend(outlived.map(|envelope| Line::Replaced { envelope }));
        staged.write_outbox(lines);
        self.note_contact(&mut staged, digest.epoch, digest.clock_offset_ms);
        staged
    }

    /// Rounds that a colleague closed or opened again.
    fn closings(&self, staged: &Staged) -> Vec<Line> {
        let session = staged.state.session.as_deref();
        let papers = session
            .into_iter()
            .flat_map(|session| session.papers.values());
        papers
            .filter_map(|paper| {
                let DocumentName::Round { key } = paper.name else {
                    return None;
                };
                let (round, _) = paper.round()?;
                let open = round.closures.iter().filter(|c| c.reopened_at.is_none());
                let closed_at = open.map(|closure| closure.stamp.at).max();
                let arrival = staged.state.outbox.arrivals.get(&paper.id)?;
                (arrival.closed_at.is_some() != closed_at.is_some()).then(|| Line::Round {
                    document: paper.id,
                    sector: arrival
                        .sector
                        .clone()
                        .or_else(|| self.sector_code(key.sector)),
                    night: key.night,
                    closed_at,
                    handed: arrival.handed.clone(),
                })
            })
            .collect()
    }

    /// Notes in the clear file what a locked tablet needs: epoch, clock, the coordination's number.
    fn note_contact(
        &mut self,
        staged: &mut Staged,
        epoch: Option<[u8; 16]>,
        clock_offset_ms: Option<i64>,
    ) {
        let device = &self.state.device;
        let epoch = epoch.map(|epoch| to_base64(&epoch));
        let moved = clock_offset_ms.filter(|offset| {
            device
                .clock_offset_ms
                .is_none_or(|known| (known - offset).abs() >= CLOCK_STEP_MS)
        });
        let campaign = staged.state.session.as_ref().and_then(|session| {
            let campaign = device.credentials.as_ref()?.enrolment.campaign;
            let paper = session
                .papers
                .get(&document_id(&DocumentName::Plan { campaign }))?;
            paper.plan()?.campaign.clone()
        });
        let last = campaign
            .as_ref()
            .and_then(|c| c.nights.iter().max().copied());
        let last = last.or(device.last_night);
        let mut credentials = device.credentials.clone();
        if let (Some(credentials), Some(campaign)) = (&mut credentials, campaign) {
            credentials.coordination_number = campaign.coordination_number;
            credentials.enrolment.campaign_name = campaign.name;
        }
        let said = |c: &Credentials| {
            (
                c.coordination_number.clone(),
                c.enrolment.campaign_name.clone(),
            )
        };
        let renamed = credentials.as_ref().map(said) != device.credentials.as_ref().map(said);
        let same = epoch == device.epoch && last == device.last_night;
        if same && moved.is_none() && !renamed {
            return;
        }
        staged.write_device(|device| {
            device.epoch = epoch;
            device.clock_offset_ms = moved.or(device.clock_offset_ms);
            device.credentials = credentials;
            device.last_night = last;
        });
    }

    pub(super) fn answer_taken(&mut self) {
        if std::mem::take(&mut self.reseal) && self.state.session.is_some() {
            self.jobs.push_back(Job::Mend);
        }
        self.move_what_is_due();
        self.shred_what_is_due();
        if std::mem::take(&mut self.more_to_come) {
            self.next_poll_at = self.now;
        }
        self.exchange_soon();
    }

    pub(super) fn answer_not_taken(&mut self) {
        self.more_to_come = false;
        self.last_problem = Some("not-stored".to_owned());
        self.next_poll_at = self.now + FAILED_POLL_MS;
    }
}

/// Sixteen characters of a receipt, in groups of four, to be read aloud or copied.
fn short_code(receipt: &Receipt) -> String {
    let text = to_base32(&receipt.signature.as_slice()[..10]);
    let groups: Vec<&str> = (0..4).filter_map(|n| text.get(4 * n..4 * n + 4)).collect();
    groups.join("-")
}
