//! The whole router in process: who may call what, cookies, enrolment and sync over HTTP.

use super::router;
use crate::app::PurgeWish;
use crate::auth::{Access, FRESH_MS, TABLE, add_account, code_now, log_in_simply};
use crate::fixtures::{NOW, Tablet, World};
use crate::store::Role;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{Request, Response, StatusCode};
use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use maraude_core::model::{DeviceId, TeamId};
use maraude_core::sync::{
    Follow, WipeOrder, WipeReason, decode_answer, encode_request, enrol_signed_bytes,
    normalise_code, session_signed_bytes,
};
use serde_json::{Value, json};
use tower::ServiceExt;

mod accounts;
mod load;

pub(super) const TEAM: TeamId = TeamId::from_random([5; 16]);
pub(super) const PASSWORD: &str = "marché couvert";

impl World {
    pub(super) fn call(&self, request: Request<Body>) -> Response<Body> {
        let answer = router(self.app.clone()).oneshot(request);
        self.runtime.block_on(answer).unwrap()
    }

    pub(super) fn body(&self, response: Response<Body>) -> Vec<u8> {
        let body = to_bytes(response.into_body(), 10_000_000);
        self.runtime.block_on(body).unwrap().to_vec()
    }

    pub(super) fn json(&self, response: Response<Body>) -> Value {
        serde_json::from_slice(&self.body(response)).unwrap()
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Response<Body> {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.call(request)
    }

    pub(super) fn token_of(&self, role: Role) -> String {
        let (app, name) = (&self.app, role.name());
        add_account(app.server(), name, role, None, PASSWORD, NOW).unwrap();
        log_in_simply(app.server(), app.attempts(), name, PASSWORD, NOW)
            .unwrap()
            .1
    }

    pub(super) fn read_token(&self, tablet: &Tablet) -> String {
        let sessions = self.app.device_sessions();
        let id = tablet.device.device.id;
        let nonce = sessions.challenge(id, NOW).unwrap();
        let signature = tablet.signing.sign(&session_signed_bytes(id, &nonce));
        sessions
            .open(&tablet.device, &nonce, &signature.to_bytes(), NOW)
            .unwrap()
            .0
    }
}

/// Who asks, as the header that proves it.
pub(super) enum Caller {
    Nobody,
    Upload(String),
    Session(String),
    Account(Role, String),
}

impl Caller {
    fn may(&self, access: Access) -> bool {
        match (access, self) {
            (Access::Public, _)
            | (Access::Upload, Self::Upload(_) | Self::Session(_))
            | (Access::Tablet, Self::Session(_)) => true,
            (Access::Accounts(roles), Self::Account(role, _)) => roles.contains(role),
            _ => false,
        }
    }

    pub(super) fn request(&self, method: &str, path: &str) -> Request<Body> {
        let request = Request::builder().method(method).uri(path);
        let request = match self {
            Self::Nobody => request,
            Self::Upload(token) | Self::Session(token) => {
                request.header(AUTHORIZATION, format!("Bearer {token}"))
            }
            Self::Account(_, token) => request.header(COOKIE, format!("maraude_session={token}")),
        };
        request.body(Body::empty()).unwrap()
    }
}

#[test]
fn a_route_without_a_line_in_the_table_cannot_be_reached() {
    let world = World::new();
    for path in ["/api", "/api/unknown", "/api/campaigns/x/y/z", "/apiary"] {
        let response = world.call(Caller::Nobody.request("GET", path));
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let response = world.call(Caller::Nobody.request("DELETE", "/api/layers/street"));
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "GET, POST");
}

#[test]
fn a_cookie_opens_closes_and_never_leaves_its_site() {
    let world = World::new();
    world.token_of(Role::Coordinator);
    let login = json!({ "name": "coordinator", "password": PASSWORD });
    let response = world.post("/api/login", &login);
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain loopback");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |method: &str, path: &str, origin: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(COOKIE, &pair).header(HOST, "localhost:8600");
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        world.call(request.body(Body::empty()).unwrap())
    };
    let me = world.json(with_cookie("GET", "/api/me", None));
    let known = json!({ "name": "coordinator", "role": "coordinator", "second_factor": false, "second_proof_wanted": false });
    assert_eq!(me, known);
    let foreign = with_cookie("POST", "/api/logout", Some("https://example.org"));
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert_eq!(with_cookie("GET", "/api/me", None).status(), StatusCode::OK);
    let own = with_cookie("POST", "/api/logout", Some("http://localhost:8600"));
    assert_eq!(own.status(), StatusCode::NO_CONTENT);
    let after = with_cookie("GET", "/api/me", None);
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);

    let wrong = json!({ "name": "coordinator", "password": "marché ouvert" });
    for _ in 0..5 {
        let response = world.post("/api/login", &wrong);
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    let slowed = world.post("/api/login", &login);
    assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.headers().contains_key("retry-after"));
}

