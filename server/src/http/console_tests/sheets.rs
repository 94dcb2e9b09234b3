//! A file of paper sheets over HTTP: looked at, imported with its reason in the audit log, once.

use super::*;
use data_encoding::BASE64;

fn encoded(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

/// The empty file with two sheets filled in: two people on the first, nobody on the second.
async fn filled(console: &Console) -> String {
    let wanted = json!({ "night": "2026-01-22", "sheets": [
        { "team": team(1), "sector": sector(1) }, { "team": team(2), "sector": sector(2) },
    ]});
    let (status, sheets) = console.post(&console.path("/paper-sheets"), wanted).await;
    assert_eq!(status, StatusCode::CREATED, "{sheets}");
    let number = |at: usize| sheets[at]["number"].as_str().unwrap().to_owned();
    let template = console.get_raw("/api/paper-sheets/template", &[]).await;
    assert_eq!(template.headers()[CONTENT_TYPE], "text/csv; charset=utf-8");
    let template = String::from_utf8(bytes_of(template).await).unwrap();
    let (one, two) = (number(0), number(1));
    format!(
        "{template}{one};;;;en entier;;23:10;Zoé la nuit;2;;;;1;;secret\r\n{two};;;;en partie;;;;;;;;;;\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_sheets_is_looked_at_and_imported_with_its_reason_in_the_audit_log() {
    let console = Console::new(Role::Coordinator);
    let file = filled(&console).await;
    let check = console.path("/paper-sheets/check");
    let wrong = file.replace("23:10", "tard");
    let (status, told) = console
        .post(&check, json!({ "file": encoded(&wrong) }))
        .await;
    assert_eq!(status, StatusCode::OK);
    let fault = json!({
        "line": 2, "column": "Heure", "code": "hour", "value": "tard", "expected": "",
    });
    assert_eq!(told["faults"], json!([fault]));
    let (_, told) = console
        .post(&check, json!({ "file": encoded(&file) }))
        .await;
    assert_eq!((&told["faults"], &told["rows"]), (&json!([]), &json!(1)));
    assert_eq!(told["sheets"][0]["people"], 2);
    assert_eq!(told["columns"][0]["understood"], "number");
    let text = told.to_string();
    assert!(
        !text.contains("Zoé") && !text.contains("secret"),
        "no note, no place"
    );

    let order = |file: &str, reason: &str| json!({ "command": "import_sheets", "file": encoded(file), "reason": reason });
    let (status, refused) = console.order_at(u64::MAX, order(&file, "bref")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["code"], "reason-missing");
    let why = "tableur de la base nord";
    let (status, refused) = console.order_at(u64::MAX, order("*", why)).await;
    assert_eq!(status, StatusCode::OK, "{refused}");
    let answer = console.order(order(&wrong, why)).await;
    assert_eq!(answer["imported"], 0);
    let imported = || {
        let audit = console.world.app.server().audit(100).unwrap().into_iter();
        let rows = audit.filter(|row| row.action == "paper-sheets-imported");
        rows.map(|row| row.reason).collect::<Vec<_>>()
    };
    assert_eq!(imported(), [""; 0], "what was refused was not done");
    let answer = console.order(order(&file, why)).await;
    assert_eq!(
        (&answer["imported"], &answer["refused"]),
        (&json!(1), &json!([]))
    );
    assert_eq!(imported(), [format!("sheets=2 rows=1: {why}")]);
    let (_, told) = console
        .post(&check, json!({ "file": encoded(&file) }))
        .await;
    let lines: Vec<&Value> = (told["faults"].as_array().unwrap().iter())
        .map(|fault| &fault["code"])
        .collect();
    assert_eq!(lines, ["sheet-keyed-in", "sheet-keyed-in"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_refused_and_the_schema_describes_each_column() {
    let console = Console::new(Role::Coordinator);
    let check = console.path("/paper-sheets/check");
    let schema = console.get("/api/paper-sheets/schema").await;
    assert_eq!(schema["fields"].as_array().unwrap().len(), 15);
    let (status, refused) = console.post(&check, json!({ "file": "é" })).await;
    assert_eq!(
        (status, &refused["field"]),
        (StatusCode::BAD_REQUEST, &json!("file"))
    );
    let large = "A".repeat(9 * 1024 * 1024);
    let (status, refused) = console.post(&check, json!({ "file": large })).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused["code"], "request-too-large");
}
