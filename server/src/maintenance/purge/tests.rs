//! What a purge promises: nothing of anybody is left, wherever the server ended; what holds no
//! person stays.

use super::*;
use crate::app::{App, EndingError, PurgeAnswer, PurgeWish};
use crate::config::{Clock, Config};
use crate::fixtures::{NOW, World};
use crate::maintenance::{BackupOrder, RestoreOrder, back_up, copies_in, restore};
use crate::projection::fixtures::{observation, place};
use crate::store::{LedgerLine, NewRelease};
use data_encoding::BASE64;
use maraude_core::model::{
    Answer, AnswerValue, CampaignState, ObservationId, RetentionFrame, TeamId,
};
use std::collections::BTreeSet;

mod coarsening;
mod dates;

const TEAM: TeamId = TeamId::from_random([5; 16]);
const PEOPLE: u8 = 20;
const DAY_MS: i64 = 24 * 3_600 * 1_000;
const REASON: &str = "fin de l'étude";

/// A text that is in one observation and nowhere else.
fn marker(number: u8, part: &str) -> String {
    format!(
        "Zq{number:02}{part}Wj{:04}",
        u32::from(number) * 977 % 10_000
    )
}

/// The ways a text may lie in a file.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![text.as_bytes().to_vec()];
    let units: Vec<u16> = text.encode_utf16().collect();
    forms.push(units.iter().flat_map(|unit| unit.to_le_bytes()).collect());
    forms.push(units.iter().flat_map(|unit| unit.to_be_bytes()).collect());
    for (shift, skipped) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [&[0; 2][..shift], text.as_bytes()].concat();
        let whole = bytes.len() / 3 * 4;
        forms.push(BASE64.encode(&bytes).into_bytes()[skipped..whole].to_vec());
    }
    forms
}

/// Everything that must not be found: texts in every form, positions packed and in words.
fn markers() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for number in 0..PEOPLE {
        for part in ["marks", "note", "place"] {
            all.extend(forms(&marker(number, part)));
        }
        let at = position_of(number);
        for value in [at.longitude, at.latitude] {
            all.push(value.to_be_bytes().to_vec());
            all.push(value.to_le_bytes().to_vec());
            all.extend(forms(&value.to_string()));
        }
        let seen_at = seen_at(number);
        all.push(seen_at.to_be_bytes().to_vec());
        all.push(seen_at.to_le_bytes().to_vec());
        all.extend(forms(&seen_at.to_string()));
    }
    // A shorter one would be found by chance.
    assert!(all.iter().all(|marker| marker.len() >= 8));
    all
}

/// The instant somebody was seen: no other time of these tests is the same.
fn seen_at(number: u8) -> i64 {
    NOW - 3_333_333 - i64::from(number) * 61_003
}

fn position_of(number: u8) -> maraude_core::model::Coordinates {
    place(
        f64::from(number + 1) * 37.31,
        f64::from(number) * -17.77 - 3.3,
    )
}

/// How many markers are in the files of these folders.
fn found_in(folders: &[&Path]) -> usize {
    let markers = markers();
    // Most places of a file begin no marker: they are passed over by their first two bytes.
    let mut beginning: Vec<Vec<usize>> = vec![Vec::new(); 1 << 16];
    for (number, marker) in markers.iter().enumerate() {
        beginning[usize::from(u16::from_be_bytes([marker[0], marker[1]]))].push(number);
    }
    let mut found = BTreeSet::new();
    for folder in folders {
        for path in files_under(folder).unwrap() {
            // Space kept back: zeros.
            if path.file_name().is_some_and(|name| name == "reserve") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for (at, pair) in bytes.array_windows().enumerate() {
                for number in &beginning[usize::from(u16::from_be_bytes(*pair))] {
                    if bytes[at..].starts_with(&markers[*number]) {
                        found.insert(*number);
                    }
                }
            }
        }
    }
    found.len()
}

