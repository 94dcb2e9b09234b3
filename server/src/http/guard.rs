//! Stands before every route: who asks, whether the table lets them, and whether the request
//! comes from our own pages. Handlers get who asked as an extractor.

use super::noted::{campaign_in, note_reading};
use super::problem::Problem;
use super::refused::{NOBODY, note_refusal};
use crate::app::App;
use crate::auth::{
    Access, FRESH_MS, Route, account_of_api_token, console_session, methods_of, route_of,
    token_hash,
};
use crate::store::{Account, Role, StoreError, StoredDevice};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, COOKIE, HOST, ORIGIN, UPGRADE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use maraude_core::model::TimestampMs;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The cookie of a console session; under TLS no other host's page can set it (RFC 6265bis, 4.1.3.2).
const SESSION_COOKIE: &str = "maraude_session";
const SESSION_COOKIE_TLS: &str = "__Host-maraude_session";

/// The cookie that marks a browser which logged in before.
const BROWSER_COOKIE: &str = "maraude_browser";
const BROWSER_COOKIE_TLS: &str = "__Host-maraude_browser";

/// What a program that reads maps is asked for.
const ASK_FOR_TOKEN: HeaderValue =
    HeaderValue::from_static("Basic realm=\"Maraude\", charset=\"UTF-8\"");

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Nobody we know.
    Nobody,
    /// A tablet with its upload token: it may send, and read nothing.
    Uploader(StoredDevice),
    /// A tablet with a session.
    Tablet(StoredDevice),
    /// An account of the console.
    Account(Account),
}

/// Whoever asks came in by a password alone, where that is not enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByHalf(pub(super) bool);

/// Who asks, and how they proved it.
struct Known {
    identity: Identity,
    /// When; 0 where that is no login.
    proved_at: TimestampMs,
    by_half: bool,
}

impl From<Identity> for Known {
    /// Not by a login.
    fn from(identity: Identity) -> Self {
        Self {
            identity,
            proved_at: 0,
            by_half: false,
        }
    }
}

/// A coordinator is asking.
#[derive(Debug, Clone)]
pub struct Coordinator(pub Account);

/// A coordinator or an analyst is asking.
#[derive(Debug, Clone)]
pub struct Analyst(pub Account);

/// An administrator is asking.
#[derive(Debug, Clone)]
pub struct Administrator(pub Account);

/// Somebody with an account is asking.
#[derive(Debug, Clone)]
pub struct AnyAccount(pub Account);

/// A tablet with a session is asking.
#[derive(Debug, Clone)]
pub struct DeviceSession(pub StoredDevice);

/// A tablet is asking; `may_read` with a session only.
#[derive(Debug, Clone)]
pub struct Uploader {
    /// The tablet.
    pub device: StoredDevice,
    /// It may also read documents.
    pub may_read: bool,
}

const NOT_LOGGED_IN: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "not-logged-in",
    "Log in to go on.",
);
const TOKEN_UNKNOWN: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "token-unknown",
    "This tablet's token is unknown or too old.",
);
const NOT_ALLOWED: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "role-not-allowed",
    "This account may not do that.",
);
const PROVE_AGAIN: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "prove-again",
    "Log in again to do this.",
);
const HALF_A_PROOF: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "second-proof-first",
    "Set up a telephone's code or a passkey first: a password alone is not enough here.",
);
const NOT_SERVED: Problem = Problem::new(
    StatusCode::METHOD_NOT_ALLOWED,
    "method-not-allowed",
    "This address does not take that method.",
);
const CROSS_SITE: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "cross-site",
    "This request comes from another site.",
);

/// A method that a path is not served by, or a path that is none. Paths are public
/// (`/api/openapi.json`): which methods they take is no secret (RFC 9110, section 15.5.6).
fn not_served(template: &str) -> Response {
    let methods = methods_of(template).join(", ");
    let Ok(methods) = HeaderValue::from_str(&methods) else {
        return Problem::not_found().into_response();
    };
    if methods.is_empty() {
        return Problem::not_found().into_response();
    }
    let mut response = NOT_SERVED.into_response();
    response.headers_mut().insert(ALLOW, methods);
    response
}

