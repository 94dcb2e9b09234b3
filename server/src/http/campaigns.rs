//! Campaigns: the list, a new one, and everything *Préparer* shows of one.

use super::contract::{
    AssignmentEntry, CampaignDetail, CampaignExported, CampaignSummary, LayerEntry, NewCampaign,
    PseudonymState, SectorEntry, SiteEntry, TeamEntry, ZoneEntry,
};
use super::extract::{At, Body, read, view_of};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::{App, GoneError};
use crate::authoring::retention_at_creation;
use crate::geolocation::LiveView;
use crate::store::{LogPosition, Pseudonyms, Role, StoreError, random_id};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use geo::MultiPolygon;
use maraude_core::model::{Campaign, CampaignId, Sector, Site, SiteFacts};

/// Longest name of a campaign, characters.
const NAME_CHARACTERS: usize = 120;

const EXPORTED: Problem = Problem::new(
    StatusCode::CONFLICT,
    "campaign-exported",
    "This campaign was exported: it goes on on its new server.",
);

impl From<GoneError> for Problem {
    fn from(error: GoneError) -> Self {
        match error {
            GoneError::Exported => EXPORTED,
            GoneError::Store(error) => error.into(),
        }
    }
}

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns", get(list).post(create))
        .route("/api/campaigns/{campaign}", get(detail))
}

async fn list(State(app): State<App>) -> Result<Json<Vec<CampaignSummary>>, Problem> {
    let summaries = app
        .blocking(|app| {
            let mut summaries = Vec::new();
            for id in app.campaigns().list()? {
                let engine = match app.engine(id) {
                    // Named where the server starts; the others are listed.
                    Err(StoreError::DamagedCampaign { .. }) => continue,
                    opened => opened?,
                };
                let plan = engine.plan()?;
                let Some(campaign) = &plan.campaign else {
                    continue;
                };
                let exported = exported(&app, id, engine.log().last_position()?)?;
                summaries.push(summary(campaign, exported));
            }
            Ok::<_, Problem>(summaries)
        })
        .await??;
    Ok(Json(summaries))
}

async fn create(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    body: Body<NewCampaign>,
) -> Result<(StatusCode, Json<CampaignSummary>), Problem> {
    let new = read(body)?;
    let name = new.name.trim().to_owned();
    let unwelcome = |code| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            "A value cannot be taken.",
        )
    };
    let invalid = |code| unwelcome(code).at("name");
    if name.is_empty() {
        return Err(invalid("missing"));
    }
    if name.chars().count() > NAME_CHARACTERS {
        return Err(invalid("too-long"));
    }
    let made = app
        .blocking(move |app| {
            let id = random_id(CampaignId::from_random)?;
            let mut campaign = Campaign::prepare(id, name, new.kind, new.mode);
            campaign.organisation = account.organisation;
            let now = app.clock().now();
            campaign.retention = retention_at_creation(new.mode, new.retention, now)
                .map_err(|wrong| unwelcome(wrong.code()).at(wrong.field()))?;
            app.create_campaign(&campaign)?;
            app.server().add_audit(
                now,
                &account.id.to_string(),
                "campaign-created",
                &id.to_string(),
            )?;
            Ok::<_, Problem>(summary(&campaign, None))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(made)))
}

async fn detail(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
) -> Result<Json<CampaignDetail>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let detail = move |app: App| describe(&app, &live, position);
    let mut detail = app.blocking(detail).await??;
    if account.role != Role::Coordinator {
        // Known places say where people sleep.
        detail.sites.clear();
    }
    Ok(Json(detail))
}

/// Where a campaign stands with pseudonyms.
pub(super) fn pseudonym_state(campaign: &Campaign, keys: &Pseudonyms) -> PseudonymState {
    match keys {
        Pseudonyms::Never => PseudonymState::Off,
        Pseudonyms::Forgotten => PseudonymState::Forgotten,
        Pseudonyms::Held(_) if campaign.pseudonym_key.is_some() => PseudonymState::Asked,
        Pseudonyms::Held(_) => PseudonymState::Kept,
    }
}

