//! Orders about the plan: details, ground, teams, known places, states.

use super::desk::{Desk, Intent, Step};
use super::order::{ImportedSector, Order, OrderError};
use super::review::check_place;
use super::{briefs, teams};
use crate::store::random_id;
use geo::{CoordsIter, MultiPolygon};
use maraude_core::document::{Plan, boundary_fits};
use maraude_core::model::{
    Assignment, Campaign, CampaignMode, CampaignState, LOCK_MINUTES_RANGE, LegalFrame, Night,
    RetentionFrame, RiskClass, Sector, SectorId, Site, SiteFacts, Team, Zone, ZoneId,
};
use std::collections::BTreeSet;

/// Longest name or code, characters.
const NAME_CHARACTERS: usize = 120;

/// Longest note on a known place, characters.
const NOTE_CHARACTERS: usize = 280;

/// Most nights of a campaign: a year.
const NIGHTS: usize = 366;

pub(super) fn interpret(desk: &Desk<'_>, order: &Order, plan: &Plan) -> Result<Intent, OrderError> {
    let campaign = plan
        .campaign
        .as_ref()
        .ok_or(OrderError::Unknown { what: "campaign" })?;
    if campaign.state == CampaignState::Archived {
        return Err(OrderError::State {
            code: "campaign-archived",
        });
    }
    match order {
        Order::SetDetails {
            name,
            nights,
            coordination_number,
            lock_minutes,
            legal,
            retention,
            pseudonyms,
        } => {
            let details = Details {
                name,
                nights,
                coordination_number: coordination_number.as_deref(),
                lock_minutes: lock_minutes.unwrap_or(campaign.lock_minutes),
                legal,
                retention: *retention,
                pseudonym_key: pseudonym_key(desk, campaign, *pseudonyms)?,
            };
            set_details(desk, campaign, &details)
        }
        Order::Open => open(desk, campaign),
        Order::Lock => lock(desk, campaign),
        Order::SetPerimeter(codes) => {
            // Figures of one night are told of one ground, before and after it.
            if campaign.state != CampaignState::Ready {
                return Err(OrderError::State {
                    code: "perimeter-frozen",
                });
            }
            let codes = codes.clone();
            let step = Step::new(move |w| w.put_perimeter(&codes));
            Ok(in_plan(desk, step, "perimeter:".to_owned()))
        }
        Order::PutZone(zone) => put_zone(desk, zone, plan),
        Order::RemoveZone(id) => remove_zone(desk, *id, plan),
        Order::PutSector(sector) => put_sector(desk, sector, plan),
        Order::RemoveSector(id) => {
            let id = *id;
            known(plan.sectors.iter().any(|s| s.id == id), "sector")?;
            let gone = assignments(plan, |a| a.sector == id);
            let step = Step::new(move |w| {
                w.remove_sector(id);
                for a in &gone {
                    w.remove_assignment(a);
                }
            });
            Ok(in_plan(desk, step, format!("sector:{id}")))
        }
        Order::ImportSectors(sectors) => import_sectors(desk, sectors, plan),
        order => people_and_places(desk, order, campaign, plan),
    }
}

fn people_and_places(
    desk: &Desk<'_>,
    order: &Order,
    campaign: &Campaign,
    plan: &Plan,
) -> Result<Intent, OrderError> {
    match order {
        Order::PutTeam(team) => put_team(desk, team, plan),
        Order::RemoveTeam(id) => {
            let id = *id;
            known(plan.teams.iter().any(|t| t.id == id), "team")?;
            let gone = assignments(plan, |a| a.team == id);
            let step = Step::new(move |w| {
                w.remove_team(id);
                for a in &gone {
                    w.remove_assignment(a);
                }
            });
            Ok(in_plan(desk, step, format!("team:{id}")))
        }
        Order::ImportTeams { csv, night } => teams::import(desk, csv, *night, plan),
        Order::Assign(assignment) => {
            let assignment = *assignment;
            known(plan.teams.iter().any(|t| t.id == assignment.team), "team")?;
            let sector = assignment.sector;
            known(plan.sectors.iter().any(|s| s.id == sector), "sector")?;
            if !campaign.nights.contains(&assignment.night) {
                return Err(OrderError::invalid("not-a-night", "night"));
            }
            let step = Step::new(move |w| w.put_assignment(&assignment));
            Ok(in_plan(desk, step, key_of(&assignment)))
        }
        Order::Unassign(assignment) => {
            let assignment = *assignment;
            let step = Step::new(move |w| w.remove_assignment(&assignment));
            Ok(in_plan(desk, step, key_of(&assignment)))
        }
        Order::PutSite(site) => put_site(desk, site),
        Order::RemoveSite(id) => {
            let id = *id;
            let name = briefs::register_name(desk.engine.campaign());
            Ok(Intent {
                register: vec![Step::new(move |w| w.remove_site(id))],
                touches: vec![(name, format!("site:{id}"))],
                ..Intent::default()
            })
        }
        _ => Ok(Intent::default()),
    }
}

