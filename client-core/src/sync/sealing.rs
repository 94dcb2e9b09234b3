//! What is sealed to one key and is no envelope: the reset of a forgotten PIN, what a pseudonym is made
//! of, a round on its way to another tablet.
//!
//! # Shape
//! Encapsulated key (32) ‖ ciphertext. `info` tells what for; the additional data is campaign ‖ device,
//! or campaign ‖ observation for what a pseudonym is made of, which is padded to 32 bytes.
//!
//! # Source
//! RFC 9180 (HPKE base mode), the same suite as envelopes.

use crate::form::{PSEUDONYM_BYTES, PseudonymFields};
use crate::model::{CampaignId, DeviceId, ObservationId};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

type Suite = X25519HkdfSha256;

const ENCAPSULATED_BYTES: usize = 32;

/// What a sealed secret is for: one sealed for the one is not opened for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFor {
    /// A tablet's share, left with the server: sealed to the campaign.
    Deposit,
    /// The same share, given back: sealed to the key that the tablet asks with.
    Grant,
}

impl SecretFor {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Deposit => b"maraude/reset-share/1",
            Self::Grant => b"maraude/reset-grant/1",
        }
    }
}

/// What the fields of a pseudonym are sealed for.
const PSEUDONYM: &[u8] = b"maraude/pseudonym/1";

/// What a round is sealed for on its way to another tablet.
const HANDOVER: &[u8] = b"maraude/handover/1";

/// Where and for whom something is sealed: it opens nowhere else.
struct Bound<'a> {
    info: &'a [u8],
    data: [u8; 32],
}

impl<'a> Bound<'a> {
    fn new(info: &'a [u8], campaign: CampaignId, to: &[u8; 16]) -> Self {
        let mut data = [0; 32];
        data[..16].copy_from_slice(campaign.as_bytes());
        data[16..].copy_from_slice(to);
        Self { info, data }
    }
}

/// Seals 32 secret bytes to a key; none where it is no key. `seed` is random and never used twice.
pub fn seal_secret(
    to: &[u8; 32],
    purpose: SecretFor,
    campaign: CampaignId,
    device: DeviceId,
    secret: &[u8; 32],
    seed: [u8; 32],
) -> Option<Vec<u8>> {
    let bound = Bound::new(purpose.info(), campaign, device.as_bytes());
    seal(to, &bound, secret, seed)
}

/// Opens what [`seal_secret`] sealed for this key, purpose, campaign and tablet.
pub fn open_secret(
    with: &[u8; 32],
    purpose: SecretFor,
    campaign: CampaignId,
    device: DeviceId,
    sealed: &[u8],
) -> Option<Zeroizing<[u8; 32]>> {
    let bound = Bound::new(purpose.info(), campaign, device.as_bytes());
    let secret: [u8; 32] = open(with, &bound, sealed)?.as_slice().try_into().ok()?;
    Some(Zeroizing::new(secret))
}

/// Seals what passes from one tablet to another, which is `device`; none where `to` is no key.
pub(super) fn seal_round(
    to: &[u8; 32],
    campaign: CampaignId,
    device: DeviceId,
    round: &[u8],
    seed: [u8; 32],
) -> Option<Vec<u8>> {
    let bound = Bound::new(HANDOVER, campaign, device.as_bytes());
    seal(to, &bound, round, seed)
}

/// Opens what [`seal_round`] sealed for this key, campaign and tablet.
pub(super) fn open_round(
    with: &[u8; 32],
    campaign: CampaignId,
    device: DeviceId,
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let bound = Bound::new(HANDOVER, campaign, device.as_bytes());
    open(with, &bound, sealed)
}

/// Seals what a pseudonym is made of for one observation; all sealed ones are of one length.
pub fn seal_fields(
    to: &[u8; 32],
    campaign: CampaignId,
    observation: ObservationId,
    fields: &PseudonymFields,
    seed: [u8; 32],
) -> Option<Vec<u8>> {
    let mut padded = Zeroizing::new([0; 32]);
    padded[..PSEUDONYM_BYTES].copy_from_slice(fields.bytes());
    let bound = Bound::new(PSEUDONYM, campaign, observation.as_bytes());
    seal(to, &bound, padded.as_slice(), seed)
}

