//! A running round on its way from one tablet to another: the call that the receiving one shows
//! first, and the pack that the giving one makes for it.
//!
//! The round is sealed to a key that the receiving tablet made for this call alone. What waits to be
//! sent lies beside it as in a rescue file: sealed to the campaign, so that any tablet, or a person
//! at the coordination, can bring it in although they cannot read the round. It must never be taken in
//! part.
//!
//! # Shape
//! `MRDC` (call) or `MRDH` (pack) ‖ version (1 byte) ‖ length of the whole (u32, big endian) ‖ campaign
//! (16) ‖ receiving tablet (16) ‖ its key for this call (32) ‖ the rest ‖ SHA-256 (32) of everything
//! before. The rest of a call: team (16) ‖ label. Of a pack: length of what is sealed (u32) ‖ what is
//! sealed ‖ a rescue file, or nothing. Sealed: giving tablet (16) ‖ its verifying key (32) ‖ length of
//! its label (u8) ‖ label ‖ for each document: length (u32) ‖ an envelope's plain text.

use super::envelope::{PAYLOAD_CAP_BYTES, Payload, deflated, inflated};
use super::rescue::{RESCUE_CAP_BYTES, Rest, short_label};
use super::sealing::{open_round, seal_round};
use super::words::{FourWords, handover_words};
use super::{RescueError, envelope};
use crate::model::{CampaignId, DeviceId, TeamId};

const CALL: [u8; 4] = *b"MRDC";
const PACK: [u8; 4] = *b"MRDH";
const VERSION: u8 = 1;
const HASH_BYTES: usize = 32;

/// A tablet that is ready to take a round over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its campaign.
    pub campaign: CampaignId,
    /// It.
    pub device: DeviceId,
    /// What a pack for it is sealed to, this once.
    pub key: [u8; 32],
    /// Its team.
    pub team: TeamId,
    /// Its label.
    pub label: String,
}

/// A round that passes to another tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The tablet that gives.
    pub from: DeviceId,
    /// Its verifying key.
    pub from_key: [u8; 32],
    /// Its label.
    pub label: String,
    /// The round, then what else is needed to go on.
    pub documents: Vec<Payload>,
    /// What it had not sent yet, as a rescue file; empty where there was nothing.
    pub unsent: Vec<u8>,
}

/// Why a call or a pack is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandoverError {
    /// Something else.
    #[error("this is no hand-over of Maraude")]
    Unreadable,
    /// Made by a newer version.
    #[error("the hand-over was made by a newer version: update this one first")]
    Newer,
    /// It ends too early.
    #[error("the hand-over was copied in part: copy it again")]
    CutShort,
    /// It is not as it was made.
    #[error("the hand-over is damaged: make it again")]
    Damaged,
    /// Of another campaign.
    #[error("the hand-over is of another campaign")]
    OtherCampaign,
    /// Of another team.
    #[error("the hand-over is of another team")]
    OtherTeam,
    /// For another tablet, or of the very tablet that is to give.
    #[error("the hand-over is for another tablet")]
    OtherTablet,
    /// Sealed for a call that was answered already, or given up.
    #[error("the hand-over answers an older call")]
    NotAwaited,
}

impl HandoverError {
    /// Stable kebab-case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "handover-unreadable",
            Self::Newer => "handover-newer",
            Self::CutShort => "handover-cut-short",
            Self::Damaged => "handover-damaged",
            Self::OtherCampaign => "handover-other-campaign",
            Self::OtherTeam => "handover-other-team",
            Self::OtherTablet => "handover-other-tablet",
            Self::NotAwaited => "handover-not-awaited",
        }
    }
}

impl From<RescueError> for HandoverError {
    fn from(_: RescueError) -> Self {
        Self::Damaged
    }
}

/// What calls and packs begin with.
struct Head<'a> {
    campaign: CampaignId,
    device: DeviceId,
    key: [u8; 32],
    rest: Rest<'a>,
}

