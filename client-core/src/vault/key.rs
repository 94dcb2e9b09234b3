//! The vault's file: a key wrapped by the PIN, and the ring of keys it seals.
//!
//! # Shape
//! `MRV` ‖ version ‖ memory in KiB (u32 LE) ‖ passes (u32 LE) ‖ salt (16) ‖ nonce (24) ‖ vault key
//! sealed with the PIN's key (48) ‖ in version 2: nonce (24) ‖ vault key sealed with the spare key (48) ‖
//! nonce (24) ‖ ring sealed with the vault key. The ring is, for each key, the length of its name (u8),
//! its name, its 32 bytes. Version 1 has no spare key. Version 3 is as version 2, and needs a key that
//! the platform keeps as well: after the salt stand the length of that key's name (u16 LE) and its name.

use super::pin::{PinCost, stretch};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use std::collections::BTreeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Thirty-two secret bytes, wiped when dropped; `Debug` shows nothing.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes secret bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a vault does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The PIN is wrong, or the wrapped key is damaged: the two cannot be told apart.
    #[error("the PIN does not open the vault")]
    WrongPin,
    /// The file is not a vault, or its ring is damaged.
    #[error("the vault's file is damaged")]
    Damaged,
    /// Written by a newer version.
    #[error("the vault was written by a newer version")]
    Newer,
    /// Not enough memory to try the PIN.
    #[error("not enough memory to try the PIN")]
    NoMemory,
    /// The key that the platform keeps is needed as well.
    #[error("the platform's key is needed")]
    NoPlatformKey,
}

/// A key that the platform keeps where no copy of the disk reaches: its name there, and what it gives.
#[derive(Clone)]
pub struct PlatformKey {
    /// What the platform finds it by; no secret.
    pub name: String,
    /// The same at each time.
    pub secret: Secret,
}

const MAGIC: &[u8; 3] = b"MRV";
const VERSION: u8 = 1;
const VERSION_WITH_SPARE: u8 = 2;
const VERSION_WITH_PLATFORM: u8 = 3;
/// The ring's name for the spare key: the vault key is wrapped with it at each writing.
const SPARE: &str = "spare";
const HEADER_BYTES: usize = 28;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const WRAPPED_BYTES: usize = NONCE_BYTES + 32 + TAG_BYTES;

/// An open vault: its keys in memory.
#[derive(Clone)]
pub struct Vault {
    header: [u8; HEADER_BYTES],
    /// Of PIN and device.
    pin_key: Secret,
    platform: Option<PlatformKey>,
    master_key: Secret,
    ring: BTreeMap<String, Secret>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.ring.len())
    }
}

impl Vault {
    /// A new vault behind a PIN, with an empty ring. `drawn` are random bytes.
    pub fn create(
        pin: &str,
        device_secret: &Secret,
        cost: PinCost,
        drawn: &[u8; 48],
    ) -> Result<Self, OpenError> {
        let cost = cost.clamped();
        let mut header = [0; HEADER_BYTES];
        header[..3].copy_from_slice(MAGIC);
        header[3] = VERSION;
        header[4..8].copy_from_slice(&cost.memory_kib.to_le_bytes());
        header[8..12].copy_from_slice(&cost.passes.to_le_bytes());
        header[12..].copy_from_slice(&drawn[..16]);
        let pin_key = pin_key(pin, device_secret, &header, cost)?;
        let mut master_key = Secret::default();
        master_key.bytes_mut().copy_from_slice(&drawn[16..]);
        Ok(Self {
            header,
            pin_key,
            platform: None,
            master_key,
            ring: BTreeMap::new(),
        })
    }

    /// Opens a vault's file that needs no key of the platform.
    pub fn open(file: &[u8], pin: &str, device_secret: &Secret) -> Result<Self, OpenError> {
        Self::open_with(file, pin, device_secret, None)
    }