/// The middleware.
pub(super) async fn guard(
    State(app): State<App>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let template = path.as_ref().map_or("", MatchedPath::as_str);
    let Some(route) = route_of(request.method().as_str(), template) else {
        return not_served(template);
    };
    if !comes_from_our_pages(request.method(), request.headers()) {
        note(&app, NOBODY.to_owned(), "cross-site-refused", route).await;
        return CROSS_SITE.into_response();
    }
    let for_maps = is_of_maps(template);
    let Known {
        identity,
        proved_at,
        by_half,
    } = match identify(&app, request.headers(), for_maps).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    if let Err(problem) = allow(route.access, &identity) {
        if let Identity::Account(account) = &identity {
            note(&app, account.id.to_string(), "act-refused", route).await;
        }
        let mut response = problem.into_response();
        if for_maps && response.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, ASK_FOR_TOKEN);
        }
        return response;
    }
    if by_half && matches!(route.access, Access::Accounts(_)) && !route.is_for_half_a_proof() {
        return HALF_A_PROOF.into_response();
    }
    if route.fresh && app.clock().now() - proved_at >= FRESH_MS {
        return PROVE_AGAIN.into_response();
    }
    if let (Some(action), Identity::Account(account)) = (route.noted, &identity)
        && let Some(campaign) = campaign_in(template, request.uri().path())
        && let Err(problem) = note_reading(&app, account, campaign, action).await
    {
        return problem.into_response();
    }
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(ByHalf(by_half));
    next.run(request).await
}

/// By the route's template: what a path names may be typed by anybody.
async fn note(app: &App, author: String, action: &'static str, route: &'static Route) {
    let noting = app.blocking(move |app| {
        let subject = format!("{} {}", route.method, route.path);
        note_refusal(&app, &author, action, &subject);
    });
    // On a pool that is full the refusal stands all the same.
    if noting.await.is_err() {
        tracing::warn!(
            action,
            "a refusal is not in the audit log: the server is busy"
        );
    }
}

fn allow(access: Access, identity: &Identity) -> Result<(), Problem> {
    match (access, identity) {
        (Access::Public, _)
        | (Access::Upload, Identity::Uploader(_) | Identity::Tablet(_))
        | (Access::Tablet, Identity::Tablet(_)) => Ok(()),
        (Access::Upload | Access::Tablet, _) => Err(TOKEN_UNKNOWN),
        (Access::Accounts(roles), Identity::Account(account)) => {
            if roles.contains(&account.role) {
                Ok(())
            } else {
                Err(NOT_ALLOWED)
            }
        }
        (Access::Accounts(_), _) => Err(NOT_LOGGED_IN),
    }
}

/// The inner door of OGC API - Features: the one place where a token of a program is good.
fn is_of_maps(template: &str) -> bool {
    template == "/ogc" || template.starts_with("/ogc/")
}

/// Who asks, and how they proved it.
async fn identify(app: &App, headers: &HeaderMap, for_maps: bool) -> Result<Known, Problem> {
    if for_maps && let Some(token) = program_token(headers) {
        let found = app
            .blocking(move |app| account_of_api_token(app.server(), &token, app.clock().now()))
            .await??;
        if let Some(account) = found {
            return Ok(Identity::Account(account).into());
        }
    }
    if let Some(token) = bearer(headers) {
        let token = token.to_owned();
        let found = app
            .blocking(move |app| match tablet(&app, &token)? {
                // A console session's token, for programs that keep no cookies.
                Identity::Nobody => person(&app, &token),
                known => Ok(known.into()),
            })
            .await?;
        return Ok(found?);
    }
    if let Some(token) = session_cookie(app, headers) {
        let token = token.to_owned();
        return Ok(app.blocking(move |app| person(&app, &token)).await??);
    }
    Ok(Identity::Nobody.into())
}

fn tablet(app: &App, token: &str) -> Result<Identity, StoreError> {
    if let Some(id) = app.device_sessions().device_of(token, app.clock().now()) {
        let device = app.server().device(id)?;
        return Ok(device
            .filter(|device| !device.is_revoked())
            .map_or(Identity::Nobody, Identity::Tablet));
    }
    let device = app.server().device_by_token(&token_hash(token))?;
    Ok(device.map_or(Identity::Nobody, Identity::Uploader))
}

