//! Envelopes that no tablet brings: a rescue file handed in at the console or at the command line.
//!
//! They pass the same gate as any, under the server's own name as carrier. What arrived before is
//! known by its hash: a file handed in twice, or beside the tablet itself, counts once.

use super::admission::Setting;
use super::receive::{EnvelopeOutcome, Taken};
use super::{Engine, EngineError};
use maraude_core::model::DeviceId;
use maraude_core::sync::Rescue;
use maraude_core::sync::envelope::envelope_hash;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// What became of a rescue file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rescued {
    /// Envelopes that are on the server's disk, now or since before.
    pub kept: u32,
    /// Changes of them in the log.
    pub changes: u32,
    /// Changes the gate refused: kept apart, to be looked at.
    pub set_aside: u32,
    /// Envelopes refused whole, by reason; kept apart where `true`.
    pub refused: BTreeMap<(String, bool), u32>,
}

impl Engine {
    /// Takes a rescue file in; gives its answer once all is on disk. Blocks: call it from the pool.
    pub fn take_rescue(&self, rescue: &Rescue, carrier: DeviceId) -> Result<Rescued, EngineError> {
        let plan = self.plan_or_none()?;
        let mut rescued = Rescued::default();
        let envelopes = rescue.envelopes.iter().cloned().map(ByteBuf::from);
        let mut left: Vec<ByteBuf> = envelopes.collect();
        while !left.is_empty() {
            let setting = Setting {
                plan: &plan,
                carrier,
                now: self.parts.clock.now(),
                offset_ms: None,
                contact: None,
            };
            let mut taken = Taken::default();
            self.take_envelopes(&left, setting, &mut taken)?;
            for submitted in std::mem::take(&mut taken.submitted) {
                submitted.pending.wait()?;
                if let Some(ahead) = submitted.ahead {
                    ahead.arrived();
                }
            }
            let before = left.len();
            left.retain(|bytes| !taken.outcomes.contains_key(&envelope_hash(bytes)));
            for outcome in taken.outcomes.values() {
                rescued.count(outcome);
            }
            if left.len() == before {
                break;
            }
        }
        Ok(rescued)
    }
}

impl Rescued {
    fn count(&mut self, outcome: &EnvelopeOutcome) {
        match outcome {
            EnvelopeOutcome::Kept {
                changes,
                quarantined,
                ..
            } => {
                self.kept += 1;
                self.changes += changes.len() as u32;
                self.set_aside += quarantined.len() as u32;
            }
            EnvelopeOutcome::Refused { code, kept, .. } => {
                *self.refused.entry(((*code).to_owned(), *kept)).or_default() += 1;
            }
        }
    }
}
