//! *Tablettes*: tablets whose PIN is forgotten, and a coordinator's act that lets a new one be chosen.

use super::contract::{AllowPinReset, PinResetLine};
use super::extract::{At, Body, read};
use super::guard::Coordinator;
use super::problem::Problem;
use crate::app::App;
use crate::sync::{AllowResetError, RESET_HOLDS_MS};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use maraude_core::model::{CampaignId, DeviceId};
use maraude_core::sync::reset_words;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/pin-resets", get(list))
        .route(
            "/api/campaigns/{campaign}/devices/{device}/reset-pin",
            post(allow),
        )
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Vec<PinResetLine>>, Problem> {
    let lines = app
        .blocking(move |app| {
            app.engine(campaign)?;
            let since = app.clock().now() - RESET_HOLDS_MS;
            let server_key = *app.signing().verifying_key().as_bytes();
            let asked = app.server().pin_resets(campaign, since)?.into_iter();
            let lines = asked.map(|one| {
                let words = reset_words(campaign, &server_key, one.device, &one.asks_with);
                PinResetLine {
                    device: one.device.to_string(),
                    label: one.label,
                    asked_at: one.asked_at,
                    possible: one.possible,
                    words_fr: words.fr,
                    words_en: words.en,
                    asks_with: BASE64.encode(&one.asks_with),
                    allowed_at: one.allowed_at,
                }
            });
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok(Json(lines))
}

async fn allow(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At((campaign, device)): At<(CampaignId, DeviceId)>,
    body: Body<AllowPinReset>,
) -> Result<StatusCode, Problem> {
    let asked = read(body)?;
    let key = BASE64.decode(asked.asks_with.as_bytes()).ok();
    let key: [u8; 32] = key
        .and_then(|key| key.try_into().ok())
        .ok_or_else(|| Problem::malformed("The key does not read.").at("asks_with"))?;
    app.blocking(move |app| {
        let known = app.server().device(device)?;
        let stored = known
            .filter(|stored| stored.campaign == campaign && !stored.is_revoked())
            .ok_or_else(Problem::not_found)?;
        app.engine(campaign)?.allow_reset(&stored, &key)?;
        let (now, subject) = (app.clock().now(), device.to_string());
        app.server()
            .add_audit(now, &account.id.to_string(), "pin-reset-allowed", &subject)?;
        Ok::<_, Problem>(StatusCode::NO_CONTENT)
    })
    .await?
}

impl From<AllowResetError> for Problem {
    fn from(error: AllowResetError) -> Self {
        let refused = |code, title| Self::new(StatusCode::CONFLICT, code, title);
        match error {
            AllowResetError::NotAsked => refused(
                "reset-not-asked",
                "The tablet does not ask for a new PIN any more, or its words have changed.",
            ),
            AllowResetError::NoShare => refused(
                "reset-impossible",
                "The tablet left nothing to reset its PIN with.",
            ),
            AllowResetError::Engine(error) => error.into(),
        }
    }
}
