//! The end of a campaign is finished by the next start, wherever `kill -9` hits it.

use maraude_tests::real_server::RealServer;
use std::time::{Duration, Instant};

const STEPS: [&str; 5] = ["begun", "keys", "files", "copies", "noted"];

/// A locked campaign with a copy, and the server down.
fn locked() -> RealServer {
    let server = RealServer::prepare(0, None).unwrap();
    let id = server.plan.campaign.to_string();
    server.command(&["campaign", "lock", &id]).unwrap();
    let out = server.copies();
    let out = out.to_str().unwrap();
    server.command(&["backup", "--out", out]).unwrap();
    server
}

fn ending<'a>(act: &'a str, id: &'a str) -> [&'a str; 8] {
    let name = "Nuit d'essai";
    let why = "fin de l'étude";
    [
        "campaign",
        act,
        id,
        "--confirm",
        name,
        "--without-notice",
        "--reason",
        why,
    ]
}

fn certificate(server: &RealServer) -> Option<String> {
    let id = server.plan.campaign.to_string();
    server.command(&["campaign", "certificate", &id]).ok()
}

fn is_finished_after_a_kill(act: &str, kind: &str) {
    for step in STEPS {
        let mut server = locked();
        let id = server.plan.campaign.to_string();
        server.command_killed_at(step, &ending(act, &id)).unwrap();
        assert!(
            certificate(&server).is_none(),
            "control: {step} is in the middle"
        );
        server.start().unwrap();
        let since = Instant::now();
        let signed = loop {
            if let Some(signed) = certificate(&server) {
                break signed;
            }
            assert!(since.elapsed() < Duration::from_mins(1), "{act}, {step}");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(
            signed.contains(&format!(r#"\"act\":\"{kind}\""#)),
            "{signed}"
        );
        assert!(signed.contains(r#"\"keys_destroyed\":true"#), "{signed}");
        let folder = server.data().join("campaigns").join(&id);
        assert!(!folder.exists(), "{act}, {step}");
        let tables = server.copies().join("tables");
        let tables = tables.to_str().unwrap().to_owned();
        let told = [
            "campaign",
            "tables",
            &id,
            "--out",
            &tables,
            "--reason",
            "pour relire",
        ];
        let told = server.command(&told);
        assert_eq!(told.is_ok(), act == "coarsen", "{act}, {step}: {told:?}");
        server.command(&["audit", "verify"]).unwrap();
        server.kill().unwrap();
    }
}

#[test]
fn a_coarsening_killed_after_any_step_is_finished_by_the_next_start() {
    is_finished_after_a_kill("coarsen", "coarsening");
}

#[test]
fn a_purge_killed_after_any_step_is_finished_by_the_next_start() {
    is_finished_after_a_kill("purge", "purge");
}
