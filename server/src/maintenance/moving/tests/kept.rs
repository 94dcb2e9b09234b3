//! What was exported and is still here.

use super::{Move, REASON};

#[test]
fn what_was_exported_is_released_on_its_new_server_alone() {
    let made = Move::new();
    let (app, campaign) = (&made.world.app, made.world.campaign);
    assert!(!app.past(campaign).unwrap().is_exported(), "control");
    let (file, key) = made.export();
    made.import(&file, &key).unwrap();
    assert!(app.past(campaign).unwrap().is_exported());
    assert!(!made.to.past(campaign).unwrap().is_exported());
}

#[test]
fn what_was_exported_and_taken_in_nowhere_stays_with_its_reason() {
    let made = Move::new();
    let (app, campaign) = (&made.world.app, made.world.campaign);
    let kept = |reason: &str| app.keep_campaign(campaign, reason);
    let untouched = kept(REASON).unwrap_err();
    assert_eq!(untouched.code(), "not-exported");
    made.export();
    let file = app.exported(campaign).unwrap().unwrap().file;
    assert_eq!(kept("non").unwrap_err().code(), "reason-missing");
    assert!(app.past(campaign).unwrap().is_exported());
    kept(REASON).unwrap();
    assert!(!app.past(campaign).unwrap().is_exported());
    let row = &app.server().audit(1).unwrap()[0];
    assert_eq!(
        (row.action.as_str(), row.reason.as_str()),
        ("campaign-kept", REASON)
    );
    assert!(row.subject.ends_with(&file), "{}", row.subject);
    made.export();
    assert!(app.past(campaign).unwrap().is_exported(), "exported anew");
}
