//! What leaves a tablet: changes compressed, sealed to the campaign, signed by the device.
//!
//! # Shape
//! `MRDE` ‖ version (1 byte) ‖ campaign (16) ‖ device (16) ‖ encapsulated key (32) ‖ ciphertext ‖
//! signature (64). The first 37 bytes are the header and the additional data of the cipher. The
//! plaintext is DEFLATE over CBOR of the payload, whose changes are chained (`gate::chain`) from
//! version 2 on; version 1 holds them as they are. The signature is Ed25519 by the device over
//! `maraude/envelope/1` ‖ everything before it.
//!
//! # Source
//! RFC 9180 (HPKE base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305), RFC 8032.

use crate::document::DocumentName;
use crate::gate::inflate::{InflateError, inflate};
use crate::gate::{chain, unchain};
use crate::model::{CampaignId, DeviceId};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Write;
use zeroize::Zeroizing;

/// First bytes of an envelope.
const MAGIC: &[u8; 4] = b"MRDE";

/// Version of the envelopes that are made.
const VERSION: u8 = 2;

/// The oldest version that is opened.
const OLDEST_VERSION: u8 = 1;

/// HPKE's `info` and the start of what is signed: an envelope is nothing else.
const DOMAIN: &[u8] = b"maraude/envelope/1";

const VERSION_AT: usize = 4;
const HEADER_BYTES: usize = 37;
const ENCAPSULATED_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
const SIGNATURE_BYTES: usize = 64;

/// Largest payload once inflated, bytes.
pub const PAYLOAD_CAP_BYTES: usize = 4 * 1024 * 1024;

/// Most changes of one payload: ten times what a tablet puts in one.
pub const CHANGES_CAP: usize = 4_000;

type Suite = X25519HkdfSha256;

/// Changes of one document, as they travel.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// Which document.
    pub name: DocumentName,
    /// Raw change chunks, in causal order.
    pub changes: Vec<Vec<u8>>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} changes)", self.changes.len())
    }
}

/// What an envelope tells without being opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvelopeHeader {
    /// The campaign it is sealed to.
    pub campaign: CampaignId,
    /// The device that signed it.
    pub device: DeviceId,
}

/// Why an envelope is not accepted, or cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not an envelope.
    #[error("the bytes are no envelope")]
    Unreadable,
    /// An envelope of another version.
    #[error("the envelope is of version {0}")]
    Version(u8),
    /// The device did not sign it.
    #[error("the envelope's signature does not hold")]
    Signature,
    /// A key is no key, or not the one it was sealed to.
    #[error("the envelope is not sealed to this key")]
    Key,
    /// It inflates to more than the cap.
    #[error("the envelope's payload is too large")]
    TooLarge,
    /// It opens, and holds no payload.
    #[error("the envelope's payload cannot be read")]
    Payload,
}

impl EnvelopeError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "envelope-unreadable",
            Self::Version(_) => "envelope-version",
            Self::Signature => "envelope-signature",
            Self::Key => "envelope-key",
            Self::TooLarge => "envelope-too-large",
            Self::Payload => "envelope-payload",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    name: DocumentName,
    changes: Vec<ByteBuf>,
}

/// A campaign's key pair for envelopes: secret, public.
pub fn campaign_key_pair(seed: &[u8; 32]) -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let (secret, public) = Suite::derive_keypair(seed);
    (
        Zeroizing::new(secret.to_bytes().into()),
        public.to_bytes().into(),
    )
}

