//! A sealed outbox as a file: what remains to be sent, for whoever can bring it to the server.
//!
//! It holds envelopes only: whoever carries it reads nothing. It must never be taken in part: a
//! file with one damaged byte is refused whole, and says where.
//!
//! # Shape
//! `MRDR` ‖ version (1 byte) ‖ campaign (16) ‖ device that made it (16) ‖ made at (i64, big endian) ‖
//! length of its label (u8) ‖ label ‖ number of envelopes (u32, big endian) ‖ for each: length (u32,
//! big endian) ‖ SHA-256 of it (32) ‖ envelope; then SHA-256 (32) of everything before.

use super::envelope::{EnvelopeError, envelope_hash, peek};
use crate::model::{CampaignId, DeviceId, TimestampMs};
use sha2::{Digest, Sha256};

/// End of a rescue file's name.
pub const RESCUE_SUFFIX: &str = ".maraude";

/// Largest rescue file, bytes: weeks of one tablet's work.
pub const RESCUE_CAP_BYTES: usize = 16 * 1024 * 1024;

const MAGIC: &[u8; 4] = b"MRDR";
const VERSION: u8 = 1;
const HASH_BYTES: usize = 32;
/// Longest label kept, bytes.
const LABEL_BYTES: usize = 120;

/// What a rescue file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// The campaign its envelopes are sealed to.
    pub campaign: CampaignId,
    /// The tablet that made the file (not always the author of what is in it).
    pub device: DeviceId,
    /// Its label.
    pub label: String,
    /// When it was made (device clock).
    pub made_at: TimestampMs,
    /// Sealed, oldest first; at least one.
    pub envelopes: Vec<Vec<u8>>,
}

/// Why a rescue file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RescueError {
    /// Some other file.
    #[error("this is not a rescue file of Maraude")]
    Unreadable,
    /// Made by a newer version.
    #[error("the rescue file was made by a newer version ({0}): update this one first")]
    Newer(u8),
    /// It ends too early: copied in part.
    #[error("the rescue file stops at byte {at}: it was copied in part, copy it again")]
    CutShort {
        /// Bytes there are.
        at: u64,
    },
    /// One of its envelopes is not as it was made.
    #[error("piece {number} of {of} of the rescue file is damaged: copy the file again")]
    Damaged {
        /// 1 for the first.
        number: u32,
        /// How many there are.
        of: u32,
    },
    /// Its frame is not as it was made.
    #[error("the rescue file is damaged around its pieces: copy the file again")]
    FrameDamaged,
    /// Of another campaign.
    #[error("the rescue file is of another campaign")]
    OtherCampaign,
    /// Larger than any tablet makes.
    #[error("the rescue file is too large")]
    TooLarge,
}

impl RescueError {
    /// Stable kebab-case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "rescue-unreadable",
            Self::Newer(_) => "rescue-newer",
            Self::CutShort { .. } => "rescue-cut-short",
            Self::Damaged { .. } | Self::FrameDamaged => "rescue-damaged",
            Self::OtherCampaign => "rescue-other-campaign",
            Self::TooLarge => "rescue-too-large",
        }
    }

    /// Where, for a person: `3/12`, where it can be told.
    pub fn place(self) -> Option<String> {
        match self {
            Self::Damaged { number, of } => Some(format!("{number}/{of}")),
            _ => None,
        }
    }
}

