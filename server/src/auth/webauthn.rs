//! What a browser answers when it made a passkey or proves one, checked step by step.
//!
//! Pure: bytes in, a verdict out. It must never take an answer for another challenge, origin or party,
//! nor one whose device did not verify who holds it. `passkeys` calls it.
//!
//! Attestation is not asked for and not read: any device may hold a key.
//!
//! # Source
//! Web Authentication level 3 (W3C), sections 7.1 and 7.2: the step numbers are theirs. COSE keys:
//! RFC 9053, sections 2 and 7; RFC 8812, section 2.

use ciborium::Value as Cbor;
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Algorithms that are taken, the preferred first: ECDSA on P-256, Ed25519, RSA (of Windows' own keys).
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// Longest identifier of a credential, bytes (section 4).
const LONGEST_ID: usize = 1_023;

// Flags of authenticator data (section 6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_COPIED: u8 = 0x08;
const IS_COPIED: u8 = 0x10;
const WITH_KEY: u8 = 0x40;
const WITH_EXTENSIONS: u8 = 0x80;

/// Why an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It does not read, or something in it is not as it was asked.
    Wrong,
    /// The device did not verify who holds it.
    NotVerified,
    /// The count of uses went back.
    WentBack,
}

/// Whom passkeys are for: the server, by the name and the origin that browsers know it under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// A domain name.
    pub id: String,
    /// Scheme, name and port.
    pub origin: String,
}

/// What is kept of a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PublicKey {
    /// The COSE key as the device wrote it, base64url.
    cose: String,
    /// How often it was used, where the device counts.
    count: u32,
    /// The device's system may copy it elsewhere: this never changes.
    may_be_copied: bool,
}

/// `PublicKeyCredential` of a registration as JSON (section 5.1): what is read of it.
#[derive(Deserialize)]
pub(super) struct Made {
    response: MadeResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MadeResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

/// `PublicKeyCredential` of an assertion as JSON (section 5.1): what is read of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proved {
    raw_id: String,
    response: ProvedResponse,
}

maraude_core::redacts!(Proved);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProvedResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

impl Proved {
    /// The credential it is of.
    pub fn credential(&self) -> Option<Vec<u8>> {
        decoded(&self.raw_id).ok()
    }

    /// Whose the device says it is.
    pub fn user_handle(&self) -> Option<Vec<u8>> {
        decoded(self.response.user_handle.as_deref()?).ok()
    }
}

/// The browser's own part of an answer (section 5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

/// The device's part (section 6.1).
struct DeviceData<'a> {
    flags: u8,
    count: u32,
    /// Credential and COSE key, where it says that they follow.
    made: Option<(&'a [u8], &'a [u8])>,
}

impl Party {
    /// A registration (section 7.1): the credential and what is kept of it.
    pub fn registered(
        &self,
        made: &Made,
        challenge: &[u8; 32],
    ) -> Result<(Vec<u8>, PublicKey), Refused> {
        let client = decoded(&made.response.client_data)?;
        self.client_data(&client, "webauthn.create", challenge)?;
        let object = decoded(&made.response.attestation_object)?;
        let object: Cbor = ciborium::from_reader(object.as_slice()).map_err(|_| Refused::Wrong)?;
        let data = entry(&object, &Cbor::from("authData")).and_then(Cbor::as_bytes);
        let data = self.device_data(data.ok_or(Refused::Wrong)?)?;
        let (credential, cose) = data.made.ok_or(Refused::Wrong)?;
        // Step 20: one of the algorithms that were asked for.
        Key::read(cose)?;
        let key = PublicKey {
            cose: BASE64URL_NOPAD.encode(cose),
            count: data.count,
            may_be_copied: data.flags & MAY_BE_COPIED != 0,
        };
        Ok((credential.to_vec(), key))
    }

    /// An assertion (section 7.2): what is kept of the key from now on.
    pub fn proved(
        &self,
        proved: &Proved,
        key: &PublicKey,
        challenge: &[u8; 32],
    ) -> Result<PublicKey, Refused> {
        let client = decoded(&proved.response.client_data)?;
        self.client_data(&client, "webauthn.get", challenge)?;
        let bytes = decoded(&proved.response.authenticator_data)?;
        let data = self.device_data(&bytes)?;
        // Step 18: whether it may be copied is for ever.
        if (data.flags & MAY_BE_COPIED != 0) != key.may_be_copied {
            return Err(Refused::Wrong);
        }
        // Steps 20 and 21.
        let signed = [bytes.as_slice(), &Sha256::digest(&client)].concat();
        let signature = decoded(&proved.response.signature)?;
        let cose = decoded(&key.cose)?;
        if !Key::read(&cose)?.has_signed(&signed, &signature) {
            return Err(Refused::Wrong);
        }
        // Step 22.
        if (data.count > 0 || key.count > 0) && data.count <= key.count {
            return Err(Refused::WentBack);
        }
        Ok(PublicKey {
            count: data.count,
            ..key.clone()
        })
    }