fn in_plan(desk: &Desk<'_>, step: Step, touches: String) -> Intent {
    Intent {
        plan: vec![step],
        touches: vec![(desk.plan_name(), touches)],
        ..Intent::default()
    }
}

fn known(found: bool, what: &'static str) -> Result<(), OrderError> {
    if found {
        Ok(())
    } else {
        Err(OrderError::Unknown { what })
    }
}

fn key_of(a: &Assignment) -> String {
    format!("assignment:{}:{}:{}", a.team, a.sector, a.night)
}

fn assignments(plan: &Plan, of: impl Fn(&Assignment) -> bool) -> Vec<Assignment> {
    plan.assignments.iter().copied().filter(|a| of(a)).collect()
}

/// A name or code that is there and not too long.
pub(super) fn check_text(text: &str, field: &'static str) -> Result<(), OrderError> {
    if text.trim().is_empty() {
        return Err(OrderError::invalid("missing", field));
    }
    if text.chars().count() > NAME_CHARACTERS {
        return Err(OrderError::invalid("too-long", field));
    }
    Ok(())
}

struct Details<'a> {
    name: &'a str,
    nights: &'a [Night],
    coordination_number: Option<&'a str>,
    lock_minutes: u8,
    legal: &'a LegalFrame,
    retention: RetentionFrame,
    pseudonym_key: Option<String>,
}

/// What the plan tells tablets to seal to.
fn pseudonym_key(
    desk: &Desk<'_>,
    campaign: &Campaign,
    asked: Option<bool>,
) -> Result<Option<String>, OrderError> {
    match asked {
        None => Ok(campaign.pseudonym_key.clone()),
        Some(false) => Ok(None),
        Some(true) => {
            let drawn = desk.engine.draw_pseudonym_key()?;
            let forgotten = OrderError::State {
                code: "pseudonyms-forgotten",
            };
            Ok(Some(drawn.key().ok_or(forgotten)?.public()))
        }
    }
}

