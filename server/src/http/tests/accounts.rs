//! Accounts: fresh logins, second factors, sessions, the audit log.

use super::*;
use crate::store::PasskeyRow;

#[test]
fn what_cannot_be_taken_back_wants_a_login_of_a_moment_ago() {
    let world = World::new();
    let ways: Vec<_> = TABLE.iter().filter(|route| route.fresh).collect();
    let paths: Vec<_> = ways.iter().map(|route| route.path).collect();
    for part in [
        "/enrolments",
        "/purge",
        "/hold",
        "/coarse",
        "/second-factor",
    ] {
        assert!(paths.iter().any(|path| path.ends_with(part)), "{part}");
    }
    let tokens: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| (role, world.token_of(role)))
        .collect();
    let ask = |fresh: bool| {
        let mut refused = 0;
        for route in &ways {
            let path = route
                .path
                .replace("{campaign}", &world.campaign.to_string())
                .replace("{number}", "1");
            for (role, token) in &tokens {
                let caller = Caller::Account(*role, token.clone());
                if !caller.may(route.access) {
                    continue;
                }
                let answer = world.call(caller.request(route.method, &path));
                let again = answer.status() == StatusCode::FORBIDDEN
                    && world.json(answer)["code"] == "prove-again";
                assert_eq!(again, !fresh, "{} {path} {role}", route.method);
                refused += u32::from(again);
            }
        }
        refused
    };
    world.app.clock().advance(FRESH_MS - 1);
    assert_eq!(ask(true), 0, "control");
    world.app.clock().advance(1);
    assert!(ask(false) > 0);
}

#[test]
fn an_account_with_a_second_factor_logs_in_with_its_code_or_a_recovery_code_once() {
    let world = World::new();
    let token = world.token_of(Role::Coordinator);
    let with = |path: &str, body: &Value| {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, format!("maraude_session={token}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        world.call(request)
    };
    let drawn = world.json(with("/api/second-factor/draw", &json!({})));
    let secret = drawn["secret"].as_str().unwrap().to_owned();
    assert!(drawn["qr_svg"].as_str().unwrap().contains("<svg"));
    let code = |after_ms: i64| code_now(&secret, NOW + after_ms);
    let kept = with(
        "/api/second-factor",
        &json!({ "secret": secret, "code": code(0) }),
    );
    let recovery = world.json(kept)["codes"][0].as_str().unwrap().to_owned();

    let login = |code: Option<&str>| {
        let body = json!({ "name": "coordinator", "password": PASSWORD, "code": code });
        let answer = world.post("/api/login", &body);
        let status = answer.status();
        (status, world.json(answer)["code"].clone())
    };
    assert_eq!(login(None).1, "second-factor-needed");
    assert_eq!(login(Some(&code(0))).1, "second-factor-wrong", "used");
    world.app.clock().advance(60_000);
    assert_eq!(login(Some(&code(60_000))).0, StatusCode::OK);
    assert_eq!(login(Some(&code(60_000))).1, "second-factor-wrong", "used");
    assert_eq!(login(Some(&recovery)).0, StatusCode::OK);
    assert_eq!(login(Some(&recovery)).1, "second-factor-wrong", "used");
}

fn asked(world: &World, cookie: &str, method: &str, path: &str, body: &Value) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(CONTENT_TYPE, "application/json")
        .header(COOKIE, cookie)
        .body(Body::from(body.to_string()));
    world.call(request.unwrap())
}

#[test]
fn who_knows_the_password_of_somebody_with_a_passkey_sets_up_no_proof_of_their_own() {
    for (world, is_enough) in [
        (World::reached_from_elsewhere(), false),
        // Control: on this machine alone a password is enough.
        (World::new(), true),
    ] {
        let server = world.app.server();
        let owner = add_account(server, "Ana", Role::Analyst, None, PASSWORD, NOW).unwrap();
        let login = || {
            let told = json!({ "name": "Ana", "password": PASSWORD });
            let answer = world.post("/api/login", &told);
            let opened = answer.headers().contains_key(SET_COOKIE);
            (opened, world.json(answer)["code"].clone())
        };
        assert_eq!(login(), (true, Value::Null), "none is kept yet");
        let row = PasskeyRow {
            id: [1; 16],
            name: "Téléphone".to_owned(),
            created_at: NOW,
            used_at: None,
        };
        assert!(
            server
                .add_passkey(owner.id, &row, b"credential", "{}")
                .unwrap()
        );
        let refused = (false, json!("passkey-needed"));
        assert_eq!(
            login(),
            if is_enough {
                (true, Value::Null)
            } else {
                refused
            }
        );
        // Once it is taken away from the shell, its owner begins anew.
        assert!(server.remove_passkey(owner.id, &row.id).unwrap());
        assert_eq!(login(), (true, Value::Null));
    }
}

