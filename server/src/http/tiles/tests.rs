//! A background map over HTTP: supplied whole or not at all, read by ranges.

use crate::http::releases::tests::Console;
use crate::http::router;
use crate::store::tiles::tests::sound;
use axum::body::{Body, to_bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, COOKIE, RANGE};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

fn ask(console: &Console, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    console.runtime.block_on(async {
        let answered = router(console.world.app.clone()).oneshot(request).await;
        let (head, body) = answered.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (head.status, head.headers, bytes.to_vec())
    })
}

fn supply(console: &Console, token: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let request = Request::post("/api/tiles")
        .header(COOKIE, format!("maraude_session={token}"))
        .body(Body::from(bytes))
        .unwrap();
    let (status, _, text) = ask(console, request);
    (status, serde_json::from_slice(&text).unwrap_or_default())
}

fn told(console: &Console) -> (StatusCode, Value) {
    let request = Request::get("/api/tiles").body(Body::empty()).unwrap();
    let (status, _, text) = ask(console, request);
    (status, serde_json::from_slice(&text).unwrap_or_default())
}

#[test]
fn a_background_map_is_read_by_ranges_under_a_name_of_its_own() {
    let console = Console::new();
    assert_eq!(told(&console).0, StatusCode::NO_CONTENT);
    let bytes = sound();
    let (status, made) = supply(&console, &console.coordinator, bytes.clone());
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(told(&console), (StatusCode::OK, made.clone()));

    let path = format!("/api/tiles/{}", made["version"].as_str().unwrap());
    let part = Request::get(&path).header(RANGE, "bytes=7-126");
    let (status, headers, read) = ask(&console, part.body(Body::empty()).unwrap());
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(read, bytes[7..=126]);
    assert_eq!(
        headers[CONTENT_RANGE],
        format!("bytes 7-126/{}", bytes.len())
    );
    assert_eq!(headers[CONTENT_TYPE], "application/vnd.pmtiles");
    assert!(
        headers[CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );

    let whole = Request::get(&path).body(Body::empty()).unwrap();
    assert_eq!(ask(&console, whole).2, bytes);
    let beyond = Request::get(&path).header(RANGE, "bytes=999999-");
    let (status, _, _) = ask(&console, beyond.body(Body::empty()).unwrap());
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    let other = Request::get("/api/tiles/0000000000000000").body(Body::empty());
    assert_eq!(ask(&console, other.unwrap()).0, StatusCode::NOT_FOUND);
}

#[test]
fn what_is_refused_leaves_the_map_before_in_use() {
    let console = Console::new();
    let (_, made) = supply(&console, &console.coordinator, sound());
    let mut cut = sound();
    cut.pop();
    let (status, problem) = supply(&console, &console.coordinator, cut);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "tiles-refused");
    assert!(problem["field"].as_str().unwrap().contains("cut"));
    let (status, _) = supply(&console, &console.analyst, sound());
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(told(&console).1, made);
}
