//! Logging in under attack, one's own account, tokens of programs, who may hand out tablets.

use super::router;
use super::tests::{PASSWORD, TEAM};
use crate::auth::{add_account, code_now, log_in_simply};
use crate::fixtures::{NOW, World};
use crate::store::Role;
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use axum::http::{Request, Response, StatusCode};
use data_encoding::BASE64;
use maraude_core::document::DocumentName;
use maraude_core::model::{Team, TeamId};
use maraude_core::sync::{Follow, decode_answer, encode_request};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tower::ServiceExt;

const OTHER: TeamId = TeamId::from_random([6; 16]);

fn with(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.call(request.body(Body::from(body.to_string())).unwrap())
}

fn as_account(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    body: &Value,
) -> Response<Body> {
    let cookie = format!("maraude_session={token}");
    with(world, method, path, &[("cookie", &cookie)], body)
}

fn with_organisation(world: &World, role: Role, organisation: &str) -> String {
    let (app, organisation) = (&world.app, Some(organisation.to_owned()));
    add_account(app.server(), role.name(), role, organisation, PASSWORD, NOW).unwrap();
    log_in_simply(app.server(), app.attempts(), role.name(), PASSWORD, NOW)
        .unwrap()
        .1
}

/// Two teams, each of an organisation of its own.
fn put_teams(world: &World) {
    let campaign = world.campaign;
    let team = |id, code: &str, organisation: &str| Team {
        id,
        code: code.to_owned(),
        organisation: Some(organisation.to_owned()),
        professional: false,
    };
    let plan = DocumentName::Plan { campaign };
    let teams = [team(TEAM, "E1", "asso"), team(OTHER, "E2", "autre")];
    let put = |w: &mut maraude_core::document::Writer<'_>| {
        for team in &teams {
            w.put_team(team);
        }
    };
    world.engine().author(&plan, put).unwrap();
}

#[test]
fn strangers_failures_never_keep_out_a_browser_that_logged_in_before() {
    let world = World::new();
    world.token_of(Role::Coordinator);
    let right = json!({ "name": "coordinator", "password": PASSWORD });
    let wrong = json!({ "name": "coordinator", "password": "marché ouvert" });
    let first = world.post("/api/login", &right);
    let cookies = first.headers().get_all(SET_COOKIE).iter();
    let cookies: Vec<&str> = cookies.map(|value| value.to_str().unwrap()).collect();
    assert!(cookies[0].starts_with("maraude_session="));
    assert!(cookies[1].starts_with("maraude_browser="));
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=34560000"] {
        assert!(cookies[1].contains(part), "{}", cookies[1]);
    }
    let mark = cookies[1].split(';').next().unwrap().to_owned();
    for _ in 0..5 {
        world.post("/api/login", &wrong);
    }
    let slowed = world.post("/api/login", &right);
    assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS, "control");
    assert!(slowed.headers().contains_key(RETRY_AFTER));
    let login = |mark: &str, body: &Value| {
        with(&world, "POST", "/api/login", &[("cookie", mark)], body).status()
    };
    assert_eq!(login(&mark, &right), StatusCode::OK);
    assert_eq!(
        login("maraude_browser=made-up", &right),
        StatusCode::TOO_MANY_REQUESTS
    );
    for _ in 0..5 {
        assert_eq!(login(&mark, &wrong), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        login(&mark, &right),
        StatusCode::TOO_MANY_REQUESTS,
        "it guesses no better"
    );
}

#[test]
fn tablets_are_served_during_a_flood_of_logins_and_what_finds_no_place_is_told_so() {
    let world = World::new();
    let tablet = world.tablet(Some(TEAM));
    let flood: Vec<_> = (0..60)
        .map(|number| {
            let body = json!({ "name": format!("nobody-{number}"), "password": "marché ouvert" });
            let request = Request::post("/api/login")
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))
                .unwrap();
            let answer = router(world.app.clone()).oneshot(request);
            world.runtime.spawn(async move { answer.await.unwrap() })
        })
        .collect();
    let since = Instant::now();
    let mut served = 0;
    while flood.iter().any(|login| !login.is_finished()) && served < 200 {
        let body = encode_request(&tablet.request(&world, &[]));
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {}", tablet.upload_token))
            .body(Body::from(body))
            .unwrap();
        let asked = Instant::now();
        assert_eq!(world.call(request).status(), StatusCode::OK);
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{served}: {:?}",
            asked.elapsed()
        );
        served += 1;
    }
    assert!(
        served > 0,
        "control: the flood was over at once, in {:?}",
        since.elapsed()
    );
    let mut busy = 0;
    for login in flood {
        let answer = world.runtime.block_on(login).unwrap();
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            assert!(answer.headers().contains_key(RETRY_AFTER));
            busy += 1;
        } else {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
    }
    assert!(busy > 0, "the queue is short");
}