/// Seals changes to a campaign's public key and signs them.
pub fn seal(
    campaign_key: &[u8; 32],
    campaign: CampaignId,
    device: DeviceId,
    signing: &SigningKey,
    payload: &Payload,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, EnvelopeError> {
    let key =
        <Suite as Kem>::PublicKey::from_bytes(campaign_key).map_err(|_| EnvelopeError::Key)?;
    let mut envelope = Vec::with_capacity(HEADER_BYTES);
    envelope.extend_from_slice(MAGIC);
    envelope.push(VERSION);
    envelope.extend_from_slice(campaign.as_bytes());
    envelope.extend_from_slice(device.as_bytes());
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Suite>(
            &OpModeS::Base,
            &key,
            DOMAIN,
            &deflated(payload)?,
            &envelope,
            rng,
        )
        .map_err(|_| EnvelopeError::Key)?;
    envelope.extend_from_slice(&encapsulated.to_bytes());
    envelope.extend_from_slice(&ciphertext);
    let signature = signing.sign(&signed(&envelope));
    envelope.extend_from_slice(&signature.to_bytes());
    Ok(envelope)
}

/// A payload as it is sealed.
pub(super) fn deflated(payload: &Payload) -> Result<Vec<u8>, EnvelopeError> {
    let wire = Wire {
        name: payload.name,
        changes: chain(&payload.changes)
            .into_iter()
            .map(ByteBuf::from)
            .collect(),
    };
    let mut plain = Vec::new();
    ciborium::into_writer(&wire, &mut plain).map_err(|_| EnvelopeError::Payload)?;
    if plain.len() > PAYLOAD_CAP_BYTES {
        return Err(EnvelopeError::TooLarge);
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(&plain)
        .and_then(|()| encoder.finish())
        .map_err(|_| EnvelopeError::Payload)
}

fn signed(unsigned: &[u8]) -> Vec<u8> {
    [DOMAIN, unsigned].concat()
}

/// Reads an envelope's header. It proves nothing: see [`verify`].
pub fn peek(bytes: &[u8]) -> Result<EnvelopeHeader, EnvelopeError> {
    let least = HEADER_BYTES + ENCAPSULATED_BYTES + TAG_BYTES + SIGNATURE_BYTES;
    if bytes.len() < least || !bytes.starts_with(MAGIC) {
        return Err(EnvelopeError::Unreadable);
    }
    if !(OLDEST_VERSION..=VERSION).contains(&bytes[VERSION_AT]) {
        return Err(EnvelopeError::Version(bytes[VERSION_AT]));
    }
    let identifier = |from: usize| {
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[from..from + 16]);
        id
    };
    Ok(EnvelopeHeader {
        campaign: CampaignId::from_bytes(identifier(5)),
        device: DeviceId::from_bytes(identifier(21)),
    })
}

/// Checks that the device named in the header signed the envelope; `key` is that device's.
pub fn verify(bytes: &[u8], key: &VerifyingKey) -> Result<EnvelopeHeader, EnvelopeError> {
    let header = peek(bytes)?;
    let (unsigned, signature) = bytes.split_at(bytes.len() - SIGNATURE_BYTES);
    let signature = Signature::from_slice(signature).map_err(|_| EnvelopeError::Signature)?;
    key.verify_strict(&signed(unsigned), &signature)
        .map_err(|_| EnvelopeError::Signature)?;
    Ok(header)
}

/// Opens an envelope with the campaign's secret key; its payload inflates to at most `cap_bytes`
/// ([`PAYLOAD_CAP_BYTES`] is what a tablet may make). Check the signature first.
pub fn open(
    bytes: &[u8],
    campaign_secret: &[u8; 32],
    cap_bytes: usize,
) -> Result<Payload, EnvelopeError> {
    peek(bytes)?;
    let secret =
        <Suite as Kem>::PrivateKey::from_bytes(campaign_secret).map_err(|_| EnvelopeError::Key)?;
    let (header, rest) = bytes[..bytes.len() - SIGNATURE_BYTES].split_at(HEADER_BYTES);
    let (encapsulated, ciphertext) = rest.split_at(ENCAPSULATED_BYTES);
    let encapsulated = <Suite as Kem>::EncappedKey::from_bytes(encapsulated)
        .map_err(|_| EnvelopeError::Unreadable)?;
    let deflated = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Suite>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        DOMAIN,
        ciphertext,
        header,
    )
    .map_err(|_| EnvelopeError::Key)?;
    inflated(&deflated, cap_bytes, bytes[VERSION_AT] > OLDEST_VERSION)
}

/// What [`deflated`] made; `chained` from version 2 of the envelopes on.
pub(super) fn inflated(
    deflated: &[u8],
    cap_bytes: usize,
    chained: bool,
) -> Result<Payload, EnvelopeError> {
    let plain = inflate(deflated, cap_bytes).map_err(|error| match error {
        InflateError::Damaged => EnvelopeError::Payload,
        InflateError::TooLarge => EnvelopeError::TooLarge,
    })?;
    let wire: Wire = super::codec::read(&plain).map_err(|_| EnvelopeError::Payload)?;
    if wire.changes.len() > CHANGES_CAP {
        return Err(EnvelopeError::TooLarge);
    }
    let told = wire.changes.into_iter().map(ByteBuf::into_vec).collect();
    let changes = if chained {
        unchain(told).ok_or(EnvelopeError::Payload)?
    } else {
        told
    };
    Ok(Payload {
        name: wire.name,
        changes,
    })
}

