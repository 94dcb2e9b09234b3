//! What was refused stands in the audit log, by identifier, and a flood does not fill it.

use super::tests::PASSWORD;
use crate::fixtures::World;
use crate::store::{AuditRow, Role};
use axum::body::Body;
use axum::http::header::COOKIE;
use axum::http::{Request, StatusCode};
use serde_json::json;

/// Tries of a flood: far more than rows that may be written of it.
const FLOOD: usize = 120;

impl World {
    fn rows_of(&self, action: &str) -> Vec<AuditRow> {
        let mut rows = self.app.server().audit(1_000).unwrap();
        rows.retain(|row| row.action == action);
        rows.reverse();
        rows
    }

    fn try_to_log_in(&self, name: &str, password: &str) -> StatusCode {
        let body = json!({ "name": name, "password": password });
        self.post("/api/login", &body).status()
    }
}

#[test]
fn failed_logins_are_written_down_by_identifier_and_a_flood_does_not_fill_the_log() {
    let world = World::new();
    world.token_of(Role::Coordinator);
    let server = world.app.server();
    let (account, _) = server.account_by_name("coordinator").unwrap().unwrap();
    let id = account.id.to_string();
    assert_eq!(world.try_to_log_in("coordinator", PASSWORD), StatusCode::OK);
    assert!(world.rows_of("login-failed").is_empty(), "control");
    for _ in 0..FLOOD {
        world.try_to_log_in("coordinator", "marché ouvert");
        world.try_to_log_in("Zq-nobody-here", "Wj-secret-tried");
    }
    let failed = world.rows_of("login-failed");
    let told: Vec<(&str, &str)> = failed
        .iter()
        .map(|row| (row.author.as_str(), row.subject.as_str()))
        .collect();
    assert_eq!(told, [("nobody", id.as_str()), ("nobody", "unknown-name")]);
    assert_eq!(
        world.rows_of("login-slowed").len(),
        2,
        "those that must wait"
    );
    world.app.clock().advance(3_600_000);
    world.try_to_log_in("coordinator", "marché ouvert");
    let later = world.rows_of("login-failed").pop().unwrap();
    assert_eq!(later.subject, format!("{id} +4"), "five were looked at");
    for row in server.audit(1_000).unwrap() {
        let text = [row.author, row.action, row.subject, row.reason].join(" ");
        for typed in ["coordinator", "Zq-nobody-here", "Wj-secret-tried", "marché"] {
            assert!(!text.contains(typed), "{text}");
        }
    }
    assert_eq!(server.verify_audit().unwrap(), None);
}

#[test]
fn an_act_that_a_role_may_not_do_is_written_down_once_an_hour() {
    let world = World::new();
    let lead = world.token_of(Role::TeamLead);
    let (account, _) = world.app.server().account_by_name("lead").unwrap().unwrap();
    let ask = |path: &str| {
        let cookie = format!("maraude_session={lead}");
        let request = Request::builder().uri(path).header(COOKIE, cookie);
        world.call(request.body(Body::empty()).unwrap()).status()
    };
    let series = format!("/api/campaigns/{}/series", world.campaign);
    assert_eq!(ask("/api/me"), StatusCode::OK);
    assert!(world.rows_of("act-refused").is_empty(), "control");
    for _ in 0..FLOOD {
        assert_eq!(ask(&series), StatusCode::FORBIDDEN);
    }
    assert_eq!(ask("/api/audit"), StatusCode::FORBIDDEN);
    let told: Vec<(String, String)> = world
        .rows_of("act-refused")
        .into_iter()
        .map(|row| (row.author, row.subject))
        .collect();
    let id = account.id.to_string();
    let expected = [
        (
            id.clone(),
            "GET /api/campaigns/{campaign}/series".to_owned(),
        ),
        (id, "GET /api/audit".to_owned()),
    ];
    assert_eq!(told, expected);
}
