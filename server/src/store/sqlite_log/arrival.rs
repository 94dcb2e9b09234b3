//! A log that comes from another server: what it says of that server's copies does not hold here, and
//! nobody's position in it does.

use super::SqliteLog;
use crate::store::StoreError;
use crate::store::log::{COPIED, EXPORTED, Log};
use crate::store::random;
use maraude_core::model::DeviceId;
use rusqlite::params;
use std::sync::PoisonError;

/// Values that are one server's.
const OF_ONE_SERVER: [&str; 2] = [COPIED, EXPORTED];

/// Servers that were its author before, 16 bytes each.
const FORMER: &str = "former-servers";

impl SqliteLog {
    /// Draws another epoch, lets go of what holds for the former server alone, and notes that server as
    /// one of its authors: one transaction, after which everything lies in the one file.
    ///
    /// # Errors
    /// When storage fails.
    pub fn settle_here(&self, former: DeviceId) -> Result<(), StoreError> {
        let drawn: [u8; 16] = random()?;
        let mut servers = self.meta(FORMER)?.unwrap_or_default();
        servers.extend_from_slice(former.as_bytes());
        self.in_transaction(|t| {
            for name in OF_ONE_SERVER {
                t.execute("DELETE FROM meta WHERE name = ?1", [name])?;
            }
            let set = "INSERT OR REPLACE INTO meta(name, value) VALUES (?1, ?2)";
            t.execute(set, params!["epoch", drawn])?;
            t.execute(set, params![FORMER, servers])?;
            Ok(())
        })?;
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = drawn;
        self.truncate()
    }
}

/// Servers that were an author of a campaign before it came here.
///
/// # Errors
/// When storage fails.
pub fn former_servers(log: &dyn Log) -> Result<Vec<DeviceId>, StoreError> {
    let kept = log.meta(FORMER)?.unwrap_or_default();
    let (ids, _) = kept.as_chunks::<16>();
    Ok(ids.iter().copied().map(DeviceId::from_bytes).collect())
}
