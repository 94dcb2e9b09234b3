//! Tables with exact places leave by the command as they do by the console: for a reason, with a line
//! in the audit log, whole or not at all.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_tests::console::Console;
use maraude_tests::population::{Fix, Metres};
use maraude_tests::real_server::RealServer;
use maraude_tests::world::{COORDINATOR, PASSWORD};
use serde_json::json;
use std::path::Path;

const REASON: &str = "relecture du comité";

const TABLES: [&str; 3] = ["clusters", "observations", "sites"];

const FORMATS: [&str; 6] = ["geojson", "csv", "gpkg", "fgb", "parquet", "xlsx"];

/// A server with some people met.
fn collected() -> RealServer {
    let mut server = RealServer::prepare(1, None).unwrap();
    server.start().unwrap();
    let mut tablet = server.tablet(7).unwrap();
    for number in 0..12 {
        let east = -80.0 * f64::from(number) - 40.0;
        let fix = Fix {
            at: Metres { east, north: 10.0 }.degrees(),
            accuracy_m: 7.0,
        };
        let place = AnswerValue::Choice("doorway".to_owned());
        let answers = [
            ("n_men", Answer::Known(AnswerValue::Integer(1))),
            ("sleeping_place", Answer::Known(place)),
        ];
        tablet
            .fill(FormKind::Count, None, Some(fix), &answers)
            .unwrap();
    }
    tablet.send_everything().unwrap();
    server
}

fn export(server: &RealServer, out: &Path, words: [&str; 3]) -> anyhow::Result<Vec<u8>> {
    let campaign = server.plan.campaign.to_string();
    let [table, format, reason] = words;
    let mut arguments = vec!["export", "--internal", "--campaign", &campaign];
    arguments.extend(["--table", table, "--format", format, "--reason", reason]);
    arguments.extend(["--out", out.to_str().unwrap()]);
    server.command(&arguments)?;
    Ok(std::fs::read(out)?)
}

fn audited(server: &RealServer) -> usize {
    let rows = server.command(&["audit", "list"]).unwrap();
    rows.matches("-exported").count()
}

#[test]
fn tables_with_exact_places_leave_by_the_command_for_a_reason_and_whole_or_not_at_all() {
    let mut server = collected();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("table");
    let console = Console::log_in(&server.base, COORDINATOR, PASSWORD).unwrap();
    for table in TABLES {
        let path = format!("/api/campaigns/{}/internal/{table}", server.plan.campaign);
        let body = json!({"format": "csv", "reason": REASON});
        let told = console.take(&path, &body).unwrap();
        assert_eq!(export(&server, &out, [table, "csv", REASON]).unwrap(), told);
    }
    let rows = export(&server, &out, ["observations", "csv", REASON]).unwrap();
    assert_eq!(String::from_utf8(rows.clone()).unwrap().lines().count(), 13);
    assert_eq!(audited(&server), 7);
    for table in TABLES {
        for format in FORMATS {
            let file = export(&server, &out, [table, format, REASON]).unwrap();
            assert!(!file.is_empty(), "{table} {format}");
        }
    }
    assert_eq!(audited(&server), 25);

    // What is refused touches no former file, leaves none, and is no export.
    std::fs::write(&out, "former").unwrap();
    for refused in [
        ["observations", "csv", "bof"],
        ["observations", "page", REASON],
        ["notes", "csv", REASON],
    ] {
        assert!(export(&server, &out, refused).is_err(), "{refused:?}");
    }
    assert_eq!(std::fs::read(&out).unwrap(), b"former");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(audited(&server), 25);

    // Without the server: the same rows.
    server.kill().unwrap();
    let alone = export(&server, &out, ["observations", "csv", REASON]).unwrap();
    assert_eq!(alone, rows);
    assert_eq!(audited(&server), 26);
}