fn describe(app: &App, live: &LiveView, position: LogPosition) -> Result<CampaignDetail, Problem> {
    let view = live.view();
    let plan = view.plan()?;
    let campaign = plan.campaign.ok_or_else(Problem::not_found)?;
    let keys = app.keys().pseudonyms(live.campaign())?;
    let pins = live.layers().pins(live.campaign())?;
    let layers = live
        .layers()
        .versions()?
        .into_iter()
        .filter(|layer| pins.get(&layer.kind) == Some(&layer.version))
        .map(|layer| LayerEntry {
            notes: Vec::new(),
            kind: layer.kind.code().to_owned(),
            version: layer.version,
            features: layer.features,
        });
    Ok(CampaignDetail {
        summary: summary(&campaign, exported(app, live.campaign(), position)?),
        position,
        obstacles: campaign.opening_obstacles(),
        pseudonyms: pseudonym_state(&campaign, &keys),
        coordination_number: campaign.coordination_number,
        lock_minutes: campaign.lock_minutes,
        time_zone: campaign.time_zone,
        legal: campaign.legal,
        retention: campaign.retention,
        zones: plan
            .zones
            .into_iter()
            .map(|zone| ZoneEntry {
                id: zone.id,
                code: zone.code,
                name: zone.name,
                base: zone.base,
            })
            .collect(),
        sectors: plan.sectors.into_iter().map(sector_entry).collect(),
        teams: plan
            .teams
            .into_iter()
            .map(|team| TeamEntry {
                id: team.id,
                code: team.code,
                organisation: team.organisation,
                professional: team.professional,
            })
            .collect(),
        assignments: plan
            .assignments
            .into_iter()
            .map(|sent| AssignmentEntry {
                team: sent.team,
                sector: sent.sector,
                night: sent.night,
            })
            .collect(),
        sites: view.sites()?.into_iter().map(site_entry).collect(),
        layers: layers.collect(),
        perimeter: plan.perimeter,
    })
}

/// Whether it was exported, and what came since in a log that ends here.
fn exported(
    app: &App,
    campaign: CampaignId,
    position: LogPosition,
) -> Result<Option<CampaignExported>, StoreError> {
    let exported = app.exported(campaign)?;
    Ok(exported.map(|exported| CampaignExported {
        at: exported.at,
        later: position.saturating_sub(exported.position),
    }))
}

fn summary(campaign: &Campaign, exported: Option<CampaignExported>) -> CampaignSummary {
    CampaignSummary {
        id: campaign.id,
        name: campaign.name.clone(),
        kind: campaign.kind,
        mode: campaign.mode,
        state: campaign.state,
        nights: campaign.nights.clone(),
        exported,
    }
}

fn sector_entry(sector: Sector) -> SectorEntry {
    SectorEntry {
        id: sector.id,
        code: sector.code,
        name: sector.name,
        zone: sector.zone,
        risk: sector.risk,
        polygons: rings_of(&sector.boundary),
    }
}

fn rings_of(boundary: &MultiPolygon<f64>) -> Vec<Vec<Vec<[f64; 2]>>> {
    let ring = |ring: &geo::LineString<f64>| ring.coords().map(|c| [c.x, c.y]).collect();
    boundary
        .iter()
        .map(|polygon| {
            std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(ring)
                .collect()
        })
        .collect()
}

fn site_entry(site: Site) -> SiteEntry {
    SiteEntry {
        id: site.id,
        kind: site.kind,
        code: site.code,
        longitude: site.coordinates.longitude,
        latitude: site.coordinates.latitude,
        audience: site.audience,
        expected: site.expected,
        note: site.note,
        facts: site.facts.map(|facts| SiteFacts::read(Some(&facts))),
    }
}