#[test]
fn another_second_factor_ends_the_other_sessions() {
    let world = World::new();
    let own = world.token_of(Role::Analyst);
    let (server, name) = (world.app.server(), Role::Analyst.name());
    let opened = log_in_simply(server, world.app.attempts(), name, PASSWORD, NOW);
    let other = opened.unwrap().1;
    let me = |token: &str| as_account(&world, token, "GET", "/api/me", &json!({})).status();
    let ask = |path: &str, body| as_account(&world, &own, "POST", path, &body);
    let drawn = world.json(ask("/api/second-factor/draw", json!({})));
    let secret = drawn["secret"].as_str().unwrap();
    let wrong = ask(
        "/api/second-factor",
        json!({ "secret": secret, "code": "1" }),
    );
    assert_eq!(world.json(wrong)["code"], "second-factor-wrong");
    assert_eq!(me(&other), StatusCode::OK, "control: nothing changed");
    let proof = json!({ "secret": secret, "code": code_now(secret, NOW) });
    assert_eq!(ask("/api/second-factor", proof).status(), StatusCode::OK);
    assert_eq!(
        (me(&own), me(&other)),
        (StatusCode::OK, StatusCode::UNAUTHORIZED)
    );
}

#[test]
fn another_password_ends_the_other_sessions_and_the_tokens() {
    let world = World::new();
    let own = world.token_of(Role::Analyst);
    let (server, name) = (world.app.server(), Role::Analyst.name());
    let other = log_in_simply(server, world.app.attempts(), name, PASSWORD, NOW)
        .unwrap()
        .1;
    let drawn = as_account(
        &world,
        &own,
        "POST",
        "/api/account/tokens",
        &json!({"name": "QGIS", "days": 30}),
    );
    let program = world.json(drawn)["token"].as_str().unwrap().to_owned();
    let change = |present: &str, new: &str| {
        let body = json!({ "present": present, "new": new });
        let answer = as_account(&world, &own, "PUT", "/api/account/password", &body);
        let status = answer.status();
        (
            status,
            String::from_utf8_lossy(&world.body(answer)).into_owned(),
        )
    };
    let (status, told) = change("marché ouvert", "une autre nuit");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("password-wrong"), "{told}");
    assert!(change(PASSWORD, "court").1.contains("password-length"));
    let guessed = change(PASSWORD, "maraude2026").1;
    assert!(guessed.contains("password-guessable"), "{guessed}");
    let me = |token: &str| as_account(&world, token, "GET", "/api/me", &json!({})).status();
    assert_eq!(me(&other), StatusCode::OK, "control");
    assert_eq!(change(PASSWORD, "une autre nuit").0, StatusCode::NO_CONTENT);
    assert_eq!(me(&own), StatusCode::OK);
    assert_eq!(me(&other), StatusCode::UNAUTHORIZED);
    let bearer = format!("Bearer {program}");
    let ogc = with(
        &world,
        "GET",
        "/ogc",
        &[("authorization", &bearer)],
        &json!({}),
    );
    assert_eq!(ogc.status(), StatusCode::UNAUTHORIZED);
    let login =
        |password: &str| world.post("/api/login", &json!({"name": name, "password": password}));
    assert_eq!(login(PASSWORD).status(), StatusCode::UNAUTHORIZED);
    assert_eq!(login("une autre nuit").status(), StatusCode::OK);
}

