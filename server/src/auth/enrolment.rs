//! Enrolment of tablets: a one-time code that is typed, or a longer secret in a link, against a
//! tablet's public key and the proof that it has the private one.

use super::token::token_hash;
use crate::store::{
    NewEnrolmentRow, RedeemError, Redemption, ServerStore, StoreError, StoredDevice, random,
    random_id,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use maraude_core::model::{CampaignId, DeviceId, OrganisationCode, TeamId, TimestampMs};
use maraude_core::sync::{
    CODE_ALPHABET, CODE_LENGTH, LINK_SECRET_LENGTH, enrol_signed_bytes, normalise_code,
};
use sha2::Sha256;

/// How long a code may be redeemed, unless something else is said.
pub const VALID_MS: i64 = 24 * 3_600 * 1_000;

/// A code to be issued.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// The campaign.
    pub campaign: CampaignId,
    /// Label of the tablet's sticker.
    pub label: String,
    /// Team it is handed to.
    pub team: Option<TeamId>,
    /// Whose tablet it is.
    pub organisation: Option<OrganisationCode>,
    /// Its tablet may read at once: [`super::may_hand`] tells.
    pub accepted: bool,
}

/// A code that was issued: it is told once, and kept only as SHA-256.
#[derive(Clone)]
pub struct IssuedCode {
    /// What it is called in lists and in the audit log: tells nothing of the code.
    pub name: String,
    /// To be typed: three groups of four.
    pub code: String,
    /// For the link: `PUBLIC-URL/#enrol=SECRET`.
    pub link_secret: String,
    /// Server clock.
    pub expires_at: TimestampMs,
}

maraude_core::redacts!(IssuedCode);

/// What a tablet brings.
#[derive(Clone)]
pub struct EnrolOffer {
    /// The code or the link's secret, as typed.
    pub code: String,
    /// Its Ed25519 key.
    pub verifying_key: [u8; 32],
    /// By that key over `maraude/enrol/1` ‖ the normalised code.
    pub proof: [u8; 64],
    /// The app's version.
    pub app_version: String,
}

maraude_core::redacts!(EnrolOffer);

/// Why a tablet was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The key is no key, or the proof does not hold.
    #[error("the proof of possession does not hold")]
    Proof,
    /// The code was not redeemed.
    #[error(transparent)]
    Code(#[from] RedeemError),
}

impl From<StoreError> for EnrolError {
    fn from(error: StoreError) -> Self {
        Self::Code(RedeemError::Store(error))
    }
}

/// Draws a code and keeps its hashes; it may be redeemed for a day.
pub fn issue_code(
    store: &ServerStore,
    new: NewCode,
    now: TimestampMs,
) -> Result<IssuedCode, StoreError> {
    issue_code_until(store, new, now + VALID_MS, now)
}

/// Draws a code that ends at an instant, and keeps its hashes: a line of a printed sheet ends with the
/// night.
pub fn issue_code_until(
    store: &ServerStore,
    new: NewCode,
    expires_at: TimestampMs,
    now: TimestampMs,
) -> Result<IssuedCode, StoreError> {
    let (issued, [code, link]) = drawn(expires_at)?;
    store.add_enrolment(&NewEnrolmentRow {
        code,
        link,
        campaign: new.campaign,
        label: new.label,
        team: new.team,
        organisation: new.organisation,
        accepted: new.accepted,
        created_at: now,
        expires_at,
    })?;
    Ok(issued)
}

/// A code with the secret of its link, and the SHA-256 of both.
pub(super) fn drawn(expires_at: TimestampMs) -> Result<(IssuedCode, [[u8; 32]; 2]), StoreError> {
    let code = draw(CODE_LENGTH)?;
    let link_secret = draw(LINK_SECRET_LENGTH)?;
    let hashes = [token_hash(&code), token_hash(&link_secret)];
    let groups = [&code[..4], &code[4..8], &code[8..]];
    let issued = IssuedCode {
        name: code_name(&hashes[0]),
        code: groups.join("-"),
        link_secret,
        expires_at,
    };
    Ok((issued, hashes))
}

/// What a code is called: too little of its hash to be used for anything.
pub fn code_name(hash: &[u8; 32]) -> String {
    HEXLOWER.encode(&hash[..8])
}

/// The upload token of the tablet with this key that redeems this code: the same each time, because
/// an answer may be lost on the way. The code is kept nowhere, so nobody else can tell it.
fn upload_token(secret: &[u8; 32], code: &str, key: &[u8; 32]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a MAC takes keys of any length");
    mac.update(b"maraude/upload-token/1");
    mac.update(key);
    mac.update(code.as_bytes());
    BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
}

/// Enrols a tablet against its code, or tells the tablet that did so the same again; gives its upload
/// token.
pub fn redeem_code(
    store: &ServerStore,
    offer: &EnrolOffer,
    now: TimestampMs,
) -> Result<(StoredDevice, String), EnrolError> {
    let code = normalise_code(&offer.code).ok_or(RedeemError::Unknown)?;
    let key = VerifyingKey::from_bytes(&offer.verifying_key).map_err(|_| EnrolError::Proof)?;
    key.verify_strict(
        &enrol_signed_bytes(&code),
        &Signature::from_bytes(&offer.proof),
    )
    .map_err(|_| EnrolError::Proof)?;
    let token = upload_token(&store.enrolment_secret()?, &code, &offer.verifying_key);
    let device = store.redeem(&Redemption {
        secret: token_hash(&code),
        device: random_id(DeviceId::from_random)?,
        verifying_key: offer.verifying_key,
        upload_token: token_hash(&token),
        app_version: offer.app_version.chars().take(64).collect(),
        at: now,
    })?;
    Ok((device, token))
}

