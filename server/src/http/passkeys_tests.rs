//! Passkeys over HTTP, by an authenticator of these tests: what is let in, and each thing refused.

use super::tests::PASSWORD;
use crate::auth::{CEREMONY_MS, FRESH_MS, Passkeys};
use crate::fixtures::World;
use crate::store::Role;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Request, StatusCode};
use ciborium::Value as Cbor;
use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where the fixtures' server is reached.
const ORIGIN: &str = "http://localhost:8600";

/// The owner was there.
const PRESENT: u8 = 0x01;
/// Finger, face or code were right.
const VERIFIED: u8 = 0x04;
/// A key's description follows (WebAuthn level 3, section 6.1).
const WITH_KEY: u8 = 0x40;

/// A device that holds one passkey.
#[derive(Clone)]
struct Authenticator {
    pair: Vec<u8>,
    id: Vec<u8>,
    handle: String,
    count: u32,
    /// Keys that a system copies elsewhere do not count.
    counts: bool,
    flags: u8,
    origin: &'static str,
    framed: bool,
    party: &'static str,
}

impl Authenticator {
    fn new(id: u8) -> Self {
        let pair =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        Self {
            pair: pair.unwrap().as_ref().to_vec(),
            id: vec![id; 32],
            handle: String::new(),
            count: 0,
            counts: true,
            flags: PRESENT | VERIFIED,
            origin: ORIGIN,
            framed: false,
            party: "localhost",
        }
    }

    fn pair(&self) -> EcdsaKeyPair {
        let (kind, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        EcdsaKeyPair::from_pkcs8(kind, &self.pair, &random).unwrap()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let told = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.framed,
        });
        told.to_string().into_bytes()
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let mut bytes = Sha256::digest(self.party).to_vec();
        bytes.push(flags);
        bytes.extend(self.count.to_be_bytes());
        bytes
    }

    /// Answers `navigator.credentials.create`, without attestation.
    fn make(&mut self, options: &Value) -> Value {
        self.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let pair = self.pair();
        // Uncompressed: 4, then both coordinates (SEC 1, section 2.3.3).
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let key = [
            (1, Cbor::from(2)),
            (3, Cbor::from(-7)),
            (-1, Cbor::from(1)),
            (-2, Cbor::Bytes(x.to_vec())),
            (-3, Cbor::Bytes(y.to_vec())),
        ];
        let key = key.map(|(name, value)| (Cbor::from(name), value));
        let mut data = self.head(self.flags | WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        ciborium::into_writer(&Cbor::Map(key.to_vec()), &mut data).unwrap();
        let text = |text: &str| Cbor::Text(text.to_owned());
        let object = Cbor::Map(vec![
            (text("fmt"), text("none")),
            (text("attStmt"), Cbor::Map(Vec::new())),
            (text("authData"), Cbor::Bytes(data)),
        ]);
        let mut written = Vec::new();
        ciborium::into_writer(&object, &mut written).unwrap();
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(&self.client_data("webauthn.create", options)),
                "attestationObject": BASE64URL_NOPAD.encode(&written),
            },
        })
    }

    /// Answers `navigator.credentials.get`.
    fn prove(&mut self, options: &Value) -> Value {
        self.count += u32::from(self.counts);
        let data = self.head(self.flags);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed).unwrap();
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(&client),
                "authenticatorData": BASE64URL_NOPAD.encode(&data),
                "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
                "userHandle": self.handle,
            },
        })
    }
}

struct Answered {
    code: StatusCode,
    body: Value,
    session: Option<String>,
}