impl Rescue {
    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let label = short_label(&self.label);
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(self.campaign.as_bytes());
        bytes.extend_from_slice(self.device.as_bytes());
        bytes.extend_from_slice(&self.made_at.to_be_bytes());
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label);
        bytes.extend_from_slice(&(self.envelopes.len() as u32).to_be_bytes());
        for envelope in &self.envelopes {
            bytes.extend_from_slice(&(envelope.len() as u32).to_be_bytes());
            bytes.extend_from_slice(&envelope_hash(envelope));
            bytes.extend_from_slice(envelope);
        }
        let hash: [u8; HASH_BYTES] = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&hash);
        bytes
    }

    /// Reads a file of a campaign, or what a hand-over brings along: all of it, or the reason why none
    /// of it.
    pub fn parse(bytes: &[u8], campaign: CampaignId) -> Result<Self, RescueError> {
        let bytes = super::handover::unsent_part(bytes).unwrap_or(bytes);
        if bytes.len() > RESCUE_CAP_BYTES {
            return Err(RescueError::TooLarge);
        }
        let mut rest = Rest::of(bytes);
        if !bytes.starts_with(MAGIC) {
            return Err(RescueError::Unreadable);
        }
        rest.at = MAGIC.len();
        let version = rest.array::<1>()?[0];
        if version != VERSION {
            return Err(RescueError::Newer(version));
        }
        let of = CampaignId::from_bytes(rest.array()?);
        let device = DeviceId::from_bytes(rest.array()?);
        let made_at = TimestampMs::from_be_bytes(rest.array()?);
        let length = usize::from(rest.array::<1>()?[0]);
        let label = String::from_utf8_lossy(rest.take(length)?).into_owned();
        let number = u32::from_be_bytes(rest.array()?);
        let mut envelopes = Vec::new();
        for at in 1..=number {
            let length = u32::from_be_bytes(rest.array()?) as usize;
            let hash: [u8; HASH_BYTES] = rest.array()?;
            let envelope = rest.take(length)?;
            if envelope_hash(envelope) != hash {
                return Err(RescueError::Damaged {
                    number: at,
                    of: number,
                });
            }
            envelopes.push(envelope.to_vec());
        }
        let told: [u8; HASH_BYTES] = Sha256::digest(&bytes[..rest.at]).into();
        if rest.array::<HASH_BYTES>()? != told || rest.at != bytes.len() || number == 0 {
            return Err(RescueError::FrameDamaged);
        }
        let rescue = Self {
            campaign: of,
            device,
            label,
            made_at,
            envelopes,
        };
        rescue.is_of(campaign)?;
        Ok(rescue)
    }

    fn is_of(&self, campaign: CampaignId) -> Result<(), RescueError> {
        let of = self.envelopes.len() as u32;
        for (envelope, number) in self.envelopes.iter().zip(1..) {
            match peek(envelope) {
                Ok(header) if header.campaign == self.campaign => {}
                Ok(_) | Err(EnvelopeError::Version(_)) => return Err(RescueError::OtherCampaign),
                Err(_) => return Err(RescueError::Damaged { number, of }),
            }
        }
        if self.campaign == campaign {
            Ok(())
        } else {
            Err(RescueError::OtherCampaign)
        }
    }
}

/// As many bytes of a label as a file holds.
pub(super) fn short_label(label: &str) -> &[u8] {
    let mut end = label.len().min(LABEL_BYTES);
    while !label.is_char_boundary(end) {
        end -= 1;
    }
    &label.as_bytes()[..end]
}

/// Bytes, read one thing after the other.
pub(super) struct Rest<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    pub(super) fn of(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at == self.all.len()
    }

    /// All that was not read yet.
    pub(super) fn left(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], RescueError> {
        let end = self.at.checked_add(length);
        let taken = end.and_then(|end| self.all.get(self.at..end));
        let taken = taken.ok_or(RescueError::CutShort {
            at: self.all.len() as u64,
        })?;
        self.at += length;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], RescueError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::envelope::sealed_sample;

    fn campaign() -> CampaignId {
        CampaignId::from_random([1; 16])
    }

    fn file() -> Rescue {
        Rescue {
            campaign: campaign(),
            device: DeviceId::from_random([2; 16]),
            label: "T12 é".into(),
            made_at: 1_769_115_600_000,
            envelopes: vec![sealed_sample(1), sealed_sample(2), sealed_sample(3)],
        }
    }

    #[test]
    fn a_file_reads_back_as_it_was_made() {
        let bytes = file().to_bytes();
        assert_eq!(Rescue::parse(&bytes, campaign()), Ok(file()));
        let other = CampaignId::from_random([9; 16]);
        assert_eq!(
            Rescue::parse(&bytes, other),
            Err(RescueError::OtherCampaign)
        );
    }

    #[test]
    fn every_altered_byte_and_every_cut_is_found_and_nothing_is_read_of_it() {
        let bytes = file().to_bytes();
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x10;
            assert!(Rescue::parse(&altered, campaign()).is_err(), "byte {at}");
            assert!(
                Rescue::parse(&bytes[..at], campaign()).is_err(),
                "cut at {at}"
            );
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(
            Rescue::parse(&longer, campaign()),
            Err(RescueError::FrameDamaged)
        );
    }

    #[test]
    fn the_error_says_where() {
        let mut bytes = file().to_bytes();
        let at = bytes.len() - HASH_BYTES - 5;
        bytes[at] ^= 1;
        let error = Rescue::parse(&bytes, campaign()).unwrap_err();
        assert_eq!(error.place().as_deref(), Some("3/3"));
        assert_eq!(error.code(), "rescue-damaged");
        let cut = Rescue::parse(&file().to_bytes()[..100], campaign()).unwrap_err();
        assert_eq!(cut, RescueError::CutShort { at: 100 });
        let photo = Rescue::parse(b"\xff\xd8\xff\xe0", campaign()).unwrap_err();
        assert_eq!(photo.code(), "rescue-unreadable");
    }
}
