//! One's own account: another password, and tokens for programs that read maps.

use super::contract::{ApiTokenDrawn, ApiTokenLine, NewApiToken, PasswordChange};
use super::extract::{At, Body, read};
use super::guard::{Analyst, AnyAccount, session_cookie};
use super::problem::Problem;
use super::refused::note_refusal;
use crate::app::App;
use crate::auth::{ApiTokenError, ChangeError, PasswordError, change_password, draw_api_token};
use crate::store::ApiToken;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use data_encoding::HEXLOWER;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/account/password", put(password))
        .route("/api/account/tokens", get(tokens).post(draw))
        .route("/api/account/tokens/{token}/revoke", post(revoke))
}

async fn password(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
    body: Body<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let PasswordChange { present, new } = read(body)?;
    let own = session_cookie(&app, &headers).map(str::to_owned);
    app.hashing(true, move |app| {
        let (server, now) = (app.server(), app.clock().now());
        let words = (present.as_str(), new.as_str());
        let id = account.id.to_string();
        change_password(server, app.attempts(), &account, words, own.as_deref(), now).inspect_err(
            |error| {
                if matches!(error, ChangeError::Wrong | ChangeError::TooMany(_)) {
                    note_refusal(&app, &id, "password-change-failed", &id);
                }
            },
        )?;
        server.add_audit(now, &id, "password-changed", &id)?;
        Ok::<_, ChangeError>(())
    })
    .await??;
    Ok(StatusCode::NO_CONTENT)
}

async fn tokens(
    State(app): State<App>,
    Analyst(account): Analyst,
) -> Result<Json<Vec<ApiTokenLine>>, Problem> {
    let kept = app
        .blocking(move |app| app.server().api_tokens(account.id, app.clock().now()))
        .await??;
    Ok(Json(kept.into_iter().map(line).collect()))
}

async fn draw(
    State(app): State<App>,
    Analyst(account): Analyst,
    body: Body<NewApiToken>,
) -> Result<(StatusCode, Json<ApiTokenDrawn>), Problem> {
    let NewApiToken { name, days } = read(body)?;
    let drawn = app
        .blocking(move |app| {
            let (server, now) = (app.server(), app.clock().now());
            let (kept, token) = draw_api_token(server, &account, &name, days, now)?;
            let subject = HEXLOWER.encode(&kept.id);
            let author = account.id.to_string();
            server.add_audit(now, &author, "api-token-drawn", &subject)?;
            let address = format!("{}/ogc", app.config().public_url);
            Ok::<_, ApiTokenError>(ApiTokenDrawn {
                line: line(kept),
                token,
                address,
            })
        })
        .await??;
    Ok((StatusCode::CREATED, Json(drawn)))
}

async fn revoke(
    State(app): State<App>,
    Analyst(account): Analyst,
    At(token): At<String>,
) -> Result<StatusCode, Problem> {
    let id: Option<[u8; 16]> = HEXLOWER
        .decode(token.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    let id = id.ok_or_else(Problem::not_found)?;
    app.blocking(move |app| {
        let (server, now) = (app.server(), app.clock().now());
        if !server.remove_api_token(account.id, &id)? {
            return Err(Problem::not_found());
        }
        let author = account.id.to_string();
        server.add_audit(now, &author, "api-token-ended", &token)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

fn line(kept: ApiToken) -> ApiTokenLine {
    ApiTokenLine {
        id: HEXLOWER.encode(&kept.id),
        name: kept.name,
        created_at: kept.created_at,
        expires_at: kept.expires_at,
    }
}

const fn refused(code: &'static str, title: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title)
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Wrong => refused("password-wrong", "This is not the present password."),
            ChangeError::TooMany(error) => error.into(),
            ChangeError::New(PasswordError::Length) => {
                refused("password-length", "A password has at least 10 characters.")
            }
            ChangeError::New(PasswordError::Guessable) => {
                refused("password-guessable", "This password is guessed easily.")
            }
            ChangeError::New(PasswordError::Store(error)) => error.into(),
        }
    }
}

impl From<ApiTokenError> for Problem {
    fn from(error: ApiTokenError) -> Self {
        let invalid = |field: &str| refused("value-invalid", "A value cannot be taken.").at(field);
        match error {
            ApiTokenError::Name => invalid("name"),
            ApiTokenError::Days => invalid("days"),
            ApiTokenError::Many => refused("too-many-tokens", "End a token first."),
            ApiTokenError::Store(error) => error.into(),
        }
    }
}
