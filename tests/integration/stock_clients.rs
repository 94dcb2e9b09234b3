//! Clients of other makes on `/sync`: npm's automerge-repo as it is, and our example of one.

use maraude_core::document::{DocumentName, document_id};
use maraude_core::model::DocumentId;
use maraude_tests::node::Packages;
use maraude_tests::repo_client::url_of;
use maraude_tests::world::World;
use serde_json::json;

/// Steps that the stock clients print.
const STEPS: usize = 7;

#[test]
fn stock_clients_push_pull_reconnect_and_are_refused_what_is_not_theirs() {
    let Some(packages) = Packages::at_hand().unwrap() else {
        return;
    };
    let mut world = World::new().unwrap();
    let codes = [world.code(0).unwrap(), world.code(0).unwrap()];
    let mut colleague = world.tablet(1).unwrap();
    let plan = &world.plan;
    colleague
        .set_out(plan.teams[1], Some(plan.sectors[1]), plan.night)
        .unwrap();
    colleague.send_everything().unwrap();
    let forbidden = document_id(&DocumentName::Round {
        key: world.plan.round(1),
    });
    let held = world.engine().unwrap().log().document(forbidden).unwrap();
    assert!(held.is_some(), "the forbidden document exists");
    let asked = json!({
        "base": world.base,
        "codes": codes,
        "forbidden": url_of(forbidden),
        "unknown": url_of(DocumentId::from_bytes([77; 16])),
    });
    let told = packages
        .run("tests/peers/stock-clients.mjs", &[&asked.to_string()])
        .unwrap();
    let steps = told.lines().filter(|line| line.starts_with("holds: "));
    assert_eq!(steps.count(), STEPS, "{told}");

    let (round, issues) = world.round(0).unwrap();
    assert_eq!(issues, vec![]);
    let mut notes: Vec<_> = round
        .observations
        .iter()
        .filter_map(|seen| seen.note.as_deref())
        .collect();
    notes.sort_unstable();
    let expected = [
        "cinquième",
        "deuxième, revue",
        "hors ligne",
        "hors ligne encore",
        "première",
    ];
    assert_eq!(notes, expected);
    let plan = world.engine().unwrap().plan().unwrap();
    assert!(plan.teams.iter().all(|team| team.code != "E99"));
    let kept = world.engine().unwrap().log().open_quarantine(100).unwrap();
    let codes: Vec<&str> = kept.iter().map(|kept| kept.item.code.as_str()).collect();
    assert_eq!(codes, ["document-read-only"]);
}

#[test]
fn the_example_client_records_an_observation() {
    let Some(packages) = Packages::at_hand().unwrap() else {
        return;
    };
    let mut world = World::new().unwrap();
    let code = world.code(0).unwrap();
    let told = packages
        .run(
            "docs/examples/node-client/client.mjs",
            &[&world.base, &code],
        )
        .unwrap();
    assert!(told.starts_with("on disk: observation "), "{told}");
    let (round, issues) = world.round(0).unwrap();
    assert_eq!((round.observations.len(), issues.len()), (1, 0));
    let wrong = packages.run(
        "docs/examples/node-client/client.mjs",
        &[&world.base, "AAAA-AAAA-AAAA"],
    );
    assert!(wrong.is_err(), "a code that nobody issued opens nothing");
}