struct Night {
    world: World,
    out: tempfile::TempDir,
}

impl Night {
    /// A round of twenty people, something refused, a view in clear, a release, two copies.
    fn new() -> Self {
        let world = World::new();
        let mut tablet = world.tablet(Some(TEAM));
        let name = world.round(TEAM);
        for number in 0..PEOPLE {
            let mut seen = observation(1, number, position_of(number));
            seen.id = ObservationId::from_random([number; 16]);
            seen.created.device = tablet.device.device.id;
            seen.observed_at = seen_at(number);
            seen.note = Some(marker(number, "note"));
            seen.typed_place = Some(marker(number, "place"));
            let marks = AnswerValue::Text(marker(number, "marks"));
            seen.answers.insert("marks".into(), Answer::Known(marks));
            let envelope = tablet.save(&world, name, |w| w.put_observation(&seen));
            world.sync(&tablet, tablet.request(&world, &[&envelope]));
        }
        let foreign = tablet.seal(&world, name, vec![marker(3, "note").into_bytes()]);
        world.sync(&tablet, tablet.request(&world, &[&foreign]));
        drop(world.app.live_view(world.campaign).unwrap());
        let release = NewRelease {
            stage: "consolidated".to_owned(),
            built_at: NOW,
            position: 1,
            author: "claire".to_owned(),
            body: b"figures without persons".to_vec(),
            ledger: vec![b"line one".to_vec(), b"line two".to_vec()],
        };
        world.engine().log().put_release(&release).unwrap();
        let night = Self {
            world,
            out: tempfile::tempdir().unwrap(),
        };
        night.back_up();
        night.back_up();
        night
    }

    fn app(&self) -> &App {
        &self.world.app
    }

    fn back_up(&self) {
        self.app().clock().advance(1_000);
        let order = BackupOrder {
            out: self.out.path().to_path_buf(),
            same_disk_counts: true,
            keep: None,
        };
        let now = self.app().clock().now();
        back_up(self.app().campaigns(), &order, now, &|_, _| Ok(())).unwrap();
    }

    fn wish(&self) -> PurgeWish {
        PurgeWish {
            campaign: self.world.campaign,
            confirmation: "Nuit d'essai".to_owned(),
            author: "command".to_owned(),
            reason: REASON.to_owned(),
            without_notice: true,
        }
    }

    fn purge(&self) -> SignedCertificate {
        match self.app().end_campaign(&self.wish()).unwrap() {
            PurgeAnswer::Done(signed) => *signed,
            PurgeAnswer::Notice { .. } => panic!("without notice"),
        }
    }

    fn data(&self) -> &Path {
        self.app().folder().root()
    }

    fn order(&self, purger: &str) -> PurgeOrder {
        PurgeOrder {
            campaign: self.world.campaign,
            name: purger.to_owned(),
            author: "command".to_owned(),
            reason: REASON.to_owned(),
            now: NOW,
        }
    }

    /// What somebody with the master key reads out of the oldest copy: markers in what opens.
    fn read_out_of_the_oldest_copy(&self) -> usize {
        let into = self.world.folder.path().join("brought-back");
        let oldest = copies_in(self.out.path()).unwrap().remove(0);
        let order = RestoreOrder {
            from: self.out.path().to_path_buf(),
            copy: Some(oldest.file_name().unwrap().to_string_lossy().into_owned()),
            into: into.clone(),
            now: NOW,
        };
        restore(&order, &self.world.master).unwrap();
        let app = App::open(Config::local(&into), &self.world.master, Clock::manual(NOW)).unwrap();
        // The view, where there is one, holds everything in clear.
        let _ = app.live_view(self.world.campaign);
        let found = found_in(&[&into]);
        drop(app);
        std::fs::remove_dir_all(into).unwrap();
        found
    }
}

