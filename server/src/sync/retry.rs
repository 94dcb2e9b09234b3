//! Quarantine looked at again: after a repair, an upgrade, or a coordinator's decision.
//!
//! Nothing is let in past the gate; what is refused again stays where it is.

use super::admission::{Item, Setting, Submitted};
use super::receive::{EnvelopeOutcome, Sorted, Taken};
use super::{Engine, EngineError};
use crate::store::{HashValue, Quarantined};
use maraude_core::document::{DocumentName, Plan};
use maraude_core::model::RoundKey;
use maraude_core::sync::envelope::{PAYLOAD_CAP_BYTES, open};

/// Refused bytes read at once.
const PIECE: usize = 256;

/// Place of a whole envelope.
pub(super) const WHOLE: u32 = u32::MAX;

/// What came of looking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retried {
    /// Let in, or known by now.
    pub taken: u32,
    /// Refused again.
    pub left: u32,
}

impl Engine {
    /// Tries again what nobody has dealt with: one, or all. `revoked` takes up the work of revoked
    /// tablets too. Blocks: call it from the pool.
    pub fn retry_quarantine(
        &self,
        only: Option<u64>,
        revoked: bool,
    ) -> Result<Retried, EngineError> {
        let mut retried = Retried::default();
        for kept in self.quarantined(only.map_or(0, |number| number.saturating_sub(1))) {
            let kept = kept?;
            if only.is_some_and(|number| number != kept.number) {
                break;
            }
            if kept.settled_at.is_some() {
                continue;
            }
            if self.retry_one(&kept, revoked)? {
                self.settle(&kept)?;
                retried.taken += 1;
            } else {
                retried.left += 1;
            }
        }
        Ok(retried)
    }

    /// All that was refused after a number, dealt with or not, read piece by piece: what is kept
    /// meanwhile comes too.
    pub(super) fn quarantined(
        &self,
        mut after: u64,
    ) -> impl Iterator<Item = Result<Quarantined, EngineError>> + '_ {
        let mut piece = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if piece.len() == 0 {
                match self.log().quarantine(after, PIECE) {
                    Ok(read) => piece = read.into_iter(),
                    Err(error) => return Some(Err(error.into())),
                }
            }
            let kept: Quarantined = piece.next()?;
            after = kept.number;
            Some(Ok(kept))
        })
    }

    fn settle(&self, kept: &Quarantined) -> Result<(), EngineError> {
        let now = self.parts.clock.now();
        Ok(self.log().settle_quarantine(kept.number, now)?)
    }

    fn retry_one(&self, kept: &Quarantined, revoked: bool) -> Result<bool, EngineError> {
        let plan = self.plan_or_none()?;
        let mut setting = setting_of(kept, &plan);
        if kept.item.item == WHOLE {
            let mut taken = Taken::default();
            match self.sort(&kept.item.bytes)? {
                Sorted::Item(name, item) => {
                    taken.note(&name, self.take_in(&name, &[item], &setting)?);
                }
                Sorted::Aside(name, item, _) if revoked => {
                    taken.note(&name, self.take_in(&name, &[item], &setting)?);
                }
                Sorted::Moved(late) => self.take_in_late(&late, &mut setting, &mut taken)?,
                _ => return Ok(false),
            }
            return taken_whole(taken, kept.item.envelope);
        }
        let Some((name, item)) = self.reopen(kept, revoked)? else {
            return Ok(false);
        };
        let admitted = self.take_in(&name, &[item], &setting)?;
        arrived(admitted.submitted)?;
        if admitted.outcomes.iter().any(|outcome| outcome.full) {
            // Something of it was refused and could not be kept: it stays where it is.
            return Ok(false);
        }
        let refused = |outcome: &super::admission::ItemOutcome| !outcome.quarantined.is_empty();
        Ok(!admitted.outcomes.iter().any(refused))
    }

    /// Opens the envelopes of a round, whatever its issue, that were refused whole and can be opened
    /// by now: what is in them enters, or lies aside under the round's name.
    pub(super) fn open_whole(&self, round: RoundKey) -> Result<(), EngineError> {
        for kept in self.quarantined(0) {
            let kept = kept?;
            if kept.item.item != WHOLE
                || kept.settled_at.is_some()
                || !self.is_sealed_for(&kept.item.bytes, round)?
            {
                continue;
            }
            let opened = match self.sort(&kept.item.bytes)? {
                Sorted::Aside(name, item, code) => {
                    let plan = self.plan_or_none()?;
                    let setting = setting_of(&kept, &plan);
                    let mut taken = Taken::default();
                    taken.note(&name, self.keep_aside(&name, &[item], code, &setting)?);
                    taken_whole(taken, kept.item.envelope)?
                }
                _ => self.retry_one(&kept, false)?,
            };
            if opened {
                self.settle(&kept)?;
            }
        }
        Ok(())
    }

    /// Whether an envelope opens under the campaign's key and speaks of a round, whoever signed it.
    pub(super) fn is_sealed_for(
        &self,
        envelope: &[u8],
        round: RoundKey,
    ) -> Result<bool, EngineError> {
        let secret = self.secret()?;
        let Ok(payload) = open(envelope, &secret, PAYLOAD_CAP_BYTES) else {
            return Ok(false);
        };
        let DocumentName::Round { key } = payload.name else {
            return Ok(false);
        };
        let reissue = round.reissue;
        Ok(RoundKey { reissue, ..key } == round)
    }

    /// What was refused, as it came; none while its author or document is not known.
    fn reopen(
        &self,
        kept: &Quarantined,
        revoked: bool,
    ) -> Result<Option<(DocumentName, Item)>, EngineError> {
        let (Some(device), Some(document)) = (kept.item.device, kept.item.document) else {
            return Ok(None);
        };
        let author = self.parts.server.device(device)?;
        let stored = self.log().document(document)?;
        let (Some(author), Some(stored)) = (author, stored) else {
            return Ok(None);
        };
        if author.is_revoked() && !revoked {
            return Ok(None);
        }
        let item = Item {
            envelope: kept.item.envelope,
            author,
            first: kept.item.item,
            changes: vec![kept.item.bytes.clone()],
        };
        Ok(Some((stored.name, item)))
    }
}

/// As it came, so long ago.
fn setting_of<'a>(kept: &Quarantined, plan: &'a Plan) -> Setting<'a> {
    Setting {
        plan,
        carrier: kept.item.carrier,
        now: kept.item.received_at,
        offset_ms: None,
        contact: None,
    }
}

/// Waits until all is on disk.
fn arrived(submitted: Vec<Submitted>) -> Result<(), EngineError> {
    for submitted in submitted {
        submitted.pending.wait()?;
        if let Some(ahead) = submitted.ahead {
            ahead.arrived();
        }
    }
    Ok(())
}

/// Whether all of an envelope entered, or lies in quarantine change by change.
fn taken_whole(mut taken: Taken, envelope: HashValue) -> Result<bool, EngineError> {
    arrived(std::mem::take(&mut taken.submitted))?;
    let outcome = taken.outcomes.get(&envelope);
    Ok(matches!(outcome, Some(EnvelopeOutcome::Kept { .. })))
}
