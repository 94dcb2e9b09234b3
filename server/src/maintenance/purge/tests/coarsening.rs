//! What a coarsening promises: nothing finer than its tables is left anywhere, wherever the server
//! ended; its tables go with the purge.

use super::*;
use crate::maintenance::Act;
use crate::projection::fixtures::rectangle;
use crate::publication::COARSE_FILE;
use crate::store::Term;
use maraude_core::document::DocumentName;
use maraude_core::model::{CampaignId, RiskClass, Sector, SectorId};

impl Night {
    /// The same on a sector of its own, so that people are counted where they are.
    fn on_ground() -> Self {
        let night = Self::new();
        let id = night.world.campaign;
        let plan = DocumentName::Plan { campaign: id };
        night
            .world
            .engine()
            .author(&plan, |w| {
                w.put_sector(&Sector {
                    id: SectorId::from_random([6; 16]),
                    code: "S1".to_owned(),
                    name: "Secteur 1".to_owned(),
                    zone: None,
                    risk: RiskClass::Ordinary,
                    boundary: rectangle([-1_000.0, -1_000.0, 1_000.0, 1_000.0]),
                });
            })
            .unwrap();
        night.back_up();
        night
    }

    fn coarsen(&self) -> SignedCertificate {
        match self.app().coarsen_campaign(&self.wish()).unwrap() {
            PurgeAnswer::Done(signed) => *signed,
            PurgeAnswer::Notice { .. } => panic!("without notice"),
        }
    }

    fn purger(&self) -> Purger<'_> {
        Purger {
            campaigns: self.app().campaigns(),
            runtime: &self.app().config().runtime,
            signing: self.app().signing(),
        }
    }

    /// The coarse tables that somebody with the master key reads out of the newest copy.
    fn tables_of_the_newest_copy(&self) -> Result<Vec<(String, String)>, EndingError> {
        let into = self.world.folder.path().join("newest");
        let order = RestoreOrder {
            from: self.out.path().to_path_buf(),
            copy: None,
            into: into.clone(),
            now: NOW,
        };
        restore(&order, &self.world.master).unwrap();
        let app = App::open(Config::local(&into), &self.world.master, Clock::manual(NOW)).unwrap();
        let tables = app.coarse_files(self.world.campaign);
        drop(app);
        std::fs::remove_dir_all(into).unwrap();
        tables
    }
}

fn rows(files: &[(String, String)]) -> Vec<&str> {
    let rows = files.iter().find(|(name, _)| name == COARSE_FILE).unwrap();
    rows.1.lines().skip(1).collect()
}

fn markers_in(text: &str) -> usize {
    let markers = markers().into_iter();
    let held = markers.filter(|marker| {
        let mut places = text.as_bytes().windows(marker.len());
        places.any(|place| place == marker.as_slice())
    });
    held.count()
}

#[test]
fn after_a_coarsening_nothing_finer_than_its_tables_is_left_and_they_go_with_the_purge() {
    let night = Night::on_ground();
    let (app, id) = (night.app(), night.world.campaign);
    let folders = [night.data(), night.out.path()];
    drop(app.live_view(id).unwrap());
    let before = found_in(&folders);
    assert!(
        before > usize::from(PEOPLE),
        "control: the view is in clear"
    );
    let opened = night.read_out_of_the_oldest_copy();
    assert!(opened > usize::from(PEOPLE), "control: the copy opens");
    let live = app.live_view(id).unwrap();
    let (lines, _) = live
        .view()
        .lines(&crate::projection::ObservationFilter::default())
        .unwrap();
    let exact = serde_json::to_string(&lines[0].observation).unwrap();
    assert!(
        markers_in(&exact) > 0,
        "control: a row made of what was written"
    );
    drop((live, lines));

    let signed = night.coarsen();
    assert_eq!(found_in(&folders), 0);
    assert_eq!(night.read_out_of_the_oldest_copy(), 0);
    let tables = app.coarse_files(id).unwrap();
    assert_eq!(
        tables
            .iter()
            .map(|(_, text)| markers_in(text))
            .sum::<usize>(),
        0
    );
    let told = rows(&tables);
    assert_eq!(told.len(), usize::from(PEOPLE));
    assert!(told.iter().all(|row| row.contains(",200mN")), "{told:?}");
    println!(
        "{before} markers before, {opened} in a copy; 0, 0 and 0 in {} rows after",
        told.len()
    );
    assert_eq!(night.tables_of_the_newest_copy().unwrap(), tables);

    let certificate = signed.open(&app.signing().verifying_key()).unwrap();
    assert_eq!(certificate.facts.act, Act::Coarsening);
    assert!(certificate.keys_destroyed && certificate.facts.tables.is_some());
    let scan = certificate.scan.unwrap();
    assert!(scan.pieces > 0 && scan.found == 0);
    assert!(matches!(
        app.engine(id).err().unwrap(),
        StoreError::PurgedCampaign
    ));
    assert_eq!(app.stored_releases(id).unwrap().len(), 1);
    let again = app.coarsen_campaign(&night.wish()).unwrap_err();
    assert_eq!(again.code(), "campaign-coarse");

    its_tables_go_with_the_purge(&night);
}