fn set_details(
    desk: &Desk<'_>,
    campaign: &Campaign,
    details: &Details<'_>,
) -> Result<Intent, OrderError> {
    check_text(details.name, "name")?;
    let nights: BTreeSet<Night> = details.nights.iter().copied().collect();
    if nights.len() > NIGHTS {
        return Err(OrderError::invalid("too-many", "nights"));
    }
    if nights.is_empty() && campaign.state != CampaignState::Ready {
        return Err(OrderError::invalid("missing", "nights"));
    }
    if let (Some(coarsen), Some(purge)) = (details.retention.coarsen_on, details.retention.purge_on)
        && purge < coarsen
    {
        return Err(OrderError::invalid("before-coarsening", "purge_on"));
    }
    if let (Some(last), Some(coarsen)) = (nights.last(), details.retention.coarsen_on)
        && coarsen < *last
    {
        return Err(OrderError::invalid("before-last-night", "coarsen_on"));
    }
    // A real campaign has its dates from the first day on, and never loses them.
    for (field, had, has) in [
        (
            "coarsen_on",
            campaign.retention.coarsen_on,
            details.retention.coarsen_on,
        ),
        (
            "purge_on",
            campaign.retention.purge_on,
            details.retention.purge_on,
        ),
    ] {
        if campaign.mode == CampaignMode::Real && had.is_some() && has.is_none() {
            return Err(OrderError::invalid("missing", field));
        }
    }
    if !LOCK_MINUTES_RANGE.contains(&details.lock_minutes) {
        return Err(OrderError::invalid("out-of-range", "lock_minutes"));
    }
    let number = details.coordination_number.map(str::trim);
    let after = Campaign {
        name: details.name.trim().to_owned(),
        nights: nights.into_iter().collect(),
        coordination_number: number.filter(|n| !n.is_empty()).map(str::to_owned),
        lock_minutes: details.lock_minutes,
        legal: details.legal.clone(),
        retention: details.retention,
        pseudonym_key: details.pseudonym_key.clone(),
        ..campaign.clone()
    };
    // A campaign that is open stays able to be.
    let obstacles = after.opening_obstacles();
    if campaign.state == CampaignState::Open && !obstacles.is_empty() {
        return Err(OrderError::Obstacles(obstacles));
    }
    let step = Step::new(move |w| w.put_campaign(&after));
    Ok(in_plan(desk, step, format!("campaign:{}", campaign.id)))
}

fn open(desk: &Desk<'_>, campaign: &Campaign) -> Result<Intent, OrderError> {
    if campaign.state != CampaignState::Ready {
        return Err(OrderError::State {
            code: "campaign-not-ready",
        });
    }
    let obstacles = campaign.opening_obstacles();
    if !obstacles.is_empty() {
        return Err(OrderError::Obstacles(obstacles));
    }
    Ok(set_state(desk, campaign, CampaignState::Open))
}

fn lock(desk: &Desk<'_>, campaign: &Campaign) -> Result<Intent, OrderError> {
    if campaign.state != CampaignState::Open {
        return Err(OrderError::State {
            code: "campaign-not-open",
        });
    }
    Ok(set_state(desk, campaign, CampaignState::Locked))
}

fn set_state(desk: &Desk<'_>, campaign: &Campaign, state: CampaignState) -> Intent {
    let after = Campaign {
        state,
        ..campaign.clone()
    };
    let step = Step::new(move |w| w.put_campaign(&after));
    in_plan(desk, step, format!("campaign:{}", campaign.id))
}

fn remove_zone(desk: &Desk<'_>, id: ZoneId, plan: &Plan) -> Result<Intent, OrderError> {
    known(plan.zones.iter().any(|zone| zone.id == id), "zone")?;
    let mut freed: Vec<Sector> = plan.sectors.clone();
    freed.retain(|sector| sector.zone == Some(id));
    let step = Step::new(move |w| {
        w.remove_zone(id);
        for sector in &freed {
            w.put_sector(&Sector {
                zone: None,
                ..sector.clone()
            });
        }
    });
    Ok(in_plan(desk, step, format!("zone:{id}")))
}

fn put_zone(desk: &Desk<'_>, zone: &Zone, plan: &Plan) -> Result<Intent, OrderError> {
    check_text(&zone.code, "code")?;
    check_text(&zone.name, "name")?;
    if plan
        .zones
        .iter()
        .any(|z| z.code == zone.code && z.id != zone.id)
    {
        return Err(OrderError::invalid("code-taken", "code"));
    }
    let (zone, key) = (zone.clone(), format!("zone:{}", zone.id));
    Ok(in_plan(desk, Step::new(move |w| w.put_zone(&zone)), key))
}

fn put_sector(desk: &Desk<'_>, sector: &Sector, plan: &Plan) -> Result<Intent, OrderError> {
    check_text(&sector.code, "code")?;
    check_text(&sector.name, "name")?;
    let taken = |s: &Sector| s.code == sector.code && s.id != sector.id;
    if plan.sectors.iter().any(taken) {
        return Err(OrderError::invalid("code-taken", "code"));
    }
    if let Some(zone) = sector.zone {
        known(plan.zones.iter().any(|z| z.id == zone), "zone")?;
    }
    check_boundary(&sector.boundary)?;
    let key = format!("sector:{}", sector.id);
    Ok(in_plan(desk, sector_step(sector.clone()), key))
}