#[test]
fn after_a_purge_nothing_of_anybody_is_in_any_file_of_the_data_or_the_copies() {
    let night = Night::new();
    let folders = [night.data(), night.out.path()];
    let before = found_in(&folders);
    assert!(
        before > usize::from(PEOPLE),
        "control: the view is in clear"
    );
    let opened = night.read_out_of_the_oldest_copy();
    assert!(opened > usize::from(PEOPLE), "control: the copy opens");

    let signed = night.purge();
    assert_eq!(found_in(&folders), 0);
    assert_eq!(night.read_out_of_the_oldest_copy(), 0);
    let id = night.world.campaign;
    assert!(!night.app().folder().campaign(id).exists());
    assert!(!night.app().config().runtime.join(id.to_string()).exists());
    println!(
        "{before} markers before, {opened} in a copy that was opened; 0 and 0 after the purge"
    );

    let key = night.app().signing().verifying_key();
    let certificate = signed.open(&key).unwrap();
    assert!(certificate.keys_destroyed);
    let scan = certificate.scan.unwrap();
    assert!(scan.pieces > 0 && scan.files > 0);
    assert_eq!(scan.found, 0);
    assert_eq!(certificate.facts.changes, u64::from(PEOPLE) + 1);
    assert_eq!(certificate.facts.reason, REASON);
    assert_eq!(certificate.copies_reached.len(), 1);
    assert_eq!(certificate.facts.tablets.len(), 1);
    let mut altered = signed.clone();
    altered.certificate = altered.certificate.replace("\"found\":0", "\"found\":1");
    assert_ne!(altered, signed);
    assert!(altered.open(&key).is_none());
    let rows = night.app().server().audit(2).unwrap();
    let actions: Vec<_> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["campaign-purged", "campaign-purge-begun"]);
    assert_eq!(rows[1].reason, REASON);
    assert_eq!(night.app().server().verify_audit().unwrap(), None);
}

#[test]
fn without_the_destruction_of_keys_an_older_copy_brings_everybody_back() {
    let night = Night::new();
    let purger = night.app();
    let purger = Purger {
        campaigns: purger.campaigns(),
        runtime: &purger.config().runtime,
        signing: purger.signing(),
    };
    purger.remove_files(night.world.campaign).unwrap();
    assert_eq!(found_in(&[night.data(), night.out.path()]), 0, "sealed");
    assert!(night.read_out_of_the_oldest_copy() > usize::from(PEOPLE));
    // The keys destroyed here, and not beside the copies.
    purger.destroy_keys(night.world.campaign).unwrap();
    assert!(night.read_out_of_the_oldest_copy() > usize::from(PEOPLE));
    purger.replace_keys_of_copies().unwrap();
    assert_eq!(night.read_out_of_the_oldest_copy(), 0);
}

#[test]
fn a_server_that_ends_in_the_middle_of_a_purge_goes_on_at_its_next_start() {
    for steps in 0..4 {
        let night = Night::new();
        let app = night.app();
        let id = night.world.campaign;
        let purger = Purger {
            campaigns: app.campaigns(),
            runtime: &app.config().runtime,
            signing: app.signing(),
        };
        let engine = night.world.engine();
        purger
            .begin(night.order("Nuit d'essai"), &**engine.log())
            .unwrap();
        if steps > 0 {
            purger.destroy_keys(id).unwrap();
        }
        if steps > 1 {
            purger.remove_files(id).unwrap();
        }
        if steps > 2 {
            purger.replace_keys_of_copies().unwrap();
        }
        drop(engine);
        let Night { world, out } = night;
        let night = Night {
            world: world.restart(),
            out,
        };
        assert!(night.app().certificate(id).unwrap().is_none());
        assert!(matches!(
            night.app().engine(id).err().unwrap(),
            StoreError::PurgedCampaign
        ));
        assert_eq!(night.app().look_at_retention().unwrap(), [id], "{steps}");
        let signed = night.app().certificate(id).unwrap().unwrap();
        let certificate = signed.open(&night.app().signing().verifying_key());
        assert!(certificate.unwrap().keys_destroyed);
        assert_eq!(found_in(&[night.data(), night.out.path()]), 0, "{steps}");
        assert_eq!(night.read_out_of_the_oldest_copy(), 0, "{steps}");
        assert!(night.app().look_at_retention().unwrap().is_empty());
    }
}

