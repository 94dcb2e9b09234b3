//! *Tablettes*: the list, one-time codes to enrol, revocation.

use super::contract::{DeviceEntry, EnrolmentCode, NewEnrolment};
use super::extract::{At, Body, read};
use super::guard::AnyAccount;
use super::problem::Problem;
use crate::app::App;
use crate::auth::{NewCode, issue_code};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::{CampaignId, DeviceId};
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
        .route("/api/campaigns/{campaign}/enrolments", post(enrol))
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
            let contacts: BTreeMap<_, _> = engine
                .contacts()
                .into_iter()
                .map(|contact| (contact.device, contact))
                .collect();
            let entries = app.server().devices(campaign)?.into_iter().map(|stored| {
                let contact = contacts.get(&stored.device.id);
                let team = stored.device.team.map(|id| {
                    let known = plan.teams.iter().find(|team| team.id == id);
                    known.map_or_else(|| id.to_string(), |team| team.code.clone())
                });
                DeviceEntry {
                    id: stored.device.id.to_string(),
                    label: stored.device.label,
                    team,
                    enrolled_at: stored.enrolled_at,
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
    let label = new.label.trim().to_owned();
    let invalid = |code, field: &str| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            "A value cannot be taken.",
        )
        .at(field)
    };
    if label.is_empty() {
        return Err(invalid("missing", "label"));
    }
    if label.chars().count() > LABEL_CHARACTERS {
        return Err(invalid("too-long", "label"));
    }
    let code = app
        .blocking(move |app| {
            let plan = app.engine(campaign)?.plan()?;
            let team = match new.team {
                None => None,
                Some(id) => Some(
                    plan.teams
                        .iter()
                        .find(|team| team.id == id)
                        .ok_or_else(|| invalid("not-there", "team"))?,
                ),
            };
            let organisation = team.and_then(|team| team.organisation.clone());
            let wanted = NewCode {
                campaign,
                label: label.clone(),
                team: team.map(|team| team.id),
                organisation: organisation.or(account.organisation),
            };
            let now = app.clock().now();
            let issued = issue_code(app.server(), wanted, now)?;
            app.server()
                .add_audit(now, &account.name, "device-code", &label)?;
            let link = format!("{}/#enrol={}", app.config().public_url, issued.link_secret);
            Ok::<_, Problem>(EnrolmentCode {
                code: issued.code,
                qr_svg: qr_svg(&link),
                link,
                expires_at: issued.expires_at,
            })
        })
        .await??;
    Ok((StatusCode::CREATED, Json(code)))
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
    app.blocking(move |app| {
        let known = app.server().device(device)?;
        if known.is_none_or(|stored| stored.campaign != campaign) {
            return Err(Problem::not_found());
        }
        app.revoke(device, &account.name)?;
        Ok(())
    })
    .await??;
    Ok(StatusCode::NO_CONTENT)
}
