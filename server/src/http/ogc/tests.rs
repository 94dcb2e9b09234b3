//! Both doors of OGC API - Features, and GDAL's own client where it is installed.

use crate::http::releases::tests::Console;
use crate::http::router;
use crate::publication::{OpenList, frozen};
use crate::store::{LayerFeature, LayerKind};
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

/// A consolidated release, opened.
fn opened() -> Console {
    let console = Console::new();
    console.lock();
    assert_eq!(console.build("consolidated").status, StatusCode::OK);
    let app = &console.world.app;
    let stored = app.stored_releases(console.world.campaign).unwrap();
    let kept = frozen(stored, 1).unwrap().unwrap();
    OpenList::of(app.folder())
        .set(console.world.campaign, &kept, true)
        .unwrap();
    console
}

fn get(console: &Console, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    console.runtime.block_on(async {
        let reply = router(console.world.app.clone())
            .oneshot(request)
            .await
            .unwrap();
        let status = reply.status();
        let bytes = to_bytes(reply.into_body(), 1 << 26).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

fn json(console: &Console, path: &str) -> Value {
    let (status, text) = get(console, path, &[]);
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn first_collection(console: &Console) -> String {
    let collections = json(console, "/open/ogc/collections");
    collections["collections"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_open_door_shows_opened_releases_alone() {
    let console = Console::new();
    console.lock();
    console.build("consolidated");
    assert_eq!(
        json(&console, "/open/ogc/collections")["collections"],
        serde_json::json!([])
    );
    let console = opened();
    let landing = json(&console, "/open/ogc");
    let rels: Vec<&str> = landing["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["rel"].as_str().unwrap())
        .collect();
    for rel in ["self", "service-desc", "conformance", "data"] {
        assert!(rels.contains(&rel), "{rel}");
    }
    assert!(
        json(&console, "/open/ogc/conformance")["conformsTo"]
            .as_array()
            .unwrap()
            .len()
            > 2
    );
    let id = first_collection(&console);
    let one = json(&console, &format!("/open/ogc/collections/{id}"));
    assert_eq!(one["itemType"], "feature");
    assert_eq!(
        one["extent"]["temporal"]["interval"][0]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let (status, _) = get(&console, "/open/ogc/collections/commune", &[]);
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[test]
fn items_are_paged_and_filtered() {
    let console = opened();
    let id = first_collection(&console);
    let items = |query: &str| {
        json(
            &console,
            &format!("/open/ogc/collections/{id}/items?{query}"),
        )
    };
    let all = items("limit=1000");
    let count = all["numberMatched"].as_u64().unwrap();
    assert!(count > 4);
    assert_eq!(all["features"].as_array().unwrap().len() as u64, count);
    let (mut seen, mut path) = (0, format!("/open/ogc/collections/{id}/items?limit=2"));
    loop {
        let page = json(&console, &path);
        seen += page["numberReturned"].as_u64().unwrap();
        let next = page["links"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        let href = next["href"].as_str().unwrap();
        path = href[href.find("/open").unwrap()..].to_owned();
    }
    assert_eq!(seen, count);
    let street = items("subject=street&limit=1000");
    let squats = items("subject=squat&limit=1000");
    assert!(street["numberMatched"].as_u64().unwrap() < count);
    assert!(squats["numberMatched"].as_u64().unwrap() > 0);
    assert_eq!(items("bbox=-5,40,-4,41")["numberMatched"], 0);
    assert_eq!(items("datetime=1999-01-01/2000-01-01")["numberMatched"], 0);
    assert_eq!(items("datetime=../..&limit=1000")["numberMatched"], count);
    let lambert = items("crs=http://www.opengis.net/def/crs/EPSG/0/2154&limit=1");
    let x = &lambert["features"][0]["geometry"]["coordinates"][0][0][0][0];
    assert!(x.as_f64().unwrap() > 10_000.0);
    for refused in [
        "limit=0",
        "bbox=1,2",
        "crs=x",
        "datetime=soon",
        "colour=red",
        "offset=-1",
    ] {
        let (status, _) = get(
            &console,
            &format!("/open/ogc/collections/{id}/items?{refused}"),
            &[],
        );
        assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    }
    let one = json(&console, &format!("/open/ogc/collections/{id}/items/1"));
    assert_eq!(one["id"], 1);
    let (status, _) = get(
        &console,
        &format!("/open/ogc/collections/{id}/items/99999"),
        &[],
    );
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// A layer of points on a grid, a hundredth of a degree apart.
fn with_landmarks(count: u32) -> Console {
    let console = Console::new();
    let features: Vec<LayerFeature> = (0..count)
        .map(|number| LayerFeature {
            code: number.to_string(),
            name: format!("Pont {number}"),
            population: None,
            geometry: geo::Point::new(
                3.0 + f64::from(number % 100) / 100.0,
                43.0 + f64::from(number / 100) / 100.0,
            )
            .into(),
        })
        .collect();
    let layers = console.world.app.layers().unwrap();
    let kind = LayerKind::Landmark;
    layers.import(kind, "a", 1, &features, false).unwrap();
    console
}

fn inside(console: &Console, path: &str) -> Value {
    let bearer = format!("Bearer {}", console.analyst);
    let (status, text) = get(console, path, &[(AUTHORIZATION.as_str(), &bearer)]);
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn next_of(page: &Value) -> Option<String> {
    let mut links = page["links"].as_array().unwrap().iter();
    let next = links.find(|link| link["rel"] == "next")?;
    let href = next["href"].as_str().unwrap();
    Some(href[href.find("/ogc").unwrap()..].to_owned())
}

#[test]
fn the_pages_of_a_layer_follow_each_other_though_it_is_imported_again_meanwhile() {
    let console = with_landmarks(1_000);
    let check = |query: &str, expected: usize| {
        let mut path = Some(format!("/ogc/collections/landmark/items?limit=70{query}"));
        let mut seen: Vec<u64> = Vec::new();
        while let Some(here) = path {
            let page = inside(&console, &here);
            assert_eq!(page["numberMatched"], expected, "{here}");
            let features = page["features"].as_array().unwrap();
            seen.extend(features.iter().map(|one| one["id"].as_u64().unwrap()));
            path = next_of(&page);
        }
        assert_eq!(seen.len(), expected, "{query}");
        assert!(seen.is_sorted_by(|a, b| a < b), "{query}");
    };
    check("", 1_000);
    check("&bbox=3.195,42,3.405,44", 210);
    check("&name=Pont%207", 1);
    let first = inside(&console, "/ogc/collections/landmark/items?limit=10");
    let bounds = inside(&console, "/ogc/collections/landmark");
    let bounds = &bounds["extent"]["spatial"]["bbox"][0];
    assert_eq!(bounds[0], 3.0);
    assert!((bounds[3].as_f64().unwrap() - 43.09).abs() < 1e-9);
    // A later version has other features; the page that follows is of the one that was begun.
    let layers = console.world.app.layers().unwrap();
    let kind = LayerKind::Landmark;
    layers.import(kind, "b", 2, &[], false).unwrap();
    let next = inside(&console, &next_of(&first).unwrap());
    assert_eq!(next["features"][0]["id"], 11);
    let now = inside(&console, "/ogc/collections/landmark/items?limit=10");
    assert_eq!(now["numberMatched"], 0);
    let one = inside(
        &console,
        "/ogc/collections/landmark/items?limit=10&version=1",
    );
    assert_eq!(one["features"][0]["id"], 1);
    let bearer = format!("Bearer {}", console.analyst);
    let headers = [(AUTHORIZATION.as_str(), bearer.as_str())];
    for (path, expected) in [
        ("version=9", StatusCode::NOT_FOUND),
        ("after=x", StatusCode::BAD_REQUEST),
    ] {
        let path = format!("/ogc/collections/landmark/items?{path}");
        assert_eq!(get(&console, &path, &headers).0, expected, "{path}");
    }
}

#[test]
fn a_browser_gets_a_page_and_the_inner_door_wants_a_token() {
    let console = opened();
    let html = [(ACCEPT.as_str(), "text/html,application/xhtml+xml")];
    for path in ["/open/ogc", "/open/ogc/collections"] {
        let (status, text) = get(&console, path, &html);
        assert_eq!(status, StatusCode::OK);
        assert!(
            text.starts_with("<!doctype html>") && !text.contains("<script"),
            "{path}"
        );
    }
    let (status, _) = get(&console, "/ogc/collections", &[]);
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let bearer = format!("Bearer {}", console.analyst);
    let (status, text) = get(
        &console,
        "/ogc/collections",
        &[(AUTHORIZATION.as_str(), &bearer)],
    );
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(!text.contains("observation"));
    let wrong = [(AUTHORIZATION.as_str(), "Bearer 0123456789")];
    let (status, _) = get(&console, "/ogc/collections", &wrong);
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

mod outside {
    use super::{Console, first_collection, json, opened, with_landmarks};
    use crate::http::router;
    use std::net::SocketAddr;
    use std::process::Command;

    fn served(console: &Console) -> SocketAddr {
        let app = console.world.app.clone();
        console.runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, router(app)).await });
            address
        })
    }

    #[test]
    fn ogr2ogr_reads_a_whole_layer_page_after_page() {
        let console = with_landmarks(3_000);
        let address = served(&console);
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("landmark.geojson");
        let layer = format!("OAPIF_COLLECTION:http://{address}/ogc/collections/landmark");
        let done = Command::new("ogr2ogr")
            .env(
                "GDAL_HTTP_HEADERS",
                format!("Authorization: Bearer {}", console.analyst),
            )
            .args(["-f", "GeoJSON", "-oo", "PAGE_SIZE=250"])
            .arg(&out)
            .arg(&layer)
            .output();
        let Ok(done) = done else {
            println!("skipped: ogr2ogr is not installed here");
            return;
        };
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{told}");
        let text = std::fs::read_to_string(out).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let features = read["features"].as_array().unwrap();
        let codes: std::collections::BTreeSet<&str> = features
            .iter()
            .map(|one| one["properties"]["code"].as_str().unwrap())
            .collect();
        assert_eq!((features.len(), codes.len()), (3_000, 3_000), "{told}");
        println!(
            "OAPIF: {} features read by ogr2ogr in 12 pages",
            features.len()
        );
    }

    #[test]
    fn gdals_client_reads_every_feature() {
        let console = opened();
        let id = first_collection(&console);
        let path = format!("/open/ogc/collections/{id}/items?limit=1000");
        let count = json(&console, &path)["numberMatched"].as_u64().unwrap();
        let address = served(&console);
        let layer = format!("OAPIF_COLLECTION:http://{address}/open/ogc/collections/{id}");
        let done = Command::new("ogrinfo")
            .args(["-ro", "-al", "-geom=NO", &layer])
            .output();
        let Ok(done) = done else {
            println!("skipped: ogrinfo is not installed here");
            return;
        };
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        let read = text
            .lines()
            .filter(|line| line.starts_with("OGRFeature("))
            .count();
        assert_eq!(read as u64, count, "{text}\n{told}");
        println!("OAPIF: {read} features read by ogrinfo");
    }
}
