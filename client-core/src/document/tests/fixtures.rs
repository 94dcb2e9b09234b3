//! Documents of every version ever shipped still open. These files are kept for ever: a failure
//! here means that tablets in the field could not be read.

use super::*;
use std::path::PathBuf;

type Told = BTreeMap<String, BTreeMap<String, String>>;

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/fixtures/documents/v1"
    );
    std::fs::read(PathBuf::from(folder).join(name)).unwrap()
}

/// Opens a document and compares each field of each entry with what it was when it was written.
fn open(name: &str) -> Document {
    let bytes = fixture(&format!("{name}.bin"));
    let document = Document::load(sample::actor(50), &[&bytes]).unwrap();
    let told: Told = document
        .keys()
        .into_iter()
        .map(|key| (key.clone(), document.fields(&key).unwrap()))
        .collect();
    let expected: Told = serde_json::from_slice(&fixture(&format!("{name}.json"))).unwrap();
    assert_eq!(told, expected, "{name}");
    document
}

#[test]
fn every_round_of_version_1_opens() {
    let (round, issues) = read(&open("round"));
    let codes: Vec<IssueCode> = issues.iter().map(|issue| issue.code).collect();
    assert_eq!(
        codes,
        [
            IssueCode::UnknownKey,
            IssueCode::UnknownKey,
            IssueCode::Conflict
        ]
    );
    assert_eq!(round.key, Some(sample::key()));
    assert_eq!((round.departures.len(), round.closures.len()), (2, 2));
    assert_eq!(round.observations.len(), 4);
    assert!(round.is_closed());
    let standing = round.observations.iter().filter(|o| o.stands()).count();
    assert_eq!(standing, 3);
}

#[test]
fn every_plan_of_version_1_opens() {
    let (plan, issues) = read_plan(&open("plan"));
    assert_eq!(issues, vec![]);
    assert_eq!(plan.campaign.map(|c| c.nights.len()), Some(2));
    assert_eq!(plan.perimeter, ["34172", "34057"]);
    assert_eq!((plan.zones.len(), plan.sectors.len()), (1, 1));
    assert_eq!((plan.teams.len(), plan.assignments.len()), (2, 1));
}

#[test]
fn every_brief_and_review_of_version_1_opens() {
    let (brief, issues) = read_brief(&open("brief"));
    assert_eq!((brief.sites.len(), issues.len()), (1, 0));
    let (review, issues) = read_review(&open("review"));
    assert_eq!(issues, vec![]);
    assert_eq!(review.decisions.len(), 2);
    let undone = review.decisions.iter().filter(|d| d.undone_at.is_some());
    assert_eq!(undone.count(), 1);
    assert_eq!(
        (review.adjudications.len(), review.corrections.len()),
        (1, 2)
    );
    assert_eq!(review.read.len(), 1);
}

#[test]
fn every_round_with_streets_opens() {
    let (round, issues) = read(&open("round_streets"));
    assert_eq!(issues, vec![]);
    assert_eq!(round.key, Some(sample::key()));
    assert_eq!(round.walked(), ["place_ronde", "quai_bas"]);
    assert_eq!(round.departures[0].walked, ["place_ronde"]);
    assert!(round.is_closed());
}
