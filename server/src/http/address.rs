//! Whose address a request comes from: the peer's, or what a trusted proxy says of it.
//!
//! It must never believe a header that a stranger could have written. `auth` slows guessing by it.

use super::problem::Problem;
use crate::app::App;
use crate::config::Transport;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const NOT_BY_THE_PROXY: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "not-by-the-proxy",
    "This server is reached through its proxy only.",
);

/// The address a request comes from, where it is known.
pub(super) struct Address(pub(super) Option<IpAddr>);

impl FromRequestParts<App> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let peer = peer(&parts.extensions);
        let trusted = trusted(app);
        Ok(Self(peer.map(|peer| from(peer, &parts.headers, trusted))))
    }
}

/// Behind a proxy nobody else is answered: plain HTTP from elsewhere would be read on its way.
pub(super) async fn only_by_the_proxy(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let peer = peer(request.extensions());
    let behind = matches!(app.config().transport, Transport::BehindProxy { .. });
    if behind && peer.is_some_and(|peer| !trusted(&app).contains(&peer)) {
        return NOT_BY_THE_PROXY.into_response();
    }
    next.run(request).await
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let info = extensions.get::<ConnectInfo<SocketAddr>>();
    info.map(|info| info.0.ip().to_canonical())
}

fn trusted(app: &App) -> &[IpAddr] {
    match &app.config().transport {
        Transport::BehindProxy { trusted } => trusted,
        Transport::Loopback | Transport::Tls { .. } | Transport::Acme(_) => &[],
    }
}

/// The last address that a trusted proxy added; what stands before it anybody may have written.
fn from(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let lines: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut told = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let mut seen = peer;
    while trusted.contains(&seen) {
        let Some(next) = told.next().and_then(|text| text.trim().parse().ok()) else {
            break;
        };
        seen = IpAddr::to_canonical(&next);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_believed_from_a_trusted_proxy_alone() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let check = |peer: &str, lines: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            assert_eq!(
                from(ip(peer), &headers, &proxies),
                ip(expected),
                "{lines:?}"
            );
        };
        check("192.0.2.7", &["198.51.100.1"], "192.0.2.7");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["203.0.113.9, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check("10.0.0.1", &["203.0.113.9", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["198.51.100.1, rubbish"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }
}
