//! A round: one team's outing in one sector on one night.

use super::{
    CampaignId, ClosureId, DepartureId, DeviceId, DocumentId, Night, Observation, SectorId, Stamp,
    TeamId, TimestampMs,
};
use serde::{Deserialize, Serialize};

/// What makes a round unique; its document's identifier derives from it, so that two tablets of a
/// team that start offline meet in one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RoundKey {
    /// The campaign.
    pub campaign: CampaignId,
    /// The team that is out.
    pub team: TeamId,
    /// The sector it walks; none is "hors secteur".
    pub sector: Option<SectorId>,
    /// The night, picked from the plan.
    pub night: Night,
    /// 0, raised only by the server when it issues the document anew.
    pub reissue: u32,
}

/// How much of the sector was walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Every street.
    Full,
    /// Some streets were left out.
    Partial,
    /// The sector was not walked.
    NotWalked,
}

/// One tablet's start of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Identifier.
    pub id: DepartureId,
    /// The tablet, and when.
    pub stamp: Stamp,
    /// Warnings of the check-list that the team set out with, as codes.
    pub warnings: Vec<String>,
    /// The tablet that handed the running round over to this one.
    pub took_over_from: Option<DeviceId>,
    /// Streets of the sector that the team declares walked, by key, in order.
    #[serde(default)]
    pub walked: Vec<String>,
}

/// One tablet's end of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Identifier.
    pub id: ClosureId,
    /// The tablet, and when.
    pub stamp: Stamp,
    /// How much was walked.
    pub coverage: Coverage,
    /// Streets not walked and why, in the team's words.
    pub not_walked: Option<String>,
    /// The team states that it met nobody.
    pub zero_found: bool,
    /// The round was opened again at this instant.
    pub reopened_at: Option<TimestampMs>,
}

/// A round as its document reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// The document.
    pub document: DocumentId,
    /// Team, sector, night; absent while no departure has arrived.
    pub key: Option<RoundKey>,
    /// Each tablet's start.
    pub departures: Vec<Departure>,
    /// Each tablet's end.
    pub closures: Vec<Closure>,
    /// What the team recorded, ordered by identifier; withdrawn ones included.
    pub observations: Vec<Observation>,
}

impl Round {
    /// The round is over: some tablet closed it and none opened it again since.
    pub fn is_closed(&self) -> bool {
        self.closures
            .iter()
            .any(|closure| closure.reopened_at.is_none())
    }

    /// Streets that some tablet of the team declares walked, by key, in order.
    pub fn walked(&self) -> Vec<String> {
        let mut walked: Vec<String> = Vec::new();
        for street in self.departures.iter().flat_map(|d| &d.walked) {
            if let Err(at) = walked.binary_search(street) {
                walked.insert(at, street.clone());
            }
        }
        walked
    }

    /// The tablets that set out on it.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.departures
            .iter()
            .map(|departure| departure.stamp.device)
    }
}
