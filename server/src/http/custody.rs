//! Custody: one's own sessions and second factor, the end of campaigns, the audit log.

use super::campaigns::pseudonym_state;
use super::contract::{
    AuditLine, ExportReason, HoldRequest, PseudonymState, PurgeAnswered, PurgeRequest,
    RecoveryCodes, RetentionLine, SecondFactorDrawn, SecondFactorProof, SessionLine,
};
use super::devices::qr_svg;
use super::extract::{At, Body, read};
use super::guard::{AnyAccount, Coordinator, session_cookie};
use super::problem::Problem;
use super::releases::{File, file};
use crate::app::{App, EndingError, PurgeAnswer, PurgeWish, written_reason};
use crate::auth::{SecondFactorError, draw_second_factor, keep_second_factor, token_hash};
use crate::maintenance::{PurgeError, SignedCertificate};
use crate::publication::COARSE_FILE;
use crate::store::{Deed, StoreError};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use maraude_core::model::{CampaignId, Night};
use serde::Deserialize;

/// Rows of the audit log in one answer.
const AUDIT_ROWS: u32 = 200;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/sessions", get(sessions))
        .route("/api/sessions/{session}/close", post(close_session))
        .route("/api/second-factor/draw", post(draw))
        .route("/api/second-factor", post(keep))
        .route("/api/second-factor/remove", post(remove))
        .route("/api/retention", get(retention))
        .route("/api/campaigns/{campaign}/purge", post(purge))
        .route("/api/campaigns/{campaign}/hold", post(hold))
        .route("/api/campaigns/{campaign}/certificate", get(certificate))
        .route("/api/campaigns/{campaign}/coarse", post(coarse))
        .route("/api/audit", get(audit))
}

async fn sessions(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
) -> Result<Json<Vec<SessionLine>>, Problem> {
    let own = session_cookie(&app, &headers).map(token_hash);
    let lines = app
        .blocking(move |app| {
            let open = app.server().sessions_of(account.id)?;
            let lines = open.into_iter().map(|(hash, session)| SessionLine {
                id: name_of(&hash),
                opened_at: session.opened_at,
                seen_at: session.seen_at,
                own: Some(hash) == own,
            });
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok(Json(lines))
}

/// What a session is called: too little of its token's hash to be used for anything.
fn name_of(hash: &[u8; 32]) -> String {
    HEXLOWER.encode(&hash[..8])
}

async fn close_session(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(session): At<String>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        let open = app.server().sessions_of(account.id)?;
        let named = open.iter().find(|(hash, _)| name_of(hash) == session);
        let (hash, _) = named.ok_or_else(Problem::not_found)?;
        app.server().close_session(hash)?;
        let now = app.clock().now();
        app.server()
            .add_audit(now, &account.id.to_string(), "session-closed", &session)?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    })
    .await?
}

async fn draw(AnyAccount(account): AnyAccount) -> Result<Json<SecondFactorDrawn>, Problem> {
    let drawn = draw_second_factor(&account)?;
    Ok(Json(SecondFactorDrawn {
        qr_svg: qr_svg(&drawn.address),
        secret: drawn.secret,
    }))
}

async fn keep(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
    body: Body<SecondFactorProof>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let SecondFactorProof { secret, code } = read(body)?;
    let own = session_cookie(&app, &headers).map(token_hash);
    let codes = app
        .blocking(move |app| {
            let (server, now) = (app.server(), app.clock().now());
            let key = app.keys().accounts_key()?;
            let codes = keep_second_factor(server, &key, account.id, &secret, &code, now)?;
            server.end_other_sessions(account.id, own.as_ref())?;
            let subject = account.id.to_string();
            server.add_audit(now, &subject, "second-factor-set", &subject)?;
            Ok::<_, Problem>(codes)
        })
        .await??;
    Ok(Json(RecoveryCodes { codes }))
}

async fn remove(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let own = session_cookie(&app, &headers).map(token_hash);
    app.blocking(move |app| {
        let (server, now) = (app.server(), app.clock().now());
        server.clear_second_factor(account.id)?;
        server.end_other_sessions(account.id, own.as_ref())?;
        let subject = account.id.to_string();
        server.add_audit(now, &subject, "second-factor-removed", &subject)?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    })
    .await?
}

async fn retention(State(app): State<App>) -> Result<Json<Vec<RetentionLine>>, Problem> {
    let lines = app
        .blocking(|app| {
            let mut lines = Vec::new();
            let server = app.server();
            for (campaign, ended_at) in server.campaigns()? {
                let kept = server.retention(campaign)?;
                let coarse = server.coarsening_of(campaign)?;
                let is_purged = coarse.is_none() || server.purge_of(campaign)?.is_some();
                let mut line = RetentionLine {
                    campaign,
                    name: String::new(),
                    coarsen_on: None,
                    coarsen_from: kept.coarsening.map(|notice| notice.from),
                    coarsened_at: coarse.as_ref().map(|coarse| coarse.begun_at),
                    purge_on: None,
                    pseudonyms: PseudonymState::Off,
                    purge_from: kept.purge_from,
                    held: kept.hold.map(|hold| hold.reason),
                    purged_at: ended_at.filter(|_| is_purged),
                };
                if let Some(coarse) = coarse.filter(|_| !is_purged) {
                    line.name = coarse.name;
                    line.purge_on = coarse.purge_on.map(|(day, _)| day.to_string());
                }
                match app.engine(campaign) {
                    // Listed without its name.
                    Err(StoreError::PurgedCampaign | StoreError::DamagedCampaign { .. }) => {}
                    opened => {
                        let plan = opened?.plan()?;
                        if let Some(found) = &plan.campaign {
                            let day = |day: Option<Night>| day.map(|day| day.to_string());
                            line.name.clone_from(&found.name);
                            let keys = app.keys().pseudonyms(campaign)?;
                            line.pseudonyms = pseudonym_state(found, &keys);
                            line.coarsen_on = day(found.retention.coarsen_on);
                            line.purge_on = day(found.retention.purge_on);
                        }
                    }
                }
                lines.push(line);
            }
            Ok::<_, Problem>(lines)
        })
        .await??;
    Ok(Json(lines))
}