/// Opens what [`seal_fields`] sealed for this key, campaign and observation.
pub fn open_fields(
    with: &[u8; 32],
    campaign: CampaignId,
    observation: ObservationId,
    sealed: &[u8],
) -> Option<PseudonymFields> {
    let bound = Bound::new(PSEUDONYM, campaign, observation.as_bytes());
    let padded = open(with, &bound, sealed)?;
    (padded.len() == 32).then_some(())?;
    PseudonymFields::from_bytes(*padded.first_chunk()?)
}

fn seal(to: &[u8; 32], bound: &Bound<'_>, secret: &[u8], seed: [u8; 32]) -> Option<Vec<u8>> {
    let key = <Suite as Kem>::PublicKey::from_bytes(to).ok()?;
    let mut rng = ChaCha20Rng::from_seed(seed);
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Suite>(
            &OpModeS::Base,
            &key,
            bound.info,
            secret,
            &bound.data,
            &mut rng,
        )
        .ok()?;
    Some([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
}

fn open(with: &[u8; 32], bound: &Bound<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let key = <Suite as Kem>::PrivateKey::from_bytes(with).ok()?;
    let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED_BYTES)?;
    let encapsulated = <Suite as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Suite>(
        &OpModeR::Base,
        &key,
        &encapsulated,
        bound.info,
        ciphertext,
        &bound.data,
    )
    .ok()?;
    Some(Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    use super::super::envelope::campaign_key_pair;
    use super::*;

    #[test]
    fn a_secret_opens_for_its_key_purpose_and_tablet_alone() {
        let campaign = CampaignId::from_random([1; 16]);
        let device = DeviceId::from_random([2; 16]);
        let (secret, public) = campaign_key_pair(&[3; 32]);
        let purpose = SecretFor::Deposit;
        let sealed = seal_secret(&public, purpose, campaign, device, &[7; 32], [4; 32]).unwrap();
        let opened = open_secret(&secret, purpose, campaign, device, &sealed);
        assert_eq!(opened.as_deref(), Some(&[7; 32]));
        let other = campaign_key_pair(&[5; 32]).0;
        assert!(open_secret(&other, purpose, campaign, device, &sealed).is_none());
        assert!(open_secret(&secret, SecretFor::Grant, campaign, device, &sealed).is_none());
        let neighbour = DeviceId::from_random([6; 16]);
        assert!(open_secret(&secret, purpose, campaign, neighbour, &sealed).is_none());
        assert!(open_secret(&secret, purpose, campaign, device, &sealed[..40]).is_none());
    }

    #[test]
    fn what_a_pseudonym_is_made_of_opens_for_its_key_and_observation_alone() {
        let campaign = CampaignId::from_random([1; 16]);
        let of = |number| ObservationId::from_random([number; 16]);
        let (secret, public) = campaign_key_pair(&[3; 32]);
        let fields = PseudonymFields::of("Ma", "Du", 1970).unwrap();
        let seal = |number: u8| seal_fields(&public, campaign, of(2), &fields, [number; 32]);
        let (sealed, other) = (seal(4).unwrap(), seal(5).unwrap());
        assert_eq!(
            open_fields(&secret, campaign, of(2), &sealed),
            Some(fields.clone())
        );
        assert!(open_fields(&secret, campaign, of(3), &sealed).is_none());
        let neighbour = campaign_key_pair(&[6; 32]).0;
        assert!(open_fields(&neighbour, campaign, of(2), &sealed).is_none());
        // Nothing tells that two of them hold the same.
        assert_ne!(sealed, other);
        let longer = PseudonymFields::of("o", "p", 2000).unwrap();
        let longer = seal_fields(&public, campaign, of(2), &longer, [7; 32]).unwrap();
        assert_eq!(sealed.len(), longer.len());
    }
}