impl World {
    fn ask(&self, token: &str, method: &str, path: &str, body: &Value) -> Answered {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, format!("maraude_session={token}"))
            .body(Body::from(body.to_string()));
        let answer = self.call(request.unwrap());
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
        let session = cookies.find_map(|cookie| cookie.strip_prefix("maraude_session="));
        let session = session.and_then(|cookie| cookie.split(';').next());
        let session = session.map(str::to_owned);
        let code = answer.status();
        let body = serde_json::from_slice(&self.body(answer)).unwrap_or_default();
        Answered {
            code,
            body,
            session,
        }
    }

    fn begin_passkey(&self, token: &str, name: &str) -> Value {
        let path = "/api/account/passkeys/begin";
        let begun = self.ask(token, "POST", path, &json!({ "name": name }));
        assert_eq!(begun.code, StatusCode::OK, "{}", begun.body);
        begun.body
    }

    fn keep_passkey(&self, token: &str, begun: &Value, answer: &Value) -> Answered {
        let body = json!({ "ceremony": begun["ceremony"], "answer": answer });
        self.ask(token, "POST", "/api/account/passkeys", &body)
    }

    fn passkey(&self, token: &str, name: &str, id: u8) -> Authenticator {
        let mut device = Authenticator::new(id);
        let begun = self.begin_passkey(token, name);
        let answer = device.make(&begun["options"]);
        let kept = self.keep_passkey(token, &begun, &answer);
        assert_eq!(kept.code, StatusCode::CREATED, "{}", kept.body);
        assert_eq!(kept.body["name"], name);
        device
    }

    fn begin_login(&self) -> Value {
        self.ask("", "POST", "/api/login/passkey/begin", &json!({}))
            .body
    }

    fn finish_login(&self, begun: &Value, answer: &Value) -> Answered {
        let body = json!({ "ceremony": begun["ceremony"], "answer": answer });
        self.ask("", "POST", "/api/login/passkey", &body)
    }

    fn by_passkey(&self, device: &mut Authenticator) -> Answered {
        let begun = self.begin_login();
        let answer = device.prove(&begun["options"]);
        self.finish_login(&begun, &answer)
    }

    fn last_act(&self) -> String {
        self.app.server().audit(1).unwrap()[0].action.clone()
    }
}

#[test]
fn a_passkey_is_made_logs_in_without_a_name_proves_afresh_and_opens_nothing_once_removed() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let begun = world.begin_passkey(&token, "Clé");
    let selection = &begun["options"]["authenticatorSelection"];
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(begun["options"]["rp"]["id"], "localhost");
    let mut device = world.passkey(&token, "Téléphone", 1);
    assert_eq!(world.last_act(), "passkey-made");

    let listed = world.ask(&token, "GET", "/api/account/passkeys", &json!({}));
    let id = listed.body["passkeys"][0]["id"].as_str().unwrap();
    let remove = format!("/api/account/passkeys/{id}/remove");
    let stranger = world.token_of(Role::Analyst);
    let foreign = world.ask(&stranger, "POST", &remove, &json!({}));
    assert_eq!(foreign.code, StatusCode::NOT_FOUND, "somebody else's");

    world.app.clock().advance(FRESH_MS);
    let path = "/api/account/passkeys/begin";
    let late = world.ask(&token, "POST", path, &json!({ "name": "x" }));
    assert_eq!(late.body["code"], "prove-again", "control");
    let entered = world.by_passkey(&mut device);
    assert_eq!(entered.code, StatusCode::OK, "{}", entered.body);
    assert_eq!(entered.body["name"], "coordinator");
    assert_eq!(world.last_act(), "logged-in-by-passkey");
    let own = entered.session.unwrap();
    let second = world.begin_passkey(&own, "Autre");
    let known = &second["options"]["excludeCredentials"][0]["id"];
    assert_eq!(*known, BASE64URL_NOPAD.encode(&device.id).as_str());

    let listed = world.ask(&own, "GET", "/api/account/passkeys", &json!({}));
    assert_eq!(listed.body["possible"], true);
    let line = &listed.body["passkeys"][0];
    assert_eq!(line["name"], "Téléphone");
    assert!(line["used_at"].as_i64() > line["created_at"].as_i64());
    let removed = world.ask(&own, "POST", &remove, &json!({}));
    assert_eq!(removed.code, StatusCode::NO_CONTENT);
    assert_eq!(world.last_act(), "passkey-removed");
    assert_eq!(world.by_passkey(&mut device).body["code"], "passkey-wrong");
    // The last way in cannot be removed: the password is always there.
    let login = json!({ "name": "coordinator", "password": PASSWORD });
    assert_eq!(world.post("/api/login", &login).status(), StatusCode::OK);
}

/// What a device does otherwise than it was asked.
type Change<'a> = dyn Fn(&mut Authenticator) + 'a;

