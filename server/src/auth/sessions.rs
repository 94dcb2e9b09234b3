//! Sessions of tablets: challenge, signature, a token of 15 minutes that may read documents.
//!
//! A challenge is kept nowhere until it is answered: it holds its own instant and a MAC, so that
//! asking for any number of them costs nobody anything. Tokens are in memory only: after a restart
//! a tablet signs again.

use super::token::{Token, token_hash};
use crate::store::{StoreError, StoredDevice, random};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::{DeviceId, TimestampMs};
use maraude_core::sync::session_signed_bytes;
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How long a challenge may be answered.
pub const CHALLENGE_MS: i64 = 2 * 60 * 1_000;

/// How long a token holds.
pub const SESSION_MS: i64 = 15 * 60 * 1_000;

/// Sessions one tablet has open at once; an older one goes.
const TOKENS_OF_ONE: usize = 8;

/// Challenges one tablet may answer within [`CHALLENGE_MS`].
const ANSWERED_BY_ONE: usize = 64;

/// Instant and random bytes of a challenge; its MAC follows, cut to half its length.
const DRAWN_BYTES: usize = 16;

/// What a MAC covers, before tablet and challenge.
const DOMAIN: &[u8] = b"maraude/challenge/1";

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

/// Answered challenges and tokens of tablets.
#[derive(Debug, Default)]
pub struct DeviceSessions {
    key: OnceLock<[u8; 32]>,
    kept: Mutex<HashMap<DeviceId, OfOne>>,
}

/// What is kept of one tablet that proved itself.
#[derive(Debug, Default)]
struct OfOne {
    /// Challenges it answered, until they are too old to be answered again.
    answered: Vec<([u8; 32], TimestampMs)>,
    /// Its tokens, by their hash, and when they end.
    tokens: Vec<([u8; 32], TimestampMs)>,
}

impl DeviceSessions {
    /// Something to sign. An unknown tablet gets one too: it learns nothing, and nothing is kept.
    pub fn challenge(&self, device: DeviceId, now: TimestampMs) -> Result<[u8; 32], StoreError> {
        let mut drawn = [0; DRAWN_BYTES];
        drawn[..8].copy_from_slice(&now.to_be_bytes());
        drawn[8..].copy_from_slice(&random::<8>()?);
        let tag = self.mac(device, &drawn)?.finalize().into_bytes();
        let mut nonce = [0; 32];
        nonce[..DRAWN_BYTES].copy_from_slice(&drawn);
        nonce[DRAWN_BYTES..].copy_from_slice(&tag[..16]);
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
        if !self.may_answer(id, nonce, now)? {
            return Err(SessionError::Challenge);
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
        let own = kept.entry(id).or_default();
        own.answered.retain(|(_, until)| now < *until);
        let used = own.answered.iter().any(|(answered, _)| answered == nonce);
        if used || own.answered.len() >= ANSWERED_BY_ONE {
            return Err(SessionError::Challenge);
        }
        own.answered.push((*nonce, now + CHALLENGE_MS));
        own.tokens.retain(|(_, until)| now < *until);
        if own.tokens.len() >= TOKENS_OF_ONE {
            own.tokens.remove(0);
        }
        own.tokens.push((token.hash, expires_at));
        Ok((named(id, &token.text), expires_at))
    }

    /// The tablet a token was given to, while it holds.
    pub fn device_of(&self, token: &str, now: TimestampMs) -> Option<DeviceId> {
        let (device, drawn) = token.split_once('.')?;
        let device = device.parse().ok()?;
        let hash = token_hash(drawn);
        let kept = self.lock();
        let mut tokens = kept.get(&device)?.tokens.iter();
        let held = tokens.any(|(known, until)| *known == hash && now < *until);
        held.then_some(device)
    }

    /// The tablet's tokens hold no more.
    pub fn forget(&self, device: DeviceId) {
        self.lock().remove(&device);
    }

    /// Made here for this tablet, and not too long ago.
    fn may_answer(
        &self,
        device: DeviceId,
        nonce: &[u8; 32],
        now: TimestampMs,
    ) -> Result<bool, StoreError> {
        let (drawn, tag) = nonce.split_at(DRAWN_BYTES);
        let ours = self.mac(device, drawn)?.verify_truncated_left(tag).is_ok();
        let at = drawn
            .first_chunk::<8>()
            .map_or(0, |bytes| TimestampMs::from_be_bytes(*bytes));
        Ok(ours && (0..CHALLENGE_MS).contains(&now.saturating_sub(at)))
    }

    fn mac(&self, device: DeviceId, drawn: &[u8]) -> Result<Hmac<Sha256>, StoreError> {
        let key = if let Some(key) = self.key.get() {
            key
        } else {
            let drawn = random()?;
            self.key.get_or_init(|| drawn)
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a MAC takes keys of any length");
        mac.update(DOMAIN);
        mac.update(device.as_bytes());
        mac.update(drawn);
        Ok(mac)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, OfOne>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token as a tablet bears it: whose it is stands before it, so that it is looked for there alone.
fn named(device: DeviceId, drawn: &str) -> String {
    format!("{device}.{drawn}")
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
            accepted_at: Some(0),
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

    #[test]
    fn strangers_that_ask_for_challenges_take_nothing_from_a_tablet() {
        let signing = SigningKey::from_bytes(&[7; 32]);
        let device = stored(&signing);
        let id = device.device.id;
        let sessions = DeviceSessions::default();
        let sign = |nonce: &[u8; 32]| signing.sign(&session_signed_bytes(id, nonce)).to_bytes();
        let nonce = sessions.challenge(id, 0).unwrap();
        for stranger in 0..50_000_u32 {
            let mut made_up = [9; 16];
            made_up[..4].copy_from_slice(&stranger.to_be_bytes());
            sessions
                .challenge(DeviceId::from_random(made_up), 0)
                .unwrap();
        }
        assert!(sessions.lock().is_empty(), "nothing is kept of them");
        let (token, _) = sessions.open(&device, &nonce, &sign(&nonce), 1).unwrap();
        // Another tablet's challenge, and one that was made up, are none of its own.
        let other = sessions
            .challenge(DeviceId::from_random([8; 16]), 0)
            .unwrap();
        for foreign in [other, [7; 32]] {
            let refused = sessions.open(&device, &foreign, &sign(&foreign), 1);
            assert!(matches!(refused, Err(SessionError::Challenge)));
        }
        // Nor does a tablet hold more than its own few.
        for _ in 0..TOKENS_OF_ONE {
            let nonce = sessions.challenge(id, 1).unwrap();
            sessions.open(&device, &nonce, &sign(&nonce), 1).unwrap();
        }
        assert_eq!(sessions.device_of(&token, 2), None, "the oldest went");
        assert_eq!(sessions.lock()[&id].tokens.len(), TOKENS_OF_ONE);
    }
}
