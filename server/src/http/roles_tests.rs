//! Every route of the router × every caller: who is let in, against an approved file that people
//! review, and the router's own lines against the table's.

use super::router;
use super::tests::Caller;
use crate::auth::{Access, Route, TABLE, token_hash};
use crate::fixtures::World;
use crate::store::Role;
use axum::body::Body;
use axum::http::header::COOKIE;
use axum::http::{Request, StatusCode};
use maraude_core::model::TeamId;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tower::ServiceExt;

const APPROVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/approved/roles.csv");

/// Codes of the guard, and of handlers that ask for a role themselves.
const DENIALS: [&str; 4] = [
    "not-logged-in",
    "role-not-allowed",
    "second-proof-first",
    "token-unknown",
];

/// What stands for each parameter: nothing of this name exists, so that whoever is let in finds
/// nothing, and whoever is not is told so before anything is looked up.
fn named(part: &str) -> &str {
    match part {
        "{campaign}" | "{device}" | "{observation}" => "00000000-0000-4000-8000-00000000000a",
        "{kind}" => "commune",
        "{number}" | "{slot}" | "{item}" | "{version}" => "1",
        "{cell}" => "77_872",
        "{table}" => "clusters",
        "{collection}" | "{session}" | "{token}" | "{enrolment}" | "{series}" | "{passkey}" => {
            "0011223344556677"
        }
        part => {
            assert!(!part.contains('{'), "say what stands for {part}");
            part
        }
    }
}

fn path_of(route: &Route) -> String {
    let parts: Vec<&str> = route.path.split('/').map(named).collect();
    parts.join("/")
}

/// Whether a caller is let in; a denial is told by the guard, never as something that is not there.
fn is_let_in(world: &World, caller: &Caller, route: &Route) -> bool {
    let request = caller.request(route.method, &path_of(route));
    let answer = router(world.app.clone()).oneshot(request);
    let answer = world.runtime.block_on(answer).unwrap();
    let status = answer.status();
    if !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return true;
    }
    let body = world.body(answer);
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let code = told["code"].as_str().unwrap_or_default();
    !DENIALS.contains(&code)
}

#[test]
fn who_is_let_in_by_each_route_is_what_was_approved() {
    let world = World::new();
    let tablet = world.tablet(Some(TeamId::from_random([5; 16])));
    let mut callers = vec![
        ("nobody", Caller::Nobody),
        ("unknown token", Caller::Upload("unknown".to_owned())),
        ("upload token", Caller::Upload(tablet.upload_token.clone())),
        ("tablet session", Caller::Session(world.read_token(&tablet))),
    ];
    for role in Role::ALL {
        callers.push((role.name(), Caller::Account(role, world.token_of(role))));
    }
    let names: Vec<&str> = callers.iter().map(|(name, _)| *name).collect();
    let mut told = format!("method,path,recent login,{}\n", names.join(","));
    // Logging out would end the sessions that the other routes are asked with.
    let (last, first): (Vec<_>, Vec<_>) = TABLE.iter().partition(|r| r.path == "/api/logout");
    for route in first.into_iter().chain(last) {
        let let_in = callers.iter().map(|(_, caller)| {
            if is_let_in(&world, caller, route) {
                "yes"
            } else {
                "no"
            }
        });
        let let_in: Vec<&str> = let_in.collect();
        let fresh = if route.fresh { "yes" } else { "no" };
        let line = format!("{},{},{fresh}", route.method, route.path);
        writeln!(told, "{line},{}", let_in.join(",")).unwrap();
    }
    if std::env::var_os("MARAUDE_APPROVE").is_some() {
        std::fs::write(APPROVED, &told).unwrap();
    }
    let approved = std::fs::read_to_string(APPROVED).unwrap_or_default();
    let mut lines = told.lines().zip(approved.lines());
    let first = lines.find(|(now, before)| now != before);
    assert_eq!(
        first, None,
        "run `cargo xtask approve` and review the difference"
    );
    assert_eq!(told, approved);
}