#[test]
fn a_telephones_code_opens_the_rest_of_the_console_from_elsewhere() {
    let world = World::reached_from_elsewhere();
    let token = world.token_of(Role::Analyst);
    let cookie = format!("__Host-maraude_session={token}");
    let ask = |method, path, body: &Value| asked(&world, &cookie, method, path, body);
    let is_wanted = || world.json(ask("GET", "/api/me", &json!({})))["second_proof_wanted"].clone();
    let campaigns = || ask("GET", "/api/campaigns", &json!({})).status();
    assert_eq!(
        (is_wanted(), campaigns()),
        (json!(true), StatusCode::FORBIDDEN)
    );
    let drawn = world.json(ask("POST", "/api/second-factor/draw", &json!({})));
    let secret = drawn["secret"].as_str().unwrap();
    let proof = json!({ "secret": secret, "code": code_now(secret, NOW) });
    assert_eq!(
        ask("POST", "/api/second-factor", &proof).status(),
        StatusCode::OK
    );
    assert_eq!((is_wanted(), campaigns()), (json!(false), StatusCode::OK));
    // Taken away, the same session is by half again.
    let removed = ask("POST", "/api/second-factor/remove", &json!({}));
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        (is_wanted(), campaigns()),
        (json!(true), StatusCode::FORBIDDEN)
    );
}

#[test]
fn an_account_takes_its_own_second_factor_away_after_a_login_of_a_moment_ago() {
    let world = World::new();
    let token = world.token_of(Role::Analyst);
    let cookie = format!("maraude_session={token}");
    let ask = |method, path, body: &Value| asked(&world, &cookie, method, path, body);
    let has_one = || world.json(ask("GET", "/api/me", &json!({})))["second_factor"].clone();
    let drawn = world.json(ask("POST", "/api/second-factor/draw", &json!({})));
    let secret = drawn["secret"].as_str().unwrap();
    assert_eq!(has_one(), false);
    let proof = json!({ "secret": secret, "code": code_now(secret, NOW) });
    let kept = ask("POST", "/api/second-factor", &proof);
    assert_eq!(kept.status(), StatusCode::OK);
    assert_eq!(has_one(), true);
    world.app.clock().advance(FRESH_MS + 1);
    let remove = || ask("POST", "/api/second-factor/remove", &json!({}));
    let late = world.json(remove());
    assert_eq!(late["code"], "prove-again");
    assert_eq!(has_one(), true);
    world.app.clock().advance(-FRESH_MS);
    assert_eq!(remove().status(), StatusCode::NO_CONTENT);
    assert_eq!(has_one(), false);
    let rows = world.app.server().audit(1).unwrap();
    assert_eq!(rows[0].action, "second-factor-removed");
}

#[test]
fn the_audit_log_is_read_page_by_page_to_its_first_row() {
    let world = World::new();
    let token = world.token_of(Role::DataProtectionOfficer);
    for number in 0..450 {
        let subject = number.to_string();
        world
            .app
            .server()
            .add_audit(NOW, "test", "noted", &subject)
            .unwrap();
    }
    let page = |query: &str| {
        let caller = Caller::Account(Role::DataProtectionOfficer, token.clone());
        let path = format!("/api/audit{query}");
        let lines = world.json(world.call(caller.request("GET", &path)));
        let lines = lines.as_array().unwrap().iter();
        lines
            .map(|line| line["number"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let (mut seen, mut query) = (Vec::new(), String::new());
    loop {
        let numbers = page(&query);
        let Some(last) = numbers.last() else { break };
        query = format!("?before={last}");
        seen.extend(numbers);
    }
    let all = seen.len() as u64;
    assert!(all > 450);
    assert_eq!(seen, (1..=all).rev().collect::<Vec<_>>(), "each row once");
    let caller = Caller::Account(Role::DataProtectionOfficer, token.clone());
    let odd = world.call(caller.request("GET", "/api/audit?before=x"));
    assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn one_sees_and_ends_one_s_own_sessions_and_a_new_role_ends_them_all() {
    let world = World::new();
    let own = world.token_of(Role::Analyst);
    let (server, name) = (world.app.server(), Role::Analyst.name());
    let (account, other) =
        log_in_simply(server, world.app.attempts(), name, PASSWORD, NOW).unwrap();
    let foreign = world.token_of(Role::Coordinator);
    let ask = |token: &str, method: &str, path: &str| {
        let caller = Caller::Account(Role::Analyst, token.to_owned());
        world.call(caller.request(method, path))
    };
    let lines = world.json(ask(&own, "GET", "/api/sessions"));
    let lines = lines.as_array().unwrap();
    assert_eq!(lines.len(), 2);
    let not_own = lines.iter().find(|line| line["own"] == false).unwrap();
    let path = format!("/api/sessions/{}/close", not_own["id"].as_str().unwrap());
    let denied = ask(&foreign, "POST", &path);
    assert_eq!(denied.status(), StatusCode::NOT_FOUND, "somebody else's");
    assert_eq!(ask(&own, "POST", &path).status(), StatusCode::NO_CONTENT);
    let me = |token: &str| ask(token, "GET", "/api/me").status();
    assert_eq!(me(&other), StatusCode::UNAUTHORIZED);
    assert_eq!(me(&own), StatusCode::OK);
    let role = Some(Role::TeamLead);
    server.change_account(account.id, role, NOW).unwrap();
    assert_eq!(me(&own), StatusCode::UNAUTHORIZED);
}