#[test]
fn a_program_s_token_opens_the_maps_and_nothing_else_and_never_from_an_address() {
    let world = World::new();
    let own = world.token_of(Role::Coordinator);
    let path = "/api/account/tokens";
    let drawn = as_account(
        &world,
        &own,
        "POST",
        path,
        &json!({"name": "QGIS", "days": 30}),
    );
    assert_eq!(drawn.status(), StatusCode::CREATED);
    let drawn = world.json(drawn);
    let token = drawn["token"].as_str().unwrap();
    let ask = |path: &str, authorization: &str| {
        with(
            &world,
            "GET",
            path,
            &[("authorization", authorization)],
            &json!({}),
        )
    };
    let bearer = format!("Bearer {token}");
    let basic = format!(
        "Basic {}",
        BASE64.encode(format!("qgis:{token}").as_bytes())
    );
    for way in [&bearer, &basic] {
        for path in ["/ogc", "/ogc/collections"] {
            assert_eq!(ask(path, way).status(), StatusCode::OK, "{path}");
        }
        for path in ["/api/me", "/api/campaigns", "/api/audit"] {
            assert_eq!(ask(path, way).status(), StatusCode::UNAUTHORIZED, "{path}");
        }
    }
    let in_address = with(
        &world,
        "GET",
        &format!("/ogc?token={token}"),
        &[],
        &json!({}),
    );
    assert_eq!(in_address.status(), StatusCode::UNAUTHORIZED);
    assert!(
        in_address.headers().contains_key(WWW_AUTHENTICATE),
        "QGIS is asked"
    );
    let listed = world.json(as_account(&world, &own, "GET", path, &json!({})));
    assert_eq!(listed[0]["name"], "QGIS");
    assert!(listed[0].get("token").is_none());
    let end = format!("{path}/{}/revoke", listed[0]["id"].as_str().unwrap());
    let ended = as_account(&world, &own, "POST", &end, &json!({}));
    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    assert_eq!(ask("/ogc", &bearer).status(), StatusCode::UNAUTHORIZED);
    let rows = world.app.server().audit(10).unwrap();
    for action in ["api-token-drawn", "api-token-ended"] {
        let row = rows.iter().find(|row| row.action == action).unwrap();
        assert!(!row.author.contains("coordinator"), "identifiers only");
        assert!(!row.subject.contains("QGIS"), "{row:?}");
    }
}

/// Asks for an enrolment code: the status, and what was answered.
fn enrolment_code(world: &World, token: &str, team: Option<TeamId>) -> (StatusCode, Value) {
    let codes = format!("/api/campaigns/{}/enrolments", world.campaign);
    let body = json!({ "label": "T1", "team": team });
    let answer = as_account(world, token, "POST", &codes, &body);
    let status = answer.status();
    (status, world.json(answer))
}

#[test]
fn only_a_coordinator_s_tablets_read_before_a_coordinator_accepts_them() {
    let world = World::new();
    put_teams(&world);
    let coordinator = world.token_of(Role::Coordinator);
    let lead = with_organisation(&world, Role::TeamLead, "asso");
    let admin = world.token_of(Role::Administrator);
    let codes = format!("/api/campaigns/{}/enrolments", world.campaign);
    let code = |token: &str, team: Option<TeamId>| enrolment_code(&world, token, team);
    assert_eq!(code(&admin, Some(TEAM)).1["code"], "team-not-allowed");
    assert_eq!(code(&lead, Some(OTHER)).1["code"], "team-not-allowed");
    assert_eq!(code(&admin, None).0, StatusCode::CREATED);
    let open = world.json(as_account(&world, &lead, "GET", &codes, &json!({})));
    let foreign = format!("{codes}/{}/cancel", open[0]["id"].as_str().unwrap());
    let denied = as_account(&world, &lead, "POST", &foreign, &json!({}));
    assert_eq!(
        denied.status(),
        StatusCode::FORBIDDEN,
        "none of its organisation"
    );

    let mut writer = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = writer.closure(1);
    let envelope = writer.save(&world, name, |w| w.put_closure(&closure));
    world.sync(&writer, writer.request(&world, &[&envelope]));
    let (_, issued) = code(&lead, Some(TEAM));
    let mut tablet = world.tablet_by_code(issued["code"].as_str().unwrap());
    let read = |tablet: &crate::fixtures::Tablet, envelopes: &[&Vec<u8>]| {
        let mut request = tablet.request(&world, envelopes);
        request.follow = vec![Follow {
            name,
            heads: Vec::new(),
        }];
        let token = world.read_token(tablet);
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(encode_request(&request)))
            .unwrap();
        let answer = decode_answer(&world.body(world.call(request))).unwrap();
        (answer.receipts.len(), answer.documents[0].changes.len())
    };
    let closure = tablet.closure(2);
    let own = tablet.save(&world, name, |w| w.put_closure(&closure));
    assert_eq!(
        read(&tablet, &[&own]),
        (1, 0),
        "it writes, and reads nothing"
    );
    let id = tablet.device.device.id;
    let accept = format!("/api/campaigns/{}/devices/{id}/accept", world.campaign);
    let denied = as_account(&world, &lead, "POST", &accept, &json!({}));
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    let accepted = as_account(&world, &coordinator, "POST", &accept, &json!({}));
    assert_eq!(accepted.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        read(&tablet, &[]),
        (0, 2),
        "control: once accepted it reads"
    );

    let revoke = |token: &str, tablet: &crate::fixtures::Tablet| {
        let id = tablet.device.device.id;
        let path = format!("/api/campaigns/{}/devices/{id}/revoke", world.campaign);
        as_account(&world, token, "POST", &path, &json!({})).status()
    };
    assert_eq!(
        revoke(&lead, &writer),
        StatusCode::FORBIDDEN,
        "of no organisation"
    );
    assert_eq!(revoke(&lead, &tablet), StatusCode::NO_CONTENT);
}

