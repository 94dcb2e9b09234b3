//! *À reprendre*: what the gate refused, to be tried again, taken away or marked as dealt with.

use super::contract::{
    ExportReason, LogWentBack, QuarantineEntry, QuarantineList, QuarantineRetried, QuarantineRetry,
};
use super::extract::{At, Body, read};
use super::guard::Coordinator;
use super::problem::Problem;
use crate::app::{App, written_reason};
use crate::store::{Deed, Quarantined, StoredDocument};
use crate::sync::Engine;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::document::{DocumentName, Plan};
use maraude_core::model::{CampaignId, DeviceId};
use std::collections::BTreeMap;

/// Most entries of one listing.
const LISTED: usize = 200;

/// The routes of this file.
pub fn routes() -> Router<App> {
    let at = "/api/campaigns/{campaign}/quarantine";
    Router::new()
        .route(at, get(list))
        .route(&format!("{at}/retry"), post(retry))
        .route(&format!("{at}/{{number}}/export"), post(fetch))
        .route(&format!("{at}/{{number}}/settle"), post(settle))
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<QuarantineList>, Problem> {
    let listed = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let plan = engine.plan()?;
            let devices = app.server().devices(campaign)?.into_iter();
            let labels: BTreeMap<DeviceId, String> = devices
                .map(|stored| (stored.device.id, stored.device.label))
                .collect();
            let kept = engine.log().open_quarantine(LISTED + 1)?;
            let more = kept.len() > LISTED;
            let entries = kept.iter().take(LISTED);
            Ok::<_, Problem>(QuarantineList {
                entries: entries
                    .map(|kept| entry(&engine, &plan, &labels, kept))
                    .collect::<Result<_, Problem>>()?,
                more,
                went_back: engine.went_back()?.map(|found| LogWentBack {
                    at: found.at,
                    tablet: label(&labels, found.device),
                    lost: found.knew.saturating_sub(found.found),
                }),
            })
        })
        .await??;
    Ok(Json(listed))
}

fn label(labels: &BTreeMap<DeviceId, String>, device: DeviceId) -> String {
    let known = labels.get(&device).cloned();
    known.unwrap_or_else(|| device.to_string())
}

fn entry(
    engine: &Engine,
    plan: &Plan,
    labels: &BTreeMap<DeviceId, String>,
    kept: &Quarantined,
) -> Result<QuarantineEntry, Problem> {
    let stored = match kept.item.document {
        Some(document) => engine.log().document(document)?,
        None => None,
    };
    let (document, team, night) = match stored {
        Some(StoredDocument { name, .. }) => of_document(plan, &name),
        None => (None, None, None),
    };
    Ok(QuarantineEntry {
        number: kept.number,
        received_at: kept.item.received_at,
        code: kept.item.code.clone(),
        tablet: label(labels, kept.item.device.unwrap_or(kept.item.carrier)),
        document,
        team,
        night,
    })
}

type Told = (Option<String>, Option<String>, Option<String>);

fn of_document(plan: &Plan, name: &DocumentName) -> Told {
    let (kind, team, night) = match name {
        DocumentName::Plan { .. } => ("plan", None, None),
        DocumentName::Brief { night, .. } => ("brief", None, Some(night)),
        DocumentName::Review { night, .. } => ("review", None, Some(night)),
        DocumentName::Round { key } => ("round", Some(key.team), Some(&key.night)),
    };
    let known = team.and_then(|id| plan.teams.iter().find(|team| team.id == id));
    (
        Some(kind.to_owned()),
        known.map(|team| team.code.clone()),
        night.map(ToString::to_string),
    )
}

async fn retry(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
    body: Body<QuarantineRetry>,
) -> Result<Json<QuarantineRetried>, Problem> {
    let asked = read(body)?;
    let retried = app
        .blocking(move |app| {
            if let Some(number) = asked.number {
                find(&app, campaign, number)?;
            }
            let engine = app.engine(campaign)?;
            let retried = engine.retry_quarantine(asked.number, asked.revoked)?;
            let subject = subject(campaign, asked.number);
            let now = app.clock().now();
            app.server()
                .add_audit(now, &account.id.to_string(), "quarantine-retried", &subject)?;
            Ok::<_, Problem>(retried)
        })
        .await??;
    Ok(Json(QuarantineRetried {
        taken: retried.taken,
        left: retried.left,
    }))
}

async fn fetch(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At((campaign, number)): At<(CampaignId, u64)>,
    body: Body<ExportReason>,
) -> Result<impl IntoResponse, Problem> {
    let reason = written_reason(&read(body)?.reason)?;
    let bytes = app
        .blocking(move |app| {
            let kept = find(&app, campaign, number)?;
            // Before anything leaves: an export that is not in the audit log does not happen.
            let deed = Deed {
                author: &account.id.to_string(),
                action: "quarantine-exported",
                subject: &subject(campaign, Some(number)),
                reason: &reason,
            };
            app.server().add_deed(app.clock().now(), deed)?;
            Ok::<_, Problem>(kept.item.bytes)
        })
        .await??;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes))
}

async fn settle(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At((campaign, number)): At<(CampaignId, u64)>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        find(&app, campaign, number)?;
        let now = app.clock().now();
        app.engine(campaign)?.log().settle_quarantine(number, now)?;
        let subject = subject(campaign, Some(number));
        app.server()
            .add_audit(now, &account.id.to_string(), "quarantine-settled", &subject)?;
        Ok::<_, Problem>(())
    })
    .await??;
    Ok(StatusCode::NO_CONTENT)
}

fn find(app: &App, campaign: CampaignId, number: u64) -> Result<Quarantined, Problem> {
    let log = app.engine(campaign)?.log().clone();
    let found = log.quarantine(number.saturating_sub(1), 1)?;
    let mut found = found.into_iter().filter(|kept| kept.number == number);
    found.next().ok_or_else(Problem::not_found)
}

fn subject(campaign: CampaignId, number: Option<u64>) -> String {
    number.map_or_else(
        || campaign.to_string(),
        |number| format!("{campaign} {number}"),
    )
}