#[test]
fn a_login_by_passkey_is_refused_for_each_thing_that_is_not_as_it_was_asked() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let device = world.passkey(&token, "Téléphone", 1);
    let other = world.token_of(Role::Administrator);
    let foreign = world.passkey(&other, "Autre", 2);
    let tried = |change: &Change<'_>| {
        let mut device = device.clone();
        change(&mut device);
        let answered = world.by_passkey(&mut device);
        world.app.clock().advance(3_600_000);
        assert_eq!(answered.session.is_some(), answered.code == StatusCode::OK);
        (answered.code, answered.body["code"].clone())
    };
    let wrong = (StatusCode::UNAUTHORIZED, json!("passkey-wrong"));
    let cases: [(&str, &Change<'_>); 8] = [
        ("origin", &|d| d.origin = "https://evil.example"),
        ("port", &|d| d.origin = "http://localhost:8601"),
        ("frame", &|d| d.framed = true),
        ("party", &|d| d.party = "evil.example"),
        ("signature", &|d| d.pair.clone_from(&foreign.pair)),
        ("key of nobody", &|d| d.id = vec![9; 32]),
        ("handle", &|d| d.handle.clone_from(&foreign.handle)),
        ("presence", &|d| d.flags = VERIFIED),
    ];
    for (what, change) in cases {
        assert_eq!(tried(change), wrong, "{what}");
        assert_eq!(world.last_act(), "passkey-failed", "{what}");
    }
    let unverified = tried(&|device| device.flags = PRESENT);
    assert_eq!(unverified.1, "passkey-not-verified");
    assert_eq!(tried(&|_| {}).0, StatusCode::OK, "control");
    // The same count again: a copy of the key, or a device set back.
    assert_eq!(tried(&|_| {}).1, "passkey-went-back");
    assert_eq!(world.last_act(), "passkey-went-back");
    assert_eq!(tried(&|device| device.count = 1).0, StatusCode::OK);
}

#[test]
fn an_answer_is_good_once_in_its_time_for_what_it_was_asked_for() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let mut device = world.passkey(&token, "Téléphone", 1);
    let code = |answered: Answered| answered.body["code"].clone();
    let begun = world.begin_login();
    let answer = device.prove(&begun["options"]);
    assert_eq!(world.finish_login(&begun, &answer).code, StatusCode::OK);
    let again = world.finish_login(&begun, &answer);
    assert_eq!(again.code, StatusCode::UNAUTHORIZED, "replayed");
    let anew = world.begin_login();
    assert_eq!(code(world.finish_login(&anew, &answer)), "passkey-wrong");

    let mut copied = world.passkey(&token, "Copiée", 4);
    copied.counts = false;
    let begun = world.begin_login();
    let answer = copied.prove(&begun["options"]);
    assert_eq!(world.finish_login(&begun, &answer).code, StatusCode::OK);
    let replayed = world.finish_login(&begun, &answer);
    assert_eq!(code(replayed), "passkey-too-late");
    assert_eq!(
        world.by_passkey(&mut copied).code,
        StatusCode::OK,
        "control"
    );

    let begun = world.begin_login();
    let answer = device.prove(&begun["options"]);
    world.app.clock().advance(CEREMONY_MS);
    assert_eq!(
        code(world.finish_login(&begun, &answer)),
        "passkey-too-late"
    );
    let made_up = json!({ "ceremony": BASE64URL_NOPAD.encode(&[7; 80]) });
    assert_eq!(
        code(world.finish_login(&made_up, &answer)),
        "passkey-too-late"
    );

    // What was begun to make a key logs nobody in, and serves its own account alone.
    let token = world.by_passkey(&mut device).session.unwrap();
    let making = world.begin_passkey(&token, "Autre");
    let answer = device.prove(&making["options"]);
    assert_eq!(
        code(world.finish_login(&making, &answer)),
        "passkey-too-late"
    );
    let stranger = world.token_of(Role::Analyst);
    let mut second = Authenticator::new(3);
    let made = second.make(&making["options"]);
    let stolen = world.keep_passkey(&stranger, &making, &made);
    assert_eq!(code(stolen), "passkey-too-late");
    let mut careless = second.clone();
    careless.flags = PRESENT;
    let unverified = careless.make(&making["options"]);
    let refused = world.keep_passkey(&token, &making, &unverified);
    assert_eq!(code(refused), "passkey-not-verified");
    let kept = world.keep_passkey(&token, &making, &made);
    assert_eq!(kept.code, StatusCode::CREATED, "control: {}", kept.body);
    // One key is of one account.
    let begun = world.begin_passkey(&stranger, "Encore");
    let made = second.make(&begun["options"]);
    assert_eq!(
        code(world.keep_passkey(&stranger, &begun, &made)),
        "passkey-known"
    );
    for name in ["", "  ", &"x".repeat(41)] {
        let path = "/api/account/passkeys/begin";
        let refused = world.ask(&token, "POST", path, &json!({ "name": name }));
        assert_eq!(refused.body["field"], "name");
    }
}