#[test]
fn tablets_of_a_series_wait_unless_a_coordinator_opened_it() {
    let world = World::new();
    put_teams(&world);
    let coordinator = world.token_of(Role::Coordinator);
    let lead = with_organisation(&world, Role::TeamLead, "asso");
    let admin = world.token_of(Role::Administrator);
    let at = format!("/api/campaigns/{}", world.campaign);
    let open = |token: &str, team: Option<TeamId>| {
        let body = json!({ "label": "T", "team": team, "places": 2 });
        let answer = as_account(&world, token, "POST", &format!("{at}/series"), &body);
        let status = answer.status();
        (status, world.json(answer))
    };
    let accepted = |issued: &serde_json::Value| {
        let tablet = world.tablet_by_code(issued["code"].as_str().unwrap());
        tablet.device.accepted_at.is_some()
    };
    assert_eq!(open(&admin, Some(TEAM)).1["code"], "team-not-allowed");
    assert_eq!(open(&lead, Some(TEAM)).0, StatusCode::FORBIDDEN);
    let (created, waits) = open(&admin, None);
    assert_eq!((created, accepted(&waits)), (StatusCode::CREATED, false));
    let (_, reads) = open(&coordinator, Some(TEAM));
    assert!(accepted(&reads), "control");

    let sheet = |token: &str| {
        let body = json!({ "teams": [{ "team": TEAM, "number": 1 }] });
        as_account(
            &world,
            token,
            "POST",
            &format!("{at}/enrolment-sheet"),
            &body,
        )
    };
    for token in [&admin, &lead] {
        assert_eq!(sheet(token).status(), StatusCode::FORBIDDEN);
    }
    let codes = world.json(sheet(&coordinator));
    assert!(accepted(&codes[0]["code"]));
    let rows = world.app.server().audit(100).unwrap();
    for action in ["series-opened", "sheet-printed"] {
        let row = rows.iter().find(|row| row.action == action).unwrap();
        assert!(!row.author.contains("coordinator"), "identifiers only");
    }
}

#[test]
fn nothing_that_is_answered_is_kept_and_readings_in_bulk_are_written_down_by_identifier() {
    let world = World::new();
    let own = world.token_of(Role::Coordinator);
    let tonight = format!("/api/campaigns/{}/tonight", world.campaign);
    let ask = |path: &str| as_account(&world, &own, "GET", path, &json!({}));
    for path in ["/api/me", "/api/none", "/ogc", "/open/ogc", &tonight] {
        let answer = ask(path);
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
    }
    let part = |part: &str| {
        let path = format!("/api/campaigns/{}/{part}", world.campaign);
        (ask(&path).status(), part.to_owned())
    };
    for (status, part) in ["doubles", "groups", "doubtful", "quality", "observations"].map(part) {
        assert_eq!(status, StatusCode::OK, "{part}");
    }
    let rows = world.app.server().audit(100).unwrap();
    let count = |action: &str| rows.iter().filter(|row| row.action == action).count();
    for part in [
        "tonight",
        "doubles",
        "groups",
        "doubtful",
        "quality",
        "observations",
    ] {
        assert_eq!(count(&format!("{part}-read")), 1, "{part}, once an hour");
    }
    assert!(rows.iter().all(|row| row.author != "coordinator"));
    world.app.clock().advance(3_600_000 / 4);
    ask(&tonight);
    assert_eq!(world.app.server().audit(100).unwrap().len(), rows.len());
}
