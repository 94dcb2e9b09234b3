//! Passkeys: one's own, and the login by one.

use super::address::Address;
use super::auth::{told, welcome};
use super::contract::{Me, NewPasskey, OwnPasskeys, PasskeyAnswer, PasskeyCeremony, PasskeyLine};
use super::extract::{At, Body, read};
use super::guard::{AnyAccount, browser_cookie_name, cookie, session_cookie};
use super::problem::Problem;
use super::refused::{NOBODY, note_refusal};
use crate::app::App;
use crate::auth::{
    Begun, PasskeyError, PasskeyProof, Proved, begin_passkey, begin_passkey_login, keep_passkey,
    log_in_by_passkey, log_out, passkey_of, token_hash,
};
use crate::store::{KeptPasskey, PasskeyRow};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use std::net::IpAddr;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/login/passkey/begin", post(begin_login))
        .route("/api/login/passkey", post(login))
        .route("/api/account/passkeys", get(own).post(keep))
        .route("/api/account/passkeys/begin", post(begin))
        .route("/api/account/passkeys/{passkey}/remove", post(remove))
}

async fn begin_login(State(app): State<App>) -> Result<Json<PasskeyCeremony>, Problem> {
    Ok(asked(begin_passkey_login(
        app.passkeys(),
        app.clock().now(),
    )?))
}

fn asked(begun: Begun) -> Json<PasskeyCeremony> {
    Json(PasskeyCeremony {
        ceremony: begun.ceremony,
        options: begun.options,
    })
}

/// What the request of a login says beside its body.
struct Brought {
    browser: Option<String>,
    session: Option<String>,
    address: Option<IpAddr>,
}

async fn login(
    State(app): State<App>,
    Address(address): Address,
    headers: HeaderMap,
    body: Body<PasskeyAnswer>,
) -> Result<impl IntoResponse, Problem> {
    let PasskeyAnswer { ceremony, answer } = read(body)?;
    let answer = Proved::deserialize(answer).map_err(|_| PasskeyError::Wrong)?;
    let from = Brought {
        browser: cookie(&headers, browser_cookie_name(&app)).map(str::to_owned),
        session: session_cookie(&app, &headers).map(str::to_owned),
        address,
    };
    let (me, token, mark) = app
        .blocking(move |app| log_in(&app, &ceremony, &answer, &from))
        .await??;
    Ok(welcome(&app, me, &token, &mark))
}

fn log_in(
    app: &App,
    ceremony: &str,
    answer: &Proved,
    from: &Brought,
) -> Result<(Me, String, String), PasskeyError> {
    let (server, now) = (app.server(), app.clock().now());
    let passkey = passkey_of(server, answer)?;
    let proof = PasskeyProof {
        ceremony,
        answer,
        passkey: passkey.as_ref(),
        browser: from.browser.as_deref(),
        address: from.address,
    };
    let key = app.keys().accounts_key()?;
    let opened = log_in_by_passkey(server, app.attempts(), app.passkeys(), &key, &proof, now)
        .inspect_err(|error| note_failure(app, passkey.as_ref(), error))?;
    // Whoever was logged in at this browser no longer is: its cookie is about to go.
    if let Some(former) = &from.session {
        log_out(server, former)?;
    }
    let id = opened.account.id.to_string();
    server.add_audit(now, &id, "logged-in-by-passkey", &id)?;
    Ok((
        told(app, opened.account, false)?,
        opened.token,
        opened.browser,
    ))
}

/// Who failed to log in, by the identifier of the account whose key was tried.
fn note_failure(app: &App, passkey: Option<&KeptPasskey>, error: &PasskeyError) {
    let action = match error {
        PasskeyError::WentBack => "passkey-went-back",
        PasskeyError::TooMany(_) => "login-slowed",
        PasskeyError::Wrong | PasskeyError::NotVerified => "passkey-failed",
        // Nothing was tried with a key; or storage, where nothing can be written.
        _ => return,
    };
    let tried = passkey.map(|passkey| passkey.account.id.to_string());
    let tried = tried.as_deref().unwrap_or("unknown-passkey");
    note_refusal(app, NOBODY, action, tried);
}