impl Receiver {
    /// What the receiving tablet shows.
    pub fn to_bytes(&self) -> Vec<u8> {
        let label = short_label(&self.label);
        framed(CALL, self, &[self.team.as_bytes(), label])
    }

    /// Reads what a receiving tablet shows.
    pub fn parse(bytes: &[u8]) -> Result<Self, HandoverError> {
        let mut head = Head::read(CALL, bytes)?;
        Ok(Self {
            campaign: head.campaign,
            device: head.device,
            key: head.key,
            team: TeamId::from_bytes(head.rest.array()?),
            label: String::from_utf8_lossy(head.rest.left()).into_owned(),
        })
    }
}

impl Handover {
    /// The pack for one tablet; none where its key is no key, or a document is larger than any.
    pub fn seal(&self, to: &Receiver, seed: [u8; 32]) -> Option<Vec<u8>> {
        let label = short_label(&self.label);
        let mut plain = self.from.as_bytes().to_vec();
        plain.extend_from_slice(&self.from_key);
        plain.push(label.len() as u8);
        plain.extend_from_slice(label);
        for document in &self.documents {
            let document = deflated(document).ok()?;
            plain.extend_from_slice(&(document.len() as u32).to_be_bytes());
            plain.extend_from_slice(&document);
        }
        let sealed = seal_round(&to.key, to.campaign, to.device, &plain, seed)?;
        let length = (sealed.len() as u32).to_be_bytes();
        Some(framed(PACK, to, &[&length, &sealed, &self.unsent]))
    }

    /// Opens a pack: all of it, or the reason why none of it. `call` is the key pair of the call that
    /// this tablet made, secret and public; none where it made none.
    pub fn open(
        bytes: &[u8],
        campaign: CampaignId,
        device: DeviceId,
        call: Option<(&[u8; 32], &[u8; 32])>,
    ) -> Result<Self, HandoverError> {
        let mut head = Head::read(PACK, bytes)?;
        if head.campaign != campaign {
            return Err(HandoverError::OtherCampaign);
        }
        if head.device != device {
            return Err(HandoverError::OtherTablet);
        }
        let secret = call.filter(|(_, public)| **public == head.key);
        let (secret, _) = secret.ok_or(HandoverError::NotAwaited)?;
        let length = u32::from_be_bytes(head.rest.array()?) as usize;
        let sealed = head.rest.take(length)?;
        let plain = open_round(secret, campaign, device, sealed).ok_or(HandoverError::Damaged)?;
        let mut plain = Rest::of(&plain);
        let mut opened = Self {
            from: DeviceId::from_bytes(plain.array()?),
            from_key: plain.array()?,
            label: String::new(),
            documents: Vec::new(),
            unsent: head.rest.left().to_vec(),
        };
        let length = usize::from(plain.array::<1>()?[0]);
        opened.label = String::from_utf8_lossy(plain.take(length)?).into_owned();
        while !plain.is_empty() {
            let length = u32::from_be_bytes(plain.array()?) as usize;
            let document = inflated(plain.take(length)?, PAYLOAD_CAP_BYTES, true);
            opened
                .documents
                .push(document.map_err(|_| HandoverError::Damaged)?);
        }
        Ok(opened)
    }

    /// What both screens show of a pack, to be compared.
    pub fn words(&self, pack: &[u8], to: &[u8; 32]) -> FourWords {
        handover_words(&envelope::envelope_hash(pack), to, &self.from_key)
    }
}

/// The rescue file in a pack, for whoever cannot open the rest; none where this is no sound pack.
pub(super) fn unsent_part(bytes: &[u8]) -> Option<&[u8]> {
    let mut head = Head::read(PACK, bytes).ok()?;
    let length = u32::from_be_bytes(head.rest.array().ok()?) as usize;
    head.rest.take(length).ok()?;
    Some(head.rest.left())
}