/// Letters of the code alphabet: each byte's five low bits are as random as the byte.
pub(super) fn draw(length: usize) -> Result<String, StoreError> {
    let bytes: [u8; 32] = random()?;
    let letters = bytes.iter().take(length);
    Ok(letters
        .map(|byte| char::from(CODE_ALPHABET[usize::from(byte & 31)]))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::offer;
    use ed25519_dalek::SigningKey;
    use std::sync::Arc;

    fn store_with_campaign() -> (tempfile::TempDir, Arc<ServerStore>, NewCode) {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        store.add_campaign(campaign, 0).unwrap();
        let new = NewCode {
            campaign,
            label: "T1".to_owned(),
            team: None,
            organisation: None,
            accepted: true,
        };
        (folder, Arc::new(store), new)
    }

    #[test]
    fn of_tablets_racing_for_a_code_exactly_one_gets_it() {
        let (_folder, store, new) = store_with_campaign();
        let issued = issue_code(&store, new, 0).unwrap();
        let racers: Vec<_> = (0..100_u8)
            .map(|number| {
                let (store, issued) = (store.clone(), issued.clone());
                std::thread::spawn(move || {
                    let signing = SigningKey::from_bytes(&[number; 32]);
                    let typed = if number % 2 == 0 {
                        issued.code
                    } else {
                        issued.link_secret
                    };
                    redeem_code(&store, &offer(&typed, &signing), 1)
                })
            })
            .collect();
        let outcomes: Vec<_> = racers.into_iter().map(|r| r.join().unwrap()).collect();
        let enrolled = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let used = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(EnrolError::Code(RedeemError::Used))))
            .count();
        assert_eq!((enrolled, used), (1, 99));
        assert_eq!(
            store
                .devices(CampaignId::from_random([1; 16]))
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn a_lost_answer_is_told_again_to_the_tablet_that_asked_and_to_no_other() {
        let (_folder, store, new) = store_with_campaign();
        let issued = issue_code(&store, new.clone(), 0).unwrap();
        let signing = SigningKey::from_bytes(&[5; 32]);
        let first = redeem_code(&store, &offer(&issued.code, &signing), 1).unwrap();
        let late = VALID_MS + 1;
        let again = redeem_code(&store, &offer(&issued.code, &signing), late).unwrap();
        assert_eq!(again, first);
        let by_link = redeem_code(&store, &offer(&issued.link_secret, &signing), late).unwrap();
        assert_eq!(by_link.0, first.0);
        assert_ne!(by_link.1, first.1, "another secret, another token");
        let found = store.device_by_token(&token_hash(&by_link.1)).unwrap();
        assert_eq!(found, Some(first.0));
        let other = SigningKey::from_bytes(&[6; 32]);
        let stolen = redeem_code(&store, &offer(&issued.code, &other), 1);
        assert!(matches!(stolen, Err(EnrolError::Code(RedeemError::Used))));
        assert_eq!(store.devices(new.campaign).unwrap().len(), 1);
    }

    #[test]
    fn an_issued_code_is_listed_and_can_be_cancelled() {
        let (_folder, store, new) = store_with_campaign();
        let campaign = new.campaign;
        let names = |now| -> Vec<String> {
            let open = store.open_codes(campaign, now).unwrap();
            open.iter().map(|open| code_name(&open.code)).collect()
        };
        let kept = issue_code(&store, new.clone(), 0).unwrap();
        let lost = issue_code(&store, new.clone(), 1).unwrap();
        let used = issue_code(&store, new, 2).unwrap();
        let signing = SigningKey::from_bytes(&[5; 32]);
        redeem_code(&store, &offer(&used.code, &signing), 3).unwrap();
        assert_eq!(names(3), [kept.name.clone(), lost.name.clone()]);
        let open = store.open_codes(campaign, 3).unwrap();
        assert!(store.cancel_code(&open[1].code, 3).unwrap());
        assert!(!store.cancel_code(&open[1].code, 3).unwrap());
        assert_eq!(names(3), [kept.name]);
        assert_eq!(names(VALID_MS), Vec::<String>::new());
        let finder = SigningKey::from_bytes(&[6; 32]);
        for secret in [&lost.code, &lost.link_secret] {
            let refused = redeem_code(&store, &offer(secret, &finder), 4);
            assert!(matches!(
                refused,
                Err(EnrolError::Code(RedeemError::Expired))
            ));
        }
    }

    #[test]
    fn a_code_needs_its_proof_and_its_time() {
        let (_folder, store, new) = store_with_campaign();
        let issued = issue_code(&store, new, 0).unwrap();
        let signing = SigningKey::from_bytes(&[5; 32]);
        let mut forged = offer(&issued.code, &signing);
        forged.proof[0] ^= 1;
        assert!(matches!(
            redeem_code(&store, &forged, 1),
            Err(EnrolError::Proof)
        ));
        assert!(matches!(
            redeem_code(&store, &offer("0000-0000-0000", &signing), 1),
            Err(EnrolError::Code(RedeemError::Unknown))
        ));
        assert!(matches!(
            redeem_code(&store, &offer(&issued.code, &signing), VALID_MS),
            Err(EnrolError::Code(RedeemError::Expired))
        ));
        let lower = issued.code.to_lowercase();
        let (device, token) = redeem_code(&store, &offer(&lower, &signing), 1).unwrap();
        let found = store.device_by_token(&token_hash(&token)).unwrap();
        assert_eq!(found.unwrap(), device);
        assert!(store.revoke_device(device.device.id, 9).unwrap());
        assert!(!store.revoke_device(device.device.id, 9).unwrap());
        let id = device.device.id;
        assert!(store.device(id).unwrap().unwrap().is_revoked());
    }
}
