//! *Tablettes*: the list, one-time codes to enrol, revocation.

use super::contract::{AcceptDevice, DeviceEntry, EnrolmentCode, NewEnrolment, OpenCodeLine};
use super::extract::{At, Body, read};
use super::guard::{AnyAccount, Coordinator};
use super::problem::Problem;
use crate::app::App;
use crate::auth::{
    IssuedCode, NewCode, NotTheirTeam, code_name, issue_code, may_hand, may_take_away,
};
use crate::store::StoredDevice;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::document::Plan;
use maraude_core::model::{CampaignId, DeviceId, Team, TeamId};
use maraude_core::sync::{enrolment_words, link_fragment};
use qrcode::QrCode;
use qrcode::render::svg;
use std::collections::BTreeMap;

/// Longest label of a tablet, characters.
const LABEL_CHARACTERS: usize = 40;

/// Side of the drawn code, pixels.
const QR_SIDE: u32 = 280;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/devices", get(list))
        .route(
            "/api/campaigns/{campaign}/enrolments",
            get(codes).post(enrol),
        )
        .route(
            "/api/campaigns/{campaign}/enrolments/{enrolment}/cancel",
            post(cancel),
        )
        .route(
            "/api/campaigns/{campaign}/devices/{device}/accept",
            post(accept),
        )
        .route(
            "/api/campaigns/{campaign}/devices/{device}/revoke",
            post(revoke),
        )
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Vec<DeviceEntry>>, Problem> {
    let devices = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let plan = engine.plan()?;
            let server_key = *app.signing().verifying_key().as_bytes();
            let contacts: BTreeMap<_, _> = engine
                .contacts()
                .into_iter()
                .map(|contact| (contact.device, contact))
                .collect();
            let entries = app.server().devices(campaign)?.into_iter().map(|stored| {
                let contact = contacts.get(&stored.device.id);
                let team = stored.device.team.map(|id| team_code(&plan, id));
                let words = enrolment_words(campaign, &server_key, &stored.device.verifying_key);
                DeviceEntry {
                    words_fr: words.fr,
                    words_en: words.en,
                    id: stored.device.id.to_string(),
                    label: stored.device.label,
                    team,
                    enrolled_at: stored.enrolled_at,
                    accepted_at: stored.accepted_at,
                    last_contact_at: contact.map(|c| c.at),
                    app_version: Some(match contact {
                        Some(contact) => contact.device_report.app_version.clone(),
                        None => stored.app_version,
                    }),
                    battery_percent: contact.and_then(|c| c.device_report.battery_percent),
                    unsent: contact.map_or(0, |c| c.device_report.unsent),
                    oldest_unsent_at: contact.and_then(|c| c.device_report.oldest_unsent_at),
                    clock_offset_ms: contact.map(|c| c.clock_offset_ms),
                    revoked_at: stored.device.revoked_at,
                }
            });
            Ok::<_, Problem>(entries.collect())
        })
        .await??;
    Ok(Json(devices))
}

async fn enrol(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<NewEnrolment>,
) -> Result<(StatusCode, Json<EnrolmentCode>), Problem> {
    let new = read(body)?;
    let label = label_of(&new.label, LABEL_CHARACTERS)?;
    let code = app
        .blocking(move |app| {
            app.goes_on_here(campaign)?;
            let plan = app.engine(campaign)?.plan()?;
            let team = new.team.map(|id| team_of(&plan, id)).transpose()?;
            let accepted = may_hand(&account, team)?;
            let organisation = team.and_then(|team| team.organisation.clone());
            let wanted = NewCode {
                campaign,
                label,
                team: team.map(|team| team.id),
                organisation: organisation.or(account.organisation),
                accepted,
            };
            let now = app.clock().now();
            let issued = issue_code(app.server(), wanted, now)?;
            let (author, subject) = (account.id.to_string(), code_subject(campaign, &issued.name));
            app.server()
                .add_audit(now, &author, "code-issued", &subject)?;
            Ok::<_, Problem>(told(&app, campaign, issued))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(code)))
}

/// A code as the console shows it: the link names this server, so that a tablet refuses any other.
pub(super) fn told(app: &App, campaign: CampaignId, issued: IssuedCode) -> EnrolmentCode {
    let server_key = app.signing().verifying_key();
    let fragment = link_fragment(&issued.link_secret, campaign, server_key.as_bytes());
    let link = format!("{}/{fragment}", app.config().public_url);
    EnrolmentCode {
        code: issued.code,
        qr_svg: qr_svg(&link),
        link,
        expires_at: issued.expires_at,
    }
}