fn person(app: &App, token: &str) -> Result<Known, StoreError> {
    let Some(session) = console_session(app.server(), token, app.clock().now())? else {
        return Ok(Identity::Nobody.into());
    };
    let by_half = !session.by_passkey && is_half_a_proof(app, &session.account)?;
    Ok(Known {
        proved_at: session.proved_at,
        by_half,
        identity: Identity::Account(session.account),
    })
}

/// A password alone opens this account, and is not enough here.
pub(super) fn is_half_a_proof(app: &App, account: &Account) -> Result<bool, StoreError> {
    let wanted = app.config().wants_two_proofs();
    Ok(wanted && app.server().second_factor(account.id)?.is_none())
}

/// A token of a program: `Bearer`, or the password of `Basic` (RFC 7617), which QGIS keeps sealed.
fn program_token(headers: &HeaderMap) -> Option<String> {
    if let Some(token) = bearer(headers) {
        return Some(token.to_owned());
    }
    let line = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, sent) = line.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = BASE64.decode(sent.trim().as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':')
        .map(|(_, password)| password.to_owned())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
        .map(str::trim)
}

/// What a session's cookie is called here.
pub(super) fn session_cookie_name(app: &App) -> &'static str {
    if app.config().secure_cookies() {
        SESSION_COOKIE_TLS
    } else {
        SESSION_COOKIE
    }
}

/// What the cookie of a known browser is called here.
pub(super) fn browser_cookie_name(app: &App) -> &'static str {
    if app.config().secure_cookies() {
        BROWSER_COOKIE_TLS
    } else {
        BROWSER_COOKIE
    }
}

/// The console's session token, where the request has one.
pub(super) fn session_cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, session_cookie_name(app))
}

/// A cookie's value.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Requests that change something, or open a socket over which that can be done (RFC 6455 section 10.2), come
/// from our own pages, or from a program that is no browser.
fn comes_from_our_pages(method: &Method, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if reads && !headers.contains_key(UPGRADE) {
        return true;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(ORIGIN), text(HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Absent only where a route was mounted outside the guard: nobody is then known.
        Ok(parts
            .extensions
            .get::<Identity>()
            .cloned()
            .unwrap_or(Identity::Nobody))
    }
}

/// An account with one of these roles, or the problem to answer.
fn account_with(identity: Identity, roles: &[Role]) -> Result<Account, Problem> {
    match identity {
        Identity::Account(account) if roles.contains(&account.role) => Ok(account),
        Identity::Account(_) => Err(NOT_ALLOWED),
        _ => Err(NOT_LOGGED_IN),
    }
}

macro_rules! account_extractor {
    ($name:ident, $roles:expr) => {
        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let identity = Identity::from_request_parts(parts, state).await?;
                account_with(identity, $roles).map(Self)
            }
        }
    };
}

account_extractor!(AnyAccount, &Role::ALL);
account_extractor!(Coordinator, &[Role::Coordinator]);
account_extractor!(Analyst, &[Role::Coordinator, Role::Analyst]);
account_extractor!(Administrator, &[Role::Administrator]);

impl<S: Send + Sync> FromRequestParts<S> for DeviceSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Identity::from_request_parts(parts, state).await? {
            Identity::Tablet(device) => Ok(Self(device)),
            _ => Err(TOKEN_UNKNOWN),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Uploader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Identity::from_request_parts(parts, state).await? {
            Identity::Tablet(device) => Ok(Self {
                device,
                may_read: true,
            }),
            Identity::Uploader(device) => Ok(Self {
                device,
                may_read: false,
            }),
            _ => Err(TOKEN_UNKNOWN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_asked_for_by_another_site_is_refused() {
        let check = |pairs: &[(&'static str, &str)], expected: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(comes_from_our_pages(&Method::POST, &headers), expected);
            assert!(comes_from_our_pages(&Method::GET, &headers));
            headers.insert(UPGRADE, "websocket".parse().unwrap());
            assert_eq!(comes_from_our_pages(&Method::GET, &headers), expected);
        };
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(
            &[
                ("origin", "http://localhost:8600"),
                ("host", "localhost:8600"),
            ],
            true,
        );
        check(
            &[
                ("origin", "http://evil.example"),
                ("host", "localhost:8600"),
            ],
            false,
        );
        check(&[("origin", "null"), ("host", "localhost:8600")], false);
    }
}
