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
use serde_json::{Value, json};
use std::io::Read;
use std::time::Duration;
use tower::ServiceExt;

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
fn a_night(world: &World) {
    tokio::task::block_in_place(|| two_teams_out(world));
}

fn two_teams_out(world: &World) {
    for number in 1..=2_u8 {
        let key = world.round_key(number, Some(number));
        world.tablet_writes(&key, device(number), None, |w| {
            w.put_departure(&key, &departure(number));
            let east = if number == 1 { -5.0 } else { 5.0 };
            w.put_observation(&observation(number, number, place(east, 0.0)));
            let squat_at = place(east * 100.0, 500.0);
            w.put_observation(&squat(number, number + 10, squat_at, 4));
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_teams_outside_that_met_one_man_are_told_while_both_are_outside() {
    let console = Console::new(Role::Coordinator);
    let alerts = |tonight: &Value| -> Vec<Value> {
        let all = tonight["alerts"].as_array().unwrap().iter();
        let of = all.filter(|alert| alert["code"] == "met-by-two");
        of.map(|alert| alert["about"].clone()).collect()
    };
    let world = &console.world;
    let key = |team| world.round_key(team, Some(team));
    tokio::task::block_in_place(|| {
        for (team, east) in [(1, -4.0), (2, 4.0)] {
            let mut seen = observation(team, team, place(east, 0.0));
            for (question, code) in [("gender", "m"), ("age_band", "40-54"), ("language", "ro")] {
                let value = Answer::Known(AnswerValue::Choice(code.to_owned()));
                seen.answers.insert(question.to_owned(), value);
            }
            world.tablet_writes(&key(team), device(team), None, |w| {
                w.put_departure(&key(team), &departure(team));
                w.put_observation(&seen);
            });
        }
    });
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(alerts(&tonight), [json!("E1, E2")], "{tonight:#}");
    tokio::task::block_in_place(|| {
        let closure = Closure {
            id: ClosureId::from_random([2; 16]),
            stamp: Stamp {
                device: device(2),
                at: AT,
            },
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: false,
            reopened_at: None,
        };
        world.tablet_writes(&key(2), device(2), None, |w| w.put_closure(&closure));
    });
    let tonight = console.get(&console.path("/tonight")).await;
    assert!(
        alerts(&tonight).is_empty(),
        "one is home: the pair waits in the queue"
    );
    assert!(tonight["figures"]["pairs_to_review"].as_u64() < Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_is_seen_read_corrected_and_decided() {
    let console = Console::new(Role::Coordinator);
    a_night(&console.world);
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(tonight["night"], "2026-01-22");
    assert_eq!(tonight["figures"]["street_filed"], json!([2, 2]));
    assert_eq!(tonight["figures"]["squats"], 2);
    assert_eq!(tonight["teams"][0]["state"], "out");
    assert_eq!(tonight["sectors"][0]["state"], "walking");
    assert_eq!(tonight["dots"].as_array().unwrap().len(), 4);
    let squats = console
        .get(&console.path("/observations?unit=squat&unread=true"))
        .await;
    assert_eq!(squats["total"], 2);
    let first = ObservationId::from_random([1; 16]);
    let detail = console
        .get(&console.path(&format!("/observations/{first}")))
        .await;
    assert_eq!(detail["row"]["placed_sector"], "S1");
    assert_eq!(detail["row"]["membership"], "edge");
    assert_eq!(detail["history"].as_array().unwrap().len(), 1);
    let moved = place(-800.0, 0.0);
    let correct = json!({
        "command": "correct_place", "observation": first, "longitude": moved.longitude,
        "latitude": moved.latitude, "reason": "vu avec l'équipe",
    });
    console.order(correct).await;
    let read = json!({ "command": "mark_read", "observations": [first] });
    assert_eq!(console.order(read).await["imported"], 1);
    let detail = console
        .get(&console.path(&format!("/observations/{first}")))
        .await;
    assert_eq!(detail["position_reason"], "correction");
    assert_eq!(detail["corrections"][0]["by"], "camille");
    assert_eq!(detail["row"]["read"], true);
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let decide = json!({
        "command": "decide", "one": slot(1), "other": slot(2), "verdict": "same", "reason": null,
    });
    let made = console.order(decide.clone()).await;
    let (status, problem) = console.order_at(1, decide).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "stale-position");
    assert_eq!(problem["field"], made["position"].to_string());
    let quality = console.get(&console.path("/quality")).await;
    assert_eq!(quality["returns"], Value::Null, "one night");
    assert_eq!(quality["reliability"].as_array().unwrap().len(), 6);
    assert_eq!(quality["observations"], quality["slots"]);
    assert!(quality["levels"].as_array().unwrap().len() > 30);
    let rows = quality["thresholds"].as_array().unwrap();
    let in_force = &quality["held_same_probability"];
    let current = rows.iter().find(|row| &row["probability"] == in_force);
    assert_eq!(current.unwrap()["street"], quality["distinct"]);
    let doubles = console.get(&console.path("/doubles")).await;
    assert_eq!(doubles["decided"][0]["verdict"], "same");
    assert_eq!(doubles["distinct"], 1);
    let looked = looks_at(&console, "a").await;
    assert_eq!(looked["granted"], json!([]), "decided: nobody looks again");
    let undo = json!({ "command": "undo_decision", "decision": made["made"] });
    console.order(undo).await;
    let doubles = console.get(&console.path("/doubles")).await;
    assert_eq!(doubles["decided"][0]["undone"], true);
    for (window, granted) in [("a", 1), ("b", 0)] {
        let looked = looks_at(&console, window).await;
        assert_eq!(looked["granted"].as_array().unwrap().len(), granted);
        assert_eq!(looked["others"].as_array().unwrap().len(), 1 - granted);
    }
    a_group_is_split_and_the_committee_reads_it(&console).await;
}

/// A window asks for the pair of observations 1 and 2.
async fn looks_at(console: &Console, window: &str) -> Value {
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let asked = json!({
        "window": window, "pairs": [{ "one": slot(1), "other": slot(2) }],
    });
    let path = console.path("/doubles/looking");
    let (status, looked) = console.post(&path, asked).await;
    assert_eq!(status, StatusCode::OK);
    looked
}

async fn a_group_is_split_and_the_committee_reads_it(console: &Console) {
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let name = ObservationId::from_random([1; 16]);
    let group = console
        .get(&console.path(&format!("/groups/{name}/0")))
        .await;
    assert_eq!(group["people"][0]["within"], true);
    let change = json!([{ "one": slot(1), "other": slot(2), "verdict": "different" }]);
    let asked = json!({ "decisions": change, "undone": [] });
    let (status, effect) = console.post(&console.path("/groups/effect"), asked).await;
    assert_eq!(status, StatusCode::OK, "{effect}");
    assert_eq!(effect["after"]["street"], 2);
    let order = json!({ "command": "decide_all", "decisions": change, "reason": "vus ensemble" });
    let made = console.order(order).await;
    let ruled = json!({
        "command": "adjudicate", "observation": name, "ruling": "ask_team",
        "reason": "était-il seul ?",
    });
    console.order(ruled).await;
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(tonight["asked"][0]["reason"], "était-il seul ?");
    assert_eq!(tonight["asked"][0]["by"], "camille");
    let doubtful = console.get(&console.path("/doubtful")).await;
    assert_eq!(doubtful["lines"][0]["ruling"], "ask_team");
    let log = console.get(&console.path("/review-log")).await;
    let acts = log["acts"].as_array().unwrap();
    let kinds: Vec<_> = acts
        .iter()
        .map(|act| act["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["place", "same", "different", "ask_team"]);
    assert_eq!(
        acts[3]["effects"],
        json!([{ "unit": "street", "people": -1 }])
    );
    assert!(acts[1]["effects"].is_null() && !acts[1]["undone_at"].is_null());
    assert!(
        !log.to_string().contains("camille"),
        "no name of an account"
    );
    assert_eq!(log["undone"], 1);
    let audit = console.world.app.server().audit(100).unwrap();
    assert!(audit.iter().any(|row| row.action == "review-log-read"));
    let ids: Vec<&str> = made["made"].as_str().unwrap().split(' ').collect();
    console
        .order(json!({ "command": "undo_decisions", "decisions": ids }))
        .await;
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_is_enrolled_by_a_code_and_revoked() {
    let console = Console::new(Role::Coordinator);
    let new = json!({ "label": "T12", "team": team(1) });
    let (status, code) = console.post(&console.path("/enrolments"), new).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(code["code"].as_str().unwrap().len(), 14);
    let link = code["link"].as_str().unwrap();
    assert!(link.starts_with("http://localhost:8600/#enrol="), "{link}");
    assert!(code["qr_svg"].as_str().unwrap().contains("<svg"));
    let (status, problem) = console
        .post(
            &console.path("/enrolments"),
            json!({ "label": " ", "team": null }),
        )
        .await;
    assert_eq!(
        (status, &problem["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("label"))
    );
    let devices = console.get(&console.path("/devices")).await;
    assert_eq!(devices, json!([]));
    let unknown = console.path(&format!(
        "/devices/{}/revoke",
        SectorId::from_random([1; 16])
    ));
    assert_eq!(
        console.post(&unknown, json!({})).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_listed_tried_again_and_dealt_with_by_coordinators_alone() {
    let console = Console::new(Role::Coordinator);
    let kept = |item: u32, code: &str| NewQuarantined {
        envelope: [7; 32],
        item,
        document: None,
        change: None,
        device: None,
        carrier: device(1),
        code: code.to_owned(),
        awaits: None,
        received_at: AT,
        bytes: vec![1, 2, 3],
    };
    let batch = Batch {
        quarantine: vec![
            kept(0, "change-unreadable"),
            kept(u32::MAX, "envelope-unreadable"),
        ],
        ..Batch::default()
    };
    let engine = console.world.engine.clone();
    tokio::task::block_in_place(|| engine.submit(batch).unwrap().wait().unwrap());
    let path = console.path("/quarantine");
    let list = console.get(&path).await;
    let codes: Vec<&str> = list["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["envelope-unreadable", "change-unreadable"]);
    assert_eq!(
        (&list["more"], &list["went_back"]),
        (&json!(false), &Value::Null)
    );
    let number = list["entries"][0]["number"].as_u64().unwrap();
    let export = format!("{path}/{number}/export");
    let (_, unsaid) = console.post(&export, json!({ "reason": "" })).await;
    assert_eq!(unsaid["code"], "reason-missing");
    let said = json!({ "reason": "comprendre ce qui manque" });
    let bytes = console.post_raw(&export, said).await;
    assert_eq!(bytes_of(bytes).await, [1, 2, 3]);
    let again = json!({ "number": null, "revoked": false });
    let (_, retried) = console.post(&format!("{path}/retry"), again).await;
    assert_eq!(retried, json!({ "taken": 0, "left": 2 }));
    let settle = |number: u64| format!("{path}/{number}/settle");
    let (status, _) = console.post(&settle(number), json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = console.post(&settle(999), json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let left = console.get(&path).await;
    assert_eq!(left["entries"].as_array().unwrap().len(), 1);
    for role in [Role::Administrator, Role::Analyst] {
        let other = Console::new(role);
        let refused = other.get_raw(&other.path("/quarantine"), &[]).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
}
