//! Destroying what the tablet holds on the server's signed order, locked or not.
//!
//! It must never act on anything but an order whose signature held (`sync::Peer` checks).

use super::device::{DEVICE_FILE, DeviceFile};
use super::job::After;
use super::outbox::Outbox;
use super::store::{Operation, Staged};
use super::{Tablet, VIBRATION_PROBLEM};
use crate::sync::WipeReason;
use crate::vault::Secret;
use std::sync::Arc;

impl Tablet {
    /// Revoked: the vault goes, what is sealed for the server still leaves. Purged: all goes.
    pub(super) fn wipe(&mut self, reason: WipeReason) -> Option<Staged> {
        match reason {
            WipeReason::Revoked if self.state.device.destroyed => None,
            WipeReason::Revoked => {
                let mut staged = self.destroy();
                staged.after = After::Wiped(reason);
                Some(staged)
            }
            WipeReason::Purged => Some(self.forget_everything()),
        }
    }

    /// The secret that keys depend on is overwritten first: should the platform stop after that,
    /// what is left does not open.
    fn forget_everything(&mut self) -> Staged {
        let mut state = self.state.clone();
        state.session = None;
        state.outbox = Arc::new(Outbox::default());
        let mut staged = Staged::new(state, After::Wiped(WipeReason::Purged));
        let secret = Secret::new(self.draw());
        staged.write_device(|device| {
            *device = DeviceFile {
                device_secret: secret,
                ..DeviceFile::default()
            };
        });
        let others = self.disk.names().filter(|name| *name != DEVICE_FILE);
        staged
            .operations
            .extend(others.cloned().map(Operation::Delete));
        staged
    }

    /// Files of nobody: the tablet died while it destroyed everything.
    pub(super) fn left_by_a_wipe(&self) -> Vec<Operation> {
        let device = &self.state.device;
        if device.credentials.is_some() || device.applying.is_some() {
            return Vec::new();
        }
        let others = self.disk.names().filter(|name| *name != DEVICE_FILE);
        others.cloned().map(Operation::Delete).collect()
    }

    pub(super) fn wiped(&mut self, reason: WipeReason) {
        self.finish_locking();
        self.keep_awake(false);
        self.here = None;
        self.jobs.clear();
        match reason {
            WipeReason::Revoked => self.say_problem("tablet-revoked", None),
            WipeReason::Purged => {
                self.peer = None;
                self.asked = None;
                self.last_problem = None;
                self.say_problem("campaign-purged", None);
            }
        }
        self.vibrate(VIBRATION_PROBLEM);
    }
}
