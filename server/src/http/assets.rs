//! The app's own files, inside the binary: precompressed, with a strict content policy on all of
//! them, real 404s, and caching that shows a new version at once.

use super::problem::Problem;
use crate::app::App;
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `npm run build` made; the crate compiles without it.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web-pwa/dist"]
#[allow_missing = true]
struct Files;

/// Nothing from elsewhere, nothing inline; the worker takes its policy from its own response, so
/// every file carries it.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The camera reads enrolment codes.
const PERMISSIONS: &str = "geolocation=(self), screen-wake-lock=(self), camera=(self), \
    publickey-credentials-get=(self), publickey-credentials-create=(self), microphone=()";

/// Files under it carry a hash in their name: they never change.
const HASHED: &str = "assets/";

/// Bytes of the file's hash in its `ETag`.
const ETAG_BYTES: usize = 12;

/// Everything that is no route is one of the app's files, or is not there.
pub fn routes() -> Router<App> {
    Router::new().fallback(serve)
}

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_api = path == "api" || path.starts_with("api/");
    if is_api || !matches!(method, Method::GET | Method::HEAD) {
        return Problem::not_found().into_response();
    }
    let name = page(path);
    match Files::get(&name) {
        Some(file) if extension(&name) != "br" => respond(&name, file, &headers),
        _ => missing(),
    }
}

/// The console's addresses are drawn by the one page; every other name is a file.
fn page(path: &str) -> String {
    let is_console = path == "console" || path.starts_with("console/");
    let is_page = path.is_empty() || (is_console && !path.contains('.'));
    if is_page { "index.html" } else { path }.to_owned()
}

fn missing() -> Response {
    let mut response = (StatusCode::NOT_FOUND, "not found\n").into_response();
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    secure(response.headers_mut());
    response
}

fn respond(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let etag = etag(&file);
    let known = asked.get_all(IF_NONE_MATCH).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|tags| tags.split(',').any(|tag| same_tag(tag, &etag)))
    });
    let compressed = accepts_brotli(asked)
        .then(|| Files::get(&format!("{name}.br")))
        .flatten();
    let is_compressed = compressed.is_some();
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = compressed.unwrap_or(file).data;
        Response::new(Body::from(body.into_owned()))
    };
    let headers = response.headers_mut();
    let caching = if name.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    if is_compressed && !known {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    secure(headers);
    response
}

/// What every answer carries, the app's files above all.
fn secure(headers: &mut HeaderMap) {
    let fixed = [
        ("content-security-policy", CONTENT_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", PERMISSIONS),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}\"", BASE64URL_NOPAD.encode(&hash[..ETAG_BYTES]))
}

fn same_tag(asked: &str, ours: &str) -> bool {
    let asked = asked.trim();
    asked == "*" || asked.strip_prefix("W/").unwrap_or(asked) == ours
}

/// `br` is named and not with `q=0`.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().any(|value| {
        value.to_str().is_ok_and(|line| {
            line.split(',').any(|item| {
                let mut parts = item.split(';').map(str::trim);
                let named = parts
                    .next()
                    .is_some_and(|name| name.eq_ignore_ascii_case("br"));
                let refused = parts.any(|part| {
                    part.strip_prefix("q=")
                        .and_then(|quality| quality.parse::<f32>().ok())
                        .is_some_and(|quality| quality <= 0.0)
                });
                named && !refused
            })
        })
    })
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

fn media_type(name: &str) -> &'static str {
    match extension(name) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_only_where_it_is_wanted() {
        let check = |line: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, line.parse().unwrap());
            assert_eq!(accepts_brotli(&headers), expected, "{line}");
        };
        check("gzip, deflate, br, zstd", true);
        check("gzip, br;q=0", false);
        check("br;q=0.5", true);
        check("gzip", false);
        check("*", false);
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_404_with_the_policy_and_never_a_page() {
        for path in [
            "/assets/no-such-file.js",
            "/index.html.br",
            "/../Cargo.toml",
            "/no",
        ] {
            let uri = path.parse().unwrap();
            let response = serve(Method::GET, uri, HeaderMap::new()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            let policy = &response.headers()["content-security-policy"];
            assert!(policy.to_str().unwrap().contains("default-src 'none'"));
        }
        let uri = "/api/none".parse().unwrap();
        let response = serve(Method::GET, uri, HeaderMap::new()).await;
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }

    #[test]
    fn a_file_is_sent_with_its_tag_and_not_sent_again() {
        let file = || EmbeddedFile {
            data: b"export {}".as_slice().into(),
            metadata: rust_embed::Metadata::__rust_embed_new([7; 32], None, None),
        };
        let first = respond("assets/a.mjs", file(), &HeaderMap::new());
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(
            first.headers()[CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        assert!(
            first.headers()[CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        let mut asked = HeaderMap::new();
        asked.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        let again = respond("index.html", file(), &asked);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[CACHE_CONTROL], "no-cache");
    }
}
