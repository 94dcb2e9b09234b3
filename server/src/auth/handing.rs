//! Who may hand a tablet to which team: whoever holds a team's tablet reads what that team meets.
//!
//! A coordinator may, to any team. A team lead may prepare tablets for the teams of their own
//! organisation, and an administrator for none; what they prepare can write at once and reads nothing
//! but the plan until a coordinator accepts it. `http` asks here before a code is issued.

use crate::store::{Account, Role};
use maraude_core::model::{OrganisationCode, Team};

/// This account may not hand a tablet to this team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this account may not hand tablets to this team")]
pub struct NotTheirTeam;

/// Whether a tablet that this account hands to a team may read at once.
///
/// # Errors
/// [`NotTheirTeam`]: not even its code may be issued.
pub fn may_hand(account: &Account, team: Option<&Team>) -> Result<bool, NotTheirTeam> {
    match (account.role, team) {
        (Role::Coordinator, _) => Ok(true),
        (Role::TeamLead, Some(team)) if is_of(account, team.organisation.as_ref()) => Ok(false),
        (_, None) => Ok(false),
        _ => Err(NotTheirTeam),
    }
}

/// Whether an account may take a tablet, or a code for one, away.
pub fn may_take_away(account: &Account, organisation: Option<&OrganisationCode>) -> bool {
    account.role != Role::TeamLead || is_of(account, organisation)
}

fn is_of(account: &Account, organisation: Option<&OrganisationCode>) -> bool {
    account.organisation.is_some() && account.organisation.as_ref() == organisation
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::{AccountId, TeamId};

    #[test]
    fn only_a_coordinator_hands_out_what_reads_at_once() {
        let account = |role, organisation: Option<&str>| Account {
            id: AccountId::from_random([1; 16]),
            name: "Claire".to_owned(),
            role,
            organisation: organisation.map(str::to_owned),
        };
        let team = |organisation: Option<&str>| Team {
            id: TeamId::from_random([2; 16]),
            code: "E1".to_owned(),
            organisation: organisation.map(str::to_owned),
            professional: false,
        };
        let own = team(Some("asso"));
        let check = |account: &Account, team: Option<&Team>, expected| {
            assert_eq!(may_hand(account, team), expected, "{account:?} {team:?}");
        };
        let coordinator = account(Role::Coordinator, None);
        check(&coordinator, Some(&own), Ok(true));
        check(&coordinator, None, Ok(true));
        let lead = account(Role::TeamLead, Some("asso"));
        check(&lead, Some(&own), Ok(false));
        check(&lead, None, Ok(false));
        check(&lead, Some(&team(Some("autre"))), Err(NotTheirTeam));
        check(&lead, Some(&team(None)), Err(NotTheirTeam));
        let unbound = account(Role::TeamLead, None);
        check(&unbound, Some(&team(None)), Err(NotTheirTeam));
        for role in [
            Role::Administrator,
            Role::Analyst,
            Role::DataProtectionOfficer,
        ] {
            let other = account(role, Some("asso"));
            check(&other, Some(&own), Err(NotTheirTeam));
            check(&other, None, Ok(false));
        }
        assert!(may_take_away(&lead, own.organisation.as_ref()));
        assert!(!may_take_away(&lead, None));
        assert!(!may_take_away(&unbound, None));
        assert!(may_take_away(&account(Role::Administrator, None), None));
    }
}
