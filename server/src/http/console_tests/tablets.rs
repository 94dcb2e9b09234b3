//! Tablets and what was refused of them, as coordinators deal with it.

use super::*;

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