/// The link as a drawing; empty when it is too long for a code, which an address never is.
pub(super) fn qr_svg(link: &str) -> String {
    QrCode::new(link.as_bytes()).map_or_else(
        |_| String::new(),
        |code| {
            code.render::<svg::Color<'_>>()
                .min_dimensions(QR_SIDE, QR_SIDE)
                .build()
        },
    )
}

async fn revoke(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At((campaign, device)): At<(CampaignId, DeviceId)>,
) -> Result<StatusCode, Problem> {
    // Not the pool of the tablets: it waits until nothing more is told to this one.
    let revoking = tokio::task::spawn_blocking(move || {
        let stored = of_campaign(&app, campaign, device)?;
        if !may_take_away(&account, stored.device.organisation.as_ref()) {
            return Err(NotTheirTeam.into());
        }
        app.revoke(device, &account.id.to_string())?;
        Ok(StatusCode::NO_CONTENT)
    });
    revoking.await.map_err(|_| Problem::broken())?
}

async fn accept(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At((campaign, device)): At<(CampaignId, DeviceId)>,
    body: Body<AcceptDevice>,
) -> Result<StatusCode, Problem> {
    let AcceptDevice { team } = read(body)?;
    app.blocking(move |app| {
        of_campaign(&app, campaign, device)?;
        let plan = app.engine(campaign)?.plan()?;
        if let Some(id) = team {
            if !plan.teams.iter().any(|team| team.id == id) {
                return Err(invalid("not-there", "team"));
            }
            app.server().hand_device(device, Some(id))?;
        }
        let (server, now) = (app.server(), app.clock().now());
        server.accept_device(device, now)?;
        let (author, subject) = (account.id.to_string(), device.to_string());
        server.add_audit(now, &author, "device-accepted", &subject)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

async fn codes(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Vec<OpenCodeLine>>, Problem> {
    let lines = app
        .blocking(move |app| {
            let plan = app.engine(campaign)?.plan()?;
            let open = app.server().open_codes(campaign, app.clock().now())?;
            let lines = open.into_iter().map(|open| OpenCodeLine {
                id: code_name(&open.code),
                label: open.label,
                team: open.team.map(|id| team_code(&plan, id)),
                created_at: open.created_at,
                expires_at: open.expires_at,
            });
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok(Json(lines))
}

async fn cancel(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At((campaign, named)): At<(CampaignId, String)>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        let (server, now) = (app.server(), app.clock().now());
        let open = server.open_codes(campaign, now)?;
        let open = open.into_iter().find(|open| code_name(&open.code) == named);
        let open = open.ok_or_else(Problem::not_found)?;
        if !may_take_away(&account, open.organisation.as_ref()) {
            return Err(NotTheirTeam.into());
        }
        server.cancel_code(&open.code, now)?;
        let (author, subject) = (account.id.to_string(), code_subject(campaign, &named));
        server.add_audit(now, &author, "code-cancelled", &subject)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

pub(super) fn code_subject(campaign: CampaignId, name: &str) -> String {
    format!("{campaign} {name}")
}

pub(super) fn team_code(plan: &Plan, id: TeamId) -> String {
    let known = plan.teams.iter().find(|team| team.id == id);
    known.map_or_else(|| id.to_string(), |team| team.code.clone())
}

fn of_campaign(app: &App, campaign: CampaignId, device: DeviceId) -> Result<StoredDevice, Problem> {
    let known = app.server().device(device)?;
    let known = known.filter(|stored| stored.campaign == campaign);
    known.ok_or_else(Problem::not_found)
}

pub(super) fn invalid(code: &'static str, field: &str) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        code,
        "A value cannot be taken.",
    )
    .at(field)
}

/// A label as it is written on a sticker.
pub(super) fn label_of(given: &str, characters: usize) -> Result<String, Problem> {
    let label = given.trim().to_owned();
    if label.is_empty() {
        return Err(invalid("missing", "label"));
    }
    if label.chars().count() > characters {
        return Err(invalid("too-long", "label"));
    }
    Ok(label)
}

pub(super) fn team_of(plan: &Plan, id: TeamId) -> Result<&Team, Problem> {
    let known = plan.teams.iter().find(|team| team.id == id);
    known.ok_or_else(|| invalid("not-there", "team"))
}

impl From<NotTheirTeam> for Problem {
    fn from(_: NotTheirTeam) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "team-not-allowed",
            "This account may not do that for this team's tablets.",
        )
    }
}
