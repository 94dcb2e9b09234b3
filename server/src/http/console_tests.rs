//! The console's API at its boundary: the real router over a temporary data folder.

use super::router;
use crate::auth::{add_account, log_in_simply};
use crate::projection::fixtures::{
    AT, World, departure, device, observation, place, sector, squat, team,
};
use crate::store::{Batch, LayerFeature, LayerKind, NewQuarantined, Role, random_id};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH,
};
use axum::http::{Request, Response, StatusCode};
use futures_util::StreamExt;
use maraude_core::gazetteer::{Gazetteer, read_cell};
use maraude_core::model::{
    Answer, AnswerValue, CampaignId, Closure, ClosureId, Coverage, ObservationId, SectorId, Stamp,
};
use night::a_night;
use serde_json::{Value, json};
use std::io::Read;
use std::time::Duration;
use tower::ServiceExt;

mod night;
mod sheets;
mod tablets;

const PASSWORD: &str = "marché couvert";

struct Console {
    world: World,
    router: Router,
    cookie: String,
}

impl Console {
    fn new(role: Role) -> Self {
        let world = tokio::task::block_in_place(World::new);
        let store = world.app.server();
        add_account(store, "camille", role, None, PASSWORD, AT).unwrap();
        let (_, token) =
            log_in_simply(store, world.app.attempts(), "camille", PASSWORD, AT).unwrap();
        Self {
            router: router(world.app.clone()),
            cookie: format!("maraude_session={token}"),
            world,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/campaigns/{}{rest}", self.world.campaign)
    }

    async fn call(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get_raw(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::get(path).header(COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(Body::empty()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.get_raw(path, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        json_of(response).await
    }

    async fn post_raw(&self, path: &str, body: Value) -> Response<Body> {
        let request = Request::post(path)
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.call(request).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let response = self.post_raw(path, body).await;
        (response.status(), json_of(response).await)
    }

    /// An order by somebody who saw a position.
    async fn order_at(&self, seen: u64, command: Value) -> (StatusCode, Value) {
        let id = random_id(ObservationId::from_random).unwrap().to_string();
        let body = json!({ "command_id": id, "seen": seen, "command": command });
        self.post(&self.path("/commands"), body).await
    }

    async fn order(&self, command: Value) -> Value {
        self.world.clock.advance(1_000);
        let detail = self.get(&self.path("")).await;
        let seen = detail["position"].as_u64().unwrap();
        let (status, answer) = self.order_at(seen, command).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }
}

async fn bytes_of(response: Response<Body>) -> Vec<u8> {
    let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
    bytes.to_vec()
}

async fn json_of(response: Response<Body>) -> Value {
    let bytes = bytes_of(response).await;
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_prepares_a_campaign_without_a_shell() {
    let console = Console::new(Role::Coordinator);
    let undated = json!({ "name": "Nuit 2026", "kind": "night_count", "mode": "real" });
    let (status, problem) = console.post("/api/campaigns", undated).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["field"], "coarsen_on", "its dates come first");
    let new = json!({
        "name": " Nuit 2026 ", "kind": "night_count", "mode": "real",
        "retention": { "coarsen_on": "2026-04-01", "purge_on": "2026-07-01" },
    });
    let (status, made) = console.post("/api/campaigns", new).await;
    assert_eq!(
        (status, &made["name"]),
        (StatusCode::CREATED, &json!("Nuit 2026"))
    );
    assert_eq!(
        console
            .get("/api/campaigns")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let path = format!("/api/campaigns/{}/commands", made["id"].as_str().unwrap());
    let open = json!({ "command_id": "o", "seen": 99, "command": { "command": "open" } });
    let (status, problem) = console.post(&path, open).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "opening-obstacles");
    assert!(problem["field"].as_str().unwrap().contains("no-controller"));
    let zone = json!({ "id": sector(8), "code": "Z1", "name": "Centre", "base": null });
    console
        .order(json!({ "command": "put_zone", "zone": zone }))
        .await;
    let drawn = json!({
        "id": sector(9), "code": "S9", "name": "Neuf", "zone": sector(8), "risk": "ordinary",
        "polygons": [[[[3.8, 43.6], [3.81, 43.6], [3.81, 43.61], [3.8, 43.6]]]],
    });
    console
        .order(json!({ "command": "put_sector", "sector": drawn }))
        .await;
    let csv = "code,organisation,professional,sector\nE7,Asso,yes,S9\n";
    let import = json!({ "command": "import_teams", "csv": csv, "night": "2026-01-22" });
    assert_eq!(console.order(import).await["imported"], 1);
    let broken = json!({
        "command": "import_sectors", "geojson": "{\"type\":", "code": "code", "name": "name",
    });
    let answer = console.order(broken).await;
    assert!(
        answer["refused"][0].as_str().unwrap().starts_with("line 1"),
        "{answer}"
    );
    let detail = console.get(&console.path("")).await;
    assert_eq!(detail["sectors"].as_array().unwrap().len(), 3);
    assert_eq!(detail["assignments"].as_array().unwrap().len(), 3);
    let unknown = console
        .get_raw(&format!("/api/campaigns/{}", sector(1)), &[])
        .await;
    assert_eq!(json_of(unknown).await["code"], "campaign-unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_removed_and_its_sectors_stay() {
    let console = Console::new(Role::Coordinator);
    for (id, code) in [(8, "Z1"), (7, "Z2")] {
        let zone = json!({ "id": sector(id), "code": code, "name": "Centre", "base": null });
        let put = json!({ "command": "put_zone", "zone": zone });
        console.order(put).await;
    }
    for (id, zone) in [(9, 8), (10, 7)] {
        let drawn = json!({
            "id": sector(id), "code": format!("S{id}"), "name": "Neuf", "zone": sector(zone),
            "risk": "ordinary",
            "polygons": [[[[3.8, 43.6], [3.81, 43.6], [3.81, 43.61], [3.8, 43.6]]]],
        });
        let put = json!({ "command": "put_sector", "sector": drawn });
        console.order(put).await;
    }
    let remove = json!({ "command": "remove_zone", "zone": sector(8) });
    console.order(remove.clone()).await;
    let detail = console.get(&console.path("")).await;
    assert_eq!(detail["zones"].as_array().unwrap().len(), 1);
    let zone_of = |code: &str| {
        let sectors = detail["sectors"].as_array().unwrap();
        let known = sectors.iter().find(|sector| sector["code"] == code);
        known.unwrap()["zone"].clone()
    };
    assert_eq!(zone_of("S9"), Value::Null);
    assert_eq!(zone_of("S10"), json!(sector(7)), "the other zone's stays");
    let seen = detail["position"].as_u64().unwrap();
    let (status, _) = console.order_at(seen, remove).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "it is not there any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_damaged_campaign_are_told_at_the_top_of_the_night() {
    let console = Console::new(Role::Coordinator);
    let alerts = async || {
        let tonight = console.get(&console.path("/tonight")).await;
        let listed = tonight["alerts"].as_array().unwrap().clone();
        let pairs = listed.iter().map(|alert| {
            let told = |key: &str| alert[key].as_str().unwrap().to_owned();
            (told("code"), told("about"))
        });
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(alerts().await, vec![], "control");
    let app = &console.world.app;
    let damaged = CampaignId::from_random([0xab; 16]);
    tokio::task::block_in_place(|| {
        app.campaigns().create(damaged, AT).unwrap();
        std::fs::write(app.folder().log_db(damaged), [0x5a; 8_192]).unwrap();
        let engine = app.engine(console.world.campaign).unwrap();
        engine.disk_has_room(false);
    });
    let listed = console.get("/api/campaigns").await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "the sound one");
    let told = alerts().await;
    let codes: Vec<_> = told.iter().map(|(code, _)| &**code).collect();
    assert_eq!(codes, ["campaign-damaged", "disk-full"]);
    assert!(damaged.to_string().starts_with(&told[0].1));
}

/// Two sightings of somebody by two teams, a squat, somebody outside.
#[tokio::test(flavor = "multi_thread")]
async fn a_typed_place_has_candidates_to_choose_from() {
    let console = Console::new(Role::Coordinator);
    let ask = async |text: &str| {
        let body = json!({ "text": text, "observation": null });
        console.post(&console.path("/gazetteer"), body).await
    };
    let (_, nothing) = ask("gare").await;
    assert_eq!(nothing, json!({ "candidates": [], "confident": false }));
    tokio::task::block_in_place(|| {
        let layers = console.world.app.layers().unwrap();
        let landmark = LayerFeature {
            code: "1".to_owned(),
            name: "Gare routière".to_owned(),
            population: None,
            geometry: geo::Point::new(3.87, 43.6).into(),
        };
        layers
            .import(LayerKind::Landmark, "essai", AT, &[landmark], false)
            .unwrap();
        for view in console.world.app.open_views() {
            view.refresh_ground().unwrap();
        }
    });
    let (_, found) = ask("dvt la gare routiere").await;
    assert_eq!(found["candidates"][0]["label"], "Gare routière");
    assert_eq!(found["candidates"][0]["kind"], "landmark");
    assert_eq!(found["confident"], true);
    // A tablet keeps the square and searches it alone; a square without anything is not there.
    let cell = console.get_raw("/api/gazetteer/77_872", &[]).await;
    let tag = cell.headers()[ETAG].to_str().unwrap().to_owned();
    let text = String::from_utf8(bytes_of(cell).await).unwrap();
    let kept = Gazetteer::new(read_cell(&text).unwrap());
    let answer = kept.search("dvt la gare routiere", None, 3);
    assert_eq!(answer.found[0].label, "Gare routière");
    for (path, known, status) in [
        (
            "/api/gazetteer/77_872",
            tag.as_str(),
            StatusCode::NOT_MODIFIED,
        ),
        ("/api/gazetteer/76_872", "", StatusCode::NOT_FOUND),
        ("/api/gazetteer/here", "", StatusCode::NOT_FOUND),
    ] {
        let asked = [(IF_NONE_MATCH.as_str(), known)];
        let answered = console.get_raw(path, &asked).await;
        assert_eq!(answered.status(), status, "{path}");
    }
    let (status, problem) = ask(&"a".repeat(201)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(problem["field"], "text");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ground_is_public_tagged_and_holds_no_sector() {
    let console = Console::new(Role::Administrator);
    let ring = "[[[3.8,43.6],[3.9,43.6],[3.9,43.7],[3.8,43.7],[3.8,43.6]]]";
    let geojson = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":\
         {{\"code\":\"34172\",\"nom\":\"Ville\"}},\"geometry\":{{\"type\":\"Polygon\",\
         \"coordinates\":{ring}}}}}]}}"
    );
    let layer = json!({ "code": "", "name": "", "geojson": geojson });
    let (status, made) = console.post("/api/layers/commune", layer).await;
    assert_eq!(
        (status, &made["features"]),
        (StatusCode::CREATED, &json!(1))
    );
    let bad = json!({ "code": "", "name": "", "geojson": geojson.replace("43.7]", "43.7") });
    let (status, problem) = console.post("/api/layers/commune", bad).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "layer-not-json");
    let request = Request::get("/api/map").body(Body::empty()).unwrap();
    let response = console.call(request).await;
    let tag = response.headers()[ETAG].to_str().unwrap().to_owned();
    let map = json_of(response).await;
    assert_eq!(
        map["layers"]["commune"]["features"][0]["properties"]["name"],
        "Ville"
    );
    assert!(map["layers"].get("sector").is_none());
    let again = console
        .get_raw("/api/map", &[(IF_NONE_MATCH.as_str(), &tag)])
        .await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let packed = console
        .get_raw("/api/map", &[(ACCEPT_ENCODING.as_str(), "br, gzip")])
        .await;
    assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes_of(packed).await[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), map);
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_come_live_and_a_stream_takes_up_where_it_was() {
    let console = Console::new(Role::Coordinator);
    let path = format!("/api/live?campaign={}", console.world.campaign);
    let mut stream = console
        .get_raw(&path, &[])
        .await
        .into_body()
        .into_data_stream();
    let first = stream.next().await.unwrap().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    let last = console.world.engine.log().last_position().unwrap();
    assert!(first.contains(&format!("id: {last}")) && first.contains("event: position"));
    a_night(&console.world);
    let mut told = String::new();
    let last = console.world.engine.log().last_position().unwrap();
    while !told.contains(&format!("id: {last}")) {
        let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        let bytes = next.unwrap().unwrap().unwrap();
        told = String::from_utf8(bytes.to_vec()).unwrap();
    }
    let seen = last.to_string();
    let again = console.get_raw(&path, &[("last-event-id", &seen)]).await;
    let mut again = again.into_body().into_data_stream();
    let nothing = tokio::time::timeout(Duration::from_millis(200), again.next()).await;
    assert!(nothing.is_err(), "what was seen is not told again");
}