#[test]
fn a_tablet_enrols_signs_in_and_syncs_over_http() {
    let world = World::new();
    let signing = SigningKey::from_bytes(&[3; 32]);
    let code = world.code(Some(TEAM));
    let normalised = normalise_code(&code).unwrap();
    let proof = signing.sign(&enrol_signed_bytes(&normalised)).to_bytes();
    let enrol = json!({
        "code": code.to_lowercase(),
        "verifying_key": BASE64.encode(signing.verifying_key().as_bytes()),
        "proof": BASE64.encode(&proof),
        "app_version": "0.1.0",
    });
    let answer = world.json(world.post("/api/enrol", &enrol));
    assert_eq!(answer["campaign"], world.campaign.to_string());
    assert_eq!(answer["exercise"], true);
    assert_eq!(answer["team"], TEAM.to_string());
    let again = world.json(world.post("/api/enrol", &enrol));
    assert_eq!(again, answer, "an answer that was lost is told again");
    let finder = SigningKey::from_bytes(&[4; 32]);
    let proof = finder.sign(&enrol_signed_bytes(&normalised)).to_bytes();
    let mut stolen = enrol.clone();
    stolen["verifying_key"] = json!(BASE64.encode(finder.verifying_key().as_bytes()));
    stolen["proof"] = json!(BASE64.encode(&proof));
    let stolen = world.post("/api/enrol", &stolen);
    assert_eq!(stolen.status(), StatusCode::CONFLICT);
    assert_eq!(world.json(stolen)["code"], "code-used");

    let device = answer["device"].as_str().unwrap();
    let challenge = world.post("/api/device/challenge", &json!({ "device": device }));
    let nonce = world.json(challenge)["nonce"].as_str().unwrap().to_owned();
    let raw: [u8; 32] = BASE64.decode(nonce.as_bytes()).unwrap().try_into().unwrap();
    let id = device.parse().unwrap();
    let signature = signing.sign(&session_signed_bytes(id, &raw)).to_bytes();
    let session = world.post(
        "/api/device/session",
        &json!({ "device": device, "nonce": nonce, "signature": BASE64.encode(&signature) }),
    );
    let token = world.json(session)["token"].as_str().unwrap().to_owned();

    let mut tablet = world.tablet(Some(TEAM));
    tablet.device = world.app.server().device(id).unwrap().unwrap();
    tablet.signing = signing;
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let envelope = tablet.save(&world, name, |w| w.put_closure(&closure));
    let mut request = tablet.request(&world, &[&envelope]);
    request.follow = vec![Follow {
        name,
        heads: Vec::new(),
    }];
    let sync = |token: &str, body: Vec<u8>| {
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body))
            .unwrap();
        world.call(request)
    };
    let body = encode_request(&request);
    let upload = answer["upload_token"].as_str().unwrap();
    let response = sync(upload, body.clone());
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/cbor");
    let told = decode_answer(&world.body(response)).unwrap();
    assert_eq!(told.receipts.len(), 1);
    assert!(told.documents.is_empty(), "an upload token reads nothing");
    let told = decode_answer(&world.body(sync(&token, body.clone()))).unwrap();
    assert_eq!(told.documents[0].changes.len(), 1);

    assert_eq!(sync(&token, vec![0; 40]).status(), StatusCode::BAD_REQUEST);
    let huge = sync(&token, vec![0; 2_000_000]);
    assert_eq!(huge.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_purged_campaign_s_tablet_brings_nothing_back_and_is_ordered_to_destroy_what_it_holds() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let envelope = tablet.save(&world, name, |w| w.put_closure(&closure));
    let id = tablet.device.device.id;
    let body = encode_request(&tablet.request(&world, &[&envelope]));
    let wish = PurgeWish {
        campaign: world.campaign,
        confirmation: "Nuit d'essai".to_owned(),
        author: "command".to_owned(),
        reason: "fin de l'étude".to_owned(),
        without_notice: true,
    };
    let read_token = world.read_token(&tablet);
    world.app.end_campaign(&wish).unwrap();
    for token in [&tablet.upload_token, &read_token] {
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.clone()))
            .unwrap();
        is_gone(&world, world.call(request), id);
    }
    assert!(!world.app.folder().campaign(world.campaign).exists());
}