async fn purge(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<PurgeRequest>,
) -> Result<Json<PurgeAnswered>, Problem> {
    let asked = read(body)?;
    let wish = PurgeWish {
        campaign,
        confirmation: asked.confirmation,
        author: account.id.to_string(),
        reason: asked.reason,
        without_notice: asked.without_notice,
    };
    // Not the pool of the tablets: it reads and overwrites whole files.
    let purging = tokio::task::spawn_blocking(move || app.end_campaign(&wish));
    let answer = purging.await.map_err(|_| Problem::broken())??;
    Ok(Json(match answer {
        PurgeAnswer::Done(_) => PurgeAnswered {
            purged: true,
            not_before: None,
        },
        PurgeAnswer::Notice { from } => PurgeAnswered {
            purged: false,
            not_before: Some(from),
        },
    }))
}

async fn hold(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At(campaign): At<CampaignId>,
    body: Body<HoldRequest>,
) -> Result<StatusCode, Problem> {
    let HoldRequest { holds, reason } = read(body)?;
    app.blocking(move |app| app.hold_campaign(campaign, holds, &account.id.to_string(), &reason))
        .await??;
    Ok(StatusCode::NO_CONTENT)
}

async fn certificate(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<SignedCertificate>, Problem> {
    let signed = app.blocking(move |app| app.certificate(campaign)).await??;
    signed.map(Json).ok_or_else(Problem::not_found)
}

/// The coarse rows of a campaign, for a coordinator who says why, with a row in the audit log.
async fn coarse(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    Coordinator(account): Coordinator,
    body: Body<ExportReason>,
) -> Result<File, Problem> {
    let reason = written_reason(&read(body)?.reason)?;
    app.blocking(move |app| {
        let mut files = app.coarse_files(campaign)?.into_iter();
        let rows = files.find(|(name, _)| name == COARSE_FILE);
        let (_, rows) = rows.ok_or_else(Problem::not_found)?;
        // Before anything leaves: an export that is not in the audit log does not happen.
        let deed = Deed {
            author: &account.id.to_string(),
            action: "coarse-tables-exported",
            subject: &campaign.to_string(),
            reason: &reason,
        };
        app.server().add_deed(app.clock().now(), deed)?;
        Ok::<_, Problem>(file(
            "text/csv; charset=utf-8",
            COARSE_FILE,
            rows.into_bytes(),
        ))
    })
    .await?
}

#[derive(Debug, Deserialize)]
struct Older {
    before: Option<u64>,
}

async fn audit(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    older: Result<Query<Older>, QueryRejection>,
) -> Result<Json<Vec<AuditLine>>, Problem> {
    let Query(Older { before }) =
        older.map_err(|_| Problem::malformed("The number does not read.").at("before"))?;
    let lines = app
        .blocking(move |app| {
            // Reading on is one reading: a page of its own making would push the others along.
            if before.is_none() {
                let (now, author) = (app.clock().now(), account.id.to_string());
                app.server().add_audit(now, &author, "audit-read", "")?;
            }
            let names = app.server().names_of_authors()?;
            let rows = app.server().audit_before(before, AUDIT_ROWS)?.into_iter();
            let lines = rows.map(|row| AuditLine {
                number: row.number,
                at: row.at,
                author: names.get(&row.author).cloned().unwrap_or(row.author),
                action: row.action,
                subject: row.subject,
                reason: row.reason,
            });
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok(Json(lines))
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::Wrong => super::auth::SECOND_WRONG,
            SecondFactorError::Store(error) => error.into(),
        }
    }
}

impl From<EndingError> for Problem {
    fn from(error: EndingError) -> Self {
        let (status, title) = match &error {
            EndingError::Confirmation => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "What was typed is not the campaign's name.",
            ),
            EndingError::Reason(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Say why, in at least 10 characters.",
            ),
            EndingError::Held { .. } => (StatusCode::CONFLICT, "A legal hold stands."),
            EndingError::Open => (StatusCode::CONFLICT, "Lock the campaign first."),
            EndingError::Coarse => (StatusCode::CONFLICT, "Only coarse tables are left."),
            EndingError::Purge(PurgeError::Store(StoreError::UnknownCampaign)) => {
                return StoreError::UnknownCampaign.into();
            }
            EndingError::Purge(PurgeError::Store(StoreError::PurgedCampaign)) => {
                return StoreError::PurgedCampaign.into();
            }
            EndingError::Tables(_) | EndingError::Purge(_) => {
                tracing::error!(%error, "the end of a campaign broke off; it goes on at the next start");
                return Self::broken();
            }
            EndingError::Engine(_) | EndingError::Store(_) => {
                return match error {
                    EndingError::Engine(error) => error.into(),
                    EndingError::Store(error) => error.into(),
                    _ => Self::broken(),
                };
            }
        };
        Self::new(status, error.code(), title)
    }
}
