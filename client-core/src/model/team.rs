//! Teams by code, and where each is sent. Members are never named.

use super::{Night, OrganisationCode, SectorId, TeamId};
use serde::{Deserialize, Serialize};

/// A team that goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// Short code, as on its badge.
    pub code: String,
    /// The organisation it belongs to.
    pub organisation: Option<OrganisationCode>,
    /// Professionals may enter places kept for them.
    pub professional: bool,
}

/// A team sent to a sector for a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// Who.
    pub team: TeamId,
    /// Where.
    pub sector: SectorId,
    /// When.
    pub night: Night,
}
