//! What every answer says to whoever keeps answers: do not keep this, and do not guess what it is.

use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// A year: browsers then speak to this host over TLS alone.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What is no page loads nothing and stands in no other page.
const NO_PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The middleware. A handler that says how its answer may be kept, or what its page may load, is left its
/// word.
pub(super) async fn seal(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    say(response.headers_mut(), app.config().secure_cookies());
    response
}

fn say(headers: &mut HeaderMap, under_tls: bool) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, NO_PAGE);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Addresses name campaigns and places: no other site is told where somebody came from.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if under_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_not_kept_unless_its_handler_says_so() {
        let mut headers = HeaderMap::new();
        say(&mut headers, false);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[CONTENT_SECURITY_POLICY], NO_PAGE);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let page = HeaderValue::from_static("default-src 'self'");
        headers.insert(CONTENT_SECURITY_POLICY, page.clone());
        say(&mut headers, true);
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert_eq!(headers[CONTENT_SECURITY_POLICY], page);
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], TLS_ONLY);
    }
}
