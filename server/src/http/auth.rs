//! Login, logout, who I am; enrolment of a tablet and its sessions.

use super::address::Address;
use super::contract::{
    Challenge, ChallengeRequest, DeviceSession, DeviceSessionRequest, EnrolAnswer, EnrolRequest,
    Login, Me,
};
use super::guard::{
    AnyAccount, ByHalf, browser_cookie_name, cookie, is_half_a_proof, session_cookie,
    session_cookie_name,
};
use super::problem::Problem;
use super::refused::{NOBODY, note_refusal};
use crate::app::App;
use crate::auth::{
    EnrolError, EnrolOffer, LoginError, Origin, Proof, SessionError, log_in, log_out, origin_of,
    redeem_code,
};
use crate::store::{Account, RedeemError, StoreError, StoredDevice};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use data_encoding::BASE64;
use maraude_core::document::{DocumentName, read_plan};
use maraude_core::model::{CampaignMode, DeviceId};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/login", post(login))
        .route("/api/logout", post(logout))
        .route("/api/me", get(me))
        .route("/api/enrol", post(enrol))
        .route("/api/device/challenge", post(challenge))
        .route("/api/device/session", post(session))
}

pub(super) const SECOND_WRONG: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "second-factor-wrong",
    "This code is wrong, too old, or used.",
);

/// How long a browser keeps the cookie; the session itself may end earlier.
const COOKIE_SECONDS: u32 = 12 * 3_600;

/// How long it keeps its mark: browsers keep no cookie longer than 400 days (RFC 6265bis, 5.5).
const BROWSER_SECONDS: u32 = 400 * 24 * 3_600;

type Body<T> = Result<Json<T>, JsonRejection>;

/// The body, or the problem to answer.
fn read<T>(body: Body<T>) -> Result<T, Problem> {
    body.map(|Json(value)| value)
        .map_err(|_| Problem::malformed("The request's body does not read."))
}

async fn login(
    State(app): State<App>,
    Address(address): Address,
    headers: HeaderMap,
    body: Body<Login>,
) -> Result<impl IntoResponse, Problem> {
    let Login {
        name,
        password,
        code,
    } = read(body)?;
    #[cfg(feature = "fault-points")]
    if std::env::var_os("MARAUDE_FAULT").is_some_and(|fault| fault == "log-a-name") {
        tracing::trace!(error = %name, "planted on purpose: a line that repeats what was typed");
    }
    let now = app.clock().now();
    let mark = cookie(&headers, browser_cookie_name(&app)).map(str::to_owned);
    let former = session_cookie(&app, &headers).map(str::to_owned);
    let asked = name.clone();
    let origin = app
        .blocking(move |app| {
            let key = app.keys().accounts_key()?;
            origin_of(app.server(), &key, &asked, mark.as_deref(), address)
        })
        .await??;
    let is_known = matches!(origin, Origin::Known(_));
    let opened = app
        .hashing(is_known, move |app| {
            let key = app.keys().accounts_key()?;
            let proof = Proof {
                name: &name,
                password: &password,
                code: code.as_deref(),
                alone_is_enough: !app.config().wants_two_proofs(),
            };
            let opened = log_in(app.server(), app.attempts(), &key, proof, &origin, now)
                .inspect_err(|error| note_failure(&app, &name, error))?;
            // Whoever was logged in at this browser no longer is: its cookie is about to go.
            if let Some(former) = former {
                log_out(app.server(), &former)?;
            }
            let id = opened.account.id.to_string();
            app.server().add_audit(now, &id, "logged-in", &id)?;
            let by_half = is_half_a_proof(&app, &opened.account)?;
            let me = told(&app, opened.account, by_half)?;
            Ok::<_, LoginError>((me, opened.token, opened.browser))
        })
        .await??;
    let (me, token, mark) = opened;
    Ok(welcome(&app, me, &token, &mark))
}

/// Who is logged in from now on, with the cookies of the session and of the browser.
pub(super) fn welcome(app: &App, me: Me, token: &str, mark: &str) -> impl IntoResponse + use<> {
    let cookies = [
        set_cookie(app, session_cookie_name(app), token, COOKIE_SECONDS),
        set_cookie(app, browser_cookie_name(app), mark, BROWSER_SECONDS),
    ];
    let headers = cookies.map(|cookie| (SET_COOKIE, cookie));
    (AppendHeaders(headers), Json(me))
}

/// Who failed to log in, by the identifier of the account that was tried.
fn note_failure(app: &App, name: &str, error: &LoginError) {
    let action = match error {
        LoginError::Wrong => "login-failed",
        LoginError::SecondWrong => "login-second-failed",
        LoginError::TooMany(_) => "login-slowed",
        // Half of a login; or storage, where nothing can be written.
        LoginError::SecondNeeded | LoginError::PasskeyNeeded | LoginError::Store(_) => return,
    };
    let tried = app.server().account_by_name(name.trim()).ok().flatten();
    let tried = tried.map(|(account, _)| account.id.to_string());
    let tried = tried.as_deref().unwrap_or("unknown-name");
    note_refusal(app, NOBODY, action, tried);
}

async fn logout(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    if let Some(token) = session_cookie(&app, &headers).map(str::to_owned) {
        app.blocking(move |app| log_out(app.server(), &token))
            .await??;
    }
    let cookie = set_cookie(&app, session_cookie_name(&app), "", 0);
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(SET_COOKIE, cookie)]),
    ))
}

async fn me(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    Extension(ByHalf(by_half)): Extension<ByHalf>,
) -> Result<Json<Me>, Problem> {
    let me = app
        .blocking(move |app| told(&app, account, by_half))
        .await??;
    Ok(Json(me))
}

