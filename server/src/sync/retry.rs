//! Quarantine looked at again: after a repair, an upgrade, or a coordinator's decision.
//!
//! Nothing is let in past the gate; what is refused again stays where it is.

use super::admission::{Item, Setting};
use super::receive::Sorted;
use super::{Engine, EngineError};
use crate::store::Quarantined;
use maraude_core::document::DocumentName;

/// Refused bytes read at once.
const PIECE: usize = 256;

/// Place of a whole envelope.
const WHOLE: u32 = u32::MAX;

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
        let mut after = only.map_or(0, |number| number.saturating_sub(1));
        loop {
            let piece = self.log().quarantine(after, PIECE)?;
            let Some(last) = piece.last() else {
                return Ok(retried);
            };
            after = last.number;
            for kept in &piece {
                if only.is_some_and(|number| number != kept.number) {
                    return Ok(retried);
                }
                if kept.settled_at.is_some() {
                    continue;
                }
                if self.retry_one(kept, revoked)? {
                    self.log()
                        .settle_quarantine(kept.number, self.parts.clock.now())?;
                    retried.taken += 1;
                } else {
                    retried.left += 1;
                }
            }
        }
    }

    fn retry_one(&self, kept: &Quarantined, revoked: bool) -> Result<bool, EngineError> {
        let Some((name, item)) = self.reopen(kept, revoked)? else {
            return Ok(false);
        };
        let plan = self.plan_or_none()?;
        let setting = Setting {
            plan: &plan,
            carrier: kept.item.carrier,
            now: kept.item.received_at,
            offset_ms: None,
            contact: None,
        };
        let admitted = self.take_in(&name, &[item], &setting)?;
        for submitted in admitted.submitted {
            submitted.pending.wait()?;
            if let Some(ahead) = submitted.ahead {
                ahead.arrived();
            }
        }
        if admitted.outcomes.iter().any(|outcome| outcome.full) {
            // Something of it was refused and could not be kept: it stays where it is.
            return Ok(false);
        }
        let refused = |outcome: &super::admission::ItemOutcome| !outcome.quarantined.is_empty();
        // The refused parts of a whole envelope now lie in quarantine on their own.
        let whole = kept.item.item == WHOLE;
        Ok(whole || !admitted.outcomes.iter().any(refused))
    }

    /// What was refused, as it came; none while its author or document is not known.
    fn reopen(
        &self,
        kept: &Quarantined,
        revoked: bool,
    ) -> Result<Option<(DocumentName, Item)>, EngineError> {
        if kept.item.item == WHOLE {
            return Ok(match self.sort(&kept.item.bytes)? {
                Sorted::Item(name, item) => Some((name, item)),
                Sorted::Aside(name, item, _) if revoked => Some((name, item)),
                _ => None,
            });
        }
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