    /// Opens a vault's file, with what the platform's key gave where it needs one.
    pub fn open_with(
        file: &[u8],
        pin: &str,
        device_secret: &Secret,
        platform: Option<&Secret>,
    ) -> Result<Self, OpenError> {
        let Parts {
            header,
            platform: needed,
            wrapped,
            ring,
            ..
        } = Parts::of(file)?;
        let platform = match (needed, platform) {
            (None, _) => None,
            (Some(name), Some(secret)) => Some(PlatformKey {
                name: name.to_owned(),
                secret: secret.clone(),
            }),
            (Some(_), None) => return Err(OpenError::NoPlatformKey),
        };
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let cost = PinCost {
            memory_kib: word(4),
            passes: word(8),
        };
        if !cost.is_accepted() {
            return Err(OpenError::Damaged);
        }
        let pin_key = pin_key(pin, device_secret, header, cost)?;
        let master_key = unseal(&wrapping_key(&pin_key, platform.as_ref()), header, wrapped)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Secret::new)
            .ok_or(OpenError::WrongPin)?;
        let ring = unseal(&master_key, header, ring).ok_or(OpenError::Damaged)?;
        Ok(Self {
            header: *header,
            pin_key,
            platform,
            master_key,
            ring: read_ring(&ring).ok_or(OpenError::Damaged)?,
        })
    }

    /// Whether a spare key opens a vault's file.
    pub fn spare_opens(file: &[u8], spare: &Secret) -> bool {
        Parts::of(file).is_ok_and(|parts| parts.master_by(spare).is_ok())
    }

    /// Opens a vault's file with its spare key, and puts it behind a new PIN and a new vault key.
    /// `drawn` are random bytes.
    pub fn open_spare(
        file: &[u8],
        spare: &Secret,
        pin: &str,
        device_secret: &Secret,
        cost: PinCost,
        drawn: &[u8; 48],
    ) -> Result<Self, OpenError> {
        let parts = Parts::of(file)?;
        let master = parts.master_by(spare)?;
        let ring = unseal(&master, parts.header, parts.ring).ok_or(OpenError::Damaged)?;
        let mut vault = Self::create(pin, device_secret, cost, drawn)?;
        vault.ring = read_ring(&ring).ok_or(OpenError::Damaged)?;
        vault.header[3] = VERSION_WITH_SPARE;
        Ok(vault)
    }

    /// Gives the vault a spare key, or another one.
    pub fn set_spare(&mut self, spare: Secret) {
        self.header[3] = self.header[3].max(VERSION_WITH_SPARE);
        self.put_key(SPARE, spare);
    }

    /// Which key of the platform a vault's file needs, by its name there.
    pub fn platform_needed(file: &[u8]) -> Option<&str> {
        Parts::of(file).ok()?.platform
    }

    /// From now on the vault needs this key of the platform beside the PIN, or none. The vault key
    /// changes: a copy of the file as it was opens nothing that is written from now on. A vault without
    /// a spare key stays as it is: without the platform's key it would be lost.
    pub fn set_platform(&mut self, platform: Option<PlatformKey>, new_key: Secret) {
        if !self.ring.contains_key(SPARE) {
            return;
        }
        self.header[3] = if platform.is_some() {
            VERSION_WITH_PLATFORM
        } else {
            VERSION_WITH_SPARE
        };
        self.platform = platform;
        self.master_key = new_key;
    }

    /// Takes a key of the ring away that sealed nothing.
    pub fn remove_key(&mut self, name: &str) {
        self.ring.remove(name);
    }

    /// A key of the ring.
    pub fn key(&self, name: &str) -> Option<&Secret> {
        self.ring.get(name)
    }

    /// Names of the ring, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.ring.keys().map(String::as_str)
    }

    /// Adds or replaces a key of the ring. Names are at most 255 bytes.
    pub fn put_key(&mut self, name: &str, key: Secret) {
        self.ring.insert(name.chars().take(60).collect(), key);
    }

    /// Destroys a key and changes the vault key: what the key sealed stays unreadable, also with
    /// the PIN and the present file.
    pub fn destroy_key(&mut self, name: &str, new_key: Secret) {
        self.ring.remove(name);
        self.master_key = new_key;
    }

    /// The vault's file. `nonces` are random bytes.
    pub fn to_file(&self, nonces: &[u8; 72]) -> Vec<u8> {
        let mut ring = Vec::new();
        for (name, key) in &self.ring {
            ring.push(name.len() as u8);
            ring.extend_from_slice(name.as_bytes());
            ring.extend_from_slice(key.bytes());
        }
        let (one, rest) = nonces.split_at(NONCE_BYTES);
        let (other, third) = rest.split_at(NONCE_BYTES);
        let mut file = self.header.to_vec();
        if let Some(PlatformKey { name, .. }) = &self.platform {
            file.extend_from_slice(&(name.len() as u16).to_le_bytes());
            file.extend_from_slice(name.as_bytes());
        }
        file.extend(seal(
            &wrapping_key(&self.pin_key, self.platform.as_ref()),
            one,
            &self.header,
            self.master_key.bytes(),
        ));
        if let Some(spare) = self.ring.get(SPARE) {
            let master = self.master_key.bytes();
            file.extend(seal(spare, third, &self.header, master));
        }
        file.extend(seal(&self.master_key, other, &self.header, &ring));
        ring.zeroize();
        file
    }
}