fn is_gone(world: &World, gone: Response<Body>, id: DeviceId) {
    assert_eq!(gone.status(), StatusCode::GONE);
    let gone = world.json(gone);
    assert_eq!(gone["code"], "campaign-gone");
    let order: WipeOrder = serde_json::from_value(gone["wipe_order"].clone()).unwrap();
    let server = world.app.signing().verifying_key();
    assert_eq!(order.reason, WipeReason::Purged);
    assert!(order.holds(world.campaign, id, &server));
    let told = world.app.server().wipes_told(world.campaign).unwrap();
    assert_eq!(told, [(id, NOW)]);
}

#[test]
fn a_revoked_tablet_is_ordered_to_destroy_what_it_holds_and_is_heard_all_the_same() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let envelope = tablet.save(&world, name, |w| w.put_closure(&closure));
    let ask = || {
        let body = encode_request(&tablet.request(&world, &[&envelope]));
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {}", tablet.upload_token))
            .body(Body::from(body))
            .unwrap();
        decode_answer(&world.body(world.call(request))).unwrap()
    };
    assert_eq!(ask().wipe_order, None, "control: not before");
    let id = tablet.device.device.id;
    assert!(world.app.revoke(id, "claire").unwrap());
    let answer = ask();
    assert_eq!(answer.receipts.len(), 1);
    let order = WipeOrder::from_bytes(&answer.wipe_order.unwrap()).unwrap();
    assert_eq!(order.reason, WipeReason::Revoked);
    assert!(order.holds(world.campaign, id, &world.app.signing().verifying_key()));
}

#[test]
fn health_tells_a_writer_that_takes_nothing_in() {
    let world = World::new();
    let well = world.call(Caller::Nobody.request("GET", "/health"));
    assert_eq!(well.status(), StatusCode::OK);
    world.engine().disk_has_room(false);
    let ill = world.call(Caller::Nobody.request("GET", "/health"));
    assert_eq!(ill.status(), StatusCode::SERVICE_UNAVAILABLE);
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let envelope = tablet.save(&world, name, |w| w.put_closure(&closure));
    let sync = |world: &World| {
        let body = encode_request(&tablet.request(world, &[&envelope]));
        let request = Request::post("/api/sync")
            .header(AUTHORIZATION, format!("Bearer {}", tablet.upload_token))
            .body(Body::from(body))
            .unwrap();
        world.call(request)
    };
    let full = sync(&world);
    assert_eq!(full.status(), StatusCode::INSUFFICIENT_STORAGE);
    assert!(full.headers().contains_key("retry-after"));
    assert!(world.app.look_at_the_disk(), "this machine has room");
    assert_eq!(sync(&world).status(), StatusCode::OK);
}