fn its_tables_go_with_the_purge(night: &Night) {
    let (app, id) = (night.app(), night.world.campaign);
    let signed = night.purge();
    let certificate = signed.open(&app.signing().verifying_key()).unwrap();
    assert_eq!(certificate.facts.act, Act::Purge);
    assert!(certificate.keys_destroyed);
    assert!(app.coarse_files(id).is_err());
    assert!(
        night.tables_of_the_newest_copy().is_err(),
        "its key is gone"
    );
    assert_eq!(app.certificate(id).unwrap().unwrap(), signed);
    assert_eq!(app.stored_releases(id).unwrap().len(), 1);
    let rows = app.server().audit(20).unwrap();
    for action in [
        "campaign-coarsening-begun",
        "campaign-coarsened",
        "campaign-purge-begun",
        "campaign-purged",
    ] {
        assert!(rows.iter().any(|row| row.action == action), "{action}");
    }
    assert_eq!(app.server().verify_audit().unwrap(), None);
}

#[test]
fn a_server_that_ends_in_the_middle_of_a_coarsening_goes_on_at_its_next_start() {
    for steps in 0..4 {
        let night = Night::on_ground();
        let id = night.world.campaign;
        let files = vec![(COARSE_FILE.to_owned(), "unit\nstreet\n".to_owned())];
        let engine = night.world.engine();
        let purger = night.purger();
        purger
            .begin_coarsening(night.order("Nuit d'essai"), None, &files, &**engine.log())
            .unwrap();
        if steps > 0 {
            purger.destroy_keys(id).unwrap();
        }
        if steps > 1 {
            purger.remove_files(id).unwrap();
        }
        if steps > 2 {
            purger.copy_anew(NOW).unwrap();
        }
        drop(engine);
        let Night { world, out } = night;
        let night = Night {
            world: world.restart(),
            out,
        };
        assert!(night.app().certificate(id).unwrap().is_none());
        assert_eq!(night.app().look_at_retention().unwrap(), [id], "{steps}");
        let signed = night.app().certificate(id).unwrap().unwrap();
        let certificate = signed.open(&night.app().signing().verifying_key());
        assert!(certificate.unwrap().keys_destroyed);
        assert_eq!(found_in(&[night.data(), night.out.path()]), 0, "{steps}");
        assert_eq!(night.read_out_of_the_oldest_copy(), 0, "{steps}");
        assert_eq!(night.app().coarse_files(id).unwrap(), files);
        assert_eq!(night.tables_of_the_newest_copy().unwrap(), files);
        assert!(night.app().look_at_retention().unwrap().is_empty());
    }
}

#[test]
fn each_date_has_its_notice_and_a_hold_keeps_what_it_holds() {
    let night = Night::on_ground();
    let (app, id) = (night.app(), night.world.campaign);
    let mut campaign = night
        .world
        .engine()
        .plan()
        .unwrap()
        .campaign
        .clone()
        .unwrap();
    campaign.state = CampaignState::Open;
    campaign.retention = RetentionFrame {
        coarsen_on: Some("2026-03-01".parse().unwrap()),
        purge_on: Some("2026-05-01".parse().unwrap()),
    };
    let plan = DocumentName::Plan { campaign: id };
    let engine = night.world.engine();
    engine.author(&plan, |w| w.put_campaign(&campaign)).unwrap();
    drop(engine);
    let none: [CampaignId; 0] = [];
    let notice = |term| app.server().retention(id).unwrap().notice(term);
    assert_eq!(look_at(&night, "2026-02-20"), none);
    assert_eq!(notice(Term::Coarsening), None, "control: too early");
    assert_eq!(look_at(&night, "2026-02-23"), none);
    assert!(notice(Term::Coarsening).is_some());
    assert_eq!(notice(Term::Purge), None);
    app.hold_campaign(id, true, "dpo", "procédure en cours au tribunal")
        .unwrap();
    assert_eq!(look_at(&night, "2026-03-02"), none, "it is held");
    app.hold_campaign(id, false, "dpo", "la procédure est finie")
        .unwrap();
    assert_eq!(look_at(&night, "2026-03-03"), none, "notice is given anew");
    assert_eq!(look_at(&night, "2026-03-10"), [id]);
    assert_eq!(
        rows(&app.coarse_files(id).unwrap()).len(),
        usize::from(PEOPLE)
    );
    assert_eq!(found_in(&[night.data(), night.out.path()]), 0);

    assert_eq!(look_at(&night, "2026-04-20"), none);
    app.hold_campaign(id, true, "dpo", "une demande de la CNIL")
        .unwrap();
    assert_eq!(look_at(&night, "2026-05-02"), none, "its tables are held");
    app.hold_campaign(id, false, "dpo", "la demande est close")
        .unwrap();
    assert_eq!(look_at(&night, "2026-05-03"), none);
    assert!(notice(Term::Purge).is_some());
    assert_eq!(look_at(&night, "2026-05-11"), [id]);
    assert!(app.coarse_files(id).is_err());
    assert_eq!(look_at(&night, "2026-06-11"), none);
}
