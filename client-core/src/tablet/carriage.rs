//! Envelopes of other tablets that this one carries to the server. Sealed to the campaign: nothing
//! here can read them.

use super::outbox::Hex;
use crate::model::{DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was delivered stays so long, should the server be restored from an older copy (design D4),
/// milliseconds.
const KEPT_AFTER_MS: TimestampMs = 24 * 3_600_000;

/// An envelope of another tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carried {
    /// SHA-256 of the envelope.
    pub envelope: Hex,
    /// The tablet whose file it came in.
    pub from: DeviceId,
    /// When it was taken on (device clock).
    pub at: TimestampMs,
    /// The server refused it and does not keep it.
    pub refused: Option<String>,
    /// It is on the server since (device clock).
    pub settled_at: Option<TimestampMs>,
    /// The envelope.
    #[serde(skip)]
    pub bytes: Arc<Vec<u8>>,
}

/// A tablet that something was carried for, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Origin {
    /// Its label.
    pub label: String,
    /// Envelopes the server has confirmed.
    pub delivered: u32,
    /// Short code of the last receipt.
    pub code: Option<String>,
    /// Of the last receipt (server clock).
    pub at: Option<TimestampMs>,
}

/// All that is carried for others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Carriage {
    pub envelopes: Vec<Carried>,
    pub origins: BTreeMap<DeviceId, Origin>,
}

impl Carriage {
    /// What is still to be delivered, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = &Carried> {
        let carried = self.envelopes.iter();
        carried.filter(|one| one.settled_at.is_none())
    }

    /// Takes an envelope on; one that is there already stays as it is.
    pub fn take_on(&mut self, carried: Carried) {
        if !self.has(&carried.envelope) {
            self.envelopes.push(carried);
        }
    }

    /// Whether an envelope is carried, or was in the last day.
    pub fn has(&self, envelope: &str) -> bool {
        self.envelopes.iter().any(|one| one.envelope == envelope)
    }

    /// The server has it; `receipt` is the code and instant of its receipt, where there is one.
    pub fn settle(
        &mut self,
        envelope: &str,
        receipt: Option<(String, TimestampMs)>,
        now: TimestampMs,
    ) {
        let mut carried = self.envelopes.iter_mut();
        let Some(one) = carried.find(|one| one.envelope == envelope && one.settled_at.is_none())
        else {
            return;
        };
        one.settled_at = Some(now);
        one.refused = None;
        let origin = self.origins.entry(one.from).or_default();
        origin.delivered += 1;
        if let Some((code, at)) = receipt {
            (origin.code, origin.at) = (Some(code), Some(at));
        }
    }

    /// The server refused it and does not keep it.
    pub fn refuse(&mut self, envelope: &str, code: String) {
        let mut carried = self.envelopes.iter_mut();
        if let Some(one) = carried.find(|one| one.envelope == envelope) {
            one.refused = Some(code);
        }
    }

    /// The server's log is another one: all that is still here is offered again.
    pub fn offer_again(&mut self) {
        for one in &mut self.envelopes {
            if one.settled_at.take().is_some() {
                let origin = self.origins.entry(one.from).or_default();
                origin.delivered = origin.delivered.saturating_sub(1);
            }
        }
    }

    /// Delivered so long ago that it may go.
    pub fn outlived(&self, now: TimestampMs) -> impl Iterator<Item = &Hex> {
        let old = move |one: &&Carried| {
            let settled = one.settled_at;
            settled.is_some_and(|settled| now - settled >= KEPT_AFTER_MS)
        };
        self.envelopes.iter().filter(old).map(|one| &one.envelope)
    }

    /// Lets go of an envelope.
    pub fn drop_one(&mut self, envelope: &str) {
        self.envelopes.retain(|one| one.envelope != envelope);
    }
}
