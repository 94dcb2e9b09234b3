//! Tablets whose memory went back: a restored backup, or two tablets with one memory.
//!
//! A tablet gives back the log's end as it last heard it, and what it heard only grows. One that
//! gives back an older end than before was restored; one that does so again and again is two. Nothing
//! is lost by it: each opening of a vault draws an actor of its own. It is for the coordination to know.

use super::Engine;
use crate::store::{LogPosition, StoreError};
use maraude_core::model::{DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// The log's own value: [`MemoryWentBack`] by tablet, in JSON.
const MEMORIES: &str = "memories-went-back";

/// Going back so many times is no restoration any more.
const CLONED_FROM: u32 = 2;

/// Times after which no more is written: whoever plays with ends fills no disk.
const COUNTED: u32 = 16;

/// A tablet whose memory went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryWentBack {
    /// When it was last found (server clock).
    pub at: TimestampMs,
    /// How many times.
    pub times: u32,
}

impl MemoryWentBack {
    /// It goes back and forth: two tablets share one memory.
    pub fn is_cloned(&self) -> bool {
        self.times >= CLONED_FROM
    }
}

impl Engine {
    /// Tablets whose memory was found to have gone back.
    pub fn memories_gone_back(&self) -> Result<BTreeMap<DeviceId, MemoryWentBack>, StoreError> {
        let kept = self.log().meta(MEMORIES)?;
        Ok(kept
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default())
    }

    /// Notes the end that a tablet knows; an older one than before is written down.
    pub(super) fn note_memory(
        &self,
        device: DeviceId,
        knows: LogPosition,
    ) -> Result<(), StoreError> {
        let mut known = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.insert(device, knows);
        if before.is_none_or(|before| knows >= before) {
            return Ok(());
        }
        let mut found = self.memories_gone_back()?;
        let times = found.get(&device).map_or(0, |found| found.times);
        if times >= COUNTED {
            return Ok(());
        }
        let now = self.parts.clock.now();
        let times = times + 1;
        tracing::warn!(%device, times, "a tablet's memory went back");
        found.insert(device, MemoryWentBack { at: now, times });
        let bytes = serde_json::to_vec(&found).expect("plain values become JSON");
        self.log().set_meta(MEMORIES, &bytes)?;
        drop(known);
        let (by, what) = (device.to_string(), times.to_string());
        let server = &self.parts.server;
        server.add_audit(now, &by, "tablet-went-back", &what)
    }
}
