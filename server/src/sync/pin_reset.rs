//! Forgotten PINs, as exchanges tell of them: shares that come in, new PINs that are asked for.
//!
//! The server keeps the share that a tablet's vault key needs beside the tablet's own secret. It is
//! opened only when a coordinator allows a new PIN, and goes out sealed to the key the tablet asks with.

use super::{Engine, EngineError, Exchange};
use crate::store::{StoreError, StoredDevice, random};
use maraude_core::model::TimestampMs;
use maraude_core::sync::{SecretFor, open_secret, seal_secret};
use serde_bytes::ByteBuf;

/// A request for a new PIN, and what was allowed, hold so long.
pub const RESET_HOLDS_MS: TimestampMs = 3_600_000;

/// Largest sealed share, bytes.
const SHARE_CAP_BYTES: usize = 256;

/// Why a new PIN is not allowed.
#[derive(Debug, thiserror::Error)]
pub enum AllowResetError {
    /// The tablet asks no more, or with another key: other words are on its screen.
    #[error("the tablet does not ask with this key")]
    NotAsked,
    /// It never left a share here, or one that this campaign's key does not open.
    #[error("the tablet left nothing to reset its PIN with")]
    NoShare,
    /// The stores failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for AllowResetError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl Engine {
    /// Notes what a request says of resets.
    pub(super) fn note_reset(&self, exchange: &Exchange) -> Result<(), EngineError> {
        let carrier = &exchange.carrier;
        if carrier.is_revoked() {
            return Ok(());
        }
        let (id, now) = (carrier.device.id, self.parts.clock.now());
        if let Some(share) = share_of(exchange) {
            self.parts.server.keep_reset_share(id, share, now)?;
        } else if let Some(asks_with) = &exchange.request.reset_wanted {
            let key = asks_with.into_array();
            self.parts.server.ask_reset(id, &key, now)?;
        }
        Ok(())
    }

    /// The request's share is on disk.
    pub(super) fn share_kept(exchange: &Exchange) -> bool {
        share_of(exchange).is_some() && !exchange.carrier.is_revoked()
    }

    /// What was allowed to the tablet that asks.
    pub(super) fn reset_given(&self, exchange: &Exchange) -> Result<Option<ByteBuf>, EngineError> {
        let carrier = &exchange.carrier;
        let Some(asks_with) = exchange.request.reset_wanted.as_ref() else {
            return Ok(None);
        };
        if carrier.is_revoked() {
            return Ok(None);
        }
        let since = self.parts.clock.now() - RESET_HOLDS_MS;
        let key = asks_with.into_array();
        let server = &self.parts.server;
        let given = server.reset_given(carrier.device.id, &key, since)?;
        Ok(given.map(ByteBuf::from))
    }

    /// Allows a new PIN to the tablet that asks with this key. Blocks: call it from the pool.
    pub fn allow_reset(
        &self,
        stored: &StoredDevice,
        asks_with: &[u8; 32],
    ) -> Result<(), AllowResetError> {
        let (campaign, id) = (self.campaign(), stored.device.id);
        let server = &self.parts.server;
        let now = self.parts.clock.now();
        let asked = server.pin_resets(campaign, now - RESET_HOLDS_MS)?;
        let asks = |one: &crate::store::PinReset| one.device == id && one.asks_with == *asks_with;
        if !asked.iter().any(asks) {
            return Err(AllowResetError::NotAsked);
        }
        let sealed = server.reset_share(id)?.ok_or(AllowResetError::NoShare)?;
        let secret = self.secret()?;
        let share = open_secret(&secret, SecretFor::Deposit, campaign, id, &sealed)
            .ok_or(AllowResetError::NoShare)?;
        let seed = random()?;
        let given = seal_secret(asks_with, SecretFor::Grant, campaign, id, &share, seed)
            .ok_or(AllowResetError::NotAsked)?;
        if server.allow_reset(id, asks_with, &given, now)? {
            Ok(())
        } else {
            Err(AllowResetError::NotAsked)
        }
    }
}

/// The share of a request that may bring one: with a session, which takes the open vault.
fn share_of(exchange: &Exchange) -> Option<&[u8]> {
    let share = exchange.request.reset_share.as_ref()?;
    let fits = share.len() <= SHARE_CAP_BYTES && exchange.may_read;
    fits.then_some(share.as_slice())
}
