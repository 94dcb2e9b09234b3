//! Sessions of tablets: challenge, signature, a token of 15 minutes that may read documents.
//!
//! In memory only: after a restart a tablet signs again.

use super::token::{Token, token_hash};
use crate::store::{StoreError, StoredDevice, random};
use ed25519_dalek::{Signature, VerifyingKey};
use maraude_core::model::{DeviceId, TimestampMs};
use maraude_core::sync::session_signed_bytes;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a challenge may be answered.
pub const CHALLENGE_MS: i64 = 2 * 60 * 1_000;

/// How long a token holds.
pub const SESSION_MS: i64 = 15 * 60 * 1_000;

/// Challenges and tokens kept at once: 5,000 tablets, with room.
const KEPT: usize = 20_000;

/// Why no session was opened.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The challenge is unknown, answered, too old, or another tablet's.
    #[error("unknown challenge")]
    Challenge,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// The tablet was revoked.
    #[error("the tablet was revoked")]
    Revoked,
    /// No randomness.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Challenges and tokens of tablets.
#[derive(Debug, Default)]
pub struct DeviceSessions(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    challenges: HashMap<[u8; 32], (DeviceId, TimestampMs)>,
    tokens: HashMap<[u8; 32], (DeviceId, TimestampMs)>,
}

impl DeviceSessions {
    /// Something to sign. An unknown tablet gets one too: it learns nothing.
    pub fn challenge(&self, device: DeviceId, now: TimestampMs) -> Result<[u8; 32], StoreError> {
        let nonce = random()?;
        let mut kept = self.lock();
        make_room(&mut kept.challenges, now);
        kept.challenges.insert(nonce, (device, now + CHALLENGE_MS));
        Ok(nonce)
    }

    /// Opens a session against a signed challenge; gives the token and its end.
    pub fn open(
        &self,
        device: &StoredDevice,
        nonce: &[u8; 32],
        signature: &[u8; 64],
        now: TimestampMs,
    ) -> Result<(String, TimestampMs), SessionError> {
        let id = device.device.id;
        match self.lock().challenges.remove(nonce) {
            Some((challenged, expires_at)) if challenged == id && now < expires_at => {}
            _ => return Err(SessionError::Challenge),
        }
        VerifyingKey::from_bytes(&device.device.verifying_key)
            .and_then(|key| {
                let signed = session_signed_bytes(id, nonce);
                key.verify_strict(&signed, &Signature::from_bytes(signature))
            })
            .map_err(|_| SessionError::Signature)?;
        if device.is_revoked() {
            return Err(SessionError::Revoked);
        }
        let token = Token::draw()?;
        let expires_at = now + SESSION_MS;
        let mut kept = self.lock();
        make_room(&mut kept.tokens, now);
        kept.tokens.insert(token.hash, (id, expires_at));
        Ok((token.text, expires_at))
    }

    /// The tablet a token was given to, while it holds.
    pub fn device_of(&self, token: &str, now: TimestampMs) -> Option<DeviceId> {
        let kept = self.lock();
        let (device, expires_at) = kept.tokens.get(&token_hash(token))?;
        (now < *expires_at).then_some(*device)
    }

    /// The tablet's tokens hold no more.
    pub fn forget(&self, device: DeviceId) {
        self.lock().tokens.retain(|_, (of, _)| *of != device);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make_room(kept: &mut HashMap<[u8; 32], (DeviceId, TimestampMs)>, now: TimestampMs) {
    if kept.len() < KEPT {
        return;
    }
    kept.retain(|_, (_, expires_at)| now < *expires_at);
    if kept.len() >= KEPT {
        kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use maraude_core::model::{CampaignId, Device};

    fn stored(signing: &SigningKey) -> StoredDevice {
        StoredDevice {
            device: Device {
                id: DeviceId::from_random([1; 16]),
                label: "T1".to_owned(),
                team: None,
                organisation: None,
                verifying_key: signing.verifying_key().to_bytes(),
                revoked_at: None,
            },
            campaign: CampaignId::from_random([2; 16]),
            app_version: "1".to_owned(),
            enrolled_at: 0,
        }
    }

    #[test]
    fn a_challenge_is_answered_once_in_time_by_its_tablet() {
        let signing = SigningKey::from_bytes(&[7; 32]);
        let device = stored(&signing);
        let id = device.device.id;
        let sessions = DeviceSessions::default();
        let sign = |nonce: &[u8; 32]| signing.sign(&session_signed_bytes(id, nonce)).to_bytes();

        let nonce = sessions.challenge(id, 0).unwrap();
        let (token, expires_at) = sessions.open(&device, &nonce, &sign(&nonce), 1).unwrap();
        assert_eq!(expires_at, 1 + SESSION_MS);
        assert_eq!(sessions.device_of(&token, 2), Some(id));
        assert_eq!(sessions.device_of(&token, expires_at), None);
        let again = sessions.open(&device, &nonce, &sign(&nonce), 1);
        assert!(matches!(again, Err(SessionError::Challenge)));

        let nonce = sessions.challenge(id, 0).unwrap();
        let late = sessions.open(&device, &nonce, &sign(&nonce), CHALLENGE_MS);
        assert!(matches!(late, Err(SessionError::Challenge)));

        let nonce = sessions.challenge(id, 0).unwrap();
        let forged = sessions.open(&device, &nonce, &[0; 64], 1);
        assert!(matches!(forged, Err(SessionError::Signature)));

        let mut revoked = device.clone();
        revoked.device.revoked_at = Some(1);
        let nonce = sessions.challenge(id, 0).unwrap();
        let refused = sessions.open(&revoked, &nonce, &sign(&nonce), 1);
        assert!(matches!(refused, Err(SessionError::Revoked)));
        sessions.forget(id);
        assert_eq!(sessions.device_of(&token, 2), None);
    }
}
