//! What was exported and is still here.

use super::{Move, REASON, wish};
use crate::app::App;
use crate::publication::Numbers;
use crate::store::{EXPORTED, Key32};
use maraude_core::model::CampaignId;
use std::collections::BTreeMap;
use std::io::{self, Write};
use zeroize::Zeroizing;

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

#[test]
fn stricter_numbers_of_disclosure_control_go_along() {
    let made = Move::new();
    let (app, campaign) = (&made.world.app, made.world.campaign);
    let of = |app: &App| {
        let past = app.past(campaign).unwrap();
        let numbers = Numbers::of(app.folder());
        numbers
            .settings(campaign, &past)
            .unwrap()
            .street_minimum_people
    };
    let weak = of(app);
    let stricter = BTreeMap::from([("street_minimum_people".to_owned(), weak + 3)]);
    let past = app.past(campaign).unwrap();
    Numbers::of(app.folder())
        .set(campaign, &past, &stricter)
        .unwrap();
    assert_eq!(of(&made.to), weak, "control");
    let (file, key) = made.export();
    made.import(&file, &key).unwrap();
    assert_eq!(of(&made.to), weak + 3);
}

#[test]
fn a_mark_that_does_not_read_is_not_taken_for_none() {
    let made = Move::new();
    let (app, campaign) = (&made.world.app, made.world.campaign);
    made.world.engine().log().set_meta(EXPORTED, b"{}").unwrap();
    assert!(app.exported(campaign).is_err() && app.past(campaign).is_err());
    made.world.engine().log().set_meta(EXPORTED, b"").unwrap();
    assert_eq!(
        app.exported(campaign).unwrap(),
        None,
        "control: kept here after all"
    );
}

/// A disk that is full from the first byte on, and what could be released while it was written to.
struct FullDisk<'a>(&'a App, CampaignId, bool);

impl Write for FullDisk<'_> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        self.2 = self.0.past(self.1).unwrap().is_exported();
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_is_released_while_the_file_is_written_and_all_is_as_before_where_it_breaks_off() {
    let made = Move::new();
    let (app, campaign) = (&made.world.app, made.world.campaign);
    let key: Key32 = Zeroizing::new([9; 32]);
    let mut disk = FullDisk(app, campaign, false);
    let wish = wish(&made.world, &key, REASON);
    app.export_campaign(&wish, &mut disk).unwrap_err();
    assert!(disk.2);
    assert!(!app.past(campaign).unwrap().is_exported());
    made.export();
}