    /// Steps 7 to 10 of a registration, 10 to 13 of an assertion; never from inside another's page.
    fn client_data(&self, bytes: &[u8], kind: &str, challenge: &[u8; 32]) -> Result<(), Refused> {
        let told: ClientData = serde_json::from_slice(bytes).map_err(|_| Refused::Wrong)?;
        let is_asked = told.kind == kind
            && decoded(&told.challenge)? == challenge
            && told.origin == self.origin
            && !told.cross_origin
            && told.top_origin.is_none();
        is_asked.then_some(()).ok_or(Refused::Wrong)
    }

    /// Steps 13 to 17 of a registration, 14 to 17 of an assertion.
    fn device_data<'a>(&self, bytes: &'a [u8]) -> Result<DeviceData<'a>, Refused> {
        let data = DeviceData::read(bytes, &Sha256::digest(&self.id)).ok_or(Refused::Wrong)?;
        let copied_unasked = data.flags & (MAY_BE_COPIED | IS_COPIED) == IS_COPIED;
        if data.flags & PRESENT == 0 || copied_unasked {
            return Err(Refused::Wrong);
        }
        if data.flags & VERIFIED == 0 {
            return Err(Refused::NotVerified);
        }
        Ok(data)
    }
}

impl<'a> DeviceData<'a> {
    fn read(bytes: &'a [u8], party: &[u8]) -> Option<Self> {
        let (hash, rest) = bytes.split_at_checked(32)?;
        let ([flags, count @ ..], mut rest) = rest.split_first_chunk::<5>()?;
        let made = if flags & WITH_KEY == 0 {
            None
        } else {
            let (_model, after) = rest.split_at_checked(16)?;
            let (length, after) = after.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (credential, after) = after.split_at_checked(length)?;
            let cose = one_item(after)?;
            rest = &after[cose.len()..];
            ((1..=LONGEST_ID).contains(&length)).then_some((credential, cose))
        };
        if flags & WITH_EXTENSIONS != 0 {
            rest = &rest[one_item(rest)?.len()..];
        }
        (hash == party && rest.is_empty()).then_some(Self {
            flags: *flags,
            count: u32::from_be_bytes(*count),
            made,
        })
    }
}

/// The bytes of the CBOR item that these begin with.
fn one_item(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    let _item: Cbor = ciborium::from_reader(&mut rest).ok()?;
    Some(&bytes[..bytes.len() - rest.len()])
}

/// A public key, as its signatures are checked.
enum Key {
    Ecdsa([u8; 65]),
    Ed25519(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    fn read(cose: &[u8]) -> Result<Self, Refused> {
        let key: Cbor = ciborium::from_reader(cose).map_err(|_| Refused::Wrong)?;
        Self::of(&key).ok_or(Refused::Wrong)
    }

    fn of(key: &Cbor) -> Option<Self> {
        let number = |label: i64| {
            let value = entry(key, &Cbor::from(label))?.as_integer()?;
            i64::try_from(value).ok()
        };
        let bytes = |label: i64| entry(key, &Cbor::from(label))?.as_bytes().cloned();
        match (number(1)?, number(3)?) {
            (2, ES256) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                // Uncompressed: 4, then both coordinates (SEC 1, section 2.3.3).
                let point = [[4].as_slice(), &x, &y].concat();
                let both = x.len() == 32 && y.len() == 32;
                Some(Self::Ecdsa(point.try_into().ok().filter(|_| both)?))
            }
            (1, EDDSA) if number(-1)? == 6 => {
                Some(Self::Ed25519(bytes(-2).filter(|key| key.len() == 32)?))
            }
            (3, RS256) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                // 2,048 bits at least: `ring` refuses shorter ones, when it is too late to say so.
                (n.len() >= 256 && !e.is_empty()).then_some(Self::Rsa { n, e })
            }
            _ => None,
        }
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verdict = match self {
            Self::Ecdsa(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verdict.is_ok()
    }
}

/// The value under a key of a map.
fn entry<'a>(map: &'a Cbor, key: &Cbor) -> Option<&'a Cbor> {
    let entries = map.as_map()?.iter();
    let mut found = entries.filter(|(name, _)| name == key);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

fn decoded(text: &str) -> Result<Vec<u8>, Refused> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| Refused::Wrong)
}
