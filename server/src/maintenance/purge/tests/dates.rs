//! What a campaign's date does by itself: notice, holds, a lock before its purge.

use super::*;

#[test]
fn the_date_purges_after_a_week_of_notice_and_a_hold_keeps_what_it_holds() {
    let night = Night::new();
    let (app, id) = (night.app(), night.world.campaign);
    let engine = night.world.engine();
    let mut campaign = engine.plan().unwrap().campaign.clone().unwrap();
    campaign.retention = RetentionFrame {
        coarsen_on: None,
        purge_on: Some("2026-03-01".parse().unwrap()),
    };
    let plan = maraude_core::document::DocumentName::Plan { campaign: id };
    engine.author(&plan, |w| w.put_campaign(&campaign)).unwrap();
    drop(engine);
    let until = |day: &str| {
        let at: jiff::Timestamp = format!("{day}T00:00:00+01:00").parse().unwrap();
        app.clock().advance(at.as_millisecond() - app.clock().now());
        app.look_at_retention().unwrap()
    };
    assert!(until("2026-02-21").is_empty());
    assert_eq!(app.server().retention(id).unwrap().purge_from, None);
    assert!(until("2026-02-23").is_empty());
    let notice = app.server().retention(id).unwrap().purge_from.unwrap();
    assert!(notice > app.clock().now() + 5 * DAY_MS, "notice is given");
    assert!(until("2026-02-28").is_empty());
    app.hold_campaign(id, true, "dpo", "procédure en cours au tribunal")
        .unwrap();
    assert!(until("2026-03-02").is_empty(), "it is held");
    app.hold_campaign(id, false, "dpo", "la procédure est finie")
        .unwrap();
    assert!(until("2026-03-03").is_empty(), "notice is given anew");
    assert!(until("2026-03-09").is_empty());
    assert_eq!(until("2026-03-10"), [id]);
    assert_eq!(found_in(&[night.data(), night.out.path()]), 0);
}

/// Fixes a campaign's date, and its state.
fn fix(night: &Night, purge_on: &str, state: CampaignState) {
    let engine = night.world.engine();
    let mut campaign = engine.plan().unwrap().campaign.clone().unwrap();
    campaign.state = state;
    campaign.retention = RetentionFrame {
        coarsen_on: None,
        purge_on: Some(purge_on.parse().unwrap()),
    };
    let plan = maraude_core::document::DocumentName::Plan {
        campaign: night.world.campaign,
    };
    engine.author(&plan, |w| w.put_campaign(&campaign)).unwrap();
}

#[test]
fn a_date_that_was_moved_wants_another_notice() {
    let night = Night::new();
    let (app, id) = (night.app(), night.world.campaign);
    let notice = || app.server().retention(id).unwrap().purge_from;
    fix(&night, "2026-02-01", CampaignState::Locked);
    assert!(look_at(&night, "2026-01-26").is_empty());
    assert!(notice().is_some(), "control: notice is given");
    fix(&night, "2026-03-01", CampaignState::Locked);
    assert!(look_at(&night, "2026-02-02").is_empty());
    assert_eq!(notice(), None, "of another date: void");
    assert!(look_at(&night, "2026-02-20").is_empty());
    // Missed: the week before passed without a look. Notice comes first all the same.
    assert!(look_at(&night, "2026-03-02").is_empty());
    assert!(look_at(&night, "2026-03-08").is_empty());
    // Moved to an earlier day: whoever was told was told of another.
    fix(&night, "2026-02-15", CampaignState::Locked);
    assert!(look_at(&night, "2026-03-09").is_empty());
    assert_eq!(look_at(&night, "2026-03-16"), [id]);
}

#[test]
fn an_open_campaign_is_locked_at_its_date_and_one_that_fails_keeps_no_other() {
    let night = Night::new();
    let (app, id) = (night.app(), night.world.campaign);
    let broken = maraude_core::model::CampaignId::from_random([0; 16]);
    let plan = maraude_core::model::Campaign::prepare(
        broken,
        "Sans plan".to_owned(),
        maraude_core::model::CampaignKind::NightCount,
        maraude_core::model::CampaignMode::Exercise,
    );
    app.create_campaign(&plan).unwrap();
    // Its dates cannot be looked at: its plan does not load.
    let name = maraude_core::document::DocumentName::Plan { campaign: broken };
    let gone = crate::store::Tombstone {
        document: maraude_core::document::document_id(&name),
        at: 0,
        reason: "essai".to_owned(),
        successor: None,
    };
    app.engine(broken).unwrap().erase(&gone).unwrap();
    assert!(app.look_at_date_for_test(broken).is_err(), "control");
    fix(&night, "2026-02-01", CampaignState::Open);
    assert!(look_at(&night, "2026-01-25").is_empty());
    assert_eq!(look_at(&night, "2026-02-01"), [id]);
    let rows = app.server().audit(20).unwrap();
    let number = |action: &str| {
        let row = rows.iter().find(|row| row.action == action);
        row.unwrap_or_else(|| panic!("{action}")).number
    };
    assert!(number("campaign-locked") < number("campaign-purged"));
}
