//! Known places, and the briefs that carry them to the teams sent near them.
//!
//! All known places of a campaign are in its *register*: a brief of no sector, which no team is
//! ever sent to. Each sector's brief for a night holds those of the sector and 150 m around; a
//! place kept for professionals goes to volunteers without its note and numbers.

use super::order::OrderError;
use crate::projection::REGISTER_SECTOR;
use crate::sync::{Authored, Engine};
use maraude_core::document::{DocumentName, Plan, Writer, read_brief};
use maraude_core::geography::{contains, distance_to_border_m};
use maraude_core::model::{Audience, CampaignId, Night, Sector, SectorId, Site, Team};
use std::collections::BTreeMap;

/// How far around a sector known places go to its team, metres (design D2).
pub const BRIEF_REACH_M: f64 = 150.0;

/// The night of the register: before any campaign's.
const REGISTER_NIGHT: &str = "1970-01-01";

/// The register of a campaign's known places.
pub fn register_name(campaign: CampaignId) -> DocumentName {
    DocumentName::Brief {
        campaign,
        sector: REGISTER_SECTOR,
        night: register_night(),
    }
}

/// A document is a register of known places, not a brief that travels.
pub fn is_register(name: &DocumentName) -> bool {
    matches!(name, DocumentName::Brief { sector, .. } if *sector == REGISTER_SECTOR)
}

fn register_night() -> Night {
    REGISTER_NIGHT
        .parse()
        .expect("the constant is a night, a test reads it")
}

/// The changes that make each sector's brief what it must be.
pub(super) fn differences(
    engine: &Engine,
    plan: &Plan,
    places: &[Site],
) -> Result<Vec<Authored<'static>>, OrderError> {
    let nights = plan.campaign.as_ref().map_or(&[][..], |c| &c.nights);
    let mut parts = Vec::new();
    for sector in &plan.sectors {
        let near: Vec<&Site> = places.iter().filter(|site| is_near(sector, site)).collect();
        for night in nights {
            let name = DocumentName::Brief {
                campaign: engine.campaign(),
                sector: sector.id,
                night: *night,
            };
            let reduced = !only_professionals(plan, sector.id, *night);
            let wanted: BTreeMap<_, _> = near
                .iter()
                .map(|site| (site.id, for_team(site, reduced)))
                .collect();
            let present: BTreeMap<_, _> = read_brief(&engine.document(&name)?)
                .0
                .sites
                .into_iter()
                .map(|site| (site.id, site))
                .collect();
            if wanted == present {
                continue;
            }
            let write = move |w: &mut Writer<'_>| {
                for (id, site) in &wanted {
                    if present.get(id) != Some(site) {
                        w.put_site(site);
                    }
                }
                for id in present.keys().filter(|id| !wanted.contains_key(id)) {
                    w.remove_site(*id);
                }
            };
            parts.push(Authored {
                name,
                write: Box::new(write),
            });
        }
    }
    Ok(parts)
}

fn is_near(sector: &Sector, site: &Site) -> bool {
    contains(&sector.boundary, site.coordinates)
        || distance_to_border_m(&sector.boundary, site.coordinates) <= BRIEF_REACH_M
}

/// Every team sent there that night is professional, and one is sent.
fn only_professionals(plan: &Plan, sector: SectorId, night: Night) -> bool {
    let mut sent = plan
        .assignments
        .iter()
        .filter(|a| a.sector == sector && a.night == night)
        .filter_map(|a| plan.teams.iter().find(|team| team.id == a.team))
        .peekable();
    sent.peek().is_some() && sent.all(|team: &Team| team.professional)
}

/// No team is sent what the coordination knows of owners, dates and diagnoses.
fn for_team(site: &Site, reduced: bool) -> Site {
    let mut sent = Site {
        facts: None,
        ..site.clone()
    };
    if reduced && site.audience == Audience::Professionals {
        (sent.expected, sent.note) = (None, None);
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_is_no_brief_that_travels() {
        let campaign = CampaignId::from_random([1; 16]);
        assert!(is_register(&register_name(campaign)));
        assert!(!is_register(&DocumentName::Plan { campaign }));
    }
}