/// What names an envelope in requests, receipts and refusals: its SHA-256.
pub fn envelope_hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// An envelope like any other, for tests; `number` tells them apart.
#[cfg(test)]
pub(super) fn sealed_sample(number: u8) -> Vec<u8> {
    use rand_core::SeedableRng;
    let (_, public) = campaign_key_pair(&[7; 32]);
    let payload = Payload {
        name: DocumentName::Round {
            key: crate::document::sample::key(),
        },
        changes: vec![vec![number; 40]],
    };
    let (campaign, device) = (
        CampaignId::from_random([1; 16]),
        DeviceId::from_random([2; 16]),
    );
    let signing = SigningKey::from_bytes(&[8; 32]);
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([number; 32]);
    seal(&public, campaign, device, &signing, &payload, &mut rng).expect("a sample seals")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentName;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn campaign() -> CampaignId {
        CampaignId::from_random([1; 16])
    }

    fn sealed(payload: &Payload) -> (Vec<u8>, [u8; 32], VerifyingKey) {
        let (secret, public) = campaign_key_pair(&[7; 32]);
        let signing = SigningKey::from_bytes(&[8; 32]);
        let device = DeviceId::from_random([2; 16]);
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let bytes = seal(&public, campaign(), device, &signing, payload, &mut rng).unwrap();
        (bytes, *secret, signing.verifying_key())
    }

    fn payload(changes: Vec<Vec<u8>>) -> Payload {
        Payload {
            name: DocumentName::Round {
                key: crate::document::sample::key(),
            },
            changes,
        }
    }

    #[test]
    fn what_is_sealed_opens_for_the_campaign_alone() {
        let payload = payload(vec![vec![1; 300], vec![2; 5], vec![]]);
        let (bytes, secret, key) = sealed(&payload);
        let header = verify(&bytes, &key).unwrap();
        assert_eq!(header.campaign, campaign());
        assert_eq!(open(&bytes, &secret, PAYLOAD_CAP_BYTES), Ok(payload));
        let other = campaign_key_pair(&[1; 32]).0;
        assert_eq!(
            open(&bytes, &other, PAYLOAD_CAP_BYTES),
            Err(EnvelopeError::Key)
        );
        let stranger = SigningKey::from_bytes(&[3; 32]).verifying_key();
        assert_eq!(verify(&bytes, &stranger), Err(EnvelopeError::Signature));
    }

    #[test]
    fn every_envelope_of_version_1_opens() {
        let bytes = include_bytes!("../../../tests/fixtures/documents/v1/envelope.bin");
        let (_, secret, key) = sealed(&payload(Vec::new()));
        assert!(verify(bytes, &key).is_ok());
        let payload = open(bytes, &secret, PAYLOAD_CAP_BYTES).unwrap();
        let round = include_bytes!("../../../tests/fixtures/documents/v1/round.bin");
        assert_eq!(payload.changes.concat(), round);
    }

    #[test]
    fn every_envelope_of_version_2_opens() {
        let bytes = include_bytes!("../../../tests/fixtures/documents/v1/envelope_2.bin");
        let (_, secret, key) = sealed(&payload(Vec::new()));
        assert!(verify(bytes, &key).is_ok());
        let payload = open(bytes, &secret, PAYLOAD_CAP_BYTES).unwrap();
        let round = include_bytes!("../../../tests/fixtures/documents/v1/round.bin");
        assert_eq!(payload.changes.concat(), round);
    }

    #[test]
    fn every_altered_byte_is_found() {
        let (bytes, secret, key) = sealed(&payload(vec![vec![1; 40]]));
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x10;
            assert!(verify(&altered, &key).is_err(), "byte {at}");
            if at < bytes.len() - SIGNATURE_BYTES {
                assert!(open(&altered, &secret, PAYLOAD_CAP_BYTES).is_err());
            }
        }
        for length in 0..bytes.len() {
            assert!(verify(&bytes[..length], &key).is_err());
            assert!(open(&bytes[..length], &secret, PAYLOAD_CAP_BYTES).is_err());
        }
    }

    #[test]
    fn a_bomb_is_not_inflated() {
        let (bytes, secret, _) = sealed(&payload(vec![vec![0; 3_000_000]]));
        assert!(bytes.len() < 6_000);
        assert_eq!(
            open(&bytes, &secret, 1_000_000),
            Err(EnvelopeError::TooLarge)
        );
    }
}
