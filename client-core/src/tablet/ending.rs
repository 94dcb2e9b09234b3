//! The end of a campaign on a tablet that nobody brings to a network: what can be read of it is
//! destroyed at a start, contact or none.
//!
//! It must never reach what is sealed for the server, nor believe a clock the first time it says that
//! the campaign is over: it says so first, and destroys at a start of a later day.

use super::Tablet;
use super::job::{After, Job};
use super::store::Staged;
use crate::model::{Night, TimestampMs};

/// A campaign's rounds may be opened again so long after its last night, milliseconds.
const KEPT_MS: TimestampMs = 30 * 24 * 3_600_000;
/// The check-list tells so long before, milliseconds.
const TOLD_BEFORE_MS: TimestampMs = 7 * 24 * 3_600_000;
/// Between the start that says that it is over and the one that destroys, milliseconds.
const TOLD_MS: TimestampMs = 24 * 3_600_000;

impl Tablet {
    /// Whether the last night is so long past that nothing of the campaign is kept, in so long.
    fn is_ended_in(&self, ms: TimestampMs) -> bool {
        let device = &self.state.device;
        let then = device.server_time(self.now) + ms - KEPT_MS;
        let last = device.last_night;
        last.is_some_and(|night| night < Night::of(then, 0))
    }

    /// It ends within days, or it is over and this was said.
    pub(super) fn ends_soon(&self) -> bool {
        self.is_ended_in(TOLD_BEFORE_MS)
    }

    /// At a start: ten wrong PINs before it, or the end of the campaign.
    pub(super) fn destroy_when_due(&mut self) {
        let device = &self.state.device;
        if device.tries.exhausted() && !device.destroyed {
            return self.jobs.push_back(Job::Destroy);
        }
        if device.destroyed || device.credentials.is_none() {
            return;
        }
        match (self.is_ended_in(0), device.end_told_at) {
            (true, Some(told)) if self.now - told >= TOLD_MS => self.jobs.push_back(Job::Destroy),
            (true, Some(told)) if told <= self.now => {}
            // Said anew after the clock was set back, and taken back where it had been wrong.
            (over, told) if over || told.is_some() => self.jobs.push_back(Job::TellEnd(over)),
            _ => {}
        }
    }

    pub(super) fn tell_end(&mut self, over: bool) -> Staged {
        let told_at = over.then_some(self.now);
        let mut staged = Staged::new(self.state.clone(), After::Nothing);
        staged.write_device(|device| device.end_told_at = told_at);
        staged
    }
}