/// The code of the refusal of a session under TLS, where it is refused.
fn refusal(world: &World, token: &str, route: &Route) -> Option<String> {
    let request = Request::builder()
        .method(route.method)
        .uri(path_of(route))
        .header(COOKIE, format!("__Host-maraude_session={token}"));
    let answer = world.call(request.body(Body::empty()).unwrap());
    let is_refusal = answer.status() == StatusCode::FORBIDDEN;
    let told: Value = serde_json::from_slice(&world.body(answer)).unwrap_or_default();
    let code = told["code"].as_str().map(str::to_owned);
    code.filter(|_| is_refusal)
}

#[test]
fn a_password_alone_opens_one_s_own_account_and_nothing_else_from_elsewhere() {
    const FIRST: &str = "second-proof-first";
    let world = World::reached_from_elsewhere();
    let token = world.token_of(Role::Coordinator);
    let server = world.app.server();
    let is_hers = |route: &&Route| match route.access {
        Access::Accounts(roles) => roles.contains(&Role::Coordinator),
        Access::Public | Access::Upload | Access::Tablet => false,
    };
    let hers: Vec<&Route> = TABLE.iter().filter(is_hers).collect();
    for route in &hers {
        let is_first = refusal(&world, &token, route).as_deref() == Some(FIRST);
        let path = route.path;
        assert_eq!(is_first, !route.is_for_half_a_proof(), "{path}");
    }
    let own = hers.iter().filter(|route| route.is_for_half_a_proof());
    assert_eq!(own.count(), 11, "look at what else a password alone opens");

    // Control: with a second proof nothing is refused for want of one.
    server.prove_by_passkey(&token_hash(&token)).unwrap();
    for route in &hers {
        assert_ne!(refusal(&world, &token, route).as_deref(), Some(FIRST));
    }
    // Nor on this machine alone.
    let world = World::new();
    let here = Caller::Account(Role::Coordinator, world.token_of(Role::Coordinator));
    assert!(hers.iter().all(|route| is_let_in(&world, &here, route)));
}

/// Every `.route(path, method(...))` of the source, with both doors of OGC API.
fn routes_in(source: &str) -> BTreeSet<(String, String)> {
    let base = source
        .split_once("let at = \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(base, _)| base);
    let mut found = BTreeSet::new();
    for piece in source.split(".route(").skip(1) {
        let piece = &piece[..closing(piece)];
        let path = if piece.trim_start().starts_with("at,") {
            base.to_owned()
        } else {
            let quoted = piece.split('"').nth(1).unwrap_or_default();
            quoted
                .replace("{at}", base)
                .replace("{{", "{")
                .replace("}}", "}")
        };
        let paths = if piece.contains("path(\"") {
            vec![format!("/ogc{path}"), format!("/open/ogc{path}")]
        } else {
            vec![path]
        };
        for method in ["get", "post", "put", "delete", "patch"] {
            let calls = [format!("{method}("), format!(".{method}(")];
            let starts = |call: &String| {
                piece.match_indices(call.as_str()).any(|(at, _)| {
                    let before = piece[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
                })
            };
            if calls.iter().any(starts) {
                for path in &paths {
                    found.insert((method.to_uppercase(), path.clone()));
                }
            }
        }
    }
    found
}

/// Where the bracket closes that was open before this text.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.to_string_lossy().contains("tests")
        {
            found.push(path);
        }
    }
}

#[test]
fn the_router_has_the_table_s_routes_and_no_other() {
    let mut files = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http");
    sources(Path::new(folder), &mut files);
    let mut served = BTreeSet::new();
    for file in files {
        served.extend(routes_in(&std::fs::read_to_string(file).unwrap()));
    }
    let table = TABLE.iter();
    let table: BTreeSet<_> = table
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    let missing: Vec<_> = served.symmetric_difference(&table).collect();
    assert!(missing.is_empty(), "in one of the two only: {missing:?}");
    // Control: a line that no table has is found.
    let made_up = "Router::new().route(\"/api/back-door\", get(open).post(shut))";
    assert_eq!(
        routes_in(made_up),
        BTreeSet::from([
            ("GET".to_owned(), "/api/back-door".to_owned()),
            ("POST".to_owned(), "/api/back-door".to_owned()),
        ])
    );
}