fn framed(magic: [u8; 4], to: &Receiver, rest: &[&[u8]]) -> Vec<u8> {
    let rest = rest.concat();
    let mut bytes = magic.to_vec();
    bytes.push(VERSION);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(to.campaign.as_bytes());
    bytes.extend_from_slice(to.device.as_bytes());
    bytes.extend_from_slice(&to.key);
    bytes.extend_from_slice(&rest);
    let length = (bytes.len() + HASH_BYTES) as u32;
    bytes[5..9].copy_from_slice(&length.to_be_bytes());
    let hash = envelope::envelope_hash(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

impl<'a> Head<'a> {
    fn read(magic: [u8; 4], bytes: &'a [u8]) -> Result<Self, HandoverError> {
        if !bytes.starts_with(&magic) || bytes.len() > 2 * RESCUE_CAP_BYTES {
            return Err(HandoverError::Unreadable);
        }
        let mut rest = Rest::of(&bytes[magic.len()..]);
        let version = rest.array::<1>().map_err(|_| HandoverError::CutShort)?;
        if version != [VERSION] {
            return Err(HandoverError::Newer);
        }
        let length = rest.array().map_err(|_| HandoverError::CutShort)?;
        if bytes.len() < u32::from_be_bytes(length) as usize {
            return Err(HandoverError::CutShort);
        }
        let (told, hash) = bytes
            .split_last_chunk::<HASH_BYTES>()
            .ok_or(HandoverError::CutShort)?;
        if bytes.len() != u32::from_be_bytes(length) as usize
            || envelope::envelope_hash(told) != *hash
        {
            return Err(HandoverError::Damaged);
        }
        let mut rest = Rest::of(&told[9..]);
        Ok(Self {
            campaign: CampaignId::from_bytes(rest.array()?),
            device: DeviceId::from_bytes(rest.array()?),
            key: rest.array()?,
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentName;
    use crate::sync::Rescue;
    use crate::sync::envelope::{campaign_key_pair, sealed_sample};

    fn campaign() -> CampaignId {
        CampaignId::from_random([1; 16])
    }

    fn device() -> DeviceId {
        DeviceId::from_random([4; 16])
    }

    fn receiver() -> Receiver {
        Receiver {
            campaign: campaign(),
            device: device(),
            key: campaign_key_pair(&[3; 32]).1,
            team: TeamId::from_random([5; 16]),
            label: "T12 é".into(),
        }
    }

    fn unsent() -> Rescue {
        Rescue {
            campaign: campaign(),
            device: DeviceId::from_random([2; 16]),
            label: "T11".into(),
            made_at: 1_769_115_600_000,
            envelopes: vec![sealed_sample(1), sealed_sample(2)],
        }
    }

    fn handover() -> Handover {
        let name = DocumentName::Round {
            key: crate::document::sample::key(),
        };
        Handover {
            from: DeviceId::from_random([2; 16]),
            from_key: [6; 32],
            label: "T11".into(),
            documents: vec![Payload {
                name,
                changes: vec![b"DAS-GEHEIMNIS".to_vec(), vec![2; 90]],
            }],
            unsent: unsent().to_bytes(),
        }
    }

    fn open(bytes: &[u8]) -> Result<Handover, HandoverError> {
        let (secret, public) = campaign_key_pair(&[3; 32]);
        Handover::open(bytes, campaign(), device(), Some((&secret, &public)))
    }

    fn pack() -> Vec<u8> {
        handover().seal(&receiver(), [7; 32]).unwrap()
    }

    #[test]
    fn a_call_and_a_pack_read_back_as_they_were_made() {
        assert_eq!(Receiver::parse(&receiver().to_bytes()), Ok(receiver()));
        assert_eq!(open(&pack()), Ok(handover()));
        assert_eq!(
            Receiver::parse(&pack()).unwrap_err(),
            HandoverError::Unreadable
        );
        assert_eq!(
            open(&receiver().to_bytes()).unwrap_err(),
            HandoverError::Unreadable
        );
    }

    #[test]
    fn every_altered_byte_and_every_cut_is_found() {
        for whole in [pack(), receiver().to_bytes()] {
            let read = |bytes: &[u8]| open(bytes).is_ok() || Receiver::parse(bytes).is_ok();
            assert!(read(&whole));
            for at in 0..whole.len() {
                let mut altered = whole.clone();
                altered[at] ^= 0x10;
                assert!(!read(&altered), "byte {at}");
                assert!(!read(&whole[..at]), "cut at {at}");
            }
            assert!(!read(&[whole.as_slice(), &[0]].concat()));
        }
        assert_eq!(open(&pack()[..200]).unwrap_err(), HandoverError::CutShort);
        let mut damaged = pack();
        damaged[120] ^= 1;
        assert_eq!(open(&damaged).unwrap_err(), HandoverError::Damaged);
        let mut newer = pack();
        newer[4] = 9;
        assert_eq!(open(&newer).unwrap_err(), HandoverError::Newer);
    }

    #[test]
    fn a_pack_opens_for_its_campaign_its_tablet_and_its_call_alone() {
        let (secret, public) = campaign_key_pair(&[3; 32]);
        let call = Some((&*secret, &public));
        let other = CampaignId::from_random([9; 16]);
        let refused = |result: Result<Handover, _>| result.unwrap_err();
        assert_eq!(
            refused(Handover::open(&pack(), other, device(), call)),
            HandoverError::OtherCampaign
        );
        let neighbour = DeviceId::from_random([9; 16]);
        assert_eq!(
            refused(Handover::open(&pack(), campaign(), neighbour, call)),
            HandoverError::OtherTablet
        );
        let (later, public) = campaign_key_pair(&[8; 32]);
        for call in [None, Some((&*later, &public))] {
            assert_eq!(
                refused(Handover::open(&pack(), campaign(), device(), call)),
                HandoverError::NotAwaited
            );
        }
        // Whoever films it and holds another key that they call the same reads nothing either.
        let (_, public) = campaign_key_pair(&[3; 32]);
        let forged = Some((&*later, &public));
        assert_eq!(
            refused(Handover::open(&pack(), campaign(), device(), forged)),
            HandoverError::Damaged
        );
        let visible = |bytes: &[u8]| bytes.windows(8).any(|eight| eight == b"GEHEIMNI");
        assert!(!visible(&pack()));
        // Negative control: it would be seen where it were not sealed.
        assert!(visible(&handover().documents[0].changes[0]));
    }

    #[test]
    fn any_courier_finds_what_was_not_sent_yet_in_a_pack_it_cannot_open() {
        assert_eq!(Rescue::parse(&pack(), campaign()), Ok(unsent()));
        let mut damaged = pack();
        let at = damaged.len() - 40;
        damaged[at] ^= 1;
        assert_eq!(
            Rescue::parse(&damaged, campaign()),
            Err(RescueError::Unreadable)
        );
        let nothing = Handover {
            unsent: Vec::new(),
            ..handover()
        };
        let pack = nothing.seal(&receiver(), [7; 32]).unwrap();
        assert_eq!(
            Rescue::parse(&pack, campaign()),
            Err(RescueError::Unreadable)
        );
    }

    #[test]
    fn the_words_are_of_the_pack_and_of_both_keys() {
        let words = |pack: &[u8], to: u8, from: u8| {
            let handover = Handover {
                from_key: [from; 32],
                ..handover()
            };
            handover.words(pack, &[to; 32])
        };
        let first = words(b"pack", 1, 2);
        assert_eq!(first, words(b"pack", 1, 2));
        for other in [
            words(b"pick", 1, 2),
            words(b"pack", 3, 2),
            words(b"pack", 1, 3),
        ] {
            assert_ne!(first, other);
        }
        assert_eq!(first.fr.split(' ').count(), 4);
    }
}