pub(super) fn told(app: &App, account: Account, by_half: bool) -> Result<Me, StoreError> {
    Ok(Me {
        second_proof_wanted: by_half,
        second_factor: app.server().second_factor(account.id)?.is_some(),
        name: account.name,
        role: account.role.name().to_owned(),
    })
}

fn set_cookie(app: &App, name: &str, value: &str, seconds: u32) -> String {
    let secure = if app.config().secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

async fn enrol(
    State(app): State<App>,
    body: Body<EnrolRequest>,
) -> Result<Json<EnrolAnswer>, Problem> {
    let request = read(body)?;
    let offer = EnrolOffer {
        verifying_key: decode(&request.verifying_key, "verifying_key")?,
        proof: decode(&request.proof, "proof")?,
        code: request.code,
        app_version: request.app_version,
    };
    let answer = app
        .blocking(move |app| {
            let now = app.clock().now();
            let (device, token) = redeem_code(app.server(), &offer, now)?;
            let id = device.device.id.to_string();
            app.server().add_audit(now, &id, "device-enrolled", &id)?;
            enrolled(&app, device, token)
        })
        .await??;
    Ok(Json(answer))
}

fn enrolled(app: &App, device: StoredDevice, token: String) -> Result<EnrolAnswer, Problem> {
    let campaign = device.campaign;
    let engine = app.engine(campaign)?;
    let plan = engine.document(&DocumentName::Plan { campaign })?;
    let described = read_plan(&plan).0.campaign;
    Ok(EnrolAnswer {
        device: device.device.id.to_string(),
        label: device.device.label,
        campaign: campaign.to_string(),
        campaign_name: described
            .as_ref()
            .map_or_else(String::new, |found| found.name.clone()),
        exercise: described
            .as_ref()
            .is_some_and(|found| found.mode == CampaignMode::Exercise),
        team: device.device.team.map(|team| team.to_string()),
        campaign_key: BASE64.encode(&app.keys().campaign_public(campaign)?),
        server_key: BASE64.encode(app.signing().verifying_key().as_bytes()),
        upload_token: token,
        coordination_number: described.and_then(|found| found.coordination_number),
        server_at: app.clock().now(),
    })
}

async fn challenge(
    State(app): State<App>,
    body: Body<ChallengeRequest>,
) -> Result<Json<Challenge>, Problem> {
    let device = device_id(&read(body)?.device)?;
    let nonce = app.device_sessions().challenge(device, app.clock().now())?;
    Ok(Json(Challenge {
        nonce: BASE64.encode(&nonce),
    }))
}

async fn session(
    State(app): State<App>,
    body: Body<DeviceSessionRequest>,
) -> Result<Json<DeviceSession>, Problem> {
    let request = read(body)?;
    let id = device_id(&request.device)?;
    let nonce = decode(&request.nonce, "nonce")?;
    let signature = decode(&request.signature, "signature")?;
    let opened = app
        .blocking(move |app| {
            let device = app.server().device(id)?.ok_or(SessionError::Challenge)?;
            app.device_sessions()
                .open(&device, &nonce, &signature, app.clock().now())
        })
        .await?;
    let (token, expires_at) = opened?;
    Ok(Json(DeviceSession { token, expires_at }))
}

fn device_id(text: &str) -> Result<DeviceId, Problem> {
    text.parse()
        .map_err(|_| Problem::malformed("This is not a tablet's identifier.").at("device"))
}

/// Base64 of exactly so many bytes; the URL alphabet and missing padding are read too.
fn decode<const N: usize>(text: &str, field: &str) -> Result<[u8; N], Problem> {
    let text: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    data_encoding::BASE64_NOPAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::malformed("This is not base64 of the right length.").at(field))
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(
                StatusCode::UNAUTHORIZED,
                "login-wrong",
                "Unknown name or wrong password.",
            ),
            LoginError::PasskeyNeeded => Self::new(
                StatusCode::UNAUTHORIZED,
                "passkey-needed",
                "This account has a passkey: use it, a password alone is not enough here.",
            ),
            LoginError::SecondNeeded => Self::new(
                StatusCode::UNAUTHORIZED,
                "second-factor-needed",
                "Type the code that your telephone shows.",
            ),
            LoginError::SecondWrong => SECOND_WRONG,
            LoginError::TooMany(error) => error.into(),
            LoginError::Store(error) => error.into(),
        }
    }
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Proof => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "proof-wrong",
                "The tablet did not prove that it holds its key.",
            ),
            EnrolError::Code(RedeemError::Unknown) => Self::new(
                StatusCode::NOT_FOUND,
                "code-unknown",
                "This code is not known here.",
            ),
            EnrolError::Code(RedeemError::Used) => Self::new(
                StatusCode::CONFLICT,
                "code-used",
                "This code was used by a tablet.",
            ),
            EnrolError::Code(RedeemError::Expired) => Self::new(
                StatusCode::GONE,
                "code-expired",
                "This code is too old. Ask for another one.",
            ),
            EnrolError::Code(RedeemError::Store(error)) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Challenge => Self::new(
                StatusCode::UNAUTHORIZED,
                "challenge-unknown",
                "This challenge is unknown or too old. Ask for another one.",
            ),
            SessionError::Signature => Self::new(
                StatusCode::UNAUTHORIZED,
                "signature-wrong",
                "The tablet's signature does not hold.",
            ),
            SessionError::Revoked => Self::new(
                StatusCode::FORBIDDEN,
                "device-revoked",
                "This tablet was revoked. What it sends is still kept.",
            ),
            SessionError::Store(error) => error.into(),
        }
    }
}
