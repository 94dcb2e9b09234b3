//! What every answer says to whoever keeps answers: do not keep this, and do not guess what it is.

use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// A year: browsers then speak to this host over TLS alone.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The middleware. A handler that says how its answer may be kept is left its word.
pub(super) async fn seal(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    say(response.headers_mut(), app.config().secure_cookies());
    response
}

fn say(headers: &mut HeaderMap, under_tls: bool) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
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
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        say(&mut headers, true);
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], TLS_ONLY);
    }
}
