//! One exchange with a tablet, end to end: take in, wait for the disk, then answer.

use super::receive::Taken;
use super::{Engine, EngineError, Pool, PoolError};
use crate::store::{BatchRefusal, CommitError, StoredDevice};
use maraude_core::sync::{SyncAnswer, SyncRequest};
use std::sync::Arc;

/// A request, and who makes it.
pub struct Exchange {
    /// The tablet that asks.
    pub carrier: StoredDevice,
    /// It has a session: documents it follows are answered too.
    pub may_read: bool,
    /// What it asks.
    pub request: SyncRequest,
}

/// Why there is no answer. Nothing was acknowledged; the tablet comes back with the same.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The pool is full, or the work panicked.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Carries out an exchange. Receipts are signed only after the commit.
pub async fn exchange(
    engine: Arc<Engine>,
    pool: Pool,
    exchange: Exchange,
) -> Result<SyncAnswer, ExchangeError> {
    let exchange = Arc::new(exchange);
    let taken = {
        let (engine, exchange) = (engine.clone(), exchange.clone());
        pool.run(move || engine.receive(&exchange)).await??
    };
    let taken = on_disk(taken).await?;
    let answer = pool.run(move || engine.answer(&exchange, &taken)).await??;
    Ok(answer)
}

/// Waits until every batch is on disk.
async fn on_disk(mut taken: Taken) -> Result<Taken, EngineError> {
    for submitted in std::mem::take(&mut taken.submitted) {
        match submitted.pending.await {
            Ok(_) => {
                if let Some(ahead) = submitted.ahead {
                    ahead.arrived();
                }
            }
            Err(CommitError::Refused(BatchRefusal::Erased { .. })) => {
                taken.erased(&submitted.envelopes);
            }
            Err(error) => {
                tracing::warn!(%error, document = %submitted.document, "a batch did not arrive");
                return Err(error.into());
            }
        }
    }
    Ok(taken)
}