#[test]
fn tries_with_a_passkey_wait_like_tries_with_a_password() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let device = world.passkey(&token, "Téléphone", 1);
    let mut bad = device.clone();
    bad.origin = "https://evil.example";
    for _ in 0..5 {
        assert_eq!(world.by_passkey(&mut bad).body["code"], "passkey-wrong");
    }
    let mut good = device.clone();
    assert_eq!(
        world.by_passkey(&mut good).code,
        StatusCode::TOO_MANY_REQUESTS
    );
    // Nor do keys of nobody, which slow no account.
    let mut unknown = Authenticator::new(9);
    for _ in 0..5 {
        assert_eq!(world.by_passkey(&mut unknown).body["code"], "passkey-wrong");
    }
    let slowed = world.by_passkey(&mut unknown);
    assert_eq!(slowed.code, StatusCode::TOO_MANY_REQUESTS);
    world.app.clock().advance(60_000);
    assert_eq!(world.by_passkey(&mut good).code, StatusCode::OK, "control");
}

#[test]
fn a_passkey_made_or_removed_ends_the_other_sessions() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let mut device = world.passkey(&token, "Téléphone", 1);
    let is_open = |token: &str| {
        let asked = world.ask(token, "GET", "/api/me", &json!({}));
        asked.code == StatusCode::OK
    };
    let other = world.by_passkey(&mut device).session.unwrap();
    let begun = world.begin_passkey(&token, "Autre");
    assert!(is_open(&other), "control: nothing changed yet");
    let answer = Authenticator::new(2).make(&begun["options"]);
    let kept = world.keep_passkey(&token, &begun, &answer);
    assert_eq!((is_open(&token), is_open(&other)), (true, false));

    let other = world.by_passkey(&mut device).session.unwrap();
    let id = kept.body["id"].as_str().unwrap();
    let remove = format!("/api/account/passkeys/{id}/remove");
    let removed = world.ask(&token, "POST", &remove, &json!({}));
    assert_eq!(removed.code, StatusCode::NO_CONTENT);
    assert_eq!((is_open(&token), is_open(&other)), (true, false));
}

#[test]
fn passkeys_end_with_the_account_and_when_its_access_is_reset() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let mut device = world.passkey(&token, "Téléphone", 1);
    let server = world.app.server();
    let account = server.account_by_name("coordinator").unwrap().unwrap().0;
    server
        .change_account(account.id, Some(Role::Analyst), 0)
        .unwrap();
    let entered = world.by_passkey(&mut device);
    assert_eq!(entered.body["role"], "analyst", "a new role keeps them");
    assert_eq!(server.reset_access(account.id, "x").unwrap(), 1);
    assert_eq!(world.by_passkey(&mut device).body["code"], "passkey-wrong");
    let token = entered.session.unwrap();
    let ended = world.ask(&token, "GET", "/api/me", &json!({}));
    assert_eq!(ended.code, StatusCode::UNAUTHORIZED);

    let token = world.token_of(Role::Administrator);
    let mut device = world.passkey(&token, "Téléphone", 2);
    let account = server.account_by_name("admin").unwrap().unwrap().0;
    server.change_account(account.id, None, 0).unwrap();
    assert_eq!(world.by_passkey(&mut device).body["code"], "passkey-wrong");
    assert!(server.passkeys(account.id).unwrap().is_empty());
}

#[test]
fn passkeys_are_for_a_name_under_tls_or_for_this_machine() {
    for (address, possible) in [
        ("https://maraude.example", true),
        ("https://maraude.example:8443", true),
        ("http://localhost:8600", true),
        ("http://maraude.example", false),
        ("https://192.0.2.7", false),
        ("https://[2001:db8::7]:8600", false),
        ("http://127.0.0.1:8600", false),
    ] {
        assert_eq!(Passkeys::at(address).may_be(), possible, "{address}");
    }
}