/// A vault's file in its parts.
struct Parts<'a> {
    header: &'a [u8; HEADER_BYTES],
    platform: Option<&'a str>,
    wrapped: &'a [u8],
    spare: Option<&'a [u8]>,
    ring: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(file: &'a [u8]) -> Result<Self, OpenError> {
        let Some((header, rest)) = file.split_first_chunk::<HEADER_BYTES>() else {
            return Err(OpenError::Damaged);
        };
        if header[..3] != *MAGIC {
            return Err(OpenError::Damaged);
        }
        let has_spare = match header[3] {
            VERSION => false,
            VERSION_WITH_SPARE | VERSION_WITH_PLATFORM => true,
            _ => return Err(OpenError::Newer),
        };
        let piece = |bytes: &'a [u8]| {
            bytes
                .split_at_checked(WRAPPED_BYTES)
                .ok_or(OpenError::Damaged)
        };
        let (platform, rest) = if header[3] == VERSION_WITH_PLATFORM {
            let (name, rest) = read_name(rest).ok_or(OpenError::Damaged)?;
            (Some(name), rest)
        } else {
            (None, rest)
        };
        let (wrapped, rest) = piece(rest)?;
        let (spare, ring) = if has_spare {
            let (spare, ring) = piece(rest)?;
            (Some(spare), ring)
        } else {
            (None, rest)
        };
        Ok(Self {
            header,
            platform,
            wrapped,
            spare,
            ring,
        })
    }

    fn master_by(&self, spare: &Secret) -> Result<Secret, OpenError> {
        let sealed = self.spare.ok_or(OpenError::WrongPin)?;
        unseal(spare, self.header, sealed)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Secret::new)
            .ok_or(OpenError::WrongPin)
    }
}

/// The key that wraps the vault key beside the PIN's: of the share that a server keeps and the
/// device's secret, by HKDF-SHA256 (RFC 5869). Neither opens anything alone.
pub fn spare_key(share: &Secret, device_secret: &Secret) -> Secret {
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(Some(device_secret.bytes()), share.bytes())
        .expand(b"maraude/vault/spare/1", key.bytes_mut())
        .expect("32 bytes are fewer than HKDF may give");
    key
}

/// The key that wraps the vault key: the PIN's, or HKDF-SHA256 (RFC 5869) of it and the platform's.
fn wrapping_key(pin_key: &Secret, platform: Option<&PlatformKey>) -> Secret {
    let Some(PlatformKey { secret, .. }) = platform else {
        return pin_key.clone();
    };
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(Some(secret.bytes()), pin_key.bytes())
        .expand(b"maraude/vault/platform/1", key.bytes_mut())
        .expect("32 bytes are fewer than HKDF may give");
    key
}

/// A name behind its length.
fn read_name(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    Some((std::str::from_utf8(name).ok()?, rest))
}

/// HKDF-SHA256 (RFC 5869) over the stretched PIN and the device's secret.
fn pin_key(
    pin: &str,
    device_secret: &Secret,
    header: &[u8; HEADER_BYTES],
    cost: PinCost,
) -> Result<Secret, OpenError> {
    let mut salt = [0; 16];
    salt.copy_from_slice(&header[12..]);
    let stretched = stretch(pin, &salt, cost).ok_or(OpenError::NoMemory)?;
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(Some(device_secret.bytes()), stretched.bytes())
        .expand(b"maraude/vault/1", key.bytes_mut())
        .map_err(|_| OpenError::Damaged)?;
    Ok(key)
}

fn read_ring(mut bytes: &[u8]) -> Option<BTreeMap<String, Secret>> {
    let mut ring = BTreeMap::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (key, rest) = rest.split_first_chunk::<32>()?;
        let name = std::str::from_utf8(name).ok()?.to_owned();
        ring.insert(name, Secret::new(*key));
        bytes = rest;
    }
    Some(ring)
}

/// XChaCha20-Poly1305: nonce ‖ ciphertext ‖ tag.
pub(super) fn seal(key: &Secret, nonce: &[u8], bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = XNonce::try_from(nonce).expect("callers draw 24 bytes");
    let payload = Payload {
        msg: plain,
        aad: bound_to,
    };
    let sealed = cipher(key)
        .encrypt(&nonce, payload)
        .expect("only a plain text of 256 GiB is refused");
    [nonce.as_slice(), &sealed].concat()
}

/// The plain text, where key, place and bytes are those it was sealed with.
pub(super) fn unseal(key: &Secret, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES)?;
    let payload = Payload {
        msg: ciphertext,
        aad: bound_to,
    };
    let nonce = XNonce::try_from(nonce).ok()?;
    cipher(key).decrypt(&nonce, payload).ok()
}

fn cipher(key: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key.bytes()))
}
