//! The plan as rights are told from it, read once per change of it.

use super::{Engine, EngineError};
use crate::store::{Circumstance, StoredDevice};
use maraude_core::document::{DocumentName, Plan, document_id, read_plan};
use maraude_core::model::{Assignment, CampaignState, TeamId};
use std::sync::{Arc, PoisonError};

impl Engine {
    /// The plan as it is on disk. Blocks: call it from the pool.
    pub fn plan(&self) -> Result<Arc<Plan>, EngineError> {
        let campaign = self.campaign();
        let document = document_id(&DocumentName::Plan { campaign });
        let version = self.plan_version();
        let kept = self
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((read_at, plan)) = kept
            && read_at == version
        {
            return Ok(plan);
        }
        let plan = Arc::new(self.read(document, |document| read_plan(document).0)?);
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, plan.clone()));
        Ok(plan)
    }
}

impl Engine {
    /// The plan, or an empty one where it does not load: what tablets bring is taken in all the same.
    pub(super) fn plan_or_none(&self) -> Result<Arc<Plan>, EngineError> {
        match self.plan() {
            Err(EngineError::Unloadable { document, cause }) => {
                tracing::error!(%document, %cause, "the plan does not load");
                Ok(Arc::default())
            }
            read => read,
        }
    }
}

/// What is observed and comes now is late: the campaign was locked.
pub(super) fn after_lock(plan: &Plan) -> Option<Circumstance> {
    let state = plan.campaign.as_ref().map(|campaign| campaign.state);
    let locked = matches!(state, Some(CampaignState::Locked | CampaignState::Archived));
    locked.then_some(Circumstance::AfterLock)
}

/// Why what a tablet changes in a document is set apart, where it is.
pub(super) fn circumstance(
    plan: &Plan,
    device: &StoredDevice,
    name: &DocumentName,
) -> Option<Circumstance> {
    if let Some(late) = after_lock(plan) {
        return Some(late);
    }
    let DocumentName::Round { key } = name else {
        return None;
    };
    let other = device.device.team != Some(key.team);
    other.then_some(Circumstance::OtherTeam)
}

/// What a tablet may do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) read: bool,
    pub(super) write: bool,
}

/// The plan for every tablet of the campaign; a brief for the team sent there that night; a round
/// for its team alone.
///
/// Writing in any round stays possible: an honest observation is never refused for being misplaced.
/// It opens nothing to read, because every tablet can tell every round's name from the plan.
pub(super) fn rights(plan: &Plan, team: Option<TeamId>, name: &DocumentName) -> Rights {
    let (read, write) = match name {
        DocumentName::Plan { .. } => (true, false),
        DocumentName::Brief { sector, night, .. } => {
            let sent = team.is_some_and(|team| {
                plan.assignments.contains(&Assignment {
                    team,
                    sector: *sector,
                    night: *night,
                })
            });
            (sent, false)
        }
        DocumentName::Round { key } => (team == Some(key.team), true),
        DocumentName::Review { .. } => (false, false),
    };
    Rights { read, write }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::{CampaignId, RoundKey, SectorId};

    #[test]
    fn a_brief_is_for_the_team_sent_there_and_a_round_for_its_team() {
        let campaign = CampaignId::from_random([1; 16]);
        let (sent, other) = (TeamId::from_random([2; 16]), TeamId::from_random([3; 16]));
        let sector = SectorId::from_random([4; 16]);
        let night = "2026-01-22".parse().unwrap();
        let plan = Plan {
            assignments: vec![Assignment {
                team: sent,
                sector,
                night,
            }],
            ..Plan::default()
        };
        let brief = DocumentName::Brief {
            campaign,
            sector,
            night,
        };
        let later = DocumentName::Brief {
            campaign,
            sector,
            night: "2026-01-23".parse().unwrap(),
        };
        let key = RoundKey {
            campaign,
            team: sent,
            sector: Some(sector),
            night,
            reissue: 0,
        };
        let round = DocumentName::Round { key };
        let review = DocumentName::Review {
            campaign,
            night,
            part: 0,
        };
        let check = |team, name: &DocumentName, read, write| {
            let found = rights(&plan, team, name);
            assert_eq!(found, Rights { read, write }, "{name:?}");
        };
        check(None, &DocumentName::Plan { campaign }, true, false);
        check(Some(sent), &brief, true, false);
        check(Some(sent), &later, false, false);
        check(Some(other), &brief, false, false);
        check(None, &brief, false, false);
        check(Some(sent), &round, true, true);
        check(Some(other), &round, false, true);
        check(None, &round, false, true);
        check(Some(sent), &review, false, false);
    }
}
