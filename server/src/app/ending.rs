//! The end of tablets' rights, and the news that open connections must end.
//!
//! It must never answer a revocation while something is being told to the tablet. `retention` and
//! `http` call it.

use super::App;
use crate::store::StoreError;
use maraude_core::model::{CampaignId, DeviceId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// How long a revocation waits for answers to its tablet that are under way.
const READERS_PATIENCE: Duration = Duration::from_secs(1);

/// How long an answer that left its handler takes to be on the network.
const READERS_SETTLE: Duration = Duration::from_millis(20);

/// How often it looks.
const READERS_LOOKED_AT_EVERY: Duration = Duration::from_millis(2);

/// Open connections that must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Of a tablet that was revoked.
    Device(DeviceId),
    /// Of a campaign that was purged or coarsened.
    Campaign(CampaignId),
}

/// How many answers are being told to which tablet.
#[derive(Default)]
struct Told(Mutex<HashMap<DeviceId, usize>>);

impl Told {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is being told to a tablet, until this is dropped.
pub struct Telling {
    told: Arc<Told>,
    device: DeviceId,
}

impl Drop for Telling {
    fn drop(&mut self) {
        let mut told = self.told.lock();
        if let Some(count) = told.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                told.remove(&self.device);
            }
        }
    }
}

impl App {
    /// Revokes a tablet: its tokens hold no more, its open connections end, and nothing more of a
    /// document is told to it once this returns. False when it was revoked before, or is unknown.
    /// Waits: not for the tablets' pool.
    ///
    /// # Errors
    /// When storage fails.
    pub fn revoke(&self, device: DeviceId, author: &str) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let revoked = self.server().revoke_device(device, now)?;
        if revoked {
            self.device_sessions().forget(device);
            self.announce(Ending::Device(device));
            let subject = device.to_string();
            self.server()
                .add_audit(now, author, "device-revoked", &subject)?;
            self.wait_for_readers(device);
        }
        Ok(revoked)
    }

    /// Holds a tablet's revocation back while something is told to it: take it *before* looking
    /// whether the tablet is revoked.
    pub fn telling(&self, device: DeviceId) -> Telling {
        let told = self.part(|_| Told::default());
        *told.lock().entry(device).or_default() += 1;
        Telling { told, device }
    }

    fn wait_for_readers(&self, device: DeviceId) {
        let told = self.part(|_| Told::default());
        let until = Instant::now() + READERS_PATIENCE;
        while told.lock().contains_key(&device) {
            if Instant::now() >= until {
                tracing::error!(%device, "a revoked tablet is still being answered");
                return;
            }
            std::thread::sleep(READERS_LOOKED_AT_EVERY);
        }
        std::thread::sleep(READERS_SETTLE);
    }

    /// News of what must end.
    pub fn endings(&self) -> broadcast::Receiver<Ending> {
        self.0.endings.subscribe()
    }

    pub(super) fn announce(&self, ending: Ending) {
        // Nobody listens while no connection is open.
        let _ = self.0.endings.send(ending);
    }
}