#[test]
fn releases_and_their_ledger_outlive_the_purge_and_an_older_copy() {
    let night = Night::new();
    night.purge();
    let id = night.world.campaign;
    let check = |app: &App| {
        let remains = app.server().remains(id).unwrap();
        assert_eq!(remains.releases.len(), 1);
        assert_eq!(remains.releases[0].release.body, b"figures without persons");
        let lines = ["line one", "line two"].map(|line| LedgerLine {
            release: 1,
            body: line.as_bytes().to_vec(),
        });
        assert_eq!(remains.ledger, lines);
    };
    check(night.app());
    let into = night.world.folder.path().join("restored");
    let order = RestoreOrder {
        from: night.out.path().to_path_buf(),
        copy: None,
        into: into.clone(),
        now: NOW + 9,
    };
    let restored = restore(&order, &night.world.master).unwrap();
    assert!(restored.campaigns[0].purged_since);
    let app = App::open(
        Config::local(&into),
        &night.world.master,
        Clock::manual(NOW),
    )
    .unwrap();
    check(&app);
    assert_eq!(
        app.look_at_retention().unwrap(),
        [id],
        "a certificate follows"
    );
    assert_eq!(app.server().verify_audit().unwrap(), None);
}

#[test]
fn a_purge_wants_the_name_typed_its_notice_and_no_hold() {
    let night = Night::new();
    let (app, id) = (night.app(), night.world.campaign);
    let refused = |wish: PurgeWish| app.end_campaign(&wish).unwrap_err().code();
    let wrong = PurgeWish {
        confirmation: "nuit d'essai".to_owned(),
        ..night.wish()
    };
    assert_eq!(refused(wrong), "confirmation-wrong");
    let hasty = PurgeWish {
        reason: "vite".to_owned(),
        ..night.wish()
    };
    assert_eq!(refused(hasty), "reason-missing");
    app.hold_campaign(id, true, "dpo", "procédure en cours au tribunal")
        .unwrap();
    assert_eq!(refused(night.wish()), "legal-hold");
    app.hold_campaign(id, false, "dpo", "la procédure est finie")
        .unwrap();

    let noticed = PurgeWish {
        without_notice: false,
        ..night.wish()
    };
    let now = app.clock().now();
    for _ in 0..2 {
        let answer = app.end_campaign(&noticed).unwrap();
        let PurgeAnswer::Notice { from } = answer else {
            panic!("a week of notice");
        };
        assert_eq!(from, now + 7 * DAY_MS);
    }
    assert!(app.engine(id).is_ok(), "it is served meanwhile");
    app.clock().advance(7 * DAY_MS);
    let answer = app.end_campaign(&noticed).unwrap();
    assert!(matches!(answer, PurgeAnswer::Done(_)));
    let rows = app.server().audit(10).unwrap();
    for action in ["legal-hold", "legal-hold-lifted", "campaign-purge-notice"] {
        assert!(rows.iter().any(|row| row.action == action), "{action}");
    }
    let again = app.end_campaign(&noticed).unwrap_err();
    assert!(matches!(
        again,
        EndingError::Store(StoreError::PurgedCampaign)
    ));
}

/// Time goes on to the morning of a day; what its dates end.
fn look_at(night: &Night, day: &str) -> Vec<maraude_core::model::CampaignId> {
    let app = night.app();
    let at: jiff::Timestamp = format!("{day}T00:00:00+01:00").parse().unwrap();
    app.clock().advance(at.as_millisecond() - app.clock().now());
    app.look_at_retention().unwrap()
}
