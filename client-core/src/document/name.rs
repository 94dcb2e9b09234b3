//! What a document is called and which identifier derives from it.

use crate::model::{CampaignId, DocumentId, Night, RoundKey, SectorId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The four kinds of documents (design D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// One per campaign: sectors, teams, nights, questionnaire version.
    Plan,
    /// One per sector and night: known places.
    Brief,
    /// One per team, sector and night.
    Round,
    /// Decisions and adjudications of a night.
    Review,
}

/// Names a document by what it derives from, so that the server can check the right to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentName {
    /// The campaign's plan.
    Plan {
        /// The campaign.
        campaign: CampaignId,
    },
    /// The known places of a sector for a night.
    Brief {
        /// The campaign.
        campaign: CampaignId,
        /// The sector.
        sector: SectorId,
        /// The night.
        night: Night,
    },
    /// A round.
    Round {
        /// Team, sector, night.
        key: RoundKey,
    },
    /// Decisions of a night.
    Review {
        /// The campaign.
        campaign: CampaignId,
        /// The night.
        night: Night,
        /// 0, then 1 after 2,000 decisions, and so on.
        part: u32,
    },
}

impl DocumentName {
    /// The kind alone.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::Plan { .. } => DocumentKind::Plan,
            Self::Brief { .. } => DocumentKind::Brief,
            Self::Round { .. } => DocumentKind::Round,
            Self::Review { .. } => DocumentKind::Review,
        }
    }

    /// The campaign it belongs to.
    pub fn campaign(&self) -> CampaignId {
        match self {
            Self::Plan { campaign }
            | Self::Brief { campaign, .. }
            | Self::Review { campaign, .. } => *campaign,
            Self::Round { key } => key.campaign,
        }
    }
}

/// What every derivation starts with.
const DOMAIN: &[u8] = b"maraude/document/1";

/// The identifier of a document: UUIDv8 over the first 16 bytes of SHA-256(`maraude/document/1` ‖
/// kind ‖ its parts), so that two tablets of a team that start offline meet in one document.
///
/// # Shape
/// kind is one byte (0 plan, 1 brief, 2 round, 3 review); identifiers are 16 bytes; a night is its
/// 10 ASCII characters; numbers are u32, big endian; an absent sector is 16 zero bytes. Parts come
/// in the order: campaign, team, sector, night, reissue or part; those a kind lacks are left out.
pub fn document_id(name: &DocumentName) -> DocumentId {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    match name {
        DocumentName::Plan { campaign } => {
            hasher.update([0]);
            hasher.update(campaign.as_bytes());
        }
        DocumentName::Brief {
            campaign,
            sector,
            night,
        } => {
            hasher.update([1]);
            hasher.update(campaign.as_bytes());
            hasher.update(sector.as_bytes());
            hasher.update(night.to_string());
        }
        DocumentName::Round { key } => {
            hasher.update([2]);
            hasher.update(key.campaign.as_bytes());
            hasher.update(key.team.as_bytes());
            let sector = key.sector.map_or([0; 16], |sector| *sector.as_bytes());
            hasher.update(sector);
            hasher.update(key.night.to_string());
            hasher.update(key.reissue.to_be_bytes());
        }
        DocumentName::Review {
            campaign,
            night,
            part,
        } => {
            hasher.update([3]);
            hasher.update(campaign.as_bytes());
            hasher.update(night.to_string());
            hasher.update(part.to_be_bytes());
        }
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    DocumentId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TeamId;

    fn round(reissue: u32, sector: Option<SectorId>) -> DocumentName {
        DocumentName::Round {
            key: RoundKey {
                campaign: CampaignId::from_random([1; 16]),
                team: TeamId::from_random([2; 16]),
                sector,
                night: "2026-01-22".parse().unwrap(),
                reissue,
            },
        }
    }

    #[test]
    fn an_identifier_derives_from_its_name_and_never_changes() {
        let id = document_id(&round(0, Some(SectorId::from_random([3; 16]))));
        assert_eq!(id.uuid().get_version_num(), 8);
        assert_eq!(id.to_string(), "5ff2d68b-30a8-818b-af61-4ef294fe3ce7");
        assert_ne!(
            id,
            document_id(&round(1, Some(SectorId::from_random([3; 16]))))
        );
        assert_ne!(id, document_id(&round(0, None)));
        let campaign = CampaignId::from_random([1; 16]);
        assert_eq!(
            document_id(&DocumentName::Plan { campaign }).to_string(),
            "ae47db54-3f18-865f-9677-f639f6875980"
        );
    }
}