fn check_boundary(boundary: &MultiPolygon<f64>) -> Result<(), OrderError> {
    let on_earth = |c: geo::Coord<f64>| {
        c.x.is_finite() && c.y.is_finite() && c.x.abs() <= 180.0 && c.y.abs() <= 90.0
    };
    let closed = |ring: &geo::LineString<f64>| ring.0.len() >= 4 && ring.0.first() == ring.0.last();
    let whole = boundary.0.iter().all(|polygon| {
        std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .all(closed)
    });
    if boundary.0.is_empty() || !whole {
        return Err(OrderError::invalid("open-ring", "polygons"));
    }
    if !boundary.coords_iter().all(on_earth) {
        return Err(OrderError::invalid("out-of-range", "polygons"));
    }
    if !boundary_fits(boundary) {
        return Err(OrderError::invalid("too-detailed", "polygons"));
    }
    Ok(())
}

fn sector_step(sector: Sector) -> Step {
    let bytes = sector.boundary.coords_count() * 26 + 500;
    let mut step = Step::new(move |w| w.put_sector(&sector));
    step.bytes = bytes;
    step
}

fn import_sectors(
    desk: &Desk<'_>,
    imported: &[ImportedSector],
    plan: &Plan,
) -> Result<Intent, OrderError> {
    let mut intent = Intent::default();
    for (n, read) in imported.iter().enumerate() {
        let refusal = check_text(&read.code, "code")
            .and_then(|()| check_text(&read.name, "name"))
            .and_then(|()| check_boundary(&read.boundary));
        if let Err(OrderError::Invalid(invalid)) = refusal {
            let line = format!("feature {}: {} ({})", n + 1, invalid.field, invalid.code);
            intent.done.refused.push(line);
        }
    }
    if !intent.done.refused.is_empty() {
        return Ok(intent);
    }
    for read in imported {
        let present = plan.sectors.iter().find(|sector| sector.code == read.code);
        let sector = Sector {
            id: match present {
                Some(sector) => sector.id,
                None => random_id(SectorId::from_random)?,
            },
            code: read.code.clone(),
            name: read.name.clone(),
            zone: present.and_then(|sector| sector.zone),
            risk: present.map_or(RiskClass::Ordinary, |sector| sector.risk),
            boundary: read.boundary.clone(),
        };
        let key = format!("sector:{}", sector.id);
        intent.touches.push((desk.plan_name(), key));
        intent.plan.push(sector_step(sector));
    }
    intent.done.imported = imported.len() as u32;
    Ok(intent)
}

fn put_team(desk: &Desk<'_>, team: &Team, plan: &Plan) -> Result<Intent, OrderError> {
    check_text(&team.code, "code")?;
    if plan
        .teams
        .iter()
        .any(|t| t.code == team.code && t.id != team.id)
    {
        return Err(OrderError::invalid("code-taken", "code"));
    }
    let (team, key) = (team.clone(), format!("team:{}", team.id));
    Ok(in_plan(desk, Step::new(move |w| w.put_team(&team)), key))
}

fn put_site(desk: &Desk<'_>, site: &Site) -> Result<Intent, OrderError> {
    check_text(&site.code, "code")?;
    check_place(site.coordinates)?;
    let note = site.note.as_deref().unwrap_or_default();
    if note.chars().count() > NOTE_CHARACTERS {
        return Err(OrderError::invalid("too-long", "note"));
    }
    let facts = SiteFacts::read(site.facts.as_deref());
    if let Some(field) = facts.odd() {
        let long = field == "address";
        let code = if long { "too-long" } else { "not-a-fact" };
        return Err(OrderError::invalid(code, field));
    }
    let (site, id) = (site.clone(), site.id);
    let name = briefs::register_name(desk.engine.campaign());
    Ok(Intent {
        register: vec![Step::new(move |w| w.put_site(&site))],
        touches: vec![(name, format!("site:{id}"))],
        ..Intent::default()
    })
}
