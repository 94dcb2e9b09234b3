//! Rescue files handed in by a person: the same for the console and the command line.

use super::App;
use crate::store::StoreError;
use crate::sync::{EngineError, Rescued};
use maraude_core::model::CampaignId;
use maraude_core::sync::{Rescue, RescueError};

/// Why a rescue file was not taken in. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum TakeRescueError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] RescueError),
    /// The campaign is not open here.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine failed; what arrived before is kept, and the file may be handed in again.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl App {
    /// Takes a rescue file in and notes who handed it in. Blocks: call it from the pool.
    pub fn take_rescue(
        &self,
        campaign: CampaignId,
        file: &[u8],
        author: &str,
    ) -> Result<(Rescue, Rescued), TakeRescueError> {
        let rescue = Rescue::parse(file, campaign)?;
        let engine = self.engine(campaign)?;
        let rescued = engine.take_rescue(&rescue, self.0.device)?;
        let subject = format!("{campaign} {}", rescue.device);
        self.server()
            .add_audit(self.clock().now(), author, "rescue-imported", &subject)?;
        Ok((rescue, rescued))
    }
}