async fn own(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
) -> Result<Json<OwnPasskeys>, Problem> {
    let possible = app.passkeys().may_be();
    let kept = app
        .blocking(move |app| app.server().passkeys(account.id))
        .await??;
    Ok(Json(OwnPasskeys {
        possible,
        passkeys: kept.into_iter().map(line).collect(),
    }))
}

fn line(row: PasskeyRow) -> PasskeyLine {
    PasskeyLine {
        id: HEXLOWER.encode(&row.id),
        name: row.name,
        created_at: row.created_at,
        used_at: row.used_at,
    }
}

async fn begin(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    body: Body<NewPasskey>,
) -> Result<Json<PasskeyCeremony>, Problem> {
    let NewPasskey { name } = read(body)?;
    let begun = app
        .blocking(move |app| {
            let (server, now) = (app.server(), app.clock().now());
            begin_passkey(server, app.passkeys(), &account, &name, now)
        })
        .await??;
    Ok(asked(begun))
}

async fn keep(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
    body: Body<PasskeyAnswer>,
) -> Result<(StatusCode, Json<PasskeyLine>), Problem> {
    let PasskeyAnswer { ceremony, answer } = read(body)?;
    let session = session_cookie(&app, &headers).map(token_hash);
    let kept = app
        .blocking(move |app| {
            let (server, now) = (app.server(), app.clock().now());
            let brought = (ceremony.as_str(), &answer);
            let row = keep_passkey(server, app.passkeys(), account.id, brought, now)?;
            server.end_other_sessions(account.id, session.as_ref())?;
            if let Some(session) = &session {
                server.prove_by_passkey(session)?;
            }
            let (author, subject) = (account.id.to_string(), HEXLOWER.encode(&row.id));
            server.add_audit(now, &author, "passkey-made", &subject)?;
            Ok::<_, PasskeyError>(line(row))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(kept)))
}

async fn remove(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    headers: HeaderMap,
    At(passkey): At<String>,
) -> Result<StatusCode, Problem> {
    let session = session_cookie(&app, &headers).map(token_hash);
    let id: Option<[u8; 16]> = HEXLOWER
        .decode(passkey.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    let id = id.ok_or_else(Problem::not_found)?;
    app.blocking(move |app| {
        let (server, now) = (app.server(), app.clock().now());
        if !server.remove_passkey(account.id, &id)? {
            return Err(Problem::not_found());
        }
        server.end_other_sessions(account.id, session.as_ref())?;
        let author = account.id.to_string();
        server.add_audit(now, &author, "passkey-removed", &passkey)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        let (status, code, title) = match error {
            PasskeyError::NoName => (
                StatusCode::CONFLICT,
                "passkeys-not-here",
                "This server's public address has no name: browsers make no passkeys for it.",
            ),
            PasskeyError::Name => {
                return Self::new(unprocessable, "value-invalid", "A value cannot be taken.")
                    .at("name");
            }
            PasskeyError::Many => (
                unprocessable,
                "too-many-passkeys",
                "Remove a passkey first.",
            ),
            PasskeyError::Known => (
                StatusCode::CONFLICT,
                "passkey-known",
                "This passkey is kept already.",
            ),
            PasskeyError::Ceremony => (
                StatusCode::UNAUTHORIZED,
                "passkey-too-late",
                "This was answered already, or too late. Begin again.",
            ),
            PasskeyError::Wrong => (
                StatusCode::UNAUTHORIZED,
                "passkey-wrong",
                "This passkey is not known here, or its answer does not hold.",
            ),
            PasskeyError::NotVerified => (
                StatusCode::UNAUTHORIZED,
                "passkey-not-verified",
                "The device did not ask who holds it.",
            ),
            PasskeyError::WentBack => (
                StatusCode::UNAUTHORIZED,
                "passkey-went-back",
                "This passkey's count of uses went back: there may be a copy of it. Remove it.",
            ),
            PasskeyError::TooMany(error) => return error.into(),
            PasskeyError::Store(error) => return error.into(),
        };
        Self::new(status, code, title)
    }
}
